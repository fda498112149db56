//! From a plain command APDU to a response: which application gets it, and what power-up and SELECT change.

use crate::chip::{Interface, Silicon};
use crate::flaw::{Flaw, flawed};
use crate::identity::{IdentitySession, RECORDS_AID};
use crate::issuer_domain::{self, SecureChannel};
use crate::memory::PowerLost;
use crate::random::Randomness;
use crate::store::Store;
use crate::tables::{CardLifeCycle, Df, budget};
use chipwright_iso7816::tlv::Writer;
use chipwright_iso7816::{Aid, Command, Ins, Response, StatusWord, Tag};
use std::time::Duration;
use zeroize::Zeroizing;

/// Why a command has no ordinary response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The answer is this status alone.
    Refused(StatusWord),
    /// There is no answer.
    PowerLost,
}

impl From<StatusWord> for Stop {
    fn from(status: StatusWord) -> Self {
        Self::Refused(status)
    }
}

impl From<PowerLost> for Stop {
    fn from(_: PowerLost) -> Self {
        Self::PowerLost
    }
}

/// A refusal becomes a response; loss of power goes on.
pub(crate) fn answer(outcome: Result<Response, Stop>) -> Result<Response, PowerLost> {
    match outcome {
        Ok(response) => Ok(response),
        Err(Stop::Refused(status)) => Ok(Response::status(status)),
        Err(Stop::PowerLost) => Err(PowerLost),
    }
}

/// The application that gets commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Selected {
    /// None can be reached on this interface.
    #[default]
    Nothing,
    IssuerDomain,
    /// The instance in this slot.
    Instance(usize),
}

/// A command chain that waits for its last part (7816-4, 5.4.1).
pub(crate) struct Chain {
    header: [u8; 4],
    /// Under secure messaging.
    protected: bool,
    data: Zeroizing<Vec<u8>>,
}

/// What power-up forgets (RST-01).
#[derive(Default)]
pub(crate) struct Volatile {
    pub(crate) selected: Selected,
    pub(crate) channel: SecureChannel,
    pub(crate) identity: IdentitySession,
    pub(crate) chain: Option<Chain>,
}

/// The chip's program, with its memories.
pub(crate) struct Processor {
    pub(crate) silicon: Silicon,
    pub(crate) store: Store,
    pub(crate) volatile: Volatile,
    pub(crate) rng: Randomness,
    pub(crate) delay: Duration,
}

impl Processor {
    /// RST-01 and CM-16.
    pub(crate) fn power_up(&mut self) -> Result<(), PowerLost> {
        self.volatile = Volatile::default();
        self.store.power_up()?;
        let default = self.store.instances().find(|(_, instance)| instance.is_default_selected());
        self.volatile.selected = match (self.store.card().life_cycle, default) {
            (
                CardLifeCycle::OpReady | CardLifeCycle::Initialized | CardLifeCycle::Secured,
                Some((slot, _)),
            ) => Selected::Instance(slot),
            _ if self.issuer_domain_is_reachable() => Selected::IssuerDomain,
            _ => Selected::Nothing,
        };
        Ok(())
    }

    /// One command.
    pub(crate) fn execute(&mut self, command: &Command) -> Result<Response, PowerLost> {
        if command.data.len() > budget::DATA_FIELD || (command.extended && !self.silicon.extended_length) {
            return Ok(self.wrong_length());
        }
        if command.cla == 0xFF {
            return Ok(self.unprotected(StatusWord::CLA_NOT_SUPPORTED));
        }
        if command.cla & 0x40 != 0 || command.cla & 0x03 != 0 {
            return Ok(self.unprotected(StatusWord::LOGICAL_CHANNEL_NOT_SUPPORTED));
        }
        if self.volatile.selected == Selected::IssuerDomain && !self.issuer_domain_is_reachable() {
            // CM-15: the last command was FINALISE.
            self.volatile.channel = SecureChannel::None;
            self.volatile.selected = Selected::Nothing;
        }
        match self.volatile.selected {
            Selected::IssuerDomain => self.issuer_domain(command),
            Selected::Instance(slot) => self.identity(slot, command),
            Selected::Nothing if is_select_by_name(command) => answer(self.select_by_name(command)),
            Selected::Nothing => Ok(Response::status(StatusWord::CONDITIONS_NOT_SATISFIED)),
        }
    }

