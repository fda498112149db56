//! `emulator serve`: the software cards of a home in the slots of a PC/SC stack, and the socket on which other commands put them in and
//! take them out.
//!
//! One thread owns the slots. What happens elsewhere reaches it as a [`Message`]: a change in a slot, a request on the socket.

mod address;
mod client;
mod listener;
mod magazine;
mod place;
mod protocol;
mod served_card;
mod server;

pub(crate) use client::ask;
pub(crate) use magazine::Pattern;
pub(crate) use place::{Places, Said, meant};
pub(crate) use protocol::{Answer, Refusal, Request, SlotContent, SlotReport};
pub(crate) use server::Socket;

use chipwright_reader::vpcd::Change;
use std::sync::mpsc::Sender;

/// What the owner of the slots is told.
pub(crate) enum Message {
    /// Something happened in this slot.
    Changed(usize, Change),
    /// Somebody asks, and waits for the answer here.
    Asked(Request, Sender<Answer>),
}
