//! The faults a chip can have while it is surveyed, prepared and written.

use super::contents::{four_gigabytes, nested};
use super::{Aim, Deed, Meddler, Swap};
use chipwright_iso7816::{Ins, Transport};

type Chip = Box<dyn Transport + Send>;

/// A chip with a fault that shows when it is made a card.
pub struct WritingFault {
    /// Its name.
    pub name: &'static str,
    /// What is wrong with the chip, for the table of faults.
    pub what: &'static str,
    make: fn(Chip, Chip) -> Chip,
}

impl WritingFault {
    /// The chip. `honest` is the chip under the fault, `other` another honest chip.
    #[must_use]
    pub fn chip(&self, honest: Chip, other: Chip) -> Chip {
        (self.make)(honest, other)
    }
}

macro_rules! faults {
    ($($name:literal, $what:literal, $make:expr;)*) => { vec![$(WritingFault { name: $name, what: $what, make: $make }),*] };
}

fn meddled(chip: Chip, aim: Aim, deed: Deed) -> Chip {
    Box::new(Meddler::new(chip, aim, deed))
}

fn ok(data: Vec<u8>) -> Deed {
    Deed::Instead([data, vec![0x90, 0x00]].concat())
}

const SELECT: Aim = Aim::Nth(Ins::SELECT, 0);
const CPLC: Aim = Aim::Header(Ins::GET_DATA, 0x9F, 0x7F);
const CARD_DATA: Aim = Aim::Header(Ins::GET_DATA, 0x00, 0x66);
const KEYS: Aim = Aim::Header(Ins::GET_DATA, 0x00, 0xE0);
const MEMORY: Aim = Aim::Header(Ins::GET_DATA, 0xFF, 0x21);
const UPDATE: Aim = Aim::Every(Ins::INITIALIZE_UPDATE);
const AUTHENTICATE: Aim = Aim::Every(Ins::EXTERNAL_AUTHENTICATE);
const GET_STATUS: Aim = Aim::Every(Ins::GET_STATUS);
const STORE: Aim = Aim::Every(Ins::STORE_DATA);

/// All of them.
#[must_use]
pub fn writing() -> Vec<WritingFault> {
    let mut all = survey();
    all.extend(channel());
    all.extend(session());
    all
}

fn survey() -> Vec<WritingFault> {
    faults![
        "select-endless-61", "SELECT announces more data for ever", |c, _| meddled(c, SELECT, Deed::MoreForEver(255));
        "select-6C-for-ever", "answers 6C10 (wrong Le) for ever", |c, _| meddled(c, Aim::From(0), Deed::Forged(vec![0x6C, 0x10]));
        "select-one-byte", "answers one byte", |c, _| meddled(c, SELECT, Deed::Forged(vec![0x90]));
        "select-huge", "answers a megabyte", |c, _| meddled(c, SELECT, Deed::Huge(1 << 20));
        "no-card-manager", "another kind of card: no card manager", |c, _| meddled(c, Aim::Every(Ins::SELECT), Deed::Forged(vec![0x6A, 0x82]));
        "knows-no-command", "another kind of card: answers 6D00 to everything", |c, _| meddled(c, Aim::From(0), Deed::Forged(vec![0x6D, 0]));
        "agrees-to-everything", "answers 9000 to everything", |c, _| meddled(c, Aim::From(0), Deed::Forged(vec![0x90, 0]));
        "cplc-short", "production data that break off", |c, _| meddled(c, CPLC, Deed::Half);
        "cplc-one-byte", "one byte for its production data", |c, _| meddled(c, CPLC, Deed::Forged(vec![0x90]));
        "card-data-nested", "card data nested 60 deep", |c, _| meddled(c, CARD_DATA, ok(nested(0x66, 60)));
        "card-data-four-gigabytes", "card data of four gigabytes", |c, _| meddled(c, CARD_DATA, ok(four_gigabytes(0x66)[..200].to_vec()));
        "card-data-no-scp03", "card data without a secure channel", |c, _| meddled(c, CARD_DATA, ok(vec![0x66, 2, 0x73, 0]));
        "keys-hundred-versions", "sixty key versions, none of ours", |c, _| meddled(c, KEYS, ok([vec![0xE0, 0x81, 240], (0..40).flat_map(|n| [0xC0, 4, 1, 0x40 + n, 0x88, 16]).collect()].concat()));
        "keys-truncated", "key information that breaks off", |c, _| meddled(c, KEYS, Deed::Cut(9));
        "memory-none", "says it has no memory", |c, _| meddled(c, MEMORY, ok(vec![0xFF, 0x21, 9, 0x81, 1, 0, 0x82, 1, 0, 0x83, 1, 0]));
        "memory-long", "memory counted in forty bytes", |c, _| meddled(c, MEMORY, ok([vec![0xFF, 0x21, 42, 0x81, 40], vec![9; 40]].concat()));
        "survey-replay", "an earlier answer again", |c, _| meddled(c, CARD_DATA, Deed::Replay);
        "survey-status-from-nowhere", "status 0000 with the data", |c, _| meddled(c, CPLC, Deed::Status(0));
        "other-chip-without-reset", "is another chip after it was looked at, without a reset", |c, o| Box::new(Swap::new(c, o, 12));
    ]
}