    /// The answer to a command that cannot be read (CHIP-03). It ends sessions as one in plain does (CM-25, ACC-06).
    pub(crate) fn wrong_length(&mut self) -> Response {
        self.unprotected(StatusWord::WRONG_LENGTH);
        Response::status(StatusWord::WRONG_LENGTH)
    }

    /// The answer to a command in plain that is refused with `status`: `6982` inside a session of level 01 or more. Ends
    /// sessions and a run of PACE (CM-25, ACC-06, ACC-11).
    pub(crate) fn unprotected(&mut self, status: StatusWord) -> Response {
        self.volatile.identity.end();
        self.volatile.chain = None;
        match std::mem::take(&mut self.volatile.channel) {
            channel if channel.demands_c_mac() => Response::status(StatusWord::SECURITY_STATUS_NOT_SATISFIED),
            channel @ SecureChannel::Open(_) => {
                self.volatile.channel = channel;
                Response::status(status)
            }
            SecureChannel::None | SecureChannel::Pending { .. } => Response::status(status),
        }
    }

    /// SELECT by AID or its first bytes (CM-01, CM-02, CM-11, CM-15, FILE-02).
    pub(crate) fn select_by_name(&mut self, command: &Command) -> Result<Response, Stop> {
        let wants_fci = match command.p2 {
            0x00 => true,
            0x0C => false,
            _ => return Err(StatusWord::INCORRECT_P1_P2.into()),
        };
        let (target, df) = self.find_by_name(&command.data).ok_or(StatusWord::FILE_NOT_FOUND)?;
        match (self.store.card().life_cycle, target) {
            (CardLifeCycle::Terminated, Selected::Instance(_)) => {
                return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
            }
            (CardLifeCycle::CardLocked, Selected::Instance(_))
                if !flawed(Flaw::LockedCardSelectsInstance) =>
            {
                return Err(StatusWord::FUNCTION_NOT_SUPPORTED.into());
            }
            _ => {}
        }
        self.volatile.channel = SecureChannel::default();
        self.volatile.chain = None;
        if self.volatile.selected != target {
            self.volatile.identity = IdentitySession::default();
            self.volatile.selected = target;
        }
        match target {
            Selected::Instance(slot) => {
                let Some(instance) = self.store.instance(slot).copied() else {
                    return Err(StatusWord::FILE_NOT_FOUND.into());
                };
                if !instance.is_operational() {
                    return Ok(Response::status(StatusWord::OK));
                }
                if instance.is_suspended() {
                    return Ok(Response::status(StatusWord::FILE_DEACTIVATED));
                }
                self.volatile.identity.enter(df);
                let aid = if df == Df::Records { RECORDS_AID } else { instance.aid };
                Ok(Response::ok(if wants_fci { fci(&aid, &[]) } else { Vec::new() }))
            }
            Selected::IssuerDomain | Selected::Nothing => {
                let data = if wants_fci { self.issuer_domain_fci() } else { Vec::new() };
                let locked = self.store.card().life_cycle == CardLifeCycle::CardLocked;
                let status = if locked { StatusWord::FILE_DEACTIVATED } else { StatusWord::OK };
                Ok(Response { data, status })
            }
        }
    }

