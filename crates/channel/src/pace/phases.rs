//! The five commands and what their answers must be (9303-11, 4.4.4).

use super::mapping::map;
use super::password::{PIN_REFERENCE, PUK_REFERENCE};
use super::{
    Chat, ChipAuthenticationData, EphemeralKeyOfCard, Established, Mapping, PaceCurve, PaceError, PaceInfo,
    Password, Rng, Step,
};
use crate::aes_modes::{BLOCK, BlockKey, MacKey, mac_matches};
#[cfg(test)]
use crate::ecdh::encode;
use crate::ecdh::{EcdhError, KeyPair, compressed, public_key, x_coordinate};
use crate::kdf::{Counter, Derived, derive};
use crate::opaque::opaque_debug;
use crate::proof::NotGenuine;
use crate::sm::{Session, SessionKeys};
use chipwright_iso7816::tlv::{Tlv, TlvError, TlvErrorKind, Writer, encode as encode_tlv};
use chipwright_iso7816::{Command, Ins, Le, Response, StatusWord, Tag};
use std::marker::PhantomData;
use zeroize::Zeroizing;

/// Dynamic authentication data.
pub(crate) const DYNAMIC_DATA: Tag = Tag(0x7C);

/// MSE:Set AT: `00 22 C1 A4 Lc  80 protocol  83 password  84 domain parameters` (9303-11, 4.4.4.1).
///
/// # Errors
/// [`PaceError::Parameters`] when `info` names other domain parameters than those of `C`.
pub fn select<C: PaceCurve>(
    info: &PaceInfo,
    password: &Password,
) -> Result<(AwaitSelected<C>, Command), PaceError> {
    select_with(info, password, None)
}

/// As [`select`], with `7F4C { 06 terminal type, 53 rights }` before `84` for a terminal that is to be authenticated
/// (TR-03110-3, B.11.1).
///
/// # Errors
/// As [`select`].
pub fn select_with<C: PaceCurve>(
    info: &PaceInfo,
    password: &Password,
    chat: Option<&Chat>,
) -> Result<(AwaitSelected<C>, Command), PaceError> {
    if info.parameter_id() != C::PARAMETER_ID {
        return Err(PaceError::Parameters { wanted: C::PARAMETER_ID, found: info.parameter_id() });
    }
    let mut data = Writer::new();
    data.put(Tag(0x80), &info.protocol());
    data.put(Tag(0x83), &[password.reference()]);
    if let Some(chat) = chat {
        data.nest(Tag(0x7F4C), |template| {
            template.put(Tag(0x06), &chat.oid).put(Tag(0x53), &chat.bits);
        });
    }
    data.put(Tag(0x84), &[info.parameter_id()]);
    let command =
        Command::new(0x00, Ins::MANAGE_SECURITY_ENVIRONMENT, 0xC1, 0xA4).with_data(data.into_bytes());
    let k_pi = derive(password.secret(), &[], Counter::Password, info.key_size());
    let suite = Suite { info: *info, reference: password.reference(), chat: chat.is_some() };
    Ok((AwaitSelected { suite, k_pi, curve: PhantomData }, command))
}

/// What the rest of the protocol needs of the choice.
#[derive(Clone, Copy)]
struct Suite {
    info: PaceInfo,
    /// Which password.
    reference: u8,
    /// Whether a certificate holder authorization template was sent.
    chat: bool,
}

/// MSE:Set AT was sent.
pub struct AwaitSelected<C: PaceCurve> {
    suite: Suite,
    pub(super) k_pi: Zeroizing<Vec<u8>>,
    curve: PhantomData<C>,
}

impl<C: PaceCurve> AwaitSelected<C> {
    /// Asks for the encrypted nonce: `7C 00`. `63XX` (a password with few tries left) is no refusal.
    ///
    /// # Errors
    /// [`PaceError::CardRefused`].
    pub fn receive(self, response: &Response) -> Result<(AwaitNonce<C>, Command), PaceError> {
        let status = response.status;
        if !status.is_success() && status.sw1() != 0x63 {
            return Err(PaceError::CardRefused { step: Step::SetAt, status });
        }
        let tries_left = status.tries_left();
        let command = general_authenticate(0x10, &[]);
        Ok((AwaitNonce { suite: self.suite, k_pi: self.k_pi, tries_left, curve: PhantomData }, command))
    }
}

