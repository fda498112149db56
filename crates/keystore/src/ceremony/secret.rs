//! What is divided, and its check value.

use std::fmt;
use std::str::FromStr;

use chipwright_channel::KeySize;
use chipwright_channel::diversify::{MasterKeys, SoftMasterKeys};
use chipwright_channel::scp03::{KeyRole, KeySet};
use ring::{digest, hmac};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{KeystoreError, NewCardKeys, Passphrase, random};

/// Fewest and most bytes of a secret.
const BYTES: std::ops::RangeInclusive<usize> = 16..=64;

/// A secret of 16 to 64 bytes, wiped when dropped; never copied, shown or compared byte by byte.
pub struct Secret(Zeroizing<Vec<u8>>);

/// A secret that is too short or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Not 16 to 64 bytes.
    #[error("a secret of a ceremony has 16 to 64 bytes, not {0}")]
    Length(usize),
    /// Not an AES key.
    #[error("a master key has 16, 24 or 32 bytes, not {0}")]
    NotAes(usize),
}

impl Secret {
    /// Random bytes.
    ///
    /// # Errors
    /// [`KeystoreError::SecretLength`], [`KeystoreError::Random`].
    pub fn generate(bytes: usize) -> Result<Self, KeystoreError> {
        if BYTES.contains(&bytes) {
            Self::of_length(bytes)
        } else {
            Err(KeystoreError::SecretLength(SecretError::Length(bytes)))
        }
    }

    /// These bytes.
    ///
    /// # Errors
    /// [`SecretError::Length`].
    pub fn new(bytes: &[u8]) -> Result<Self, SecretError> {
        if BYTES.contains(&bytes.len()) {
            Ok(Self(Zeroizing::new(bytes.to_vec())))
        } else {
            Err(SecretError::Length(bytes.len()))
        }
    }

    pub(super) fn of_length(bytes: usize) -> Result<Self, KeystoreError> {
        let mut value = Zeroizing::new(vec![0; bytes]);
        random::fill(&mut value)?;
        Ok(Self(value))
    }

    pub(super) fn unchecked(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    pub(super) fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Its length in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.len()
    }

    /// Its check value: of an AES key the usual one, of any other length the first three bytes of a SHA-256 digest.
    #[must_use]
    pub fn check_value(&self) -> CheckValue {
        if let Ok(keys) = KeySet::new(&self.0, &self.0, &self.0) {
            return CheckValue(keys.check_value(KeyRole::Enc));
        }
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"chipwright check value\0");
        context.update(&self.0);
        let mut value = [0; 3];
        value.iter_mut().zip(context.finish().as_ref()).for_each(|(place, byte)| *place = *byte);
        CheckValue(value)
    }

    /// As a passphrase or PIN: hexadecimal digits.
    #[must_use]
    pub fn to_passphrase(&self) -> Passphrase {
        Passphrase::new(&Zeroizing::new(hex::encode(&*self.0)))
    }

    /// The masters of a generation of cards, derived (NIST SP 800-108, counter mode, AES-CMAC) for each role:
    ///
    /// ```text
    /// K(i) = CMAC(secret, [i] ‖ "CHIPWRIGHT-CARD-MASTER" ‖ role ‖ 00 ‖ [L])     role 01 Key-ENC, 02 Key-MAC, 03 Key-DEK
    /// ```
    ///
    /// # Errors
    /// [`SecretError::NotAes`] as the cause of [`KeystoreError::SecretLength`].
    pub fn to_card_masters(&self) -> Result<NewCardKeys, KeystoreError> {
        let size = KeySize::of(self.0.len())
            .ok_or(KeystoreError::SecretLength(SecretError::NotAes(self.0.len())))?;
        let key = SoftMasterKeys::new(&self.0, &self.0, &self.0).map_err(KeystoreError::CardKeys)?;
        let derive = |role: KeyRole| {
            let mut derived = Zeroizing::new(Vec::with_capacity(32));
            for counter in 1..=2u32 {
                let input = [
                    &counter.to_be_bytes()[..],
                    b"CHIPWRIGHT-CARD-MASTER",
                    &[role.identifier(), 0],
                    &u32::from(size.bits()).to_be_bytes(),
                ]
                .concat();
                derived.extend_from_slice(&*key.cmac(role, &input).map_err(KeystoreError::CardKeys)?);
            }
            derived.truncate(size.bytes());
            Ok::<_, KeystoreError>(derived)
        };
        let [enc, mac, dek] = KeyRole::ALL.map(derive);
        NewCardKeys::from_keys(&enc?, &mac?, &dek?)
    }

    /// HMAC-SHA-256 of a text that only holders of this secret can have written.
    #[must_use]
    pub fn seal_text(&self, text: &[u8]) -> [u8; 32] {
        let mut seal = [0; 32];
        let tag = hmac::sign(&self.text_key(), text);
        seal.iter_mut().zip(tag.as_ref()).for_each(|(place, byte)| *place = *byte);
        seal
    }

    /// Whether this is the seal of the text; in constant time.
    #[must_use]
    pub fn sealed(&self, text: &[u8], seal: &[u8]) -> bool {
        hmac::verify(&self.text_key(), text, seal).is_ok()
    }

    fn text_key(&self) -> hmac::Key {
        let label = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&label, b"chipwright sealed text").as_ref())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

/// Three bytes that show whether a key is the one meant, without giving it away.
#[derive(Debug, Clone, Copy, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CheckValue(pub(super) [u8; 3]);

impl CheckValue {
    /// Whether it is the same; in constant time.
    #[must_use]
    pub fn is(self, other: Self) -> bool {
        self.0.iter().zip(other.0).fold(0, |difference, (one, two)| difference | (one ^ two)) == 0
    }
}

impl PartialEq for CheckValue {
    fn eq(&self, other: &Self) -> bool {
        self.is(*other)
    }
}

impl fmt::Display for CheckValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = self.0;
        write!(f, "{a:02X} {b:02X} {c:02X}")
    }
}

/// Text that is no check value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a check value has six hexadecimal digits")]
pub struct NotACheckValue;

impl FromStr for CheckValue {
    type Err = NotACheckValue;

    fn from_str(text: &str) -> Result<Self, NotACheckValue> {
        let mut value = [0; 3];
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        hex::decode_to_slice(digits, &mut value).map_err(|_| NotACheckValue)?;
        Ok(Self(value))
    }
}

impl From<CheckValue> for String {
    fn from(value: CheckValue) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for CheckValue {
    type Error = NotACheckValue;

    fn try_from(text: String) -> Result<Self, NotACheckValue> {
        text.parse()
    }
}
