//! Proofs that the chip is genuine: each convinces, each catches a clone, and none can be talked away.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "campaigns print their counts")]

mod cards;

use cards::{Kiosk, choices, features, replace, with_records};
use chipwright_iso7816::{Exchanger, LengthMode, Tag, Transport, tlv};
use chipwright_pki::certificate::{self, AltName, Certificate, DocumentSignerProfile};
use chipwright_pki::check::check;
use chipwright_pki::oid::{self, Oid};
use chipwright_pki::{Name, Period, Policy, SerialNumber, SignKey, SignerTemplate};
use chipwright_profile::security_infos::authentication::CARD_SECURITY_KEYS;
use chipwright_profile::{ChipFeatures, FileId, PaceParameters, PaceProtocol, Revision, SecurityInfos, read};
use chipwright_testkit::SoftKey;
use chipwright_testkit::hostile::{Aim, Deed, Liar, Meddler, Model, Rewound};
use chipwright_verify::evidence::Request;
use chipwright_verify::{
    CheckName, ChipProofPolicy, Inspection, Outcome, Proof, Proofs, Report, Verdict, inspect,
};
use jiff::Timestamp;

fn promised(features: &ChipFeatures) -> Vec<Proof> {
    let all = [
        (features.cam, Proof::PaceCam),
        (features.chip_authentication, Proof::ChipAuthentication),
        (features.active_authentication, Proof::ActiveAuthentication),
    ];
    all.into_iter().filter_map(|(offered, proof)| offered.then_some(proof)).collect()
}

fn not_proven(report: &Report, what: &dyn std::fmt::Debug) {
    assert_eq!(report.verdict(), Verdict::ChipNotProven, "{what:?}: {}", report.to_text(false));
    let failed = Outcome::Failed { verdict: Verdict::ChipNotProven };
    assert_eq!(report.outcome(CheckName::ChipProof), Some(failed), "{what:?}");
}

#[test]
fn every_choice_of_proofs_convinces() {
    for features in choices() {
        let kiosk = Kiosk::new(features.clone());
        let made = kiosk.issue();
        let all = promised(&features);
        for mode in [LengthMode::Short, LengthMode::Extended] {
            let mut card = made.card(mode);
            for proofs in [Proofs::Fastest, Proofs::All] {
                let mut ask = Inspection { proofs, ..kiosk.ask() };
                let (report, _) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(9));
                let what = format!("{features:?} {mode:?} {proofs:?}");
                assert_eq!(report.verdict(), Verdict::Valid, "{what}: {}", report.to_text(false));
                let wanted = if proofs == Proofs::All { &all[..] } else { &all[..1] };
                assert_eq!(report.proofs(), wanted, "{what}");
                assert!(report.cost.round_trips <= report.cost.least_round_trips + 2, "{what}");
            }
        }
    }
}

#[test]
fn a_card_that_promises_nothing_is_valid_only_where_policy_says_so() {
    let kiosk = Kiosk::new(ChipFeatures::NONE);
    let mut card = kiosk.issue().card(LengthMode::Extended);
    not_proven(&kiosk.judge(&mut card), &"nothing promised");
    let mut ask = Inspection { chip_proof: ChipProofPolicy::IfPromised, ..kiosk.ask() };
    let (report, _) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(9));
    assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
    assert_eq!((report.outcome(CheckName::ChipProof), report.proofs()), (Some(Outcome::NotOffered), &[][..]));
}

