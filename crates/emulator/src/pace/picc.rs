//! The chip's half of the protocol.

use super::group::{Group, PrivateKey};
use super::key_derivation::{Purpose, derive};
use super::proof::Proof;
use super::{DomainParameters, Mapping, Parameters, PasswordKey};
use crate::aes_key::AesKey;
use crate::flaw::{Flaw, flawed};
use crate::secure_messaging::Session;
use bp256::BrainpoolP256r1;
use chipwright_iso7816::tlv::{Tlv, TlvError, Writer, encode};
use chipwright_iso7816::{StatusWord, Tag};
use p256::NistP256;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const DYNAMIC_AUTHENTICATION_DATA: Tag = Tag(0x7C);
const ENCRYPTED_NONCE: Tag = Tag(0x80);
const PCD_MAPPING_KEY: Tag = Tag(0x81);
const PICC_MAPPING_KEY: Tag = Tag(0x82);
const PCD_EPHEMERAL_KEY: Tag = Tag(0x83);
const PICC_EPHEMERAL_KEY: Tag = Tag(0x84);
const PCD_TOKEN: Tag = Tag(0x85);
const PICC_TOKEN: Tag = Tag(0x86);
const TRUST_POINT: Tag = Tag(0x87);
const SECOND_TRUST_POINT: Tag = Tag(0x88);
const CHIP_AUTHENTICATION_DATA: Tag = Tag(0x8A);
const TOKEN_LENGTH: usize = 8;

/// A run of PACE that waits for the next GENERAL AUTHENTICATE. Every step consumes it.
pub struct Picc(Run);

enum Run {
    P256(Protocol<NistP256>),
    BrainpoolP256r1(Protocol<BrainpoolP256r1>),
}

/// What a step leads to.
#[derive(Debug)]
pub enum Step {
    /// The protocol goes on.
    Continue {
        /// Waits for the next command.
        next: Picc,
        /// Response data, `7C …`.
        response: Vec<u8>,
    },
    /// The password is proven.
    Done(Established),
}

/// The end of a successful run.
#[derive(Debug)]
pub struct Established {
    /// Response data, `7C { 86 token [87 CAR] [88 CAR] [8A chip authentication data] }`; sent without secure messaging.
    pub response: Vec<u8>,
    /// ID.PICC of Terminal Authentication: the x-coordinate of the chip's ephemeral key (TR-03110-3, A.2.2.3).
    pub card_key: [u8; 32],
    /// Secure messaging from the next command on, SSC 0.
    pub session: Session,
}

/// Why a run has ended without a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaceFailure {
    /// The terminal's token is wrong: the password was wrong, and an attempt is spent.
    #[error("the authentication token is wrong")]
    WrongToken,
    /// The data field is not the dynamic authentication data that this step takes.
    #[error("the dynamic authentication data is malformed")]
    Malformed(#[source] TlvError),
    /// A public key that is not an uncompressed point of the curve, or is the identity.
    #[error("the public key in {0} is not a point of the curve")]
    InvalidPoint(Tag),
    /// The terminal's ephemeral key is the chip's own.
    #[error("both sides have the same ephemeral public key")]
    EqualKeys,
    /// The mapping, or the agreement, gave the identity.
    #[error("the result is the identity of the group")]
    Identity,
    /// One of the first three commands ends the chain, though the protocol goes on.
    #[error("the command must announce a further one")]
    ChainEnded,
    /// The fourth command announces a further one.
    #[error("the command must be the last of its chain")]
    ChainContinued,
    /// Chip Authentication Mapping without a static key of the chip.
    #[error("the chip has no key for Chip Authentication Mapping")]
    NoChipKey,
    /// The source of randomness yields no private key.
    #[error("the source of randomness does not work")]
    Randomness,
}

