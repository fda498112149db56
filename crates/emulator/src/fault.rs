//! Faults on demand.

use chipwright_iso7816::{StatusWord, TransportError};
use std::collections::BTreeMap;
use std::time::Duration;

/// What goes wrong with one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Power is cut before the card has the command.
    CutBefore,
    /// Power is cut after the card has carried the command out, before its answer is out.
    CutAfter,
    /// The card does not carry the command out and answers this.
    Answer(StatusWord),
    /// The command is carried out; this byte of the response (counted from 0, the last one at most) is exclusive-ored.
    Corrupt {
        /// Which byte.
        byte: usize,
        /// With what; not 0.
        mask: u8,
    },
    /// The command is carried out; only the first bytes of the response arrive.
    Truncate(usize),
    /// The command is carried out, but the card does not answer it, nor any other until it is reset.
    Mute,
    /// The reader is gone: no answer now or later, until [`Card::clear_faults`](crate::Card::clear_faults) and a reset.
    ReaderLost,
    /// The command is carried out; the modelled time grows by this.
    Latency(Duration),
}

/// Faults that wait for their command.
#[derive(Debug, Default)]
pub(crate) struct FaultPlan {
    at: BTreeMap<u64, Fault>,
    pub(crate) reader_lost: bool,
}

impl FaultPlan {
    pub(crate) fn add(&mut self, apdu: u64, fault: Fault) {
        self.at.insert(apdu, fault);
    }

    pub(crate) fn take(&mut self, apdu: u64) -> Option<Fault> {
        self.at.remove(&apdu)
    }

    pub(crate) fn clear(&mut self) {
        self.at.clear();
        self.reader_lost = false;
    }
}

pub(crate) fn reader_gone() -> TransportError {
    TransportError::ReaderGone("the fault plan took it away".to_owned())
}
