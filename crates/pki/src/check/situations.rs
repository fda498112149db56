//! Signers and objects that our own profiles refuse to make, so that their checks are seen to fail.
#![allow(clippy::disallowed_methods, reason = "tests make random keys")]

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

use super::check;
use crate::certificate::profile::{Fields, prepare};
use crate::certificate::{AltName, Certificate, RootKind, RootProfile, extension as ext, root};
use crate::crl::{CrlProfile, issue};
use crate::oid::{self, Oid};
use crate::period::time;
use crate::policy::Policy;
use crate::report::{Check, Conclusion, Failure, NotChecked, Outcome, SecurityObjectReport};
use crate::x690::{CONTEXT_0, INTEGER, OCTET_STRING, SET, element, object_identifier, sequence};
use crate::{Name, Period, PublicKey, SerialNumber, SignError, SignKey, TrustStore};

struct Key(EcdsaKeyPair, PublicKey);

impl Key {
    fn new() -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        let public = PublicKey::from_point(pair.public_key().as_ref()).unwrap();
        Self(pair, public)
    }
}

impl SignKey for Key {
    fn public_key(&self) -> &PublicKey {
        &self.1
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.0.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec())
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn today() -> Timestamp {
    at("2026-11-22T08:00:00Z")
}

fn period(from: &str, until: &str) -> Period {
    Period::new(at(from), at(until)).unwrap()
}

/// An authority that signs whatever it is given.
struct Authority {
    key: Key,
    root: Certificate,
    trust: TrustStore,
}

impl Authority {
    fn new() -> Self {
        let key = Key::new();
        let profile = RootProfile {
            subject: Name::new("VN", "O", None, "Root").unwrap(),
            serial: SerialNumber::new(&[1]).unwrap(),
            validity: period("2026-01-01T00:00:00Z", "2046-01-01T00:00:00Z"),
            key_usage: period("2026-01-01T00:00:00Z", "2031-01-01T00:00:00Z"),
            alt_name: AltName::with_uri("VNM", "https://ca.example.org").unwrap(),
            crl_addresses: vec!["http://crl.example.org/1".to_owned()],
            kind: RootKind::Real,
        };
        let root = root(&profile, key.public_key()).unwrap().sign_with(&key).unwrap();
        let list = CrlProfile {
            number: 1,
            this_update: today(),
            next_update: at("2027-01-01T00:00:00Z"),
            revoked: vec![],
        };
        let crl = issue(&list, &root).unwrap().sign_with(&key).unwrap();
        let mut trust = TrustStore::new();
        trust.add_root(root.clone()).unwrap();
        trust.add_crl(crl).unwrap();
        Self { key, root, trust }
    }

