//! The card's side of PACE-ECDH-GM with AES-256 on P-256 (9303-11, 4.4), and its lies.

use super::cipher::{self, BLOCK};
use super::sealing::Sealing;
use chipwright_emulator::Randomness;
use chipwright_iso7816::tlv::{Tlv, encode};
use chipwright_iso7816::{Response, StatusWord, Tag};
use p256::elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use p256::{AffinePoint, NonZeroScalar, ProjectivePoint, Scalar};

/// id-PACE-ECDH-GM-AES-CBC-CMAC-256.
const PROTOCOL: [u8; 10] = [4, 0, 0x7F, 0, 7, 2, 2, 4, 2, 4];

/// A lie in PACE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaceLie {
    /// A nonce of this many bytes.
    NonceLength(usize),
    /// A point that is not on the curve, in this step (2 mapping, 3 agreement).
    OffCurve(u8),
    /// The point at infinity, in this step.
    Infinity(u8),
    /// The terminal's own public key, in this step.
    Echo(u8),
    /// A compressed point, in this step.
    Compressed(u8),
    /// Another object beside the right one, in this step (1 to 4).
    ExtraObject(u8),
    /// Another tag than the right one, in this step.
    OtherTag(u8),
    /// A token that is wrong.
    WrongToken,
    /// A token of four bytes.
    ShortToken,
}

enum State {
    Idle,
    Selected,
    Nonce([u8; BLOCK]),
    Mapped(ProjectivePoint),
    Agreed { enc: [u8; 32], mac: [u8; 32], host: Vec<u8>, card: Vec<u8> },
}

/// PACE under way.
pub(super) struct Agreement {
    password: Vec<u8>,
    state: State,
}

impl Agreement {
    pub(super) fn new(can: &str) -> Self {
        Self { password: can.as_bytes().to_vec(), state: State::Idle }
    }

    /// MSE:Set AT: only AES-256 on P-256.
    pub(super) fn set_at(&mut self, data: &[u8]) -> Response {
        let known = data.windows(PROTOCOL.len()).any(|window| window == PROTOCOL);
        self.state = if known { State::Selected } else { State::Idle };
        Response::status(if known { StatusWord::OK } else { StatusWord::INCORRECT_DATA })
    }

    /// One GENERAL AUTHENTICATE; a session after the last one.
    pub(super) fn step(
        &mut self,
        data: &[u8],
        lie: Option<PaceLie>,
        random: &mut Randomness,
    ) -> (Response, Option<Sealing>) {
        let refused = (Response::status(StatusWord::CONDITIONS_NOT_SATISFIED), None);
        let Some(asked) = dynamic(data) else { return refused };
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Selected => (self.nonce(lie, random), None),
            State::Nonce(nonce) => self.mapping(&nonce, &asked, lie, random).map_or(refused, |r| (r, None)),
            State::Mapped(generator) => {
                self.agreement(&generator, asked, lie, random).map_or(refused, |r| (r, None))
            }
            State::Agreed { enc, mac, host, card } => {
                if cipher::mac(&mac, &[&token_input(&card)]) != *asked.as_slice() {
                    return (Response::status(StatusWord::AUTHENTICATION_FAILED), None);
                }
                let mut token = cipher::mac(&mac, &[&token_input(&host)]).to_vec();
                match lie {
                    Some(PaceLie::WrongToken) => token[7] ^= 1,
                    Some(PaceLie::ShortToken) => token.truncate(4),
                    _ => {}
                }
                (answer(4, 0x86, &token, lie), Some(Sealing::new(enc, mac)))
            }
            State::Idle => refused,
        }
    }

    fn nonce(&mut self, lie: Option<PaceLie>, random: &mut Randomness) -> Response {
        let mut nonce = [0; BLOCK];
        random(&mut nonce);
        let mut sent = nonce.to_vec();
        cipher::cbc_encrypt(&cipher::derive(&self.password, 3), [0; BLOCK], &mut sent);
        if let Some(PaceLie::NonceLength(length)) = lie {
            sent.resize(length, 7);
        }
        self.state = State::Nonce(nonce);
        answer(1, 0x80, &sent, lie)
    }

    fn mapping(
        &mut self,
        nonce: &[u8; BLOCK],
        host: &[u8],
        lie: Option<PaceLie>,
        random: &mut Randomness,
    ) -> Option<Response> {
        let secret = draw(random);
        let theirs = point(host)?;
        let s = nonce
            .iter()
            .fold(Scalar::ZERO, |s, byte| s * Scalar::from(256u64) + Scalar::from(u64::from(*byte)));
        self.state = State::Mapped(ProjectivePoint::GENERATOR * s + theirs * *secret);
        let ours = bytes(&(ProjectivePoint::GENERATOR * *secret));
        Some(answer(2, 0x82, &bent(2, ours, host, lie), lie))
    }

    fn agreement(
        &mut self,
        generator: &ProjectivePoint,
        host: Vec<u8>,
        lie: Option<PaceLie>,
        random: &mut Randomness,
    ) -> Option<Response> {
        let secret = draw(random);
        let shared = bytes(&(point(&host)? * *secret));
        let card = bytes(&(*generator * *secret));
        let response = answer(3, 0x84, &bent(3, card.clone(), &host, lie), lie);
        let (enc, mac) = (cipher::derive(&shared[1..33], 1), cipher::derive(&shared[1..33], 2));
        self.state = State::Agreed { enc, mac, host, card };
        Some(response)
    }
}

