//! What a block would do.

use super::key_pair::{Chip, KeyPairs, MadePair};
use super::manifest::{Held, agrees, agrees_with_update, digest, report};
use super::stream::{Open, Value, complete_header};
use super::{Content, Stream, Update};
use crate::flaw::{Flaw, flawed};
use crate::memory::{Allocation, Area};
use crate::store::{Body, INLINE, Object, RECORD_OVERHEAD, Store};
use crate::tables::{ApplicationState, CVCA, Dgi, DgiKind};
use crate::terminal_authentication::can_be_first;
use chipwright_iso7816::StatusWord;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Made without touching the memory.
pub(super) struct Plan<'a> {
    pub(super) store: &'a Store,
    pub(super) allocation: Allocation,
    /// Objects without key pairs.
    pub(super) held: Held,
    pub(super) free_slots: Vec<usize>,
    key_pairs: KeyPairs<'a>,
    /// The update of an OPERATIONAL instance (LIFE-05).
    pub(super) update: Option<Update>,
    /// The stream after the block.
    pub(super) stream: Stream,
    pub(super) effects: Effects,
}

/// What the block does when it is accepted.
#[derive(Default)]
pub(super) struct Effects {
    /// Directory slots of values that are being replaced.
    pub(super) removed: Vec<usize>,
    /// Whether pages of such values are written again, so that the entries must go first.
    pub(super) removed_first: bool,
    pub(super) pages: Vec<(usize, Vec<u8>)>,
    /// Complete objects and their directory slots.
    pub(super) complete: Vec<(usize, Object)>,
    pub(super) key_pairs: Vec<MadePair>,
    pub(super) answer: Option<Vec<u8>>,
    pub(super) finalise: bool,
    /// The update becomes current.
    pub(super) commit: bool,
}

impl Effects {
    /// Whether the stream ends here (PERSO-16).
    pub(super) const fn end_the_stream(&self) -> bool {
        self.finalise || self.commit
    }
}

impl<'a> Plan<'a> {
    /// `update` where the instance is OPERATIONAL.
    pub(super) fn new(store: &'a Store, stream: &Stream, update: Option<Update>, chip: Chip<'a>) -> Self {
        let stream = stream.clone();
        let mut allocation = store.allocation();
        let mut held: Held =
            store.objects(stream.instance()).map(|(_, o)| (o.dgi, (o.length, o.hash))).collect();
        for staged in update.iter().flat_map(Update::staged) {
            held.insert(staged.dgi, (staged.length, staged.hash));
            if let Body::Pages(extents) = &staged.body {
                allocation.take(extents);
            }
        }
        if let Some(Open { value: Value::Pages(content), .. }) = &stream.open {
            allocation.take(&content.extents());
        }
        let free_slots = store.free_object_slots();
        let key_pairs = KeyPairs::new(store, stream.instance(), chip);
        let effects = Effects::default();
        Self { store, allocation, held, free_slots, key_pairs, update, stream, effects }
    }

    /// The stream after the block, what the block does, and the update.
    pub(super) fn finish(mut self) -> (Stream, Effects, Option<Update>) {
        self.effects.key_pairs = self.key_pairs.into_made();
        (self.stream, self.effects, self.update)
    }

    /// Reads the block's part of the stream.
    pub(super) fn run(&mut self, mut data: &[u8]) -> Result<(), StatusWord> {
        while let Some((first, rest)) = data.split_first() {
            if self.effects.end_the_stream() {
                return Err(StatusWord::INCORRECT_DATA);
            }
            if let Some(open) = self.stream.open.take() {
                data = self.fill(open, data)?;
                continue;
            }
            self.stream.header.push(*first);
            data = rest;
            if let Some((id, length)) = complete_header(&self.stream.header) {
                self.stream.header.clear();
                self.stream.open = Some(self.announce(id, length)?);
            }
        }
        Ok(())
    }