/// GENERAL AUTHENTICATE 1 was sent.
pub struct AwaitNonce<C: PaceCurve> {
    suite: Suite,
    k_pi: Zeroizing<Vec<u8>>,
    tries_left: Option<u8>,
    curve: PhantomData<C>,
}

impl<C: PaceCurve> AwaitNonce<C> {
    /// How many tries the card said are left (`63CX` to MSE:Set AT); none when it said nothing.
    #[must_use]
    pub const fn tries_left(&self) -> Option<u8> {
        self.tries_left
    }

    /// Reads `80 z`, deciphers `s = D(Kπ, z)` and sends the mapping key: `81 PKmap`.
    ///
    /// # Errors
    /// [`PaceError::PinSuspended`], [`PaceError::PinBlocked`], [`PaceError::PukUsedUp`]; [`PaceError::CardRefused`],
    /// [`PaceError::Malformed`], [`PaceError::RandomSource`].
    pub fn receive(self, response: &Response, rng: Rng<'_>) -> Result<(AwaitMapping<C>, Command), PaceError> {
        match (self.suite.reference, response.status) {
            (PIN_REFERENCE, StatusWord::CONDITIONS_NOT_SATISFIED) => return Err(PaceError::PinSuspended),
            (PIN_REFERENCE, StatusWord::BLOCKED) => return Err(PaceError::PinBlocked),
            (PUK_REFERENCE, StatusWord::BLOCKED) => return Err(PaceError::PukUsedUp),
            _ => {}
        }
        let nonce = answer(response, Step::Nonce, Tag(0x80), |value| matches!(value.len(), 16 | 32))?;
        let mut nonce = Zeroizing::new(nonce.to_vec());
        // The key was derived to the length its size has.
        if let Some(key) = BlockKey::new(&self.k_pi) {
            key.cbc_decrypt(&[0; BLOCK], &mut nonce);
        }
        let mapping = KeyPair::generate(rng).map_err(at(Step::Mapping))?;
        let command = general_authenticate(0x10, &encode_tlv(Tag(0x81), &mapping.public));
        Ok((AwaitMapping { suite: self.suite, nonce, mapping }, command))
    }
}

/// GENERAL AUTHENTICATE 2 was sent.
pub struct AwaitMapping<C: PaceCurve> {
    suite: Suite,
    pub(super) nonce: Zeroizing<Vec<u8>>,
    mapping: KeyPair<C>,
}

impl<C: PaceCurve> AwaitMapping<C> {
    /// Reads `82 PKmap` of the card, maps the generator and sends the ephemeral key over it: `83 PK~`.
    ///
    /// # Errors
    /// [`PaceError::CardRefused`], [`PaceError::Malformed`], [`PaceError::InvalidPoint`], [`PaceError::EqualPublicKeys`],
    /// [`PaceError::Identity`], [`PaceError::RandomSource`].
    pub fn receive(
        self,
        response: &Response,
        rng: Rng<'_>,
    ) -> Result<(AwaitAgreement<C>, Command), PaceError> {
        let bytes = answer(response, Step::Mapping, Tag(0x82), |_| true)?;
        let theirs = public_key::<C>(bytes, &self.mapping.public).map_err(at(Step::Mapping))?;
        let h = self.mapping.agree(&theirs).map_err(at(Step::Mapping))?;
        let generator = map::<C>(&self.nonce, &h).map_err(at(Step::Mapping))?;
        let ephemeral = KeyPair::generate_over(&generator, rng).map_err(at(Step::Mapping))?;
        let command = general_authenticate(0x10, &encode_tlv(Tag(0x83), &ephemeral.public));
        let state = AwaitAgreement {
            suite: self.suite,
            mapping_key: bytes.to_vec(),
            ephemeral,
            #[cfg(test)]
            h: encode::<C>(&h),
            #[cfg(test)]
            generator: encode::<C>(&generator),
        };
        Ok((state, command))
    }
}

