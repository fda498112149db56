//! Signers and objects that our own profiles refuse to make, so that their checks are seen to fail.
#![allow(clippy::disallowed_methods, reason = "tests make random keys")]

use cms::content_info::CmsVersion;
use cms::signed_data::{EncapsulatedContentInfo, SignerInfo, SignerInfos};
use const_oid::db::rfc5911::{ID_CONTENT_TYPE, ID_MESSAGE_DIGEST, ID_SIGNED_DATA, ID_SIGNING_TIME};
use const_oid::db::rfc5912::ID_SHA_256;
use der::asn1::{Null, OctetString, SetOfVec};
use der::{Any, Encode, Tag};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

use spki::AlgorithmIdentifierOwned;
use x509_cert::ext::Extension;

use super::check;
use crate::certificate::build::{Fields, prepare};
use crate::certificate::{AltName, Certificate, RootKind, RootProfile, extension as ext, root};
use crate::cms::content::{CertificateSet, SignedDataContent, SignedDataInfo};
use crate::cms::template::{attribute, signer_identifier};
use crate::crl::{CrlProfile, issue};
use crate::oid::{self, Oid};
use crate::period::time;
use crate::policy::Policy;
use crate::report::{Check, Conclusion, Failure, NotChecked, Outcome, SecurityObjectReport};
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
        extensions: &[Extension],
        content_type: Oid,
        signed_at: Option<Timestamp>,
    ) -> SecurityObjectReport {
        let key = Key::new();
        let mut all =
            vec![ext::authority_key_identifier(self.root.subject_key_identifier().unwrap()).unwrap()];
        all.extend_from_slice(extensions);
        let fields = Fields {
            serial: &SerialNumber::new(&[0x80]).unwrap(),
            issuer: self.root.subject(),
            validity: period("2026-11-01T00:00:00Z", "2037-02-01T00:00:00Z"),
            subject: &Name::new("VN", "O", None, "Signer").unwrap(),
            key: key.public_key(),
        };
        let signer = prepare(&fields, all, self.key.public_key()).unwrap().sign_with(&self.key).unwrap();
        let object = object(&key, &signer, content_type, signed_at);
        check(&object, &self.trust, &Policy::real(), today())
    }
}

fn object(key: &Key, signer: &Certificate, content_type: Oid, signed_at: Option<Timestamp>) -> Vec<u8> {
    let content = b"content";
    let hash = digest(&SHA256, content);
    let mut attributes = vec![
        attribute(ID_CONTENT_TYPE, &content_type).unwrap(),
        attribute(ID_MESSAGE_DIGEST, &OctetString::new(hash.as_ref()).unwrap()).unwrap(),
    ];
    attributes.extend(signed_at.map(|at| attribute(ID_SIGNING_TIME, &time(at).unwrap()).unwrap()));
    let attributes = SetOfVec::try_from(attributes).unwrap();
    let signature = key.sign(&attributes.to_der().unwrap()).unwrap();
    let sha256 = AlgorithmIdentifierOwned { oid: ID_SHA_256, parameters: Some(Any::null()) };
    let info = SignerInfo {
        version: CmsVersion::V1,
        sid: signer_identifier(signer).unwrap(),
        digest_alg: sha256.clone(),
        signed_attrs: Some(attributes),
        signature_algorithm: key.public_key().algorithm().identifier(),
        signature: OctetString::new(signature).unwrap(),
        unsigned_attrs: None,
    };
    let content = SignedDataContent {
        version: CmsVersion::V3,
        digest_algorithms: SetOfVec::try_from([sha256]).unwrap(),
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: content_type,
            econtent: Some(Any::new(Tag::OctetString, *content).unwrap()),
        },
        certificates: CertificateSet(vec![signer.as_der()]),
        signer_infos: SignerInfos(SetOfVec::try_from([info]).unwrap()),
    };
    SignedDataInfo { content_type: ID_SIGNED_DATA, content }.to_der().unwrap()
}

fn usual() -> Vec<Extension> {
    vec![
        ext::signer_key_usage().unwrap(),
        ext::private_key_usage(&period("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")).unwrap(),
        ext::document_types(&["CM".to_owned()]).unwrap(),
    ]
}

/// `usual` with one extension exchanged or left out.
fn with(index: usize, other: Option<Extension>) -> Vec<Extension> {
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
    let unknown = ext::other(oid::CHIPWRIGHT, true, &Null).unwrap();
    let added = |extension: Extension| [usual(), vec![extension]].concat();
    for (extensions, check, failure) in [
        (with(0, None), Check::KeyUsage, Failure::KeyUsageRefused),
        (with(0, Some(ext::authority_key_usage().unwrap())), Check::KeyUsage, Failure::KeyUsageRefused),
        (added(ext::authority_constraints().unwrap()), Check::KeyUsage, Failure::KeyUsageRefused),
        (with(1, None), Check::PrivateKeyUsage, Failure::PrivateKeyUsageMissing),
        (with(2, None), Check::DocumentType, Failure::DocumentTypeMissing),
        (added(unknown), Check::Extensions, Failure::UnknownCriticalExtension),
        (added(ext::test_root().unwrap()), Check::Extensions, Failure::UnknownCriticalExtension),
    ] {
        let report = authority.report(&extensions, oid::LDS_SECURITY_OBJECT, Some(today()));
        assert_eq!(report.failures().collect::<Vec<_>>(), [(check, failure)]);
        assert_eq!(report.conclusion(), Conclusion::SignerNotEntitled);
    }
    let harmless = added(ext::other(oid::CHIPWRIGHT, false, &Null).unwrap());
    assert!(authority.report(&harmless, oid::LDS_SECURITY_OBJECT, Some(today())).is_good());
}

#[test]
fn each_wrong_signing_time_has_its_own_failure() {
    let authority = Authority::new();
    let long = ext::private_key_usage(&period("2026-01-01T00:00:00Z", "2040-01-01T00:00:00Z")).unwrap();
    let short = ext::private_key_usage(&period("2026-11-01T00:00:00Z", "2026-11-20T00:00:00Z")).unwrap();
    let early = at("2026-10-31T23:59:59Z");
    let failures = |extensions: Vec<Extension>, signed_at| {
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
