//! GET STATUS and SET STATUS (CM-10, CM-11).

use super::command::{GetStatus, Subset};
use super::{AID, Channel, LOAD_FILE, MODULE};
use crate::flaw::{Flaw, flawed};
use crate::memory::Changes;
use crate::processor::{Processor, Stop};
use crate::tables::{CardLifeCycle, InstanceLifeCycle};
use chipwright_iso7816::tlv::Writer;
use chipwright_iso7816::{Aid, Le, Response, StatusWord, Tag};

const ENTRY: Tag = Tag(0xE3);
const NAME: Tag = Tag(0x4F);
const LIFE_CYCLE: Tag = Tag(0x9F70);
const PRIVILEGES: Tag = Tag(0xC5);
const MODULE_NAME: Tag = Tag(0x84);
/// Security domain, card lock, card terminate; authorized management, global delete, global registry.
const ISSUER_PRIVILEGES: [u8; 3] = [0x98, 0x54, 0x00];
/// Life cycle LOADED of a load file.
const LOADED: u8 = 0x01;
/// What a short response holds beside R-MAC and padding.
const MOST_SHORT: usize = 223;

/// What GET STATUS has shown of a list of which more follows.
pub(crate) struct Shown {
    subset: Subset,
    criterion: Vec<u8>,
    count: usize,
}

impl Shown {
    /// Whether [next] asks for the same list.
    fn belongs_to(&self, get: &GetStatus) -> bool {
        (self.subset, &self.criterion) == (get.subset, &get.criterion)
    }
}

impl Processor {
    /// `E3 { 4F AID, 9F70 life cycle, C5 privileges, 84 module }` for each match, as many as fit.
    pub(super) fn get_status(&self, channel: &mut Channel, get: GetStatus) -> Result<Response, Stop> {
        let most = match get.le {
            Some(Le::Exact(ne)) => (ne as usize).min(MOST_SHORT),
            Some(Le::Max) | None => MOST_SHORT,
        };
        let entries: Vec<Vec<u8>> = self.status_entries(&get);
        let before = channel.shown.take().filter(|shown| shown.belongs_to(&get));
        let first = match (get.next, before) {
            (false, _) => 0,
            (true, Some(shown)) => shown.count,
            (true, None) => entries.len(),
        };
        let mut data = Vec::new();
        let mut taken = first;
        for entry in entries.iter().skip(first) {
            if data.len() + entry.len() > most {
                break;
            }
            data.extend_from_slice(entry);
            taken += 1;
        }
        if entries.len() <= first {
            return Err(StatusWord::REFERENCED_DATA_NOT_FOUND.into());
        }
        if taken == first {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        let more = taken < entries.len();
        channel.shown = more.then_some(Shown { subset: get.subset, criterion: get.criterion, count: taken });
        let status = if more { StatusWord::MORE_DATA_AVAILABLE } else { StatusWord::OK };
        Ok(Response { data, status })
    }

    fn status_entries(&self, get: &GetStatus) -> Vec<Vec<u8>> {
        let matches = |aid: &Aid| aid.starts_with(&get.criterion);
        match get.subset {
            Subset::IssuerDomain => {
                let state = self.store.card().life_cycle as u8;
                matches(&AID).then(|| entry(&AID, state, Some(ISSUER_PRIVILEGES), None)).into_iter().collect()
            }
            Subset::Applications => self
                .store
                .instances()
                .filter(|(_, instance)| matches(&instance.aid))
                .map(|(_, i)| entry(&i.aid, i.life_cycle as u8, Some(i.privileges), None))
                .collect(),
            Subset::LoadFiles | Subset::LoadFilesAndModules => self
                .store
                .load_files()
                .filter(|(_, file)| matches(&file.aid))
                .map(|(_, file)| {
                    let shown = get.subset == Subset::LoadFilesAndModules && file.aid == LOAD_FILE;
                    entry(&file.aid, LOADED, None, shown.then_some(&MODULE))
                })
                .collect(),
        }
    }

    pub(super) fn set_status(&mut self, next: CardLifeCycle) -> Result<Response, Stop> {
        let mut card = self.store.card().clone();
        if !card.life_cycle.may_become(next) && !flawed(Flaw::LifeCycleUnchecked) {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        card.life_cycle = next;
        self.store.commit(Changes::default().card(&card))?;
        Ok(Response::status(StatusWord::OK))
    }

    /// Suspends or resumes an OPERATIONAL instance (LIFE-01).
    pub(super) fn set_instance_status(&mut self, aid: &Aid, suspended: bool) -> Result<Response, Stop> {
        let (slot, mut instance) = self
            .store
            .instances()
            .find(|(_, instance)| instance.aid == *aid)
            .map(|(slot, instance)| (slot, *instance))
            .ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        if !instance.is_operational() && !flawed(Flaw::SuspendedBeforeOperational) {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        instance.life_cycle =
            if suspended { InstanceLifeCycle::Locked } else { InstanceLifeCycle::Personalized };
        self.store.commit(Changes::default().instance(slot, Some(&instance)))?;
        Ok(Response::status(StatusWord::OK))
    }
}

fn entry(aid: &Aid, life_cycle: u8, privileges: Option<[u8; 3]>, module: Option<&Aid>) -> Vec<u8> {
    let mut out = Writer::new();
    out.nest(ENTRY, |entry| {
        entry.put(NAME, aid.as_bytes()).put(LIFE_CYCLE, &[life_cycle]);
        if let Some(privileges) = privileges {
            entry.put(PRIVILEGES, &privileges);
        }
        if let Some(module) = module {
            entry.put(MODULE_NAME, module.as_bytes());
        }
    });
    out.into_bytes()
}
