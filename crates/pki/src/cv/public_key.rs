//! Public keys in certificates (TR-03110-3, D.3).

use std::fmt;

use chipwright_iso7816::tlv::{Reader, Tag, Tlv, Writer};

use super::{CvError, OID, PUBLIC_KEY};
use crate::algorithm::{PublicKey, SignatureAlgorithm};
use crate::oid::{self, Oid};

/// The public key of a certificate or request.
#[derive(Clone, PartialEq, Eq)]
pub struct CvPublicKey {
    algorithm: Oid,
    material: Material,
}

#[derive(Clone, PartialEq, Eq)]
enum Material {
    Curve { domain: Option<Box<DomainParameters>>, point: Box<[u8]> },
    Rsa { modulus: Box<[u8]>, exponent: Box<[u8]> },
}

/// The domain parameters of a curve, as a CVCA's certificate and every request write them out.
#[derive(Clone, PartialEq, Eq)]
pub struct DomainParameters {
    /// 81: the prime of the field.
    prime: Box<[u8]>,
    /// 82, 83: the coefficients.
    a: Box<[u8]>,
    b: Box<[u8]>,
    /// 84: the base point.
    base: Box<[u8]>,
    /// 85: its order.
    order: Box<[u8]>,
    /// 87: the cofactor.
    cofactor: Box<[u8]>,
}

const P: [u8; 32] = *b"\xFF\xFF\xFF\xFF\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
const A: [u8; 32] = *b"\xFF\xFF\xFF\xFF\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFC";
const B: [u8; 32] = *b"\x5A\xC6\x35\xD8\xAA\x3A\x93\xE7\xB3\xEB\xBD\x55\x76\x98\x86\xBC\x65\x1D\x06\xB0\xCC\x53\xB0\xF6\x3B\xCE\x3C\x3E\x27\xD2\x60\x4B";
const G: [u8; 65] = *b"\x04\x6B\x17\xD1\xF2\xE1\x2C\x42\x47\xF8\xBC\xE6\xE5\x63\xA4\x40\xF2\x77\x03\x7D\x81\x2D\xEB\x33\xA0\xF4\xA1\x39\x45\xD8\x98\xC2\x96\x4F\xE3\x42\xE2\xFE\x1A\x7F\x9B\x8E\xE7\xEB\x4A\x7C\x0F\x9E\x16\x2B\xCE\x33\x57\x6B\x31\x5E\xCE\xCB\xB6\x40\x68\x37\xBF\x51\xF5";
const N: [u8; 32] = *b"\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51";

impl DomainParameters {
    /// Those of P-256 (FIPS 186-4, D.1.2.3).
    #[must_use]
    pub fn p256() -> Self {
        Self {
            prime: P.into(),
            a: A.into(),
            b: B.into(),
            base: G.into(),
            order: N.into(),
            cofactor: [1].into(),
        }
    }
}

impl CvPublicKey {
    /// A P-256 key for Terminal Authentication with SHA-256; none for another curve.
    #[must_use]
    pub fn p256(key: &PublicKey, with_domain: bool) -> Option<Self> {
        let domain = with_domain.then(|| Box::new(DomainParameters::p256()));
        (key.algorithm() == SignatureAlgorithm::EcdsaP256Sha256).then(|| Self {
            algorithm: oid::TA_ECDSA_SHA_256,
            material: Material::Curve { domain, point: key.point().into() },
        })
    }

    /// The algorithm's identifier.
    #[must_use]
    pub const fn algorithm(&self) -> Oid {
        self.algorithm
    }

    /// The domain parameters, where they are written out.
    #[must_use]
    pub fn domain(&self) -> Option<&DomainParameters> {
        match &self.material {
            Material::Curve { domain, .. } => domain.as_deref(),
            Material::Rsa { .. } => None,
        }
    }

    /// The key, if it is one for ECDSA with SHA-256 on P-256; parameters that are left out are those of P-256, as everywhere
    /// in this hierarchy (TA-02).
    #[must_use]
    pub fn as_p256(&self) -> Option<PublicKey> {
        let Material::Curve { domain, point } = &self.material else { return None };
        let on_p256 = domain.as_deref().is_none_or(|domain| *domain == DomainParameters::p256());
        if self.algorithm != oid::TA_ECDSA_SHA_256 || !on_p256 || point.len() != 65 {
            return None;
        }
        PublicKey::from_point(point).ok()
    }

    pub(super) fn read(object: &Tlv<'_>) -> Result<Self, CvError> {
        let mut parts = object.children()?;
        let identifier = parts.expect(OID)?;
        let algorithm = Oid::from_bytes(identifier.value).map_err(|_| identifier.invalid())?;
        let material = if algorithm.starts_with(oid::TA_RSA) {
            let modulus = parts.expect(Tag(0x81))?.value.into();
            Material::Rsa { modulus, exponent: parts.expect(Tag(0x82))?.value.into() }
        } else {
            read_curve(&mut parts)?
        };
        parts.finish()?;
        Ok(Self { algorithm, material })
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.nest(PUBLIC_KEY, |key| {
            key.put(OID, self.algorithm.as_bytes());
            match &self.material {
                Material::Rsa { modulus, exponent } => {
                    key.put(Tag(0x81), modulus).put(Tag(0x82), exponent);
                }
                Material::Curve { domain: None, point } => {
                    key.put(Tag(0x86), point);
                }
                Material::Curve { domain: Some(domain), point } => {
                    key.put(Tag(0x81), &domain.prime)
                        .put(Tag(0x82), &domain.a)
                        .put(Tag(0x83), &domain.b)
                        .put(Tag(0x84), &domain.base)
                        .put(Tag(0x85), &domain.order)
                        .put(Tag(0x86), point)
                        .put(Tag(0x87), &domain.cofactor);
                }
            }
        });
    }
}

/// All parameters, or none of them.
fn read_curve(parts: &mut Reader<'_>) -> Result<Material, CvError> {
    let first = parts.next_required()?;
    if first.tag == Tag(0x86) {
        return Ok(Material::Curve { domain: None, point: first.value.into() });
    }
    if first.tag != Tag(0x81) {
        return Err(CvError::Refused("a public key on a curve has all domain parameters or none"));
    }
    let mut next = |tag| parts.expect(Tag(tag)).map(|object| Box::from(object.value));
    let prime = first.value.into();
    let (a, b, base, order) = (next(0x82)?, next(0x83)?, next(0x84)?, next(0x85)?);
    let point = next(0x86)?;
    let domain = Box::new(DomainParameters { prime, a, b, base, order, cofactor: next(0x87)? });
    Ok(Material::Curve { domain: Some(domain), point })
}

impl fmt::Debug for CvPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CvPublicKey({}{})", self.algorithm, if self.domain().is_some() { ", domain" } else { "" })
    }
}

impl fmt::Debug for DomainParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DomainParameters({} bits)", self.prime.len() * 8)
    }
}
