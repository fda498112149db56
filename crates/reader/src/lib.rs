//! Where cards are met: PC/SC readers and their supervision ([`pcsc`]), the vpcd socket that shows any
//! [`Transport`](chipwright_iso7816::Transport) to a PC/SC stack ([`vpcd`]), recorded sessions ([`trace`]).
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod pcsc;
pub mod trace;
pub mod vpcd;