    /// PERSO-05, CHIP-02, PERSO-14: memory is looked at before the limits of the table.
    fn announce(&mut self, id: u16, length: u16) -> Result<Open, StatusWord> {
        let dgi = Dgi::find(id).ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        self.check_phase(dgi)?;
        let area = match dgi.kind {
            DgiKind::Portrait => Some(Area::Portrait),
            DgiKind::File if self.update.is_some() => Some(Area::UpdateSlot),
            DgiKind::File => Some(Area::Files),
            DgiKind::Record => Some(Area::Records),
            DgiKind::Report | DgiKind::CommitUpdate | DgiKind::Finalise => None,
            DgiKind::GenerateKeyPair | DgiKind::PublicKey => {
                self.key_pairs.may_be_told()?;
                None
            }
            DgiKind::Key => return Err(StatusWord::REFERENCED_DATA_NOT_FOUND),
        };
        if let Some(area) = area
            && usize::from(length) > area.span().1
        {
            return Err(StatusWord::NOT_ENOUGH_MEMORY);
        }
        if !(dgi.least..=dgi.most).contains(&length) && !flawed(Flaw::LengthUnchecked) {
            return Err(StatusWord::INCORRECT_DATA);
        }
        let value = match area {
            Some(_) if self.update.is_some() => self.make_room_for_update(id, length)?,
            Some(area) => self.make_room(area, id, length)?,
            None => Value::Whole(Zeroizing::new(Vec::new())),
        };
        Ok(Open { dgi, length, hash: Sha256::new(), value })
    }

    /// Forgets a former value and finds pages for the new one; the former value's own pages only if there are no others.
    fn make_room(&mut self, area: Area, id: u16, length: u16) -> Result<Value, StatusWord> {
        self.held.remove(&id);
        let mut former = None;
        if let Some(at) = self.effects.complete.iter().position(|(_, object)| object.dgi == id) {
            // Stored twice in one block: the first never reaches the directory.
            let (slot, object) = self.effects.complete.remove(at);
            if let Body::Pages(extents) = &object.body {
                self.allocation.release(extents);
            }
            self.free_slots.push(slot);
        } else if let Some((slot, object)) = self.store.object(self.stream.instance(), id)
            && !self.effects.removed.contains(&slot)
        {
            self.effects.removed.push(slot);
            self.free_slots.push(slot);
            former = Some(object);
        }
        if self.free_slots.is_empty() {
            return Err(StatusWord::NOT_ENOUGH_MEMORY);
        }
        let mut room = usize::from(length);
        if area == Area::Records {
            // REC-05, REC-06: it takes what an appended record of its length takes.
            if self.store.records_belong_to_another(self.stream.instance()) {
                return Err(StatusWord::NOT_ENOUGH_MEMORY);
            }
            room += RECORD_OVERHEAD;
        } else if room <= INLINE {
            return Ok(Value::Whole(Zeroizing::new(Vec::new())));
        }
        let extents = self.allocation.allocate(area, room).or_else(|| {
            let Body::Pages(old) = &former?.body else { return None };
            self.allocation.release(old);
            self.effects.removed_first = true;
            self.allocation.allocate(area, room)
        });
        let extents = extents.ok_or(StatusWord::NOT_ENOUGH_MEMORY)?;
        let page = self.store.memory().page_size().bytes();
        Ok(Value::Pages(Content::new(extents, usize::from(length), page)))
    }

