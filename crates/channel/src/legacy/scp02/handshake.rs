//! INITIALIZE UPDATE and EXTERNAL AUTHENTICATE (GP 2.3.1, E.5.1 and E.5.2).

use super::session::Channel;
use super::{Parameter, Scp02Error, SecurityLevel, Session};
use crate::legacy::des3::{BLOCK, Key, equal};
use crate::legacy::{KeyError, KeyRole, StaticKeys};
use crate::opaque::opaque_debug;
use crate::scp03::Step;
use chipwright_iso7816::{Aid, Command, Ins, Le, Response};
use std::fmt;

/// Key diversification data (10) ‖ key version ‖ 02 ‖ sequence counter (2) ‖ card challenge (6) ‖ card cryptogram (8).
const ANSWER: usize = 28;

/// Constants of session keys (table E-2).
const C_MAC: u16 = 0x0101;
const S_ENC: u16 = 0x0182;

/// The beginning of a session.
pub struct Initiate;

impl Initiate {
    /// INITIALIZE UPDATE: `80 50 version 00 08 challenge 00`. The challenge must be unpredictable and never be used twice.
    #[expect(clippy::new_ret_no_self, reason = "the first transition; there is no state before it")]
    pub fn new(
        keys: &dyn StaticKeys,
        parameter: Parameter,
        host_challenge: [u8; 8],
    ) -> (AwaitCardChallenge<'_>, Command) {
        let command = Command::new(0x80, Ins::INITIALIZE_UPDATE, keys.version(), 0x00)
            .with_data(host_challenge)
            .with_le(Le::Max);
        (AwaitCardChallenge { keys, parameter, host_challenge }, command)
    }
}

/// INITIALIZE UPDATE was sent.
pub struct AwaitCardChallenge<'k> {
    keys: &'k dyn StaticKeys,
    parameter: Parameter,
    host_challenge: [u8; 8],
}

impl AwaitCardChallenge<'_> {
    /// Reads the answer (table E-7), derives the session keys (E.4.1) and checks the card cryptogram (E.4.2.1):
    ///
    /// ```text
    /// session key = 3DES-CBC(static key, 0, constant (2) ‖ sequence counter (2) ‖ 00 × 12)
    /// card cryptogram = MAC(S-ENC, host challenge ‖ sequence counter ‖ card challenge)
    /// ```
    ///
    /// # Errors
    /// [`Scp02Error::Refused`]; [`Scp02Error::ResponseLength`], [`Protocol`](Scp02Error::Protocol) or
    /// [`KeyVersion`](Scp02Error::KeyVersion) for an answer that does not fit; [`Scp02Error::CardCryptogram`] when the card holds other
    /// keys; [`Scp02Error::Keys`].
    pub fn receive(self, response: &Response) -> Result<CardVerified, Scp02Error> {
        if !response.status.is_success() {
            return Err(Scp02Error::Refused { step: Step::InitializeUpdate, status: response.status });
        }
        let data: &[u8; ANSWER] = response
            .data
            .as_slice()
            .try_into()
            .map_err(|_| Scp02Error::ResponseLength(response.data.len()))?;
        let [head @ .., version, protocol] = first::<12>(data);
        if protocol != 0x02 {
            return Err(Scp02Error::Protocol(protocol));
        }
        let asked = self.keys.version();
        if asked != 0 && asked != version {
            return Err(Scp02Error::KeyVersion { asked, answered: version });
        }
        let (card, cryptogram) = data[12..].split_at(8);
        let counter = [card[0], card[1]];
        let key = |role, constant| session_key(self.keys, role, constant, counter);
        let (enc, mac) = (key(KeyRole::Enc, S_ENC)?, key(KeyRole::Mac, C_MAC)?);
        if !equal(&enc.full_mac(&[&self.host_challenge, card].concat()), cryptogram) {
            return Err(Scp02Error::CardCryptogram);
        }
        let host_cryptogram = enc.full_mac(&[card, &self.host_challenge].concat());
        let mut card_challenge = [0; 6];
        card_challenge.copy_from_slice(&card[2..]);
        Ok(CardVerified {
            channel: Box::new(Channel::new(enc, mac, self.parameter)),
            host_cryptogram,
            diversification_data: head,
            version,
            counter,
            card_challenge,
        })
    }
}

