//! A card that expects given commands and gives given answers.

#![allow(dead_code, reason = "not every test replays")]
#![allow(unreachable_pub, reason = "shared by tests")]

use chipwright_iso7816::{Atr, Transport, TransportError};

pub struct Replay<'a> {
    name: &'a str,
    script: std::vec::IntoIter<(&'a [u8], &'a [u8])>,
}

impl<'a> Replay<'a> {
    pub fn new(name: &'a str, script: Vec<(&'a [u8], &'a [u8])>) -> Self {
        Self { name, script: script.into_iter() }
    }

    pub fn left(&self) -> usize {
        self.script.len()
    }
}

impl Transport for Replay<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let (wanted, answer) =
            self.script.next().unwrap_or_else(|| panic!("{}: one command too many", self.name));
        assert_eq!(hex::encode(command), hex::encode(wanted), "{}", self.name);
        Ok(answer.to_vec())
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        Err(TransportError::CardMute)
    }
}
