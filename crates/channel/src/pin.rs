//! The member's PIN after PACE: changing it, restoring its tries (BSI TR-03110-3, B.6; ISO/IEC 7816-4, 11.6.10).
//!
//! ```text
//! RESET RETRY COUNTER  00 2C 02 03 06 new PIN   after PACE with the PIN
//!                      00 2C 03 03              after PACE with the PUK
//! MSE:Set AT           00 22 C1 A4 … 83 01 03 ──▶ 9000 or 63CX: how many tries are left
//! ```
//!
//! Entering it is PACE with [`Password::Pin`](crate::pace::Password): with one try left within a session of PACE with the CAN
//! ([`PaceError::PinSuspended`](crate::pace::PaceError)).

use crate::pace::{PIN_REFERENCE, PaceInfo, Pin};
use crate::sm::{Session, SmError};
use chipwright_iso7816::tlv::Writer;
use chipwright_iso7816::{Command, ExchangeError, Exchanger, Ins, Response, StatusWord, Tag, Transport};

/// RESET RETRY COUNTER (ISO/IEC 7816-4, 11.6.10).
const RESET_RETRY_COUNTER: Ins = Ins(0x2C);

/// Why the PIN is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PinError {
    /// The session gives no right to it.
    #[error(
        "the card refused: neither the PIN nor the PUK has been entered, and the terminal has no right to manage the PIN"
    )]
    NotAllowed,
    /// The PUK has been used as often as it can be.
    #[error("the PUK has been used up")]
    PukUsedUp,
    /// The card refused for another reason.
    #[error("the card refused to change the PIN with {status}")]
    Refused {
        /// The card's status.
        status: StatusWord,
    },
    /// The session ended, or the exchange failed.
    #[error(transparent)]
    SecureMessaging(#[from] SmError),
}

/// RESET RETRY COUNTER with a new PIN.
#[must_use]
pub fn change_command(new: &Pin) -> Command {
    Command::new(0x00, RESET_RETRY_COUNTER, 0x02, PIN_REFERENCE).with_data(new.digits()).sensitive()
}

/// RESET RETRY COUNTER that restores the tries of the PIN the card holds.
#[must_use]
pub fn unblock_command() -> Command {
    Command::new(0x00, RESET_RETRY_COUNTER, 0x03, PIN_REFERENCE)
}

/// Sets a new PIN and restores its tries, in a session of PACE with the PIN (or of a terminal that may manage PINs).
///
/// # Errors
/// [`PinError`]; the session is gone then.
pub fn change<T: Transport>(
    card: &mut Exchanger<T>,
    session: Session,
    new: &Pin,
) -> Result<Session, PinError> {
    reset(card, session, &change_command(new))
}

/// Restores the tries of the PIN, in a session of PACE with the PUK (or of a terminal that may manage PINs).
///
/// # Errors
/// [`PinError`]; the session is gone then.
pub fn unblock<T: Transport>(card: &mut Exchanger<T>, session: Session) -> Result<Session, PinError> {
    reset(card, session, &unblock_command())
}

fn reset<T: Transport>(
    card: &mut Exchanger<T>,
    session: Session,
    command: &Command,
) -> Result<Session, PinError> {
    let (session, response) = session.transmit(card, command)?;
    match response.status {
        StatusWord::OK => Ok(session),
        StatusWord::SECURITY_STATUS_NOT_SATISFIED => Err(PinError::NotAllowed),
        StatusWord::BLOCKED => Err(PinError::PukUsedUp),
        status => Err(PinError::Refused { status }),
    }
}

/// How the PIN stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinState {
    /// The card has none.
    Absent,
    /// All tries are left.
    Full,
    /// Some are left, two at the least.
    Left(u8),
    /// One is left: the CAN must come first.
    Suspended,
    /// None is left: the PUK must come first.
    Blocked,
}

/// Asks how the PIN stands, without a try: MSE:Set AT for PACE with the PIN, in plain. The card waits for PACE afterwards, or for
/// anything else.
///
/// # Errors
/// [`PinStateError`].
pub fn state<T: Transport>(card: &mut Exchanger<T>, info: &PaceInfo) -> Result<PinState, PinStateError> {
    read_state(&card.exchange(&state_command(info))?)
}

/// The command of [`state`].
#[must_use]
pub fn state_command(info: &PaceInfo) -> Command {
    let mut data = Writer::new();
    data.put(Tag(0x80), &info.protocol());
    data.put(Tag(0x83), &[PIN_REFERENCE]);
    data.put(Tag(0x84), &[info.parameter_id()]);
    Command::new(0x00, Ins::MANAGE_SECURITY_ENVIRONMENT, 0xC1, 0xA4).with_data(data.into_bytes())
}

/// What the answer to [`state_command`] says.
///
/// # Errors
/// [`PinStateError::Refused`].
pub fn read_state(response: &Response) -> Result<PinState, PinStateError> {
    match (response.status, response.status.tries_left()) {
        (StatusWord::OK, _) => Ok(PinState::Full),
        (StatusWord::REFERENCED_DATA_NOT_FOUND, _) => Ok(PinState::Absent),
        (_, Some(0)) => Ok(PinState::Blocked),
        (_, Some(1)) => Ok(PinState::Suspended),
        (_, Some(tries)) => Ok(PinState::Left(tries)),
        (status, None) => Err(PinStateError::Refused { status }),
    }
}

/// Why it is not known how the PIN stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PinStateError {
    /// The card refused to tell.
    #[error("the card refused to tell how many tries the PIN has left, with {status}")]
    Refused {
        /// The card's status.
        status: StatusWord,
    },
    /// The exchange failed.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}
