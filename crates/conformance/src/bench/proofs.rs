//! Active Authentication and Chip Authentication: the proof is demanded, not only the status.

use super::secure_channel::byte;
use super::{Answer, Bench, Channel, Trouble, failed, wrong};
use crate::step::{ActiveAuthentication, ChipAuthentication};
use chipwright_channel::active_authentication::{ActiveAuthenticationKey, challenge};
use chipwright_channel::chip_authentication::{ChipAuthenticationError, ChipKey, version_1, version_2};
use chipwright_channel::pace::PaceInfo;
use chipwright_channel::{KeySize, NotGenuine, SubjectPublicKey};
use chipwright_iso7816::{Command, Ins, Le, Response};
use p256::NistP256;

/// SubjectPublicKeyInfo of a key on P-256, up to the point.
const P256_KEY: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86,
    0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

impl Bench<'_> {
    pub(super) fn active_authentication(&mut self, step: &ActiveAuthentication) -> Result<Answer, Trouble> {
        let spki = [&P256_KEY[..], &self.bytes("{key01}")?].concat();
        let key = ActiveAuthenticationKey::from_spki(&spki).map_err(wrong)?;
        let given = self.bytes(&step.active_authentication)?;
        let given = given.try_into().map_err(|_| wrong("a challenge has eight bytes"))?;
        let (state, command) = challenge(&key, given);
        let answer = self.exchange(&command, None)?;
        if answer.goes_on() {
            let proven = state.receive(&answer.response());
            judge(proven.map(drop), step.must_fail)?;
        }
        Ok(answer)
    }

    pub(super) fn chip_authentication(&mut self, step: &ChipAuthentication) -> Result<Answer, Trouble> {
        match step.chip_authentication.as_str() {
            "1" => self.chip_authentication_1(step),
            "2" => self.chip_authentication_2(step),
            other => failed(format!("no version {other} of Chip Authentication")),
        }
    }

    fn chip_key(&self, step: &ChipAuthentication, reference: u8) -> Result<ChipKey, Trouble> {
        let point = self.bytes(&format!("{{key{reference:02X}}}"))?;
        let public = SubjectPublicKey::new(PaceInfo::P256, &point).map_err(wrong)?;
        let named = step.reference.as_deref().map_or(Ok(reference), byte)?;
        Ok(ChipKey { size: key_size(step.bits)?, key_id: Some(named), public })
    }

    /// The proof is the first answer under the new keys: that to GET CHALLENGE.
    fn chip_authentication_1(&mut self, step: &ChipAuthentication) -> Result<Answer, Trouble> {
        let key = self.chip_key(step, 0x02)?;
        let (state, command) = version_1::select::<NistP256>(&key).map_err(wrong)?;
        let selected = self.exchange(&command, None)?;
        if !selected.goes_on() {
            return Ok(selected);
        }
        let (state, command) = state.receive(&selected.response(), &mut *self.random).map_err(wrong)?;
        let agreed = self.exchange(&command, None)?;
        if !agreed.goes_on() {
            return Ok(agreed);
        }
        let unproven = state.receive(&agreed.response()).map_err(wrong)?;
        let first = Command::new(0x00, Ins::GET_CHALLENGE, 0x00, 0x00).with_le(Le::Exact(8));
        let (waiting, wrapped) = unproven.wrap(&first).map_err(wrong)?;
        let answer = self.transmit(&wrapped.to_bytes().map_err(wrong)?)?;
        self.channel = Channel::Closed;
        match waiting.unwrap(Response { data: answer.data, status: answer.status }) {
            Ok((session, _, _)) => {
                self.channel = Channel::Messaging(session);
                judge(Ok(()), step.must_fail)?;
            }
            Err(ChipAuthenticationError::NotGenuine(error)) => judge(Err(error), step.must_fail)?,
            Err(other) => return Err(wrong(other)),
        }
        Ok(agreed)
    }

    fn chip_authentication_2(&mut self, step: &ChipAuthentication) -> Result<Answer, Trouble> {
        let key = self.chip_key(step, 0x04)?;
        let Some(terminal) = self.terminal.take() else {
            return failed("Terminal Authentication has not been run");
        };
        let (state, command) = version_2::select::<NistP256>(&key, terminal).map_err(wrong)?;
        let selected = self.exchange(&command, None)?;
        if !selected.goes_on() {
            return Ok(selected);
        }
        let (state, command) = state.receive(&selected.response()).map_err(wrong)?;
        let agreed = self.exchange(&command, None)?;
        if !agreed.goes_on() {
            return Ok(agreed);
        }
        match state.receive(&agreed.response()) {
            Ok((session, _)) => {
                self.channel = Channel::Messaging(session);
                judge(Ok(()), step.must_fail)?;
            }
            Err(ChipAuthenticationError::NotGenuine(error)) => judge(Err(error), step.must_fail)?,
            Err(other) => return Err(wrong(other)),
        }
        Ok(agreed)
    }
}

fn judge(proof: Result<(), NotGenuine>, must_fail: bool) -> Result<(), Trouble> {
    match (proof, must_fail) {
        (Ok(()), false) | (Err(_), true) => Ok(()),
        (Ok(()), true) => failed("the chip was proven with a key that is not its own"),
        (Err(error), false) => Err(wrong(error)),
    }
}

pub(super) fn key_size(bits: Option<u32>) -> Result<KeySize, Trouble> {
    match bits.unwrap_or(128) {
        128 => Ok(KeySize::Aes128),
        192 => Ok(KeySize::Aes192),
        256 => Ok(KeySize::Aes256),
        other => failed(format!("AES has no keys of {other} bits")),
    }
}
