//! INITIALIZE UPDATE and EXTERNAL AUTHENTICATE (Amendment D, 7.1).

use super::derivation::{Constant, cryptogram, from_static};
use super::session::Channel;
use super::{KeyRole, Mode, Parameter, Scp03Error, SecurityLevel, Session, StaticKeys, Step};
use crate::aes_modes::{BLOCK, BlockKey, MacKey, mac_matches};
use chipwright_iso7816::{Aid, Command, Ins, Le, Response};
use std::fmt;

/// Key diversification data and key information, before the challenges (Amendment D, table 7-2).
const HEAD: usize = 13;
/// Bytes of the sequence counter.
const COUNTER: usize = 3;

/// The host challenge; its length chooses the mode. It must be unpredictable and never be used twice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum HostChallenge {
    /// S8 mode.
    S8([u8; 8]),
    /// S16 mode.
    S16([u8; 16]),
}

impl HostChallenge {
    /// The mode it asks for.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        match self {
            Self::S8(_) => Mode::S8,
            Self::S16(_) => Mode::S16,
        }
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::S8(bytes) => bytes,
            Self::S16(bytes) => bytes,
        }
    }
}

impl From<[u8; 8]> for HostChallenge {
    fn from(bytes: [u8; 8]) -> Self {
        Self::S8(bytes)
    }
}

impl From<[u8; 16]> for HostChallenge {
    fn from(bytes: [u8; 16]) -> Self {
        Self::S16(bytes)
    }
}

impl fmt::Debug for HostChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostChallenge({:?})", self.mode())
    }
}

/// The beginning of a session.
pub struct Initiate;

impl Initiate {
    /// INITIALIZE UPDATE: `80 50 version 00 Lc challenge 00` (Amendment D, 7.1.1).
    #[expect(clippy::new_ret_no_self, reason = "the first transition; there is no state before it")]
    pub fn new<'k>(
        keys: &'k dyn StaticKeys,
        host_challenge: impl Into<HostChallenge>,
    ) -> (AwaitCardChallenge<'k>, Command) {
        let host_challenge = host_challenge.into();
        let command = Command::new(0x80, Ins::INITIALIZE_UPDATE, keys.version(), 0x00)
            .with_data(host_challenge.as_bytes())
            .with_le(Le::Max);
        (AwaitCardChallenge { keys, host_challenge }, command)
    }
}

/// INITIALIZE UPDATE was sent.
pub struct AwaitCardChallenge<'k> {
    keys: &'k dyn StaticKeys,
    host_challenge: HostChallenge,
}

impl<'k> AwaitCardChallenge<'k> {
    /// Reads the answer (Amendment D, table 7-2), derives the session keys and checks the card cryptogram:
    ///
    /// ```text
    /// diversification data (10) ‖ version ‖ 03 ‖ i ‖ card challenge ‖ card cryptogram [‖ sequence counter (3) if i has bit 10]
    /// ```
    ///
    /// # Errors
    /// [`Scp03Error::Refused`]; [`Scp03Error::ResponseLength`], [`Protocol`](Scp03Error::Protocol),
    /// [`Parameter`](Scp03Error::Parameter), [`Mode`](Scp03Error::Mode) or [`KeyVersion`](Scp03Error::KeyVersion) for an answer
    /// that does not fit; [`Scp03Error::CardCryptogram`] when the card holds other keys; [`Scp03Error::Keys`].
    pub fn receive(self, response: &Response) -> Result<CardVerified<'k>, Scp03Error> {
        if !response.status.is_success() {
            return Err(Scp03Error::Refused { step: Step::InitializeUpdate, status: response.status });
        }
        let answer = Answer::read(&response.data, self.host_challenge.mode())?;
        let asked = self.keys.version();
        if asked != 0 && asked != answer.version {
            return Err(Scp03Error::KeyVersion { asked, answered: answer.version });
        }
        let context = [self.host_challenge.as_bytes(), answer.challenge].concat();
        let derive =
            |role, constant| from_static(self.keys, role, constant, self.keys.size().bits(), &context);
        let s_enc = derive(KeyRole::Enc, Constant::SEnc)?;
        let s_mac = derive(KeyRole::Mac, Constant::SMac)?;
        let s_rmac = derive(KeyRole::Mac, Constant::SRmac)?;
        let length = |key: &[u8]| super::KeyError::Length(key.len());
        let mut channel = Box::new(Channel::new(
            BlockKey::new(&s_enc).ok_or_else(|| length(&s_enc))?,
            MacKey::new(&s_mac).ok_or_else(|| length(&s_mac))?,
            MacKey::new(&s_rmac).ok_or_else(|| length(&s_rmac))?,
            answer.parameter,
        ));
        let bytes = answer.parameter.mode().bytes();
        let expected = cryptogram(&mut channel.mac, Constant::CardCryptogram, bytes, &context);
        if !mac_matches(&expected, answer.cryptogram) {
            return Err(Scp03Error::CardCryptogram);
        }
        let host_cryptogram = cryptogram(&mut channel.mac, Constant::HostCryptogram, bytes, &context);
        Ok(CardVerified {
            keys: self.keys,
            channel,
            host_cryptogram,
            diversification_data: answer.diversification_data,
            version: answer.version,
            card_challenge: answer.challenge.to_vec(),
            sequence_counter: answer.sequence_counter,
            #[cfg(test)]
            session_keys: [s_enc.to_vec(), s_mac.to_vec(), s_rmac.to_vec()],
        })
    }
}

