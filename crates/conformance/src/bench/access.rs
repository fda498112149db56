//! PACE with the passwords of the card.

use super::{Answer, Bench, Channel, Trouble, failed, wrong};
use crate::step::Pace;
use chipwright_channel::KeySize;
use chipwright_channel::pace::{MrzKey, PaceError, PaceInfo, Password, establish};
use chipwright_iso7816::{Exchanger, LengthMode};

impl Bench<'_> {
    pub(super) fn pace(&mut self, step: &Pace) -> Result<Answer, Trouble> {
        let password = self.password(step)?;
        let size = match step.bits.unwrap_or(128) {
            128 => KeySize::Aes128,
            192 => KeySize::Aes192,
            256 => KeySize::Aes256,
            other => return failed(format!("AES has no keys of {other} bits")),
        };
        let Some(info) = PaceInfo::new(size, PaceInfo::P256) else { return failed("no such parameters") };
        self.channel = Channel::Closed;
        let mut card = Exchanger::new(&mut *self.device, LengthMode::Extended);
        match establish(&mut card, &info, &password, &mut *self.random) {
            Ok(session) => {
                self.channel = Channel::Messaging(session);
                Ok(Answer::default())
            }
            Err(PaceError::WrongPassword { status, .. } | PaceError::CardRefused { status, .. }) => {
                Ok(Answer::status(status))
            }
            Err(PaceError::Exchange(chipwright_iso7816::ExchangeError::Transport(error))) => {
                Err(error.into())
            }
            Err(error) => Err(wrong(error)),
        }
    }

    /// The password of the card, or another one of the same kind.
    fn password(&self, step: &Pace) -> Result<Password, Trouble> {
        let known = match &step.with {
            Some(other) => other.as_bytes().to_vec(),
            None => self.bytes(&format!("{{{}}}", step.pace))?,
        };
        let text = || String::from_utf8_lossy(&known).into_owned();
        match step.pace.as_str() {
            "can" => Password::can(&text()).map_err(wrong),
            "mrz" => {
                let hash = <[u8; 20]>::try_from(known.as_slice());
                Ok(Password::Mrz(hash.map_or_else(|_| MrzKey::from_information(&known), MrzKey::from_hash)))
            }
            other => failed(format!("no password {other}")),
        }
    }
}
