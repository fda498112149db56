//! The group: points, scalars and the Generic Mapping, over any curve of prime order.

use super::{PaceError, PaceInfo, Rng, Step};
use elliptic_curve::ff::Field;
use elliptic_curve::group::Group;
use elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use elliptic_curve::{
    AffinePoint, Curve, CurveArithmetic, FieldBytes, NonZeroScalar, ProjectivePoint, Scalar,
};
use zeroize::Zeroizing;

/// How often a random string is drawn before the source is called broken; the worst curve accepts two in three.
const DRAWS: usize = 128;

/// A curve of prime order that PACE is run on.
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

/// An ephemeral key pair over some generator; the private half is wiped when dropped.
pub(super) struct KeyPair<C: PaceCurve> {
    secret: Zeroizing<NonZeroScalar<C>>,
    /// The public key, uncompressed.
    pub(super) public: Vec<u8>,
}

impl<C: PaceCurve> KeyPair<C> {
    /// Over the curve's own generator, for which multiples are tabulated.
    pub(super) fn generate(rng: Rng<'_>) -> Result<Self, PaceError> {
        let secret = draw::<C>(rng)?;
        Ok(Self { public: encode::<C>(&ProjectivePoint::<C>::mul_by_generator(&secret)), secret })
    }

    /// Over another generator.
    pub(super) fn generate_over(generator: &ProjectivePoint<C>, rng: Rng<'_>) -> Result<Self, PaceError> {
        let secret = draw::<C>(rng)?;
        Ok(Self { public: encode::<C>(&(*generator * **secret)), secret })
    }

    /// `KA(SK, PK)`: a point that is not the point at infinity.
    pub(super) fn agree(
        &self,
        theirs: &ProjectivePoint<C>,
        step: Step,
    ) -> Result<ProjectivePoint<C>, PaceError> {
        not_identity::<C>(*theirs * **self.secret, step)
    }
}

/// Draws strings until one is a scalar from 1 to the order − 1 (rejection sampling, FIPS 186-5, A.2.2).
fn draw<C: PaceCurve>(rng: Rng<'_>) -> Result<Zeroizing<NonZeroScalar<C>>, PaceError> {
    for _ in 0..DRAWS {
        let mut bytes = Zeroizing::new(FieldBytes::<C>::default());
        rng(bytes.as_mut_slice());
        if let Some(secret) = NonZeroScalar::<C>::from_repr(*bytes).into_option() {
            return Ok(Zeroizing::new(secret));
        }
    }
    Err(PaceError::RandomSource)
}

/// The other side's public key: uncompressed, on the curve, not the point at infinity, and not ours.
pub(super) fn public_key<C: PaceCurve>(
    bytes: &[u8],
    ours: &[u8],
    step: Step,
) -> Result<ProjectivePoint<C>, PaceError> {
    if bytes.first() != Some(&0x04) {
        return Err(PaceError::InvalidPoint(step));
    }
    if bytes == ours {
        return Err(PaceError::EqualPublicKeys(step));
    }
    let point = AffinePoint::<C>::from_sec1_bytes(bytes).map_err(|_| PaceError::InvalidPoint(step))?;
    not_identity::<C>(point.into(), step).map_err(|_| PaceError::InvalidPoint(step))
}

/// Generic Mapping (9303-11, 4.4.3.3.1): `G~ = s·G + H`.
pub(super) fn map<C: PaceCurve>(
    nonce: &[u8],
    h: &ProjectivePoint<C>,
) -> Result<ProjectivePoint<C>, PaceError> {
    let s = nonce
        .iter()
        .fold(Scalar::<C>::ZERO, |s, byte| s * Scalar::<C>::from(256) + Scalar::<C>::from(u64::from(*byte)));
    let s = Zeroizing::new(s);
    not_identity::<C>(ProjectivePoint::<C>::mul_by_generator(&s) + *h, Step::Mapping)
}

/// The point, uncompressed: `04 ‖ x ‖ y`.
pub(super) fn encode<C: PaceCurve>(point: &ProjectivePoint<C>) -> Vec<u8> {
    let affine: AffinePoint<C> = (*point).into();
    affine.to_sec1_point(false).as_bytes().to_vec()
}

/// The x coordinate: the shared secret of ECDH (TR-03111, 4.3.1).
pub(super) fn x_coordinate<C: PaceCurve>(point: &ProjectivePoint<C>) -> Zeroizing<Vec<u8>> {
    let whole = Zeroizing::new(encode::<C>(point));
    Zeroizing::new(whole[1..=whole.len() / 2].to_vec())
}

fn not_identity<C: PaceCurve>(
    point: ProjectivePoint<C>,
    step: Step,
) -> Result<ProjectivePoint<C>, PaceError> {
    if bool::from(point.is_identity()) { Err(PaceError::Identity(step)) } else { Ok(point) }
}
