//! The faults a card can have while it is read.

use super::contents::{self, four_gigabytes, nested, nested_indefinite};
use super::{Aim, Deed, Liar, Meddler, Model, PaceLie, Rewound, SealLie, Turns};
use chipwright_iso7816::{Ins, Transport};
use chipwright_profile::FileId;

type Card = Box<dyn Transport + Send>;

/// Status words from nowhere, and from everywhere.
pub const STATUS_WORDS: [u16; 22] = [
    0x0000, 0x0001, 0x5FFF, 0x6000, 0x6200, 0x6283, 0x6300, 0x63C0, 0x6400, 0x6581, 0x6700, 0x6883, 0x6982,
    0x6A82, 0x6B00, 0x6D00, 0x6F00, 0x6FFF, 0x9100, 0x9FFF, 0xA000, 0xFFFF,
];

/// A card with a fault that shows when it is read.
pub struct ReadingFault {
    /// Its name.
    pub name: &'static str,
    /// What is wrong with the card, for the table of faults.
    pub what: &'static str,
    make: fn(&Model, &Model) -> Card,
}

impl ReadingFault {
    /// The card. `model` is an honest card's content, `other` that of another honest card.
    #[must_use]
    pub fn card(&self, model: &Model, other: &Model) -> Card {
        (self.make)(model, other)
    }
}

macro_rules! faults {
    ($($name:literal, $what:literal, $make:expr;)*) => { vec![$(ReadingFault { name: $name, what: $what, make: $make }),*] };
}

fn meddled(model: &Model, aim: Aim, deed: Deed) -> Card {
    Box::new(Meddler::new(Liar::new(model), aim, deed))
}

fn sealed(model: &Model, at: usize, lie: SealLie) -> Card {
    Box::new(Liar::new(model).lying_at(at, lie))
}

fn pace(model: &Model, lie: PaceLie) -> Card {
    Box::new(Liar::new(model).lying_in_pace(lie))
}

fn access(model: &Model, content: Vec<u8>) -> Card {
    with(model, FileId::CardAccess, content)
}

fn with(model: &Model, file: FileId, content: Vec<u8>) -> Card {
    Box::new(Liar::new(&model.clone().with(file, content)))
}

fn honest(model: &Model) -> Card {
    Box::new(Liar::new(model))
}

const FIRST: Aim = Aim::AfterReset(0);
const LATER: Aim = Aim::AfterReset(8);

/// All of them.
#[must_use]
pub fn reading() -> Vec<ReadingFault> {
    let mut all = transmission();
    all.extend(agreement());
    all.extend(messaging());
    all.extend(structures());
    all.extend(changes());
    all
}

/// Answers that are no answers.
fn transmission() -> Vec<ReadingFault> {
    faults![
        "endless-61-with-data", "announces more data (61FF) for ever, with data", |m, _| meddled(m, FIRST, Deed::MoreForEver(255));
        "endless-61-one-byte", "announces more data (61FF) for ever, one byte at a time", |m, _| meddled(m, FIRST, Deed::MoreForEver(1));
        "endless-61-without-data", "announces more data (61FF) for ever, and gives none", |m, _| meddled(m, FIRST, Deed::MoreForEver(0));
        "endless-61-in-session", "announces more data (61FF) for ever inside the session", |m, _| meddled(m, LATER, Deed::MoreForEver(255));
        "61-and-6C-in-turn", "answers 61FF and 6C10 in turn", |m, _| meddled(m, FIRST, Deed::MoreAndWrongLe);
        "6C-for-ever", "answers 6C10 (wrong Le) for ever", |m, _| meddled(m, Aim::From(0), Deed::Forged(vec![0x6C, 0x10]));
        "6C-in-session", "answers 6C10 inside the session", |m, _| meddled(m, LATER, Deed::Forged(vec![0x6C, 0x10]));
        "empty-response", "answers no byte at all", |m, _| meddled(m, FIRST, Deed::Forged(vec![]));
        "one-byte-response", "answers one byte", |m, _| meddled(m, FIRST, Deed::Forged(vec![0x90]));
        "one-byte-response-in-session", "answers one byte inside the session", |m, _| meddled(m, LATER, Deed::Forged(vec![0x90]));
        "huge-response", "answers a megabyte", |m, _| meddled(m, FIRST, Deed::Huge(1 << 20));
        "huge-response-in-session", "answers a megabyte inside the session", |m, _| meddled(m, LATER, Deed::Huge(1 << 20));
        "longer-than-asked", "answers 70,000 bytes more than asked", |m, _| meddled(m, FIRST, Deed::Longer(70_000));
        "status-0000", "answers status 0000", |m, _| meddled(m, FIRST, Deed::Status(0));
        "status-9100", "answers status 9100", |m, _| meddled(m, FIRST, Deed::Forged(vec![0x91, 0]));
        "status-6FFF", "answers status 6FFF", |m, _| meddled(m, FIRST, Deed::Forged(vec![0x6F, 0xFF]));
        "status-9FFF-in-session", "answers status 9FFF inside the session", |m, _| meddled(m, LATER, Deed::Forged(vec![0x9F, 0xFF]));
    ]
}

