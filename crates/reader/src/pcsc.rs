//! Cards in PC/SC readers, supervised.
//!
//! ```no_run
//! use chipwright_iso7816::Transport as _;
//! use chipwright_reader::pcsc::Service;
//!
//! let service = Service::connect()?;
//! let reader = service.find("")?;
//! let card = service.wait_for_card(&reader, &|| false, &mut |notice| eprintln!("{notice}"))?;
//! if let Some(mut card) = card {
//!     let random = card.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08])?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every call into PC/SC can block for ever: in a driver, in a hung daemon. So none is made on the caller's thread. One worker
//! thread owns one connection (of a [`Service`], of a wait, of a [`PcscCard`]) and is asked over a channel with a [`Patience`];
//! when that runs out the caller has its answer, [`ReaderError::ReaderHangs`] or [`ReaderError::ServiceHangs`], and the worker is left to
//! end when PC/SC lets go of it. While such a thread is out on a reader no second one is sent, so their number is bounded.
//!
//! A card that was taken out, or whose reader or daemon was lost, stays lost: it fails with
//! [`TransportError::CardRemoved`](chipwright_iso7816::TransportError::CardRemoved) or
//! [`TransportError::ReaderGone`](chipwright_iso7816::TransportError::ReaderGone) until it is opened again, because nobody can say that it
//! is still the same card. A [`Service`] and its waits find a restarted daemon and a reader that was plugged in again by themselves.
//!
//! PC/SC counts the cards that come and go in a reader: a [`Stay`] knows by that whether its card was exchanged for another while
//! nobody looked.
//!
//! PC/SC numbers readers of one kind anew when they are plugged in. A reader that comes back with another number is found, and
//! [`Notice::ReaderBack`] tells its new name; the name it was first asked for by keeps meaning it.

mod card;
mod connection;
mod error;
mod forbearance;
mod held;
mod notice;
mod patience;
mod select;
mod service;
mod slot;
mod stay;
mod stuck;
mod t0;
mod wait;
mod watch;
mod whereabouts;
mod worker;

pub use card::{PcscCard, Protocol, Release};
pub use error::ReaderError;
pub use notice::Notice;
pub use patience::Patience;
pub use service::Service;
pub use slot::{ReaderStatus, Slot};
pub use stay::Stay;
