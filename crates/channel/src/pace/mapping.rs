//! Generic Mapping, and the proof inside Chip Authentication Mapping (9303-11, 4.4.3.3.1 and 4.4.3.5).

use super::PaceInfo;
use crate::aes_modes::{BLOCK, BlockKey, unpadded_length};
use crate::ecdh::{EcdhError, PaceCurve, not_identity, point};
use crate::proof::{ChipProven, NotGenuine, Proof};
use bp256::BrainpoolP256r1;
use elliptic_curve::ff::Field;
use elliptic_curve::{FieldBytes, NonZeroScalar, ProjectivePoint, Scalar};
use p256::NistP256;
use std::fmt;
use zeroize::Zeroizing;

/// `G~ = s·G + H`.
pub(super) fn map<C: PaceCurve>(
    nonce: &[u8],
    h: &ProjectivePoint<C>,
) -> Result<ProjectivePoint<C>, EcdhError> {
    use elliptic_curve::group::Group;
    let s = nonce
        .iter()
        .fold(Scalar::<C>::ZERO, |s, byte| s * Scalar::<C>::from(256) + Scalar::<C>::from(u64::from(*byte)));
    let s = Zeroizing::new(s);
    not_identity::<C>(ProjectivePoint::<C>::mul_by_generator(&s) + *h)
}

/// What a card that ran PACE with Chip Authentication Mapping sent as proof, deciphered:
/// `CA.IC = SK.IC⁻¹ · SK.Map,IC mod n`, beside the mapping key it must fit.
///
/// It convinces nobody until [`check`](Self::check)ed against a public key from signed data.
pub struct ChipAuthenticationData {
    parameter_id: u8,
    pub(super) scalar: Zeroizing<Vec<u8>>,
    mapping_key: Vec<u8>,
}

impl ChipAuthenticationData {
    /// Deciphers `8A` with KSenc (IV = E(KSenc, FF … FF)).
    ///
    /// # Errors
    /// [`NotGenuine::MappingData`].
    pub(super) fn open(
        cryptogram: &[u8],
        enc: &[u8],
        parameter_id: u8,
        mapping_key: Vec<u8>,
    ) -> Result<Self, NotGenuine> {
        let key = BlockKey::new(enc).ok_or(NotGenuine::MappingData)?;
        if cryptogram.is_empty() || !cryptogram.len().is_multiple_of(BLOCK) {
            return Err(NotGenuine::MappingData);
        }
        let mut scalar = Zeroizing::new(cryptogram.to_vec());
        key.cbc_decrypt(&key.encrypt_block([0xFF; BLOCK]), &mut scalar);
        let length = unpadded_length(&scalar).ok_or(NotGenuine::MappingData)?;
        scalar.truncate(length);
        Ok(Self { parameter_id, scalar, mapping_key })
    }

    /// `KA(CA.IC, PK.IC) = PK.Map,IC`: whether the chip that mapped the nonce holds the private key of `public_key`
    /// (uncompressed), which must come from signed data.
    ///
    /// # Errors
    /// [`NotGenuine::PublicKey`], [`NotGenuine::MappingData`], [`NotGenuine::Mapping`].
    pub fn check(&self, public_key: &[u8]) -> Result<ChipProven, NotGenuine> {
        match self.parameter_id {
            PaceInfo::P256 => self.check_over::<NistP256>(public_key),
            _ => self.check_over::<BrainpoolP256r1>(public_key),
        }
    }

    fn check_over<C: PaceCurve>(&self, public_key: &[u8]) -> Result<ChipProven, NotGenuine> {
        const PROOF: Proof = Proof::ChipAuthenticationMapping;
        let key = point::<C>(public_key).map_err(|_| NotGenuine::PublicKey(PROOF))?;
        let bytes = FieldBytes::<C>::try_from(&self.scalar[..]).map_err(|_| NotGenuine::MappingData)?;
        let scalar = NonZeroScalar::<C>::from_repr(bytes).into_option().ok_or(NotGenuine::MappingData)?;
        let mapping = point::<C>(&self.mapping_key).map_err(|_| NotGenuine::Mapping)?;
        if key * *scalar == mapping {
            Ok(ChipProven::new(PROOF, public_key))
        } else {
            Err(NotGenuine::Mapping)
        }
    }
}

impl fmt::Debug for ChipAuthenticationData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChipAuthenticationData(…)")
    }
}