impl PaceFailure {
    /// TR-03110-3, B.11.2: `6300` wrong token; `6A80` data that is not valid; `6985` and `6883` for the chaining bit;
    /// `6F00` for a fault of the chip.
    #[must_use]
    pub const fn status(self) -> StatusWord {
        match self {
            Self::WrongToken => StatusWord::AUTHENTICATION_FAILED,
            Self::Malformed(_) | Self::InvalidPoint(_) | Self::EqualKeys | Self::Identity => {
                StatusWord::INCORRECT_DATA
            }
            Self::ChainEnded => StatusWord::CONDITIONS_NOT_SATISFIED,
            Self::ChainContinued => StatusWord::LAST_COMMAND_EXPECTED,
            Self::NoChipKey | Self::Randomness => StatusWord::NO_PRECISE_DIAGNOSIS,
        }
    }

    /// Whether a password attempt was spent.
    #[must_use]
    pub const fn is_wrong_password(self) -> bool {
        matches!(self, Self::WrongToken)
    }
}

impl Picc {
    /// After MSE:Set AT: draws the nonce. `rng` fills its slice with random bytes.
    #[must_use]
    pub fn start(parameters: Parameters, password: &PasswordKey, rng: &mut dyn FnMut(&mut [u8])) -> Self {
        let key = derive(parameters.mechanism.key_size(), password.as_bytes(), Purpose::Password);
        let mut nonce = Zeroizing::new(vec![0; parameters.mechanism.nonce_length()]);
        if !flawed(Flaw::NonceConstant) {
            rng(&mut nonce);
        }
        Self(match parameters.domain {
            DomainParameters::P256 => {
                Run::P256(Protocol::new(parameters, Phase::NonceRequest { key, nonce }))
            }
            DomainParameters::BrainpoolP256r1 => {
                Run::BrainpoolP256r1(Protocol::new(parameters, Phase::NonceRequest { key, nonce }))
            }
        })
    }

    /// The answer to the last step names these certification authorities in `87` and `88` (TR-03110-3, B.1): the
    /// trust points of Terminal Authentication.
    #[must_use]
    pub fn announcing(mut self, references: [Option<Vec<u8>>; 2]) -> Self {
        match &mut self.0 {
            Run::P256(protocol) => protocol.references = references,
            Run::BrainpoolP256r1(protocol) => protocol.references = references,
        }
        self
    }

    /// Chip Authentication Mapping proves this static key, big-endian (9303-11, 4.4.3.3.3).
    #[must_use]
    pub fn proving(mut self, private: &[u8; 32]) -> Self {
        match &mut self.0 {
            Run::P256(protocol) => protocol.chip_key = NistP256::private_key(private),
            Run::BrainpoolP256r1(protocol) => protocol.chip_key = BrainpoolP256r1::private_key(private),
        }
        self
    }

    /// The next of four steps (9303-11, 4.4.4.2):
    ///
    /// | command data | response data | chaining bit |
    /// |---|---|---|
    /// | `7C {}` | `7C { 80 encrypted nonce }` | set |
    /// | `7C { 81 mapping key }` | `7C { 82 mapping key }` | set |
    /// | `7C { 83 ephemeral key }` | `7C { 84 ephemeral key }` | set |
    /// | `7C { 85 token }` | `7C { 86 token }`, with Chip Authentication Mapping also `8A` | clear |
    ///
    /// `more` is the chaining bit of CLA. `rng` is asked for 32 bytes in each of the second and third steps, again
    /// only if they are no private key.
    ///
    /// # Errors
    /// [`PaceFailure`]; the run is over and must begin anew with MSE:Set AT.
    pub fn step(self, data: &[u8], more: bool, rng: &mut dyn FnMut(&mut [u8])) -> Result<Step, PaceFailure> {
        match self.0 {
            Run::P256(protocol) => protocol.step(data, more, rng).map(|step| step.lift(Run::P256)),
            Run::BrainpoolP256r1(protocol) => {
                protocol.step(data, more, rng).map(|step| step.lift(Run::BrainpoolP256r1))
            }
        }
    }

