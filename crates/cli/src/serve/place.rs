//! The slots and what is in them.

use super::Message;
use super::listener;
use super::protocol::{self, Answer, Refusal, Request, SlotContent, SlotReport};
use super::served_card::{PullAt, ServedCard};
use crate::emulator_reader::{self, CardName, EmulatorReader};
use crate::failure::Failure;
use crate::home::Home;
use crate::text::{Text, text};
use crate::vietnamese;
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
/// How often it is looked whether somebody listens.
const LOOK: Duration = Duration::from_millis(500);

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
    looked: Option<Instant>,
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
    daemon: Daemon,
}

struct Coming {
    card: ServedCard,
    atr: Atr,
}

/// The daemon behind a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Daemon {
    There,
    Sought { since: Instant, told: bool },
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
        let since = Instant::now();
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
                daemon: Daemon::Sought { since, told: false },
            }
        };
        Self { home, places: (0..slots).map(place).collect(), looked: None, tell }
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
            None => {
                if let Some(magazine) = &mut place.magazine {
                    magazine.wants_next = true;
                }
                self.take_out(slot);
            }
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
                let cause = vietnamese::text(cause.to_string());
                let (en, vi) = (cause.en, cause.vi);
                let words = Text {
                    en: format!(
                        "slot {slot}: {name} fell out ({en}); `chipwright emulator insert {name} --slot {slot}` puts it back"
                    ),
                    vi: format!(
                        "khe {slot}: {name} bị rơi ra ({vi}); `chipwright emulator insert {name} --slot {slot}` đưa vào lại"
                    ),
                };
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
        }
        self.seek_daemon();
    }

    /// Says once for all slots that nobody listens, and once that somebody does again.
    fn seek_daemon(&mut self) {
        if self.looked.is_some_and(|looked| looked.elapsed() < LOOK) {
            return;
        }
        self.looked = Some(Instant::now());
        let (mut missed, mut found) = (Vec::new(), Vec::new());
        for place in &mut self.places {
            let is_there = match (place.slot.state(), place.daemon) {
                (SlotState::Waiting { .. }, _) => Some(false),
                (SlotState::Empty, Daemon::Sought { .. }) => listener::is_there(place.address),
                (SlotState::Empty, _) => None,
                _ => Some(true),
            };
            match (is_there, place.daemon) {
                (Some(true), Daemon::Sought { told, .. }) => {
                    place.daemon = Daemon::There;
                    found.extend(told.then(|| place.address.to_string()));
                }
                (Some(false), Daemon::There) => {
                    place.daemon = Daemon::Sought { since: Instant::now(), told: false };
                }
                (Some(false), Daemon::Sought { since, told: false }) if since.elapsed() > NOBODY_LISTENS => {
                    place.daemon = Daemon::Sought { since, told: true };
                    missed.push(place.address.to_string());
                }
                _ => {}
            }
        }
        if !missed.is_empty() {
            let addresses = missed.join(", ");
            (self.tell)(Said::Talk(text!(
                "nothing listens on {addresses}: pcscd is not running, or its vpcd driver is missing (packages pcscd and vsmartcard-vpcd); trying on",
                "không có gì lắng nghe ở {addresses}: pcscd chưa chạy, hoặc thiếu trình điều khiển vpcd (gói pcscd và vsmartcard-vpcd); vẫn tiếp tục thử"
            )));
        }
        if !found.is_empty() {
            let addresses = found.join(", ");
            (self.tell)(Said::Talk(text!(
                "pcscd listens on {addresses} now",
                "pcscd đã lắng nghe ở {addresses}"
            )));
        }
    }

    /// Puts in what is to come, when the slot has been empty long enough.
    fn move_on(&mut self, slot: usize) {
        let place = &mut self.places[slot];
        if place.empty_since.elapsed() < EMPTY_FOR {
            return;
        }
        if let Some(Coming { card, atr }) = place.coming.take() {
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
