//! PACE with the passwords of the card.

use super::proofs::key_size;
use super::{Answer, Bench, Channel, Trouble, failed, wrong};
use crate::step::Pace;
use chipwright_channel::pace::{Chat, Established, Mapping, MrzKey, PaceInfo, Password, select_with};
use p256::NistP256;

impl Bench<'_> {
    /// Step by step, so that the status of the one that was refused is known.
    pub(super) fn pace(&mut self, step: &Pace) -> Result<Answer, Trouble> {
        let password = self.password(step)?;
        let Some(info) = PaceInfo::new(key_size(step.bits)?, PaceInfo::P256) else {
            return failed("no such parameters");
        };
        let mapping = if step.cam { Mapping::ChipAuthentication } else { Mapping::Generic };
        let info = info.with_mapping(mapping);
        let chat = match &step.chat {
            None => None,
            Some(bits) => {
                let bits = self.bytes(bits)?.try_into().map_err(|_| wrong("a template has five bytes"))?;
                Some(Chat::authentication_terminal(bits))
            }
        };
        if !step.within {
            self.channel = Channel::Closed;
        }
        self.card_key = None;
        self.terminal = None;
        let (state, command) = select_with::<NistP256>(&info, &password, chat.as_ref()).map_err(wrong)?;
        let selected = self.exchange(&command, None)?;
        if !(selected.goes_on() || selected.status.sw1() == 0x63) {
            return Ok(selected);
        }
        let (state, command) = state.receive(&selected.response()).map_err(wrong)?;
        let nonce = self.exchange(&command, None)?;
        if !nonce.goes_on() {
            return Ok(nonce);
        }
        let (state, command) = state.receive(&nonce.response(), &mut *self.random).map_err(wrong)?;
        let mapped = self.exchange(&command, None)?;
        if !mapped.goes_on() {
            return Ok(mapped);
        }
        let (state, command) = state.receive(&mapped.response(), &mut *self.random).map_err(wrong)?;
        let agreed = self.exchange(&command, None)?;
        if !agreed.goes_on() {
            return Ok(agreed);
        }
        let (state, command) = state.receive(&agreed.response()).map_err(wrong)?;
        let token = self.exchange(&command, None)?;
        if !token.goes_on() {
            return Ok(token);
        }
        let established = state.receive(&token.response()).map_err(wrong)?;
        self.established(step, established)?;
        Ok(Answer { status: token.status, ..token })
    }

    fn established(&mut self, step: &Pace, established: Established) -> Result<(), Trouble> {
        let Established { session, card_key, chip_data, car, previous_car } = established;
        self.channel = Channel::Messaging(session);
        self.card_key = Some(card_key);
        for (name, reference) in [("car", car), ("previous-car", previous_car)] {
            match reference {
                Some(reference) => self.variables.insert(name.to_owned(), reference),
                None => self.variables.insert(name.to_owned(), Vec::new()),
            };
        }
        if step.cam {
            let Some(data) = chip_data else { return failed("no chip authentication data came") };
            let proven = data.check(&self.bytes("{key03}")?);
            if proven.is_ok() == step.must_fail {
                return failed(match proven {
                    Ok(_) => "the chip was proven with another key".to_owned(),
                    Err(error) => error.to_string(),
                });
            }
        }
        Ok(())
    }

    /// The password of the card, or another one of the same kind.
    fn password(&self, step: &Pace) -> Result<Password, Trouble> {
        let known = match &step.with {
            Some(other) => other.as_bytes().to_vec(),
            None => self.bytes(&format!("{{{}}}", step.pace))?,
        };
        let text = String::from_utf8_lossy(&known);
        match step.pace.as_str() {
            "can" => Password::can(&text).map_err(wrong),
            "pin" => Password::pin(&text).map_err(wrong),
            "puk" => Password::puk(&text).map_err(wrong),
            "mrz" => {
                let hash = <[u8; 20]>::try_from(known.as_slice());
                Ok(Password::Mrz(hash.map_or_else(|_| MrzKey::from_information(&known), MrzKey::from_hash)))
            }
            other => failed(format!("no password {other}")),
        }
    }
}
