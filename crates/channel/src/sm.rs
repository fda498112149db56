//! ISO secure messaging with AES, host side (ICAO Doc 9303-11, 9.8; ISO/IEC 7816-4, 10).
//!
//! ```text
//! SSC ← SSC + 1 before every command and before every response;  IV = AES(KSenc, SSC)
//!
//! command   0C INS P1 P2 Lc   [87 L 01 ‖ E(KSenc, IV, data padded)]  [97 L Le]   8E 08 MAC   00
//!           for an odd INS    [85 L      E(KSenc, IV, data padded)]
//! MAC       CMAC(KSmac, SSC ‖ header padded ‖ data objects padded), the first 8 bytes
//!
//! response  [87 L 01 ‖ E(KSenc, IV, data padded)]  99 02 SW1 SW2  8E 08 MAC
//! MAC       CMAC(KSmac, SSC ‖ data objects padded), the first 8 bytes
//! ```
//!
//! A header without data objects is padded once. The card's session ends with the first error in secure messaging; here it
//! ends with every error, since [`Session::wrap`] and [`AwaitResponse::unwrap`] consume it.

mod error;
mod response;
mod session;
#[cfg(test)]
mod tests;

pub use error::SmError;
pub use session::{AwaitResponse, Session, SessionKeys};

use crate::aes_modes::BLOCK;

/// Bytes of `8E 08 MAC`.
const MAC_OBJECT: usize = 10;
/// Bytes of `99 02 SW1 SW2`.
const STATUS_OBJECT: usize = 4;

/// The most plain data bytes a protected short response carries: 223 of 256.
pub const MAX_SHORT_RESPONSE: usize = max_plain_response(256);

/// The most plain data bytes a protected short command carries beside a Le: 223 of 255.
pub const MAX_SHORT_COMMAND: usize = max_plain_command(255);

/// The most plain data bytes in a protected response whose data field has at most `field` bytes.
#[must_use]
pub const fn max_plain_response(field: usize) -> usize {
    max_in_data_object(field.saturating_sub(STATUS_OBJECT + MAC_OBJECT))
}

/// The most plain data bytes in a protected command whose data field has at most `field` bytes, with room for DO'97'.
#[must_use]
pub const fn max_plain_command(field: usize) -> usize {
    max_in_data_object(field.saturating_sub(4 + MAC_OBJECT))
}

/// The most plain bytes that fit DO'87' of at most `object` bytes: tag, length, padding indicator, whole blocks.
const fn max_in_data_object(object: usize) -> usize {
    let mut blocks = object / BLOCK;
    while blocks > 0 {
        let value = 1 + blocks * BLOCK;
        let head = match value {
            0..=0x7F => 2,
            0x80..=0xFF => 3,
            0x100..=0xFFFF => 4,
            _ => 5,
        };
        if head + value <= object {
            return blocks * BLOCK - 1;
        }
        blocks -= 1;
    }
    0
}
