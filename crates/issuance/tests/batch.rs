//! Two registrars before one signer: what counts as approved, and what is signed for it.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod world;

use chipwright_issuance::batch::{
    Approval, BatchError, BatchFile, BatchId, CardChange, Content, List as Rows, Listed, Manifest, RowDigest,
    Same, Which, list,
};
use chipwright_issuance::intake::{Problem, Row};
use chipwright_issuance::issue::{Failure, Source};
use chipwright_pki::certificate::RootKind;
use chipwright_pki::role::Role;
use chipwright_pki::statement::StatementError;
use chipwright_pki::{Certificate, SignedData, TrustStore};
use chipwright_profile::{CardNumber, PersonName};
use chipwright_registry::CardStatus;
use chipwright_testkit::{Authority, AuthorityOptions, SoftKey, is_long};
use jiff::{Timestamp, ToSpan};
use std::io::Write;
use std::time::Instant;
use world::{NOW, World, approved, list_of, row, rows_of, rules, signed};

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn later(days: i64) -> Timestamp {
    now() + (24 * days).hours()
}

fn manifest() -> Manifest {
    let rows = [1, 2, 3].map(|n| digest(n, [n as u8; 32]));
    Manifest { id: BatchId([4; 16]), content: Content::List(Rows::new([5; 32], rows.into()).unwrap()) }
}

fn digest(n: u32, portrait: [u8; 32]) -> RowDigest {
    RowDigest::of(&chipwright_testkit::member(n), &portrait)
}

fn authority(seed: u64) -> Authority {
    Authority::new(&AuthorityOptions::real("Example Party", seed, "2026-11-01T00:00:00Z".parse().unwrap()))
}

type Holder = (SoftKey, Certificate);

fn prepared_by((key, certificate): &Holder, at: Timestamp) -> SignedData {
    manifest().prepare(certificate, at).unwrap().sign_with(key).unwrap()
}

/// Signs an approval whatever the library thinks of it: as somebody with a tool of their own would.
fn approval_by((key, certificate): &Holder, over: &[u8], at: Timestamp) -> SignedData {
    let digest = ring::digest::digest(&ring::digest::SHA256, over);
    let oid = chipwright_pki::oid::BATCH_APPROVED;
    chipwright_pki::statement::prepare(oid, digest.as_ref(), certificate, at).unwrap().sign_with(key).unwrap()
}

fn checked(authority: &Authority, file: &BatchFile, at: Timestamp) -> Result<(), BatchError> {
    let trust = authority.trust(now());
    file.approved(&rules(&trust, at)).map(drop)
}

#[test]
fn two_registrars_approve_and_the_file_says_so() {
    let a = authority(1);
    let file = signed(&a, manifest().content);
    let read = BatchFile::from_bytes(format!("Batch of Monday\n{}", file.to_pem()).as_bytes()).unwrap();
    assert_eq!(read, file);
    let trust = a.trust(now());
    let batch = read.approved(&rules(&trust, now())).unwrap();
    assert_eq!(batch.prepared().manifest().content, manifest().content);
    assert!(batch.approver().certificate.subject().to_string().contains("minh"));
    assert_eq!(batch.good_until(), later(30));
    let _ = batch.into_list(&rules(&trust, now())).unwrap();
}

#[test]
fn one_person_is_not_two() {
    let a = authority(1);
    let lan = a.holder(Role::Registrar, "lan");
    let minh = a.holder(Role::Registrar, "minh");
    let trust = a.trust(now());
    let prepared = prepared_by(&lan, now());
    let file = BatchFile::new(&prepared);
    let refused = |approver: &Holder, same: Same| {
        // the approver's own program refuses
        let batch = file.prepared(&rules(&trust, now())).unwrap();
        let error = batch.approve(&approver.1, now()).map(drop).unwrap_err();
        assert!(matches!(error, BatchError::SelfApproval(found) if found == same), "{error}");
        // and so does the signer's, whoever made the signature
        let forced = file.clone().approved_by(&approval_by(approver, prepared.as_der(), now()));
        let error = checked(&a, &forced, now()).unwrap_err();
        assert!(matches!(error, BatchError::SelfApproval(found) if found == same), "{error}");
    };
    let same_key = a.certify(Role::Registrar, "minh", &lan.0);
    let same_name = a.certify(Role::Registrar, "Lan", &minh.0);
    refused(&(copy(&lan.0, "lan"), same_key), Same::Key);
    refused(&lan, Same::Certificate);
    refused(&(copy(&minh.0, "minh"), same_name), Same::Name);
    let good = file.approved_by(&approval_by(&minh, prepared.as_der(), now()));
    assert!(checked(&a, &good, now()).is_ok());
}

