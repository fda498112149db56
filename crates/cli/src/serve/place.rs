//! The slots and what is in them.

use super::Message;
use super::protocol::{self, Answer, Refusal, Request, SlotContent, SlotReport};
use super::served_card::{PullAt, ServedCard};
use crate::emulator_reader::{self, CardName, EmulatorReader};
use crate::failure::Failure;
use crate::home::Home;
use crate::text::{Text, text};
use chipwright_iso7816::Atr;
use chipwright_reader::vpcd::{Change, Slot, SlotState};
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

/// How long a slot stays empty before the next card comes: the daemon looks a few times a second, and would take the next card for the
/// one before.
const EMPTY_FOR: Duration = Duration::from_millis(500);
/// How long nobody may listen before it is said.
const NOBODY_LISTENS: Duration = Duration::from_secs(1);

/// What the server says.
pub(crate) enum Said {
    /// What is in a slot now: data.
    Content(Text),
    /// Something to know.
    Talk(Text),
}

/// The slots.
pub(crate) struct Places<'a> {
    home: &'a Home,
    places: Vec<Place>,
    tell: &'a mut dyn FnMut(Said),
}

struct Place {
    slot: Slot,
    address: SocketAddr,
    card: Option<CardName>,
    /// Put in as soon as the slot has been empty long enough.
    coming: Option<Coming>,
    empty_since: Instant,
    pull_at: PullAt,
    magazine: Option<Magazine>,
    waiting_since: Option<Instant>,
    told_nobody_listens: bool,
}

struct Coming {
    card: ServedCard,
    atr: Atr,
}

struct Magazine {
    cards: VecDeque<CardName>,
    /// The card before was let go of.
    wants_next: bool,
}

