//! Records where something is not as it should be: a bad one among them, no right to look, an answer that was lost.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod house;

use chipwright_pki::cv::{Category, Right};
use chipwright_profile::Unit;
use chipwright_records::{Draft, Finding, Head, Last, RecordsError};
use house::{House, party_life, training};
use jiff::civil::date;

const READ_TRAINING: Right = Right::Read(Category::Training);
const APPEND_TRAINING: Right = Right::Append(Category::Training);

#[test]
fn a_terminal_that_may_not_read_needs_the_head_from_elsewhere() {
    let house = House::new(&[Right::CanAllowed, APPEND_TRAINING]);
    let mut card = house.card();
    house
        .with(&mut card, |mut session| {
            assert!(matches!(
                session.head(Category::Training),
                Err(RecordsError::HeadUnknown(Category::Training))
            ));
            let record = house.signer.record(house.number(), &Head::EMPTY, training("Lớp A"));
            session.append(&record, &house.signer.certificate).unwrap();
        })
        .unwrap();
}

/// A certificate that nobody brought would leave its records unknown; where it may not be looked for, it is brought unless it is
/// known to be there.
#[test]
fn a_terminal_that_may_not_read_brings_the_signers_certificate() {
    let house = House::new(&[Right::CanAllowed, APPEND_TRAINING]);
    let reader = House::new(&[Right::CanAllowed, READ_TRAINING]);
    let mut card = house.card();
    let first = house.signer.record(house.number(), &Head::EMPTY, training("Lớp A"));
    let second = house.signer.record(house.number(), &first.head(), training("Lớp B"));
    house
        .with(&mut card, |mut session| {
            session.append(&first, &house.signer.certificate).unwrap();
            session.append_alone(&second).unwrap();
        })
        .unwrap();
    let certificate = |number| house.raw(&mut card, &reader, &[0x00, 0xB2, number, 0x44, 0x00, 0x00, 0x00]);
    let held: Vec<(Vec<u8>, u16)> = [1, 2, 3].map(certificate).into();
    assert_eq!(held[1], (house.signer.certificate.as_der().to_vec(), 0x9000));
    assert_eq!((held[0].1, held[2].1), (0x9000, 0x6A83), "the issuer's, and this one once");
}

/// Whoever has the right may append anything that is a SEQUENCE; the category stays of use.
#[test]
fn records_go_on_after_a_bad_one() {
    let house = House::new(&Right::all().collect::<Vec<_>>());
    let mut card = house.card();
    assert_eq!(house.raw(&mut card, &house, &[0x00, 0xE2, 0x00, 0x10, 0x02, 0x30, 0x00]).1, 0x9000);
    let mut known = Head::EMPTY;
    house
        .with(&mut card, |mut session| {
            let end = session.end(Category::PartyLife).unwrap();
            assert!(end.head.number == 1 && matches!(end.last, Last::Unreadable(_)), "{end:?}");
            let record = house.signer.record(house.number(), &end.head, party_life(2025));
            session.append(&record, &house.signer.certificate).unwrap();
            known = record.head();
        })
        .unwrap();
    // the same number twice: another terminal thought that the file was empty
    let astray = house.signer.record(house.number(), &Head::EMPTY, party_life(2026));
    let [high, low] = u16::try_from(astray.as_der().len()).unwrap().to_be_bytes();
    let append = [&[0x00, 0xE2, 0x00, 0x10, 0x00, high, low][..], astray.as_der()].concat();
    assert_eq!(house.raw(&mut card, &house, &append).1, 0x9000);
    house
        .with(&mut card, |mut session| {
            let end = session.end(Category::PartyLife).unwrap();
            assert!(end.head.number == 3 && matches!(end.last, Last::Misplaced), "{end:?}");
            assert!(session.has(Category::PartyLife, &known).unwrap());
            assert!(!session.has(Category::PartyLife, &Head { number: 2, hash: [0; 32] }).unwrap());
            assert!(!session.has(Category::PartyLife, &Head { number: 9, ..known }).unwrap());
            let record = house.signer.record(house.number(), &end.head, party_life(2027));
            session.append(&record, &house.signer.certificate).unwrap();
            let end = session.end(Category::PartyLife).unwrap();
            let Last::Record(last) = end.last else { panic!() };
            assert_eq!(last.as_der(), record.as_der());
            let lying = session.list(Category::PartyLife).unwrap();
            let report = house.check(Category::PartyLife, &lying, Some(&end.head));
            assert!(
                matches!(
                    &report.findings[..],
                    [Finding::Repeated { position: 3, number: 1 }, Finding::Unreadable { position: 1, .. }]
                        | [
                            Finding::Unreadable { position: 1, .. },
                            Finding::Repeated { position: 3, number: 1 }
                        ]
                ),
                "{:?}",
                report.findings
            );
        })
        .unwrap();
}

/// A record that was written and whose answer was lost is known again by what it says.
#[test]
fn a_draft_knows_the_record_that_says_the_same() {
    let house = House::new(&[]);
    let record = house.signer.record(house.number(), &Head::EMPTY, party_life(2025));
    let draft =
        |payload, day| Draft { card: house.number().clone(), recorded_on: day, unit: house::unit(), payload };
    assert!(draft(party_life(2025), date(2026, 11, 23)).is_said_by(&record).unwrap());
    assert!(!draft(party_life(2024), date(2026, 11, 22)).is_said_by(&record).unwrap());
    let elsewhere =
        Draft { unit: Unit::new("1", "A").unwrap(), ..draft(party_life(2025), date(2026, 11, 22)) };
    assert!(!elsewhere.is_said_by(&record).unwrap());
    assert!(record.is_signed_by(&house.signer.certificate));
    assert!(!record.is_signed_by(&house.order.authority.signer));
}
