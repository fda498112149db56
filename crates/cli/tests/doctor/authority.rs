//! Root, signer and revocation list, signed by the home's own keys with other dates.

use crate::station::{Station, copy};
use chipwright_keystore::{FileKey, Passphrase};
use chipwright_pki::certificate::{
    AltName, DocumentSignerProfile, RootKind, RootProfile, document_signer, root,
};
use chipwright_pki::crl::{self, CrlProfile};
use chipwright_pki::{Certificate, Name, Period, SerialNumber, SignKey};
use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use std::fs;

const MEND: &str = "must_be_mended";

fn key(station: &Station, file: &str, passphrase: &str) -> FileKey {
    let passphrase = Passphrase::new(&fs::read_to_string(station.file(passphrase)).unwrap());
    FileKey::load(station.file(file), &passphrase).unwrap()
}

pub(crate) fn root_key(station: &Station) -> FileKey {
    key(station, "ca/root.key", "ca/root.passphrase")
}

fn held_root(station: &Station) -> Certificate {
    let bytes = fs::read(station.file("ca/root.pem")).unwrap();
    Certificate::from_file_bytes(&bytes).unwrap().remove(0)
}

/// A list of the home's root, in PEM.
pub(crate) fn list(
    station: &Station,
    key: &FileKey,
    number: u64,
    from: Timestamp,
    until: Timestamp,
) -> String {
    let profile = CrlProfile { number, this_update: from, next_update: until, revoked: Vec::new() };
    crl::issue(&profile, &held_root(station)).unwrap().sign_with(key).unwrap().to_pem()
}

/// A root in place of the home's, with the home's key.
fn root_anew(station: &Station, validity: Period, usage: Period, kind: RootKind) {
    let key = root_key(station);
    let profile = RootProfile {
        subject: Name::new("VN", "Another Organisation", None, "Root").unwrap(),
        serial: SerialNumber::from_random([7; 16]),
        validity,
        key_usage: usage,
        alt_name: AltName::with_email("VNM", "ca@example.org").unwrap(),
        crl_addresses: vec!["http://example.org/crl".to_owned()],
        kind,
    };
    let certificate = root(&profile, key.public_key()).unwrap().sign_with(&key).unwrap();
    fs::write(station.file("ca/root.pem"), certificate.to_pem()).unwrap();
}

/// A certificate of the home's signer key under the home's root; its cards live for so many days.
pub(crate) fn signer(station: &Station, usage: Period, days: u32) {
    let profile = DocumentSignerProfile {
        subject: Name::new("VN", "Chipwright Test Organisation", None, "Document signer 1").unwrap(),
        serial: SerialNumber::from_random([8; 16]),
        key_usage: usage,
        card_life_days: days,
        alt_name: AltName::with_email("VNM", "ca@example.org").unwrap(),
        crl_addresses: vec!["http://example.org/crl".to_owned()],
        document_types: vec!["CM".to_owned()],
    };
    let own = key(station, "ca/signer-1.key", "keys/passphrase");
    let certificate = document_signer(&profile, own.public_key(), &held_root(station))
        .unwrap()
        .sign_with(&root_key(station))
        .unwrap();
    fs::write(station.file("ca/signer-1.pem"), certificate.to_pem()).unwrap();
}

/// A whole authority in place of the home's: its root begins then.
pub(crate) fn another(station: &Station, from: Timestamp) {
    let (validity, usage) =
        (Period::months_from(from, 15 * 12).unwrap(), Period::months_from(from, 60).unwrap());
    root_anew(station, validity, usage, RootKind::Test);
    signer(station, Period::months_from(from, 3).unwrap(), 3_660);
    let text = list(station, &root_key(station), 1, from, from + days(90));
    fs::write(station.file("ca/crl.pem"), text).unwrap();
}

pub(crate) fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}

const NO_ROOT: [(&str, &str); 5] = [
    ("authority.root", MEND),
    ("authority.kind", "not_checked"),
    ("authority.revocation_list", "not_checked"),
    ("authority.signer", "not_checked"),
    ("authority.trust", "not_checked"),
];

#[test]
fn the_root_is_missing_or_none() {
    let mut said = String::new();
    let none: fn(&Station) = |station| fs::remove_file(station.file("ca/root.pem")).unwrap();
    let signer: fn(&Station) = |station| copy(&station.file("ca/signer-1.pem"), &station.file("ca/root.pem"));
    let text: fn(&Station) = |station| fs::write(station.file("ca/root.pem"), "root").unwrap();
    for damage in [none, signer, text] {
        let station = Station::well();
        damage(&station);
        let mut expected = NO_ROOT.to_vec();
        expected.push(("keys.signer", "not_checked"));
        said += &station.faults(&expected);
    }
    assert_snapshot!(said);
}

#[test]
fn an_old_authority_has_ended() {
    let station = Station::well();
    another(&station, "2010-01-01T00:00:00Z".parse().unwrap());
    assert_snapshot!(station.faults(&[
        ("authority.root", MEND),
        ("authority.revocation_list", MEND),
        ("authority.signer", MEND),
        ("registry.open", MEND),
    ]));
}

#[test]
fn an_authority_has_not_begun() {
    let station = Station::well();
    another(&station, "2040-01-01T00:00:00Z".parse().unwrap());
    assert_snapshot!(station.faults(&[
        ("clock.credible", MEND),
        ("authority.root", MEND),
        ("authority.signer", MEND),
        ("registry.open", MEND),
    ]));
}