/// All files copied to a fresh chip of the same make, with its own keys.
#[test]
fn a_clone_is_caught_by_each_proof() {
    for features in choices() {
        let kiosk = Kiosk::new(features.clone());
        let mut clone = kiosk.clone_of(&kiosk.issue(), |_| {});
        for chip_proof in [ChipProofPolicy::Required, ChipProofPolicy::IfPromised] {
            for proofs in [Proofs::Fastest, Proofs::All] {
                let mut ask = Inspection { chip_proof, proofs, ..kiosk.ask() };
                let (report, _) = inspect(&mut clone, &mut ask, &mut chipwright_testkit::random(9));
                not_proven(&report, &(&features, chip_proof, proofs));
                let detail = report.decisive().unwrap().detail.clone().unwrap();
                println!("clone, {:?} {proofs:?}: {detail}", promised(&features));
                // nothing stands in for the proof that failed
                assert!(report.proofs().is_empty(), "{features:?}: {:?}", report.proofs());
                assert!(report.into_accepted().is_err());
            }
        }
    }
}

/// An attacker's own card: it holds the signed files and PACE, and answers nothing that it need not.
#[test]
fn withholding_a_promise_is_no_way_out() {
    for (files, features) in [
        (vec![], features(true, false, false)),
        (vec![], features(false, true, false)),
        (vec![FileId::Dg(15)], features(true, false, false)),
        (vec![FileId::Dg(15)], features(true, true, false)),
        (vec![FileId::Dg(14)], features(false, true, false)),
        (vec![FileId::Dg(14), FileId::Dg(15)], features(true, true, false)),
    ] {
        let kiosk = Kiosk::new(features.clone());
        let signed = kiosk.issue().signed;
        let model = files.iter().fold(Model::of(&signed), |model, file| model.without(*file));
        for mode in [LengthMode::Short, LengthMode::Extended] {
            let mut card = Exchanger::new(Liar::new(&model), mode);
            let mut ask = Inspection { chip_proof: ChipProofPolicy::IfPromised, ..kiosk.ask() };
            let (report, _) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(9));
            not_proven(&report, &(&files, &features, mode));
        }
    }
}

/// Files in place of which the chip gives nothing.
#[test]
fn emptying_a_file_is_no_way_out() {
    for (file, empty, features, verdict) in [
        (FileId::Dg(14), vec![0x6E, 0x00], features(false, true, false), Verdict::DataAltered),
        (FileId::Dg(15), vec![0x6F, 0x00], features(true, false, false), Verdict::DataAltered),
        (FileId::Dg(15), vec![0x6F, 0x00], features(true, true, false), Verdict::DataAltered),
        (FileId::CardSecurity, vec![0x30, 0x00], features(false, false, true), Verdict::ChipNotProven),
        (FileId::CardSecurity, vec![0x30, 0x00], features(true, true, true), Verdict::ChipNotProven),
    ] {
        let kiosk = Kiosk::new(features.clone());
        let mut card = kiosk.card_with(|plan| replace(plan, file, empty));
        let report = kiosk.judge(&mut card);
        assert_eq!(report.verdict(), verdict, "{file} {features:?}: {}", report.to_text(false));
        let failed = Outcome::Failed { verdict: Verdict::ChipNotProven };
        assert_eq!(report.outcome(CheckName::ChipProof), Some(failed), "{file} {features:?}");
    }
}

/// EF.CardSecurity signed by nobody we know, altered, or of another card.
#[test]
fn card_security_counts_only_as_it_was_signed() {
    let kiosk = Kiosk::new(features(false, false, true));
    let genuine = kiosk.issue();
    let signed = genuine.signed.file(FileId::CardSecurity).unwrap().to_vec();
    let mut altered = signed.clone();
    let key = genuine.ready.keys().cam.unwrap();
    let place = signed.windows(65).position(|window| window == key).unwrap();
    altered[place + 3] ^= 1;
    let foreign =
        {
            let from = "2026-11-01T00:00:00Z".parse().unwrap();
            let mut order = chipwright_testkit::Order::new(features(false, false, true));
            order.authority = chipwright_testkit::Authority::new(
                &chipwright_testkit::AuthorityOptions::real("Other Organisation", 9, from),
            );
            order.sign(genuine.ready.keys()).file(FileId::CardSecurity).unwrap().to_vec()
        };
    for (what, content) in [("altered", altered), ("of another organisation", foreign)] {
        let mut card = kiosk.card_with(|plan| replace(plan, FileId::CardSecurity, content));
        let report = kiosk.judge(&mut card);
        not_proven(&report, &what);
        println!("EF.CardSecurity {what}: {}", report.decisive().unwrap().detail.as_ref().unwrap());
    }
}

