//! What a kiosk takes, and what it refuses by name.

use chipwright_pki::bundle::{
    Change, Confirmation, DeltaBundle, DeltaError, FullBundle, Refusal, StatusListToken, Terms, TrustData,
    judge, prepare,
};
use chipwright_pki::certificate::RootKind;
use chipwright_pki::policy::Roots;
use chipwright_pki::role::Role;
use chipwright_pki::status_list::{Claims, CompressedList, Status, StatusList, prepare_cwt};
use chipwright_pki::trust::TrustError;
use chipwright_pki::{Crl, Failure};

use crate::centre::{
    BUNDLE_SIGNER, Centre, confirming, header, header_on, kiosk, offer, signer_of, terms, terms_at,
};
use crate::fixture::{Organisation, TestKey, at, today};

#[test]
fn a_first_bundle_needs_its_number_confirmed() {
    let centre = Centre::new();
    let first = centre.plain(5);
    assert_eq!(judge(None, &first, &terms()).unwrap_err(), Refusal::FirstNotConfirmed { number: 5 });
    assert_eq!(
        judge(None, &first, &confirming(6)).unwrap_err(),
        Refusal::OtherNumber { offered: 5, confirmed: 6 }
    );
    let taken = judge(None, &first, &confirming(5)).unwrap();
    assert_eq!((taken.change, taken.overdue), (Change::First, false));
    assert_eq!(taken.in_force.latest, today());
    // with the root's fingerprint as well
    let with_root = |root| Terms {
        confirmation: Confirmation { number: Some(5), root: Some(root), reset: false },
        ..terms()
    };
    assert!(judge(None, &first, &with_root(centre.organisation.root.fingerprint())).is_ok());
    // which a kiosk for real roots demands: a number fits anybody's bundle
    let number_alone = Terms { roots: Roots::Real, ..confirming(5) };
    assert_eq!(judge(None, &first, &number_alone).unwrap_err(), Refusal::RootNotConfirmed { number: 5 });
    assert_eq!(judge(None, &first, &with_root([7; 32])).unwrap_err(), Refusal::OtherRoot);
}

#[test]
fn only_later_numbers_are_taken() {
    let centre = Centre::new();
    let held = kiosk(&centre.plain(5));
    let next = offer(&held, &centre.plain(9)).unwrap();
    assert_eq!((next.change, next.in_force.bundle.header().number), (Change::Next, 9));
    assert_eq!(offer(&held, &centre.plain(4)).unwrap_err(), Refusal::Older { offered: 4, held: 5 });
    assert_eq!(offer(&next.in_force, &centre.plain(5)).unwrap_err(), Refusal::Older { offered: 5, held: 9 });
    // the same bundle again changes nothing; another with its number is refused
    assert_eq!(offer(&held, &centre.plain(5)).unwrap().change, Change::None);
    let other = centre.signed(header(5), |data| data.policy.grace_days = 8);
    assert_eq!(offer(&held, &other).unwrap_err(), Refusal::SameNumber { number: 5 });
    // a number that an officer names must be the bundle's, first or not
    let named = judge(Some(&held), &centre.plain(9), &confirming(8)).unwrap_err();
    assert_eq!(named, Refusal::OtherNumber { offered: 9, confirmed: 8 });
}

#[test]
fn another_root_is_foreign_whatever_the_number() {
    let held = kiosk(&Centre::new().plain(5));
    let foreign = Centre::of(Organisation::new("Gốc 9", RootKind::Real, TestKey::p256()));
    for number in [1, 5, 6, 7] {
        assert_eq!(offer(&held, &foreign.plain(number)).unwrap_err(), Refusal::Foreign { number });
        // an officer's number alone does not change that
        let confirmed = judge(Some(&held), &foreign.plain(number), &confirming(number));
        assert_eq!(confirmed.unwrap_err(), Refusal::Foreign { number });
    }
    // nor does our name on its root
    let impostor = Centre::new();
    assert_eq!(offer(&held, &impostor.plain(6)).unwrap_err(), Refusal::Foreign { number: 6 });
}

