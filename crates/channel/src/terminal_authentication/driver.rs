//! The phases driven over an exchanger.

use super::{CvBytes, KeyError, Next, TerminalAuthenticated, TerminalAuthenticationError, present};
use crate::ecdh::PaceCurve;
use crate::pace::{EphemeralKeyOfCard, Rng};
use crate::sm::Session;
use chipwright_iso7816::{Exchanger, Transport};
use p256::NistP256;

/// The private key of a terminal certificate, wherever it lives. Key bytes never come out.
pub trait TerminalKey {
    /// ECDSA over P-256 with SHA-256, in plain format: `r ‖ s`.
    ///
    /// # Errors
    /// [`KeyError::Store`] when the store fails.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError>;
}

impl<K: TerminalKey + ?Sized> TerminalKey for &K {
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        (**self).sign(message)
    }
}

/// Presents the chain, whose first certificate was issued under one of the trust points that PACE named, and signs the card's
/// challenge. `card_key` is that of the same PACE.
///
/// # Errors
/// [`TerminalAuthenticationError`]; the session is gone then.
pub fn authenticate<T: Transport>(
    card: &mut Exchanger<T>,
    session: Session,
    card_key: &EphemeralKeyOfCard,
    chain: &[CvBytes<'_>],
    key: &dyn TerminalKey,
    rng: Rng<'_>,
) -> Result<(Session, TerminalAuthenticated), TerminalAuthenticationError> {
    let sign = |message: &[u8]| Ok(key.sign(message)?.to_vec());
    authenticate_over::<NistP256, T>(card, session, card_key, chain, &sign, rng)
}

/// Signs a message with the terminal's key, in plain format.
pub type Sign<'a> = &'a dyn Fn(&[u8]) -> Result<Vec<u8>, KeyError>;

/// As [`authenticate`], with the ephemeral key on another curve and a signature of any length.
///
/// # Errors
/// As [`authenticate`].
pub fn authenticate_over<C: PaceCurve, T: Transport>(
    card: &mut Exchanger<T>,
    mut session: Session,
    card_key: &EphemeralKeyOfCard,
    chain: &[CvBytes<'_>],
    sign: Sign<'_>,
    rng: Rng<'_>,
) -> Result<(Session, TerminalAuthenticated<C>), TerminalAuthenticationError> {
    let (mut state, mut command) = present(chain, card_key)?;
    let (state, command) = loop {
        let (next, response) = session.transmit(card, &command)?;
        let (verified, verify) = state.receive(&response)?;
        let (next, response) = next.transmit(card, &verify)?;
        session = next;
        match verified.receive::<C>(&response, rng)? {
            Next::Certificate(next, set_dst) => (state, command) = (next, set_dst),
            Next::Terminal(selected, set_at) => break (selected, set_at),
        }
    };
    let (session, response) = session.transmit(card, &command)?;
    let (state, command) = state.receive(&response)?;
    let (session, response) = session.transmit(card, &command)?;
    let to_sign = state.receive(&response)?;
    let signature = sign(to_sign.message())?;
    let (state, command) = to_sign.complete(&signature);
    let (session, response) = session.transmit(card, &command)?;
    Ok((session, state.receive(&response)?))
}