    /// The application, and for an instance which of its dedicated files (FILE-02, REC-01).
    fn find_by_name(&self, name: &[u8]) -> Option<(Selected, Df)> {
        if !name.is_empty() && name.len() < 5 && !flawed(Flaw::ShortNameSelects) {
            return None;
        }
        if issuer_domain::AID.starts_with(name) {
            if self.issuer_domain_is_reachable() {
                return Some((Selected::IssuerDomain, Df::Master));
            }
            if name.is_empty() {
                return None;
            }
        }
        let mut instances = self.store.instances();
        if let Some((slot, _)) = instances.find(|(_, instance)| instance.aid.starts_with(name)) {
            return Some((Selected::Instance(slot), Df::Lds));
        }
        let slot = (name == RECORDS_AID.as_bytes()).then(|| self.instance_with_records()).flatten()?;
        Some((Selected::Instance(slot), Df::Records))
    }

    /// CM-15.
    pub(crate) fn issuer_domain_is_reachable(&self) -> bool {
        self.silicon.interface == Interface::Contact
            || !self.has_operational_instance()
            || flawed(Flaw::CardManagerOnContactless)
    }

    /// CHIP-07, CM-15.
    pub(crate) fn has_operational_instance(&self) -> bool {
        self.store.instances().any(|(_, instance)| instance.is_operational())
    }

    /// Command chaining: none while parts are still to come.
    ///
    /// GENERAL AUTHENTICATE is not collected: there the chaining bit says that the protocol goes on (9303-11, 4.4.4.2).
    pub(crate) fn collect(
        &mut self,
        mut command: Command,
        protected: bool,
    ) -> Result<Option<Command>, StatusWord> {
        let [cla, ins, p1, p2] = command.header();
        let header = [cla & !0x10, ins, p1, p2];
        let chain = self.volatile.chain.take();
        if command.ins == Ins::GENERAL_AUTHENTICATE {
            return match chain {
                None => Ok(Some(command)),
                Some(_) => Err(StatusWord::LAST_COMMAND_EXPECTED),
            };
        }
        let mut data = match chain {
            Some(chain) if chain.protected != protected => {
                return Err(StatusWord::LAST_COMMAND_EXPECTED);
            }
            Some(chain) if chain.header == header || flawed(Flaw::ChainHeaderUnchecked) => chain.data,
            Some(_) => return Err(StatusWord::LAST_COMMAND_EXPECTED),
            None => Zeroizing::default(),
        };
        data.extend_from_slice(&command.data);
        if data.len() > budget::DATA_FIELD {
            return Err(StatusWord::WRONG_LENGTH);
        }
        if command.is_chained() {
            self.volatile.chain = Some(Chain { header, protected, data });
            return Ok(None);
        }
        command.data = std::mem::take(&mut *data);
        Ok(Some(command))
    }
}

/// `6F { 84 AID [A5] }`.
pub(crate) fn fci(aid: &Aid, proprietary: &[u8]) -> Vec<u8> {
    let mut out = Writer::new();
    out.nest(Tag(0x6F), |fci| {
        fci.put(Tag(0x84), aid.as_bytes());
        if !proprietary.is_empty() {
            fci.put(Tag(0xA5), proprietary);
        }
    });
    out.into_bytes()
}

/// `00 A4 04`.
pub(crate) fn is_select_by_name(command: &Command) -> bool {
    command.cla == 0x00 && command.ins == Ins::SELECT && command.p1 == 0x04
}

/// What a response data field may have: Ne, or everything when there is no Le.
pub(crate) fn cut_to_le(data: Vec<u8>, command: &Command) -> Result<Vec<u8>, StatusWord> {
    use chipwright_iso7816::Le;
    match command.le {
        Some(Le::Exact(ne)) if (ne as usize) < data.len() && !flawed(Flaw::WrongLeIgnored) => {
            match u8::try_from(data.len()) {
                Ok(exact) => Err(StatusWord::from_bytes(0x6C, exact)),
                Err(_) => Err(StatusWord::WRONG_LENGTH),
            }
        }
        _ => Ok(data),
    }
}
