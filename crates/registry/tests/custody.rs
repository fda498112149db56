//! Deliveries, chips that are sent back, tries that are forgiven.

#![allow(clippy::unwrap_used, reason = "a fault here is a fault of the test")]

use chipwright_profile::MemberNumber;
use chipwright_registry::{
    APPLICATION_ID, BlankStage, ChipId, CustodyKind, Error, Issuer, Reason, Registry, Rule, View, migrations,
};
use jiff::Timestamp;
use rusqlite::Connection;
use std::sync::atomic::{AtomicU64, Ordering};

const VALUES: [[u8; 3]; 3] = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];

fn at() -> Timestamp {
    "2026-11-22T05:00:00Z".parse().unwrap()
}

static STATE: AtomicU64 = AtomicU64::new(1);

fn rng(out: &mut [u8]) {
    for byte in out {
        let n = STATE.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        *byte = ((n ^ (n >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as u8;
    }
}

fn registry() -> (tempfile::TempDir, Registry) {
    let folder = tempfile::tempdir().unwrap();
    let registry =
        Registry::create(&folder.path().join("registry.db"), &Issuer::new("Test", [1; 32]), at()).unwrap();
    (folder, registry)
}

fn rule(error: Error) -> Rule {
    match error {
        Error::Refused { rule, .. } => rule,
        other => panic!("{other}"),
    }
}

#[test]
fn deliveries_name_their_chips_and_stay_as_they_are() {
    let (folder, mut registry) = registry();
    let (one, two) = (ChipId([1; 10]), ChipId([2; 10]));
    registry.add_delivery("autumn", 1, &VALUES, Some(&[one, two]), at()).unwrap();
    registry.add_delivery("winter", 2, &VALUES, None, at()).unwrap();
    assert!(matches!(
        registry.add_delivery("winter", 3, &VALUES, None, at()),
        Err(Error::DeliveryExists(label)) if label == "winter"
    ));
    assert_eq!(
        rule(registry.add_delivery("spring", 3, &VALUES, Some(&[ChipId([3; 10]), one]), at()).unwrap_err()),
        Rule::ChipDeliveredTwice
    );
    assert!(registry.delivery("spring").unwrap().is_none(), "all of it or nothing");
    let all = registry.deliveries().unwrap();
    assert_eq!(
        all.iter().map(|d| (d.label.as_str(), d.named_chips)).collect::<Vec<_>>(),
        [("autumn", Some(2)), ("winter", None)]
    );
    assert_eq!(all[0].check_values, VALUES);
    assert_eq!(registry.delivery_naming(&two).unwrap().as_deref(), Some("autumn"));
    assert_eq!(registry.delivery_naming(&ChipId([3; 10])).unwrap(), None);
    drop(registry);
    let raw = Connection::open(folder.path().join("registry.db")).unwrap();
    for sql in [
        "DELETE FROM deliveries",
        "UPDATE deliveries SET key_version = 9",
        "DELETE FROM delivered_chips",
        "UPDATE delivered_chips SET delivery = 'winter'",
    ] {
        assert!(raw.execute(sql, []).unwrap_err().to_string().contains("append-only"), "{sql}");
    }
}

#[test]
fn a_chip_goes_back_only_while_it_carries_nothing_and_comes_back_by_a_new_delivery() {
    let (_folder, mut registry) = registry();
    let (free, busy) = (ChipId([1; 10]), ChipId([2; 10]));
    assert_eq!(
        rule(registry.returned(&free, "autumn", 1, at()).unwrap_err()),
        Rule::ChipNotReturnable,
        "a chip that was never seen"
    );
    for chip in [free, busy] {
        registry.see_chip(&chip, at()).unwrap();
        registry.prepared(&chip, 0x11, at()).unwrap();
    }
    let first = registry.allocate(&MemberNumber::parse("079012345678").unwrap(), at(), &mut rng).unwrap();
    registry.begin_writing(&first.card_number, &busy, at()).unwrap();
    assert_eq!(rule(registry.returned(&busy, "autumn", 1, at()).unwrap_err()), Rule::ChipNotReturnable);
    registry.returned(&free, "autumn", 1, at()).unwrap();
    registry.returned(&free, "autumn", 1, at()).unwrap();
    assert_eq!(registry.blank(&free).unwrap().unwrap().stage, BlankStage::Returned);
    let counts = registry.blanks_by_stage().unwrap();
    assert_eq!((counts.prepared, counts.returned), (1, 1));
    let second = registry.allocate(&MemberNumber::parse("079012345679").unwrap(), at(), &mut rng).unwrap();
    let number = second.card_number;
    assert_eq!(rule(registry.begin_writing(&number, &free, at()).unwrap_err()), Rule::ChipNotFree);
    registry.add_delivery("again", 1, &VALUES, Some(&[free]), at()).unwrap();
    assert_eq!(registry.blank(&free).unwrap().unwrap().stage, BlankStage::Prepared);
    registry.begin_writing(&number, &free, at()).unwrap();
    let mut kinds = Vec::new();
    registry.for_each_custody_event(Some(&free), &mut |event| kinds.push(event.kind)).unwrap();
    assert_eq!(kinds, [CustodyKind::Returned, CustodyKind::DeliveredAgain]);
}

#[test]
fn tries_are_forgiven_with_a_reason_on_record() {
    let (folder, mut registry) = registry();
    let chip = ChipId([7; 10]);
    for _ in 0..4 {
        registry.spend_try(&chip, 0x01, at()).unwrap();
    }
    registry.spend_try(&chip, 0x11, at()).unwrap();
    assert!(matches!(registry.spend_try(&chip, 0x01, at()), Err(Error::LastTry { spent: 4, .. })));
    assert_eq!(registry.spend_last_try(&chip, 0x01, at()).unwrap(), 0);
    assert!(matches!(registry.spend_last_try(&chip, 0x01, at()), Err(Error::TriesSpent { spent: 5, .. })));
    let forgiven = registry.forgive_tries(&chip, &Reason::new("other-keys-typed").unwrap(), at()).unwrap();
    assert_eq!(forgiven, [(0x01, 5), (0x11, 1)]);
    assert_eq!(registry.tries_spent(&chip, 0x01).unwrap(), 0);
    let mut events = Vec::new();
    registry.for_each_custody_event(None, &mut |event| events.push(event)).unwrap();
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event.kind == CustodyKind::TriesCleared && event.chip == chip));
    assert_eq!((events[0].tries, events[0].key_version), (Some(5), Some(0x01)));
    assert_eq!(events[1].why.as_ref().map(Reason::as_str), Some("other-keys-typed"));
    drop(registry);
    let raw = Connection::open(folder.path().join("registry.db")).unwrap();
    for sql in ["DELETE FROM custody_events", "UPDATE custody_events SET why = 'nothing'"] {
        assert!(raw.execute(sql, []).unwrap_err().to_string().contains("append-only"), "{sql}");
    }
}

#[test]
fn a_key_that_was_wrong_is_remembered_until_the_chip_takes_one() {
    let (_folder, mut registry) = registry();
    let chip = ChipId([7; 10]);
    registry.spend_try(&chip, 0x01, at()).unwrap();
    registry.wrong_key(&chip, 0x01, b"good", at()).unwrap();
    registry.wrong_key(&chip, 0x01, b"good", at()).unwrap();
    assert!(registry.is_wrong_key(&chip, 0x01, b"good").unwrap());
    assert!(!registry.is_wrong_key(&chip, 0x02, b"good").unwrap());
    assert!(!registry.is_wrong_key(&chip, 0x01, b"bad!").unwrap());
    registry.spend_try(&chip, 0x01, at()).unwrap();
    registry.clear_tries(&chip, 0x01, at()).unwrap();
    assert!(!registry.is_wrong_key(&chip, 0x01, b"good").unwrap());
}

#[test]
fn an_older_registry_that_is_only_read_has_no_deliveries() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let old = Connection::open(&path).unwrap();
    for step in &migrations()[..3] {
        old.execute_batch(step).unwrap();
    }
    old.execute_batch(&format!(
        "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 3;
         INSERT INTO blanks VALUES ('{}', 'used', NULL, NULL, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')",
        ChipId([1; 10])
    ))
    .unwrap();
    drop(old);
    let view = View::open(&path).unwrap();
    assert_eq!(view.deliveries().unwrap(), []);
    assert_eq!(view.delivery_naming(&ChipId([1; 10])).unwrap(), None);
    assert_eq!(view.blank(&ChipId([1; 10])).unwrap().unwrap().stage, BlankStage::Used);
    assert_eq!(view.blanks_by_stage().unwrap().used, 1);
    view.for_each_custody_event(None, &mut |event| panic!("{event:?}")).unwrap();
}
