//! Static triple DES keys behind operations.

use super::des3::{BLOCK, Key};
use std::fmt;
use zeroize::Zeroizing;

/// The three keys of an SCP02 key set (GP 2.3.1, table E-1), by key identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyRole {
    /// S-ENC's key, identifier 01.
    Enc,
    /// S-MAC's key, identifier 02.
    Mac,
    /// DEK, identifier 03.
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

    const fn index(self) -> usize {
        self.identifier() as usize - 1
    }
}

/// Why a key operation failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A key of another length than 16 bytes.
    #[error("a two-key triple DES key has 16 bytes, not {0}")]
    Length(usize),
    /// The token or file that holds the key refused or failed.
    #[error("the key store refused the operation")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Operations of a static SCP02 key set, wherever it lives. Key bytes never come out.
pub trait StaticKeys {
    /// The key version number asked for in INITIALIZE UPDATE; 00 lets the card choose.
    fn version(&self) -> u8;

    /// `3DES-CBC(key, ICV = 0, data)`: 16 bytes. All session keys are made of it (GP 2.3.1, E.4.1).
    ///
    /// # Errors
    /// [`KeyError::Store`] when the store fails.
    fn cbc(&self, role: KeyRole, data: &[u8; 16]) -> Result<Zeroizing<[u8; 16]>, KeyError>;
}

/// Three triple DES keys, wiped when dropped.
pub struct KeySet([Zeroizing<[u8; 16]>; 3]);

impl KeySet {
    /// From the keys of ENC, MAC and DEK.
    ///
    /// # Errors
    /// [`KeyError::Length`] unless each has 16 bytes.
    pub fn new(enc: &[u8], mac: &[u8], dek: &[u8]) -> Result<Self, KeyError> {
        let key =
            |bytes: &[u8]| bytes.try_into().map(Zeroizing::new).map_err(|_| KeyError::Length(bytes.len()));
        Ok(Self([key(enc)?, key(mac)?, key(dek)?]))
    }

    /// The key check value: the first 3 bytes of `3DES-ECB(key, 00 × 8)` (GP 2.3.1, B.6).
    #[must_use]
    pub fn check_value(&self, role: KeyRole) -> [u8; 3] {
        Key::new(self.key(role)).map_or([0; 3], |key| {
            let block = key.encrypt_block([0; BLOCK]);
            [block[0], block[1], block[2]]
        })
    }

    /// The same keys as static keys of version `version`.
    ///
    /// # Errors
    /// Never for a set that was made.
    pub fn to_static_keys(&self, version: u8) -> Result<SoftKeys, KeyError> {
        let [enc, mac, dek] = KeyRole::ALL.map(|role| self.key(role));
        SoftKeys::new(version, enc, mac, dek)
    }

    pub(super) fn key(&self, role: KeyRole) -> &[u8] {
        self.0[role.index()].as_slice()
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("legacy::KeySet(..)")
    }
}

/// Static keys in memory, wiped when dropped.
pub struct SoftKeys {
    version: u8,
    keys: [Key; 3],
}

impl SoftKeys {
    /// From the three keys of version `version`.
    ///
    /// # Errors
    /// [`KeyError::Length`] unless each has 16 bytes.
    pub fn new(version: u8, enc: &[u8], mac: &[u8], dek: &[u8]) -> Result<Self, KeyError> {
        let key = |bytes: &[u8]| Key::new(bytes).ok_or(KeyError::Length(bytes.len()));
        Ok(Self { version, keys: [key(enc)?, key(mac)?, key(dek)?] })
    }
}

impl StaticKeys for SoftKeys {
    fn version(&self) -> u8 {
        self.version
    }

    fn cbc(&self, role: KeyRole, data: &[u8; 16]) -> Result<Zeroizing<[u8; 16]>, KeyError> {
        let mut out = Zeroizing::new(*data);
        self.keys[role.index()].cbc_encrypt(&mut *out);
        Ok(out)
    }
}

impl fmt::Debug for SoftKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "legacy::SoftKeys(version {:02X})", self.version)
    }
}
