//! Card keys from a master, as cards of the SCP02 time have them: triple DES in ECB mode over two blocks that name the card and the key.
//!
//! ```text
//! key = 3DES-ECB(master, a ‖ F0 ‖ n ‖ a ‖ 0F ‖ n)         n: key identifier, 01 ENC, 02 MAC, 03 DEK
//!
//! EMV CPS 1.1 (4.1)   a = the last 6 bytes of the key diversification data of INITIALIZE UPDATE
//! VISA2               a = its bytes 1 and 2 (the end of the card manager's AID) ‖ bytes 5 to 8 (IC serial number)
//! ```

use super::des3::{BLOCK, Key};
use super::{KeyError, KeyRole, KeySet};
use std::fmt;
use zeroize::Zeroizing;

/// Which bytes of the key diversification data name the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// EMV Card Personalization Specification 1.1.
    Emv,
    /// Visa GlobalPlatform, version 2.
    Visa2,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Emv, Self::Visa2];

    /// The input of one key.
    #[must_use]
    pub const fn input(self, data: &[u8; 10], role: KeyRole) -> [u8; 16] {
        let [a0, a1, _, _, b0, b1, b2, b3, c0, c1] = *data;
        let n = role.identifier();
        match self {
            Self::Emv => [b0, b1, b2, b3, c0, c1, 0xF0, n, b0, b1, b2, b3, c0, c1, 0x0F, n],
            Self::Visa2 => [a0, a1, b0, b1, b2, b3, 0xF0, n, a0, a1, b0, b1, b2, b3, 0x0F, n],
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Emv => "EMV CPS 1.1",
            Self::Visa2 => "VISA2",
        })
    }
}

/// Operations of the master keys, wherever they live. Key bytes never come out.
pub trait MasterKeys {
    /// `3DES-ECB(master of the role, input)`: 16 bytes.
    ///
    /// # Errors
    /// [`KeyError::Store`] when the store fails.
    fn ecb(&self, role: KeyRole, input: &[u8; 16]) -> Result<Zeroizing<[u8; 16]>, KeyError>;
}

/// The three keys of the card that answered INITIALIZE UPDATE with this key diversification data.
///
/// # Errors
/// [`KeyError`] when a key operation fails.
pub fn diversify(masters: &dyn MasterKeys, scheme: Scheme, data: &[u8; 10]) -> Result<KeySet, KeyError> {
    let [enc, mac, dek] = KeyRole::ALL.map(|role| masters.ecb(role, &scheme.input(data, role)));
    KeySet::new(&*enc?, &*mac?, &*dek?)
}

/// Masters in memory, wiped when dropped; often one and the same key (KMC) for all three roles.
pub struct SoftMasterKeys([Key; 3]);

impl SoftMasterKeys {
    /// From the masters of ENC, MAC and DEK.
    ///
    /// # Errors
    /// [`KeyError::Length`] unless each has 16 bytes.
    pub fn new(enc: &[u8], mac: &[u8], dek: &[u8]) -> Result<Self, KeyError> {
        let key = |bytes: &[u8]| Key::new(bytes).ok_or(KeyError::Length(bytes.len()));
        Ok(Self([key(enc)?, key(mac)?, key(dek)?]))
    }
}

impl MasterKeys for SoftMasterKeys {
    fn ecb(&self, role: KeyRole, input: &[u8; 16]) -> Result<Zeroizing<[u8; 16]>, KeyError> {
        let mut out = Zeroizing::new(*input);
        let key = &self.0[usize::from(role.identifier()) - 1];
        for place in out.chunks_exact_mut(BLOCK) {
            let block = place.try_into().map_err(|_| KeyError::Length(place.len()))?;
            place.copy_from_slice(&key.encrypt_block(block));
        }
        Ok(out)
    }
}

impl fmt::Debug for SoftMasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("legacy::SoftMasterKeys(..)")
    }
}