/// The key of this registrar once more.
fn copy(key: &SoftKey, name: &str) -> SoftKey {
    use chipwright_pki::SignKey;
    let again = authority(1).holder(Role::Registrar, name).0;
    assert_eq!(again.public_key(), key.public_key());
    again
}

#[test]
fn only_a_good_registrar_counts() {
    let a = authority(1);
    let lan = a.holder(Role::Registrar, "lan");
    let minh = a.holder(Role::Registrar, "minh");
    let hoa = a.holder(Role::Custodian, "hoa");
    let prepared = prepared_by(&lan, now());
    let of = |approver: &Holder, at| {
        BatchFile::new(&prepared).approved_by(&approval_by(approver, prepared.as_der(), at))
    };
    let error = checked(&a, &of(&hoa, now()), now()).unwrap_err();
    assert!(
        matches!(
            error,
            BatchError::Statement {
                which: Which::Approval,
                why: StatementError::OtherRole { expected: Role::Registrar, found: Some(Role::Custodian) }
            }
        ),
        "{error}"
    );
    assert!(matches!(manifest().prepare(&hoa.1, now()).map(drop), Err(BatchError::NotARegistrar)));
    // revoked since
    for gone in [&lan.1, &minh.1] {
        let trust = a.trust_with(a.crl_of(now(), &[gone]));
        let error = of(&minh, now()).approved(&rules(&trust, now())).unwrap_err();
        assert!(matches!(error, BatchError::Statement { why: StatementError::Signer(_), .. }), "{error}");
    }
    // of another organisation, whom nobody here trusts
    let other = authority(2);
    let stranger = other.holder(Role::Registrar, "minh");
    let error = checked(&a, &of(&stranger, now()), now()).unwrap_err();
    assert!(matches!(error, BatchError::Statement { which: Which::Approval, .. }), "{error}");
    // approved, and nobody has signed
    assert!(matches!(checked(&a, &BatchFile::new(&prepared), now()), Err(BatchError::NotApproved)));
}

#[test]
fn the_approval_is_of_this_batch_and_of_these_days() {
    let a = authority(1);
    let lan = a.holder(Role::Registrar, "lan");
    let minh = a.holder(Role::Registrar, "minh");
    let prepared = prepared_by(&lan, now());
    let other = prepared_by(&lan, now() - 1.hour());
    let file = BatchFile::new(&prepared).approved_by(&approval_by(&minh, other.as_der(), now()));
    assert!(matches!(checked(&a, &file, now()), Err(BatchError::OtherBatch)));
    let early = approval_by(&minh, prepared.as_der(), now() - 1.hour());
    let file = BatchFile::new(&prepared).approved_by(&early);
    assert!(matches!(checked(&a, &file, now()), Err(BatchError::ApprovedBefore)));
    let file = signed(&a, manifest().content);
    let at = |days| {
        let trust = a.trust(later(days));
        file.approved(&rules(&trust, later(days))).map(drop)
    };
    assert!(at(30).is_ok());
    let error = at(31).unwrap_err();
    assert!(matches!(error, BatchError::TooOld { days: 31, valid: 30 }), "{error}");
    // the clock set back before the signatures
    let trust = a.trust(now());
    let error = file.approved(&rules(&trust, now() - 24.hours())).unwrap_err();
    assert!(matches!(error, BatchError::Statement { which: Which::Preparation, .. }), "{error}");
}