/// A signer of the same organisation that came after.
fn successor(kiosk: &Kiosk) -> (SoftKey, Certificate) {
    let authority = &kiosk.order.authority;
    let key = SoftKey::generate(&mut chipwright_testkit::random(77));
    let from: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    let profile = DocumentSignerProfile {
        subject: Name::new("VN", "Example Party", Some("PKI"), "Document Signer 2").unwrap(),
        serial: SerialNumber::from_random([7; 16]),
        key_usage: Period::months_from(from, 3).unwrap(),
        card_life_days: 3660,
        alt_name: AltName::with_uri("VNM", "https://pki.example.invalid/").unwrap(),
        crl_addresses: vec!["https://pki.example.invalid/root.crl".to_owned()],
        document_types: vec!["CM".to_owned()],
    };
    let signer = certificate::document_signer(&profile, key.public_key(), &authority.root)
        .unwrap()
        .sign_with(&authority.root_key)
        .unwrap();
    (key, signer)
}

/// What a file signs, signed anew by the other signer.
fn signed_anew(kiosk: &Kiosk, cms: &[u8], content_type: Oid) -> Vec<u8> {
    let (key, signer) = successor(kiosk);
    let policy = Policy { content_type, ..kiosk.policy };
    let content = check(cms, &kiosk.trust, &policy, kiosk.order.at).content().unwrap().to_vec();
    let template = SignerTemplate::with_content_type(&signer, content_type).unwrap();
    let signed = template.prepare(&content, kiosk.order.at).unwrap().sign_with(&key).unwrap().into_der();
    assert!(check(&signed, &kiosk.trust, &policy, kiosk.order.at).is_good());
    signed
}

/// Either of the two signed files is signed anew by another signer: the other one goes on.
#[test]
fn card_security_and_security_object_may_have_two_signers() {
    let kiosk = Kiosk::new(features(false, false, true));
    let genuine = kiosk.issue();
    let security = genuine.signed.file(FileId::CardSecurity).unwrap();
    let security = signed_anew(&kiosk, security, oid::SECURITY_OBJECT);
    let object = read::sod(genuine.signed.file(FileId::Sod).unwrap()).unwrap();
    let object = signed_anew(&kiosk, object, kiosk.policy.content_type);
    for (file, content) in [(FileId::CardSecurity, security), (FileId::Sod, tlv::encode(Tag(0x77), &object))]
    {
        let mut card = kiosk.card_with(|plan| replace(plan, file, content));
        let report = kiosk.judge(&mut card);
        assert_eq!(report.verdict(), Verdict::Valid, "{file}: {}", report.to_text(false));
        assert_eq!(report.proofs(), [Proof::PaceCam]);
    }
}

