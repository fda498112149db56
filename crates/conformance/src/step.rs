//! The steps of a scenario, as they are written.
//!
//! A step is a table whose one verb names what is done; the other keys are the verb's own and the expectations of [`Expect`].
//! A key that neither knows is an error.

use crate::device::{Blank, Cut, Interface};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use toml::{Table, Value};

/// What is done, and what must come of it.
#[derive(Debug, Clone)]
pub struct Step {
    /// What is done.
    pub verb: Verb,
    /// What must come of it.
    pub expect: Expect,
}

/// What the answer must be. Byte values are expressions or patterns of [`expression`](crate::expression).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// The status, or several that are allowed; `X` stands for any digit. Without it: 9000.
    pub sw: Option<OneOrMany>,
    /// A pattern that the data must be of.
    pub data: Option<String>,
    /// A pattern that the data must not be of.
    pub not: Option<String>,
    /// Least and most length of the data.
    pub length: Option<[usize; 2]>,
    /// Path of a data object to a pattern of its value: `6F/A5/9F65`, `E3#2/4F` for the second `E3`.
    pub tlv: BTreeMap<String, String>,
    /// Paths at which there must be nothing.
    pub absent: Vec<String>,
    /// Keep the data in this variable.
    pub save: Option<String>,
    /// Keep values of data objects: variable to path.
    pub save_tlv: BTreeMap<String, String>,
    /// Least and most modelled time the step takes, in seconds.
    pub delay: Option<[f64; 2]>,
    /// Least and most pages the step writes.
    pub writes: Option<[u64; 2]>,
    /// The answer comes without protection although the command had it.
    pub naked: bool,
    /// Power is lost in the step, as planned before; nothing else is looked at.
    pub lost: bool,
}

const EXPECTATIONS: [&str; 12] =
    ["sw", "data", "not", "length", "tlv", "absent", "save", "save_tlv", "delay", "writes", "naked", "lost"];

/// A text or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}

impl fmt::Display for OneOrMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iter().collect::<Vec<_>>().join(" or "))
    }
}

