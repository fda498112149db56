//! The phases driven over an exchanger.

use super::{Chat, Established, PaceCurve, PaceError, PaceInfo, Password, Rng, select_with};
use crate::sm::Session;
use bp256::BrainpoolP256r1;
use chipwright_iso7816::{Command, Exchanger, Response, Transport};
use p256::NistP256;

/// Runs PACE with the card in plain and opens secure messaging.
///
/// `rng` is drawn from twice, for the mapping key and for the ephemeral key, 32 bytes at a time, again for the few strings
/// that are no scalar.
///
/// # Errors
/// [`PaceError`]. The card counts the password as wrong only when the fourth GENERAL AUTHENTICATE was sent.
pub fn establish<T: Transport>(
    card: &mut Exchanger<T>,
    info: &PaceInfo,
    password: &Password,
    rng: Rng<'_>,
) -> Result<Session, PaceError> {
    Ok(establish_with(card, None, info, password, None, rng)?.session)
}

/// Runs PACE, under the secure messaging of `within` where there is one (which the new session replaces), asking for the rights of
/// `chat` where there is one.
///
/// # Errors
/// [`PaceError`], as [`establish`]. A session that was handed in is gone then.
pub fn establish_with<T: Transport>(
    card: &mut Exchanger<T>,
    within: Option<Session>,
    info: &PaceInfo,
    password: &Password,
    chat: Option<&Chat>,
    rng: Rng<'_>,
) -> Result<Established, PaceError> {
    let carrier = Carrier { card, within };
    match info.parameter_id() {
        NistP256::PARAMETER_ID => establish_over::<NistP256, T>(carrier, info, password, chat, rng),
        _ => establish_over::<BrainpoolP256r1, T>(carrier, info, password, chat, rng),
    }
}

fn establish_over<C: PaceCurve, T: Transport>(
    mut carrier: Carrier<'_, T>,
    info: &PaceInfo,
    password: &Password,
    chat: Option<&Chat>,
    rng: Rng<'_>,
) -> Result<Established, PaceError> {
    let (state, command) = select_with::<C>(info, password, chat)?;
    let (state, command) = state.receive(&carrier.exchange(&command)?)?;
    let (state, command) = state.receive(&carrier.exchange(&command)?, rng)?;
    let (state, command) = state.receive(&carrier.exchange(&command)?, rng)?;
    let (state, command) = state.receive(&carrier.exchange(&command)?)?;
    state.receive(&carrier.exchange(&command)?)
}

/// The way to the card: in plain, or inside a session.
struct Carrier<'a, T> {
    card: &'a mut Exchanger<T>,
    within: Option<Session>,
}

impl<T: Transport> Carrier<'_, T> {
    /// An error drops the session; callers drop the carrier with it.
    fn exchange(&mut self, command: &Command) -> Result<Response, PaceError> {
        let Some(session) = self.within.take() else {
            return Ok(self.card.exchange(command)?);
        };
        let (session, response) = session.transmit(self.card, command)?;
        self.within = Some(session);
        Ok(response)
    }
}
