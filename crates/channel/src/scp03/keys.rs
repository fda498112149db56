//! Static keys behind operations, and new keys on their way to a card.

use crate::KeySize;
use crate::aes_modes::{BLOCK, BlockKey, MacKey, pad};
use std::fmt;
use zeroize::Zeroizing;

/// The three keys of an SCP03 key set (Amendment D, table 4-2), by key identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyRole {
    /// Key-ENC, identifier 01.
    Enc,
    /// Key-MAC, identifier 02.
    Mac,
    /// Key-DEK, identifier 03.
    Dek,
}

impl KeyRole {
    /// All three, by key identifier.
    pub const ALL: [Self; 3] = [Self::Enc, Self::Mac, Self::Dek];

    /// The key identifier, 01 to 03.
    #[must_use]
    pub const fn identifier(self) -> u8 {
        match self {
            Self::Enc => 1,
            Self::Mac => 2,
            Self::Dek => 3,
        }
    }
}

/// Why a key operation failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A key of another length than 16, 24 or 32 bytes.
    #[error("an AES key has 16, 24 or 32 bytes, not {0}")]
    Length(usize),
    /// The three keys of a set differ in size.
    #[error("the three keys of a set must have the same size")]
    MixedSizes,
    /// The token or file that holds the key refused or failed.
    #[error("the key store refused the operation")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Operations of a static SCP03 key set, wherever it lives. Key bytes never come out.
pub trait StaticKeys {
    /// The size of all three keys.
    fn size(&self) -> KeySize;

    /// The key version number asked for in INITIALIZE UPDATE; 00 lets the card choose.
    fn version(&self) -> u8;

    /// `AES-CMAC(key, input)`: 16 bytes. All derivations of SCP03 are made of it.
    ///
    /// # Errors
    /// [`KeyError::Store`] when the store fails.
    fn cmac(&self, role: KeyRole, input: &[u8]) -> Result<Zeroizing<[u8; 16]>, KeyError>;

    /// `AES-CBC(Key-DEK, ICV = 0, new_key)`, for PUT KEY (Amendment D, 6.2.8). A new key of 24 bytes is padded with
    /// `80 00 …` to 32 first.
    ///
    /// # Errors
    /// [`KeyError::Length`] unless `new_key` has 16, 24 or 32 bytes; [`KeyError::Store`] when the store fails.
    fn wrap_key(&self, new_key: &[u8]) -> Result<Vec<u8>, KeyError>;
}

impl<K: StaticKeys + ?Sized> StaticKeys for &K {
    fn size(&self) -> KeySize {
        (**self).size()
    }

    fn version(&self) -> u8 {
        (**self).version()
    }

    fn cmac(&self, role: KeyRole, input: &[u8]) -> Result<Zeroizing<[u8; 16]>, KeyError> {
        (**self).cmac(role, input)
    }

    fn wrap_key(&self, new_key: &[u8]) -> Result<Vec<u8>, KeyError> {
        (**self).wrap_key(new_key)
    }
}

/// Static keys in memory, wiped when dropped. For transport keys and for keys diversified a moment ago.
pub struct SoftKeys {
    version: u8,
    size: KeySize,
    enc: MacKey,
    mac: MacKey,
    dek_mac: MacKey,
    dek: BlockKey,
}

impl SoftKeys {
    /// From the three keys of version `version`.
    ///
    /// # Errors
    /// [`KeyError::Length`] or [`KeyError::MixedSizes`].
    pub fn new(version: u8, enc: &[u8], mac: &[u8], dek: &[u8]) -> Result<Self, KeyError> {
        let size = common_size(enc, mac, dek)?;
        let mac_key = |key: &[u8]| MacKey::new(key).ok_or(KeyError::Length(key.len()));
        Ok(Self {
            version,
            size,
            enc: mac_key(enc)?,
            mac: mac_key(mac)?,
            dek_mac: mac_key(dek)?,
            dek: BlockKey::new(dek).ok_or(KeyError::Length(dek.len()))?,
        })
    }
}

impl StaticKeys for SoftKeys {
    fn size(&self) -> KeySize {
        self.size
    }

    fn version(&self) -> u8 {
        self.version
    }

    fn cmac(&self, role: KeyRole, input: &[u8]) -> Result<Zeroizing<[u8; 16]>, KeyError> {
        let key = match role {
            KeyRole::Enc => &self.enc,
            KeyRole::Mac => &self.mac,
            KeyRole::Dek => &self.dek_mac,
        };
        Ok(Zeroizing::new(key.clone().mac(&[input])))
    }

