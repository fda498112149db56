//! Public keys and signature algorithms: ECDSA on P-256 with SHA-256 and on P-384 with SHA-384 (RFC 5480, RFC 5758), and ML-DSA-65
//! (FIPS 204, RFC 9881) for the second, post-quantum signature alone.

use std::fmt;

use const_oid::db::fips204::ID_ML_DSA_65;
use const_oid::db::rfc5912::{
    ECDSA_WITH_SHA_256, ECDSA_WITH_SHA_384, ID_EC_PUBLIC_KEY, SECP_256_R_1, SECP_384_R_1,
};
use der::asn1::{BitString, BitStringRef};
use der::{Any, Decode, Document, Encode, Reader, SliceReader};
use ml_dsa::{EncodedVerifyingKey, MlDsa65, Signature, Verifier, VerifyingKey};
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, UnparsedPublicKey};

use spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned};

use crate::oid::Oid;

/// A signature algorithm: a curve together with its hash, or ML-DSA-65.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// ecdsa-with-SHA256 on secp256r1.
    EcdsaP256Sha256,
    /// ecdsa-with-SHA384 on secp384r1.
    EcdsaP384Sha384,
    /// ML-DSA-65 with an empty context string (FIPS 204, 5.2).
    MlDsa65,
}

/// Length of an ML-DSA-65 public key in bytes (FIPS 204, table 2).
const ML_DSA_65_PUBLIC_KEY: usize = 1952;

impl SignatureAlgorithm {
    /// The object identifier of the signature algorithm.
    #[must_use]
    pub const fn oid(self) -> Oid {
        match self {
            Self::EcdsaP256Sha256 => ECDSA_WITH_SHA_256,
            Self::EcdsaP384Sha384 => ECDSA_WITH_SHA_384,
            Self::MlDsa65 => ID_ML_DSA_65,
        }
    }

    /// Length of the public key in bytes: of an uncompressed point `04 || X || Y`, 65 or 97; of ML-DSA-65, 1952.
    #[must_use]
    pub const fn point_length(self) -> usize {
        match self {
            Self::EcdsaP256Sha256 => 65,
            Self::EcdsaP384Sha384 => 97,
            Self::MlDsa65 => ML_DSA_65_PUBLIC_KEY,
        }
    }

    /// The curve (RFC 5480, 2.1.1.1), where there is one.
    const fn curve(self) -> Option<Oid> {
        match self {
            Self::EcdsaP256Sha256 => Some(SECP_256_R_1),
            Self::EcdsaP384Sha384 => Some(SECP_384_R_1),
            Self::MlDsa65 => None,
        }
    }

    /// The algorithm of keys that look like this: an uncompressed point, or as long as a key of ML-DSA-65.
    fn of_point(point: &[u8]) -> Result<Self, PublicKeyError> {
        match (point.first(), point.len()) {
            (Some(0x04), 65) => Ok(Self::EcdsaP256Sha256),
            (Some(0x04), 97) => Ok(Self::EcdsaP384Sha384),
            (_, ML_DSA_65_PUBLIC_KEY) => Ok(Self::MlDsa65),
            _ => Err(PublicKeyError::Unsupported),
        }
    }

    /// `AlgorithmIdentifier { algorithm }`, parameters absent (RFC 5758, 3.2; RFC 9881, 2).
    pub(crate) const fn identifier(self) -> AlgorithmIdentifierOwned {
        AlgorithmIdentifierOwned { oid: self.oid(), parameters: None }
    }

    /// The algorithm an AlgorithmIdentifier without parameters names.
    pub(crate) fn from_identifier<P>(identifier: &spki::AlgorithmIdentifier<P>) -> Option<Self> {
        let mut all = [Self::EcdsaP256Sha256, Self::EcdsaP384Sha384, Self::MlDsa65].into_iter();
        all.find(|algorithm| identifier.parameters.is_none() && identifier.oid == algorithm.oid())
    }

    /// Verifies a signature over `message`: DER `SEQUENCE { r, s }` with an uncompressed point, or the 3309 bytes of ML-DSA-65.
    pub(crate) fn verify(self, point: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureWrong> {
        match self {
            Self::EcdsaP256Sha256 => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::EcdsaP384Sha384 => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, point).verify(message, signature)
            }
            Self::MlDsa65 => return verify_ml_dsa(point, message, signature),
        }
        .map_err(|_| SignatureWrong)
    }
}

