//! Sessions with a card, recorded and replayed.
//!
//! A [`Recorder`] stands between a program and any [`Transport`](chipwright_iso7816::Transport) and writes every exchange to
//! a sink. The file is JSON lines: a header, then a line for each command or reset, with its time. A [`Recording`] reads it,
//! a [`Replay`] is a `Transport` that answers from it, [`show`] and [`decode`] put it in words.
//!
//! # What a recording holds
//!
//! By default ([`Redaction::Placeholders`]) neither a person, nor a chip, nor a secret: these bytes are replaced by typed
//! placeholders that keep their length. Only what is positively known to be public is kept, of the form that it should have and as
//! far as it has it. Anything else is replaced, commands that the recorder does not know included.
//!
//! | on the wire | in the file |
//! |---|---|
//! | header, Lc, Le, status word, length of every field | kept |
//! | SELECT, and the identifiers, lengths and object identifiers of its FCI | kept |
//! | EF.CardAccess, EF.DIR, EF.ATR/INFO, EF.COM, read in plain on the basic channel from the beginning on and without another command between | kept as far as it is such a file; what follows its end is not |
//! | card data `66`, key information `E0`, memory `FF21`, GET STATUS | kept as far as it is what it should be |
//! | PACE: MSE:Set AT, GENERAL AUTHENTICATE of its steps | kept: nobody learns the password or the session keys from them, now or later |
//! | secure messaging under PACE (`87`, `85`, `97`, `99`, `8E`) | kept: its keys came from ephemeral ones and are gone |
//! | secure messaging without PACE, as after Basic Access Control | `{"sealed":"secure_messaging"}`: its keys follow from a few printed digits |
//! | SCP03: EXTERNAL AUTHENTICATE, every protected command and its answer | `{"sealed":"scp03"}`: who has the card's keys later could open it; at level 01 it is not even enciphered |
//! | VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER | `{"secret":"pin"}` |
//! | PUT KEY, STORE DATA, PUT DATA, INTERNAL, EXTERNAL and other GENERAL AUTHENTICATE, PERFORM SECURITY OPERATION in plain | `{"secret":…}` |
//! | production data `9F7F`, IIN `42`, CIN `45`, diversification data of INITIALIZE UPDATE, UID | `{"identifier":…}` |
//! | data groups, EF.SOD, records and objects read in plain | `{"personal":…}`; the tag and length at the beginning of a file stay |
//! | everything else | `{"unclassified":…}` |
//!
//! Of what the host sends no setting keeps more. The answer to a command whose data is replaced is replaced too, at every setting:
//! some cards echo. The one exception is SCP03: with the identifiers, the answers of a card manager are kept, in a session that the
//! card accepted, and if they repeat nothing that was sent.
//!
//! A [`Redactor`] decides the same for whoever shows a session instead of recording it.
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
pub use redaction::{Redaction, Redactor};
pub use replay::{Deed, Mismatch, Replay};