/// The one key a thief has taken out of a card, with that card's EF.CardSecurity, under the data of another: the same signer vouches for all of it.
#[test]
fn card_security_of_another_card_proves_nothing_here() {
    let records = with_records(features(false, false, true));
    for (features, proofs) in [
        (features(false, false, true), Proofs::Fastest),
        (features(true, true, true), Proofs::Fastest),
        (features(true, true, true), Proofs::All),
        (records, Proofs::Fastest),
        (with_records(features(true, true, false)), Proofs::All),
    ] {
        let kiosk = Kiosk::new(features.clone());
        let victim = kiosk.issue();
        // the chip that is written on is the thief's own card
        let thief = Kiosk { serial: 50, ..Kiosk::new(features.clone()) };
        let own = thief.issue();
        assert_ne!(own.ready.keys(), victim.ready.keys());
        let mut card = thief.card_with(|plan| {
            let groups = [1, 2, 11, 12, 13, 14, 15].map(FileId::Dg);
            for file in groups.into_iter().chain([FileId::Sod]) {
                if let Some(content) = victim.signed.file(file) {
                    replace(plan, file, content);
                }
            }
        });
        let station = "Kiosk 7".to_owned();
        let evidence = Request { station, delete_on: jiff::civil::date(2027, 2, 20) };
        let mut ask = Inspection { proofs, evidence: Some(evidence), ..kiosk.ask() };
        let (report, _) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(9));
        not_proven(&report, &(&features, proofs));
        assert!(!report.proofs().contains(&Proof::PaceCam), "{features:?}");
        // where the chip owes no other proof, or none that was asked for, this alone gives it away
        if !features.active_authentication || (proofs == Proofs::Fastest && features.cam) {
            let detail = report.decisive().unwrap().detail.clone().unwrap();
            assert!(detail.contains("EF.CardSecurity holds other keys than DG14 names"), "{detail}");
        }
        // the victim's own chip with that file: it proves itself with the keys that its data name, and lies all the same
        let foreign = own.signed.file(FileId::CardSecurity).unwrap();
        let mut card = kiosk.card_with(|plan| replace(plan, FileId::CardSecurity, foreign));
        let (report, _) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(9));
        not_proven(&report, &("the genuine chip", &features, proofs));
        assert_eq!(report.evidence(), None);
    }
}

/// A card whose DG14 says nothing of EF.CardSecurity: its proof may be anybody's.
#[test]
fn a_card_security_that_nothing_names_proves_nothing() {
    for (features, proofs) in [
        (features(false, false, true), Proofs::Fastest),
        (with_records(features(false, true, false)), Proofs::All),
    ] {
        let kiosk = Kiosk::new(features.clone());
        let genuine = kiosk.issue();
        let dg14 = read::dg14(genuine.signed.file(FileId::Dg(14)).unwrap()).unwrap();
        let silent: Vec<u8> = dg14
            .iter()
            .filter(|(protocol, _)| *protocol != CARD_SECURITY_KEYS)
            .flat_map(|(_, info)| info.to_vec())
            .collect();
        let silent = tlv::encode(Tag(0x6E), &tlv::encode(Tag(0x31), &silent));
        let files = genuine.signed.files().map(|(file, content)| match file {
            FileId::Dg(14) => (file, silent.as_slice()),
            _ => (file, content),
        });
        let content = Revision::of(files).lds_security_object();
        let object = kiosk.order.authority.sign_content(&content, kiosk.order.at);
        let mut card = kiosk.card_with(|plan| {
            replace(plan, FileId::Dg(14), silent.clone());
            replace(plan, FileId::Sod, tlv::encode(Tag(0x77), &object));
        });
        let mut ask = Inspection { proofs, ..kiosk.ask() };
        let (report, _) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(9));
        not_proven(&report, &(&features, proofs));
        let detail = report.decisive().unwrap().detail.clone().unwrap();
        assert!(detail.contains("DG14 names no keys of EF.CardSecurity"), "{detail}");
    }
}

#[test]
fn card_access_that_says_less_or_more_is_an_alteration() {
    let generic = SecurityInfos::of_pace(&PaceParameters::DEFAULT);
    let one = SecurityInfos::of_pace(&PaceParameters::DEFAULT[..1]);
    let mapping = |protocol: PaceProtocol| PaceParameters { protocol, parameter_id: 12 };
    let more = SecurityInfos::of_pace(&[
        PaceParameters::DEFAULT[0],
        PaceParameters::DEFAULT[1],
        mapping(PaceProtocol::Aes192),
    ]);
    let cases: Vec<(&str, ChipFeatures, SecurityInfos)> = vec![
        ("the mapping left out", features(true, true, true), generic.clone()),
        ("the mapping left out, no other proof", features(false, false, true), generic.clone()),
        ("the long keys left out", features(true, true, false), one),
        ("one more PACE", features(true, true, false), more),
        ("terminals left out", with_records(features(true, true, false)), generic),
    ];
    for (what, features, access) in cases {
        let kiosk = Kiosk::new(features);
        let mut card = kiosk.card_with(|plan| replace(plan, FileId::CardAccess, access.to_der()));
        let report = kiosk.judge(&mut card);
        assert_eq!(report.verdict(), Verdict::DataAltered, "{what}: {}", report.to_text(false));
        println!("{what}: {}", report.decisive().unwrap().detail.as_ref().unwrap());
        if what.contains("mapping") {
            let failed = Outcome::Failed { verdict: Verdict::ChipNotProven };
            assert_eq!(report.outcome(CheckName::ChipProof), Some(failed), "{what}");
        }
    }
}

