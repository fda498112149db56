//! The phases driven over an exchanger.

use super::{PaceCurve, PaceError, PaceInfo, Password, Rng, select};
use crate::sm::Session;
use bp256::BrainpoolP256r1;
use chipwright_iso7816::{Exchanger, Transport};
use p256::NistP256;

/// Runs PACE with the card and opens secure messaging.
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
    match info.parameter_id() {
        NistP256::PARAMETER_ID => establish_over::<NistP256, T>(card, info, password, rng),
        _ => establish_over::<BrainpoolP256r1, T>(card, info, password, rng),
    }
}

fn establish_over<C: PaceCurve, T: Transport>(
    card: &mut Exchanger<T>,
    info: &PaceInfo,
    password: &Password,
    rng: Rng<'_>,
) -> Result<Session, PaceError> {
    let (state, command) = select::<C>(info, password)?;
    let (state, command) = state.receive(&card.exchange(&command)?)?;
    let (state, command) = state.receive(&card.exchange(&command)?, rng)?;
    let (state, command) = state.receive(&card.exchange(&command)?, rng)?;
    let (state, command) = state.receive(&card.exchange(&command)?)?;
    state.receive(&card.exchange(&command)?)
}
