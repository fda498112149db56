//! SCP03 with the keys that this run knows.

use super::{Answer, Bench, Channel, Trouble, failed, wrong};
use crate::device::Blank;
use crate::step::{PutKey, Scp03};
use chipwright_channel::scp03::{
    HostChallenge, Initiate, KeyRole, KeySet, Scp03Error, SecurityLevel, SoftKeys, StaticKeys, put_key,
};
use chipwright_iso7816::{Command, Response};
use std::collections::BTreeMap;
use std::rc::Rc;
use zeroize::Zeroizing;

/// Version of the keys that a blank is delivered with.
pub(crate) const TRANSPORT_VERSION: u8 = 0x01;

/// Their name.
const TRANSPORT: &str = "transport";

type Keys = [Zeroizing<Vec<u8>>; 3];

/// Static keys by name, and which name each version on the card has.
#[derive(Default)]
pub(super) struct KeyRing {
    transport: Option<Rc<dyn StaticKeys>>,
    named: BTreeMap<String, Keys>,
    versions: BTreeMap<u8, String>,
    /// The keys of the open session: PUT KEY wraps under their DEK.
    current: Option<(u8, String)>,
}

impl KeyRing {
    /// These keys, or the published development keys, `40 41 …`, as version 01.
    pub(super) fn of_blank(blank: &Blank, transport: Option<Rc<dyn StaticKeys>>) -> Self {
        let key = || Zeroizing::new((0x40..).take(blank.key_bytes).collect::<Vec<u8>>());
        Self {
            transport,
            named: BTreeMap::from([(TRANSPORT.to_owned(), [key(), key(), key()])]),
            versions: BTreeMap::from([(TRANSPORT_VERSION, TRANSPORT.to_owned())]),
            current: None,
        }
    }

    /// The keys of this name; a name that is new names keys made of it.
    fn make(&mut self, name: &str, bytes: usize) -> Result<KeySet, Trouble> {
        let keys = self.named.entry(name.to_owned()).or_insert_with(|| {
            [1u8, 2, 3].map(|role| {
                let seed = name.bytes().fold(role, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
                Zeroizing::new((0..bytes).map(|at| seed.wrapping_add((at as u64 * 7) as u8)).collect())
            })
        });
        KeySet::new(&keys[0], &keys[1], &keys[2]).map_err(wrong)
    }

    fn open(&self, version: u8, name: &str) -> Result<Rc<dyn StaticKeys>, Trouble> {
        match (&self.transport, self.named.get(name)) {
            (Some(given), _) if name == TRANSPORT && given.version() == version => Ok(Rc::clone(given)),
            (Some(_), _) if name == TRANSPORT => {
                Err(Trouble::Skipped("the keys of this blank are known under their version only".to_owned()))
            }
            (_, Some([enc, mac, dek])) => Ok(Rc::new(SoftKeys::new(version, enc, mac, dek).map_err(wrong)?)),
            (_, None) => Err(Trouble::Skipped(format!("the keys \"{name}\" of this card are not known"))),
        }
    }
}

impl Bench<'_> {
    pub(super) fn open_scp03(&mut self, step: &Scp03) -> Result<Answer, Trouble> {
        self.channel = Channel::Closed;
        let level = byte(&step.scp03)?;
        let version = step.version.as_deref().map_or(Ok(TRANSPORT_VERSION), byte)?;
        let name = match &step.keys {
            Some(name) => name.clone(),
            None => self.keys.versions.get(&version).map_or(TRANSPORT, String::as_str).to_owned(),
        };
        let keys = self.keys.open(version, &name)?;
        let challenge = self.host_challenge();
        let (waiting, command) = Initiate::new(keys.as_ref(), challenge);
        let begun = self.transmit(&command.to_bytes().map_err(wrong)?)?;
        if !begun.status.is_success() || step.only_begin {
            return Ok(begun);
        }
        if let Some(chip) = begun.data.first_chunk::<10>() {
            self.variables.insert("chip".to_owned(), chip.to_vec());
        }
        let mut response = Response { data: begun.data.clone(), status: begun.status };
        if let (true, Some(parameter)) = (step.forced, response.data.get_mut(12)) {
            *parameter |= 0x60;
        }
        let verified = match waiting.receive(&response) {
            Ok(verified) => verified,
            Err(Scp03Error::CardCryptogram) => return self.authenticate_wrongly(level, begun),
            Err(error) => return Err(wrong(error)),
        };
        let level = SecurityLevel::try_from(level).map_err(wrong)?;
        let (waiting, mut command) = verified.authenticate(level).map_err(wrong)?;
        match step.broken.as_deref() {
            None => {}
            Some("cryptogram") => command.data[0] ^= 0x01,
            Some("mac") => {
                let last = command.data.len() - 1;
                command.data[last] ^= 0x01;
            }
            Some("only-cryptogram") => {
                let bytes = challenge.mode().bytes();
                let card = begun.data.get(13..13 + bytes).unwrap_or_default();
                command.data =
                    forged(keys.as_ref(), &[challenge.as_bytes(), card].concat(), command.header(), bytes)?;
            }
            Some(other) => return failed(format!("no fault {other} can be put into EXTERNAL AUTHENTICATE")),
        }
        let answer = self.transmit(&command.to_bytes().map_err(wrong)?)?;
        if !answer.status.is_success() {
            return Ok(answer);
        }
        let response = Response { data: answer.data, status: answer.status };
        self.channel = Channel::Scp03(waiting.receive(&response).map_err(wrong)?);
        self.keys.current = Some((version, name));
        self.block = 0;
        Ok(begun)
    }

