//! The identity application (chapters 4 to 9 of the contract): files, PACE, secure messaging, proofs of the chip, PIN, records, terminals.

mod access;
mod active_authentication;
mod chip_authentication;
mod command;
mod files;
mod pin;
mod records;
mod terminal;

use access::{PaceRun, Password};
use command::IdentityCommand;
pub(crate) use records::AID as RECORDS_AID;
use terminal::Terminal;

use crate::chip_authentication::SetAt;
use crate::flaw::{Flaw, flawed};
use crate::memory::PowerLost;
use crate::processor::{Processor, Stop, answer, is_select_by_name};
use crate::secure_messaging::Session;
use crate::store::Instance;
use crate::tables::{Df, File, budget};
use chipwright_iso7816::{Command, Ins, Le, Response, StatusWord};

/// What the application remembers between commands.
pub(crate) struct IdentitySession {
    df: Df,
    current: Option<&'static File>,
    pace: PaceRun,
    /// An open session is what grants access (ACC-05).
    messaging: Option<Session>,
    /// After MSE:Set AT for Chip Authentication.
    chip_authentication: Option<SetAt>,
    /// The password with which PACE opened that session.
    opened_with: Option<Password>,
    /// How far the terminal of that session has come.
    terminal: Terminal,
}

impl Default for IdentitySession {
    fn default() -> Self {
        Self {
            df: Df::Master,
            current: None,
            pace: PaceRun::Idle,
            messaging: None,
            chip_authentication: None,
            opened_with: None,
            terminal: Terminal::Absent,
        }
    }
}

impl IdentitySession {
    /// FILE-01, FILE-02, REC-01.
    pub(crate) const fn enter(&mut self, df: Df) {
        self.df = df;
        self.current = None;
    }

    /// Ends secure messaging with the access (ACC-06), and a run of PACE (ACC-11).
    pub(crate) fn end(&mut self) {
        self.end_messaging();
        self.pace.interrupt();
    }

    /// A command in plain: a run of PACE that began within the session ends with it (ACC-06, PIN-03).
    fn leave_messaging(&mut self) {
        if self.messaging.is_some() && !flawed(Flaw::RunOutlivesSession) {
            self.pace.interrupt();
        }
        self.end_messaging();
    }

    fn end_messaging(&mut self) {
        self.messaging = None;
        self.chip_authentication = None;
        self.opened_with = None;
        self.terminal = Terminal::Absent;
    }
}

/// How a command came and how its answer may go.
#[derive(Debug, Clone, Copy)]
struct Protection {
    /// Under secure messaging after PACE with a password that grants access to files (ACC-05, PIN-08).
    granted: bool,
    /// Under secure messaging: the password of its PACE.
    password: Option<Password>,
    /// The most plain bytes the answer may have, whatever Le says (FILE-07, CHIP-03).
    most: usize,
}

impl Processor {
    /// A command while the instance in `slot` is selected.
    pub(crate) fn identity(&mut self, slot: usize, command: &Command) -> Result<Response, PowerLost> {
        let operational = self.store.instance(slot).is_some_and(Instance::is_operational);
        if !operational && !flawed(Flaw::ReadableBeforeOperational) {
            return self.before_operational(slot, command);
        }
        let suspended = self.store.instance(slot).is_some_and(Instance::is_suspended);
        if suspended && !flawed(Flaw::SuspendedInstanceWorks) {
            if is_select_by_name(command) {
                return answer(self.select_by_name(command));
            }
            return Ok(self.unprotected(StatusWord::CONDITIONS_NOT_SATISFIED));
        }
        if command.cla & 0x80 != 0 {
            self.volatile.identity.end();
            return Ok(Response::status(StatusWord::CLA_NOT_SUPPORTED));
        }
        if Session::is_announced_by(command) {
            return self.identity_protected(slot, command);
        }
        if !flawed(Flaw::PlainCommandKeepsAccess) {
            self.volatile.identity.leave_messaging();
        }
        let most = match command.le {
            Some(Le::Exact(ne)) => (ne as usize).min(budget::DATA_FIELD),
            Some(Le::Max) if command.extended => budget::DATA_FIELD,
            Some(Le::Max) | None => 256,
        };
        let protection = Protection { granted: false, password: None, most };
        answer(self.identity_command(slot, command.clone(), protection))
    }

