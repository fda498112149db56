//! The commands and what their answers must be.

use super::{CvBytes, Step, TerminalAuthenticationError};
use crate::ecdh::{KeyPair, PaceCurve};
use crate::opaque::opaque_debug;
use crate::pace::{CardAccessError, EphemeralKeyOfCard, INTEGER, Rng, SecurityInfos, small_integer};
use chipwright_iso7816::tlv::{Reader, Writer, encode};
use chipwright_iso7816::{Command, Ins, Le, Response, Tag};
use p256::NistP256;
use std::fmt;

/// `id-TA`: 0.4.0.127.0.7.2.2.2.
const TA: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02];

/// Whether SecurityInfos announce Terminal Authentication version 2: `TerminalAuthenticationInfo ::= SEQUENCE { id-TA, version
/// INTEGER, … }`.
///
/// # Errors
/// [`CardAccessError`] for a file that is not SecurityInfos.
pub fn announced(security_infos: &[u8]) -> Result<bool, CardAccessError> {
    let infos = SecurityInfos::parse(security_infos)?;
    Ok(infos.iter().filter(|info| info.protocol == TA).any(|info| {
        let version = Reader::new(info.data).expect(INTEGER).ok();
        version.as_ref().and_then(small_integer) == Some(2)
    }))
}

/// Begins with the first certificate: MSE:Set DST.
///
/// # Errors
/// [`TerminalAuthenticationError::EmptyChain`].
pub fn present<'a>(
    chain: &'a [CvBytes<'a>],
    card_key: &EphemeralKeyOfCard,
) -> Result<(AwaitAuthority<'a>, Command), TerminalAuthenticationError> {
    let (first, rest) = chain.split_first().ok_or(TerminalAuthenticationError::EmptyChain)?;
    Ok(AwaitAuthority::begin(Chain { certificate: first, number: 1, rest, card_key: *card_key }))
}

/// Where in the chain we are.
#[derive(Clone, Copy)]
struct Chain<'a> {
    certificate: &'a CvBytes<'a>,
    number: usize,
    rest: &'a [CvBytes<'a>],
    card_key: EphemeralKeyOfCard,
}

/// MSE:Set DST was sent.
pub struct AwaitAuthority<'a>(Chain<'a>);

impl<'a> AwaitAuthority<'a> {
    fn begin(chain: Chain<'a>) -> (Self, Command) {
        let command = Command::new(0x00, Ins::MANAGE_SECURITY_ENVIRONMENT, 0x81, 0xB6)
            .with_data(encode(Tag(0x83), chain.certificate.authority));
        (Self(chain), command)
    }

    /// Sends the certificate.
    ///
    /// # Errors
    /// [`TerminalAuthenticationError::UnknownAuthority`].
    pub fn receive(
        self,
        response: &Response,
    ) -> Result<(AwaitVerified<'a>, Command), TerminalAuthenticationError> {
        if !response.status.is_success() {
            return Err(TerminalAuthenticationError::UnknownAuthority {
                number: self.0.number,
                status: response.status,
            });
        }
        let command = Command::new(0x00, Ins::PERFORM_SECURITY_OPERATION, 0x00, 0xBE)
            .with_data(self.0.certificate.content);
        Ok((AwaitVerified(self.0), command))
    }
}

/// PSO:VERIFY CERTIFICATE was sent.
pub struct AwaitVerified<'a>(Chain<'a>);

/// What follows a certificate that the card has verified.
pub enum Next<'a, C: PaceCurve = NistP256> {
    /// The next certificate: MSE:Set DST.
    Certificate(AwaitAuthority<'a>, Command),
    /// The terminal's own was the last: MSE:Set AT.
    Terminal(AwaitSelected<C>, Command),
}

impl<'a> AwaitVerified<'a> {
    /// Goes on with the next certificate, or makes the ephemeral key and selects the terminal's.
    ///
    /// # Errors
    /// [`TerminalAuthenticationError::CertificateRefused`], [`TerminalAuthenticationError::RandomSource`].
    pub fn receive<C: PaceCurve>(
        self,
        response: &Response,
        rng: Rng<'_>,
    ) -> Result<Next<'a, C>, TerminalAuthenticationError> {
        let Chain { certificate, number, rest, card_key } = self.0;
        if !response.status.is_success() {
            return Err(TerminalAuthenticationError::CertificateRefused { number, status: response.status });
        }
        if let Some((next, rest)) = rest.split_first() {
            let chain = Chain { certificate: next, number: number + 1, rest, card_key };
            let (state, command) = AwaitAuthority::begin(chain);
            return Ok(Next::Certificate(state, command));
        }
        let ephemeral = KeyPair::<C>::generate(rng)?;
        let mut data = Writer::new();
        data.put(Tag(0x80), certificate.algorithm);
        data.put(Tag(0x83), certificate.holder);
        data.put(Tag(0x91), ephemeral.compressed());
        let command =
            Command::new(0x00, Ins::MANAGE_SECURITY_ENVIRONMENT, 0x81, 0xA4).with_data(data.into_bytes());
        Ok(Next::Terminal(AwaitSelected { ephemeral, card_key }, command))
    }
}

