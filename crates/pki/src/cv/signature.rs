//! Plain signatures (TR-03111, 5.2.1): `r ‖ s`, 32 bytes each on P-256.

use der::asn1::UintRef;
use der::{Reader, SliceReader};

use crate::algorithm::{PublicKey, SignatureAlgorithm, SignatureWrong};
use crate::encoding::DerError;
use crate::sign::{SignError, SignKey};

/// The plain form of a DER signature `SEQUENCE { r INTEGER, s INTEGER }`; none for one that is not of P-256.
#[must_use]
pub fn plain_from_der(der: &[u8]) -> Option<[u8; 64]> {
    let mut reader = SliceReader::new(der).ok()?;
    let (r, s) = reader
        .sequence(|parts| {
            let r: UintRef<'_> = parts.decode()?;
            let s: UintRef<'_> = parts.decode()?;
            Ok::<_, der::Error>((r, s))
        })
        .ok()?;
    reader.finish().ok()?;
    let mut plain = [0; 64];
    for (number, half) in [r, s].iter().zip(plain.chunks_exact_mut(32)) {
        let bytes = number.as_bytes();
        let at = half.len().checked_sub(bytes.len())?;
        half[at..].copy_from_slice(bytes);
    }
    Some(plain)
}

/// A plain signature over `message` by a P-256 key.
///
/// # Errors
/// [`SignError::OtherKey`] for a key that is not on P-256; otherwise as [`SignKey::sign`].
pub fn plain_signature(key: &dyn SignKey, message: &[u8]) -> Result<[u8; 64], SignError> {
    if key.public_key().algorithm() != SignatureAlgorithm::EcdsaP256Sha256 {
        return Err(SignError::OtherKey);
    }
    plain_from_der(&key.sign(message)?)
        .ok_or(SignError::Encoding(DerError::refuse("the key did not return a signature of P-256")))
}

impl PublicKey {
    /// Verifies a plain signature `r ‖ s` over `message` (P-256 only).
    ///
    /// # Errors
    /// [`SignatureWrong`] for another signature, message or curve.
    pub fn verify_plain(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureWrong> {
        use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
        if self.algorithm() != SignatureAlgorithm::EcdsaP256Sha256 {
            return Err(SignatureWrong);
        }
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.point())
            .verify(message, signature)
            .map_err(|_| SignatureWrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_filled_up() {
        let plain = plain_from_der(&[0x30, 7, 2, 2, 0, 0x80, 2, 1, 5]).unwrap();
        assert_eq!((plain[31], plain[63]), (0x80, 5));
        assert_eq!(plain.iter().filter(|byte| **byte != 0).count(), 2);
    }

    #[test]
    fn other_forms_are_refused() {
        let mut long = vec![0x30, 0x26, 2, 0x21, 0x01];
        long.extend([0; 32]);
        long.extend([2, 1, 1]);
        for der in [
            &[0x30, 3, 2, 1, 5][..],
            &[0x30, 6, 2, 1, 5, 2, 1, 5, 0],
            &[0x30, 6, 2, 1, 0x85, 2, 1, 5],
            &long,
            &[],
        ] {
            assert_eq!(plain_from_der(der), None, "{der:02X?}");
        }
    }
}