    /// Whether the next step is the one that checks the terminal's token: a chip that counts attempts before it checks
    /// counts here.
    #[must_use]
    pub const fn awaits_token(&self) -> bool {
        matches!(
            &self.0,
            Run::P256(Protocol { phase: Phase::Token { .. }, .. })
                | Run::BrainpoolP256r1(Protocol { phase: Phase::Token { .. }, .. })
        )
    }
}

/// A run over one curve.
pub(super) struct Protocol<C: Group> {
    pub(super) parameters: Parameters,
    pub(super) phase: Phase<C>,
    references: [Option<Vec<u8>>; 2],
    /// SK_IC of Chip Authentication Mapping.
    pub(super) chip_key: Option<PrivateKey>,
}

/// What the chip holds while it waits for each command.
pub(super) enum Phase<C: Group> {
    /// K_π and s.
    NonceRequest { key: AesKey, nonce: Zeroizing<Vec<u8>> },
    /// s.
    Mapping { nonce: Zeroizing<Vec<u8>> },
    /// The mapped generator G̃; with Chip Authentication Mapping CA_IC.
    KeyAgreement { generator: Zeroizing<C::Point>, proof: Option<Proof> },
    /// Session keys, both ephemeral public keys as encoded, and CA_IC.
    Token { enc: AesKey, mac: AesKey, picc: [u8; 65], pcd: [u8; 65], proof: Option<Proof> },
}

/// [`Step`] before the curve is forgotten.
pub(super) enum Outcome<C: Group> {
    Continue(Protocol<C>, Vec<u8>),
    Done(Established),
}

impl<C: Group> Outcome<C> {
    fn lift(self, run: impl FnOnce(Protocol<C>) -> Run) -> Step {
        match self {
            Self::Continue(next, response) => Step::Continue { next: Picc(run(next)), response },
            Self::Done(established) => Step::Done(established),
        }
    }
}

impl<C: Group> Protocol<C> {
    pub(super) const fn new(parameters: Parameters, phase: Phase<C>) -> Self {
        Self { parameters, phase, references: [None, None], chip_key: None }
    }

