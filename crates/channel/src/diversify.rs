//! Card keys from a master: one key set per chip (NIST SP 800-108 rev. 1, 4.1: counter mode, PRF AES-CMAC).
//!
//! ```text
//! K(i) = CMAC(master of the role, [i] ‖ label ‖ 00 ‖ context ‖ [L])        i from 1 until L bits are there
//!
//! [i]      4 bytes, big-endian
//! label    "CHIPWRIGHT-CARD-KEY" (19 bytes of ASCII) ‖ key identifier (01 Key-ENC, 02 Key-MAC, 03 Key-DEK)
//! context  the chip identifier, 1 to 32 bytes
//! [L]      4 bytes, big-endian: 128, 192 or 256, the size of the master and of the derived key
//! ```
//!
//! The layout is the one `openssl kdf … KBKDF` computes with `mac:CMAC`, the label as `salt` and the context as `info`, so a
//! custodian can check a key without this program.

use crate::KeySize;
use crate::aes_modes::MacKey;
use crate::scp03::{KeyError, KeyRole, KeySet};
use std::fmt;
use zeroize::Zeroizing;

/// The fixed part of the label.
pub const LABEL: &[u8; 19] = b"CHIPWRIGHT-CARD-KEY";

/// Operations of the master keys, wherever they live. Key bytes never come out.
pub trait MasterKeys {
    /// The size of the masters and of the keys derived from them.
    fn size(&self) -> KeySize;

    /// `AES-CMAC(master of the role, input)`: 16 bytes.
    ///
    /// # Errors
    /// [`KeyError::Store`] when the store fails.
    fn cmac(&self, role: KeyRole, input: &[u8]) -> Result<Zeroizing<[u8; 16]>, KeyError>;
}

/// What tells a chip from every other: 1 to 32 bytes, for example IC fabrication date, serial number and batch from the CPLC.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChipIdentifier {
    length: u8,
    bytes: [u8; 32],
}

/// A chip identifier that is empty or longer than 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a chip identifier has 1 to 32 bytes, not {0}")]
pub struct ChipIdentifierError(pub usize);

impl ChipIdentifier {
    /// From its bytes.
    ///
    /// # Errors
    /// [`ChipIdentifierError`] unless there are 1 to 32.
    pub fn new(identifier: &[u8]) -> Result<Self, ChipIdentifierError> {
        let mut bytes = [0; 32];
        match (u8::try_from(identifier.len()), bytes.get_mut(..identifier.len())) {
            (Ok(length @ 1..), Some(place)) => {
                place.copy_from_slice(identifier);
                Ok(Self { length, bytes })
            }
            _ => Err(ChipIdentifierError(identifier.len())),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl fmt::Debug for ChipIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChipIdentifier(")?;
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02X}"))?;
        f.write_str(")")
    }
}

/// The three keys of one chip.
///
/// # Errors
/// [`KeyError`] when a key operation fails.
pub fn diversify(masters: &dyn MasterKeys, chip: &ChipIdentifier) -> Result<KeySet, KeyError> {
    let [enc, mac, dek] = KeyRole::ALL.map(|role| derive(masters, role, chip));
    KeySet::new(&enc?, &mac?, &dek?)
}

fn derive(
    masters: &dyn MasterKeys,
    role: KeyRole,
    chip: &ChipIdentifier,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let size = masters.size();
    let mut key = Zeroizing::new(Vec::with_capacity(32));
    for counter in 1..=2u32 {
        if key.len() < size.bytes() {
            let mut input = Vec::with_capacity(64);
            input.extend_from_slice(&counter.to_be_bytes());
            input.extend_from_slice(LABEL);
            input.extend_from_slice(&[role.identifier(), 0x00]);
            input.extend_from_slice(chip.as_bytes());
            input.extend_from_slice(&u32::from(size.bits()).to_be_bytes());
            key.extend_from_slice(&*masters.cmac(role, &input)?);
        }
    }
    key.truncate(size.bytes());
    Ok(key)
}

/// Master keys in memory, wiped when dropped: one AES key for each role.
pub struct SoftMasterKeys {
    size: KeySize,
    keys: [MacKey; 3],
}

impl SoftMasterKeys {
    /// From the masters of Key-ENC, Key-MAC and Key-DEK.
    ///
    /// # Errors
    /// [`KeyError::Length`] or [`KeyError::MixedSizes`].
    pub fn new(enc: &[u8], mac: &[u8], dek: &[u8]) -> Result<Self, KeyError> {
        let make = |key: &[u8]| MacKey::new(key).ok_or(KeyError::Length(key.len()));
        let keys = [make(enc)?, make(mac)?, make(dek)?];
        match KeySize::of(enc.len()) {
            Some(size) if mac.len() == enc.len() && dek.len() == enc.len() => Ok(Self { size, keys }),
            _ => Err(KeyError::MixedSizes),
        }
    }
}

impl MasterKeys for SoftMasterKeys {
    fn size(&self) -> KeySize {
        self.size
    }