#[test]
fn the_root_key_ends_soon() {
    let station = Station::well();
    let now = Timestamp::now();
    let usage = Period::new(now - days(1), now + days(30) + SignedDuration::from_hours(6)).unwrap();
    let validity = Period::months_from(now - days(1), 15 * 12).unwrap();
    root_anew(&station, validity, usage, RootKind::Test);
    signer(&station, Period::months_from(now, 3).unwrap(), 3_660);
    fs::write(station.file("ca/crl.pem"), list(&station, &root_key(&station), 1, now, now + days(90)))
        .unwrap();
    assert_snapshot!(station.faults(&[("authority.root", "warning"), ("registry.open", MEND)]));
}

#[test]
fn a_test_root_is_not_marked() {
    let station = Station::well();
    let now = Timestamp::now() - days(1);
    let validity = Period::months_from(now, 15 * 12).unwrap();
    root_anew(&station, validity, Period::months_from(now, 60).unwrap(), RootKind::Real);
    signer(&station, Period::months_from(now, 3).unwrap(), 3_660);
    fs::write(station.file("ca/crl.pem"), list(&station, &root_key(&station), 1, now, now + days(90)))
        .unwrap();
    assert_snapshot!(station.faults(&[("authority.kind", MEND), ("registry.open", MEND)]));
}

#[test]
fn the_revocation_list_is_missing_or_damaged() {
    let mut said = String::new();
    let station = Station::well();
    fs::write(station.file("ca/crl.pem"), "list").unwrap();
    said += &station.faults(&[("authority.revocation_list", MEND)]);
    fs::remove_file(station.file("ca/crl.pem")).unwrap();
    said += &station.faults(&[("authority.revocation_list", MEND)]);
    let other = Station::of_another_authority();
    fs::copy(other.file("ca/crl.pem"), station.file("ca/crl.pem")).unwrap();
    said += &station.faults(&[("authority.revocation_list", MEND), ("authority.trust", MEND)]);
    assert_snapshot!(said);
}

#[test]
fn the_revocation_list_ends() {
    let station = Station::well();
    let (key, now) = (root_key(&station), Timestamp::now());
    let mut said = String::new();
    for (left, grace, state) in [(-3, 0, MEND), (-3, 5, "warning"), (5, 0, "warning")] {
        let until = now + days(left) + SignedDuration::from_hours(6);
        fs::write(station.file("ca/crl.pem"), list(&station, &key, 2, now - days(60), until)).unwrap();
        station.configure("crl_grace_days = 0", &format!("crl_grace_days = {grace}"));
        said += &format!("--- {left} days, {grace} of grace\n");
        said += &station.faults(&[("authority.revocation_list", state)]);
        station.configure(&format!("crl_grace_days = {grace}"), "crl_grace_days = 0");
    }
    assert_snapshot!(said);
}

#[test]
fn the_signer_is_missing_revoked_or_of_another_root() {
    let station = Station::well();
    let pem = station.file("ca/signer-1.pem");
    let held = fs::read(&pem).unwrap();
    let other = Station::of_another_authority();
    fs::copy(other.file("ca/signer-1.pem"), &pem).unwrap();
    let gone = [("authority.signer", MEND), ("keys.signer", "not_checked")];
    let mut said = station.faults(&gone);
    fs::remove_file(&pem).unwrap();
    said += &station.faults(&gone);
    fs::write(&pem, held).unwrap();
    assert!(station.run(&["ca", "revoke-signer"]).status.success());
    said += &station.faults(&[("authority.signer", MEND)]);
    assert!(station.run(&["ca", "new-signer"]).status.success());
    assert_eq!(station.faults(&[]), "");
    assert_snapshot!(said);
}

#[test]
fn the_signer_may_not_sign_much_longer() {
    let station = Station::well();
    let (root, now) = (held_root(&station).validity().not_before, Timestamp::now());
    let soon = now + days(8) + SignedDuration::from_hours(6);
    signer(&station, Period::new(root, soon).unwrap(), 3_660);
    let mut said = station.faults(&[("authority.signer", "warning")]);
    // over since the second after the root was made
    signer(&station, Period::new(root, root).unwrap(), 3_660);
    while Timestamp::now().as_second() <= root.as_second() {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    said += &station.faults(&[("authority.signer", MEND)]);
    assert_snapshot!(said);
}

#[test]
fn cards_would_outlive_their_certificates() {
    let station = Station::well();
    let now = held_root(&station).validity().not_before;
    signer(&station, Period::months_from(now, 3).unwrap(), 3_000);
    let mut said = station.faults(&[("authority.signer", MEND)]);
    station.configure("validity_years = 10", "validity_years = 18");
    said += &station.faults(&[("authority.signer", MEND)]);
    station.configure("validity_years = 18", "validity_years = 8");
    assert_eq!(station.faults(&[]), "");
    station.configure("document_code = \"CM\"", "document_code = \"ID\"");
    said += &station.faults(&[("authority.signer", MEND)]);
    assert_snapshot!(said);
}

#[test]
fn verification_trusts_somebody_else_as_well() {
    let station = Station::well();
    let other = Station::of_another_authority();
    fs::copy(other.file("ca/root.pem"), station.file("ca/partner.pem")).unwrap();
    assert_snapshot!(station.faults(&[("authority.trust", "warning")]));
}