#[test]
fn every_flipped_byte_is_noticed() {
    let a = authority(1);
    let trust = a.trust(now());
    let file = signed(&a, manifest().content);
    let text = file.to_pem();
    let mut refused = 0;
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        match BatchFile::from_bytes(&bytes) {
            Ok(read) if read == file => {}
            Ok(read) => {
                assert!(read.approved(&rules(&trust, now())).is_err(), "byte {at}");
                refused += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(refused > text.len() / 2, "{refused} of {}", text.len());
}

#[test]
fn every_field_and_the_photograph_stand_in_the_digest() {
    let line = row(1);
    let list = |text: &str, w: &mut World| {
        w.list.text = list_of([]) + text;
        rows_of(&mut w.list)
    };
    let mut w = World::new(0, 0);
    let first = list(&line, &mut w);
    assert_eq!(first.len(), 1);
    for (from, to) in [
        ("520210000001", "520210000002"),
        ("052188370001", "052188370002"),
        ("Thị Ẩn", "Thị Ân"),
        ("1988-09-29", "1988-09-28"),
        (",F,", ",M,"),
        (",520210,", ",520211,"),
        ("Chi bộ 5", "Chi bộ 6"),
        ("2016-05-19", "2016-05-18"),
        ("2017-05-19", "2017-05-20"),
        ("2017-05-19", ""),
    ] {
        assert!(line.contains(from), "{from}");
        let other = list(&line.replacen(from, to, 1), &mut w);
        assert_eq!((other.len(), other.difference(&first).missing), (1, 1), "{from} to {to}");
    }
    // the same words written in another way are the same
    assert_eq!(list(&line.replace("1988-09-29", "29/09/1988"), &mut w), first);
    // another picture under the same name is another row
    let mut file = std::fs::OpenOptions::new().append(true).open(w.folder.path().join("p.jpg")).unwrap();
    file.write_all(b"!").unwrap();
    assert_eq!(list(&line, &mut w).difference(&first).missing, 1);
}

#[test]
fn a_row_that_was_not_approved_is_refused_and_the_others_go_on() {
    let mut w = World::new(3, 3);
    w.approved = Some(approved(&w.authority, rows_of(&mut w.list)));
    // one added, one changed
    w.list.text = list_of([1, 4, 3]).replace("052188370003", "052188370009");
    let summary = w.run().unwrap();
    assert!(summary.stopped.is_none(), "{:?}", summary.stopped);
    assert_eq!((summary.rows, summary.issued, summary.rejected), (3, 1, 2));
    let refused = w.log.iter().filter(|line| line.contains("NotApproved")).count();
    assert_eq!(refused, 2, "{}", w.log.join("\n"));
    // nothing was allocated for them, and no chip touched
    for n in [3, 4] {
        assert!(w.view().cards_of(&world::member(n)).unwrap().is_empty());
    }
    assert_eq!((summary.blanks.taken, w.table.stack.len()), (1, 2));
}

#[test]
fn a_portrait_swapped_after_the_approval_is_refused() {
    let mut w = World::new(1, 1);
    w.approved = Some(approved(&w.authority, rows_of(&mut w.list)));
    let picture = image::RgbImage::from_fn(120, 160, |x, _| image::Rgb([9, x as u8, 9]));
    picture.save(w.folder.path().join("p.jpg")).unwrap();
    let summary = w.run().unwrap();
    assert_eq!((summary.issued, summary.rejected, summary.blanks.taken), (0, 1, 0));
    assert!(w.view().cards_of(&world::member(1)).unwrap().is_empty());
}

#[test]
fn a_torn_card_of_an_approved_list_is_continued_under_another_list() {
    let mut w = World::new(2, 2);
    let approved = approved(&w.authority, rows_of(&mut w.list));
    w.approved = Some(approved.clone());
    w.killed_at_finalised();
    // the same approval, the rows in another order and one fewer
    w.list.text = list_of([2, 1]);
    let summary = w.run().unwrap();
    assert_eq!(summary.issued + summary.resumed, 2, "{}", w.log.join("\n"));
    assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1, 1]);
    // a card torn before FINALISE whose member is not approved any more: nothing is signed, the chip is free
    let mut w = torn_before_finalise();
    let mut none = world::List { text: list_of([2]), portraits: w.list.portraits.clone() };
    w.approved = Some(world::approved(&w.authority, rows_of(&mut none)));
    let summary = w.run().unwrap();
    assert_eq!((summary.rejected, w.view().cards_of(&world::member(1)).unwrap().len()), (1, 1));
    assert_eq!(w.view().cards_of(&world::member(1)).unwrap()[0].status, CardStatus::Abandoned);
}

/// Two members, and the station died while it wrote the first one's card.
fn torn_before_finalise() -> World {
    for moment in (10..).step_by(10) {
        let mut w = World::new(2, 2);
        assert!(w.run_until_killed(moment).is_none(), "the run ended at moment {moment}");
        let torn = w.view().open_work().unwrap();
        if torn.iter().any(|work| work.card.status == CardStatus::Writing && work.open.is_none()) {
            return w;
        }
    }
    unreachable!("a run ends")
}

#[test]
fn nothing_begins_without_an_approval_for_this_signer_now() {
    let mut w = World::new(1, 1);
    let refused = |w: &mut World| {
        let failure = w.run().map(drop).unwrap_err();
        assert!(w.view().open_work().unwrap().is_empty() && w.table.stack.len() == 1);
        failure
    };
    w.nothing_approved = true;
    let failure = refused(&mut w);
    assert!(matches!(failure, Failure::Approval(BatchError::NotApproved)), "{failure}");
    w.nothing_approved = false;
    let options = AuthorityOptions::real("Other Party", 3, "2026-11-01T00:00:00Z".parse().unwrap());
    w.approved = Some(approved(&Authority::new(&options), rows_of(&mut w.list)));
    let failure = refused(&mut w);
    assert!(matches!(failure, Failure::Approval(BatchError::OtherAuthority)), "{failure}");
}

