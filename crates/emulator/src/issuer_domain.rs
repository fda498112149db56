//! The card manager: issuer security domain of GlobalPlatform 2.3.1 (chapter 2 of the contract).

mod authentication;
mod command;
mod content;
mod data;
mod load;
mod put_key;
mod set_data;
mod status;

pub(crate) use authentication::{Channel, SecureChannel};
pub(crate) use command::Block;
use command::IssuerCommand;

use crate::flaw::{Flaw, flawed};
use crate::memory::PowerLost;
use crate::processor::{Processor, Stop, answer, is_select_by_name};
use crate::tables::CardLifeCycle;
use chipwright_iso7816::{Aid, Command, Ins, Response, StatusWord};

/// AID of the issuer security domain.
pub(crate) const AID: Aid = Aid::literal(&[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00]);
/// Load file with the identity application.
pub(crate) const LOAD_FILE: Aid = Aid::literal(&[0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0x00]);
/// Its module.
pub(crate) const MODULE: Aid = Aid::literal(&[0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0x00, 0x01]);

impl Processor {
    /// A command while the issuer security domain is selected.
    pub(crate) fn issuer_domain(&mut self, command: &Command) -> Result<Response, PowerLost> {
        if is_select_by_name(command) {
            return answer(self.select_by_name(command));
        }
        let begins = (command.cla, command.ins) == (0x80, Ins::INITIALIZE_UPDATE);
        if self.volatile.channel.demands_c_mac() && command.cla != 0x84 && !begins {
            if flawed(Flaw::PlainCommandKeepsSession) {
                return Ok(Response::status(StatusWord::SECURITY_STATUS_NOT_SATISFIED));
            }
            return Ok(self.unprotected(StatusWord::SECURITY_STATUS_NOT_SATISFIED));
        }
        if let Err(status) = self.check_header(command) {
            return match (&self.volatile.channel, command.cla) {
                (SecureChannel::Open(_), 0x84) => self.in_channel(command, |_, _, _| Err(status.into())),
                _ => Ok(Response::status(status)),
            };
        }
        match (command.cla, command.ins) {
            (0x80, Ins::INITIALIZE_UPDATE) => answer(self.initialize_update(command, &AID)),
            (0x84, Ins::EXTERNAL_AUTHENTICATE) => answer(self.external_authenticate(command, None)),
            _ => self.in_channel(command, Self::issuer_command),
        }
    }

    /// CM-17, CM-11: classes and instructions that exist, and what a terminated card still does.
    fn check_header(&self, command: &Command) -> Result<(), StatusWord> {
        if !matches!(command.cla, 0x00 | 0x80 | 0x84) {
            return Err(StatusWord::CLA_NOT_SUPPORTED);
        }
        let terminated = self.store.card().life_cycle == CardLifeCycle::Terminated;
        if terminated && command.ins != Ins::GET_DATA && !flawed(Flaw::TerminatedCardWorks) {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        match (command.cla, command.ins) {
            // CM-22: there are no files here
            (0x00, Ins::SELECT) if matches!(command.p1, 0x00..=0x03 | 0x08 | 0x09) => {
                Err(StatusWord::FILE_NOT_FOUND)
            }
            (0x00, Ins::SELECT) => Err(StatusWord::INCORRECT_P1_P2),
            (0x80 | 0x84, Ins::SELECT) | (0x84, Ins::INITIALIZE_UPDATE) => Err(StatusWord::CLA_NOT_SUPPORTED),
            (0x80, Ins::EXTERNAL_AUTHENTICATE) => Err(StatusWord::CLA_NOT_SUPPORTED),
            (0x00, ins) if ins != Ins::GET_DATA && command::is_known(ins) => {
                Err(StatusWord::CLA_NOT_SUPPORTED)
            }
            (_, ins) if command::is_known(ins) => Ok(()),
            (0x84, _) if matches!(self.volatile.channel, SecureChannel::Open(_)) => Ok(()),
            _ => Err(StatusWord::INS_NOT_SUPPORTED),
        }
    }

    /// Takes the protection off, runs `run`, protects the answer. Wrong protection ends the session (PERSO-12).
    pub(crate) fn in_channel(
        &mut self,
        command: &Command,
        run: impl FnOnce(&mut Self, &mut Option<Channel>, &Command) -> Result<Response, Stop>,
    ) -> Result<Response, PowerLost> {
        let mut channel = match std::mem::take(&mut self.volatile.channel) {
            SecureChannel::Open(channel) => Some(*channel),
            SecureChannel::None | SecureChannel::Pending { .. } => None,
        };
        let plain = match channel.as_mut() {
            Some(channel) => match channel.protocol.unwrap(command) {
                Ok(plain) => plain,
                Err(status) => return Ok(Response::status(status)),
            },
            None if command.cla == 0x84 => {
                return Ok(Response::status(StatusWord::SECURITY_STATUS_NOT_SATISFIED));
            }
            None => command.clone(),
        };
        let response = answer(run(self, &mut channel, &plain))?;
        let Some(mut channel) = channel else { return Ok(response) };
        let response = channel.protocol.wrap(response);
        self.volatile.channel = SecureChannel::Open(Box::new(channel));
        Ok(response)
    }

    fn issuer_command(&mut self, channel: &mut Option<Channel>, plain: &Command) -> Result<Response, Stop> {
        if plain.ins == Ins::GET_DATA {
            return self.get_data(plain);
        }
        let channel = channel
            .as_mut()
            .filter(|channel| channel.protocol.level().has_c_mac() || flawed(Flaw::LevelZeroManages))
            .ok_or(StatusWord::SECURITY_STATUS_NOT_SATISFIED)?;
        let changes_content =
            !matches!(plain.ins, Ins::GET_STATUS | Ins::SET_STATUS) && !flawed(Flaw::LockedCardChanges);
        if changes_content && self.store.card().life_cycle == CardLifeCycle::CardLocked {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        if plain.ins != Ins::LOAD {
            channel.loading = None;
        }
        if plain.ins != Ins::GET_STATUS {
            channel.shown = None;
        }
        match IssuerCommand::decode(plain)? {
            IssuerCommand::PutKey(put) => self.put_key(channel, &put),
            IssuerCommand::GetStatus(get) => self.get_status(channel, get),
            IssuerCommand::SetStatus(next) => self.set_status(next),
            IssuerCommand::SetInstanceStatus { aid, suspended } => self.set_instance_status(&aid, suspended),
            IssuerCommand::Delete { aid, related } => self.delete(channel, &aid, related),
            IssuerCommand::InstallForLoad { load_file } => self.install_for_load(channel, load_file),
            IssuerCommand::Install(install) => self.install(&install),
            IssuerCommand::InstallForPersonalization { instance } => {
                self.install_for_personalization(channel, &instance)
            }
            IssuerCommand::Load(block) => self.load(channel, &block),
            IssuerCommand::StoreData(block) => match channel.stream.is_some() {
                true => self.store_data(channel, &block),
                false => self.set_data(&block),
            },
        }
    }
}
