//! The lines of the ledger.
//!
//! ```text
//! {"v":1,"did":{EVENT:{…}},"n":17,"at":"2026-…","who":"lan","chain":"…"}
//! chain = SHA-256(chain of the line before ‖ this line up to, and without, `,"chain":`); before the first line 32 zero bytes
//! ```

use std::fmt;

use chipwright_pki::PublicKey;
use jiff::Timestamp;
use ring::digest::{Context, SHA256, digest};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Use;
use super::state::State;

pub(super) const VERSION: u32 = 1;
const LINK: &[u8] = b",\"chain\":\"";
const END: &[u8] = b"\"}";
const TAIL: usize = LINK.len() + 64 + END.len();
/// How a line begins that carries everything known so far.
pub(super) const CARRIED: &[u8] = b"{\"v\":1,\"did\":{\"carried\":";

/// The chain up to a line.
pub(super) type Head = [u8; 32];

/// A SHA-256 digest, hexadecimal in files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut out = [0; 32];
        out.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self(out)
    }

    /// What names a key: the digest of its SubjectPublicKeyInfo.
    #[must_use]
    pub fn of_key(key: &PublicKey) -> Self {
        Self::of(key.spki_der())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut out = [0; 32];
        hex::decode_to_slice(&text, &mut out).map_err(de::Error::custom)?;
        Ok(Self(out))
    }
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The form of the line.
    pub(super) v: u32,
    /// What happened.
    pub did: Event,
    /// The number of the line, from 1.
    pub n: u64,
    /// When, by the clock of the machine.
    pub at: Timestamp,
    /// Who.
    pub who: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// The ledger began.
    Begun {
        /// Its own random name, hexadecimal.
        ledger: String,
        /// In a home that had keys before it had a ledger.
        older_home: bool,
    },
    /// A key is counted from here on.
    Key {
        /// Which.
        key: Digest,
        /// What the home calls it.
        label: String,
        /// How often it may be used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u64>,
        /// How often it was used before, as far as anything tells; 0 for a new key.
        before: u64,
    },
    /// Uses were taken out of what the key may still be used, before the first of them.
    Reserved {
        /// Which.
        key: Digest,
        /// How many.
        count: u64,
    },
    /// A key was used, or is about to be: the line is written first.
    Used {
        /// Which.
        key: Digest,
        /// The line that reserved it.
        block: u64,
        /// For what.
        of: Use,
        /// SHA-256 of the bytes that were signed.
        signed: Digest,
        /// How often it may be used after this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left: Option<u64>,
    },
    /// The rest of a block was given back.
    Returned {
        /// The line that reserved it.
        block: u64,
        /// How many.
        count: u64,
    },
    /// The limit of a key was lowered.
    Limit {
        /// Which.
        key: Digest,
        /// To this.
        limit: u64,
    },
    /// A number was taken.
    Number {
        /// Of which row of numbers.
        name: String,
        /// The number.
        value: u64,
    },
    /// The serial number of a certificate was taken.
    Serial {
        /// Hexadecimal.
        serial: String,
    },
    /// The beginning of a line, left by a loss of power, was cut off.
    Mended {
        /// Its bytes.
        bytes: u64,
    },
    /// Everything known so far, so that a reader may begin here.
    Carried(Box<State>),
}

/// Why a line is not one of the ledger's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineFault {
    Chain,
    Form,
    Version(u32),
}

impl Entry {
    /// The line, its end included, and the chain up to it.
    pub(super) fn line(&self, before: &Head) -> Result<(Vec<u8>, Head), serde_json::Error> {
        let mut line = serde_json::to_vec(self)?;
        line.pop();
        let head = link(before, &line);
        line.extend_from_slice(LINK);
        line.extend_from_slice(hex::encode(head).as_bytes());
        line.extend_from_slice(END);
        line.push(b'\n');
        Ok((line, head))
    }

    /// Reads a line whose chain was checked.
    pub(super) fn read(line: &[u8]) -> Result<Self, LineFault> {
        #[derive(Deserialize)]
        struct Versioned {
            v: u32,
        }
        let mut body = line.get(..line.len().saturating_sub(TAIL)).ok_or(LineFault::Form)?.to_vec();
        body.push(b'}');
        serde_json::from_slice(&body).ok().filter(|entry: &Self| entry.v == VERSION).ok_or_else(|| {
            match serde_json::from_slice(&body) {
                Ok(Versioned { v }) if v != VERSION => LineFault::Version(v),
                _ => LineFault::Form,
            }
        })
    }
}

/// The chain up to this line (without its end), if it follows.
pub(super) fn follow(before: &Head, line: &[u8]) -> Result<Head, LineFault> {
    let (body, tail) =
        line.len().checked_sub(TAIL).and_then(|at| line.split_at_checked(at)).ok_or(LineFault::Chain)?;
    let digits = tail.strip_prefix(LINK).and_then(|tail| tail.strip_suffix(END)).ok_or(LineFault::Chain)?;
    let mut told = [0; 32];
    hex::decode_to_slice(digits, &mut told).map_err(|_| LineFault::Chain)?;
    let head = link(before, body);
    if head == told { Ok(head) } else { Err(LineFault::Chain) }
}

fn link(before: &Head, body: &[u8]) -> Head {
    let mut context = Context::new(&SHA256);
    context.update(before);
    context.update(body);
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}
