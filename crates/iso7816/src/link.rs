//! A model of how long a card takes: the link that carries APDUs, and the chip that works on them. Figures made here are *modelled*, never measured;
//! they say how two ways of talking to a card compare, and what to expect of a reader that is not at hand, to a fifth or so.
//!
//! | figure | value | source |
//! |---|---|---|
//! | carrier *fc* | 13.56 MHz | ISO/IEC 14443-2, 6.1 |
//! | bit rates | *fc*/128, /64, /32, /16: 106, 212, 424, 848 kbit/s | ISO/IEC 14443-2, 8.1.1 |
//! | a byte, type A | 9 bits: 8 data, 1 parity; a frame adds start and end of communication (2 bits) | ISO/IEC 14443-3, 6.2.3.2 |
//! | a block | PCB (1), INF, CRC (2); no CID, no NAD | ISO/IEC 14443-4, 7.1 |
//! | FSD, FSC | 256 bytes, so INF has at most 253 | ISO/IEC 14443-4, table 1; 9303-10, 2.4.2 asks for FSC 256 |
//! | delay between frames | 1236/*fc* = 91 µs, both ways | ISO/IEC 14443-3, 6.2.1.1 |
//! | frame waiting time | 256·16/*fc*·2⁸ = 77 ms (FWI 8: each card states its own in its ATS; ours) | ISO/IEC 14443-4, 7.2 |
//! | a longer work | S(WTX) request and response of 4 bytes for each frame waiting time begun | ISO/IEC 14443-4, 7.3 |
//! | contact clock | 4 MHz, within the 1 to 5 MHz of class A | ISO/IEC 7816-3, 5.2.3; each reader chooses: ours |
//! | a character, T=1 | 11 etu: start, 8 data, parity, 1 guard | ISO/IEC 7816-3, 11.2 |
//! | a block, T=1 | NAD, PCB, LEN, INF, LRC; IFSC and IFSD 254 | ISO/IEC 7816-3, 11.3 and 11.4.2 |
//! | block guard time | 22 etu | ISO/IEC 7816-3, 11.4.3 |
//! | block waiting time | 11 etu + 2⁴·960·372/*f* = 1.4 s (BWI 4) | ISO/IEC 7816-3, 11.4.3 |
//! | reader and USB | 2 ms an APDU: one frame of full-speed USB each way | USB 2.0, 5.11 and 8.4.3; ours: no reader is named |
//!
//! What the chip costs stands at [`Chip`]. Not modelled: anticollision and answer-to-reset, retransmission, a field too weak for the chip's full clock.

mod chip;
mod meter;

pub use chip::{Chip, Work};
pub use meter::Meter;

use std::fmt;
use std::time::Duration;

/// The carrier of contactless cards, Hz.
const CARRIER: u64 = 13_560_000;
/// Bytes of information in a contactless block: FSC less PCB and CRC.
const CONTACTLESS_FIELD: usize = 256 - 3;
/// Bytes around them.
const CONTACTLESS_HEAD: usize = 3;
/// Carrier periods between two frames.
const FRAME_DELAY: u64 = 1236;
/// Carrier periods of the frame waiting time: FWI 8.
const FRAME_WAITING: u64 = (256 * 16) << 8;
/// Bytes of information in a T=1 block.
const CONTACT_FIELD: usize = 254;
/// Bytes around them.
const CONTACT_HEAD: usize = 4;
/// etu of a character.
const CHARACTER: u64 = 11;
/// etu between two blocks of opposite directions.
const BLOCK_GUARD: u64 = 22;
/// Clock cycles of the block waiting time, without its 11 etu: BWI 4.
const BLOCK_WAITING: u64 = 16 * 960 * 372;
/// The reader's and USB's part of one APDU.
const READER: Duration = Duration::from_millis(2);

/// A bit rate of ISO/IEC 14443, the same both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BitRate {
    /// *fc*/128: 106 kbit/s.
    Kbit106,
    /// *fc*/64: 212 kbit/s.
    Kbit212,
    /// *fc*/32: 424 kbit/s.
    Kbit424,
    /// *fc*/16: 848 kbit/s.
    Kbit848,
}

impl BitRate {
    /// Carrier periods of one bit.
    const fn divisor(self) -> u64 {
        match self {
            Self::Kbit106 => 128,
            Self::Kbit212 => 64,
            Self::Kbit424 => 32,
            Self::Kbit848 => 16,
        }
    }
}

/// How fast a contact card sends: clock and clock cycles of an elementary time unit (F/D of ISO/IEC 7816-3, 8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Baud {
    /// Hz.
    pub clock: u32,
    /// Clock cycles of one etu.
    pub cycles: u32,
}

