//! The vocabulary of smart cards (ISO/IEC 7816-3, 7816-4): BER-TLV, command and response APDUs, command chaining,
//! extended length, status words, application identifiers, answer-to-reset, and the [`Transport`] port.
//!
//! This crate is pure: no files, no clock, no randomness, no reader. Everything above it speaks in these types, so that
//! the host side and the software card agree on the alphabet and on nothing else.
//!
//! ```
//! use chipwright_iso7816::{Command, Ins, StatusWord};
//!
//! let select = Command::new(0x00, Ins::SELECT, 0x04, 0x0C).with_data([0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01]);
//! assert_eq!(select.to_bytes().unwrap(), [0x00, 0xA4, 0x04, 0x0C, 7, 0xA0, 0, 0, 2, 0x47, 0x10, 0x01]);
//! assert!(StatusWord::OK.is_success());
//! ```

pub mod aid;
pub mod apdu;
pub mod atr;
pub mod exchange;
pub mod link;
pub mod status;
pub mod tlv;
pub mod transport;

pub use aid::Aid;
pub use apdu::{Command, Ins, Le, Response};
pub use atr::Atr;
pub use exchange::{ExchangeError, Exchanger, LengthMode};
pub use status::StatusWord;
pub use tlv::Tag;
pub use transport::{Transport, TransportError};