/// A public key as the lie wants it.
fn bent(step: u8, mut ours: Vec<u8>, host: &[u8], lie: Option<PaceLie>) -> Vec<u8> {
    match lie {
        Some(PaceLie::OffCurve(at)) if at == step => ours[64] ^= 1,
        Some(PaceLie::Infinity(at)) if at == step => ours = vec![0],
        Some(PaceLie::Echo(at)) if at == step => ours = host.to_vec(),
        Some(PaceLie::Compressed(at)) if at == step => {
            ours[0] = 2 + (ours[64] & 1);
            ours.truncate(33);
        }
        _ => {}
    }
    ours
}

fn answer(step: u8, tag: u32, value: &[u8], lie: Option<PaceLie>) -> Response {
    let tag = if lie == Some(PaceLie::OtherTag(step)) { tag + 1 } else { tag };
    let mut inner = encode(Tag(tag), value);
    if lie == Some(PaceLie::ExtraObject(step)) {
        inner.extend(encode(Tag(0x8F), &[1, 2, 3]));
    }
    Response::ok(encode(Tag(0x7C), &inner))
}

/// The value of the object in `7C`; empty for the first step.
fn dynamic(data: &[u8]) -> Option<Vec<u8>> {
    let mut inner = Tlv::parse_expected(data, Tag(0x7C)).ok()?.children().ok()?;
    Some(inner.next().ok()?.map(|tlv| tlv.value.to_vec()).unwrap_or_default())
}

fn token_input(public_key: &[u8]) -> Vec<u8> {
    encode(Tag(0x7F49), &[encode(Tag(0x06), &PROTOCOL), encode(Tag(0x86), public_key)].concat())
}

fn draw(random: &mut Randomness) -> NonZeroScalar {
    loop {
        let mut bytes = [0; 32];
        random(&mut bytes);
        if let Some(scalar) = NonZeroScalar::from_repr(bytes.into()).into_option() {
            return scalar;
        }
    }
}

fn point(bytes: &[u8]) -> Option<ProjectivePoint> {
    AffinePoint::from_sec1_bytes(bytes).ok().map(ProjectivePoint::from)
}

fn bytes(point: &ProjectivePoint) -> Vec<u8> {
    point.to_affine().to_sec1_point(false).as_bytes().to_vec()
}