#[test]
fn a_kiosk_begins_anew_only_by_an_officers_word() {
    let held = kiosk(&Centre::new().plain(5));
    let other = Centre::of(Organisation::new("Gốc 9", RootKind::Real, TestKey::p256()));
    let reset = |number| Terms { confirmation: Confirmation { number, root: None, reset: true }, ..terms() };
    let judge = |terms: &Terms| judge(Some(&held), &other.plain(2), terms);
    assert_eq!(judge(&reset(None)).unwrap_err(), Refusal::ResetNotConfirmed { number: 2 });
    assert_eq!(judge(&reset(Some(5))).unwrap_err(), Refusal::OtherNumber { offered: 2, confirmed: 5 });
    assert_eq!(judge(&reset(Some(2))).unwrap_err(), Refusal::RootNotConfirmed { number: 2 });
    let root = Some(other.organisation.root.fingerprint());
    let confirmation = Confirmation { number: Some(2), root, reset: true };
    let anew = judge(&Terms { confirmation, ..terms() }).unwrap();
    assert_eq!((anew.change, anew.in_force.bundle.header().number), (Change::Reset, 2));
    assert_eq!(anew.in_force.bundle.data().roots, std::slice::from_ref(&other.organisation.root));
}

#[test]
fn a_delta_fits_one_bundle_alone() {
    let centre = Centre::new();
    let (five, six) = (centre.full(5), centre.full(6));
    let delta = centre.sign(DeltaBundle::between(&five, &six).unwrap());
    let held = kiosk(&centre.plain(5));
    let next = offer(&held, &delta).unwrap();
    assert_eq!(next.in_force.bundle, six);
    assert_eq!(offer(&next.in_force, &delta).unwrap().change, Change::None);

    let four = kiosk(&centre.plain(4));
    assert_eq!(
        offer(&four, &delta).unwrap_err(),
        Refusal::Delta(DeltaError::OtherNumber { wanted: 5, held: 4 })
    );
    let other_five = kiosk(&centre.signed(header(5), |data| data.status_lists.clear()));
    assert_eq!(
        offer(&other_five, &delta).unwrap_err(),
        Refusal::Delta(DeltaError::OtherContent { number: 5 })
    );
    let seven = kiosk(&centre.plain(7));
    assert_eq!(offer(&seven, &delta).unwrap_err(), Refusal::Older { offered: 6, held: 7 });
    assert_eq!(judge(None, &delta, &confirming(6)).unwrap_err(), Refusal::NoBase { base: 5 });
}

#[test]
fn dates_and_clocks() {
    let centre = Centre::new();
    let held = kiosk(&centre.plain(5));
    let next = centre.plain(6);
    let judge = |time: &str| judge(Some(&held), &next, &terms_at(time));
    // set back: even a good bundle is not judged by such a clock
    let back = at("2026-11-22T07:54:59Z");
    assert_eq!(
        judge("2026-11-22T07:54:59Z").unwrap_err(),
        Refusal::ClockNotCredible { at: back, latest: today() }
    );
    assert!(judge("2026-11-22T07:55:00Z").is_ok(), "clocks differ by five minutes");
    // due, overdue, expired
    assert!(!judge("2026-11-29T08:00:00Z").unwrap().overdue);
    assert!(judge("2026-11-29T08:00:01Z").unwrap().overdue);
    assert!(judge("2026-12-06T08:00:00Z").is_ok());
    let end_of_grace = at("2026-12-06T08:00:00Z");
    assert_eq!(judge("2026-12-06T08:00:01Z").unwrap_err(), Refusal::Expired { end_of_grace });
    // dated ahead
    let ahead = at("2026-11-22T08:05:01Z");
    let early = centre.sign(FullBundle::new(header_on(6, ahead), &centre.data()).unwrap());
    assert_eq!(offer(&held, &early).unwrap_err(), Refusal::FromFuture { time: ahead });
}