fn agreement() -> Vec<ReadingFault> {
    faults![
        "pace-point-off-curve", "PACE: a public key that is no point of the curve", |m, _| pace(m, PaceLie::OffCurve(2));
        "pace-point-off-curve-later", "PACE: an ephemeral key that is no point of the curve", |m, _| pace(m, PaceLie::OffCurve(3));
        "pace-infinity", "PACE: the point at infinity", |m, _| pace(m, PaceLie::Infinity(2));
        "pace-infinity-later", "PACE: the point at infinity in the key agreement", |m, _| pace(m, PaceLie::Infinity(3));
        "pace-echo", "PACE: our own public key sent back", |m, _| pace(m, PaceLie::Echo(2));
        "pace-echo-later", "PACE: our own ephemeral key sent back", |m, _| pace(m, PaceLie::Echo(3));
        "pace-compressed-point", "PACE: a compressed point", |m, _| pace(m, PaceLie::Compressed(2));
        "pace-wrong-token", "PACE: a wrong authentication token", |m, _| pace(m, PaceLie::WrongToken);
        "pace-short-token", "PACE: a token of four bytes", |m, _| pace(m, PaceLie::ShortToken);
        "pace-short-nonce", "PACE: a nonce of 8 bytes", |m, _| pace(m, PaceLie::NonceLength(8));
        "pace-empty-nonce", "PACE: a nonce of no bytes", |m, _| pace(m, PaceLie::NonceLength(0));
        "pace-huge-nonce", "PACE: a nonce of 240 bytes", |m, _| pace(m, PaceLie::NonceLength(240));
        "pace-extra-object", "PACE: an object that does not belong there", |m, _| pace(m, PaceLie::ExtraObject(1));
        "pace-other-tag", "PACE: an object of another step", |m, _| pace(m, PaceLie::OtherTag(2));
        "pace-replay", "PACE: an earlier answer again", |m, _| meddled(m, Aim::Nth(Ins::GENERAL_AUTHENTICATE, 2), Deed::Replay);
        "pace-refused", "PACE refused in the middle", |m, _| meddled(m, Aim::Nth(Ins::GENERAL_AUTHENTICATE, 1), Deed::Forged(vec![0x69, 0x85]));
        "pace-other-password", "PACE: the card has another access number", |m, o| Box::new(Liar::new(&Model { can: o.can.clone(), ..m.clone() }));
    ]
}

fn messaging() -> Vec<ReadingFault> {
    faults![
        "sm-naked-status", "secure messaging: a naked 9000", |m, _| sealed(m, 1, SealLie::Naked(0x9000));
        "sm-naked-refusal", "secure messaging: a naked 6982", |m, _| sealed(m, 1, SealLie::Naked(0x6982));
        "sm-naked-data", "secure messaging: the data in plain", |m, _| sealed(m, 1, SealLie::NakedData);
        "sm-no-mac", "secure messaging: no MAC", |m, _| sealed(m, 1, SealLie::NoMac);
        "sm-short-mac", "secure messaging: a MAC of four bytes", |m, _| sealed(m, 1, SealLie::ShortMac);
        "sm-wrong-mac", "secure messaging: a wrong MAC", |m, _| sealed(m, 1, SealLie::WrongMac);
        "sm-wrong-mac-later", "secure messaging: a wrong MAC in the middle of the portrait", |m, _| sealed(m, 20, SealLie::WrongMac);
        "sm-no-status", "secure messaging: no protected status", |m, _| sealed(m, 1, SealLie::NoStatus);
        "sm-short-status", "secure messaging: a protected status of one byte", |m, _| sealed(m, 1, SealLie::ShortStatus);
        "sm-reordered", "secure messaging: objects in another order", |m, _| sealed(m, 1, SealLie::Reordered);
        "sm-doubled", "secure messaging: the data twice", |m, _| sealed(m, 1, SealLie::Doubled);
        "sm-foreign-object", "secure messaging: an object that does not belong there", |m, _| sealed(m, 1, SealLie::ForeignObject);
        "sm-trailing-bytes", "secure messaging: bytes after the MAC", |m, _| sealed(m, 1, SealLie::Trailing);
        "sm-bad-padding", "secure messaging: wrong padding under a right MAC", |m, _| sealed(m, 1, SealLie::BadPadding);
        "sm-odd-cryptogram", "secure messaging: a cryptogram that is no whole number of blocks", |m, _| sealed(m, 1, SealLie::OddCryptogram);
        "sm-empty-cryptogram", "secure messaging: a cryptogram of no bytes", |m, _| sealed(m, 1, SealLie::EmptyCryptogram);
        "sm-other-indicator", "secure messaging: another padding indicator", |m, _| sealed(m, 1, SealLie::OtherIndicator);
        "sm-status-differs", "secure messaging: two statuses that differ", |m, _| sealed(m, 1, SealLie::StatusDiffers);
        "sm-more-than-asked", "secure messaging: 66,000 bytes under a right MAC", |m, _| sealed(m, 1, SealLie::MoreThanAsked);
        "sm-replayed", "secure messaging: the response before once more", |m, _| sealed(m, 2, SealLie::Replayed);
        "sm-counter-ahead", "secure messaging: a counter that is ahead", |m, _| sealed(m, 1, SealLie::CounterAhead);
        "sm-refused", "secure messaging: a refusal, rightly protected", |m, _| sealed(m, 1, SealLie::Refused(0x6982));
        "sm-status-from-nowhere", "secure messaging: status 0000 under a right MAC, with the data", |m, _| sealed(m, 1, SealLie::StatusWithData(0));
        "sm-four-gigabytes", "secure messaging: an object of four gigabytes", |m, _| sealed(m, 1, SealLie::HugeLength);
        "sm-indefinite-length", "secure messaging: a length in indefinite form", |m, _| sealed(m, 1, SealLie::IndefiniteLength);
        "sm-truncated", "secure messaging: a response that breaks off", |m, _| sealed(m, 1, SealLie::Truncated);
    ]
}

