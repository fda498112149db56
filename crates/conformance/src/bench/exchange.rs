//! Single commands: through the session, beside it, and spoilt on purpose.

use super::{Answer, Bench, Channel, Trouble, failed, wrong};
use crate::step::Send;
use chipwright_channel::sm::SmError;
use chipwright_iso7816::{Command, Ins, Le, Response};

/// P1 of INSTALL [for personalization]: the blocks of STORE DATA are counted anew.
const FOR_PERSONALIZATION: u8 = 0x20;

impl Bench<'_> {
    /// `CLA INS P1 P2 | data | Le`.
    pub(super) fn command(&self, text: &str) -> Result<Command, Trouble> {
        let mut parts = text.split('|').map(|part| self.bytes(part));
        let mut next = || parts.next().transpose();
        let header = next()?.unwrap_or_default();
        let [cla, ins, p1, p2] = header[..] else {
            return failed(format!("\"{text}\" has no header of four bytes"));
        };
        let mut command = Command::new(cla, Ins(ins), p1, p2).with_data(next()?.unwrap_or_default());
        match next()?.unwrap_or_default()[..] {
            [] => {}
            [0] => command.le = Some(Le::Max),
            [le] => command.le = Some(Le::Exact(u32::from(le))),
            [0, 0] => command = command.with_le(Le::Max).in_extended_form(),
            [high, low] => {
                let le = u32::from(u16::from_be_bytes([high, low]));
                command = command.with_le(Le::Exact(le)).in_extended_form();
            }
            _ => return failed(format!("\"{text}\" has no Le of one or two bytes")),
        }
        Ok(command)
    }

    pub(super) fn send(&mut self, send: &Send) -> Result<Answer, Trouble> {
        let command = self.command(&send.send)?;
        if send.plain {
            return self.transmit(&command.to_bytes().map_err(wrong)?);
        }
        let answer = self.exchange(&command, send.broken.as_deref())?;
        if (command.ins, command.p1) == (Ins(0xE6), FOR_PERSONALIZATION) && answer.status.is_success() {
            self.block = 0;
        }
        Ok(answer)
    }

    /// One command through the session that is open.
    pub(super) fn exchange(&mut self, command: &Command, broken: Option<&str>) -> Result<Answer, Trouble> {
        match std::mem::take(&mut self.channel) {
            Channel::Closed => self.transmit(&command.to_bytes().map_err(wrong)?),
            Channel::Scp03(session) => {
                let protected = session.level().has_c_mac();
                let (waiting, mut wrapped) = session.wrap(command).map_err(wrong)?;
                if let Some(fault) = broken {
                    let mac = waiting_mac_bytes(&self.chip.parameter);
                    spoil(&mut wrapped, fault, protected, mac)?;
                    return self.transmit(&wrapped.to_bytes().map_err(wrong)?);
                }
                let response = self.transmit_protected(&wrapped)?;
                let (session, response) = waiting.unwrap(response).map_err(wrong)?;
                self.channel = Channel::Scp03(session);
                Ok(Answer { data: response.data, status: response.status, naked: false })
            }
            Channel::Messaging(session) => {
                let (waiting, mut wrapped) = session.wrap(command).map_err(wrong)?;
                if let Some(fault) = broken {
                    spoil(&mut wrapped, fault, true, 10)?;
                    let mut answer = self.transmit(&wrapped.to_bytes().map_err(wrong)?)?;
                    answer.naked = true;
                    return Ok(answer);
                }
                let response = self.transmit_protected(&wrapped)?;
                match waiting.unwrap(response) {
                    Ok((session, response)) => {
                        self.channel = Channel::Messaging(session);
                        Ok(Answer { data: response.data, status: response.status, naked: false })
                    }
                    Err(SmError::NakedResponse { status }) => {
                        Ok(Answer { data: Vec::new(), status, naked: true })
                    }
                    Err(error) => Err(wrong(error)),
                }
            }
        }
    }

    /// These bytes, as they are.
    pub(super) fn transmit(&mut self, bytes: &[u8]) -> Result<Answer, Trouble> {
        let answer = self.device.transmit(bytes)?;
        let response = Response::from_bytes(&answer).map_err(wrong)?;
        Ok(Answer { data: response.data, status: response.status, naked: false })
    }

    fn transmit_protected(&mut self, command: &Command) -> Result<Response, Trouble> {
        let bytes = command.to_bytes().map_err(wrong)?;
        let answer = self.device.transmit(&bytes)?;
        self.last_protected = Some(bytes);
        Response::from_bytes(&answer).map_err(wrong)
    }

    /// The last protected command again; the session of this side goes on as if nothing had been sent.
    pub(super) fn replay(&mut self) -> Result<Answer, Trouble> {
        let Some(bytes) = self.last_protected.clone() else {
            return failed("no protected command was sent before");
        };
        let mut answer = self.transmit(&bytes)?;
        answer.naked = matches!(self.channel, Channel::Messaging(_)) && answer.data.is_empty();
        Ok(answer)
    }

    /// Plain commands; each answer with its length before it.
    pub(super) fn transcript(&mut self, commands: &[String]) -> Result<Answer, Trouble> {
        let mut all = Vec::new();
        for text in commands {
            let answer = self.transmit(&self.command(text)?.to_bytes().map_err(wrong)?)?;
            all.extend_from_slice(&(answer.data.len() as u64).to_be_bytes()[6..]);
            all.extend_from_slice(&answer.data);
            all.extend_from_slice(&answer.status.to_bytes());
        }
        Ok(Answer::ok(all))
    }
}

fn waiting_mac_bytes(parameter: &str) -> usize {
    if parameter.ends_with('1') { 16 } else { 8 }
}

/// Puts a fault into a protected command; `mac`: bytes at its end that carry the MAC.
fn spoil(command: &mut Command, fault: &str, protected: bool, mac: usize) -> Result<(), Trouble> {
    let length = command.data.len();
    if !protected || length < mac {
        return failed("the command has no protection that could be spoilt");
    }
    let place = match fault {
        "mac" => Some(length - 1),
        "data" if length > mac => Some(length - mac - 1),
        "header" => {
            command.p2 ^= 0x01;
            None
        }
        "no-mac" => {
            command.data.truncate(length - mac);
            None
        }
        "extra" => {
            command.data.splice(..0, [0x80, 0x01, 0x00]);
            None
        }
        _ => return failed(format!("no fault {fault} can be put into this command")),
    };
    if let Some(byte) = place.and_then(|place| command.data.get_mut(place)) {
        *byte ^= 0x01;
    }
    Ok(())
}
