//! Public keys and signature algorithms (RFC 5480, RFC 5758): ECDSA on P-256 with SHA-256 and on P-384 with SHA-384.

use std::fmt;

use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, UnparsedPublicKey};

use crate::oid::{self, Oid};
use crate::x690;

/// A signature algorithm: a curve together with its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// ecdsa-with-SHA256 on secp256r1.
    EcdsaP256Sha256,
    /// ecdsa-with-SHA384 on secp384r1.
    EcdsaP384Sha384,
}

/// `SEQUENCE { SEQUENCE { id-ecPublicKey, secp256r1 }, BIT STRING }` up to the point's first byte (RFC 5480, 2).
const SPKI_P256: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86,
    0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// The same for secp384r1.
const SPKI_P384: &[u8] = &[
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x05, 0x2B, 0x81,
    0x04, 0x00, 0x22, 0x03, 0x62, 0x00,
];

impl SignatureAlgorithm {
    /// The object identifier of the signature algorithm.
    #[must_use]
    pub const fn oid(self) -> Oid {
        match self {
            Self::EcdsaP256Sha256 => oid::ECDSA_WITH_SHA256,
            Self::EcdsaP384Sha384 => oid::ECDSA_WITH_SHA384,
        }
    }

    /// Length of an uncompressed point `04 || X || Y` in bytes: 65 or 97.
    #[must_use]
    pub const fn point_length(self) -> usize {
        match self {
            Self::EcdsaP256Sha256 => 65,
            Self::EcdsaP384Sha384 => 97,
        }
    }

    /// `AlgorithmIdentifier { algorithm }`, parameters absent (RFC 5758, 3.2).
    pub(crate) fn identifier(self) -> Vec<u8> {
        x690::sequence(&[&x690::object_identifier(self.oid())])
    }

    /// The algorithm an AlgorithmIdentifier names; its encoding is compared whole.
    pub(crate) fn from_identifier(raw: &[u8]) -> Option<Self> {
        let matches = |oid: Oid| {
            let content = oid.content();
            raw.len() == content.len() + 4
                && raw[..2] == [0x30, content.len() as u8 + 2]
                && raw[2..4] == [0x06, content.len() as u8]
                && &raw[4..] == content
        };
        [Self::EcdsaP256Sha256, Self::EcdsaP384Sha384].into_iter().find(|algorithm| matches(algorithm.oid()))
    }

    fn spki_prefix(self) -> &'static [u8] {
        match self {
            Self::EcdsaP256Sha256 => SPKI_P256,
            Self::EcdsaP384Sha384 => SPKI_P384,
        }
    }

    /// Verifies a DER ECDSA signature (`SEQUENCE { r, s }`) over `message` with an uncompressed point.
    pub(crate) fn verify(self, point: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureWrong> {
        match self {
            Self::EcdsaP256Sha256 => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::EcdsaP384Sha384 => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, point).verify(message, signature)
            }
        }
        .map_err(|_| SignatureWrong)
    }
}

/// The signature was not made over this message by the private half of this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify with this public key")]
pub struct SignatureWrong;

/// Why bytes are not a public key that Chipwright uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// Not a SubjectPublicKeyInfo of a named curve P-256 or P-384 with an uncompressed point.
    #[error("the public key is not an uncompressed point on the named curve P-256 or P-384")]
    Unsupported,
}

/// An elliptic-curve public key: a SubjectPublicKeyInfo (RFC 5480, 2) with a named curve and an uncompressed point.
///
/// Whether the point lies on its curve is checked at each verification.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    algorithm: SignatureAlgorithm,
    spki: Box<[u8]>,
}

impl PublicKey {
    /// From a DER SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`PublicKeyError::Unsupported`] for any other curve, explicit parameters, a compressed point, or other bytes.
    pub fn from_spki_der(spki: &[u8]) -> Result<Self, PublicKeyError> {
        for algorithm in [SignatureAlgorithm::EcdsaP256Sha256, SignatureAlgorithm::EcdsaP384Sha384] {
            let prefix = algorithm.spki_prefix();
            if spki.len() == prefix.len() + algorithm.point_length()
                && spki.starts_with(prefix)
                && spki[prefix.len()] == 0x04
            {
                return Ok(Self { algorithm, spki: spki.into() });
            }
        }
        Err(PublicKeyError::Unsupported)
    }

    /// From an uncompressed point `04 || X || Y` of 65 (P-256) or 97 (P-384) bytes.
    ///
    /// # Errors
    /// [`PublicKeyError::Unsupported`] for other lengths or another first byte.
    pub fn from_point(point: &[u8]) -> Result<Self, PublicKeyError> {
        let algorithm = match point.len() {
            65 => SignatureAlgorithm::EcdsaP256Sha256,
            97 => SignatureAlgorithm::EcdsaP384Sha384,
            _ => return Err(PublicKeyError::Unsupported),
        };
        Self::from_spki_der(&[algorithm.spki_prefix(), point].concat())
    }

    /// The signature algorithm this key is used with.
    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The DER SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// The uncompressed point `04 || X || Y`.
    #[must_use]
    pub fn point(&self) -> &[u8] {
        &self.spki[self.spki.len() - self.algorithm.point_length()..]
    }

    /// The key identifier: the leftmost 160 bits of SHA-256 over the point (RFC 7093, 2, method 1).
    #[must_use]
    pub fn key_identifier(&self) -> [u8; 20] {
        let mut identifier = [0; 20];
        identifier.copy_from_slice(&digest(&SHA256, self.point()).as_ref()[..20]);
        identifier
    }

    /// Verifies a DER ECDSA signature (`SEQUENCE { r INTEGER, s INTEGER }`, RFC 3279, 2.2.3) over `message`.
    ///
    /// # Errors
    /// [`SignatureWrong`] for any other signature or message, a malformed signature, or a point off the curve.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureWrong> {
        self.algorithm.verify(self.point(), message, signature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?}, ", self.algorithm)?;
        self.key_identifier().iter().try_for_each(|byte| write!(f, "{byte:02X}"))?;
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_what_the_standard_encodes() {
        for (curve, algorithm) in [
            (oid::SECP256R1, SignatureAlgorithm::EcdsaP256Sha256),
            (oid::SECP384R1, SignatureAlgorithm::EcdsaP384Sha384),
        ] {
            let mut point = vec![0x04];
            point.resize(algorithm.point_length(), 0x55);
            let identifier = x690::sequence(&[
                &x690::object_identifier(oid::EC_PUBLIC_KEY),
                &x690::object_identifier(curve),
            ]);
            let spki = x690::sequence(&[&identifier, &x690::bit_string(&point)]);
            let key = PublicKey::from_spki_der(&spki).unwrap();
            assert_eq!(key.algorithm(), algorithm);
            assert_eq!(key.point(), point);
            assert_eq!(PublicKey::from_point(&point).unwrap(), key);
        }
    }

    #[test]
    fn identifiers_with_parameters_are_refused() {
        let good = SignatureAlgorithm::EcdsaP384Sha384.identifier();
        assert_eq!(SignatureAlgorithm::from_identifier(&good), Some(SignatureAlgorithm::EcdsaP384Sha384));
        let with_null = x690::sequence(&[&x690::object_identifier(oid::ECDSA_WITH_SHA384), &[5, 0]]);
        assert_eq!(SignatureAlgorithm::from_identifier(&with_null), None);
        assert_eq!(SignatureAlgorithm::from_identifier(&[]), None);
    }
}
