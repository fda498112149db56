//! The software card: the card side of SCP03, PACE and secure messaging, written from the standards and sharing no
//! protocol code with the host side.

mod aes_key;
mod iso9797;
pub mod pace;
pub mod scp03;
pub mod secure_messaging;

#[cfg(test)]
#[path = "../tests/vectors/mod.rs"]
mod vectors;
