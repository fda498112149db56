//! What the slot's owner and its thread share: the card while it is not being shown, and the wishes of the owner.

use super::{Card, Change, SlotState};
use chipwright_iso7816::{Atr, TransportError};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A card in the slot.
pub(super) struct Inserted {
    pub(super) card: Card,
    pub(super) answer_to_reset: AnswerToReset,
    pub(super) let_go_told: bool,
}

/// What is shown while the card is not being powered.
pub(super) enum AnswerToReset {
    /// Nobody has said, and the card was not asked yet.
    Unasked,
    Known(Atr),
    /// The card gave none.
    Mute,
}

impl Inserted {
    pub(super) fn new(card: Card, atr: Option<Atr>) -> Self {
        let answer_to_reset = atr.map_or(AnswerToReset::Unasked, AnswerToReset::Known);
        Self { card, answer_to_reset, let_go_told: false }
    }

    pub(super) fn into_card(self) -> Card {
        self.card
    }
}

/// How the card stands with the daemon.
#[derive(Debug, Clone, Default)]
pub(super) enum Stand {
    #[default]
    Waiting,
    Unpowered,
    Powered,
    Left(TransportError),
}

#[derive(Default)]
struct Papers {
    /// The card, while the thread does not have it.
    card: Option<Inserted>,
    /// The thread has the card.
    shown: bool,
    stand: Stand,
    /// The connection, so that it can be shut while the thread waits on it.
    connection: Option<TcpStream>,
    /// The owner wants the card.
    wanted: bool,
    stop: bool,
}

type Listener = Box<dyn FnMut(Change) + Send>;

/// See the module.
#[derive(Default)]
pub(super) struct Desk {
    papers: Mutex<Papers>,
    bell: Condvar,
    listener: Mutex<Option<Listener>>,
    apdus: AtomicU64,
}

// The owner's side.
impl Desk {
    /// Puts the card in; returns the one that was there.
    pub(super) fn put(&self, card: Inserted) -> Option<Inserted> {
        let mut papers = self.taken_off_show();
        papers.stand = Stand::Waiting;
        self.apdus.store(0, Ordering::Relaxed);
        let before = papers.card.replace(card);
        self.bell.notify_all();
        before
    }

    pub(super) fn take(&self) -> Option<Inserted> {
        self.taken_off_show().card.take()
    }

    /// The desk at a moment at which the thread does not have the card.
    fn taken_off_show(&self) -> MutexGuard<'_, Papers> {
        let mut papers = self.papers();
        while papers.shown {
            papers.wanted = true;
            if let Some(connection) = papers.connection.take() {
                let _gone = connection.shutdown(Shutdown::Both);
            }
            self.bell.notify_all();
            papers = self.bell.wait(papers).unwrap_or_else(PoisonError::into_inner);
        }
        papers.wanted = false;
        papers
    }

    pub(super) fn state(&self) -> SlotState {
        let papers = self.papers();
        let apdus = self.apdus.load(Ordering::Relaxed);
        if papers.card.is_none() && !papers.shown {
            return SlotState::Empty;
        }
        match &papers.stand {
            Stand::Waiting => SlotState::Waiting { apdus },
            Stand::Unpowered => SlotState::Unpowered { apdus },
            Stand::Powered => SlotState::Powered { apdus },
            Stand::Left(cause) => SlotState::Left { apdus, cause: cause.clone() },
        }
    }

    pub(super) fn listen(&self, listener: Listener) {
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    }

    pub(super) fn stop(&self) {
        let mut papers = self.papers();
        papers.stop = true;
        if let Some(connection) = papers.connection.take() {
            let _gone = connection.shutdown(Shutdown::Both);
        }
        self.bell.notify_all();
    }
}

// The thread's side.
impl Desk {
    /// Waits for a card to show; none when the slot ends.
    pub(super) fn wait_for_card(&self) -> Option<Shown<'_>> {
        let mut papers = self.papers();
        loop {
            if papers.stop {
                return None;
            }
            if !papers.wanted
                && !matches!(papers.stand, Stand::Left(_))
                && let Some(inserted) = papers.card.take()
            {
                papers.shown = true;
                return Some(Shown { desk: self, inserted: Some(inserted) });
            }
            papers = self.bell.wait(papers).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits, but no longer than the card may stay. Whether it may.
    pub(super) fn linger(&self, time: Duration) -> bool {
        let papers = self.papers();
        let wait = self.bell.wait_timeout_while(papers, time, |papers| !papers.wanted && !papers.stop);
        let (papers, _) = wait.unwrap_or_else(PoisonError::into_inner);
        !papers.wanted && !papers.stop
    }

    /// Leaves a handle of the connection on the desk. Whether the card may be shown over it.
    pub(super) fn connected(&self, connection: Option<TcpStream>) -> bool {
        let mut papers = self.papers();
        papers.connection = connection;
        !papers.wanted && !papers.stop
    }

    pub(super) fn stands(&self, stand: Stand) {
        self.papers().stand = stand;
    }

    pub(super) fn count_apdu(&self) {
        self.apdus.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn apdus(&self) -> u64 {
        self.apdus.load(Ordering::Relaxed)
    }

    pub(super) fn tell(&self, change: Change) {
        if let Some(listener) = self.listener.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            listener(change);
        }
    }

    fn papers(&self) -> MutexGuard<'_, Papers> {
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The card while the thread has it; goes back on the desk when dropped.
pub(super) struct Shown<'a> {
    desk: &'a Desk,
    inserted: Option<Inserted>,
}

impl Shown<'_> {
    pub(super) const fn inserted(&mut self) -> Option<&mut Inserted> {
        self.inserted.as_mut()
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        let mut papers = self.desk.papers();
        papers.card = self.inserted.take();
        papers.shown = false;
        papers.connection = None;
        self.desk.bell.notify_all();
    }
}
