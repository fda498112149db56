//! The five commands and what their answers must be (9303-11, 4.4.4).

#[cfg(test)]
use super::group::encode;
use super::group::{KeyPair, map, public_key, x_coordinate};
use super::kdf::{Counter, derive};
use super::{PaceCurve, PaceError, PaceInfo, Password, Rng, Step};
use crate::KeySize;
use crate::aes_modes::{BLOCK, BlockKey, MacKey, mac_matches};
use crate::sm::{Session, SessionKeys};
use chipwright_iso7816::tlv::{Tlv, TlvError, TlvErrorKind, Writer, encode as encode_tlv};
use chipwright_iso7816::{Command, Ins, Le, Response, Tag};
use std::fmt;
use std::marker::PhantomData;
use zeroize::Zeroizing;

/// Dynamic authentication data.
const DYNAMIC_DATA: Tag = Tag(0x7C);

/// MSE:Set AT: `00 22 C1 A4 Lc  80 protocol  83 password  84 domain parameters` (9303-11, 4.4.4.1).
///
/// # Errors
/// [`PaceError::Parameters`] when `info` names other domain parameters than those of `C`.
pub fn select<C: PaceCurve>(
    info: &PaceInfo,
    password: &Password,
) -> Result<(AwaitSelected<C>, Command), PaceError> {
    if info.parameter_id() != C::PARAMETER_ID {
        return Err(PaceError::Parameters { wanted: C::PARAMETER_ID, found: info.parameter_id() });
    }
    let mut data = Writer::new();
    data.put(Tag(0x80), &info.protocol());
    data.put(Tag(0x83), &[password.reference()]);
    data.put(Tag(0x84), &[info.parameter_id()]);
    let command =
        Command::new(0x00, Ins::MANAGE_SECURITY_ENVIRONMENT, 0xC1, 0xA4).with_data(data.into_bytes());
    let k_pi = derive(password.secret(), Counter::Password, info.key_size());
    Ok((AwaitSelected { suite: Suite::of(info), k_pi, curve: PhantomData }, command))
}

/// What the rest of the protocol needs of the PACEInfo.
#[derive(Clone, Copy)]
struct Suite {
    protocol: [u8; 10],
    size: KeySize,
}

impl Suite {
    fn of(info: &PaceInfo) -> Self {
        Self { protocol: info.protocol(), size: info.key_size() }
    }
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
        let command = general_authenticate(0x10, &[]);
        Ok((AwaitNonce { suite: self.suite, k_pi: self.k_pi, curve: PhantomData }, command))
    }
}

/// GENERAL AUTHENTICATE 1 was sent.
pub struct AwaitNonce<C: PaceCurve> {
    suite: Suite,
    k_pi: Zeroizing<Vec<u8>>,
    curve: PhantomData<C>,
}

impl<C: PaceCurve> AwaitNonce<C> {
    /// Reads `80 z`, deciphers `s = D(Kπ, z)` and sends the mapping key: `81 PKmap`.
    ///
    /// # Errors
    /// [`PaceError::CardRefused`], [`PaceError::Malformed`], [`PaceError::RandomSource`].
    pub fn receive(self, response: &Response, rng: Rng<'_>) -> Result<(AwaitMapping<C>, Command), PaceError> {
        let nonce = answer(response, Step::Nonce, Tag(0x80), |value| matches!(value.len(), 16 | 32))?;
        let mut nonce = Zeroizing::new(nonce.to_vec());
        // The key was derived to the length its size has.
        if let Some(key) = BlockKey::new(&self.k_pi) {
            key.cbc_decrypt(&[0; BLOCK], &mut nonce);
        }
        let mapping = KeyPair::generate(rng)?;
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
        let theirs = answer(response, Step::Mapping, Tag(0x82), |_| true)?;
        let theirs = public_key::<C>(theirs, &self.mapping.public, Step::Mapping)?;
        let h = self.mapping.agree(&theirs, Step::Mapping)?;
        let generator = map::<C>(&self.nonce, &h)?;
        let ephemeral = KeyPair::generate_over(&generator, rng)?;
        let command = general_authenticate(0x10, &encode_tlv(Tag(0x83), &ephemeral.public));
        let state = AwaitAgreement {
            suite: self.suite,
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
        let theirs = public_key::<C>(bytes, &self.ephemeral.public, Step::Agreement)?;
        let secret = x_coordinate::<C>(&self.ephemeral.agree(&theirs, Step::Agreement)?);
        let enc = derive(&secret, Counter::Enc, self.suite.size);
        let mac = derive(&secret, Counter::Mac, self.suite.size);
        let (Some(mut token_key), Ok(keys)) = (MacKey::new(&mac), SessionKeys::new(&enc, &mac)) else {
            return Err(PaceError::Identity(Step::Agreement));
        };
        let ours = token_input(&self.suite.protocol, bytes);
        let expected = token_input(&self.suite.protocol, &self.ephemeral.public);
        let token = token_key.mac(&[&ours]);
        let state = AwaitToken {
            expected: token_key.mac(&[&expected]),
            keys,
            #[cfg(test)]
            trace: [secret.to_vec(), enc.to_vec(), mac.to_vec(), ours, expected],
        };
        Ok((state, general_authenticate(0x00, &encode_tlv(Tag(0x85), &token[..8]))))
    }
}

/// GENERAL AUTHENTICATE 4 was sent.
pub struct AwaitToken {
    expected: [u8; BLOCK],
    keys: SessionKeys,
    /// Shared secret, KSenc, KSmac and the two token inputs.
    #[cfg(test)]
    pub(super) trace: [Vec<u8>; 5],
}

impl AwaitToken {
    /// Reads `86 T` of the card, compares it, and opens secure messaging.
    ///
    /// # Errors
    /// [`PaceError::WrongPassword`] for `63XX`; [`PaceError::CardRefused`], [`PaceError::Malformed`]; [`PaceError::TokenMismatch`]
    /// when the card's token is wrong.
    pub fn receive(self, response: &Response) -> Result<Session, PaceError> {
        if response.status.sw1() == 0x63 {
            return Err(PaceError::WrongPassword { status: response.status });
        }
        let token = answer(response, Step::Tokens, Tag(0x86), |value| value.len() == 8)?;
        if mac_matches(&self.expected, token) {
            Ok(Session::new(self.keys))
        } else {
            Err(PaceError::TokenMismatch)
        }
    }
}

/// The public key data object a token is made over (9303-11, 9.4.5): `7F49 { 06 protocol, 86 public key of the other side }`.
fn token_input(protocol: &[u8], public_key: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.nest(Tag(0x7F49), |inner| {
        inner.put(Tag(0x06), protocol).put(Tag(0x86), public_key);
    });
    writer.into_bytes()
}

/// `CLA 86 00 00 Lc 7C L data 00`.
fn general_authenticate(cla: u8, data: &[u8]) -> Command {
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

macro_rules! opaque_debug {
    ($($name:ident $(<$curve:ident>)?),*) => {$(
        impl $(<$curve: PaceCurve>)? fmt::Debug for $name $(<$curve>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
opaque_debug!(AwaitSelected<C>, AwaitNonce<C>, AwaitMapping<C>, AwaitAgreement<C>, AwaitToken);