/// INITIALIZE UPDATE answers: identifier (10), version, protocol, i, challenge (8), cryptogram (8), counter (3).
fn channel() -> Vec<WritingFault> {
    faults![
        "scp03-wrong-cryptogram", "SCP03: a wrong card cryptogram", |c, _| meddled(c, UPDATE, Deed::Xor(21, vec![1]));
        "scp03-other-challenge", "SCP03: a challenge that does not belong to the cryptogram", |c, _| meddled(c, UPDATE, Deed::Xor(13, vec![1]));
        "scp03-other-chip", "SCP03: the identifier of another chip", |c, _| meddled(c, UPDATE, Deed::Xor(9, vec![1]));
        "scp03-other-version", "SCP03: another key version", |c, _| meddled(c, UPDATE, Deed::Xor(10, vec![0x20]));
        "scp03-other-protocol", "SCP03: says it speaks SCP02", |c, _| meddled(c, UPDATE, Deed::Xor(11, vec![1]));
        "scp03-other-parameter", "SCP03: another parameter i than in its card data", |c, _| meddled(c, UPDATE, Deed::Xor(12, vec![0x60]));
        "scp03-unknown-parameter", "SCP03: a parameter i that does not exist", |c, _| meddled(c, UPDATE, Deed::Xor(12, vec![0x8E]));
        "scp03-other-mode", "SCP03: says S16 where S8 was asked for", |c, _| meddled(c, UPDATE, Deed::Xor(12, vec![0x01]));
        "scp03-other-counter", "SCP03: a sequence counter that does not give the challenge", |c, _| meddled(c, UPDATE, Deed::Xor(31, vec![1]));
        "scp03-short-answer", "SCP03: half an answer to INITIALIZE UPDATE", |c, _| meddled(c, UPDATE, Deed::Half);
        "scp03-long-answer", "SCP03: bytes too many in INITIALIZE UPDATE", |c, _| meddled(c, UPDATE, Deed::Longer(9));
        "scp03-empty-answer", "SCP03: 9000 alone to INITIALIZE UPDATE", |c, _| meddled(c, UPDATE, Deed::NoData);
        "scp03-blocked", "SCP03: INITIALIZE UPDATE refused with 6983", |c, _| meddled(c, UPDATE, Deed::Forged(vec![0x69, 0x83]));
        "scp03-host-refused", "SCP03: EXTERNAL AUTHENTICATE refused with 6300", |c, _| meddled(c, AUTHENTICATE, Deed::Forged(vec![0x63, 0]));
        "scp03-never-authenticated", "SCP03: says 9000 to EXTERNAL AUTHENTICATE and has not done it", |c, _| meddled(c, AUTHENTICATE, Deed::Forged(vec![0x90, 0]));
    ]
}

fn session() -> Vec<WritingFault> {
    faults![
        "rmac-wrong", "a wrong MAC of a response", |c, _| meddled(c, GET_STATUS, Deed::Flip(500));
        "rmac-missing", "a response without its MAC", |c, _| meddled(c, GET_STATUS, Deed::NoData);
        "rmac-replayed", "an earlier response again", |c, _| meddled(c, GET_STATUS, Deed::Replay);
        "rmac-longer", "bytes too many in a protected response", |c, _| meddled(c, GET_STATUS, Deed::Longer(16));
        "refusal-with-data", "data beside a refusal", |c, _| meddled(c, GET_STATUS, Deed::Status(0x6985));
        "session-endless-61", "announces more data for ever inside the session", |c, _| meddled(c, GET_STATUS, Deed::MoreForEver(100));
        "put-key-unconfirmed", "new keys that are not confirmed", |c, _| meddled(c, Aim::Every(Ins::PUT_KEY), Deed::NoData);
        "install-refused", "INSTALL refused with 6A84", |c, _| meddled(c, Aim::Every(Ins::INSTALL), Deed::Forged(vec![0x6A, 0x84]));
        "store-refused", "STORE DATA refused with 6581", |c, _| meddled(c, STORE, Deed::Forged(vec![0x65, 0x81]));
        "store-unanswered", "STORE DATA said to be done, without a MAC", |c, _| meddled(c, STORE, Deed::Forged(vec![0x90, 0]));
        "store-status-from-nowhere", "STORE DATA answered with 9FFF", |c, _| meddled(c, STORE, Deed::Forged(vec![0x9F, 0xFF]));
        "report-replayed", "an earlier answer for the report of what it holds", |c, _| meddled(c, Aim::Nth(Ins::STORE_DATA, 0), Deed::Replay);
    ]
}