/// MSE:Set AT was sent.
pub struct AwaitSelected<C: PaceCurve = NistP256> {
    ephemeral: KeyPair<C>,
    card_key: EphemeralKeyOfCard,
}

impl<C: PaceCurve> AwaitSelected<C> {
    /// Asks for the challenge.
    ///
    /// # Errors
    /// [`TerminalAuthenticationError::CardRefused`].
    pub fn receive(
        self,
        response: &Response,
    ) -> Result<(AwaitChallenge<C>, Command), TerminalAuthenticationError> {
        if !response.status.is_success() {
            return Err(TerminalAuthenticationError::CardRefused {
                step: Step::SetAt,
                status: response.status,
            });
        }
        let command = Command::new(0x00, Ins::GET_CHALLENGE, 0x00, 0x00).with_le(Le::Exact(8));
        Ok((AwaitChallenge { ephemeral: self.ephemeral, card_key: self.card_key }, command))
    }
}

/// GET CHALLENGE was sent.
pub struct AwaitChallenge<C: PaceCurve = NistP256> {
    ephemeral: KeyPair<C>,
    card_key: EphemeralKeyOfCard,
}

impl<C: PaceCurve> AwaitChallenge<C> {
    /// Reads the challenge and makes what the terminal's key has to sign: `ID.PICC ‖ r.PICC ‖ Comp(PK.PCD)`.
    ///
    /// # Errors
    /// [`TerminalAuthenticationError::CardRefused`], [`TerminalAuthenticationError::ChallengeLength`].
    pub fn receive(self, response: &Response) -> Result<ToSign<C>, TerminalAuthenticationError> {
        if !response.status.is_success() {
            return Err(TerminalAuthenticationError::CardRefused {
                step: Step::Challenge,
                status: response.status,
            });
        }
        if response.data.len() != 8 {
            return Err(TerminalAuthenticationError::ChallengeLength(response.data.len()));
        }
        let message =
            [self.card_key.as_bytes().as_slice(), &response.data, self.ephemeral.compressed()].concat();
        Ok(ToSign { ephemeral: self.ephemeral, message })
    }
}

/// The challenge is there; the terminal's key, wherever it lives, has to sign.
pub struct ToSign<C: PaceCurve = NistP256> {
    ephemeral: KeyPair<C>,
    message: Vec<u8>,
}

impl<C: PaceCurve> ToSign<C> {
    /// What is signed.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// EXTERNAL AUTHENTICATE with the signature in plain format.
    #[must_use]
    pub fn complete(self, signature: &[u8]) -> (AwaitAccepted<C>, Command) {
        let command = Command::new(0x00, Ins::EXTERNAL_AUTHENTICATE, 0x00, 0x00).with_data(signature);
        (AwaitAccepted { ephemeral: self.ephemeral }, command)
    }
}

/// EXTERNAL AUTHENTICATE was sent.
pub struct AwaitAccepted<C: PaceCurve = NistP256> {
    ephemeral: KeyPair<C>,
}

impl<C: PaceCurve> AwaitAccepted<C> {
    /// The card has accepted the signature.
    ///
    /// # Errors
    /// [`TerminalAuthenticationError::SignatureRefused`].
    pub fn receive(
        self,
        response: &Response,
    ) -> Result<TerminalAuthenticated<C>, TerminalAuthenticationError> {
        if response.status.is_success() {
            Ok(TerminalAuthenticated { ephemeral: self.ephemeral })
        } else {
            Err(TerminalAuthenticationError::SignatureRefused { status: response.status })
        }
    }
}

/// The card knows the terminal. Its rights apply after Chip Authentication 2 with the ephemeral key in here, which serves once.
#[must_use = "rights apply after Chip Authentication 2 only"]
pub struct TerminalAuthenticated<C: PaceCurve = NistP256> {
    ephemeral: KeyPair<C>,
}

impl<C: PaceCurve> TerminalAuthenticated<C> {
    #[cfg(test)]
    pub(crate) const fn with(ephemeral: KeyPair<C>) -> Self {
        Self { ephemeral }
    }

    pub(crate) fn into_ephemeral(self) -> KeyPair<C> {
        self.ephemeral
    }
}

opaque_debug!(
    AwaitSelected<C: PaceCurve>, AwaitChallenge<C: PaceCurve>, ToSign<C: PaceCurve>, AwaitAccepted<C: PaceCurve>,
    TerminalAuthenticated<C: PaceCurve>
);

impl fmt::Debug for AwaitAuthority<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwaitAuthority").field("certificate", &self.0.number).finish_non_exhaustive()
    }
}

impl fmt::Debug for AwaitVerified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwaitVerified").field("certificate", &self.0.number).finish_non_exhaustive()
    }
}
