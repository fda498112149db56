//! Certificates and Terminal Authentication with the keys of the fixture's authority.

use super::{Answer, Bench, Trouble, failed, wrong};
use crate::authority::sign;
use crate::step::{Certificates, TerminalAuthentication};
use chipwright_channel::terminal_authentication::{CvBytes, Next, present};
use chipwright_iso7816::tlv::{Tlv, encode};
use chipwright_iso7816::{Command, Ins, Tag};
use p256::NistP256;

const PERFORM_SECURITY_OPERATION: Ins = Ins(0x2A);

impl Bench<'_> {
    pub(super) fn certificates(&mut self, step: &Certificates) -> Result<Answer, Trouble> {
        let mut answer = Answer::default();
        for (index, name) in step.certificates.iter().enumerate() {
            let issued = self.fixture.authority().issue(name).map_err(wrong)?;
            let set = Command::new(0x00, Ins::MANAGE_SECURITY_ENVIRONMENT, 0x81, 0xB6)
                .with_data(encode(Tag(0x83), &issued.authority));
            answer = self.exchange(&set, None)?;
            if !answer.goes_on() {
                return Ok(answer);
            }
            let mut content = Tlv::parse_one(&issued.certificate).map_err(wrong)?.value.to_vec();
            if let (true, Some(last)) =
                (step.broken && index + 1 == step.certificates.len(), content.last_mut())
            {
                *last ^= 0x01;
            }
            let verify = Command::new(0x00, PERFORM_SECURITY_OPERATION, 0x00, 0xBE).with_data(content);
            answer = self.exchange(&verify, None)?;
            if !answer.goes_on() {
                return Ok(answer);
            }
        }
        Ok(answer)
    }

    pub(super) fn terminal_authentication(
        &mut self,
        step: &TerminalAuthentication,
    ) -> Result<Answer, Trouble> {
        let issued = self.fixture.authority().issue(&step.terminal_authentication).map_err(wrong)?;
        let chain = [CvBytes::parse(&issued.certificate).map_err(wrong)?];
        let Some(card_key) = self.card_key else { return failed("PACE has not been run") };
        self.terminal = None;
        let (state, command) = present(&chain, &card_key).map_err(wrong)?;
        let set = self.exchange(&command, None)?;
        if !set.goes_on() {
            return Ok(set);
        }
        let (state, command) = state.receive(&set.response()).map_err(wrong)?;
        let verified = self.exchange(&command, None)?;
        if !verified.goes_on() {
            return Ok(verified);
        }
        let next = state.receive::<NistP256>(&verified.response(), &mut *self.random).map_err(wrong)?;
        let Next::Terminal(state, command) = next else { return failed("the chain goes on") };
        let set = self.exchange(&command, None)?;
        if !set.goes_on() {
            return Ok(set);
        }
        let (state, command) = state.receive(&set.response()).map_err(wrong)?;
        let challenge = self.exchange(&command, None)?;
        if !challenge.goes_on() {
            return Ok(challenge);
        }
        if step.broken.as_deref() == Some("challenge") {
            self.exchange(&command, None)?;
        }
        let to_sign = state.receive(&challenge.response()).map_err(wrong)?;
        let mut message = to_sign.message().to_vec();
        let last = message.len() - 1;
        match step.broken.as_deref() {
            Some("session") => message[0] ^= 0x01,
            Some("ephemeral") => message[last] ^= 0x01,
            None | Some("bit" | "key" | "challenge") => {}
            Some(other) => return failed(format!("no fault {other} can be put into the signature")),
        }
        let mut signature = match step.broken.as_deref() {
            Some("key") => sign("foreign", &message),
            _ => issued.sign(&message),
        }
        .map_err(wrong)?;
        if step.broken.as_deref() == Some("bit") {
            signature[63] ^= 0x01;
        }
        let (state, command) = to_sign.complete(&signature);
        let answer = self.exchange(&command, None)?;
        if answer.goes_on() {
            self.terminal = Some(state.receive(&answer.response()).map_err(wrong)?);
        }
        Ok(answer)
    }
}
