//! What a status list says of a card, and what a kiosk without one says.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]

mod cards;

use cards::{Kiosk, Made};
use chipwright_iso7816::LengthMode;
use chipwright_pki::certificate::AltName;
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::status_list::{
    Bits, Claims, CompressedList, Expectation, Status, StatusList, StatusLists, list_uri, prepare_cwt, verify,
};
use chipwright_pki::{Certificate, Name, Period, SerialNumber, SignKey};
use chipwright_profile::{ChipFeatures, StatusReference};
use chipwright_testkit::{Authority, AuthorityOptions, SoftKey};
use chipwright_verify::{CheckName, Outcome, Report, Stage, StatusRule, Verdict, inspect};
use jiff::{SignedDuration, Timestamp};

const DAY: SignedDuration = SignedDuration::from_hours(24);

struct Desk {
    kiosk: Kiosk,
    made: Made,
    key: SoftKey,
    signer: Certificate,
}

fn list_signer(authority: &Authority) -> (SoftKey, Certificate) {
    let key = SoftKey::generate(&mut chipwright_testkit::random(41));
    let profile = RoleProfile {
        role: Role::StatusListSigner,
        subject: Name::new("VN", "Example Party", Some("PKI"), "Status List Signer 1").unwrap(),
        serial: SerialNumber::new(&[0x51]).unwrap(),
        key_usage: Period::months_from("2026-11-01T00:00:00Z".parse().unwrap(), 12).unwrap(),
        valid_days: 30,
        alt_name: AltName::with_uri("VNM", "https://pki.example.invalid/").unwrap(),
        crl_addresses: vec!["https://pki.example.invalid/root.crl".to_owned()],
    };
    let prepared = role_signer(&profile, key.public_key(), &authority.root).unwrap();
    let certificate = prepared.sign_with(&authority.root_key).unwrap();
    (key, certificate)
}

fn desk() -> Desk {
    let kiosk = Kiosk::new(ChipFeatures::PROVEN);
    let made = kiosk.issue();
    let (key, signer) = list_signer(&kiosk.order.authority);
    Desk { kiosk, made, key, signer }
}

impl Desk {
    fn at(&self) -> Timestamp {
        self.kiosk.order.at
    }

    fn entry(&self) -> StatusReference {
        self.kiosk.order.allocation.status
    }

    fn lists(&self, list: &StatusList, issued: Timestamp) -> StatusLists {
        self.lists_of(self.entry().list, list, issued, (&self.key, &self.signer), &self.kiosk.order.authority)
    }

    fn lists_of(
        &self,
        number: u32,
        list: &StatusList,
        issued: Timestamp,
        (key, signer): (&SoftKey, &Certificate),
        authority: &Authority,
    ) -> StatusLists {
        let claims = Claims {
            subject: list_uri("https://status.example.invalid", number),
            issued_at: issued,
            expires: Some(issued + DAY),
            time_to_live: None,
            number: None,
        };
        let prepared = prepare_cwt(&CompressedList::of(list), &claims, signer).unwrap();
        let token = prepared.sign_with(key).unwrap();
        let trust = authority.trust(self.at());
        let policy = self.kiosk.policy;
        let expected = Expectation {
            trust: &trust,
            policy: &policy,
            at: self.at(),
            most_entries: 1 << 24,
            signers: &[],
        };
        let mut lists = StatusLists::new();
        lists.add(verify(token.as_bytes(), &expected).unwrap()).unwrap();
        lists
    }

    fn judge(&self, lists: &StatusLists, rule: StatusRule) -> Report {
        let mut ask = self.kiosk.ask().with_status(lists, rule);
        let mut card = self.made.card(LengthMode::Extended);
        inspect(&mut card, &mut ask, &mut chipwright_testkit::random(77)).0
    }

    fn saying(&self, status: Status) -> StatusList {
        let index = self.entry().index;
        let mut list = StatusList::new(index + 9);
        list.set(index, status).unwrap();
        // its neighbours say something else
        list.set(index + 1, Status::Suspended).unwrap();
        list.set(index.saturating_sub(1), if index == 0 { status } else { Status::Invalid }).unwrap();
        list
    }
}

fn status_of(report: &Report) -> (Verdict, Outcome, String) {
    let check = report.checks().iter().find(|check| check.name == CheckName::CardStatus).unwrap();
    (report.verdict(), check.outcome, check.detail.clone().unwrap_or_default())
}

const BOTH: [StatusRule; 2] = [StatusRule::Required, StatusRule::IfPresent];