    /// The keys are wrong on purpose: EXTERNAL AUTHENTICATE with a cryptogram that cannot be right.
    fn authenticate_wrongly(&mut self, level: u8, begun: Answer) -> Result<Answer, Trouble> {
        let bytes = if begun.data.len() > 13 + 16 + 3 { 32 } else { 16 };
        let command = Command::new(0x84, chipwright_iso7816::Ins::EXTERNAL_AUTHENTICATE, level, 0x00)
            .with_data(vec![0xA5; bytes]);
        self.transmit(&command.to_bytes().map_err(wrong)?)
    }

    fn host_challenge(&mut self) -> HostChallenge {
        let mut bytes = [0; 16];
        (self.random)(&mut bytes);
        if self.chip.parameter.ends_with('1') {
            HostChallenge::S16(bytes)
        } else {
            HostChallenge::S8(*bytes.first_chunk().unwrap_or(&[0; 8]))
        }
    }

    pub(super) fn put_key(&mut self, step: &PutKey) -> Result<Answer, Trouble> {
        let (replaced, version) = (byte(&step.replace)?, byte(&step.version)?);
        let Some((current_version, current)) = self.keys.current.clone() else {
            return failed("no session is open");
        };
        let new = self.keys.make(&step.put_key, step.bytes.unwrap_or(self.chip.key_bytes))?;
        let under = self.keys.open(current_version, &current)?;
        let (expected, mut command) =
            put_key::command(replaced, version, &new, under.as_ref()).map_err(wrong)?;
        if step.broken {
            let last = command.data.len() - 1;
            command.data[last] ^= 0x01;
        }
        let answer = self.exchange(&command, None)?;
        if answer.status.is_success() && !answer.naked {
            let response = Response { data: answer.data.clone(), status: answer.status };
            expected.check(&response).map_err(wrong)?;
            self.keys.versions.remove(&replaced);
            self.keys.versions.insert(version, step.put_key.clone());
        }
        Ok(answer)
    }
}

/// A host cryptogram that is wrong, under a C-MAC that is right (Amendment D, 6.2.4): only the comparison of the cryptogram refuses it.
fn forged(keys: &dyn StaticKeys, context: &[u8], header: [u8; 4], bytes: usize) -> Result<Vec<u8>, Trouble> {
    const S_MAC: u8 = 0x06;
    if keys.size().bits() != 128 {
        return failed("only with keys of 16 bytes");
    }
    let derivation = [&[0; 11][..], &[S_MAC, 0x00, 0x00, 0x80, 0x01], context].concat();
    let session_key = keys.cmac(KeyRole::Mac, &derivation).map_err(wrong)?;
    let mac_key = SoftKeys::new(1, &*session_key, &*session_key, &*session_key).map_err(wrong)?;
    let mut data = vec![0xA5; bytes];
    let length = u8::try_from(2 * bytes).unwrap_or(u8::MAX);
    let covered = [&[0; 16][..], &header, &[length], &data].concat();
    let mac = mac_key.cmac(KeyRole::Mac, &covered).map_err(wrong)?;
    data.extend_from_slice(&mac[..bytes.min(16)]);
    Ok(data)
}

pub(super) fn byte(digits: &str) -> Result<u8, Trouble> {
    u8::from_str_radix(digits, 16).map_err(|_| wrong(format_args!("\"{digits}\" is not a byte")))
}
