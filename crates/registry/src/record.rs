//! The rows, as Rust values. None of them holds an access number or a salt.

use crate::Error;
use chipwright_profile::{CardNumber, MemberNumber, StatusReference};
use jiff::Timestamp;
use std::fmt;

/// SHA-256.
pub type Digest = [u8; 32];

/// The 10 bytes that name a chip: IC type ‖ fabrication date ‖ serial number ‖ batch identifier, from its CPLC data.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChipId(pub [u8; 10]);

impl ChipId {
    /// Reads the 20 hexadecimal digits that [`Display`](fmt::Display) writes.
    #[must_use]
    pub fn from_digits(text: &str) -> Option<Self> {
        let mut bytes = [0; 10];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for ChipId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for ChipId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChipId({self})")
    }
}

/// A short class of reason, such as `not-accepted`: lower-case letters, digits and hyphens, so that no personal data fits in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reason(String);

impl Reason {
    /// Takes 1 to 64 of `a`–`z`, `0`–`9` and `-`.
    #[must_use]
    pub fn new(class: &str) -> Option<Self> {
        let fits = (1..=64).contains(&class.len())
            && class.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        fits.then(|| Self(class.to_owned()))
    }

    /// The class.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `unspecified`.
impl Default for Reason {
    fn default() -> Self {
        Self("unspecified".to_owned())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose registry it is, and the sizes it allocates with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Name of the organisation.
    pub name: String,
    /// SHA-256 of the root certificate's DER: a registry belongs to one authority.
    pub root_digest: Digest,
    /// Entries of one status list.
    pub status_list_size: u32,
    /// A list is left when this many entries are taken; at most three quarters of the size.
    pub status_list_fill: u32,
    /// INITIALIZE UPDATE commands without success that one key set of one chip may cost, 1 to 9.
    pub tries_allowed: u8,
}

impl Issuer {
    /// 2^17 entries a list, left at 3 × 2^15; 5 tries.
    #[must_use]
    pub fn new(name: &str, root_digest: Digest) -> Self {
        Self {
            name: name.to_owned(),
            root_digest,
            status_list_size: 1 << 17,
            status_list_fill: 3 << 15,
            tries_allowed: 5,
        }
    }
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// All of them, in the order of their lives.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word kept in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            pub(crate) fn stored(text: &str) -> Result<Self, Error> {
                Self::ALL.iter().copied().find(|v| v.as_str() == text).ok_or_else(|| damaged(stringify!($name)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

pub(crate) use named;

named! {
    /// How far a card is.
    CardStatus {
        /// Number, CAN, salt and status entry are taken; no chip yet.
        Allocated = "allocated",
        /// A chip is being written; it may carry the finalised card if an intent is open.
        Writing = "writing",
        /// The chip carries the finalised card; nobody has accepted it yet.
        Finalised = "finalised",
        /// Read back over a fresh connection and accepted.
        Issued = "issued",
        /// Not to be trusted any more; its status entry is INVALID.
        Revoked = "revoked",
        /// Given up before it was finalised.
        Abandoned = "abandoned",
    }
}

named! {
    /// What a chip is good for.
    BlankStage {
        /// As delivered, or begun.
        Blank = "blank",
        /// Own keys, application installed; nothing personal.
        Prepared = "prepared",
        /// Carries a finalised card.
        Used = "used",
        /// Sent back to its supplier, with the transport keys it came with.
        Returned = "returned",
        /// Not to be used.
        Spoiled = "spoiled",
    }
}

/// One chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    /// The chip.
    pub chip: ChipId,
    /// What it is good for.
    pub stage: BlankStage,
    /// Key version number it holds, as far as known.
    pub key_version: Option<u8>,
    /// Why it is spoiled.
    pub spoiled_why: Option<Reason>,
    /// First seen.
    pub seen_at: Timestamp,
    /// Last changed.
    pub changed_at: Timestamp,
}

/// One card, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The card's number.
    pub number: CardNumber,
    /// Its member.
    pub member: MemberNumber,
    /// How far it is.
    pub status: CardStatus,
    /// Its entry in the status lists.
    pub reference: StatusReference,
    /// The chip it is on, or was last tried on.
    pub chip: Option<ChipId>,
    /// SHA-256 of the signer certificate and of EF.SOD, once finalised.
    pub seal: Option<Seal>,
    /// Why it was revoked or abandoned.
    pub closed_why: Option<Reason>,
    /// When it was allocated.
    pub allocated_at: Timestamp,
    /// Last changed.
    pub changed_at: Timestamp,
}

/// What a finalised card is recognised by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// SHA-256 of the signer's certificate (DER).
    pub signer: Digest,
    /// SHA-256 of EF.SOD.
    pub security_object: Digest,
}

/// An intent to finalise that may have come true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinaliseIntent {
    /// The intent.
    pub intent: crate::Intent,
    /// When it was committed.
    pub at: Timestamp,
}

/// A card that a run left unfinished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InFlight {
    /// The card: allocated, writing or finalised.
    pub card: Card,
    /// The intent without outcome, if FINALISE may have been sent.
    pub open: Option<FinaliseIntent>,
}

/// How many cards are how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "one count a status; the statuses are documented")]
pub struct CardsByStatus {
    pub allocated: u64,
    pub writing: u64,
    pub finalised: u64,
    pub issued: u64,
    pub revoked: u64,
    pub abandoned: u64,
}

/// How many chips are good for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "one count a stage; the stages are documented")]
pub struct BlanksByStage {
    pub blank: u64,
    pub prepared: u64,
    pub used: u64,
    pub returned: u64,
    pub spoiled: u64,
}

/// A stored value that our own code cannot have written.
pub(crate) fn damaged(what: &str) -> Error {
    Error::Damaged { detail: format!("a stored {what} has a form it cannot have"), source: None }
}

/// Fixed to milliseconds, so that text order is time order.
pub(crate) fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}
