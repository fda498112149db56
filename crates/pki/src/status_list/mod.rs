//! Token Status Lists: the status of every card, two bits each, in a token that is signed and can lie anywhere.
//!
//! The specification is draft-ietf-oauth-status-list in its revision 21 of June 2026: approved by the IESG and waiting at the
//! RFC Editor; no RFC had been published when this was written. Sections are cited as "TSL". The examples and test vectors
//! of its appendix C are in `test-vectors/status-list`.
//!
//! | what | where | standard |
//! |---|---|---|
//! | statuses in a byte array | [`StatusList`] | TSL, 4.1 |
//! | the same as zlib | [`CompressedList`] | TSL, 4.1, 4 |
//! | the token as JWT, `statuslist+jwt`, ES256 | [`prepare_jwt`] | TSL, 5.1; RFC 7515 |
//! | the token as CWT, `application/statuslist+cwt`, ES256 | [`prepare_cwt`] | TSL, 5.2; RFC 8392, RFC 9052 |
//! | the check of either | [`verify`] | TSL, 8.3 |
//! | what a verifier holds | [`StatusLists`] | – |
//!
//! What this profile adds: two bits a card are written, other sizes are read; a token states when it expires; its signer has a
//! certificate under a trusted root with the purpose of status lists and no other; INVALID never turns into anything else; the
//! number of the publication is the token's identifier (`jti`, CWT claim 7).
//!
//! A card names its list by number, not by URI. The subject of a token is ADDRESS/NUMBER: the number is the last segment of
//! its path. ADDRESS is not on the card; what ties a list to a card is its number, and that one organisation issued the signers
//! of both.
//!
//! Decompression is bounded by the entries that the verifier expects at most: a longer list is refused while it inflates.

mod address;
mod claims;
mod compressed;
mod cwt;
mod held;
mod jwt;
mod list;
#[cfg(test)]
mod published;
mod token;

pub use address::{list_number, list_uri};
pub use claims::Claims;
pub use compressed::{CompressedList, InflateError};
pub use cwt::{Cwt, prepare_cwt};
pub use held::{NotTaken, StatusLists};
pub use jwt::{Jwt, prepare_jwt};
pub use list::{Bits, SetError, Status, StatusList};
pub use token::{Expectation, Freshness, PrepareError, StatusListToken, TokenError, TokenFormat, verify};