fn first<const N: usize>(data: &[u8; ANSWER]) -> [u8; N] {
    std::array::from_fn(|index| data[index])
}

fn session_key(
    keys: &dyn StaticKeys,
    role: KeyRole,
    constant: u16,
    counter: [u8; 2],
) -> Result<Key, KeyError> {
    let mut data = [0; 16];
    data[..2].copy_from_slice(&constant.to_be_bytes());
    data[2..4].copy_from_slice(&counter);
    let derived = keys.cbc(role, &data)?;
    Key::new(&*derived).ok_or(KeyError::Length(derived.len()))
}

/// The card proved that it holds the keys. Only here can EXTERNAL AUTHENTICATE be made.
pub struct CardVerified {
    channel: Box<Channel>,
    host_cryptogram: [u8; BLOCK],
    diversification_data: [u8; 10],
    version: u8,
    counter: [u8; 2],
    card_challenge: [u8; 6],
}

impl CardVerified {
    /// The version of the keys the card used.
    #[must_use]
    pub const fn key_version(&self) -> u8 {
        self.version
    }

    /// The key diversification data of the card, from which [`diversification`](crate::legacy::diversification) makes its keys.
    #[must_use]
    pub const fn diversification_data(&self) -> [u8; 10] {
        self.diversification_data
    }

    /// The sequence counter: sessions that were opened with these keys.
    #[must_use]
    pub const fn sequence_counter(&self) -> u16 {
        u16::from_be_bytes(self.counter)
    }

    /// Checks a pseudo-random card challenge (E.4.2.3): the first 6 bytes of `MAC(C-MAC key, AID)` with a zero ICV. Cards with random
    /// challenges (*i* without bit 40) have nothing to check.
    ///
    /// # Errors
    /// [`Scp02Error::CardChallenge`] when it does not follow.
    pub fn check_pseudo_random_challenge(self, aid: &Aid) -> Result<Self, Scp02Error> {
        if self.channel.parameter.has_pseudo_random_challenge() {
            let expected = self.channel.mac.retail_mac([0; BLOCK], aid.as_bytes());
            if expected[..6] != self.card_challenge {
                return Err(Scp02Error::CardChallenge);
            }
        }
        Ok(self)
    }

    /// EXTERNAL AUTHENTICATE: `84 82 level 00 10 host cryptogram ‖ C-MAC` (E.5.2); its C-MAC has a zero ICV.
    #[must_use]
    pub fn authenticate(mut self, level: SecurityLevel) -> (AwaitAuthenticated, Command) {
        let header = [0x84, Ins::EXTERNAL_AUTHENTICATE.0, level.value(), 0x00, 0x10];
        let mac = self.channel.command_mac(&[&header[..], &self.host_cryptogram].concat());
        self.channel.level = level;
        let data = [self.host_cryptogram, mac].concat();
        let command = Command::new(0x84, Ins::EXTERNAL_AUTHENTICATE, level.value(), 0x00).with_data(data);
        (AwaitAuthenticated { channel: self.channel }, command)
    }
}

/// EXTERNAL AUTHENTICATE was sent.
pub struct AwaitAuthenticated {
    channel: Box<Channel>,
}

impl AwaitAuthenticated {
    /// Opens the session on `9000`.
    ///
    /// # Errors
    /// [`Scp02Error::Refused`] for any other status.
    pub fn receive(self, response: &Response) -> Result<Session, Scp02Error> {
        if response.status.is_success() {
            Ok(Session::new(self.channel))
        } else {
            Err(Scp02Error::Refused { step: Step::ExternalAuthenticate, status: response.status })
        }
    }
}

impl fmt::Debug for AwaitCardChallenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwaitCardChallenge").finish_non_exhaustive()
    }
}

opaque_debug!(CardVerified, AwaitAuthenticated);
