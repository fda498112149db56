//! What is wrong with a file of records is found, and each wrong has its own name.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod house;

use chipwright_pki::cv::Category;
use chipwright_pki::{Failure, Policy, SignKey};
use chipwright_profile::{CardNumber, Unit};
use chipwright_records::{
    Day, Draft, DraftError, Expectation, Finding, Head, MOST_BYTES, Payload, PoliticalTheory, RecordError,
    RightChange, RightsChange, SignedRecord, Tail, TheoryLevel, Training, Transfer, TransferKind, UnitEntry,
    verify,
};
use house::{House, Signer, commendation, line, now, party_life, training, unit};
use jiff::civil::date;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

fn house() -> House {
    House::new(&[])
}

fn four(house: &House) -> Vec<Vec<u8>> {
    house.signer.chain(house.number(), [2022, 2023, 2024, 2025].map(party_life))
}

fn all_payloads() -> Vec<Payload> {
    let to = UnitEntry(Unit::new("79.001", "Đảng bộ Phường 1").unwrap());
    vec![
        party_life(2025),
        training("Lớp bồi dưỡng đảng viên mới"),
        Payload::PoliticalTheory(PoliticalTheory {
            level: TheoryLevel::Intermediate,
            provider: line("Trường Chính trị tỉnh"),
            completed_on: Day(date(2020, 6, 30)),
            certificate: None,
        }),
        commendation(),
        Payload::Rights(RightsChange {
            right: line("Quyền biểu quyết"),
            change: RightChange::Suspended,
            from: Day(date(2026, 1, 1)),
            until: Some(Day(date(2026, 12, 31))),
            decision: line("7-QĐ/ĐU"),
        }),
        Payload::Transfer(Transfer {
            from: UnitEntry(unit()),
            to,
            on: Day(date(2026, 10, 1)),
            kind: TransferKind::Permanent,
            document: line("88-GGT"),
        }),
    ]
}

#[test]
fn a_good_file_has_no_findings() {
    let house = house();
    let records = four(&house);
    let report = house.check(Category::PartyLife, &records, None);
    assert_eq!((report.findings.as_slice(), report.tail), (&[][..], Tail::NotAnchored));
    assert!(report.is_good() && report.records.iter().all(|checked| checked.good));
    assert_eq!(report.head.number, 4);
    let anchored = house.check(Category::PartyLife, &records, Some(&report.head));
    assert_eq!(anchored.tail, Tail::Anchored { newer: 0 });
    let second = SignedRecord::parse(&records[1]).unwrap().head();
    assert_eq!(house.check(Category::PartyLife, &records, Some(&second)).tail, Tail::Anchored { newer: 2 });
    assert_eq!(
        house.check(Category::PartyLife, &records, Some(&Head::EMPTY)).tail,
        Tail::Anchored { newer: 4 }
    );
    assert!(house.check(Category::Training, &[], None).is_good());
}

#[test]
fn every_category_is_written_read_and_fits() {
    let house = house();
    for payload in all_payloads() {
        let category = payload.category();
        let record = house.signer.record(house.number(), &Head::EMPTY, payload);
        let read = SignedRecord::parse(record.as_der()).unwrap();
        assert_eq!((read.category(), read.number(), read.card()), (category, 1, house.number()));
        assert_eq!(read.unit(), &unit());
        assert_eq!(read.recorded_on(), date(2026, 11, 22));
        assert!(house.check(category, &[record.as_der().to_vec()], None).is_good(), "{category}");
    }
    let first = &house.order.records.as_ref().unwrap().citizen_number;
    assert!(house.check(Category::CitizenNumber, std::slice::from_ref(first), None).is_good());
    let citizen = SignedRecord::parse(first).unwrap();
    let Payload::CitizenNumber(secret) = citizen.payload() else {
        panic!("the first record is the citizen number")
    };
    assert_eq!(secret.number.expose(), house.order.member.citizen_number().expose());
    assert_eq!(secret.salt.expose(), house.order.allocation.salt.expose());
    for certificate in house.certificates() {
        assert!(certificate.as_der().len() <= MOST_BYTES, "{} bytes", certificate.as_der().len());
        assert!(certificate.may_sign_records());
    }
}