impl<'a> Places<'a> {
    /// So many empty slots, from this port on; their changes go to `owner`.
    pub(crate) fn start(
        home: &'a Home,
        slots: u16,
        port: u16,
        owner: &Sender<Message>,
        tell: &'a mut dyn FnMut(Said),
    ) -> Self {
        let place = |index: u16| {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.saturating_add(index)));
            let slot = Slot::start(address);
            let owner = owner.clone();
            slot.on_change(move |change| {
                let _ended = owner.send(Message::Changed(usize::from(index), change));
            });
            Place {
                slot,
                address,
                card: None,
                coming: None,
                // nothing has been in it
                empty_since: Instant::now().checked_sub(EMPTY_FOR).unwrap_or_else(Instant::now),
                pull_at: PullAt::default(),
                magazine: None,
                waiting_since: None,
                told_nobody_listens: false,
            }
        };
        Self { home, places: (0..slots).map(place).collect(), tell }
    }

    /// Puts a card in.
    pub(crate) fn insert(&mut self, slot: usize, name: &CardName) -> Result<(), Refusal> {
        let slots = self.places.len();
        let place = self.places.get_mut(slot).ok_or(Refusal::NoSuchSlot { slots })?;
        if let Some(card) = &place.card {
            return Err(Refusal::Occupied { card: card.as_str().to_owned() });
        }
        let mut reader =
            EmulatorReader::open(self.home, name).map_err(|failure| Refusal::of_card(&failure))?;
        place.pull_at.set(0);
        let atr = reader.card().atr();
        place.coming = Some(Coming { card: ServedCard::new(reader, place.pull_at.clone()), atr });
        place.card = Some(name.clone());
        (self.tell)(content(slot, place));
        self.move_on(slot);
        Ok(())
    }

    /// Puts these cards into the slot, one after the other.
    pub(crate) fn load(&mut self, slot: usize, cards: Vec<CardName>) -> Result<(), Refusal> {
        let slots = self.places.len();
        let place = self.places.get_mut(slot).ok_or(Refusal::NoSuchSlot { slots })?;
        place.magazine = Some(Magazine { cards: cards.into(), wants_next: place.card.is_none() });
        self.move_on(slot);
        Ok(())
    }

    /// Does what is asked.
    pub(crate) fn answer(&mut self, request: Request) -> Answer {
        let done = match request {
            Request::Slots => {
                return Answer::Slots(
                    self.places.iter().enumerate().map(|(n, place)| place.report(n)).collect(),
                );
            }
            Request::Insert { name, slot } => match protocol::card_name(&name) {
                Some(name) => self.insert(slot, &name),
                None => Err(Refusal::NotUnderstood),
            },
            Request::Pull { slot, after_apdus } => self.pull(slot, after_apdus),
        };
        done.map_or_else(Answer::Refused, |()| Answer::Done)
    }

    fn pull(&mut self, slot: usize, after_apdus: Option<u64>) -> Result<(), Refusal> {
        let slots = self.places.len();
        let place = self.places.get_mut(slot).ok_or(Refusal::NoSuchSlot { slots })?;
        if place.card.is_none() {
            return Err(Refusal::Empty);
        }
        match after_apdus {
            Some(n) => place.pull_at.set(n),
            None => self.take_out(slot),
        }
        Ok(())
    }

    fn take_out(&mut self, slot: usize) {
        let place = &mut self.places[slot];
        place.coming = None;
        drop(place.slot.pull());
        if place.card.take().is_some() {
            place.empty_since = Instant::now();
            (self.tell)(content(slot, place));
        }
    }

    /// A change in a slot.
    pub(crate) fn hear(&mut self, slot: usize, change: &Change) {
        let Some(place) = self.places.get_mut(slot) else { return };
        match change {
            Change::Connected => {
                place.waiting_since = None;
                if std::mem::take(&mut place.told_nobody_listens) {
                    let words = text!("slot {slot}: pcscd is there", "khe {slot}: đã có pcscd");
                    (self.tell)(Said::Talk(words));
                }
            }
            Change::LetGo { .. } => {
                // the host may have come back to the card meanwhile, and will let go of it once more
                let powered = matches!(place.slot.state(), SlotState::Powered { .. });
                if let (Some(magazine), false) = (&mut place.magazine, powered) {
                    magazine.wants_next = true;
                    self.take_out(slot);
                }
            }
            Change::Left(cause) => {
                let name = place.card.as_ref().map_or("?", CardName::as_str);
                let words = text!(
                    "slot {slot}: {name} fell out ({cause}); `chipwright emulator insert {name} --slot {slot}` puts it back",
                    "khe {slot}: {name} bị rơi ra ({cause}); `chipwright emulator insert {name} --slot {slot}` đưa vào lại"
                );
                (self.tell)(Said::Talk(words));
                self.take_out(slot);
            }
            _ => {}
        }
    }

    /// What time brings: cards that were to come, and complaints.
    pub(crate) fn tick(&mut self) {
        for slot in 0..self.places.len() {
            self.move_on(slot);
            let place = &mut self.places[slot];
            if !matches!(place.slot.state(), SlotState::Waiting { .. }) {
                continue;
            }
            let since = *place.waiting_since.get_or_insert_with(Instant::now);
            if !place.told_nobody_listens && since.elapsed() > NOBODY_LISTENS {
                place.told_nobody_listens = true;
                let address = place.address;
                (self.tell)(Said::Talk(text!(
                    "slot {slot}: nothing listens on {address}: pcscd is not running, or its vpcd driver is missing (packages pcscd and vsmartcard-vpcd); trying on",
                    "khe {slot}: không có gì lắng nghe ở {address}: pcscd chưa chạy, hoặc thiếu trình điều khiển vpcd (gói pcscd và vsmartcard-vpcd); vẫn tiếp tục thử"
                )));
            }
        }
    }

    /// Puts in what is to come, when the slot has been empty long enough.
    fn move_on(&mut self, slot: usize) {
        let place = &mut self.places[slot];
        if place.empty_since.elapsed() < EMPTY_FOR {
            return;
        }
        if let Some(Coming { card, atr }) = place.coming.take() {
            place.waiting_since = None;
            place.slot.insert(Box::new(card), Some(atr));
            return;
        }
        if place.card.is_some() {
            return;
        }
        let Some(magazine) = place.magazine.as_mut().filter(|magazine| magazine.wants_next) else { return };
        magazine.wants_next = false;
        let Some(name) = magazine.cards.pop_front() else {
            let words = text!("slot {slot}: the magazine is empty", "khe {slot}: hộp thẻ đã hết");
            return (self.tell)(Said::Talk(words));
        };
        if let Err(refusal) = self.insert(slot, &name) {
            // a card that cannot be put in is passed over
            if let Some(magazine) = &mut self.places[slot].magazine {
                magazine.wants_next = true;
            }
            let (what, next) = refusal.into_failure(slot).told();
            (self.tell)(Said::Talk(Text {
                en: format!("slot {slot}: {}. {}", what.en, next.en),
                vi: format!("khe {slot}: {}. {}", what.vi, next.vi),
            }));
        }
    }
}

impl Place {
    fn report(&self, slot: usize) -> SlotReport {
        let (state, apdus) = match self.slot.state() {
            SlotState::Powered { apdus } => (SlotContent::Powered, apdus),
            SlotState::Unpowered { apdus } => (SlotContent::Unpowered, apdus),
            SlotState::Waiting { apdus } => (SlotContent::NoDaemon, apdus),
            _ if self.coming.is_some() => (SlotContent::Coming, 0),
            _ => (SlotContent::Empty, 0),
        };
        SlotReport {
            slot,
            address: self.address.to_string(),
            state,
            card: self.card.as_ref().map(|name| name.as_str().to_owned()),
            apdus,
            magazine: self.magazine.as_ref().map_or(0, |magazine| magazine.cards.len()),
        }
    }
}

fn content(slot: usize, place: &Place) -> Said {
    let address = place.address;
    Said::Content(match &place.card {
        Some(name) => {
            let name = name.as_str();
            text!("slot {slot} ({address}): {name}", "khe {slot} ({address}): {name}")
        }
        None => text!("slot {slot} ({address}): empty", "khe {slot} ({address}): trống"),
    })
}

/// The cards of a home that a pattern means, by name.
pub(crate) fn meant(home: &Home, pattern: &super::Pattern) -> Result<Vec<CardName>, Failure> {
    let mut names = emulator_reader::names(home)?;
    names.retain(|name| pattern.matches(name));
    Ok(names)
}