    fn cmac(&self, role: KeyRole, input: &[u8]) -> Result<Zeroizing<[u8; 16]>, KeyError> {
        Ok(Zeroizing::new(self.keys[usize::from(role.identifier()) - 1].clone().mac(&[input])))
    }
}

impl fmt::Debug for SoftMasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftMasterKeys({:?})", self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masters(size: usize) -> SoftMasterKeys {
        let key = |first: u8| (0..size).map(|index| first + index as u8).collect::<Vec<u8>>();
        SoftMasterKeys::new(&key(0x00), &key(0x40), &key(0x80)).unwrap()
    }

    /// Computed with OpenSSL 3: `openssl kdf -keylen N -kdfopt mac:CMAC -kdfopt cipher:AES-8N-CBC -kdfopt hexkey:MASTER
    /// -kdfopt hexsalt:LABEL‖ROLE -kdfopt hexinfo:0102030405060708090A KBKDF`.
    #[test]
    fn openssl_derives_the_same_keys() {
        let chip = ChipIdentifier::new(&hex::decode("0102030405060708090a").unwrap()).unwrap();
        for (size, wanted) in OPENSSL {
            let set = diversify(&masters(size), &chip).unwrap();
            assert_eq!(KeyRole::ALL.map(|role| hex::encode(set.key(role))), wanted.map(str::to_owned));
        }
    }

    const OPENSSL: [(usize, [&str; 3]); 3] = [
        (
            16,
            [
                "8163c3502a4600a50a010ad1fb03819a",
                "419de981bfad5a37b71b2d0193efb9a3",
                "bd7aeec9cbf74183bdc5f6c8f73d5a83",
            ],
        ),
        (
            24,
            [
                "b92496f6c1f05ea830435c966fbbbf7f001ac43132d9f5bd",
                "8800bfc7294f42701e06202775f5559420fcf10623e3971f",
                "f4fd24154ef747c2e3c42ba8b9038c2b03ba0b50952f5995",
            ],
        ),
        (
            32,
            [
                "9340a21f8c096ea37ece7f098c7cf8f7de4e80b52a768102190a03f201b1f4b6",
                "5bdb32b4ce9f795b8545b211acf10213bbcd01735ec72137b753f2d8fe4c135b",
                "0d916f7571e1357f916a2243bc71ca7e00a2727db16d777513828620f7eae5d8",
            ],
        ),
    ];

    #[test]
    fn no_two_chips_or_roles_share_a_key() {
        let sets = [&[0u8][..], &[0, 0], &[1], &[0; 32]].map(|bytes| {
            let set = diversify(&masters(16), &ChipIdentifier::new(bytes).unwrap()).unwrap();
            KeyRole::ALL.map(|role| set.key(role).to_vec())
        });
        let mut all: Vec<_> = sets.into_iter().flatten().collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 12);
    }

    #[test]
    fn identifiers_of_other_lengths_are_refused() {
        assert_eq!(ChipIdentifier::new(&[]), Err(ChipIdentifierError(0)));
        assert_eq!(ChipIdentifier::new(&[0; 33]), Err(ChipIdentifierError(33)));
        assert_eq!(ChipIdentifier::new(&[0; 300]), Err(ChipIdentifierError(300)));
    }
}
