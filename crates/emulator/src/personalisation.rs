//! STORE DATA to the identity application (chapter 3 of the contract).
//!
//! A block is first planned as a whole, then carried out: pages of content go into free memory, and one transaction
//! changes the directory. A block that is refused has changed nothing, neither in memory nor in the stream (PERSO-15).

mod content;
mod key_pair;
mod manifest;
mod plan;
mod stream;
mod update;

pub(crate) use content::Content;
pub(crate) use stream::Stream;
pub(crate) use update::Update;

use crate::chip::PersonalisationPath;
use crate::flaw::{Flaw, flawed};
use crate::issuer_domain::{Block, Channel, SecureChannel};
use crate::memory::{Changes, PowerLost};
use crate::processor::{Processor, Stop, answer, is_select_by_name};
use crate::store::Instance;
use crate::tables::InstanceLifeCycle;
use chipwright_iso7816::{Command, Ins, Response, StatusWord};
use key_pair::Chip;
use plan::{Effects, Plan};

/// P1 b5–b4 = 01: DGI.
const DGI_FORMAT: u8 = 0x08;
/// P1 b1: a response is expected.
const WITH_RESPONSE: u8 = 0x01;

impl Processor {
    /// One block for the instance that the session is bound to.
    pub(crate) fn store_data(&mut self, channel: &mut Channel, block: &Block) -> Result<Response, Stop> {
        if !channel.protocol.level().has_c_decryption() && !flawed(Flaw::StoreDataInClear) {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
        }
        let stream = channel.stream.as_ref().ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        let owner = stream.instance();
        let instance = self.store.instance(owner).copied().ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        let update = channel.update.as_ref().filter(|update| update.instance() == owner).cloned();
        if instance.is_operational() != update.is_some() {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        let expected = stream.expects(block.number) || flawed(Flaw::BlockNumberUnchecked);
        if block.format & !WITH_RESPONSE != DGI_FORMAT || !expected {
            return Err(StatusWord::INCORRECT_P1_P2.into());
        }
        let chip = Chip {
            identifier: self.silicon.cplc.chip_identifier(),
            r_mac: channel.protocol.level().has_r_mac(),
            rng: &mut *self.rng,
        };
        let mut plan = Plan::new(&self.store, stream, update, chip);
        plan.run(&block.data)?;
        let (mut stream, effects, update) = plan.finish();
        if block.last && stream.is_inside_an_object() {
            return Err(StatusWord::INCORRECT_DATA.into());
        }
        if effects.answer.is_some() && block.format & WITH_RESPONSE == 0 {
            return Err(StatusWord::INCORRECT_P1_P2.into());
        }
        self.carry_out(&effects, owner, instance)?;
        channel.update = match update {
            Some(update) if effects.commit || flawed(Flaw::UpdateVisibleAtOnce) => {
                let changes = update.changes(&self.store).ok_or(StatusWord::NOT_ENOUGH_MEMORY)?;
                self.store.commit(&changes)?;
                (!effects.commit).then(|| Update::new(owner))
            }
            other => other,
        };
        stream.count_block();
        let over = block.last && !flawed(Flaw::AssociationStays) || effects.end_the_stream();
        let through_application = self.silicon.personalisation == PersonalisationPath::ThroughApplication;
        channel.stream = match (over, through_application) {
            (false, _) => Some(stream),
            (true, true) => Some(Stream::new(owner)),
            (true, false) => None,
        };
        Ok(Response::ok(effects.answer.unwrap_or_default()))
    }

    /// Entries whose pages are written again go first; then the pages; then everything else in one transaction.
    fn carry_out(
        &mut self,
        effects: &Effects,
        owner: usize,
        mut instance: Instance,
    ) -> Result<(), PowerLost> {
        let mut changes = Changes::default();
        effects.removed.iter().for_each(|slot| {
            changes.no_object(*slot);
        });
        if effects.removed_first {
            self.store.commit(&changes)?;
        }
        for (page, content) in &effects.pages {
            self.store.memory_mut().write_content(*page, content)?;
        }
        for (slot, object) in &effects.complete {
            changes.object(*slot, object);
        }
        for made in &effects.key_pairs {
            changes.key_pair(made.slot, owner, made.reference, &made.pair);
        }
        if effects.finalise {
            instance.life_cycle = InstanceLifeCycle::Personalized;
            changes.instance(owner, Some(&instance));
        }
        self.store.commit(&changes)
    }

    /// A command to an instance that is not OPERATIONAL (PERSO-11).
    pub(crate) fn before_operational(
        &mut self,
        slot: usize,
        command: &Command,
    ) -> Result<Response, PowerLost> {
        let refused = Response::status(StatusWord::CONDITIONS_NOT_SATISFIED);
        if is_select_by_name(command) {
            return answer(self.select_by_name(command));
        }
        if self.silicon.personalisation != PersonalisationPath::ThroughApplication {
            return Ok(refused);
        }
        let Some(aid) = self.store.instance(slot).map(|instance| instance.aid) else { return Ok(refused) };
        match (command.cla, command.ins) {
            (0x80, Ins::INITIALIZE_UPDATE) => answer(self.initialize_update(command, &aid)),
            (0x84, Ins::EXTERNAL_AUTHENTICATE) => answer(self.external_authenticate(command, Some(slot))),
            (0x80 | 0x84, Ins::STORE_DATA) => self.in_channel(command, |processor, channel, plain| {
                let channel = channel.as_mut().ok_or(StatusWord::SECURITY_STATUS_NOT_SATISFIED)?;
                processor.store_data(channel, &Block::decode(plain)?)
            }),
            (0x84, _) if matches!(self.volatile.channel, SecureChannel::Open(_)) => {
                self.in_channel(command, |_, _, _| Err(StatusWord::CONDITIONS_NOT_SATISFIED.into()))
            }
            _ => Ok(self.unprotected(StatusWord::CONDITIONS_NOT_SATISFIED)),
        }
    }
}