fn structures() -> Vec<ReadingFault> {
    faults![
        "access-empty-file", "EF.CardAccess: no byte", |m, _| access(m, vec![]);
        "access-no-entry", "EF.CardAccess: no entry", |m, _| access(m, vec![0x31, 0]);
        "access-thousands", "EF.CardAccess: 1,500 entries", |m, _| access(m, contents::card_access(&(0..1500).map(contents::unknown_info).collect::<Vec<_>>()));
        "access-unknown", "EF.CardAccess: unknown protocols only", |m, _| access(m, contents::card_access(&(0..20).map(contents::unknown_info).collect::<Vec<_>>()));
        "access-other-pace", "EF.CardAccess: sixty kinds of PACE that we refuse", |m, _| access(m, contents::card_access(&(0..60).map(|n| contents::pace_info(1 + n % 4 * 2 % 4, 1, 1, n)).collect::<Vec<_>>()));
        "access-nested", "EF.CardAccess: sets nested 8,000 deep", |m, _| access(m, nested(0x31, 8000));
        "access-nested-10000", "EF.CardAccess: sets nested 10,000 deep", |m, _| access(m, nested(0x31, 10_000));
        "access-indefinite", "EF.CardAccess: indefinite lengths nested 8,000 deep", |m, _| access(m, nested_indefinite(0x31, 8000));
        "access-four-gigabytes", "EF.CardAccess: announces four gigabytes", |m, _| access(m, four_gigabytes(0x31));
        "access-length-ff", "EF.CardAccess: a length field of 127 bytes", |m, _| access(m, [vec![0x31, 0xFF], vec![0xFF; 200]].concat());
        "access-truncated", "EF.CardAccess: breaks off", |m, _| access(m, contents::announcing(&m.files[&FileId::CardAccess], 100));
        "access-zeros", "EF.CardAccess: only zeros", |m, _| access(m, vec![0; 40]);
        "access-long-tag", "EF.CardAccess: a tag that never ends", |m, _| access(m, vec![0x3F; 1].into_iter().chain([0xFF; 60]).collect());
        "access-not-minimal", "EF.CardAccess: a length that is not minimal", |m, _| access(m, contents::not_minimal(&m.files[&FileId::CardAccess]));
        "access-trickles", "EF.CardAccess: 28,000 bytes, twenty at a time", |m, _| Box::new(Liar::new(&m.clone().with(FileId::CardAccess, [vec![0x31, 0x82, 0x70, 0], vec![0; 0x7000]].concat())).trickling(20));
        "sod-four-gigabytes", "EF.SOD: announces four gigabytes", |m, _| with(m, FileId::Sod, four_gigabytes(0x77));
        "sod-missing", "EF.SOD: is not there", |m, _| honest(&m.clone().without(FileId::Sod));
        "sod-empty", "EF.SOD: nothing in its template", |m, _| with(m, FileId::Sod, vec![0x77, 0]);
        "sod-other-tag", "EF.SOD: another tag", |m, _| with(m, FileId::Sod, [vec![0x61], m.files[&FileId::Sod][1..].to_vec()].concat());
        "sod-nested", "EF.SOD: sequences nested 7,000 deep", |m, _| with(m, FileId::Sod, chipwright_iso7816::tlv::encode(chipwright_iso7816::Tag(0x77), &nested(0x30, 7000)));
        "sod-indefinite", "EF.SOD: indefinite lengths nested 8,000 deep", |m, _| with(m, FileId::Sod, chipwright_iso7816::tlv::encode(chipwright_iso7816::Tag(0x77), &nested_indefinite(0x30, 8000)));
        "sod-10000-certificates", "EF.SOD: 10,000 certificates", |m, _| with(m, FileId::Sod, contents::with_certificates(&m.files[&FileId::Sod], 10_000));
        "sod-no-certificate", "EF.SOD: no certificate", |m, _| with(m, FileId::Sod, contents::with_certificates(&m.files[&FileId::Sod], 0));
        "sod-huge-content", "EF.SOD: a list of hashes of 25,000 bytes", |m, _| with(m, FileId::Sod, contents::with_content(&m.files[&FileId::Sod], &vec![0x30; 25_000]));
        "sod-zeros", "EF.SOD: only zeros in its template", |m, _| with(m, FileId::Sod, [vec![0x77, 0x82, 0x08, 0], vec![0; 2048]].concat());
        "sod-trickles", "EF.SOD: 28,000 bytes, thirty at a time", |m, _| Box::new(Liar::new(&m.clone().with(FileId::Sod, [vec![0x77, 0x82, 0x70, 0], vec![0; 0x7000]].concat())).trickling(30));
        "dg1-announces-more", "DG1: announces more than it holds", |m, _| with(m, FileId::Dg(1), contents::announcing(&m.files[&FileId::Dg(1)], 500));
        "dg1-four-gigabytes", "DG1: announces four gigabytes", |m, _| with(m, FileId::Dg(1), four_gigabytes(0x61));
        "dg1-missing", "DG1: is not there", |m, _| honest(&m.clone().without(FileId::Dg(1)));
        "dg1-truncated", "DG1: breaks off inside the zone", |m, _| with(m, FileId::Dg(1), vec![0x61, 5, 0x5F, 0x1F, 90, 0x49, 0x3C]);
        "dg2-bomb", "DG2: a picture of 60,000 × 60,000 pixels", |m, _| with(m, FileId::Dg(2), contents::with_picture_of(&m.files[&FileId::Dg(2)], 60_000, 60_000));
        "dg2-announces-more", "DG2: announces more than it holds", |m, _| with(m, FileId::Dg(2), contents::announcing(&m.files[&FileId::Dg(2)], 9000));
        "dg11-nested", "DG11: templates nested 8,000 deep", |m, _| with(m, FileId::Dg(11), nested(0x6B, 8000));
        "dg13-zeros", "DG13: only zeros", |m, _| with(m, FileId::Dg(13), [vec![0x6D, 0x81, 200], vec![0; 200]].concat());
        "dg14-thousands", "DG14: 1,500 entries", |m, _| with(m, FileId::Dg(14), chipwright_iso7816::tlv::encode(chipwright_iso7816::Tag(0x6E), &contents::card_access(&(0..1500).map(contents::unknown_info).collect::<Vec<_>>())));
    ]
}

