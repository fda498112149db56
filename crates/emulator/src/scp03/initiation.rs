//! Explicit initiation: INITIALIZE UPDATE and EXTERNAL AUTHENTICATE.

use super::derivation::{Constant, SessionKeys, card_challenge};
use super::{Channel, KeySet, Parameter, SecurityLevel};
use crate::flaw::{Flaw, flawed};
use chipwright_iso7816::{Command, Ins, StatusWord};
use std::fmt;
use subtle::ConstantTimeEq;

/// What the security domain knows when INITIALIZE UPDATE arrives.
#[derive(Debug, Clone, Copy)]
pub struct Initiation<'a> {
    /// The key set that P1 names.
    pub keys: &'a KeySet,
    /// The card's "i".
    pub parameter: Parameter,
    /// The key version number to report.
    pub key_version: u8,
    /// Key diversification data.
    pub diversification_data: [u8; 10],
    /// The sequence counter of the key set for this session; used only with a pseudo-random challenge.
    pub sequence_counter: [u8; 3],
    /// AID of the application that opens the channel; used only with a pseudo-random challenge.
    pub invoking_aid: &'a [u8],
}

/// A channel that waits for EXTERNAL AUTHENTICATE.
pub struct Pending {
    keys: SessionKeys,
    parameter: Parameter,
    host_cryptogram: Vec<u8>,
}

impl Initiation<'_> {
    /// Amendment D, 7.1.1: `diversification data (10) || key version, 03, i || card challenge || card
    /// cryptogram [|| sequence counter (3)]`, challenge and cryptogram of 8 bytes (S8) or 16 (S16).
    ///
    /// `rng` fills its slice with random bytes; it is asked for a card challenge unless that is pseudo-random.
    ///
    /// # Errors
    /// `6700` unless the host challenge has the length of the card's mode: 8 bytes (S8), 16 (S16).
    pub fn initialize_update(
        &self,
        host_challenge: &[u8],
        rng: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(Pending, Vec<u8>), StatusWord> {
        let length = self.parameter.short_length();
        if host_challenge.len() != length {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let challenge = if self.parameter.is_pseudo_random() {
            card_challenge(self.keys, length, self.sequence_counter, self.invoking_aid)
        } else {
            let mut random = vec![0; length];
            rng(&mut random);
            random
        };
        Ok(self.answer(host_challenge, &challenge))
    }

    /// The answer with this card challenge, of the length of the mode.
    pub(super) fn answer(&self, host_challenge: &[u8], challenge: &[u8]) -> (Pending, Vec<u8>) {
        let length = self.parameter.short_length();
        let keys = SessionKeys::derive(self.keys, host_challenge, challenge);
        let cryptogram = |of| keys.cryptogram(of, length, host_challenge, challenge);

        let mut response = self.diversification_data.to_vec();
        response.extend_from_slice(&[self.key_version, 0x03, self.parameter.value()]);
        response.extend_from_slice(challenge);
        let mut card_cryptogram = cryptogram(Constant::CardCryptogram);
        if flawed(Flaw::CardCryptogramMissing) {
            card_cryptogram.fill(0);
        }
        response.extend_from_slice(&card_cryptogram);
        if self.parameter.is_pseudo_random() {
            response.extend_from_slice(&self.sequence_counter);
        }
        let host_cryptogram = cryptogram(Constant::HostCryptogram);
        (Pending { keys, parameter: self.parameter, host_cryptogram }, response)
    }
}

impl Pending {
    /// `84 82 level 00, host cryptogram || C-MAC` (Amendment D, 7.1.2; 6.2.3). The C-MAC is checked first, then the
    /// cryptogram, both in constant time; a refusal drops the session keys.
    ///
    /// # Errors
    /// - `6E00`: the class does not say secure messaging, or `6D00`: another instruction.
    /// - `6A86`: P2 is not 00, or P1 is not a security level that "i" offers.
    /// - `6700`: the data is not a cryptogram and a C-MAC.
    /// - `6300`: C-MAC or cryptogram is wrong; only this spends an authentication attempt.
    pub fn external_authenticate(self, command: &Command) -> Result<Channel, StatusWord> {
        if command.ins != Ins::EXTERNAL_AUTHENTICATE {
            return Err(StatusWord::INS_NOT_SUPPORTED);
        }
        if command.cla & 0x80 == 0 || !super::channel::says_secure_messaging(command.cla) {
            return Err(StatusWord::CLA_NOT_SUPPORTED);
        }
        let level = SecurityLevel::from_p1(command.p1)
            .filter(|level| command.p2 == 0x00 && level.is_offered(self.parameter))
            .ok_or(StatusWord::INCORRECT_P1_P2)?;
        let length = self.parameter.short_length();
        let Some((cryptogram, _)) =
            command.data.split_at_checked(length).filter(|(_, mac)| mac.len() == length)
        else {
            return Err(StatusWord::WRONG_LENGTH);
        };
        let mac_chain = super::channel::verify_c_mac(&self.keys.mac, &[0; 16], length, command)
            .ok_or(StatusWord::AUTHENTICATION_FAILED)?;
        if !bool::from(cryptogram.ct_eq(&self.host_cryptogram)) && !flawed(Flaw::HostCryptogramUnchecked) {
            return Err(StatusWord::AUTHENTICATION_FAILED);
        }
        Ok(Channel::new(self.keys, mac_chain, self.parameter, level))
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pending(i = {:02X}, redacted)", self.parameter.value())
    }
}