#[test]
fn a_card_with_records_is_read_and_its_card_security_checked_when_all_is_asked() {
    let kiosk = Kiosk::new(with_records(features(true, true, true)));
    let mut card = kiosk.issue().card(LengthMode::Extended);
    assert_eq!(kiosk.judge(&mut card).verdict(), Verdict::Valid);
    let kiosk = Kiosk::new(with_records(features(true, true, false)));
    let mut card = kiosk.card_with(|plan| replace(plan, FileId::CardSecurity, [0x30, 0x00]));
    let mut ask = Inspection { proofs: Proofs::All, ..kiosk.ask() };
    let (report, _) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(9));
    assert_ne!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
    let mut ask = Inspection { proofs: Proofs::All, ..kiosk.ask() };
    let (report, _) =
        inspect(&mut kiosk.issue().card(LengthMode::Extended), &mut ask, &mut chipwright_testkit::random(9));
    assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
}

/// Every answer of an earlier session in the place it had, in a session with other randomness: nothing convinces.
#[test]
fn an_answer_of_an_earlier_session_convinces_nobody() {
    let (mut tried, mut convincing) = (0, 0);
    for features in [features(true, false, false), features(false, true, false), features(false, false, true)]
    {
        let kiosk = Kiosk::new(features.clone());
        let made = kiosk.issue();
        let mut honest = made.card(LengthMode::Extended);
        let commands = kiosk.judge(&mut honest).cost.round_trips;
        for at in 0..commands {
            let mut card =
                Exchanger::new(Rewound::new(made.chip(), usize::try_from(at).unwrap()), LengthMode::Extended);
            card.reset().unwrap();
            assert_eq!(kiosk.judge(&mut card).verdict(), Verdict::Valid);
            let (report, _) =
                inspect(&mut card, &mut kiosk.ask(), &mut chipwright_testkit::random(1000 + at));
            tried += 1;
            // plain files are the same in every session, and so is 9000 without data
            if report.verdict() == Verdict::Valid {
                convincing += 1;
                assert!(at < 3, "{features:?}: the answer to command {at} was taken from another session");
            }
        }
    }
    println!("{tried} answers of an earlier session, {convincing} of them the same in every session");
}

/// Every protected answer cut, altered or replaced by a status, from the proof on: never valid, and a disturbed proof is never a pass.
#[test]
fn a_disturbed_proof_is_no_proof() {
    let kiosk = Kiosk::new(features(true, true, false));
    let made = kiosk.issue();
    let mut honest = made.card(LengthMode::Extended);
    let commands = kiosk.judge(&mut honest).cost.round_trips;
    let mut tried = 0;
    for at in 7..commands {
        for deed in
            [Deed::Flip(500), Deed::Half, Deed::Forged(vec![0x90, 0x00]), Deed::Forged(vec![0x69, 0x82])]
        {
            let mut card =
                Exchanger::new(Meddler::new(made.chip(), Aim::At(at), deed.clone()), LengthMode::Extended);
            card.transport().reset().unwrap();
            let report = kiosk.judge(&mut card);
            assert_ne!(report.verdict(), Verdict::Valid, "command {at}, {deed:?}");
            tried += 1;
        }
    }
    println!("{tried} disturbed answers, none of the cards valid");
}
