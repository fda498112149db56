//! Public keys and signature algorithms (RFC 5480, RFC 5758): ECDSA on P-256 with SHA-256 and on P-384 with SHA-384.

use std::fmt;

use const_oid::db::rfc5912::{
    ECDSA_WITH_SHA_256, ECDSA_WITH_SHA_384, ID_EC_PUBLIC_KEY, SECP_256_R_1, SECP_384_R_1,
};
use der::asn1::{BitString, BitStringRef};
use der::{Any, Decode, Document, Encode, Reader, SliceReader};
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, UnparsedPublicKey};

use spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned};

use crate::oid::Oid;

/// A signature algorithm: a curve together with its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// ecdsa-with-SHA256 on secp256r1.
    EcdsaP256Sha256,
    /// ecdsa-with-SHA384 on secp384r1.
    EcdsaP384Sha384,
}

impl SignatureAlgorithm {
    /// The object identifier of the signature algorithm.
    #[must_use]
    pub const fn oid(self) -> Oid {
        match self {
            Self::EcdsaP256Sha256 => ECDSA_WITH_SHA_256,
            Self::EcdsaP384Sha384 => ECDSA_WITH_SHA_384,
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

    /// The curve (RFC 5480, 2.1.1.1).
    const fn curve(self) -> Oid {
        match self {
            Self::EcdsaP256Sha256 => SECP_256_R_1,
            Self::EcdsaP384Sha384 => SECP_384_R_1,
        }
    }

    /// The algorithm of keys that are an uncompressed point of this length.
    fn of_point(point: &[u8]) -> Result<Self, PublicKeyError> {
        match (point.first(), point.len()) {
            (Some(0x04), 65) => Ok(Self::EcdsaP256Sha256),
            (Some(0x04), 97) => Ok(Self::EcdsaP384Sha384),
            _ => Err(PublicKeyError::Unsupported),
        }
    }

    /// `AlgorithmIdentifier { algorithm }`, parameters absent (RFC 5758, 3.2).
    pub(crate) const fn identifier(self) -> AlgorithmIdentifierOwned {
        AlgorithmIdentifierOwned { oid: self.oid(), parameters: None }
    }

    /// The algorithm an AlgorithmIdentifier without parameters names.
    pub(crate) fn from_identifier<P>(identifier: &spki::AlgorithmIdentifier<P>) -> Option<Self> {
        let mut all = [Self::EcdsaP256Sha256, Self::EcdsaP384Sha384].into_iter();
        all.find(|algorithm| identifier.parameters.is_none() && identifier.oid == algorithm.oid())
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
        SubjectPublicKeyInfoOwned::from_der(spki)
            .map_err(|_| PublicKeyError::Unsupported)
            .and_then(|info| Self::from_spki(&info))
    }

    pub(crate) fn from_spki(info: &SubjectPublicKeyInfoOwned) -> Result<Self, PublicKeyError> {
        let curve = info.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<Oid>().ok());
        let point = info.subject_public_key.as_bytes().ok_or(PublicKeyError::Unsupported)?;
        let algorithm = SignatureAlgorithm::of_point(point)?;
        if info.algorithm.oid != ID_EC_PUBLIC_KEY || curve != Some(algorithm.curve()) {
            return Err(PublicKeyError::Unsupported);
        }
        Ok(Self { algorithm, spki: info.to_der().map_err(|_| PublicKeyError::Unsupported)?.into() })
    }

    /// From an uncompressed point `04 || X || Y` of 65 (P-256) or 97 (P-384) bytes.
    ///
    /// # Errors
    /// [`PublicKeyError::Unsupported`] for other lengths or another first byte.
    pub fn from_point(point: &[u8]) -> Result<Self, PublicKeyError> {
        let algorithm = SignatureAlgorithm::of_point(point)?;
        let spki = spki(algorithm, point).and_then(|info| info.to_der());
        Ok(Self { algorithm, spki: spki.map_err(|_| PublicKeyError::Unsupported)?.into() })
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

    /// Verifies `SEQUENCE { toBeSigned, AlgorithmIdentifier, BIT STRING }`, the form of certificates (RFC 5280, 4.1) and
    /// revocation lists (5.1), over the first part's own bytes; the algorithm must be this key's.
    pub(crate) fn verify_signed(&self, der: &[u8]) -> Result<(), SignatureWrong> {
        let parts = SliceReader::new(der).and_then(|mut reader| {
            reader.sequence(|parts| {
                let signed = parts.tlv_bytes()?;
                Ok::<_, der::Error>((
                    signed,
                    AlgorithmIdentifierRef::decode(parts)?,
                    BitStringRef::decode(parts)?,
                ))
            })
        });
        let (signed, algorithm, signature) = parts.map_err(|_| SignatureWrong)?;
        if SignatureAlgorithm::from_identifier(&algorithm) != Some(self.algorithm) {
            return Err(SignatureWrong);
        }
        self.verify(signed, signature.as_bytes().ok_or(SignatureWrong)?)
    }
}

impl spki::EncodePublicKey for PublicKey {
    fn to_public_key_der(&self) -> spki::Result<Document> {
        Ok(Document::try_from(self.spki_der())?)
    }
}

fn spki(algorithm: SignatureAlgorithm, point: &[u8]) -> der::Result<SubjectPublicKeyInfoOwned> {
    let parameters = Some(Any::encode_from(&algorithm.curve())?);
    Ok(SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned { oid: ID_EC_PUBLIC_KEY, parameters },
        subject_public_key: BitString::from_bytes(point)?,
    })
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
    fn public_keys_are_named_curves_with_an_uncompressed_point() {
        for (algorithm, other) in [
            (SignatureAlgorithm::EcdsaP256Sha256, SignatureAlgorithm::EcdsaP384Sha384),
            (SignatureAlgorithm::EcdsaP384Sha384, SignatureAlgorithm::EcdsaP256Sha256),
        ] {
            let mut point = vec![0x04];
            point.resize(algorithm.point_length(), 0x55);
            let key = PublicKey::from_point(&point).unwrap();
            assert_eq!(key.algorithm(), algorithm);
            assert_eq!(key.point(), point);
            assert_eq!(PublicKey::from_spki_der(key.spki_der()).unwrap(), key);
            let unfit = spki(other, &point).unwrap().to_der().unwrap();
            assert_eq!(PublicKey::from_spki_der(&unfit), Err(PublicKeyError::Unsupported));
            point[0] = 0x02;
            assert_eq!(PublicKey::from_point(&point), Err(PublicKeyError::Unsupported));
        }
    }

    #[test]
    fn identifiers_with_parameters_are_refused() {
        let mut identifier = SignatureAlgorithm::EcdsaP384Sha384.identifier();
        assert_eq!(
            SignatureAlgorithm::from_identifier(&identifier),
            Some(SignatureAlgorithm::EcdsaP384Sha384)
        );
        identifier.parameters = Some(Any::null());
        assert_eq!(SignatureAlgorithm::from_identifier(&identifier), None);
    }
}