macro_rules! verbs {
    ($($(#[doc = $doc:literal])* $key:literal $name:ident { $($(#[doc = $field_doc:literal])* $field:ident: $type:ty),* $(,)? })*) => {
        /// The verbs.
        #[derive(Debug, Clone)]
        pub enum Verb {
            $($(#[doc = $doc])* $name($name),)*
        }

        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, Default, Deserialize)]
            #[serde(deny_unknown_fields, default)]
            pub struct $name {
                $($(#[doc = $field_doc])* pub $field: $type,)*
            }
        )*

        impl Verb {
            const KEYS: &'static [&'static str] = &[$($key),*];

            fn read(key: &str, table: Table) -> Result<Self, toml::de::Error> {
                match key {
                    $($key => Value::Table(table).try_into().map(Self::$name),)*
                    _ => Err(serde::de::Error::custom("no such verb")),
                }
            }

            /// The verb as it is written.
            #[must_use]
            pub const fn key(&self) -> &'static str {
                match self { $(Self::$name(_) => $key,)* }
            }
        }
    };
}

verbs! {
    /// One command, protected by the session that is open: `CLA INS P1 P2 | data | Le`, each an expression; Le of two bytes asks for
    /// extended length fields.
    "send" Send {
        /// The command.
        send: String,
        /// Sent without protection although a session is open.
        plain: bool,
        /// A fault put into the protected command: `mac`, `no-mac`, `data`, `header`, `extra`.
        broken: Option<String>,
        /// How many times; the expectations hold each time.
        times: Option<u32>,
    }
    /// Exactly these bytes, without protection; the session on this side stays as it is.
    "raw" Raw {
        /// The bytes.
        raw: String,
    }
    /// The last protected command once more, byte for byte.
    "replay" Replay {
        /// Always true.
        replay: bool,
    }
    /// Power off and on. The data is the answer-to-reset.
    "reset" Reset {
        /// `same`, `contact` or `contactless`.
        reset: String,
    }
    /// Another chip as delivered.
    "blank" NewBlank {
        /// Which.
        blank: Blank,
    }
    /// Personalises the blank in the reader.
    "issue" Issue {
        /// As what.
        issue: Profile,
    }
    /// Opens SCP03 with the selected application at this level. The data is the answer to INITIALIZE UPDATE.
    "scp03" Scp03 {
        /// The level, two digits.
        scp03: String,
        /// Key version to ask for; without it the transport keys' own.
        version: Option<String>,
        /// Which keys: `transport` or the name given to PUT KEY; without it those of the version.
        keys: Option<String>,
        /// A fault put into EXTERNAL AUTHENTICATE: `cryptogram`, `mac`, or `only-cryptogram` under a MAC that is right.
        broken: Option<String>,
        /// Stop after INITIALIZE UPDATE.
        only_begin: bool,
        /// The level is asked for although the parameter does not offer it.
        forced: bool,
    }
    /// PUT KEY through the session.
    "put_key" PutKey {
        /// The name under which the new keys, made of it, are known from now on.
        put_key: String,
        /// P1, the version to replace; 00 adds.
        replace: String,
        /// The new version.
        version: String,
        /// Bytes of a key.
        bytes: Option<usize>,
        /// Spoil the last check value.
        broken: bool,
    }
    /// STORE DATA: data groupings by number, with the value of the profile, or as `0101 = expression`, in one stream.
    "store" Store {
        /// The data groupings.
        store: Vec<String>,
        /// Whose values; without it those of the person the card was issued for.
        person: Option<String>,
        /// The last block ends the personalisation.
        last: bool,
        /// A response is expected of the last block.
        respond: bool,
        /// Plain bytes of a block at most.
        block: Option<usize>,
        /// Number of the first block; without it the next one.
        number: Option<u8>,
        /// Where an object is not complete at the end of the stream: this many bytes are left out.
        leave_out: usize,
    }
    /// REPORT (PERSO-08): the answer must list what was stored in this run, and nothing else.
    "report" Report {
        /// The state, two digits.
        report: String,
        /// What must be listed, by number; without it all that this run stored.
        holds: Option<Vec<String>>,
    }
    /// FINALISE or COMMIT UPDATE with the manifest over what this run stored.
    "manifest" Manifest {
        /// `finalise` or `update`.
        manifest: String,
        /// A fault in it: `missing`, `extra`, `hash`, `order` or `version`.
        broken: Option<String>,
        /// Data groupings that it does not name, by number.
        without: Vec<String>,
        /// Not marked as the last block.
        not_last: bool,
        /// Another object after it in the same block.
        followed: bool,
    }
    /// GENERATE KEY PAIR or PUBLIC KEY; the answer's signature is verified.
    "key_pair" KeyPair {
        /// The reference, two digits.
        key_pair: String,
        /// The pair that exists, instead of a new one.
        existing: bool,
        /// P1 b1 is not set.
        no_response: bool,
    }
    /// PACE with the password of the card.
    "pace" Pace {
        /// `can`, `mrz`, `pin` or `puk`.
        pace: String,
        /// Another password than the card's, in characters.
        with: Option<String>,
        /// AES key size of the protocol; 128 without it.
        bits: Option<u32>,
        /// Chip Authentication Mapping; the chip data is checked against key 8103.
        cam: bool,
        /// Under the session that is open.
        within: bool,
        /// The template to ask for, five bytes. The authority references that come are `car` and `previous-car`.
        chat: Option<String>,
        /// The proof of Chip Authentication Mapping must fail.
        must_fail: bool,
    }
    /// Active Authentication under the session; the signature is verified with key 8101.
    "active_authentication" ActiveAuthentication {
        /// The challenge.
        active_authentication: String,
        /// The proof must fail.
        must_fail: bool,
    }
    /// Chip Authentication, version 1 (key 8102) or 2 (key 8104, after Terminal Authentication); the proof is demanded.
    "chip_authentication" ChipAuthentication {
        /// `1` or `2`.
        chip_authentication: String,
        /// AES key size; 128 without it.
        bits: Option<u32>,
        /// Another key reference than the version's own, two digits.
        reference: Option<String>,
        /// The proof must fail.
        must_fail: bool,
    }
    /// EF.CardSecurity and DG14 are read under PACE: DG14 must name the keys of EF.CardSecurity.
    "card_security" CardSecurity {
        /// Always true.
        card_security: bool,
        /// It must name others.
        must_fail: bool,
    }
    /// MSE:Set DST and PSO: Verify Certificate for certificates of the authority, in order, until one is refused.
    "certificates" Certificates {
        /// Their names.
        certificates: Vec<String>,
        /// One byte of the last one's signature is changed.
        broken: bool,
    }
    /// Presents a terminal's certificate, then MSE:Set AT, GET CHALLENGE and EXTERNAL AUTHENTICATE with its key.
    "terminal_authentication" TerminalAuthentication {
        /// The name of its certificate.
        terminal_authentication: String,
        /// What is wrong with the signature: `bit`, `key`, `session`, `challenge` (one that was replaced) or `ephemeral`.
        broken: Option<String>,
    }
    /// Sets a variable.
    "let" Let {
        /// Its name.
        r#let: String,
        /// Its value.
        to: String,
    }
    /// The value of an expression is the data.
    "check" Check {
        /// The value.
        check: String,
    }
    /// What anticollision answers is the data.
    "anticollision" Anticollision {
        /// Always true.
        anticollision: bool,
    }
    /// Plain commands whose answers, one after the other, are the data.
    "transcript" Transcript {
        /// The commands.
        transcript: Vec<String>,
    }
    /// Steps that are done several times.
    "repeat" Repeat {
        /// How many times.
        repeat: u32,
        /// What.
        steps: Vec<Step>,
    }
    /// The session on this side is forgotten; the card is told nothing.
    "forget" Forget {
        /// Always true.
        forget: bool,
    }
    /// Plans a loss of power in the steps that follow.
    "cut" PlannedCut {
        /// At which.
        cut: Option<Cut>,
        /// The how manieth, from 1.
        at: u64,
    }
}

/// As what a card is issued.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// Whose: the name of a person in the fixture.
    pub person: String,
    /// References of the key pairs to be made.
    pub keys: Vec<String>,
    /// Further data groupings.
    pub with: Vec<String>,
    /// Data groupings that are left out.
    pub without: Vec<String>,
    /// FINALISE is left out.
    pub open: bool,
    /// Stop after the application is installed.
    pub only_installed: bool,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            person: "first".to_owned(),
            keys: Vec::new(),
            with: Vec::new(),
            without: Vec::new(),
            open: false,
            only_installed: false,
        }
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let mut table = Table::deserialize(from)?;
        let expect: Table = EXPECTATIONS
            .iter()
            .filter_map(|key| table.remove(*key).map(|value| ((*key).to_owned(), value)))
            .collect();
        let mut keys = Verb::KEYS.iter().filter(|key| table.contains_key(**key));
        let key = match (keys.next(), keys.next()) {
            (Some(key), None) => *key,
            _ => {
                let found: Vec<&String> = table.keys().collect();
                return Err(D::Error::custom(format_args!("a step has one verb, this one has {found:?}")));
            }
        };
        let expect = Value::Table(expect).try_into();
        let expect = expect.map_err(|error| D::Error::custom(format_args!("{key}: {}", error.message())))?;
        let verb = Verb::read(key, table)
            .map_err(|error| D::Error::custom(format_args!("{key}: {}", error.message())))?;
        Ok(Self { verb, expect })
    }
}

/// Used by [`Reset`].
pub(crate) fn interface(name: &str) -> Option<Option<Interface>> {
    match name {
        "same" => Some(None),
        "contact" => Some(Some(Interface::Contact)),
        "contactless" => Some(Some(Interface::Contactless)),
        _ => None,
    }
}
