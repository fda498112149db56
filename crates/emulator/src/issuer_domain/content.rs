//! INSTALL and DELETE (CM-12, CM-14, PERSO-01).

use super::command::Install;
use super::{AID, Channel, LOAD_FILE, MODULE};
use crate::chip::PersonalisationPath;
use crate::flaw::{Flaw, flawed};
use crate::identity::RECORDS_AID;
use crate::memory::Changes;
use crate::personalisation::{Stream, Update};
use crate::processor::{Processor, Stop};
use crate::store::{Instance, Tries};
use crate::tables::InstanceLifeCycle;
use chipwright_iso7816::{Aid, Response, StatusWord};

impl Processor {
    /// INSTALL [for install and make selectable].
    pub(super) fn install(&mut self, install: &Install) -> Result<Response, Stop> {
        let (load_file, _) = self
            .store
            .load_files()
            .find(|(_, file)| file.aid == install.load_file)
            .ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        if install.load_file != LOAD_FILE || install.module != MODULE {
            return Err(StatusWord::REFERENCED_DATA_NOT_FOUND.into());
        }
        if self.is_registered(&install.instance) {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        let [first, second, third] = install.privileges;
        if first & !Instance::DEFAULT_SELECTED != 0 || second != 0 || third != 0 {
            return Err(StatusWord::INCORRECT_DATA.into());
        }
        let taken = self.store.instances().any(|(_, instance)| instance.is_default_selected());
        if first & Instance::DEFAULT_SELECTED != 0 && taken {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        let slot = self.store.free_instance_slot().ok_or(StatusWord::NOT_ENOUGH_MEMORY)?;
        let instance = Instance {
            aid: install.instance,
            privileges: install.privileges,
            life_cycle: InstanceLifeCycle::Selectable,
            #[allow(clippy::cast_possible_truncation)] // one of 4 slots
            load_file: load_file as u8,
            record_pages: 0,
        };
        self.store
            .commit(Changes::default().instance(slot, Some(&instance)).tries(slot, Tries::default()))?;
        Ok(Response::ok(vec![0x00]))
    }

    /// INSTALL [for personalization].
    pub(super) fn install_for_personalization(
        &self,
        channel: &mut Channel,
        instance: &Aid,
    ) -> Result<Response, Stop> {
        let (slot, found) = self
            .store
            .instances()
            .find(|(_, found)| found.aid == *instance)
            .ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        // What this session has stored for an OPERATIONAL instance stays until it turns to another (LIFE-06).
        let before = channel.update.take().filter(|update| update.instance() == slot);
        if found.is_operational() {
            if !channel.protocol.level().has_c_decryption() {
                return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
            }
            channel.update = Some(before.unwrap_or_else(|| Update::new(slot)));
        } else if self.silicon.personalisation == PersonalisationPath::ThroughApplication {
            return Err(StatusWord::INCORRECT_P1_P2.into());
        }
        channel.stream = Some(Stream::new(slot));
        Ok(Response::ok(vec![0x00]))
    }

    pub(super) fn delete(
        &mut self,
        channel: &mut Channel,
        aid: &Aid,
        related: bool,
    ) -> Result<Response, Stop> {
        if *aid == AID {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        let mut changes = Changes::default();
        let mut gone = Vec::new();
        if let Some((slot, _)) = self.store.instances().find(|(_, instance)| instance.aid == *aid) {
            gone.push(slot);
        } else if let Some((file, _)) = self.store.load_files().find(|(_, file)| file.aid == *aid) {
            let users =
                self.store.instances().filter(|(_, instance)| usize::from(instance.load_file) == file);
            gone.extend(users.map(|(slot, _)| slot));
            if !gone.is_empty() && !related {
                return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
            }
            changes.load_file(file, None);
        } else {
            return Err(StatusWord::REFERENCED_DATA_NOT_FOUND.into());
        }
        let operational = |slot: &usize| self.store.instance(*slot).is_some_and(Instance::is_operational);
        if gone.iter().any(operational) && !flawed(Flaw::OperationalInstanceDeleted) {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        for slot in &gone {
            changes.instance(*slot, None).tries(*slot, Tries::default());
            self.store.objects(*slot).for_each(|(object, _)| {
                changes.no_object(object);
            });
            self.store.forget_keys_of(*slot, &mut changes);
        }
        self.store.commit(&changes)?;
        if channel.stream.as_ref().is_some_and(|stream| gone.contains(&stream.instance())) {
            channel.stream = None;
        }
        Ok(Response::ok(vec![0x00]))
    }

    /// Whether the registry has this AID for anything.
    pub(super) fn is_registered(&self, aid: &Aid) -> bool {
        *aid == AID
            || aid.starts_with(RECORDS_AID.as_bytes())
            || self.store.instances().any(|(_, instance)| instance.aid == *aid)
            || self.store.load_files().any(|(_, file)| file.aid == *aid)
    }
}