impl Baud {
    /// 4 MHz and TA1 = 96 (F 512, D 32): 250 kbit/s.
    pub const TA1_96: Self = Self { clock: 4_000_000, cycles: 16 };
    /// 4 MHz and TA1 = 11 (F 372, D 1), what a card speaks until it agrees on more: 10.8 kbit/s.
    pub const TA1_11: Self = Self { clock: 4_000_000, cycles: 372 };
}

/// What carries APDUs between reader and card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// ISO/IEC 14443 type A.
    Contactless(BitRate),
    /// ISO/IEC 7816-3, T=1.
    ContactT1(Baud),
}

impl Link {
    /// The three that are printed: the slowest and the fastest contactless one, and contacts.
    pub const STANDARD: [Self; 3] = [
        Self::Contactless(BitRate::Kbit106),
        Self::Contactless(BitRate::Kbit848),
        Self::ContactT1(Baud::TA1_96),
    ];

    /// How long one command of `sent` bytes and its response of `received` bytes take when the chip works for `work`.
    #[must_use]
    pub fn time(self, sent: usize, received: usize, work: Duration) -> Duration {
        READER + self.carried(sent) + self.turn() + work + self.extensions(work) + self.carried(received)
    }

    /// A message in one direction: blocks, and an acknowledgement between each two.
    fn carried(self, bytes: usize) -> Duration {
        let (field, head) = match self {
            Self::Contactless(_) => (CONTACTLESS_FIELD, CONTACTLESS_HEAD),
            Self::ContactT1(_) => (CONTACT_FIELD, CONTACT_HEAD),
        };
        let blocks = bytes.div_ceil(field).max(1);
        let acknowledgement = self.frame(head) + self.turn() * 2;
        self.frames(blocks, bytes + blocks * head) + acknowledgement * count(blocks - 1)
    }

    /// `number` frames of `bytes` bytes together.
    fn frames(self, number: usize, bytes: usize) -> Duration {
        let (number, bytes) = (number as u64, bytes as u64);
        match self {
            Self::Contactless(rate) => cycles((bytes * 9 + number * 2) * rate.divisor(), CARRIER),
            Self::ContactT1(baud) => {
                cycles(bytes * CHARACTER * u64::from(baud.cycles), u64::from(baud.clock))
            }
        }
    }

    fn frame(self, bytes: usize) -> Duration {
        self.frames(1, bytes)
    }

    /// From the end of one frame to the beginning of the answer.
    fn turn(self) -> Duration {
        match self {
            Self::Contactless(_) => cycles(FRAME_DELAY, CARRIER),
            Self::ContactT1(baud) => cycles(BLOCK_GUARD * u64::from(baud.cycles), u64::from(baud.clock)),
        }
    }

    /// Requests for more time: one for each waiting time that the work outlasts.
    fn extensions(self, work: Duration) -> Duration {
        let (waiting, size) = match self {
            Self::Contactless(_) => (cycles(FRAME_WAITING, CARRIER), CONTACTLESS_HEAD + 1),
            Self::ContactT1(baud) => {
                let etus = cycles(CHARACTER * u64::from(baud.cycles), u64::from(baud.clock));
                (etus + cycles(BLOCK_WAITING, u64::from(baud.clock)), CONTACT_HEAD + 1)
            }
        };
        let times = work.as_nanos().saturating_sub(1) / waiting.as_nanos().max(1);
        (self.frame(size) + self.turn()) * 2 * u32::try_from(times).unwrap_or(u32::MAX)
    }

    /// The name for people: English and Vietnamese.
    #[must_use]
    pub const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Contactless(BitRate::Kbit106) => ("contactless, 106 kbit/s", "không tiếp xúc, 106 kbit/s"),
            Self::Contactless(BitRate::Kbit212) => ("contactless, 212 kbit/s", "không tiếp xúc, 212 kbit/s"),
            Self::Contactless(BitRate::Kbit424) => ("contactless, 424 kbit/s", "không tiếp xúc, 424 kbit/s"),
            Self::Contactless(BitRate::Kbit848) => ("contactless, 848 kbit/s", "không tiếp xúc, 848 kbit/s"),
            Self::ContactT1(_) => ("contact, T=1", "tiếp xúc, T=1"),
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ContactT1(baud) => {
                write!(f, "contact, T=1, {} kbit/s", baud.clock / baud.cycles.max(1) / 1000)
            }
            other => f.write_str(other.texts().0),
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// That many periods of a clock of `hertz`; one below 1 kHz counts as that.
const fn cycles(number: u64, hertz: u64) -> Duration {
    let kilohertz = if hertz < 1000 { 1 } else { hertz / 1000 };
    Duration::from_nanos(number.saturating_mul(1_000_000) / kilohertz)
}

#[cfg(test)]
mod tests;
