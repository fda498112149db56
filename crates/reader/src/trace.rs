//! Sessions with a card, recorded and replayed.
//!
//! A [`Recorder`] stands between a program and any [`Transport`](chipwright_iso7816::Transport) and writes every exchange to
//! a sink. The file is JSON lines: a header, then a line for each command or reset, with its time. A [`Recording`] reads it,
//! a [`Replay`] is a `Transport` that answers from it, [`show`] and [`decode`] put it in words.
//!
//! # What a recording holds
//!
//! By default ([`Redaction::Placeholders`]) neither a person, nor a chip, nor a secret: these bytes are replaced by typed
//! placeholders that keep their length. Only what is positively known to be public is kept; anything else is replaced, commands
//! that the recorder does not know included.
//!
//! | on the wire | in the file |
//! |---|---|
//! | header, Lc, Le, status word, length of every field | kept |
//! | SELECT, and the identifiers, lengths and object identifiers of its FCI | kept |
//! | EF.CardAccess, EF.DIR, EF.ATR/INFO, EF.COM; card data `66`, key information `E0`, memory `FF21` | kept |
//! | PACE: MSE:Set AT, GENERAL AUTHENTICATE | kept: nobody learns the password or the session keys from them, now or later |
//! | secure messaging under PACE (`87`, `85`, `97`, `99`, `8E`) | kept: its keys came from ephemeral ones and are gone |
//! | secure messaging without PACE, as after Basic Access Control | `{"sealed":"secure_messaging"}`: its keys follow from a few printed digits |
//! | SCP03: EXTERNAL AUTHENTICATE, every protected command and its answer | `{"sealed":"scp03"}`: who has the card's keys later could open it; at level 01 it is not even enciphered |
//! | VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER | `{"secret":"pin"}` |
//! | PUT KEY, STORE DATA, EXTERNAL AUTHENTICATE in plain | `{"secret":…}` |
//! | production data `9F7F`, IIN `42`, CIN `45`, diversification data of INITIALIZE UPDATE, UID, signatures of the chip | `{"identifier":…}` |
//! | data groups, EF.SOD, records and objects read in plain | `{"personal":…}`; the tag and length at the beginning of a file stay |
//! | everything else | `{"unclassified":…}` |
//!
//! # What can be replayed
//!
//! A placeholder in a command matches any bytes of its length; one in a response is answered with zeros. A verification under
//! PACE replays to the same verdict, given the same randomness of the host. A personalisation does not by default: the keys of
//! a chip follow from its identifier, and what the chip answers under SCP03 is sealed; it ends at the first protected answer.
//! Recorded with [`Redaction::KeepIdentifiers`] it replays to its end, and still holds nothing about a person, no secret, and
//! nothing that the station sent under SCP03. The answer-to-reset is kept: it names the kind of the chip.

mod content;
mod decode;
mod recorder;
mod recording;
mod redaction;
mod replay;

pub use content::{Content, ContentError, Piece, Placeholder, Sort};
pub use decode::{Decoded, DecodedStep, Node, Totals, decode, show};
pub use recorder::{Clock, Outcome, Recorder, Watch};
pub use recording::{Fault, Happening, Header, Recording, SCHEMA, Step, TraceError};
pub use redaction::Redaction;
pub use replay::{Deed, Mismatch, Replay};
