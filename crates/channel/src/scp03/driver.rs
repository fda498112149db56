//! The phases driven over an exchanger.

use super::{HostChallenge, Initiate, Scp03Error, SecurityLevel, Session, StaticKeys};
use chipwright_iso7816::{Aid, Command, Exchanger, LengthMode, Response, Transport};

/// Opens a session with the selected application: INITIALIZE UPDATE, card cryptogram, EXTERNAL AUTHENTICATE.
///
/// With `selected`, a pseudo-random card challenge is checked against the identifier of the selected application too.
///
/// # Errors
/// [`Scp03Error`]. Unless the error is [`Scp03Error::Refused`] at EXTERNAL AUTHENTICATE or an exchange that failed there, the
/// card has seen nothing but INITIALIZE UPDATE.
pub fn open<T: Transport>(
    card: &mut Exchanger<T>,
    keys: &dyn StaticKeys,
    level: SecurityLevel,
    host_challenge: impl Into<HostChallenge>,
    selected: Option<&Aid>,
) -> Result<Session, Scp03Error> {
    let (state, command) = Initiate::new(keys, host_challenge);
    let mut verified = state.receive(&card.exchange(&command)?)?;
    if let Some(aid) = selected {
        verified = verified.check_pseudo_random_challenge(aid)?;
    }
    let (state, command) = verified.authenticate(level)?;
    state.receive(&card.exchange(&command)?)
}

impl Session {
    /// Protects a command, sends it, and opens the response.
    ///
    /// # Errors
    /// [`Scp03Error`]; the session is gone then. [`Scp03Error::ExtendedLengthNeeded`] when the protected command does not fit a
    /// short APDU and the exchanger uses no others: a chain would be protected in parts, which SCP03 does not define.
    pub fn transmit<T: Transport>(
        self,
        card: &mut Exchanger<T>,
        command: &Command,
    ) -> Result<(Self, Response), Scp03Error> {
        let (state, wrapped) = self.wrap(command)?;
        if card.mode() == LengthMode::Short && (wrapped.extended || wrapped.data.len() > 255) {
            return Err(Scp03Error::ExtendedLengthNeeded);
        }
        state.unwrap(card.exchange(&wrapped)?)
    }
}