#[test]
fn removed_records_are_found_and_named() {
    let house = house();
    let records = four(&house);
    let head = SignedRecord::parse(&records[3]).unwrap().head();
    let without = |index: usize| {
        let mut left = records.clone();
        left.remove(index);
        left
    };
    for (index, number) in [(0, 1), (1, 2), (2, 3)] {
        let report = house.check(Category::PartyLife, &without(index), None);
        assert_eq!(report.findings, [Finding::Removed { number }]);
    }
    // from the end: only whoever knows the head can tell
    let report = house.check(Category::PartyLife, &without(3), None);
    assert_eq!((report.is_good(), report.tail), (true, Tail::NotAnchored));
    let report = house.check(Category::PartyLife, &without(3), Some(&head));
    assert_eq!(report.findings, [Finding::TailRemoved { first: 4, last: 4 }]);
    assert_eq!(report.tail, Tail::Broken);
    let report = house.check(Category::PartyLife, &[] as &[Vec<u8>], Some(&head));
    assert_eq!(report.findings, [Finding::TailRemoved { first: 1, last: 4 }]);
}

#[test]
fn reordered_and_repeated_records_are_found() {
    let house = house();
    let mut records = four(&house);
    records.swap(1, 2);
    let report = house.check(Category::PartyLife, &records, None);
    assert_eq!(report.findings, [Finding::Reordered { position: 3, number: 2 }]);
    assert_eq!(
        report.records.iter().map(|checked| checked.good).collect::<Vec<_>>(),
        [true, true, false, true]
    );
    let mut records = four(&house);
    records.push(records[3].clone());
    let report = house.check(Category::PartyLife, &records, None);
    assert_eq!(report.findings, [Finding::Repeated { position: 5, number: 4 }]);
}

#[test]
fn a_record_that_was_replaced_by_another_good_one_breaks_the_chain() {
    let house = house();
    let records = four(&house);
    let first = SignedRecord::parse(&records[0]).unwrap().head();
    let other = house.signer.record(house.number(), &first, party_life(1999));
    let mut replaced = records.clone();
    replaced[1] = other.as_der().to_vec();
    let report = house.check(Category::PartyLife, &replaced, None);
    assert_eq!(report.findings, [Finding::Unlinked { number: 3 }]);
    // the last one replaced: seen only by whoever knows the head
    let third = SignedRecord::parse(&records[2]).unwrap().head();
    let last = house.signer.record(house.number(), &third, party_life(1999));
    let known = SignedRecord::parse(&records[3]).unwrap().head();
    let mut replaced = records;
    replaced[3] = last.as_der().to_vec();
    assert!(house.check(Category::PartyLife, &replaced, None).is_good());
    let report = house.check(Category::PartyLife, &replaced, Some(&known));
    assert_eq!(
        (&report.findings[..], report.tail),
        (&[Finding::TailReplaced { number: 4 }][..], Tail::Broken)
    );
}

#[test]
fn no_altered_byte_is_accepted() {
    let house = house();
    let records = four(&house);
    let mut altered_seen = 0;
    for position in 0..records[1].len() {
        for mask in [0x01, 0x80] {
            let mut altered = records.clone();
            altered[1][position] ^= mask;
            let report = house.check(Category::PartyLife, &altered, None);
            assert!(!report.is_good(), "byte {position} ^ {mask:02X}");
            altered_seen += u32::from(report.findings.contains(&Finding::Altered { number: 2 }));
        }
    }
    assert!(altered_seen > 100, "{altered_seen}");
    let mut altered = records;
    *altered[1].last_mut().unwrap() ^= 1;
    let report = house.check(Category::PartyLife, &altered, None);
    assert_eq!(report.findings, [Finding::Altered { number: 2 }, Finding::Unlinked { number: 3 }]);
}

#[test]
fn records_of_another_card_or_another_file_are_foreign() {
    let house = house();
    let other = CardNumber::parse("A2B3C4D5E").unwrap();
    let records = house.signer.chain(&other, [party_life(2024)]);
    let report = house.check(Category::PartyLife, &records, None);
    assert_eq!(report.findings, [Finding::ForeignCard { number: 1, card: other }]);
    let records = house.signer.chain(house.number(), [training("Lớp A")]);
    let report = house.check(Category::PartyLife, &records, None);
    assert_eq!(report.findings, [Finding::OtherCategory { number: 1, category: Category::Training }]);
}