#[test]
fn a_list_and_a_change_are_not_taken_for_each_other() {
    let a = authority(1);
    let trust = a.trust(now());
    let rules = rules(&trust, now());
    let change = CardChange {
        card: CardNumber::parse("CA0000001").unwrap(),
        security_object: [1; 32],
        name: Some(PersonName::new("Lò Thị Ẩn").unwrap()),
        unit: None,
    };
    let change = signed(&a, Content::Change(change)).approved(&rules).unwrap();
    assert!(matches!(change.into_list(&rules), Err(BatchError::NotAList)));
    let list = signed(&a, manifest().content).approved(&rules).unwrap();
    assert!(matches!(list.into_change(&rules), Err(BatchError::NotAChange)));
}

/// A province with --long, a ward without: time to prepare, and to check.
#[test]
fn a_large_batch_is_prepared_and_checked() {
    let members = if is_long() { 141_794 } else { 2_000 };
    let w = World::new(0, 0);
    let path = w.folder.path().join("members.csv");
    let text = (0..members).fold(list_of([]), |text, n: u32| {
        text + &row(0)
            .replace("520210000000", &format!("52021{n:07}"))
            .replace("052188370000", &format!("05218{n:07}"))
    });
    std::fs::write(&path, &text).unwrap();
    let a = authority(1);
    let begun = Instant::now();
    let mut rejected = 0;
    let rows =
        list(&path, w.folder.path(), &mut |row| rejected += u32::from(matches!(row, Listed::Rejected(_))))
            .unwrap();
    let listed = begun.elapsed();
    assert_eq!((rows.len(), rejected), (members as usize, 0));
    assert_eq!(rows.members()[..], *ring::digest::digest(&ring::digest::SHA256, text.as_bytes()).as_ref());
    let begun = Instant::now();
    let file = signed(&a, Content::List(rows));
    let pem = file.to_pem();
    let made = begun.elapsed();
    let begun = Instant::now();
    let trust = a.trust(now());
    let rules = rules(&trust, now());
    let approved =
        BatchFile::from_bytes(pem.as_bytes()).unwrap().approved(&rules).unwrap().into_list(&rules).unwrap();
    let checked = begun.elapsed();
    let approval = Approval::of_list(&approved);
    let mut source = world::List { text: list_of([]) + &row(1), portraits: w.folder.path().to_owned() };
    let Some(Ok(Row::Good(applicant))) = source.rows().unwrap().next() else { panic!("a good row") };
    let refused = approval.admit(*applicant, 14_000).unwrap_err();
    assert_eq!(refused.rejections[0].problem, Problem::NotApproved);
    println!(
        "{members} rows: file of {} bytes; listed with photographs in {listed:.2?}, two signatures made in {made:.2?}, checked in {checked:.2?}",
        pem.len()
    );
}

#[test]
fn one_person_suffices_under_a_test_root_only() {
    let from = "2026-11-01T00:00:00Z".parse().unwrap();
    let real = AuthorityOptions::real("Example Party", 1, from);
    for (kind, good) in [(RootKind::Real, false), (RootKind::Test, true)] {
        let authority = Authority::new(&AuthorityOptions { kind, ..real.clone() });
        let checked = Approval::danger_waived().check(&authority.signer, &authority.trust(now()), now());
        assert_eq!(checked.is_ok(), good, "{kind:?}: {checked:?}");
        // whose root is not known is nobody's
        let unknown = Approval::danger_waived().check(&authority.signer, &TrustStore::new(), now());
        assert!(matches!(unknown, Err(BatchError::NotApproved)), "{unknown:?}");
    }
    let mut w = World::new(1, 1);
    w.waived = true;
    let refused = w.run().unwrap_err();
    assert!(matches!(refused, Failure::Approval(BatchError::NotApproved)), "{refused}");
    assert!(w.view().cards_of(&world::member(1)).unwrap().is_empty());
}

#[test]
fn an_approval_that_runs_out_while_cards_are_made_ends_the_run() {
    let mut w = World::new(2, 2);
    w.then = Some(later(31));
    let summary = w.run().unwrap();
    assert_eq!(summary.issued, 1, "{}", w.log.join("\n"));
    let stopped = summary.stopped;
    assert!(matches!(stopped, Some(Failure::Approval(BatchError::TooOld { .. }))), "{stopped:?}");
}
