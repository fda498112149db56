//! SubjectPublicKeyInfo of a chip's key (RFC 5480; TR-03110-3, A.2.1.1 and A.1.1.3), with named domain parameters only.
//!
//! ```text
//! SubjectPublicKeyInfo ::= SEQUENCE { algorithm SEQUENCE { OBJECT IDENTIFIER, parameters }, subjectPublicKey BIT STRING }
//!
//! id-ecPublicKey                 namedCurve OBJECT IDENTIFIER
//! standardizedDomainParameters   INTEGER (9303-11, table 4)
//! ```

use crate::ecdh::point;
use crate::pace::{INTEGER, OBJECT_IDENTIFIER, PaceInfo, SEQUENCE, small_integer};
use bp256::BrainpoolP256r1;
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Tlv, TlvError};
use p256::NistP256;

const BIT_STRING: Tag = Tag(0x03);
/// `id-ecPublicKey`: 1.2.840.10045.2.1.
const EC_PUBLIC_KEY: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
/// `standardizedDomainParameters`: 0.4.0.127.0.7.1.2.
const STANDARDISED: [u8; 7] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x02];
/// `prime256v1`: 1.2.840.10045.3.1.7.
const PRIME256V1: [u8; 8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
/// `brainpoolP256r1`: 1.3.36.3.3.2.8.1.1.7.
const BRAINPOOL_P256R1: [u8; 9] = [0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07];

/// Why a public key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// Not a SubjectPublicKeyInfo.
    #[error("the public key is malformed: {0}")]
    Malformed(#[from] TlvError),
    /// No elliptic curve key, or one with other domain parameters than P-256 or brainpoolP256r1, by name.
    #[error("the public key is not one over P-256 or brainpoolP256r1")]
    Unsupported,
    /// No uncompressed point of its curve.
    #[error("the public key is not a point of its curve")]
    Point,
}

/// The public key of a chip: a point of a standardised curve, uncompressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SubjectPublicKey {
    parameter_id: u8,
    point: [u8; 65],
}

impl SubjectPublicKey {
    /// From domain parameters and an uncompressed point.
    ///
    /// # Errors
    /// [`PublicKeyError::Unsupported`], [`PublicKeyError::Point`].
    pub fn new(parameter_id: u8, uncompressed: &[u8]) -> Result<Self, PublicKeyError> {
        let on_curve = match parameter_id {
            PaceInfo::P256 => point::<NistP256>(uncompressed).is_ok(),
            PaceInfo::BRAINPOOL_P256R1 => point::<BrainpoolP256r1>(uncompressed).is_ok(),
            _ => return Err(PublicKeyError::Unsupported),
        };
        match <[u8; 65]>::try_from(uncompressed) {
            Ok(point) if on_curve => Ok(Self { parameter_id, point }),
            _ => Err(PublicKeyError::Point),
        }
    }

    /// From a SubjectPublicKeyInfo, with nothing after it.
    ///
    /// # Errors
    /// [`PublicKeyError`].
    pub fn parse(spki: &[u8]) -> Result<Self, PublicKeyError> {
        Self::read(&Tlv::parse_expected(spki, SEQUENCE)?)
    }

    pub(crate) fn read(spki: &Tlv<'_>) -> Result<Self, PublicKeyError> {
        let mut content = spki.children()?;
        let parameter_id = domain_parameters(&content.expect(SEQUENCE)?)?;
        let bits = content.expect(BIT_STRING)?;
        content.finish()?;
        match bits.value {
            [0x00, point @ ..] => Self::new(parameter_id, point),
            _ => Err(bits.invalid().into()),
        }
    }

    /// The standardised domain parameters (9303-11, table 4): 12 is P-256, 13 brainpoolP256r1.
    #[must_use]
    pub const fn parameter_id(&self) -> u8 {
        self.parameter_id
    }

    /// `04 ‖ x ‖ y`.
    #[must_use]
    pub const fn point(&self) -> &[u8; 65] {
        &self.point
    }
}

/// The standardised domain parameters that an AlgorithmIdentifier names.
pub(crate) fn domain_parameters(algorithm: &Tlv<'_>) -> Result<u8, PublicKeyError> {
    let mut content = algorithm.children()?;
    let oid = content.expect(OBJECT_IDENTIFIER)?.value;
    let Some(parameters) = content.next()? else { return Err(PublicKeyError::Unsupported) };
    content.finish()?;
    if oid == STANDARDISED && parameters.tag == INTEGER {
        return small_integer(&parameters)
            .and_then(|id| u8::try_from(id).ok())
            .ok_or(PublicKeyError::Unsupported);
    }
    if oid == EC_PUBLIC_KEY && parameters.tag == OBJECT_IDENTIFIER {
        if parameters.value == PRIME256V1 {
            return Ok(PaceInfo::P256);
        }
        if parameters.value == BRAINPOOL_P256R1 {
            return Ok(PaceInfo::BRAINPOOL_P256R1);
        }
    }
    Err(PublicKeyError::Unsupported)
}
