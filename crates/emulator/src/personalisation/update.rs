//! An update of an OPERATIONAL instance (LIFE-05 to LIFE-08).
//!
//! New values lie in pages that nothing in the directory points at; what is known of them is volatile. COMMIT UPDATE
//! changes the directory in one transaction. Either half of the 16 kB of files and update slot may hold what is current:
//! that is why each is looked for in both, and counted.

use super::Content;
use super::plan::Plan;
use super::stream::Value;
use crate::flaw::{Flaw, flawed};
use crate::memory::{Area, Changes};
use crate::store::{Body, INLINE, Object, Store};
use crate::tables::{Dgi, DgiKind, PIN, PUK, budget};
use chipwright_iso7816::StatusWord;
use zeroize::Zeroizing;

/// What is stored and not current yet. The end of the session drops it.
#[derive(Clone)]
pub(crate) struct Update {
    instance: usize,
    staged: Vec<Object>,
}

impl Update {
    /// Of the instance in this slot; nothing is stored.
    pub(crate) const fn new(instance: usize) -> Self {
        Self { instance, staged: Vec::new() }
    }

    /// The slot of the instance.
    pub(crate) const fn instance(&self) -> usize {
        self.instance
    }

    pub(super) fn staged(&self) -> impl Iterator<Item = &Object> {
        self.staged.iter()
    }

    pub(super) fn stage(&mut self, object: Object) {
        self.staged.push(object);
    }

    /// Everything that becomes current; none where the directory has no room.
    pub(super) fn changes(&self, store: &Store) -> Option<Changes> {
        let mut changes = Changes::default();
        let mut free = store.free_object_slots().into_iter();
        let mut tries = store.tries(self.instance);
        for object in &self.staged {
            let slot = match store.object(self.instance, object.dgi) {
                Some((slot, _)) => slot,
                None => free.next()?,
            };
            changes.object(slot, object);
            // LIFE-08
            match object.dgi {
                _ if flawed(Flaw::UpdateKeepsTries) => {}
                PIN => tries.pin = 0,
                PUK => (tries.puk, tries.puk_uses) = (0, 0),
                _ => {}
            }
        }
        changes.tries(self.instance, tries);
        Some(changes)
    }
}

impl Plan<'_> {
    /// Forgets a value that this update stored before and finds room for the new one (LIFE-07).
    pub(super) fn make_room_for_update(&mut self, id: u16, length: u16) -> Result<Value, StatusWord> {
        let Some(update) = &mut self.update else { return Err(StatusWord::CONDITIONS_NOT_SATISFIED) };
        self.held.remove(&id);
        if let Some(at) = update.staged.iter().position(|object| object.dgi == id)
            && let Body::Pages(extents) = &update.staged.remove(at).body
        {
            self.allocation.release(extents);
        }
        let is_new = |dgi: u16| self.store.object(update.instance, dgi).is_none();
        let new =
            update.staged.iter().map(|object| object.dgi).chain([id]).filter(|dgi| is_new(*dgi)).count();
        if new > self.free_slots.len() {
            return Err(StatusWord::NOT_ENOUGH_MEMORY);
        }
        let length = usize::from(length);
        if length <= INLINE {
            return Ok(Value::Whole(Zeroizing::new(Vec::new())));
        }
        let page = self.store.memory().page_size();
        let stored = update.staged.iter().map(pages).sum::<usize>() + length.div_ceil(page.bytes());
        let replaced = |dgi: u16| dgi == id || update.staged.iter().any(|object| object.dgi == dgi);
        let stays = self.store.all_objects().filter(|object| {
            let mine = usize::from(object.owner) == update.instance;
            is_file(object.dgi) && !(mine && replaced(object.dgi))
        });
        let fits = |pages: usize, bytes: usize| pages * page.bytes() <= bytes;
        if !fits(stored, budget::UPDATE_SLOT)
            || !fits(stays.map(pages).sum::<usize>() + stored, budget::FILES)
        {
            return Err(StatusWord::NOT_ENOUGH_MEMORY);
        }
        let extents = self.allocation.allocate(Area::FileSlots, length);
        let extents = extents.ok_or(StatusWord::NOT_ENOUGH_MEMORY)?;
        Ok(Value::Pages(Content::new(extents, length, page.bytes())))
    }
}

fn is_file(dgi: u16) -> bool {
    Dgi::find(dgi).is_some_and(|dgi| dgi.kind == DgiKind::File)
}

fn pages(object: &Object) -> usize {
    match &object.body {
        Body::Inline(_) => 0,
        Body::Pages(extents) => extents.len(),
    }
}
