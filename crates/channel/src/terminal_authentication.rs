//! Terminal Authentication version 2, terminal side (BSI TR-03110-2, 3.3; TR-03110-3, B.3 and B.11).
//!
//! ```text
//! for each certificate   MSE:Set DST  00 22 81 B6  83 CAR
//!                        PSO:VERIFY   00 2A 00 BE  7F4E body ‖ 5F37 signature
//! MSE:Set AT             00 22 81 A4  80 protocol ‖ 83 holder ‖ 91 Comp(PK.PCD)
//! GET CHALLENGE          ──▶ r.PICC
//! EXTERNAL AUTHENTICATE  00 82 00 00  signature over ID.PICC ‖ r.PICC ‖ Comp(PK.PCD)
//! ```
//!
//! Runs inside a session of PACE with a [`Chat`](crate::pace::Chat). The chip's key for Chip Authentication 2 then comes from the
//! signed EF.CardSecurity, and [`TerminalAuthenticated`] carries the ephemeral key there: no rights apply before.

mod certificate;
mod driver;
mod error;
mod phases;
#[cfg(test)]
mod tests;

pub use crate::scp03::KeyError;
pub use certificate::CvBytes;
pub use driver::{Sign, TerminalKey, authenticate, authenticate_over};
pub use error::{Step, TerminalAuthenticationError};
pub use phases::{
    AwaitAccepted, AwaitAuthority, AwaitChallenge, AwaitSelected, AwaitVerified, Next, TerminalAuthenticated,
    ToSign, announced, present,
};
