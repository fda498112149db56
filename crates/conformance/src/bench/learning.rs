//! What a card that somebody else issued says of itself, so that scenarios about its proofs can be run.

use super::{Answer, Bench, Channel, Trouble, wrong};
use crate::step::{Pace, Profile};
use chipwright_channel::active_authentication::ActiveAuthenticationKey;
use chipwright_channel::chip_authentication::{ChipKey, Version};
use chipwright_iso7816::tlv::Tlv;
use chipwright_iso7816::{Command, Ins, Le};

const DG14: u8 = 0x0E;
const DG15: u8 = 0x0F;
/// Plain bytes that a short protected answer carries (FILE-07).
const PORTION: usize = 223;
/// More than any file of the contract has.
const MOST: usize = 0x4000;

impl Profile {
    /// Whether a card issued by anybody may do for it: it asks for keys whose public halves can be read.
    pub(crate) fn may_be_anybodys(&self) -> bool {
        let plain = Self { keys: Vec::new(), with: Vec::new(), ..self.clone() } == Self::default();
        plain
            && self.keys.iter().all(|key| key == "01" || key == "02")
            && self.with.iter().all(|dgi| dgi == "010F")
    }
}

impl Bench<'_> {
    /// Reads the public keys that the profile asks for.
    pub(crate) fn learn(&mut self, profile: &Profile) -> Result<(), Trouble> {
        if profile.keys.is_empty() {
            return Ok(());
        }
        self.pace(&Pace { pace: "can".to_owned(), ..Pace::default() })?;
        if !matches!(self.channel, Channel::Messaging(_)) {
            return Err(Trouble::Skipped("the card does not open with the number that was given".to_owned()));
        }
        let select = Command::new(0x00, Ins::SELECT, 0x04, 0x0C).with_data(self.bytes("{app}")?);
        self.exchange(&select, None)?;
        for key in &profile.keys {
            let point =
                if key == "01" { self.active_authentication_key()? } else { self.chip_authentication_key()? };
            self.variables.insert(format!("key{key}"), point);
        }
        Ok(())
    }

    fn active_authentication_key(&mut self) -> Result<Vec<u8>, Trouble> {
        let file = self.file(DG15)?;
        let key = ActiveAuthenticationKey::from_dg15(&file).map_err(wrong)?;
        Ok(key.public_key().point().to_vec())
    }

    fn chip_authentication_key(&mut self) -> Result<Vec<u8>, Trouble> {
        let file = self.file(DG14)?;
        let infos = Tlv::parse_one(&file).map_err(wrong)?.value;
        match ChipKey::read(infos, Version::V1).map_err(wrong)? {
            Some(key) => Ok(key.public.point().to_vec()),
            None => Err(Trouble::Skipped("the card does not promise Chip Authentication".to_owned())),
        }
    }

    /// A whole file of the application.
    fn file(&mut self, sfi: u8) -> Result<Vec<u8>, Trouble> {
        let read = |p1: u8, p2: u8| Command::new(0x00, Ins::READ_BINARY, p1, p2).with_le(Le::Max);
        let first: Answer = self.exchange(&read(0x80 | sfi, 0x00), None)?;
        if !first.goes_on() {
            return Err(Trouble::Skipped(format!("the card has no file {sfi:02X}")));
        }
        let mut content = first.data;
        let mut last = content.len();
        while last == PORTION && content.len() < MOST {
            let offset = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
            let next = self.exchange(&read(offset[0], offset[1]), None)?;
            last = if next.goes_on() { next.data.len() } else { 0 };
            content.extend_from_slice(&next.data);
        }
        Ok(content)
    }
}