    pub(super) fn step(
        self,
        data: &[u8],
        more: bool,
        rng: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Outcome<C>, PaceFailure> {
        match (&self.phase, more) {
            (Phase::Token { .. }, true) if !flawed(Flaw::LastStepMayGoOn) => {
                return Err(PaceFailure::ChainContinued);
            }
            (Phase::Token { .. }, _) | (_, true) => {}
            (_, false) => return Err(PaceFailure::ChainEnded),
        }
        let outer = Tlv::parse_expected(data, DYNAMIC_AUTHENTICATION_DATA).map_err(PaceFailure::Malformed)?;
        let parameters = self.parameters;
        let (phase, response) = match self.phase {
            Phase::NonceRequest { key, nonce } => request_nonce(outer, &key, nonce)?,
            Phase::Mapping { nonce } => {
                let chip_key = match parameters.mechanism.mapping() {
                    Mapping::Generic => None,
                    Mapping::ChipAuthentication => {
                        Some(self.chip_key.as_ref().ok_or(PaceFailure::NoChipKey)?)
                    }
                };
                map_nonce::<C>(outer, &nonce, chip_key, rng)?
            }
            Phase::KeyAgreement { generator, proof } => {
                agree::<C>(outer, parameters, &generator, proof, rng)?
            }
            Phase::Token { enc, mac, picc, pcd, proof } => {
                let token = exchange_tokens(outer, parameters, &mac, &picc, &pcd)?;
                let response = last_answer(&token, &self.references, proof.map(|proof| proof.encrypt(&enc)));
                let card_key = x_coordinate(&picc);
                return Ok(Outcome::Done(Established {
                    response,
                    card_key,
                    session: Session::new(enc, mac),
                }));
            }
        };
        Ok(Outcome::Continue(Self { phase, ..self }, response))
    }
}

/// `z = E(K_π, s)` in CBC mode with IV 0 (TR-03110-3, A.3.3).
fn request_nonce<C: Group>(
    data: Tlv<'_>,
    key: &AesKey,
    nonce: Zeroizing<Vec<u8>>,
) -> Result<(Phase<C>, Vec<u8>), PaceFailure> {
    if !data.value.is_empty() {
        return Err(PaceFailure::Malformed(data.invalid()));
    }
    let mut z = nonce.to_vec();
    key.cbc_encrypt(&[0; 16], &mut z);
    Ok((Phase::Mapping { nonce }, answer(ENCRYPTED_NONCE, &z)))
}

/// `H = SK_map · PK_map,PCD`, `G̃ = s · G + H` (9303-11, 4.4.3.3).
fn map_nonce<C: Group>(
    data: Tlv<'_>,
    nonce: &[u8],
    chip_key: Option<&PrivateKey>,
    rng: &mut dyn FnMut(&mut [u8]),
) -> Result<(Phase<C>, Vec<u8>), PaceFailure> {
    let (pcd, _) = public_key::<C>(data, PCD_MAPPING_KEY)?;
    let rng: &mut dyn FnMut(&mut [u8]) =
        if flawed(Flaw::MappingKeyConstant) { &mut |bytes: &mut [u8]| bytes.fill(0x42) } else { rng };
    let private = C::draw(rng).ok_or(PaceFailure::Randomness)?;
    let picc = C::multiply(&private, &C::generator()).ok_or(PaceFailure::Identity)?;
    let h = Zeroizing::new(C::multiply(&private, &pcd).ok_or(PaceFailure::Identity)?);
    let generator = Zeroizing::new(C::map(nonce, &h).ok_or(PaceFailure::Identity)?);
    let proof = match chip_key {
        Some(chip_key) => Some(Proof::new::<C>(chip_key, &private).ok_or(PaceFailure::NoChipKey)?),
        None => None,
    };
    Ok((Phase::KeyAgreement { generator, proof }, answer(PICC_MAPPING_KEY, &C::encode(&picc))))
}

/// `K = x(SK · PK_PCD)` over G̃; `K_Enc = KDF(K, 1)`, `K_MAC = KDF(K, 2)` (9303-11, 4.4.3.3, 9.7.1).
fn agree<C: Group>(
    data: Tlv<'_>,
    parameters: Parameters,
    generator: &C::Point,
    proof: Option<Proof>,
    rng: &mut dyn FnMut(&mut [u8]),
) -> Result<(Phase<C>, Vec<u8>), PaceFailure> {
    let (pcd_point, pcd) = public_key::<C>(data, PCD_EPHEMERAL_KEY)?;
    let private = C::draw(rng).ok_or(PaceFailure::Randomness)?;
    let picc_point = C::multiply(&private, generator).ok_or(PaceFailure::Identity)?;
    if picc_point == pcd_point {
        return Err(PaceFailure::EqualKeys);
    }
    let shared = shared_secret::<C>(&private, &pcd_point)?;
    let size = parameters.mechanism.key_size();
    let phase = Phase::Token {
        enc: derive(size, &shared[..], Purpose::Encryption),
        mac: derive(size, &shared[..], Purpose::Authentication),
        picc: C::encode(&picc_point),
        pcd,
        proof,
    };
    Ok((phase, answer(PICC_EPHEMERAL_KEY, &C::encode(&picc_point))))
}

/// The x coordinate, 32 bytes.
pub(super) fn shared_secret<C: Group>(
    private: &PrivateKey,
    public: &C::Point,
) -> Result<Zeroizing<[u8; 32]>, PaceFailure> {
    C::agree(private, public).ok_or(PaceFailure::Identity)
}

fn exchange_tokens(
    data: Tlv<'_>,
    parameters: Parameters,
    mac: &AesKey,
    picc: &[u8; 65],
    pcd: &[u8; 65],
) -> Result<[u8; TOKEN_LENGTH], PaceFailure> {
    let received = only(data, PCD_TOKEN)?;
    if received.value.len() != TOKEN_LENGTH {
        return Err(PaceFailure::Malformed(received.invalid()));
    }
    let right = bool::from(token(parameters, mac, picc).ct_eq(received.value));
    if !right && !flawed(Flaw::PaceTokenUnchecked) {
        return Err(PaceFailure::WrongToken);
    }
    Ok(token(parameters, mac, pcd))
}

/// `7C { 86 token [87 CAR] [88 CAR] [8A chip authentication data] }`.
fn last_answer(token: &[u8], references: &[Option<Vec<u8>>; 2], proof: Option<Vec<u8>>) -> Vec<u8> {
    let mut out = Writer::new();
    out.nest(DYNAMIC_AUTHENTICATION_DATA, |data| {
        data.put(PICC_TOKEN, token);
        for (tag, reference) in [TRUST_POINT, SECOND_TRUST_POINT].into_iter().zip(references) {
            if let Some(reference) = reference {
                data.put(tag, reference);
            }
        }
        if let Some(proof) = proof {
            data.put(CHIP_AUTHENTICATION_DATA, &proof);
        }
    });
    out.into_bytes()
}

/// Comp of a public key, `04 || x || y` (TR-03110-3, A.2.2.3): x.
pub(crate) fn x_coordinate(public_key: &[u8; 65]) -> [u8; 32] {
    std::array::from_fn(|i| public_key[1 + i])
}

/// `T = CMAC(K_MAC, token input)`, first 8 bytes (9303-11, 4.4.3.4).
fn token(parameters: Parameters, mac: &AesKey, public_key: &[u8; 65]) -> [u8; TOKEN_LENGTH] {
    let [a, b, c, d, e, f, g, h, ..] = mac.cmac(&[&token_input(parameters, public_key)]);
    [a, b, c, d, e, f, g, h]
}

/// `7F49 { 06 mechanism, 86 the other side's ephemeral public key }` (TR-03110-3, D.3).
pub(super) fn token_input(parameters: Parameters, public_key: &[u8; 65]) -> Vec<u8> {
    public_key_object(&parameters.mechanism.oid(), public_key)
}

/// The public key data object `7F49 { 06 protocol, 86 point }` (TR-03110-3, D.3.3), which authentication tokens cover.
pub(crate) fn public_key_object(protocol: &[u8], public_key: &[u8; 65]) -> Vec<u8> {
    let mut object = Writer::new();
    object.nest(Tag(0x7F49), |inner| {
        inner.put(Tag(0x06), protocol).put(Tag(0x86), public_key);
    });
    object.into_bytes()
}

fn public_key<C: Group>(data: Tlv<'_>, tag: Tag) -> Result<(C::Point, [u8; 65]), PaceFailure> {
    let object = only(data, tag)?;
    let encoded = object.value.try_into().map_err(|_| PaceFailure::InvalidPoint(tag))?;
    let point = match C::decode(object.value) {
        None if flawed(Flaw::InvalidPointAccepted) => C::generator(),
        point => point.ok_or(PaceFailure::InvalidPoint(tag))?,
    };
    Ok((point, encoded))
}

/// The one data object inside the dynamic authentication data.
fn only<'a>(data: Tlv<'a>, tag: Tag) -> Result<Tlv<'a>, PaceFailure> {
    let mut reader = data.children().map_err(PaceFailure::Malformed)?;
    let object = reader.expect(tag).map_err(PaceFailure::Malformed)?;
    reader.finish().map_err(PaceFailure::Malformed)?;
    Ok(object)
}

fn answer(tag: Tag, value: &[u8]) -> Vec<u8> {
    encode(DYNAMIC_AUTHENTICATION_DATA, &encode(tag, value))
}

impl fmt::Debug for Picc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Picc(redacted)")
    }
}
