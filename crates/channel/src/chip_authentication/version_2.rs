//! Version 2: the chip proves itself with a token over the terminal's key (TR-03110-2, 3.4; TR-03110-3, B.2.2).

use super::version_1::{accepted, set_at};
use super::{ChipAuthenticationError, ChipKey};
use crate::aes_modes::{MacKey, mac_matches};
use crate::ecdh::{KeyPair, PaceCurve, point, x_coordinate};
use crate::kdf::Derived;
use crate::pace::{DYNAMIC_DATA, general_authenticate, token_input};
use crate::proof::{ChipProven, NotGenuine, Proof};
use crate::sm::Session;
use crate::terminal_authentication::TerminalAuthenticated;
use chipwright_iso7816::tlv::{Tlv, TlvError, encode};
use chipwright_iso7816::{Command, Exchanger, Response, Tag, Transport};
use std::fmt;

const PROOF: Proof = Proof::ChipAuthentication2;

/// MSE:Set AT: `00 22 41 A4 Lc  80 protocol  [84 key]`. Takes the ephemeral key that Terminal Authentication was run with.
///
/// # Errors
/// [`ChipAuthenticationError::Parameters`] when the chip's key is on another curve than the ephemeral one.
pub fn select<C: PaceCurve>(
    key: &ChipKey,
    terminal: TerminalAuthenticated<C>,
) -> Result<(AwaitSelected<C>, Command), ChipAuthenticationError> {
    let command = set_at::<C>(key)?;
    Ok((AwaitSelected { key: *key, ephemeral: terminal.into_ephemeral() }, command))
}

/// MSE:Set AT was sent.
pub struct AwaitSelected<C: PaceCurve> {
    key: ChipKey,
    ephemeral: KeyPair<C>,
}

impl<C: PaceCurve> AwaitSelected<C> {
    /// Sends the ephemeral key: `7C { 80 PK.PCD }`.
    ///
    /// # Errors
    /// [`NotGenuine::Refused`], [`NotGenuine::PublicKey`].
    pub fn receive(self, response: &Response) -> Result<(AwaitToken<C>, Command), ChipAuthenticationError> {
        accepted(response, PROOF)?;
        let command = general_authenticate(0x00, &encode(Tag(0x80), &self.ephemeral.public));
        Ok((AwaitToken { key: self.key, ephemeral: self.ephemeral }, command))
    }
}

/// GENERAL AUTHENTICATE was sent, the last command under the old keys.
pub struct AwaitToken<C: PaceCurve> {
    key: ChipKey,
    ephemeral: KeyPair<C>,
}

impl<C: PaceCurve> AwaitToken<C> {
    /// Reads `7C { 81 r.PICC, 82 T.PICC }`, derives the keys, checks the token over our key, and begins anew with SSC = 0.
    ///
    /// # Errors
    /// [`NotGenuine::Refused`], [`NotGenuine::Malformed`], [`NotGenuine::PublicKey`], [`NotGenuine::Token`].
    pub fn receive(self, response: &Response) -> Result<(Session, ChipProven), ChipAuthenticationError> {
        accepted(response, PROOF)?;
        let (nonce, token) =
            read(&response.data).map_err(|error| NotGenuine::Malformed { proof: PROOF, error })?;
        let derived = self.derive(nonce)?;
        let expected = MacKey::new(&derived.mac)
            .map(|mut key| key.mac(&[&token_input(&self.key.protocol(), &self.ephemeral.public)]))
            .ok_or(NotGenuine::Token)?;
        if !mac_matches(&expected, token) {
            return Err(NotGenuine::Token.into());
        }
        Ok((Session::new(derived.keys()?), ChipProven::new(PROOF, self.key.public.point())))
    }

    /// `KDF(KA(SK.PCD, PK.PICC), r.PICC, c)`.
    pub(super) fn derive(&self, nonce: &[u8]) -> Result<Derived, ChipAuthenticationError> {
        let of = |error| ChipAuthenticationError::of(error, PROOF);
        let theirs = point::<C>(self.key.public.point()).map_err(of)?;
        let secret = x_coordinate::<C>(&self.ephemeral.agree(&theirs).map_err(of)?);
        Ok(Derived::of(&secret, nonce, self.key.size))
    }
}

fn read(data: &[u8]) -> Result<(&[u8], &[u8]), TlvError> {
    let mut inner = Tlv::parse_expected(data, DYNAMIC_DATA)?.children()?;
    let nonce = inner.expect(Tag(0x81))?;
    let token = inner.expect(Tag(0x82))?;
    inner.finish()?;
    for object in [nonce, token] {
        if object.value.len() != 8 {
            return Err(object.invalid());
        }
    }
    Ok((nonce.value, token.value))
}

/// Runs Chip Authentication 2 in the session that Terminal Authentication was run in. `key` comes from EF.CardSecurity, whose
/// signature the caller has checked.
///
/// # Errors
/// [`ChipAuthenticationError`]; the session is gone then.
pub fn authenticate<C: PaceCurve, T: Transport>(
    card: &mut Exchanger<T>,
    session: Session,
    terminal: TerminalAuthenticated<C>,
    key: &ChipKey,
) -> Result<(Session, ChipProven), ChipAuthenticationError> {
    let (state, command) = select::<C>(key, terminal)?;
    let (session, response) = session.transmit(card, &command)?;
    let (state, command) = state.receive(&response)?;
    let (_, response) = session.transmit(card, &command)?;
    state.receive(&response)
}

impl<C: PaceCurve> fmt::Debug for AwaitSelected<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwaitSelected").finish_non_exhaustive()
    }
}

impl<C: PaceCurve> fmt::Debug for AwaitToken<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwaitToken").finish_non_exhaustive()
    }
}