/// Cards that change their mind.
fn changes() -> Vec<ReadingFault> {
    faults![
        "other-security-object", "the security object of another card", |m, o| with(m, FileId::Sod, o.files[&FileId::Sod].clone());
        "other-dg1", "DG1 of another card", |m, o| with(m, FileId::Dg(1), o.files[&FileId::Dg(1)].clone());
        "other-portrait", "the portrait of another card", |m, o| with(m, FileId::Dg(2), o.files[&FileId::Dg(2)].clone());
        "other-sod-after-reset", "another security object at the second reading", |m, o| Box::new(Liar::new(m).then(FileId::Sod, o.files[&FileId::Sod].clone()));
        "other-dg1-after-reset", "another DG1 at the second reading", |m, o| Box::new(Liar::new(m).then(FileId::Dg(1), o.files[&FileId::Dg(1)].clone()));
        "other-access-after-reset", "another EF.CardAccess after a reset", |m, _| Box::new(Liar::new(m).then(FileId::CardAccess, contents::card_access(&[contents::pace_info(2, 4, 2, 12), contents::unknown_info(9)])));
        "other-session-after-reset", "a protected response of an earlier session", |m, _| Box::new(Rewound::new(Liar::new(m), 8));
        "other-nonce-after-reset", "an answer of PACE from an earlier session", |m, _| Box::new(Rewound::new(Liar::new(m), 4));
        "other-card-after-reset", "another card after a reset", |m, o| Box::new(Turns::new(vec![honest(m), honest(o)]));
    ]
}