    /// A signer with these extensions beside its authority key identifier, and its object signed at this time.
    fn report(
        &self,
        extensions: &[Vec<u8>],
        content_type: Oid,
        signed_at: Option<Timestamp>,
    ) -> SecurityObjectReport {
        let key = Key::new();
        let mut all = vec![ext::authority_key_identifier(self.root.subject_key_identifier().unwrap())];
        all.extend_from_slice(extensions);
        let fields = Fields {
            serial: &SerialNumber::new(&[0x80]).unwrap(),
            issuer: self.root.subject(),
            validity: period("2026-11-01T00:00:00Z", "2037-02-01T00:00:00Z"),
            subject: &Name::new("VN", "O", None, "Signer").unwrap(),
            key: key.public_key(),
        };
        let signer = prepare(&fields, &all, self.key.public_key()).unwrap().sign_with(&self.key).unwrap();
        let object = object(&key, &signer, content_type, signed_at);
        check(&object, &self.trust, &Policy::real(), today())
    }
}

fn attribute(kind: Oid, value: &[u8]) -> Vec<u8> {
    sequence(&[&object_identifier(kind), &element(SET, &[value])])
}

fn object(key: &Key, signer: &Certificate, content_type: Oid, signed_at: Option<Timestamp>) -> Vec<u8> {
    let content = b"content";
    let mut attributes = vec![
        attribute(oid::CONTENT_TYPE, &object_identifier(content_type)),
        attribute(oid::MESSAGE_DIGEST, &element(OCTET_STRING, &[digest(&SHA256, content).as_ref()])),
    ];
    attributes.extend(signed_at.map(|at| attribute(oid::SIGNING_TIME, &time(at))));
    attributes.sort();
    let signature = key.sign(&element(SET, &[&attributes.concat()])).unwrap();
    let sha256 = sequence(&[&object_identifier(oid::SHA256), &[5, 0]]);
    let info = sequence(&[
        &[INTEGER, 1, 1],
        &sequence(&[signer.issuer().as_der(), &signer.serial().to_der()]),
        &sha256,
        &element(CONTEXT_0, &[&attributes.concat()]),
        &key.public_key().algorithm().identifier(),
        &element(OCTET_STRING, &[&signature]),
    ]);
    let encapsulated = sequence(&[
        &object_identifier(content_type),
        &element(CONTEXT_0, &[&element(OCTET_STRING, &[content])]),
    ]);
    let data = sequence(&[
        &[INTEGER, 1, 3],
        &element(SET, &[&sha256]),
        &encapsulated,
        &element(CONTEXT_0, &[signer.as_der()]),
        &element(SET, &[&info]),
    ]);
    sequence(&[&object_identifier(oid::SIGNED_DATA), &element(CONTEXT_0, &[&data])])
}

fn usual() -> Vec<Vec<u8>> {
    vec![
        ext::signer_key_usage(),
        ext::private_key_usage(&period("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")),
        ext::document_types(&["CM".to_owned()]),
    ]
}

/// `usual` with one extension exchanged or left out.
fn with(index: usize, other: Option<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut extensions = usual();
    extensions.remove(index);
    extensions.extend(other);
    extensions
}

#[test]
fn the_usual_signer_is_good_with_null_parameters_too() {
    let report = Authority::new().report(&usual(), oid::LDS_SECURITY_OBJECT, Some(today()));
    assert!(report.is_good(), "{:?}", report.failures().collect::<Vec<_>>());
}

#[test]
fn each_defect_of_a_signer_has_its_own_failure() {
    let authority = Authority::new();
    let unknown = ext::extension(oid::CHIPWRIGHT, true, &[5, 0]);
    let added = |extension: Vec<u8>| [usual(), vec![extension]].concat();
    for (extensions, check, failure) in [
        (with(0, None), Check::KeyUsage, Failure::KeyUsageRefused),
        (with(0, Some(ext::authority_key_usage())), Check::KeyUsage, Failure::KeyUsageRefused),
        (added(ext::authority_constraints()), Check::KeyUsage, Failure::KeyUsageRefused),
        (with(1, None), Check::PrivateKeyUsage, Failure::PrivateKeyUsageMissing),
        (with(2, None), Check::DocumentType, Failure::DocumentTypeMissing),
        (added(unknown), Check::Extensions, Failure::UnknownCriticalExtension),
        (added(ext::test_root()), Check::Extensions, Failure::UnknownCriticalExtension),
    ] {
        let report = authority.report(&extensions, oid::LDS_SECURITY_OBJECT, Some(today()));
        assert_eq!(report.failures().collect::<Vec<_>>(), [(check, failure)]);
        assert_eq!(report.conclusion(), Conclusion::SignerNotEntitled);
    }
    let harmless = added(ext::extension(oid::CHIPWRIGHT, false, &[5, 0]));
    assert!(authority.report(&harmless, oid::LDS_SECURITY_OBJECT, Some(today())).is_good());
}

#[test]
fn each_wrong_signing_time_has_its_own_failure() {
    let authority = Authority::new();
    let long = ext::private_key_usage(&period("2026-01-01T00:00:00Z", "2040-01-01T00:00:00Z"));
    let short = ext::private_key_usage(&period("2026-11-01T00:00:00Z", "2026-11-20T00:00:00Z"));
    let early = at("2026-10-31T23:59:59Z");
    let failures = |extensions: Vec<Vec<u8>>, signed_at| {
        let report = authority.report(&extensions, oid::LDS_SECURITY_OBJECT, signed_at);
        report.failures().collect::<Vec<_>>()
    };
    assert_eq!(
        failures(with(1, Some(long)), Some(early)),
        [(Check::SigningTime, Failure::SignedOutsideValidity { signed_at: early })]
    );
    assert_eq!(
        failures(with(1, Some(short)), Some(today())),
        [(Check::PrivateKeyUsage, Failure::SignedOutsideKeyUsage { signed_at: today() })]
    );
    let ahead = at("2026-11-22T08:05:01Z");
    assert_eq!(
        failures(usual(), Some(ahead)),
        [(Check::SigningTime, Failure::SignedInFuture { signed_at: ahead })]
    );
    assert!(failures(usual(), Some(at("2026-11-22T08:05:00Z"))).is_empty(), "within the clocks' difference");
    let report = authority.report(&usual(), oid::LDS_SECURITY_OBJECT, None);
    assert_eq!(report.failures().collect::<Vec<_>>(), [(Check::SigningTime, Failure::SigningTimeMissing)]);
    assert_eq!(report.outcome(Check::PrivateKeyUsage), Outcome::NotChecked(NotChecked::NotReached));
}

#[test]
fn other_content_is_not_a_security_object() {
    let report = Authority::new().report(&usual(), oid::DOCUMENT_TYPE_LIST, Some(today()));
    assert_eq!(report.failures().collect::<Vec<_>>(), [(Check::ContentType, Failure::OtherContentType)]);
    assert_eq!(report.conclusion(), Conclusion::Malformed);
}