    /// ACC-05 to ACC-08. The session that took the protection off also protects the answer, even if PACE has made
    /// another meanwhile.
    fn identity_protected(&mut self, slot: usize, command: &Command) -> Result<Response, PowerLost> {
        let Some(mut session) = self.volatile.identity.messaging.take() else {
            self.volatile.identity.pace.interrupt();
            return Ok(Response::status(StatusWord::SM_OBJECTS_INCORRECT));
        };
        let plain = match session.unwrap(command) {
            Ok(plain) => plain,
            Err(failure) => {
                if flawed(Flaw::WrongMessagingKeepsSession) {
                    self.volatile.identity.messaging = Some(session);
                } else {
                    self.volatile.identity.end();
                }
                return Ok(Response::status(failure.status()));
            }
        };
        let limit = Session::response_limit(command).min(budget::DATA_FIELD);
        let most = session.largest_plain(plain.le, plain.ins.0 & 1 == 1, limit);
        let original = plain.clone();
        let selected = self.volatile.selected;
        let password = self.volatile.identity.opened_with;
        let protection = Protection {
            granted: password != Some(Password::Puk) || flawed(Flaw::PukReadsFiles),
            password,
            most,
        };
        let response = answer(self.identity_command(slot, plain, protection))?;
        let naked = flawed(Flaw::NakedErrors) && response.data.is_empty() && !response.status.is_success();
        let response = if naked { response } else { session.wrap(response, &original) };
        if self.volatile.selected == selected && self.volatile.identity.messaging.is_none() {
            self.volatile.identity.messaging = Some(session);
        }
        Ok(response)
    }

    fn identity_command(
        &mut self,
        slot: usize,
        command: Command,
        protection: Protection,
    ) -> Result<Response, Stop> {
        if command.ins != Ins::GENERAL_AUTHENTICATE && !flawed(Flaw::OtherCommandBetweenSteps) {
            self.volatile.identity.pace.interrupt();
        }
        let Some(command) = self.collect(command, protection.password.is_some())? else {
            return Ok(Response::status(StatusWord::OK));
        };
        if is_select_by_name(&command) {
            return self.select_by_name(&command);
        }
        match IdentityCommand::decode(&command)? {
            IdentityCommand::SelectMasterFile => {
                self.volatile.identity.enter(Df::Master);
                Ok(Response::status(StatusWord::OK))
            }
            IdentityCommand::SelectFile { fid, wants_fcp } => {
                self.select_file(slot, fid, wants_fcp, protection)
            }
            IdentityCommand::Read(read) => self.read_binary(slot, &read, protection),
            IdentityCommand::SetAuthenticationTemplate(set_at) => {
                self.volatile.identity.chip_authentication = None;
                self.set_at(slot, &set_at)
            }
            IdentityCommand::SetChipAuthentication(set_at) => {
                self.set_chip_authentication(slot, set_at, protection)
            }
            IdentityCommand::GeneralAuthenticate { data, more } => {
                match self.volatile.identity.chip_authentication.take() {
                    Some(set_at) => {
                        let done = self.authenticate_chip(slot, set_at, &data, more, protection);
                        if done.is_err() && flawed(Flaw::ChipAuthenticationStaysSet) {
                            self.volatile.identity.chip_authentication = Some(set_at);
                        }
                        done
                    }
                    None => self.general_authenticate(slot, &data, more, protection),
                }
            }
            IdentityCommand::InternalAuthenticate(challenge) => {
                self.internal_authenticate(slot, challenge, protection)
            }
            IdentityCommand::ResetRetryCounter(reset) => self.reset_retry_counter(slot, &reset, protection),
            IdentityCommand::GetChallenge => {
                let mut challenge = [0; 8];
                if !flawed(Flaw::ChallengeConstant) {
                    (self.rng)(&mut challenge);
                }
                self.volatile.identity.terminal.challenge(challenge);
                Ok(Response::ok(challenge.to_vec()))
            }
            IdentityCommand::Terminal(command) => self.terminal_command(slot, command, protection),
            IdentityCommand::Record(command) => self.record_command(slot, &command, protection),
            IdentityCommand::RecordsInformation => self.records_information(slot, &command),
        }
    }
}
