//! What status lists say of cards, and what is published of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "prints what it measured")]

use chipwright_profile::{CardNumber, MemberNumber, StatusReference};
use chipwright_registry::{
    CardStatus, ChipId, Commit, EntryStatus, Error, Issuer, LifeEvent, Reason, Registry, Rule, Seal,
    SignedList, View, migrations,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

static STATE: AtomicU64 = AtomicU64::new(1);

fn rng(out: &mut [u8]) {
    for byte in out {
        let n = STATE.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        *byte = ((n ^ (n >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as u8;
    }
}

fn at() -> Timestamp {
    "2026-11-22T05:00:00Z".parse().unwrap()
}

fn why(class: &str) -> Reason {
    Reason::new(class).unwrap()
}

struct Office {
    registry: Registry,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

fn office() -> Office {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    let issuer = Issuer { status_list_size: 64, status_list_fill: 2, ..Issuer::new("Test", [1; 32]) };
    let registry = Registry::create(&path, &issuer, at()).unwrap();
    Office { registry, path, _folder: folder }
}

impl Office {
    /// A card that was issued on its own chip.
    fn issued(&mut self, number: u8) -> (CardNumber, ChipId) {
        let (chip, member) =
            (ChipId([number; 10]), MemberNumber::parse(&format!("0790123456{number:02}")).unwrap());
        let registry = &mut self.registry;
        let card = registry.allocate(&member, at(), &mut rng).unwrap().card_number;
        registry.see_chip(&chip, at()).unwrap();
        registry.prepared(&chip, 2, at()).unwrap();
        registry.begin_writing(&card, &chip, at()).unwrap();
        let seal = Seal { signer: [1; 32], security_object: [2; 32] };
        let intent = registry.intend_finalise(&card, &chip, &seal, at()).unwrap();
        registry.finalised(intent, at()).unwrap();
        let raw = Connection::open(&self.path).unwrap();
        raw.execute("INSERT INTO acceptances VALUES (?1, ?2, '')", (card.as_str(), [2_u8; 32])).unwrap();
        raw.execute("UPDATE cards SET status = 'issued' WHERE card_number = ?1", [card.as_str()]).unwrap();
        (card, chip)
    }

    fn status(&self, card: &CardNumber) -> EntryStatus {
        self.registry.entry_status(card).unwrap()
    }

    fn place(&self, card: &CardNumber) -> StatusReference {
        self.registry.card(card).unwrap().unwrap().reference
    }

    fn entries(&self) -> Vec<(StatusReference, EntryStatus)> {
        let mut entries = Vec::new();
        self.registry.for_each_entry(&mut |entry, status| entries.push((entry, status))).unwrap();
        entries
    }
}

fn rule(result: Result<impl Sized, Error>) -> Rule {
    match result.err().expect("must be refused") {
        Error::Refused { rule, .. } => rule,
        other => panic!("{other}"),
    }
}

#[test]
fn invalid_is_final_whoever_says_so() {
    let mut office = office();
    let (first, chip) = office.issued(1);
    assert_eq!(office.status(&first), EntryStatus::Valid);
    office.registry.set_entry_status(&first, EntryStatus::Suspended, &why("lost"), at()).unwrap();
    office.registry.set_entry_status(&first, EntryStatus::Suspended, &why("again"), at()).unwrap();
    office.registry.set_entry_status(&first, EntryStatus::Valid, &why("found"), at()).unwrap();
    office.registry.set_entry_status(&first, EntryStatus::Invalid, &why("stolen"), at()).unwrap();
    let changes = office.registry.status_changes(&first).unwrap();
    let said: Vec<_> = changes.iter().map(|change| (change.status, change.why.as_str())).collect();
    assert_eq!(
        said,
        [(EntryStatus::Suspended, "lost"), (EntryStatus::Valid, "found"), (EntryStatus::Invalid, "stolen")]
    );
    assert_eq!(office.registry.card(&first).unwrap().unwrap().status, CardStatus::Revoked);
    for status in [EntryStatus::Valid, EntryStatus::Suspended] {
        let refused = office.registry.set_entry_status(&first, status, &why("regret"), at());
        assert_eq!(rule(refused), Rule::StatusFinal);
    }
    // the chip of a revoked card may still be resumed; its entry stays
    let intent = office.registry.intend_life(&first, &chip, LifeEvent::Resume, None, at()).unwrap();
    office.registry.life_done(intent, at()).unwrap();
    assert_eq!(office.status(&first), EntryStatus::Invalid);
    drop(office.registry);
    let raw = Connection::open(&office.path).unwrap();
    for sql in [
        "INSERT INTO card_statuses (card_number, status, why, at) SELECT card_number, 'valid', 'x', '' FROM cards",
        "DELETE FROM card_statuses",
        "UPDATE card_statuses SET status = 'valid'",
    ] {
        assert!(raw.execute(sql, []).unwrap_err().to_string().contains("rule:"), "{sql}");
    }
}

#[test]
fn entries_follow_the_card() {
    let mut office = office();
    let (suspended, chip) = office.issued(1);
    let (terminated, end) = office.issued(2);
    let (revoked, _) = office.issued(3);
    let member = MemberNumber::parse("079012345699").unwrap();
    let given_up = office.registry.allocate(&member, at(), &mut rng).unwrap().card_number;
    let mut life = |card: &CardNumber, chip: &ChipId, event| {
        let intent = office.registry.intend_life(card, chip, event, None, at()).unwrap();
        office.registry.life_done(intent, at()).unwrap();
    };
    life(&suspended, &chip, LifeEvent::Suspend);
    life(&terminated, &end, LifeEvent::Terminate);
    office.registry.revoke(&revoked, &why("lost"), at()).unwrap();
    office.registry.set_entry_status(&given_up, EntryStatus::Invalid, &why("withdrawn"), at()).unwrap();
    assert_eq!(office.registry.card(&given_up).unwrap().unwrap().status, CardStatus::Abandoned);
    assert_eq!(office.status(&suspended), EntryStatus::Suspended);
    let mut expected = vec![(office.place(&suspended), EntryStatus::Suspended)];
    for card in [&terminated, &revoked, &given_up] {
        assert_eq!(office.status(card), EntryStatus::Invalid);
        expected.push((office.place(card), EntryStatus::Invalid));
    }
    expected.sort_by_key(|(entry, _)| *entry);
    assert_eq!(office.entries(), expected);
    let intent = office.registry.intend_life(&suspended, &chip, LifeEvent::Resume, None, at()).unwrap();
    assert_eq!(office.status(&suspended), EntryStatus::Suspended, "intended is not done");
    office.registry.life_done(intent, at()).unwrap();
    assert_eq!(office.status(&suspended), EntryStatus::Valid);
    assert_eq!(office.entries().len(), 3);
}

#[test]
fn a_resumed_chip_lifts_its_own_suspension_and_no_other() {
    let mut office = office();
    let card = |office: &mut Office, number| {
        let (card, chip) = office.issued(number);
        (card, chip)
    };
    let life = |office: &mut Office, (card, chip): &(CardNumber, ChipId), event| {
        let intent = office.registry.intend_life(card, chip, event, None, at()).unwrap();
        office.registry.life_done(intent, at()).unwrap();
    };
    let set = |office: &mut Office, (card, _): &(CardNumber, ChipId), status, class: &str| {
        office.registry.set_entry_status(card, status, &why(class), at()).unwrap();
    };
    // lost before the chip was suspended, and lost while it was
    for (number, before) in [(1, true), (2, false)] {
        let card = card(&mut office, number);
        if before {
            set(&mut office, &card, EntryStatus::Suspended, "lost");
        }
        life(&mut office, &card, LifeEvent::Suspend);
        if !before {
            set(&mut office, &card, EntryStatus::Suspended, "lost");
        }
        life(&mut office, &card, LifeEvent::Resume);
        assert_eq!(office.status(&card.0), EntryStatus::Suspended, "{before}");
        // who set it lifts it; from then on the chip's suspension is the only one
        set(&mut office, &card, EntryStatus::Valid, "found");
        life(&mut office, &card, LifeEvent::Suspend);
        assert_eq!(office.status(&card.0), EntryStatus::Suspended);
        life(&mut office, &card, LifeEvent::Resume);
        assert_eq!(office.status(&card.0), EntryStatus::Valid);
    }
}

#[test]
fn the_last_update_that_was_done_is_what_a_card_holds() {
    let mut office = office();
    let (card, chip) = office.issued(1);
    assert_eq!(office.registry.updated_seal_of(&card).unwrap(), None);
    let seal = |byte| Seal { signer: [byte; 32], security_object: [byte + 1; 32] };
    for byte in [10, 20] {
        let intent =
            office.registry.intend_life(&card, &chip, LifeEvent::Update, Some(&seal(byte)), at()).unwrap();
        office.registry.life_done(intent, at()).unwrap();
    }
    office.registry.intend_life(&card, &chip, LifeEvent::Update, Some(&seal(30)), at()).unwrap();
    assert_eq!(office.registry.updated_seal_of(&card).unwrap(), Some(seal(20)), "intended is not done");
}

fn signed(list: u32) -> SignedList {
    SignedList { list, expires_at: at() + SignedDuration::from_hours(24), jwt: [7; 32], cwt: [8; 32] }
}

#[test]
fn a_publication_holds_what_was_committed_before_it_and_nothing_later() {
    let mut office = office();
    let cards: Vec<CardNumber> = (1..=5).map(|number| office.issued(number).0).collect();
    office.registry.set_entry_status(&cards[0], EntryStatus::Suspended, &why("lost"), at()).unwrap();
    assert_eq!(office.registry.unpublished_changes().unwrap(), 1);
    assert!(office.registry.released().unwrap().is_none());
    let snapshot = office.registry.begin_publication(at()).unwrap();
    office.registry.set_entry_status(&cards[1], EntryStatus::Suspended, &why("lost"), at()).unwrap();
    let lists: Vec<u32> = snapshot.lists.iter().map(|list| list.list).collect();
    assert_eq!((snapshot.number, lists, snapshot.lists[0].size), (1, vec![0, 1, 2], 64), "two cards a list");
    let place = office.place(&cards[0]);
    for list in &snapshot.lists {
        let expected =
            if list.list == place.list { vec![(place.index, EntryStatus::Suspended)] } else { vec![] };
        assert_eq!(list.entries, expected);
    }
    // nothing unsigned is released
    assert_eq!(rule(office.registry.publication_released(1, at())), Rule::PublicationNumber);
    let all: Vec<SignedList> = (0..3).map(signed).collect();
    office.registry.publication_signed(1, &all).unwrap();
    assert!(office.registry.released().unwrap().is_none());
    office.registry.publication_released(1, at()).unwrap();
    let released = office.registry.released().unwrap().unwrap();
    assert_eq!(
        (released.number, released.at, released.released_at, released.lists),
        (1, at(), Some(at()), all)
    );
    assert_eq!(office.registry.unpublished_changes().unwrap(), 1);
    // a publication that was given up keeps its number
    let given_up = office.registry.begin_publication(at()).unwrap();
    let next = office.registry.begin_publication(at()).unwrap();
    assert_eq!((given_up.number, next.number), (2, 3));
    assert_eq!(next.lists.iter().map(|list| list.entries.len()).sum::<usize>(), 2);
    office.registry.publication_signed(3, &[signed(0)]).unwrap();
    office.registry.publication_released(3, at()).unwrap();
    office.registry.publication_signed(2, &[signed(0)]).unwrap();
    assert_eq!(rule(office.registry.publication_released(2, at())), Rule::PublicationNumber, "an older one");
    assert_eq!(office.registry.released().unwrap().unwrap().number, 3);
    assert_eq!(office.registry.unpublished_changes().unwrap(), 0);
    let view = View::open(&office.path).unwrap();
    assert!(view.publication(2).unwrap().unwrap().released_at.is_none());
    assert!(view.publication(4).unwrap().is_none());
}

/// A process that is killed at each commit of a publication: no number comes twice, and the last release is whole.
#[test]
fn a_crash_at_any_commit_leaves_a_whole_publication_and_no_number_twice() {
    let mut office = office();
    let (card, _) = office.issued(1);
    let publish = |registry: &mut Registry| {
        let snapshot = registry.begin_publication(at())?;
        let lists: Vec<SignedList> = snapshot.lists.iter().map(|list| signed(list.list)).collect();
        registry.publication_signed(snapshot.number, &lists)?;
        registry.publication_released(snapshot.number, at())?;
        Ok::<u32, Error>(snapshot.number)
    };
    assert_eq!(publish(&mut office.registry).unwrap(), 1);
    office.registry.set_entry_status(&card, EntryStatus::Suspended, &why("lost"), at()).unwrap();
    drop(office.registry);
    let mut numbers = vec![1];
    for moment in 0..6 {
        let mut registry = Registry::open(&office.path, at()).unwrap();
        let mut seen = 0;
        registry.watch(move |commit| {
            let name = match commit {
                Commit::Before(name) | Commit::After(name) => name,
            };
            assert!(name.contains("publication"), "{name}");
            if seen == moment {
                std::panic::resume_unwind(Box::new("killed"));
            }
            seen += 1;
        });
        let killed =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| publish(&mut registry).unwrap()));
        assert!(killed.is_err());
        drop(registry);
        let registry = Registry::open(&office.path, at()).unwrap();
        let released = registry.released().unwrap().unwrap();
        assert_eq!(released.lists.len(), 1, "moment {moment}: what is released is signed");
        let begun = (1..20).filter_map(|number| registry.publication(number).unwrap()).count() as u64;
        numbers.push(begun);
        assert_eq!(registry.entry_status(&card).unwrap(), EntryStatus::Suspended);
    }
    assert_eq!(numbers, [1, 1, 2, 3, 4, 5, 6], "every number that was committed is spent");
    let mut registry = Registry::open(&office.path, at()).unwrap();
    assert_eq!(publish(&mut registry).unwrap(), 7);
    assert_eq!(registry.unpublished_changes().unwrap(), 0);
}

/// A registry of an earlier program: what it knows of its cards becomes their entries, once.
#[test]
fn cards_of_earlier_schemas_have_their_entries() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let old = Connection::open(&path).unwrap();
    migrations()[..3].iter().for_each(|step| old.execute_batch(step).unwrap());
    old.execute_batch(
        "PRAGMA application_id = 1129796167; PRAGMA user_version = 3;
         INSERT INTO issuer VALUES (1, 'Old', zeroblob(32), 64, 48, 5, '2026-01-01T00:00:00.000Z');
         INSERT INTO status_lists (list, size) VALUES (0, 64);
         INSERT INTO blanks VALUES ('AAAAAAAAAAAAAAAAAAAA', 'used', 17, NULL, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z');
         INSERT INTO blanks VALUES ('BBBBBBBBBBBBBBBBBBBB', 'used', 17, NULL, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z');
         INSERT INTO blanks VALUES ('CCCCCCCCCCCCCCCCCCCC', 'used', 17, NULL, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z');
         PRAGMA recursive_triggers = off;
         DROP TRIGGER cards_start_allocated;",
    )
    .unwrap();
    let card = |number: &str, status: &str, chip: &str, closed: &str, index: u32| {
        old.execute_batch(&format!(
            "INSERT INTO cards VALUES ('{number}', '07901234567{index}', '{status}', '123456', zeroblob(32), 0, {index}, {chip},
             zeroblob(32), zeroblob(32), {closed}, '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z')"
        ))
        .unwrap();
    };
    card("A2B3C4D51", "issued", "'AAAAAAAAAAAAAAAAAAAA'", "NULL", 1);
    card("A2B3C4D52", "issued", "'BBBBBBBBBBBBBBBBBBBB'", "NULL", 2);
    card("A2B3C4D53", "issued", "'CCCCCCCCCCCCCCCCCCCC'", "NULL", 3);
    card("A2B3C4D54", "revoked", "NULL", "'lost'", 4);
    card("A2B3C4D55", "abandoned", "NULL", "'unspecified'", 5);
    for (id, kind, number, chip) in [
        (1, "suspend", "A2B3C4D51", "AAAAAAAAAAAAAAAAAAAA"),
        (2, "suspend", "A2B3C4D52", "BBBBBBBBBBBBBBBBBBBB"),
        (3, "resume", "A2B3C4D52", "BBBBBBBBBBBBBBBBBBBB"),
        (4, "terminate", "A2B3C4D53", "CCCCCCCCCCCCCCCCCCCC"),
    ] {
        old.execute_batch(&format!(
            "INSERT INTO life_intents VALUES ({id}, '{kind}', '{number}', '{chip}', NULL, NULL, '2026-01-03T00:00:00.000Z');
             INSERT INTO life_outcomes VALUES ({id}, '2026-01-03T00:00:00.000Z');"
        ))
        .unwrap();
    }
    old.execute_batch(
        "CREATE TRIGGER cards_start_allocated BEFORE INSERT ON cards WHEN NEW.status <> 'allocated'
         BEGIN SELECT RAISE(ABORT, 'rule:card-status'); END;",
    )
    .unwrap();
    drop(old);
    let before = View::open(&path).unwrap();
    let mut revoked = 0;
    before.for_each_entry(&mut |_, status| revoked += u32::from(status == EntryStatus::Invalid)).unwrap();
    assert_eq!(revoked, 1, "a view of the older form knows the revoked ones");
    assert_eq!(before.unpublished_changes().unwrap(), 0);
    drop(before);
    let registry = Registry::open(&path, at()).unwrap();
    let statuses: Vec<EntryStatus> = (1..=5)
        .map(|number| {
            registry.entry_status(&CardNumber::parse(&format!("A2B3C4D5{number}")).unwrap()).unwrap()
        })
        .collect();
    use EntryStatus::{Invalid, Suspended, Valid};
    assert_eq!(statuses, [Suspended, Valid, Invalid, Invalid, Invalid]);
}

/// A province: 141,794 cards, 1 % of them revoked, 0.2 % suspended; every list read for a publication. Few cards unless
/// `CHIPWRIGHT_LONG` is set; the times are printed, not judged.
#[test]
fn a_province_is_read_for_a_publication() {
    let cards: u32 = if std::env::var_os("CHIPWRIGHT_LONG").is_some() { 141_794 } else { 3_000 };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    let mut registry = Registry::create(&path, &Issuer::new("Province", [1; 32]), at()).unwrap();
    let began = std::time::Instant::now();
    drop(registry);
    let mut raw = Connection::open(&path).unwrap();
    raw.pragma_update(None, "recursive_triggers", true).unwrap();
    let all = raw.transaction().unwrap();
    let lists = cards.div_ceil(3 << 15);
    for list in 0..lists {
        all.execute("INSERT INTO status_lists (list, size) VALUES (?1, ?2)", (list, 1 << 17)).unwrap();
    }
    {
        let mut insert = all
            .prepare(
                "INSERT INTO cards (card_number, member_number, status, can, salt, status_list, status_index, allocated_at, changed_at)
                 VALUES (?1, ?2, 'allocated', '123456', zeroblob(32), ?3, ?4, ?5, ?5)",
            )
            .unwrap();
        for card in 0..cards {
            // an odd factor: every place of a list once, and not in order
            let place = (card / lists).wrapping_mul(40_503) % (1 << 17);
            let member = format!("{card:012}");
            insert
                .execute((format!("{card:09}"), member, card % lists, place, "2026-11-22T05:00:00.000Z"))
                .unwrap();
        }
    }
    let (revoked, suspended) = (cards / 100, cards / 500);
    all.execute(
        "UPDATE cards SET status = 'abandoned', closed_why = 'lost' WHERE CAST(card_number AS INTEGER) % 100 = 7
         AND CAST(card_number AS INTEGER) < ?1 * 100",
        [revoked],
    )
    .unwrap();
    all.execute(
        "INSERT INTO card_statuses (card_number, status, why, at) SELECT card_number, 'suspended', 'lost', '2026-11-22T05:00:00.000Z'
         FROM cards WHERE CAST(card_number AS INTEGER) % 500 = 11 AND CAST(card_number AS INTEGER) < ?1 * 500",
        [suspended],
    )
    .unwrap();
    all.commit().unwrap();
    drop(raw);
    println!("{cards} cards written in {:.2?}", began.elapsed());
    registry = Registry::open(&path, at()).unwrap();
    let began = std::time::Instant::now();
    let snapshot = registry.begin_publication(at()).unwrap();
    let read = began.elapsed();
    let count = |wanted| {
        let entries = snapshot.lists.iter().flat_map(|list| &list.entries);
        entries.filter(|(_, status)| *status == wanted).count() as u32
    };
    assert_eq!((count(EntryStatus::Invalid), count(EntryStatus::Suspended)), (revoked, suspended));
    assert_eq!(snapshot.lists.len() as u32, lists);
    let sorted =
        |list: &chipwright_registry::ListSnapshot| list.entries.windows(2).all(|two| two[0].0 < two[1].0);
    assert!(snapshot.lists.iter().all(sorted));
    println!("{lists} lists with {} entries read for publication 1 in {read:.2?}", revoked + suspended);
}