/// The answer to INITIALIZE UPDATE, taken apart.
struct Answer<'a> {
    diversification_data: [u8; 10],
    version: u8,
    parameter: Parameter,
    challenge: &'a [u8],
    cryptogram: &'a [u8],
    sequence_counter: Option<[u8; COUNTER]>,
}

impl<'a> Answer<'a> {
    fn read(data: &'a [u8], asked: Mode) -> Result<Self, Scp03Error> {
        let short = Scp03Error::ResponseLength { wanted: HEAD, found: data.len() };
        let Some((head, rest)) = data.split_first_chunk::<HEAD>() else {
            return Err(short);
        };
        let [.., version, protocol, i] = *head;
        if protocol != 0x03 {
            return Err(Scp03Error::Protocol(protocol));
        }
        let parameter = Parameter::new(i)?;
        if parameter.mode() != asked {
            return Err(Scp03Error::Mode { asked, parameter });
        }
        let bytes = asked.bytes();
        let counter = if parameter.has_pseudo_random_challenge() { COUNTER } else { 0 };
        if rest.len() != 2 * bytes + counter {
            return Err(Scp03Error::ResponseLength { wanted: HEAD + 2 * bytes + counter, found: data.len() });
        }
        let (challenge, rest) = rest.split_at(bytes);
        let (cryptogram, counter) = rest.split_at(bytes);
        let mut diversification_data = [0; 10];
        diversification_data.copy_from_slice(&head[..10]);
        let sequence_counter = counter.try_into().ok();
        Ok(Self { diversification_data, version, parameter, challenge, cryptogram, sequence_counter })
    }
}

/// The card proved that it holds the keys. Only here can EXTERNAL AUTHENTICATE be made.
pub struct CardVerified<'k> {
    keys: &'k dyn StaticKeys,
    channel: Box<Channel>,
    host_cryptogram: [u8; BLOCK],
    diversification_data: [u8; 10],
    version: u8,
    card_challenge: Vec<u8>,
    sequence_counter: Option<[u8; COUNTER]>,
    #[cfg(test)]
    pub(super) session_keys: [Vec<u8>; 3],
}

impl CardVerified<'_> {
    /// The parameter `i` of the card.
    #[must_use]
    pub const fn parameter(&self) -> Parameter {
        self.channel.parameter
    }

    /// The version of the keys the card used.
    #[must_use]
    pub const fn key_version(&self) -> u8 {
        self.version
    }

    /// The key diversification data of the card.
    #[must_use]
    pub const fn diversification_data(&self) -> [u8; 10] {
        self.diversification_data
    }

    /// The sequence counter, if the card challenge is pseudo-random.
    #[must_use]
    pub const fn sequence_counter(&self) -> Option<[u8; COUNTER]> {
        self.sequence_counter
    }

    /// Checks a pseudo-random card challenge (Amendment D, 6.2.2.1):
    /// `challenge = KDF(Key-ENC, 02, sequence counter ‖ AID of the application that was selected)`.
    /// Cards with random challenges (`i` without bit 10) have nothing to check.
    ///
    /// # Errors
    /// [`Scp03Error::CardChallenge`] when it does not follow from the counter; [`Scp03Error::Keys`].
    pub fn check_pseudo_random_challenge(self, aid: &Aid) -> Result<Self, Scp03Error> {
        if let Some(counter) = self.sequence_counter {
            let context = [&counter, aid.as_bytes()].concat();
            let bits = if self.card_challenge.len() == BLOCK { 0x80 } else { 0x40 };
            let expected = from_static(self.keys, KeyRole::Enc, Constant::CardChallenge, bits, &context)?;
            if *expected != self.card_challenge {
                return Err(Scp03Error::CardChallenge);
            }
        }
        Ok(self)
    }

    /// EXTERNAL AUTHENTICATE: `84 82 level 00 Lc host cryptogram ‖ C-MAC` (Amendment D, 7.1.2).
    ///
    /// # Errors
    /// [`Scp03Error::Level`] when the card's parameter does not allow the level.
    pub fn authenticate(mut self, level: SecurityLevel) -> Result<(AwaitAuthenticated, Command), Scp03Error> {
        let parameter = self.channel.parameter;
        if !parameter.allows(level) {
            return Err(Scp03Error::Level { level, parameter });
        }
        let bytes = parameter.mode().bytes();
        let mut data = self.host_cryptogram[..bytes].to_vec();
        #[allow(clippy::cast_possible_truncation)] // 16 or 32
        let header = [0x84, Ins::EXTERNAL_AUTHENTICATE.0, level.value(), 0x00, 2 * bytes as u8];
        let mac = self.channel.command_mac(&[&header, &data]);
        data.extend_from_slice(&mac[..bytes]);
        self.channel.level = level;
        let command = Command::new(0x84, Ins::EXTERNAL_AUTHENTICATE, level.value(), 0x00).with_data(data);
        Ok((AwaitAuthenticated { channel: self.channel }, command))
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
    /// [`Scp03Error::Refused`] for any other status.
    pub fn receive(self, response: &Response) -> Result<Session, Scp03Error> {
        if response.status.is_success() {
            Ok(Session::new(self.channel))
        } else {
            Err(Scp03Error::Refused { step: Step::ExternalAuthenticate, status: response.status })
        }
    }
}

macro_rules! opaque_debug {
    ($($name:ident $(<$life:lifetime>)?),*) => {$(
        impl fmt::Debug for $name $(<$life>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
opaque_debug!(AwaitCardChallenge<'_>, CardVerified<'_>, AwaitAuthenticated);