    /// Gives the open object what it lacks; returns the rest of the data.
    fn fill<'d>(&mut self, mut open: Open, data: &'d [u8]) -> Result<&'d [u8], StatusWord> {
        let missing = match &open.value {
            Value::Whole(value) => usize::from(open.length) - value.len(),
            Value::Pages(content) => content.missing(),
        };
        let (mine, rest) = data.split_at(missing.min(data.len()));
        open.hash.update(mine);
        match &mut open.value {
            Value::Whole(value) => value.extend_from_slice(mine),
            Value::Pages(content) => self.effects.pages.extend(content.push(mine)),
        }
        if mine.len() == missing {
            self.complete(open)?;
        } else {
            self.stream.open = Some(open);
        }
        Ok(rest)
    }

    fn complete(&mut self, open: Open) -> Result<(), StatusWord> {
        let body = match (open.dgi.kind, open.value) {
            (DgiKind::Report, Value::Whole(question)) => {
                let part = report(self.state(), &self.everything_held(), &question)?;
                return self.tell(part);
            }
            (DgiKind::GenerateKeyPair, Value::Whole(value)) => {
                let part = self.key_pairs.generate(&value, &mut self.held)?;
                return self.tell(part);
            }
            (DgiKind::PublicKey, Value::Whole(value)) => {
                let part = self.key_pairs.tell(&value)?;
                return self.tell(part);
            }
            (DgiKind::Finalise, Value::Whole(manifest)) => {
                let trusted = self.value_after(CVCA).is_none_or(|value| can_be_first(&value));
                if !agrees(&self.everything_held(), &manifest) || !trusted && !flawed(Flaw::AnyTrustPoint) {
                    return Err(StatusWord::INCORRECT_DATA);
                }
                self.effects.finalise = true;
                return Ok(());
            }
            (DgiKind::CommitUpdate, Value::Whole(manifest)) => {
                let is_new =
                    |dgi| self.update.iter().flat_map(Update::staged).any(|object| object.dgi == dgi);
                let agrees = agrees_with_update(&self.everything_held(), &manifest, is_new);
                if !agrees && !flawed(Flaw::CommitManifestUnchecked) {
                    return Err(StatusWord::INCORRECT_DATA);
                }
                self.effects.commit = true;
                return Ok(());
            }
            (_, Value::Whole(value)) => Body::Inline(value),
            (_, Value::Pages(content)) => Body::Pages(content.extents()),
        };
        let hash = digest(open.hash);
        let owner = u8::try_from(self.stream.instance()).map_err(|_| StatusWord::NO_PRECISE_DIAGNOSIS)?;
        self.held.insert(open.dgi.id, (open.length, hash));
        let object = Object { owner, dgi: open.dgi.id, length: open.length, hash, body };
        match &mut self.update {
            Some(update) => update.stage(object),
            None => {
                let slot = self.free_slots.pop().ok_or(StatusWord::NOT_ENOUGH_MEMORY)?;
                self.effects.complete.push((slot, object));
            }
        }
        Ok(())
    }

    /// What the card will hold as this DGI after the block.
    fn value_after(&self, id: u16) -> Option<Vec<u8>> {
        let new = self.effects.complete.iter().map(|(_, object)| object).find(|object| object.dgi == id);
        let held = || self.store.object(self.stream.instance(), id).map(|(_, object)| object);
        let object = new.or_else(held)?;
        let extents = match &object.body {
            Body::Inline(value) => return Some(value.to_vec()),
            Body::Pages(extents) => extents,
        };
        let page = |page: usize| {
            let written = self.effects.pages.iter().rev().find(|(at, _)| *at == page);
            written.map_or_else(|| self.store.memory().page(page).to_vec(), |(_, content)| content.clone())
        };
        let mut value: Vec<u8> = extents.pages().flat_map(page).collect();
        value.truncate(usize::from(object.length));
        Some(value)
    }

    /// The answer: one to a block, so that it fits the shortest (PERSO-16).
    fn tell(&mut self, answer: Vec<u8>) -> Result<(), StatusWord> {
        if self.effects.answer.is_some() && !flawed(Flaw::AnswersUnlimited) {
            return Err(StatusWord::INCORRECT_DATA);
        }
        self.effects.answer.get_or_insert_default().extend(answer);
        Ok(())
    }

    /// What may be stored now: LIFE-05, PERSO-10, PERSO-21.
    fn check_phase(&self, dgi: &Dgi) -> Result<(), StatusWord> {
        let allowed = match (&self.update, dgi.kind) {
            (Some(_), DgiKind::Report | DgiKind::CommitUpdate) => true,
            (Some(_), _) => dgi.update || flawed(Flaw::AnythingUpdated),
            (None, kind) => kind != DgiKind::CommitUpdate,
        };
        if allowed { Ok(()) } else { Err(StatusWord::CONDITIONS_NOT_SATISFIED) }
    }

    /// Objects and key pairs (PERSO-22).
    fn everything_held(&self) -> Held {
        let mut held = self.held.clone();
        let owner = self.stream.instance();
        for reference in self.store.key_pairs(owner) {
            if let Some(pair) = self.store.key_pair(owner, reference) {
                held.entry(reference.dgi()).or_insert_with(|| (65, Sha256::digest(pair.public).into()));
            }
        }
        held
    }

    fn state(&self) -> ApplicationState {
        match (&self.update, self.everything_held().is_empty()) {
            (Some(_), _) => ApplicationState::Operational,
            (None, true) => ApplicationState::Empty,
            (None, false) => ApplicationState::Filling,
        }
    }
}
