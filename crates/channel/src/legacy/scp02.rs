//! Legacy: Secure Channel Protocol 02, host side, explicit initiation (GlobalPlatform Card Specification 2.3.1, Appendix E).
//!
//! ```text
//! Initiate ──INITIALIZE UPDATE──▶ AwaitCardChallenge ──card cryptogram right──▶ CardVerified
//!          ──EXTERNAL AUTHENTICATE──▶ AwaitAuthenticated ──9000──▶ Session ⇄ AwaitResponse
//! ```
//!
//! As with [`scp03`](crate::scp03), EXTERNAL AUTHENTICATE is made by [`CardVerified`] alone: a wrong key costs the card no failed
//! authentication. Supported are the parameters *i* = 05, 15, 45, 55 and those with R-MAC beside (25, 35, 65, 75), of which R-MAC is not
//! used; security levels 00, 01 and 03; the basic logical channel. Responses are not protected: what they say is not proven.

mod error;
mod handshake;
mod parameter;
mod session;

pub use error::Scp02Error;
pub use handshake::{AwaitAuthenticated, AwaitCardChallenge, CardVerified, Initiate};
pub use parameter::{Parameter, ParameterError, SecurityLevel};
pub use session::{AwaitResponse, Session};

use super::StaticKeys;
use chipwright_iso7816::{Aid, Command, Exchanger, Response, Transport};

/// Opens a session with the selected application: INITIALIZE UPDATE, card cryptogram, EXTERNAL AUTHENTICATE.
///
/// With `selected`, a pseudo-random card challenge is checked against the identifier of the selected application too.
///
/// # Errors
/// [`Scp02Error`]. Unless it is [`Scp02Error::Refused`] at EXTERNAL AUTHENTICATE or an exchange that failed there, the card has seen
/// nothing but INITIALIZE UPDATE.
pub fn open<T: Transport>(
    card: &mut Exchanger<T>,
    keys: &dyn StaticKeys,
    parameter: Parameter,
    level: SecurityLevel,
    host_challenge: [u8; 8],
    selected: Option<&Aid>,
) -> Result<Session, Scp02Error> {
    let (state, command) = Initiate::new(keys, parameter, host_challenge);
    let mut verified = state.receive(&card.exchange(&command)?)?;
    if let Some(aid) = selected {
        verified = verified.check_pseudo_random_challenge(aid)?;
    }
    let (state, command) = verified.authenticate(level);
    state.receive(&card.exchange(&command)?)
}

impl Session {
    /// Protects a command, sends it, and takes the response.
    ///
    /// # Errors
    /// [`Scp02Error`]; the session is gone then.
    pub fn transmit<T: Transport>(
        self,
        card: &mut Exchanger<T>,
        command: &Command,
    ) -> Result<(Self, Response), Scp02Error> {
        let (state, wrapped) = self.wrap(command)?;
        Ok(state.unwrap(card.exchange(&wrapped)?))
    }
}
