//! Version 1: an agreement that nobody but the chip can follow, proven by the first response.

use super::{ChipAuthenticationError, ChipKey};
use crate::ecdh::{KeyPair, PaceCurve, point, x_coordinate};
use crate::kdf::Derived;
use crate::opaque::opaque_debug;
use crate::pace::{DYNAMIC_DATA, Rng, general_authenticate};
use crate::proof::{ChipProven, NotGenuine, Proof};
use crate::sm::{self, Session, SmError};
use bp256::BrainpoolP256r1;
use chipwright_iso7816::tlv::{Tlv, Writer, encode};
use chipwright_iso7816::{Command, Exchanger, Ins, Response, Tag, Transport};
use p256::NistP256;
use std::marker::PhantomData;

const PROOF: Proof = Proof::ChipAuthentication1;

/// MSE:Set AT: `00 22 41 A4 Lc  80 protocol  [84 key]` (9303-11, 6.2.4.2).
///
/// # Errors
/// [`ChipAuthenticationError::Parameters`] when the key is on another curve than `C`.
pub fn select<C: PaceCurve>(key: &ChipKey) -> Result<(AwaitSelected<C>, Command), ChipAuthenticationError> {
    let command = set_at::<C>(key)?;
    Ok((AwaitSelected { key: *key, curve: PhantomData }, command))
}

pub(super) fn set_at<C: PaceCurve>(key: &ChipKey) -> Result<Command, ChipAuthenticationError> {
    if key.public.parameter_id() != C::PARAMETER_ID {
        return Err(ChipAuthenticationError::Parameters {
            wanted: C::PARAMETER_ID,
            found: key.public.parameter_id(),
        });
    }
    let mut data = Writer::new();
    data.put(Tag(0x80), &key.protocol());
    if let Some(id) = key.key_id {
        data.put(Tag(0x84), &[id]);
    }
    Ok(Command::new(0x00, Ins::MANAGE_SECURITY_ENVIRONMENT, 0x41, 0xA4).with_data(data.into_bytes()))
}

/// MSE:Set AT was sent.
pub struct AwaitSelected<C: PaceCurve> {
    key: ChipKey,
    curve: PhantomData<C>,
}

impl<C: PaceCurve> AwaitSelected<C> {
    /// Sends the ephemeral key: `7C { 80 PK.PCD }`.
    ///
    /// # Errors
    /// [`NotGenuine::Refused`], [`NotGenuine::PublicKey`]; [`ChipAuthenticationError::RandomSource`].
    pub fn receive(
        self,
        response: &Response,
        rng: Rng<'_>,
    ) -> Result<(AwaitAgreement, Command), ChipAuthenticationError> {
        accepted(response, PROOF)?;
        let of = |error| ChipAuthenticationError::of(error, PROOF);
        let ephemeral = KeyPair::<C>::generate(rng).map_err(of)?;
        let theirs = point::<C>(self.key.public.point()).map_err(of)?;
        let secret = x_coordinate::<C>(&ephemeral.agree(&theirs).map_err(of)?);
        let derived = Derived::of(&secret, &[], self.key.size);
        let command = general_authenticate(0x00, &encode(Tag(0x80), &ephemeral.public));
        Ok((AwaitAgreement { key: self.key, derived }, command))
    }
}

/// GENERAL AUTHENTICATE was sent, the last command under the old keys.
pub struct AwaitAgreement {
    key: ChipKey,
    pub(super) derived: Derived,
}

impl AwaitAgreement {
    /// Reads `7C {}` and begins anew with the keys agreed on, SSC = 0.
    ///
    /// # Errors
    /// [`NotGenuine::Refused`], [`NotGenuine::Malformed`].
    pub fn receive(self, response: &Response) -> Result<Unproven, ChipAuthenticationError> {
        accepted(response, PROOF)?;
        Tlv::parse_expected(&response.data, DYNAMIC_DATA)
            .and_then(|data| data.children()?.finish())
            .map_err(|error| NotGenuine::Malformed { proof: PROOF, error })?;
        Ok(Unproven { key: self.key, session: Session::new(self.derived.keys()?) })
    }
}