#[test]
fn signers_are_known_entitled_and_trusted() {
    let house = house();
    let records = four(&house);
    let report = house.check_with(
        Category::PartyLife,
        &records[..1],
        None,
        std::slice::from_ref(&house.order.authority.signer),
    );
    assert_eq!(report.findings, [Finding::UnknownSigner { number: 1 }]);

    // the root itself signs no records, and its key makes none here
    let draft = Draft {
        card: house.number().clone(),
        recorded_on: date(2026, 11, 22),
        unit: unit(),
        payload: party_life(2024),
    };
    assert_eq!(draft.prepare(&Head::EMPTY, &house.order.authority.root).unwrap_err(), DraftError::NotASigner);

    // another organisation's signer, known but not trusted
    let from = "2026-11-01T00:00:00Z".parse().unwrap();
    let strangers = chipwright_testkit::AuthorityOptions::real("Another Party", 4, from);
    let stranger = Signer::new(&chipwright_testkit::Authority::new(&strangers), 5);
    let records = stranger.chain(house.number(), [party_life(2024)]);
    let report =
        house.check_with(Category::PartyLife, &records, None, std::slice::from_ref(&stranger.certificate));
    assert_eq!(report.findings, [Finding::UntrustedSigner { number: 1, failure: Failure::IssuerUnknown }]);

    // dated outside the time in which the key may sign
    let draft = Draft {
        card: house.number().clone(),
        recorded_on: date(2026, 10, 30),
        unit: unit(),
        payload: party_life(2024),
    };
    let record = draft.prepare(&Head::EMPTY, &house.signer.certificate).unwrap();
    let record = record.sign_with(&house.signer.key).unwrap();
    let report = house.check(Category::PartyLife, &[record.as_der().to_vec()], None);
    assert!(report.findings.iter().any(|finding| matches!(
        finding,
        Finding::UntrustedSigner { number: 1, failure: Failure::SignedOutsideKeyUsage { .. } }
    )));
    // on the very day it begins is inside
    let draft = Draft {
        card: house.number().clone(),
        recorded_on: date(2026, 11, 1),
        unit: unit(),
        payload: party_life(2024),
    };
    let record = draft.prepare(&Head::EMPTY, &house.signer.certificate).unwrap();
    let record = record.sign_with(&house.signer.key).unwrap();
    assert!(house.check(Category::PartyLife, &[record.as_der().to_vec()], None).is_good());
}

#[test]
fn a_revoked_signer_is_found() {
    let house = house();
    let first = house.order.records.as_ref().unwrap().citizen_number.clone();
    let trust = house.order.authority.trust_with(house.order.authority.crl(now(), true));
    let policy = Policy::real();
    let certificates = house.certificates();
    let expected = Expectation {
        card: house.number(),
        certificates: &certificates,
        trust: &trust,
        policy: &policy,
        at: now(),
    };
    let report = verify(Category::CitizenNumber, &[first], None, &expected);
    assert!(
        matches!(
            &report.findings[..],
            [Finding::UntrustedSigner { failure: Failure::SignerRevoked { .. }, .. }]
        ),
        "{:?}",
        report.findings
    );
}

#[test]
fn what_cannot_be_read_is_said_and_is_no_removal() {
    let house = house();
    let mut records = four(&house);
    records[1] = b"\x30\x03\x02\x01\x01".to_vec();
    let report = house.check(Category::PartyLife, &records, None);
    assert!(matches!(
        &report.findings[..],
        [Finding::Unreadable { position: 2, error: RecordError::Malformed(_) }]
    ));
    assert_eq!(report.records.len(), 3);
}

/// What a terminal without care wrote between the records is found, and is no reason to miss anything.
#[test]
fn records_go_on_after_what_should_not_be_there() {
    let house = house();
    let head = |bytes: &[u8], place| Head { number: place, hash: Sha256::digest(bytes).into() };
    let good = four(&house);
    let other = CardNumber::parse("A2B3C4D5E").unwrap();
    let foreign = house.signer.record(&other, &Head { number: 6, hash: [1; 32] }, party_life(2024));
    for (stray, expected) in [
        (b"\x30\x00".to_vec(), None),
        (good[0].clone(), Some(vec![Finding::Repeated { position: 3, number: 1 }])),
        (
            foreign.as_der().to_vec(),
            Some(vec![
                Finding::Reordered { position: 3, number: 7 },
                Finding::ForeignCard { number: 7, card: other.clone() },
            ]),
        ),
    ] {
        let mut records = vec![good[0].clone(), good[1].clone(), stray];
        for year in [2030, 2031] {
            let place = u16::try_from(records.len()).unwrap();
            let end = head(records.last().unwrap(), place);
            let next = house.signer.record(house.number(), &end, party_life(year));
            records.push(next.as_der().to_vec());
        }
        let report = house.check(Category::PartyLife, &records, None);
        match &expected {
            Some(expected) => assert_eq!(&report.findings, expected),
            None => assert!(matches!(&report.findings[..], [Finding::Unreadable { position: 3, .. }])),
        }
        let good_places: Vec<u16> =
            report.records.iter().filter(|record| record.good).map(|record| record.position).collect();
        assert!(good_places.ends_with(&[4, 5]) && good_places.contains(&2), "{good_places:?}");
        // what lies there cannot be exchanged unseen, nor taken away
        let before = report.findings.len();
        let mut exchanged = records.clone();
        exchanged[2] = good[2].clone();
        let found = house.check(Category::PartyLife, &exchanged, None).findings;
        assert!(found.contains(&Finding::Unlinked { number: 4 }), "{found:?}");
        records.remove(2);
        let found = house.check(Category::PartyLife, &records, None).findings;
        assert!(found.contains(&Finding::Removed { number: 3 }), "{before} {found:?}");
    }
}