/// GENERAL AUTHENTICATE 3 was sent.
pub struct AwaitAgreement<C: PaceCurve> {
    suite: Suite,
    /// PK.Map,IC.
    mapping_key: Vec<u8>,
    ephemeral: KeyPair<C>,
    #[cfg(test)]
    pub(super) h: Vec<u8>,
    #[cfg(test)]
    pub(super) generator: Vec<u8>,
}

impl<C: PaceCurve> AwaitAgreement<C> {
    /// Reads `84 PK~` of the card, derives the session keys and sends the terminal's token: `85 T`. Ends the chain.
    ///
    /// # Errors
    /// [`PaceError::CardRefused`], [`PaceError::Malformed`], [`PaceError::InvalidPoint`], [`PaceError::EqualPublicKeys`],
    /// [`PaceError::Identity`].
    pub fn receive(self, response: &Response) -> Result<(AwaitToken, Command), PaceError> {
        let bytes = answer(response, Step::Agreement, Tag(0x84), |_| true)?;
        let theirs = public_key::<C>(bytes, &self.ephemeral.public).map_err(at(Step::Agreement))?;
        let secret = x_coordinate::<C>(&self.ephemeral.agree(&theirs).map_err(at(Step::Agreement))?);
        let derived = Derived::of(&secret, &[], self.suite.info.key_size());
        let (Some(mut token_key), Ok(card_key)) = (MacKey::new(&derived.mac), compressed(bytes).try_into())
        else {
            return Err(PaceError::Identity(Step::Agreement));
        };
        let protocol = self.suite.info.protocol();
        let ours = token_input(&protocol, bytes);
        let expected = token_input(&protocol, &self.ephemeral.public);
        let token = token_key.mac(&[&ours]);
        let state = AwaitToken {
            suite: self.suite,
            expected: token_key.mac(&[&expected]),
            keys: derived.keys()?,
            enc: derived.enc.clone(),
            mapping_key: self.mapping_key,
            card_key: EphemeralKeyOfCard(card_key),
            #[cfg(test)]
            trace: [secret.to_vec(), derived.enc.to_vec(), derived.mac.to_vec(), ours, expected],
        };
        Ok((state, general_authenticate(0x00, &encode_tlv(Tag(0x85), &token[..8]))))
    }
}

/// GENERAL AUTHENTICATE 4 was sent.
pub struct AwaitToken {
    suite: Suite,
    expected: [u8; BLOCK],
    keys: SessionKeys,
    /// KSenc, for the chip authentication data.
    enc: Zeroizing<Vec<u8>>,
    mapping_key: Vec<u8>,
    card_key: EphemeralKeyOfCard,
    /// Shared secret, KSenc, KSmac and the two token inputs.
    #[cfg(test)]
    pub(super) trace: [Vec<u8>; 5],
}

impl AwaitToken {
    #[cfg(test)]
    pub(super) const fn expected(&self) -> &[u8; BLOCK] {
        &self.expected
    }

    /// Reads `86 T` of the card (after a [`Chat`] also `87 CAR`, `88 CAR`; with Chip Authentication Mapping `8A`), compares the
    /// token, and opens secure messaging.
    ///
    /// # Errors
    /// [`PaceError::WrongPassword`] for `63XX`; [`PaceError::CardRefused`], [`PaceError::Malformed`]; [`PaceError::TokenMismatch`]
    /// when the card's token is wrong; [`PaceError::NotGenuine`] when the chip authentication data is missing or malformed.
    pub fn receive(self, response: &Response) -> Result<Established, PaceError> {
        let status = response.status;
        if status.sw1() == 0x63 {
            return Err(PaceError::WrongPassword { status, tries_left: status.tries_left() });
        }
        if !status.is_success() {
            return Err(PaceError::CardRefused { step: Step::Tokens, status });
        }
        let last = Last::read(&response.data, self.suite)
            .map_err(|error| PaceError::Malformed { step: Step::Tokens, error })?;
        if !mac_matches(&self.expected, last.token) {
            return Err(PaceError::TokenMismatch);
        }
        let chip_data = match (self.suite.info.mapping(), last.chip_data) {
            (Mapping::Generic, _) => None,
            (Mapping::ChipAuthentication, None) => return Err(NotGenuine::MappingDataMissing.into()),
            (Mapping::ChipAuthentication, Some(data)) => Some(ChipAuthenticationData::open(
                data,
                &self.enc,
                self.suite.info.parameter_id(),
                self.mapping_key,
            )?),
        };
        Ok(Established {
            session: Session::new(self.keys),
            card_key: self.card_key,
            chip_data,
            car: last.car.map(<[u8]>::to_vec),
            previous_car: last.previous_car.map(<[u8]>::to_vec),
        })
    }
}

