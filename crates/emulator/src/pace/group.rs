//! The arithmetic that PACE and Chip Authentication need, over any prime-order curve with 32-byte coordinates and scalars.

use elliptic_curve::consts::U32;
use elliptic_curve::ops::Reduce;
use elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use elliptic_curve::{
    AffinePoint, Curve, CurveArithmetic, CurveGroup, FieldBytes, Group as _, PrimeCurve, Scalar,
};
use elliptic_curve::{Field as _, PrimeField as _};
use zeroize::{Zeroize, Zeroizing};

/// How often a private key is drawn before the source of randomness is given up.
const DRAWS: usize = 64;

/// A group with validated points: a `Point` is on the curve and not the identity.
pub(crate) trait Group {
    type Point: Copy + PartialEq + Zeroize;

    /// The standard generator.
    fn generator() -> Self::Point;

    /// Uncompressed point (`04 || x || y`, TR-03110-3, D.3); none if it is not on the curve, or the identity.
    fn decode(bytes: &[u8]) -> Option<Self::Point>;

    /// `04 || x || y`.
    fn encode(point: &Self::Point) -> [u8; 65];

    /// `private · point`; none for the identity.
    fn multiply(private: &PrivateKey, point: &Self::Point) -> Option<Self::Point>;

    /// Generic Mapping (9303-11, 4.4.3.3): `s · G + H`, s the nonce as a number; none for the identity.
    fn map(nonce: &[u8], h: &Self::Point) -> Option<Self::Point>;

    /// The shared secret: x of `private · public`, 32 bytes; none for the identity.
    fn agree(private: &PrivateKey, public: &Self::Point) -> Option<Zeroizing<[u8; 32]>> {
        let point = Zeroizing::new(Self::multiply(private, public)?);
        let encoded = Zeroizing::new(Self::encode(&point));
        Some(Zeroizing::new(std::array::from_fn(|i| encoded[1 + i])))
    }

    /// `divisor⁻¹ · key mod n`, 32 bytes.
    fn divide(key: &PrivateKey, divisor: &PrivateKey) -> Option<Zeroizing<[u8; 32]>>;

    /// A stored key; none unless it is in 1 to n − 1.
    fn private_key(bytes: &[u8; 32]) -> Option<PrivateKey>;

    /// Uniform in 1 to n − 1, by drawing 32 bytes until they are; none if the randomness never yields one.
    fn draw(rng: &mut dyn FnMut(&mut [u8])) -> Option<PrivateKey>;
}

/// A private key as 32 bytes, big-endian, in 1 to n − 1 of the group that drew it.
pub(crate) struct PrivateKey(Zeroizing<[u8; 32]>);

impl PrivateKey {
    pub(crate) fn into_bytes(self) -> Zeroizing<[u8; 32]> {
        self.0
    }
}

impl<C> Group for C
where
    C: CurveArithmetic + PrimeCurve + Curve<FieldBytesSize = U32>,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
{
    type Point = AffinePoint<C>;

    fn generator() -> Self::Point {
        C::ProjectivePoint::generator().to_affine()
    }

    fn decode(bytes: &[u8]) -> Option<Self::Point> {
        if bytes.len() != 65 || bytes[0] != 0x04 {
            return None;
        }
        AffinePoint::<C>::from_sec1_bytes(bytes).ok()
    }

    fn encode(point: &Self::Point) -> [u8; 65] {
        let encoded = point.to_sec1_point(false);
        let mut bytes = [0; 65];
        bytes.iter_mut().zip(encoded.as_bytes()).for_each(|(to, from)| *to = *from);
        bytes
    }

    fn multiply(private: &PrivateKey, point: &Self::Point) -> Option<Self::Point> {
        let mut scalar = scalar::<C>(private)?;
        let product = C::ProjectivePoint::from(*point) * scalar;
        scalar.zeroize();
        affine::<C>(product)
    }

    fn map(nonce: &[u8], h: &Self::Point) -> Option<Self::Point> {
        let mut number = FieldBytes::<C>::default();
        let start = 32usize.checked_sub(nonce.len())?;
        number[start..].copy_from_slice(nonce);
        let mut s = Scalar::<C>::reduce(&number);
        let mapped = C::ProjectivePoint::generator() * s + C::ProjectivePoint::from(*h);
        s.zeroize();
        number.zeroize();
        affine::<C>(mapped)
    }

    fn divide(key: &PrivateKey, divisor: &PrivateKey) -> Option<Zeroizing<[u8; 32]>> {
        let (mut key, mut divisor) = (scalar::<C>(key)?, scalar::<C>(divisor)?);
        let mut inverse = divisor.invert().into_option()?;
        let mut quotient = inverse * key;
        let mut number = quotient.to_repr();
        let mut bytes = Zeroizing::new([0; 32]);
        bytes.copy_from_slice(&number);
        number.zeroize();
        [&mut key, &mut divisor, &mut inverse, &mut quotient].into_iter().for_each(Zeroize::zeroize);
        Some(bytes)
    }

    fn private_key(bytes: &[u8; 32]) -> Option<PrivateKey> {
        let key = PrivateKey(Zeroizing::new(*bytes));
        scalar::<C>(&key).map(|mut scalar| scalar.zeroize()).map(|()| key)
    }

    fn draw(rng: &mut dyn FnMut(&mut [u8])) -> Option<PrivateKey> {
        (0..DRAWS).find_map(|_| {
            let mut key = PrivateKey(Zeroizing::new([0; 32]));
            rng(key.0.as_mut_slice());
            scalar::<C>(&key).map(|mut scalar| scalar.zeroize()).map(|()| key)
        })
    }
}

/// None for zero and for numbers not below the order.
fn scalar<C: CurveArithmetic + Curve<FieldBytesSize = U32>>(private: &PrivateKey) -> Option<Scalar<C>> {
    let mut bytes = FieldBytes::<C>::default();
    bytes.copy_from_slice(private.0.as_slice());
    let scalar = Scalar::<C>::from_repr(bytes).into_option();
    bytes.zeroize();
    scalar.filter(|scalar| !bool::from(scalar.is_zero()))
}

fn affine<C: CurveArithmetic>(point: C::ProjectivePoint) -> Option<AffinePoint<C>> {
    (!bool::from(point.is_identity())).then(|| point.to_affine())
}