#[test]
fn the_signer_must_be_a_bundle_signer_in_good_standing() {
    let centre = Centre::new();
    let held = kiosk(&centre.plain(5));
    for (role, serial) in
        [(Role::StatusListSigner, 0x31), (Role::Registrar, 0x32), (Role::RecordSigner, 0x33)]
    {
        let (key, signer) = signer_of(&centre.organisation, role, serial);
        let signed = prepare(&centre.full(6).into(), &signer).unwrap();
        let signed = signed.sign_with(&key).unwrap().into_der();
        assert_eq!(offer(&held, &signed).unwrap_err(), Refusal::OtherRole { found: Some(role) });
    }
    let organisation = &centre.organisation;
    let signed = prepare(&centre.full(6).into(), &organisation.signer).unwrap();
    let signed = signed.sign_with(&organisation.signer_key).unwrap().into_der();
    assert_eq!(offer(&held, &signed).unwrap_err(), Refusal::OtherRole { found: Some(Role::DocumentSigner) });
    // the key is stolen, and its certificate revoked
    let Centre { organisation, key, signer, crls } = centre;
    let stolen = |data: TrustData| {
        let bundle = FullBundle::new(header(7), &data).unwrap();
        prepare(&bundle.into(), &signer).unwrap().sign_with(&key).unwrap().into_der()
    };
    let (new_key, new_signer) = signer_of(&organisation, Role::BundleSigner, 0x22);
    let mut centre = Centre { organisation, key: new_key, signer: new_signer, crls: crls.clone() };
    centre.revoke(2, &[BUNDLE_SIGNER]);
    // by a list in the kiosk, though the bundle brings an older one
    let warned = offer(&held, &centre.plain(6)).unwrap().in_force;
    let hiding = stolen(TrustData { crls, ..centre.data() });
    let refused = offer(&warned, &hiding).unwrap_err();
    assert!(matches!(refused, Refusal::Signer(Failure::SignerRevoked { .. })), "{refused:?}");
    // and by the list that the bundle brings itself
    let refused = offer(&held, &stolen(centre.data())).unwrap_err();
    assert!(matches!(refused, Refusal::Signer(Failure::SignerRevoked { .. })), "{refused:?}");
}

#[test]
fn what_is_revoked_stays_revoked() {
    let mut centre = Centre::new();
    centre.revoke(3, &[0x11]);
    let held = kiosk(&centre.plain(5));
    let lists = |lists: Vec<Crl>| centre.signed(header(6), |data| data.crls = lists);
    let older = lists(vec![centre.organisation.crl(2, &[])]);
    assert_eq!(offer(&held, &older).unwrap_err(), Refusal::RevocationListOlder { held: 3 });
    assert_eq!(offer(&held, &lists(vec![])).unwrap_err(), Refusal::RevocationListOlder { held: 3 });
    let twin = lists(vec![centre.organisation.crl(3, &[])]);
    assert!(matches!(
        offer(&held, &twin).unwrap_err(),
        Refusal::Inconsistent(TrustError::CrlOlder { offered: 3, held: 3 })
    ));
    assert!(offer(&held, &lists(vec![centre.organisation.crl(4, &[])])).is_ok());
    // of a root that is not in the bundle
    let foreign = Organisation::new("Gốc 9", RootKind::Real, TestKey::p256());
    let odd = lists(vec![centre.organisation.crl(4, &[]), foreign.crl(1, &[])]);
    assert_eq!(offer(&held, &odd).unwrap_err(), Refusal::Inconsistent(TrustError::CrlIssuerUnknown));
}