#[test]
fn a_fresh_list_decides_under_either_rule() {
    let desk = desk();
    for rule in BOTH {
        for (status, verdict) in [
            (Status::Valid, Verdict::Valid),
            (Status::Invalid, Verdict::Revoked),
            (Status::Suspended, Verdict::Suspended),
            (Status::Other(3), Verdict::TrustDataStale),
        ] {
            let report = desk.judge(&desk.lists(&desk.saying(status), desk.at()), rule);
            assert_eq!(report.verdict(), verdict, "{status:?} {rule:?}: {}", report.to_text(false));
            let (_, outcome, detail) = status_of(&report);
            let expected =
                if verdict == Verdict::Valid { Outcome::Passed } else { Outcome::Failed { verdict } };
            assert_eq!(outcome, expected);
            assert!(detail.contains(&format!("status list {}", desk.entry().list)), "{detail}");
            assert!(
                !detail.contains(&desk.entry().index.to_string()),
                "the entry is the card's own: {detail}"
            );
            assert_eq!(report.into_accepted().is_ok(), verdict == Verdict::Valid);
        }
    }
    // in one bit an entry, as others write them
    let entry = desk.entry().index;
    let mut narrow = StatusList::of_bytes(Bits::One, vec![0; entry as usize / 8 + 1]);
    narrow.set(entry, Status::Invalid).unwrap();
    let report = desk.judge(&desk.lists(&narrow, desk.at()), StatusRule::IfPresent);
    assert_eq!(report.verdict(), Verdict::Revoked);
}

#[test]
fn without_a_list_the_rule_decides() {
    let desk = desk();
    let nothing = StatusLists::new();
    let foreign_number = desk.lists_of(
        desk.entry().list.wrapping_add(1),
        &desk.saying(Status::Invalid),
        desk.at(),
        (&desk.key, &desk.signer),
        &desk.kiosk.order.authority,
    );
    let options = AuthorityOptions::real("Another Party", 9, "2026-11-01T00:00:00Z".parse().unwrap());
    let stranger = Authority::new(&options);
    let (key, signer) = list_signer(&stranger);
    let foreign = desk.lists_of(
        desk.entry().list,
        &desk.saying(Status::Invalid),
        desk.at(),
        (&key, &signer),
        &stranger,
    );
    let old = desk.lists(&desk.saying(Status::Valid), desk.at() - DAY - DAY);
    for (lists, words) in [
        (&nothing, "of this issuer is at hand"),
        (&foreign_number, "of this issuer is at hand"),
        (&foreign, "of this issuer is at hand"),
        (&old, "expired on 2026-11-21T08:00:00Z"),
    ] {
        let (verdict, outcome, detail) = status_of(&desk.judge(lists, StatusRule::Required));
        assert_eq!(verdict, Verdict::TrustDataStale);
        assert_eq!(outcome, Outcome::Failed { verdict });
        assert!(detail.contains(words), "{detail}");
        let (verdict, outcome, detail) = status_of(&desk.judge(lists, StatusRule::IfPresent));
        assert_eq!((verdict, outcome), (Verdict::Valid, Outcome::NotOffered));
        assert!(detail.contains(words), "{detail}");
    }
    let (verdict, outcome, detail) = status_of(&desk.kiosk.judge(&mut desk.made.card(LengthMode::Extended)));
    assert_eq!((verdict, outcome, detail.as_str()), (Verdict::Valid, Outcome::NotOffered, ""));
}

#[test]
fn what_fails_closed_under_either_rule() {
    let desk = desk();
    for rule in BOTH {
        // revoked stays revoked, suspended stays suspended, however old the list
        for (status, verdict) in
            [(Status::Invalid, Verdict::Revoked), (Status::Suspended, Verdict::Suspended)]
        {
            let old = desk.lists(&desk.saying(status), desk.at() - DAY - DAY);
            assert_eq!(desk.judge(&old, rule).verdict(), verdict);
        }
        let short = StatusList::new(desk.entry().index & !3);
        let (verdict, _, detail) = status_of(&desk.judge(&desk.lists(&short, desk.at()), rule));
        assert_eq!(verdict, Verdict::TrustDataStale);
        assert!(detail.contains("no entry for this card"), "{detail}");
        let ahead = desk.lists(&desk.saying(Status::Valid), desk.at() + DAY);
        let (verdict, _, detail) = status_of(&desk.judge(&ahead, rule));
        assert_eq!(verdict, Verdict::ClockNotCredible);
        assert!(detail.contains("later than this clock"), "{detail}");
    }
}

/// The kiosk does not show a portrait before it says that the card was revoked.
#[test]
fn the_text_verdict_knows_the_status() {
    let desk = desk();
    let lists = desk.lists(&desk.saying(Status::Invalid), desk.at());
    let mut said = Vec::new();
    let mut tell = |stage: Stage<'_>| {
        if let Stage::Text(text) = stage {
            said.push(text.verdict);
        }
    };
    let mut ask = desk.kiosk.ask().with_status(&lists, StatusRule::Required);
    ask.progress = Some(&mut tell);
    let mut card = desk.made.card(LengthMode::Extended);
    let report = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(77)).0;
    assert_eq!((said, report.verdict()), (vec![Verdict::Revoked], Verdict::Revoked));
}