/// The answer to the last step: `7C { 86 token, [87 CAR], [88 CAR], [8A chip authentication data] }`.
struct Last<'a> {
    token: &'a [u8],
    car: Option<&'a [u8]>,
    previous_car: Option<&'a [u8]>,
    chip_data: Option<&'a [u8]>,
}

impl<'a> Last<'a> {
    fn read(data: &'a [u8], suite: Suite) -> Result<Self, TlvError> {
        let mut inner = Tlv::parse_expected(data, DYNAMIC_DATA)?.children()?;
        let token = inner.expect(Tag(0x86))?;
        if token.value.len() != 8 {
            return Err(token.invalid());
        }
        let mut last = Self { token: token.value, car: None, previous_car: None, chip_data: None };
        let cam = suite.info.mapping() == Mapping::ChipAuthentication;
        while let Some(object) = inner.next()? {
            let place = match object.tag {
                Tag(0x87) if suite.chat => &mut last.car,
                Tag(0x88) if suite.chat => &mut last.previous_car,
                Tag(0x8A) if cam => &mut last.chip_data,
                _ => return Err(object.invalid()),
            };
            if place.replace(object.value).is_some() {
                return Err(object.invalid());
            }
        }
        Ok(last)
    }
}

const fn at(step: Step) -> impl Fn(EcdhError) -> PaceError {
    move |error| PaceError::of(error, step)
}

/// The public key data object a token is made over (9303-11, 9.4.5): `7F49 { 06 protocol, 86 public key of the other side }`.
pub(crate) fn token_input(protocol: &[u8], public_key: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.nest(Tag(0x7F49), |inner| {
        inner.put(Tag(0x06), protocol).put(Tag(0x86), public_key);
    });
    writer.into_bytes()
}

/// `CLA 86 00 00 Lc 7C L data 00`.
pub(crate) fn general_authenticate(cla: u8, data: &[u8]) -> Command {
    Command::new(cla, Ins::GENERAL_AUTHENTICATE, 0x00, 0x00)
        .with_data(encode_tlv(DYNAMIC_DATA, data))
        .with_le(Le::Max)
}

/// The value of the only data object in `7C`.
fn answer<'a>(
    response: &'a Response,
    step: Step,
    tag: Tag,
    fits: impl FnOnce(&[u8]) -> bool,
) -> Result<&'a [u8], PaceError> {
    if !response.status.is_success() {
        return Err(PaceError::CardRefused { step, status: response.status });
    }
    let read = || -> Result<&'a [u8], TlvError> {
        let mut inner = Tlv::parse_expected(&response.data, DYNAMIC_DATA)?.children()?;
        let object = inner.expect(tag)?;
        inner.finish()?;
        if fits(object.value) {
            Ok(object.value)
        } else {
            Err(TlvError { kind: TlvErrorKind::InvalidValue(tag), offset: object.value_offset })
        }
    };
    read().map_err(|error| PaceError::Malformed { step, error })
}

opaque_debug!(AwaitSelected<C: PaceCurve>, AwaitNonce<C: PaceCurve>, AwaitMapping<C: PaceCurve>, AwaitAgreement<C: PaceCurve>, AwaitToken);
