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
    Command::new(0x00, Ins::RESET_RETRY_COUNTER, 0x02, PIN_REFERENCE).with_data(new.digits()).sensitive()
}

/// RESET RETRY COUNTER that restores the tries of the PIN the card holds.
#[must_use]
pub fn unblock_command() -> Command {
    Command::new(0x00, Ins::RESET_RETRY_COUNTER, 0x03, PIN_REFERENCE)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeySize;
    use crate::card_end::{CardEnd, Keyed};
    use crate::sm::SessionKeys;
    use chipwright_iso7816::LengthMode;

    fn session() -> Session {
        Session::new(SessionKeys::new(&[1; 16], &[2; 16]).unwrap())
    }

    fn card(status: u16) -> Exchanger<CardEnd<'static>> {
        let keyed = Keyed { enc: &[1; 16], mac: &[2; 16], answers: vec![(Vec::new(), status)] };
        Exchanger::new(CardEnd::new(vec![keyed]), LengthMode::Short)
    }

    fn outcome(status: u16) -> Result<u128, PinError> {
        let (mut one, mut other) = (card(status), card(status));
        let changed = change(&mut one, session(), &Pin::new("314159").unwrap());
        let unblocked = unblock(&mut other, session());
        assert_eq!(one.transport().received, [([0x0C, 0x2C, 0x02, 0x03], b"314159".to_vec())]);
        assert_eq!(other.transport().received, [([0x0C, 0x2C, 0x03, 0x03], Vec::new())]);
        assert_eq!(changed.as_ref().err(), unblocked.as_ref().err());
        changed.map(|session| session.send_sequence_counter())
    }

    #[test]
    fn what_the_card_says_to_a_change() {
        assert_eq!(outcome(0x9000), Ok(2));
        assert_eq!(outcome(0x6982), Err(PinError::NotAllowed));
        assert_eq!(outcome(0x6983), Err(PinError::PukUsedUp));
        assert_eq!(outcome(0x6A80), Err(PinError::Refused { status: StatusWord(0x6A80) }));
    }

    #[test]
    fn commands() {
        let change = change_command(&Pin::new("314159").unwrap());
        assert_eq!(hex::encode(change.to_bytes().unwrap()), "002c020306333134313539");
        assert!(change.is_sensitive());
        assert_eq!(hex::encode(unblock_command().to_bytes().unwrap()), "002c0303");
        let info = PaceInfo::new(KeySize::Aes256, PaceInfo::P256).unwrap();
        let state = state_command(&info).to_bytes().unwrap();
        assert_eq!(hex::encode(state), "0022c1a412800a04007f0007020204020483010384010c");
    }

    #[test]
    fn states() {
        let read = |status| read_state(&Response::status(StatusWord(status)));
        assert_eq!(read(0x9000), Ok(PinState::Full));
        assert_eq!(read(0x63C2), Ok(PinState::Left(2)));
        assert_eq!(read(0x63C1), Ok(PinState::Suspended));
        assert_eq!(read(0x63C0), Ok(PinState::Blocked));
        assert_eq!(read(0x6A88), Ok(PinState::Absent));
        assert_eq!(read(0x6A80), Err(PinStateError::Refused { status: StatusWord(0x6A80) }));
    }
}