    fn wrap_key(&self, new_key: &[u8]) -> Result<Vec<u8>, KeyError> {
        let size = KeySize::of(new_key.len()).ok_or(KeyError::Length(new_key.len()))?;
        let mut data = Zeroizing::new(Vec::with_capacity(2 * BLOCK));
        data.extend_from_slice(new_key);
        if size == KeySize::Aes192 {
            pad(&mut data);
        }
        self.dek.cbc_encrypt(&[0; BLOCK], &mut data);
        Ok(std::mem::take(&mut *data))
    }
}

impl fmt::Debug for SoftKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftKeys(version {:02X}, {:?})", self.version, self.size)
    }
}

/// Three new keys of one size for PUT KEY, wiped when dropped.
pub struct KeySet {
    size: KeySize,
    keys: [Zeroizing<Vec<u8>>; 3],
}

impl KeySet {
    /// From the three keys.
    ///
    /// # Errors
    /// [`KeyError::Length`] or [`KeyError::MixedSizes`].
    pub fn new(enc: &[u8], mac: &[u8], dek: &[u8]) -> Result<Self, KeyError> {
        let size = common_size(enc, mac, dek)?;
        Ok(Self { size, keys: [enc, mac, dek].map(|key| Zeroizing::new(key.to_vec())) })
    }

    /// The size of all three keys.
    #[must_use]
    pub const fn size(&self) -> KeySize {
        self.size
    }

    /// The key check value: the first 3 bytes of `AES-ECB(key, 01 × 16)` (GP 2.3.1, B.6).
    #[must_use]
    pub fn check_value(&self, role: KeyRole) -> [u8; 3] {
        // The length was checked when the set was made.
        BlockKey::new(self.key(role)).map_or([0; 3], |key| {
            let block = key.encrypt_block([0x01; BLOCK]);
            [block[0], block[1], block[2]]
        })
    }

    /// The same keys as static keys of version `version`, to open a session with once the card holds them.
    ///
    /// # Errors
    /// As [`SoftKeys::new`].
    pub fn to_static_keys(&self, version: u8) -> Result<SoftKeys, KeyError> {
        let [enc, mac, dek] = KeyRole::ALL.map(|role| self.key(role));
        SoftKeys::new(version, enc, mac, dek)
    }

    pub(crate) fn key(&self, role: KeyRole) -> &[u8] {
        &self.keys[usize::from(role.identifier()) - 1]
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySet({:?})", self.size)
    }
}

fn common_size(enc: &[u8], mac: &[u8], dek: &[u8]) -> Result<KeySize, KeyError> {
    let size = KeySize::of(enc.len()).ok_or(KeyError::Length(enc.len()))?;
    for key in [mac, dek] {
        if KeySize::of(key.len()).ok_or(KeyError::Length(key.len()))? != size {
            return Err(KeyError::MixedSizes);
        }
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_values_of_published_keys() {
        // pySim, tests/unittests/test_globalplatform.py: KCV of three AES-128 keys.
        let [enc, mac, dek] = [0x00, 0x10, 0x20].map(|from: u8| (from..from + 16).collect::<Vec<u8>>());
        let set = KeySet::new(&enc, &mac, &dek).unwrap();
        let values = KeyRole::ALL.map(|role| hex::encode_upper(set.check_value(role)));
        assert_eq!(values, ["C35280", "013808", "840DE5"]);
    }

    #[test]
    fn sets_of_unlike_or_odd_keys_are_refused() {
        assert!(matches!(KeySet::new(&[0; 16], &[0; 16], &[0; 24]), Err(KeyError::MixedSizes)));
        assert!(matches!(KeySet::new(&[0; 16], &[0; 16], &[0; 20]), Err(KeyError::Length(20))));
        assert!(matches!(SoftKeys::new(1, &[0; 8], &[0; 16], &[0; 16]), Err(KeyError::Length(8))));
    }

    #[test]
    fn debug_shows_no_key() {
        let set = KeySet::new(&[0xAB; 16], &[0xAB; 16], &[0xAB; 16]).unwrap();
        let soft = set.to_static_keys(0x30).unwrap();
        let text = format!("{set:?} {soft:?}").to_lowercase();
        assert!(!text.contains("abab") && !text.contains("171, 171"), "{text}");
    }

    #[test]
    fn a_key_of_24_bytes_is_wrapped_padded() {
        let keys = SoftKeys::new(0, &[1; 16], &[2; 16], &[3; 16]).unwrap();
        let mut wrapped = keys.wrap_key(&[7; 24]).unwrap();
        BlockKey::new(&[3; 16]).unwrap().cbc_decrypt(&[0; 16], &mut wrapped);
        assert_eq!(wrapped, [&[7; 24][..], &[0x80, 0, 0, 0, 0, 0, 0, 0]].concat());
        assert!(matches!(keys.wrap_key(&[7; 20]), Err(KeyError::Length(20))));
    }
}