fn verify_ml_dsa(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureWrong> {
    let key = EncodedVerifyingKey::<MlDsa65>::try_from(key).map_err(|_| SignatureWrong)?;
    let signature = Signature::<MlDsa65>::try_from(signature).map_err(|_| SignatureWrong)?;
    VerifyingKey::<MlDsa65>::decode(&key).verify(message, &signature).map_err(|_| SignatureWrong)
}

/// The signature was not made over this message by the private half of this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify with this public key")]
pub struct SignatureWrong;

/// Why bytes are not a public key that Chipwright uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// Not a SubjectPublicKeyInfo of a named curve P-256 or P-384 with an uncompressed point, or of ML-DSA-65.
    #[error(
        "the public key is neither an uncompressed point on the named curve P-256 or P-384 nor one of ML-DSA-65"
    )]
    Unsupported,
}

/// A public key: a SubjectPublicKeyInfo with a named curve and an uncompressed point (RFC 5480, 2), or of ML-DSA-65 (RFC 9881, 4).
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
        let point = info.subject_public_key.as_bytes().ok_or(PublicKeyError::Unsupported)?;
        let algorithm = SignatureAlgorithm::of_point(point)?;
        if info.algorithm != key_identifier(algorithm).map_err(|_| PublicKeyError::Unsupported)? {
            return Err(PublicKeyError::Unsupported);
        }
        Ok(Self { algorithm, spki: info.to_der().map_err(|_| PublicKeyError::Unsupported)?.into() })
    }

    /// From an uncompressed point `04 || X || Y` of 65 (P-256) or 97 (P-384) bytes, or the 1952 bytes of ML-DSA-65.
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

    /// The uncompressed point `04 || X || Y`; of ML-DSA-65, the encoded key.
    #[must_use]
    pub fn point(&self) -> &[u8] {
        &self.spki[self.spki.len() - self.algorithm.point_length()..]
    }

    /// The key identifier: the leftmost 160 bits of SHA-256 over the point or key (RFC 7093, 2, method 1).
    #[must_use]
    pub fn key_identifier(&self) -> [u8; 20] {
        let mut identifier = [0; 20];
        identifier.copy_from_slice(&digest(&SHA256, self.point()).as_ref()[..20]);
        identifier
    }

    /// Verifies a DER ECDSA signature (`SEQUENCE { r INTEGER, s INTEGER }`, RFC 3279, 2.2.3) over `message`, or one of ML-DSA-65
    /// (FIPS 204, 7.2: 3309 bytes).
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
    Ok(SubjectPublicKeyInfoOwned {
        algorithm: key_identifier(algorithm)?,
        subject_public_key: BitString::from_bytes(point)?,
    })
}

/// The AlgorithmIdentifier of a key: id-ecPublicKey with the curve, or id-ml-dsa-65 without parameters.
fn key_identifier(algorithm: SignatureAlgorithm) -> der::Result<AlgorithmIdentifierOwned> {
    match algorithm.curve() {
        Some(curve) => Ok(AlgorithmIdentifierOwned {
            oid: ID_EC_PUBLIC_KEY,
            parameters: Some(Any::encode_from(&curve)?),
        }),
        None => Ok(algorithm.identifier()),
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

    /// Made by the ML-DSA of OpenSSL (Python `cryptography` 50): the seed is 32 bytes of 07, the message `chipwright`.
    #[test]
    fn ml_dsa_keys_and_signatures_are_those_of_openssl() {
        let spki = include_bytes!("algorithm/ml-dsa-65.spki");
        let signature = include_bytes!("algorithm/ml-dsa-65.signature");
        let key = PublicKey::from_spki_der(spki).unwrap();
        assert_eq!((key.algorithm(), key.point().len()), (SignatureAlgorithm::MlDsa65, 1952));
        assert_eq!(PublicKey::from_point(key.point()).unwrap(), key);
        assert_eq!(key.verify(b"chipwright", signature), Ok(()));
        assert_eq!(key.verify(b"chipwrighu", signature), Err(SignatureWrong));
        for at in [0, 100, 3308] {
            let mut altered = signature.to_vec();
            altered[at] ^= 1;
            assert_eq!(key.verify(b"chipwright", &altered), Err(SignatureWrong), "byte {at}");
        }
        assert_eq!(key.verify(b"chipwright", &signature[1..]), Err(SignatureWrong));
        let mut parameters = SubjectPublicKeyInfoOwned::from_der(spki).unwrap();
        parameters.algorithm.parameters = Some(Any::null());
        assert_eq!(PublicKey::from_spki(&parameters), Err(PublicKeyError::Unsupported));
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
