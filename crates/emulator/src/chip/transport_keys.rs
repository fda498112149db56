//! The keys a chip is delivered with.

use crate::scp03::{KeySet, KeySetError, KeySize};
use std::fmt;
use zeroize::Zeroizing;

/// Key-ENC, Key-MAC, Key-DEK and their version number.
#[derive(Clone)]
pub struct TransportKeys {
    version: u8,
    keys: [Zeroizing<Vec<u8>>; 3],
}

impl TransportKeys {
    /// Three AES keys of one length.
    ///
    /// # Errors
    /// [`KeySetError`].
    pub fn new(version: u8, enc: &[u8], mac: &[u8], dek: &[u8]) -> Result<Self, KeySetError> {
        KeySet::new(enc, mac, dek)?;
        Ok(Self { version, keys: [enc, mac, dek].map(|key| Zeroizing::new(key.to_vec())) })
    }

    /// Version 01, three times `40 41 … 4F`: the published development keys of many blank chips. They protect nothing.
    #[must_use]
    pub fn published_development() -> Self {
        Self::published_development_of(KeySize::Aes128)
    }

    /// The same pattern, longer: `40 41 …` for as many bytes as the key has.
    #[must_use]
    pub fn published_development_of(size: KeySize) -> Self {
        let key = || Zeroizing::new((0x40..).take(size.bytes()).collect::<Vec<u8>>());
        Self { version: 0x01, keys: [key(), key(), key()] }
    }

    /// With another version number.
    #[must_use]
    pub const fn with_version(mut self, version: u8) -> Self {
        self.version = version;
        self
    }

    /// The version number.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.version
    }

    pub(crate) fn bytes(&self) -> [&[u8]; 3] {
        [&self.keys[0], &self.keys[1], &self.keys[2]]
    }
}

impl fmt::Debug for TransportKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransportKeys(version {:02X}, redacted)", self.version)
    }
}