#[test]
fn status_lists_neither_go_back_nor_vanish() {
    let mut centre = Centre::new();
    let (key, signer) = signer_of(&centre.organisation, Role::StatusListSigner, 0x41);
    let token = |issued: &str, invalid: &[u32]| {
        let mut list = StatusList::new(1000);
        invalid.iter().for_each(|index| list.set(*index, Status::Invalid).unwrap());
        let claims = Claims {
            subject: "https://status.example.org/lists/3".to_owned(),
            issued_at: at(issued),
            expires: Some(at("2026-12-01T00:00:00Z")),
            time_to_live: None,
            number: None,
        };
        let prepared = prepare_cwt(&CompressedList::of(&list), &claims, &signer).unwrap();
        prepared.sign_with(&key).unwrap().as_bytes().to_vec()
    };
    let of = |centre: &Centre, number, tokens: &[Vec<u8>]| {
        let lists = tokens
            .iter()
            .enumerate()
            .map(|(index, token)| StatusListToken { id: index.to_string(), token: token.clone() });
        centre.signed(header(number), |data| data.status_lists = lists.collect())
    };
    let (early, noon, late) = ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z");
    let subject = || "https://status.example.org/lists/3".to_owned();
    let held = kiosk(&of(&centre, 5, &[token(noon, &[17])]));
    let offered = |tokens: &[Vec<u8>]| offer(&held, &of(&centre, 6, tokens)).map(|taken| taken.change);
    assert_eq!(offered(&[token(late, &[17, 18])]), Ok(Change::Next));
    assert_eq!(offered(&[held.bundle.data().status_lists[0].token.clone()]), Ok(Change::Next));
    let older = Refusal::StatusListOlder { subject: subject(), held: at(noon) };
    assert_eq!(offered(&[token(early, &[17])]), Err(older.clone()));
    assert_eq!(offered(&[token(late, &[17]), token(early, &[])]), Err(older), "beside a good one");
    let revives = Refusal::StatusListRevives { subject: subject(), index: 17 };
    assert_eq!(offered(&[token(late, &[18])]), Err(revives));
    let missing = Refusal::StatusListMissing { subject: subject() };
    assert_eq!(offered(&[]), Err(missing.clone()));
    assert_eq!(offered(&[vec![7; 300]]), Err(missing), "one that does not count is none");
    // a list by a signer that is revoked since binds nobody
    centre.revoke(2, &[0x41]);
    assert_eq!(offer(&held, &of(&centre, 6, &[])).unwrap().change, Change::Next);
}

#[test]
fn a_test_root_is_refused_by_a_real_kiosk() {
    let test = Centre::of(Organisation::new("Gốc thử", RootKind::Test, TestKey::p256()));
    let real = Terms { roots: Roots::Real, ..confirming(1) };
    assert_eq!(judge(None, &test.plain(1), &real).unwrap_err(), Refusal::TestRoot);
    let lenient = Terms { roots: Roots::RealAndTest, ..confirming(1) };
    assert!(judge(None, &test.plain(1), &lenient).is_ok());
}

#[test]
fn every_refusal_says_what_to_do() {
    let refusals = [
        Refusal::Tampered,
        Refusal::Foreign { number: 1 },
        Refusal::TestRoot,
        Refusal::OtherRole { found: None },
        Refusal::Older { offered: 1, held: 2 },
        Refusal::SameNumber { number: 1 },
        Refusal::Expired { end_of_grace: today() },
        Refusal::FromFuture { time: today() },
        Refusal::ClockNotCredible { at: today(), latest: today() },
        Refusal::FirstNotConfirmed { number: 1 },
        Refusal::ResetNotConfirmed { number: 1 },
        Refusal::OtherNumber { offered: 1, confirmed: 2 },
        Refusal::OtherRoot,
        Refusal::RootNotConfirmed { number: 1 },
        Refusal::Ambiguous { number: 1 },
        Refusal::StatusListOlder { subject: String::new(), held: today() },
        Refusal::StatusListRevives { subject: String::new(), index: 1 },
        Refusal::StatusListMissing { subject: String::new() },
        Refusal::NoBase { base: 1 },
        Refusal::Delta(DeltaError::OtherResult),
        Refusal::RootNotLinked { fingerprint: String::new() },
        Refusal::RevocationListOlder { held: 1 },
        Refusal::Dates,
    ];
    for refusal in refusals {
        assert!(refusal.remedy().ends_with('.') && refusal.to_string().len() > 20, "{refusal:?}");
    }
}