#[test]
fn a_record_that_does_not_fit_is_not_signed() {
    let house = house();
    let long = |characters: usize| line(&"ộ".repeat(characters));
    let payload = Payload::Training(Training {
        course: long(120),
        provider: long(120),
        from: Day(date(2026, 3, 2)),
        until: Day(date(2026, 3, 13)),
        certificate: Some(long(120)),
    });
    let card = house.number().clone();
    let draft = Draft { card, recorded_on: date(2026, 11, 22), unit: unit(), payload };
    assert!(matches!(
        draft.prepare(&Head::EMPTY, &house.signer.certificate),
        Err(DraftError::TooLong(992..))
    ));
    let head = Head { number: u16::MAX, hash: [1; 32] };
    let draft = Draft {
        card: house.number().clone(),
        recorded_on: date(2026, 11, 22),
        unit: unit(),
        payload: party_life(2024),
    };
    assert_eq!(draft.prepare(&head, &house.signer.certificate).unwrap_err(), DraftError::NumbersExhausted);
}

#[test]
fn debug_shows_nothing_personal() {
    let house = house();
    let record = house.signer.record(house.number(), &Head::EMPTY, training("Lớp đặc biệt"));
    let first = SignedRecord::parse(&house.order.records.as_ref().unwrap().citizen_number).unwrap();
    let shown = format!("{record:?} {:?} {first:?} {:?}", record.payload(), first.payload());
    assert!(
        !shown.contains("đặc biệt") && !shown.contains(house.order.member.citizen_number().expose()),
        "{shown}"
    );
}

#[test]
fn payloads_come_from_json_and_wrong_ones_do_not() {
    let good = r#"{"course":"Lớp A","provider":"Trường B","from":"2026-03-02","until":"2026-03-13"}"#;
    let read: Training = serde_json::from_str(good).unwrap();
    assert_eq!(read.course.as_str(), "Lớp A");
    assert_eq!(serde_json::to_string(&read).unwrap(), good);
    for wrong in [
        good.replace("Lớp A", ""),
        good.replace("03-02", "13-02"),
        good.replace("course", "Course"),
        good.replace('}', r#","more":1}"#),
    ] {
        assert!(serde_json::from_str::<Training>(&wrong).is_err(), "{wrong}");
    }
    let transfer: Transfer = serde_json::from_str(
        r#"{"from":{"code":"54.042","name":"Chi bộ A"},"to":{"code":"79.001","name":"Chi bộ B"},"on":"2026-10-01","kind":"temporary","document":"88"}"#,
    )
    .unwrap();
    assert_eq!((transfer.kind, transfer.to.0.code()), (TransferKind::Temporary, "79.001"));
    assert_eq!(house().signer.key.public_key().point().len(), 65);
}

proptest! {
    #[test]
    fn bytes_that_are_no_record_do_no_harm(bytes: Vec<u8>) {
        let _ = SignedRecord::parse(&bytes);
    }
}

#[test]
fn taking_records_out_of_the_middle_is_always_found() {
    let house = house();
    let records = four(&house);
    // the last stays: without an anchor nobody can miss it
    for mask in 1u8..=0b0111 {
        let kept = records.iter().enumerate().filter(|(index, _)| mask >> index & 1 == 0);
        let mut left: Vec<Vec<u8>> = kept.map(|(_, record)| record.clone()).collect();
        assert!(!house.check(Category::PartyLife, &left, None).is_good(), "{mask:03b}");
        left.reverse();
        assert!(!house.check(Category::PartyLife, &left, None).is_good(), "{mask:03b}, reversed");
    }
}
