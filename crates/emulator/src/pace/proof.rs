//! What Chip Authentication Mapping adds to Generic Mapping (9303-11, 4.4.3.3.3 and 4.4.3.5).

use super::group::{Group, PrivateKey};
use crate::aes_key::AesKey;
use crate::flaw::{Flaw, flawed};
use crate::iso9797;
use zeroize::Zeroizing;

/// The chip authentication data `CA_IC = SK_IC⁻¹ · SK_Map,IC mod n` (9303-11, 4.4.3.3.3).
pub(super) struct Proof(pub(super) Zeroizing<[u8; 32]>);

impl Proof {
    /// None for keys of another group.
    pub(super) fn new<C: Group>(chip_key: &PrivateKey, mapping: &PrivateKey) -> Option<Self> {
        C::divide(mapping, chip_key).map(Self)
    }

    /// `A_IC = E(KS_Enc, CA_IC)`: padded with method 2, in CBC mode with `IV = E(KS_Enc, FF…FF)` (9303-11, 4.4.3.3.3).
    pub(super) fn encrypt(&self, enc: &AesKey) -> Vec<u8> {
        let mut data = Vec::with_capacity(iso9797::padded_length(self.0.len()));
        data.extend_from_slice(self.0.as_slice());
        iso9797::pad(&mut data);
        let iv = if flawed(Flaw::MappingDataWrongIv) { [0; 16] } else { enc.encrypt_block([0xFF; 16]) };
        enc.cbc_encrypt(&iv, &mut data);
        data
    }
}