/// A session under the keys agreed on, of which nobody has seen yet that the card knows them.
#[must_use = "the chip is proven by the first response only"]
pub struct Unproven {
    key: ChipKey,
    session: Session,
}

impl Unproven {
    /// Protects the first command.
    ///
    /// # Errors
    /// As [`Session::wrap`].
    pub fn wrap(self, command: &Command) -> Result<(AwaitProof, Command), SmError> {
        let (waiting, wrapped) = self.session.wrap(command)?;
        Ok((AwaitProof { key: self.key, waiting }, wrapped))
    }

    /// Sends the first command and opens its response, which proves the chip.
    ///
    /// # Errors
    /// As [`AwaitProof::unwrap`], and [`ChipAuthenticationError::SecureMessaging`] when the exchange fails or the command cannot be
    /// protected.
    pub fn transmit<T: Transport>(
        self,
        card: &mut Exchanger<T>,
        command: &Command,
    ) -> Result<(Session, Response, ChipProven), ChipAuthenticationError> {
        match self.session.transmit(card, command) {
            Ok((session, response)) => Ok((session, response, proven(&self.key))),
            Err(error) => Err(failed(error)),
        }
    }
}

/// The first command was sent.
pub struct AwaitProof {
    key: ChipKey,
    waiting: sm::AwaitResponse,
}

impl AwaitProof {
    /// Opens the response. That its MAC verifies proves the chip, whatever its status.
    ///
    /// # Errors
    /// [`NotGenuine::FirstResponse`].
    pub fn unwrap(
        self,
        response: Response,
    ) -> Result<(Session, Response, ChipProven), ChipAuthenticationError> {
        let (session, response) = self.waiting.unwrap(response).map_err(failed)?;
        Ok((session, response, proven(&self.key)))
    }
}

fn proven(key: &ChipKey) -> ChipProven {
    ChipProven::new(PROOF, key.public.point())
}

/// Whose fault an error under the new keys is.
fn failed(error: SmError) -> ChipAuthenticationError {
    match error {
        // below, ours, or opened with the right keys and too long
        SmError::Exchange(_)
        | SmError::Class(_)
        | SmError::TooLong { .. }
        | SmError::ExtendedLengthNeeded
        | SmError::Keys
        | SmError::TooMuchData { .. } => error.into(),
        other => NotGenuine::FirstResponse(other).into(),
    }
}

pub(super) fn accepted(response: &Response, proof: Proof) -> Result<(), NotGenuine> {
    if response.status.is_success() {
        Ok(())
    } else {
        Err(NotGenuine::Refused { proof, status: response.status })
    }
}

/// Runs the agreement inside a session of PACE; the first exchange of what comes back proves the chip.
///
/// # Errors
/// [`ChipAuthenticationError`]; the session is gone then.
pub fn authenticate<T: Transport>(
    card: &mut Exchanger<T>,
    session: Session,
    key: &ChipKey,
    rng: Rng<'_>,
) -> Result<Unproven, ChipAuthenticationError> {
    match key.public.parameter_id() {
        NistP256::PARAMETER_ID => authenticate_over::<NistP256, T>(card, session, key, rng),
        _ => authenticate_over::<BrainpoolP256r1, T>(card, session, key, rng),
    }
}

fn authenticate_over<C: PaceCurve, T: Transport>(
    card: &mut Exchanger<T>,
    session: Session,
    key: &ChipKey,
    rng: Rng<'_>,
) -> Result<Unproven, ChipAuthenticationError> {
    let (state, command) = select::<C>(key)?;
    let (session, response) = session.transmit(card, &command)?;
    let (state, command) = state.receive(&response, rng)?;
    let (_, response) = session.transmit(card, &command)?;
    state.receive(&response)
}

opaque_debug!(AwaitSelected<C: PaceCurve>, AwaitAgreement, Unproven, AwaitProof);
