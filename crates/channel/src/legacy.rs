//! Legacy: the host side of what cards in the field still speak, and new cards do not. Secure Channel Protocol 02
//! (GlobalPlatform Card Specification 2.3.1, Appendix E, which deprecates it) and the key diversification schemes of its time.
//!
//! Two-key triple DES throughout: no new card is given such keys, and nothing in this project offers SCP02 to be spoken to. It exists so
//! that an old card can be opened, looked at and retired.
//!
//! | module | what |
//! |---|---|
//! | [`scp02`] | the channel, as consuming states like [`scp03`](crate::scp03) |
//! | [`diversification`] | card keys from a master: EMV CPS 1.1 and VISA2 |

mod des3;
pub mod diversification;
mod keys;
pub mod scp02;

pub use keys::{KeyError, KeyRole, KeySet, SoftKeys, StaticKeys};
