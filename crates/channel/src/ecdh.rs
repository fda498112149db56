//! Elliptic curve Diffie-Hellman (9303-11, 9.6; TR-03111, 4.3), over any curve of prime order.

use crate::pace::{PaceInfo, Rng};
use elliptic_curve::group::Group;
use elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use elliptic_curve::{AffinePoint, Curve, CurveArithmetic, FieldBytes, NonZeroScalar, ProjectivePoint};
use zeroize::Zeroizing;

/// How often a random string is drawn before the source is called broken; the worst curve accepts two in three.
const DRAWS: usize = 128;

/// A curve of prime order that PACE and Chip Authentication are run on.
pub trait PaceCurve:
    Curve<FieldBytesSize: ModulusSize> + CurveArithmetic<AffinePoint: FromSec1Point<Self> + ToSec1Point<Self>>
{
    /// The standardised domain parameters (9303-11, table 4).
    const PARAMETER_ID: u8;
}

impl PaceCurve for p256::NistP256 {
    const PARAMETER_ID: u8 = PaceInfo::P256;
}

impl PaceCurve for bp256::BrainpoolP256r1 {
    const PARAMETER_ID: u8 = PaceInfo::BRAINPOOL_P256R1;
}

/// Why there is no shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EcdhError {
    /// No uncompressed point of the curve, or the point at infinity.
    InvalidPoint,
    /// The other side's key is ours.
    EqualPublicKeys,
    /// The product is the point at infinity.
    Identity,
    /// The source of random bytes gives no scalar.
    RandomSource,
}

/// A key pair over some generator; the private half is wiped when dropped.
pub(crate) struct KeyPair<C: PaceCurve> {
    secret: Zeroizing<NonZeroScalar<C>>,
    /// The public key, uncompressed.
    pub(crate) public: Vec<u8>,
}

impl<C: PaceCurve> KeyPair<C> {
    /// Over the curve's own generator, for which multiples are tabulated.
    pub(crate) fn generate(rng: Rng<'_>) -> Result<Self, EcdhError> {
        let secret = draw::<C>(rng)?;
        Ok(Self { public: encode::<C>(&ProjectivePoint::<C>::mul_by_generator(&secret)), secret })
    }

    /// Over another generator.
    pub(crate) fn generate_over(generator: &ProjectivePoint<C>, rng: Rng<'_>) -> Result<Self, EcdhError> {
        let secret = draw::<C>(rng)?;
        Ok(Self { public: encode::<C>(&(*generator * **secret)), secret })
    }

    /// `KA(SK, PK)`: a point that is not the point at infinity.
    pub(crate) fn agree(&self, theirs: &ProjectivePoint<C>) -> Result<ProjectivePoint<C>, EcdhError> {
        not_identity::<C>(*theirs * **self.secret)
    }

    /// `Comp(PK)`: the x coordinate of the public key (TR-03110-3, A.2.2.3).
    pub(crate) fn compressed(&self) -> &[u8] {
        compressed(&self.public)
    }
}

/// Draws strings until one is a scalar from 1 to the order − 1 (rejection sampling, FIPS 186-5, A.2.2).
fn draw<C: PaceCurve>(rng: Rng<'_>) -> Result<Zeroizing<NonZeroScalar<C>>, EcdhError> {
    for _ in 0..DRAWS {
        let mut bytes = Zeroizing::new(FieldBytes::<C>::default());
        rng(bytes.as_mut_slice());
        if let Some(secret) = NonZeroScalar::<C>::from_repr(*bytes).into_option() {
            return Ok(Zeroizing::new(secret));
        }
    }
    Err(EcdhError::RandomSource)
}

/// A public key: uncompressed, on the curve, not the point at infinity.
pub(crate) fn point<C: PaceCurve>(bytes: &[u8]) -> Result<ProjectivePoint<C>, EcdhError> {
    if bytes.first() != Some(&0x04) {
        return Err(EcdhError::InvalidPoint);
    }
    let point = AffinePoint::<C>::from_sec1_bytes(bytes).map_err(|_| EcdhError::InvalidPoint)?;
    not_identity::<C>(point.into()).map_err(|_| EcdhError::InvalidPoint)
}

/// The other side's public key: a [`point`], and not ours.
pub(crate) fn public_key<C: PaceCurve>(bytes: &[u8], ours: &[u8]) -> Result<ProjectivePoint<C>, EcdhError> {
    if bytes == ours { Err(EcdhError::EqualPublicKeys) } else { point::<C>(bytes) }
}

/// The point, uncompressed: `04 ‖ x ‖ y`.
pub(crate) fn encode<C: PaceCurve>(point: &ProjectivePoint<C>) -> Vec<u8> {
    let affine: AffinePoint<C> = (*point).into();
    affine.to_sec1_point(false).as_bytes().to_vec()
}

/// The x coordinate of an uncompressed point.
pub(crate) fn compressed(uncompressed: &[u8]) -> &[u8] {
    uncompressed.get(1..=uncompressed.len() / 2).unwrap_or_default()
}

/// The x coordinate: the shared secret of ECDH (TR-03111, 4.3.1).
pub(crate) fn x_coordinate<C: PaceCurve>(point: &ProjectivePoint<C>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(compressed(&Zeroizing::new(encode::<C>(point))).to_vec())
}

pub(crate) fn not_identity<C: PaceCurve>(point: ProjectivePoint<C>) -> Result<ProjectivePoint<C>, EcdhError> {
    if bool::from(point.is_identity()) { Err(EcdhError::Identity) } else { Ok(point) }
}
