//! Shows any [`Transport`] to a PC/SC stack: the card side of vpcd, the virtual reader of the vsmartcard project.
//!
//! A [`Slot`] is one virtual reader. vpcd listens, the slot connects; each message is a length of two bytes and a body.
//! A body of one byte is control, a longer one a command APDU:
//!
//! | body | meaning | answer |
//! |---|---|---|
//! | `00` | power off | none |
//! | `01` | power on: a cold reset of the card | none |
//! | `02` | reset: a cold reset too, since a [`Transport`] has no other | none |
//! | `04` | answer-to-reset; also how presence is polled | the answer-to-reset |
//! | longer | a command APDU | the response APDU |
//!
//! An empty answer would eject the card, so none is ever sent: a response of no bytes travels as `6F00`.
//!
//! vpcd sends length and body in two writes. With delayed acknowledgements that costs 40 ms a command, so the slot sets
//! `TCP_QUICKACK` before every read (on Linux; elsewhere there is no such option) and `TCP_NODELAY`.
//!
//! A card that does not answer its reset ([`TransportError::CardMute`]) is shown as what a reader sees then: present, but
//! no answer-to-reset. vpcd has no word for it; an answer longer than any answer-to-reset has this effect in PC/SC. A card that falls silent later is never answered for: vpcd
//! waits without end, until the host loses its patience or the card is pulled.

mod desk;
mod serve;
mod wire;

use chipwright_iso7816::{Atr, Transport, TransportError};
use desk::{Desk, Inserted};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// The TCP port of vpcd's first slot, "Virtual PCD 00 00"; the second listens on the next one.
pub const FIRST_PORT: u16 = 35963;

/// How long the power must stay off before the host is taken to have let go of the card, unless a slot is told otherwise: a
/// cold reset is off and on.
pub const LET_GO_AFTER: Duration = Duration::from_millis(700);

/// A card that a slot can show.
pub type Card = Box<dyn Transport + Send>;

/// What a slot holds, and how it stands with the daemon. `apdus` counts the commands since the card was put in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotState {
    /// No card.
    Empty,
    /// A card, and no daemon to show it to.
    Waiting {
        /// Commands so far.
        apdus: u64,
    },
    /// The daemon sees the card and gives it no power.
    Unpowered {
        /// Commands so far.
        apdus: u64,
    },
    /// The daemon sees the card and has powered it.
    Powered {
        /// Commands so far.
        apdus: u64,
    },
    /// The card fell out by itself, as a torn one does: the daemon sees none. [`Slot::pull`] still returns it.
    Left {
        /// Commands so far.
        apdus: u64,
        /// What the card failed with.
        cause: TransportError,
    },
}

/// What happened in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The daemon is there.
    Connected,
    /// The daemon went away, or a card was taken out while it was there.
    Disconnected,
    /// The host powered the card, or reset it.
    PoweredOn,
    /// The host took the power away; perhaps for a cold reset only.
    PoweredOff {
        /// Commands since the card was put in.
        apdus: u64,
    },
    /// The host has used the card and let go of it: the power has been off for so long (see [`Slot::start_with`]) and the
    /// daemon has looked for the card meanwhile. Told again when the host has come back to the card and let go once more.
    LetGo {
        /// Commands since the card was put in.
        apdus: u64,
    },
    /// The card fell out by itself.
    Left(TransportError),
}

/// One vpcd slot: a thread that shows the card put into it to the daemon, and finds the daemon again after a restart.
///
/// All methods may be called from any thread at any moment, but not from the listener of [`on_change`](Slot::on_change).
pub struct Slot {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
    address: SocketAddr,
}

impl Slot {
    /// An empty slot for the daemon at this address, which need not be there yet.
    ///
    /// # Panics
    /// If the system has no thread left.
    #[must_use]
    pub fn start(address: SocketAddr) -> Self {
        Self::start_with(address, LET_GO_AFTER)
    }

    /// The same; a host that has taken the power away for so long has let go of the card.
    ///
    /// # Panics
    /// As [`Slot::start`].
    #[must_use]
    pub fn start_with(address: SocketAddr, let_go_after: Duration) -> Self {
        let desk = Arc::new(Desk::default());
        let thread = std::thread::spawn({
            let desk = Arc::clone(&desk);
            move || serve::run(&desk, address, let_go_after)
        });
        Self { desk, thread: Some(thread), address }
    }

    /// Where the daemon is expected.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Puts a card in. `atr` is what the daemon sees before it powers the card; without it the card is reset to ask for it.
    /// A card that is in the slot already is taken out, as by [`Slot::pull`], and dropped.
    pub fn insert(&self, card: Card, atr: Option<Atr>) {
        drop(self.desk.put(Inserted::new(card, atr)));
    }

    /// Takes the card out at once, also in the middle of a command: the daemon sees the removal immediately, the answer of
    /// the command is lost. Returns when the card has finished what it computes, with the card.
    pub fn pull(&self) -> Option<Card> {
        self.desk.take().map(Inserted::into_card)
    }

    /// What the slot holds.
    #[must_use]
    pub fn state(&self) -> SlotState {
        self.desk.state()
    }

    /// Tells `listener` every change from now on, from the slot's own thread; one listener a slot. It must not call the
    /// slot: send what it hears to another thread.
    pub fn on_change(&self, listener: impl FnMut(Change) + Send + 'static) {
        self.desk.listen(Box::new(listener));
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.desk.stop();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot")
            .field("address", &self.address)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
