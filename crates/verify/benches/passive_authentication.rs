//! Security objects made and checked, over the data groups of one card, each beside its ceiling: the ring operations and the hashes that cannot be
//! left out.
//!
//! `cargo bench -p chipwright-verify`

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

use chipwright_keystore::SoftKey;
use chipwright_pki::certificate::{
    AltName, DocumentSignerProfile, RootKind, RootProfile, document_signer, root,
};
use chipwright_pki::crl::{CrlProfile, issue};
use chipwright_pki::{
    Name, Period, Policy, SerialNumber, SignKey, SignatureAlgorithm, SignerCache, SignerTemplate, TrustStore,
    check, check_cached,
};
use chipwright_profile::security_object::{SecurityObject, lds_security_object};
use chipwright_profile::{ChipKeys, DataGroups, FileId};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use jiff::civil::date;
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use std::hint::black_box;

struct Setting {
    groups: Vec<(u8, Vec<u8>)>,
    template: SignerTemplate,
    key: SoftKey,
    trust: TrustStore,
    at: Timestamp,
    signed: Vec<u8>,
    message: Vec<u8>,
    signature: Vec<u8>,
}

fn setting() -> Setting {
    let at: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
    let begin: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    let root_key = SoftKey::generate(SignatureAlgorithm::EcdsaP256Sha256).unwrap();
    let key = SoftKey::generate(SignatureAlgorithm::EcdsaP256Sha256).unwrap();
    let alt_name = AltName::with_uri("VNM", "https://pki.example.invalid/").unwrap();
    let crl_addresses = vec!["https://pki.example.invalid/root.crl".to_owned()];
    let profile = RootProfile {
        subject: Name::new("VN", "Bench", None, "Root").unwrap(),
        serial: SerialNumber::from_random([1; 16]),
        validity: Period::months_from(begin, 240).unwrap(),
        key_usage: Period::months_from(begin, 60).unwrap(),
        alt_name: alt_name.clone(),
        crl_addresses: crl_addresses.clone(),
        kind: RootKind::Real,
    };
    let authority = root(&profile, root_key.public_key()).unwrap().sign_with(&root_key).unwrap();
    let profile = DocumentSignerProfile {
        subject: Name::new("VN", "Bench", None, "Signer").unwrap(),
        serial: SerialNumber::from_random([2; 16]),
        key_usage: Period::months_from(begin, 3).unwrap(),
        card_life_days: 3660,
        alt_name,
        crl_addresses,
        document_types: vec!["CM".to_owned()],
    };
    let signer =
        document_signer(&profile, key.public_key(), &authority).unwrap().sign_with(&root_key).unwrap();
    let list = CrlProfile {
        number: 1,
        this_update: at,
        next_update: Period::months_from(at, 1).unwrap().not_after,
        revoked: Vec::new(),
    };
    let list = issue(&list, &authority).unwrap().sign_with(&root_key).unwrap();
    let mut trust = TrustStore::new();
    trust.add_root(authority).unwrap();
    trust.add_crl(list).unwrap();
    let template = SignerTemplate::new(&signer).unwrap();
    let allocation = chipwright_testkit::allocation(&mut chipwright_testkit::random(1));
    let terms = chipwright_testkit::terms(date(2026, 11, 22));
    let built = DataGroups::build(
        &chipwright_testkit::member(1),
        &chipwright_testkit::portrait(0),
        &allocation,
        &terms,
        &ChipKeys::default(),
    )
    .unwrap();
    let groups: Vec<(u8, Vec<u8>)> = built
        .files()
        .filter_map(|(file, content)| match file {
            FileId::Dg(number) => Some((number, content.to_vec())),
            _ => None,
        })
        .collect();
    let signed =
        template.prepare(built.lds_security_object(), at).unwrap().sign_with(&key).unwrap().into_der();
    let message = vec![7; 107];
    let signature = key.sign(&message).unwrap();
    Setting { groups, template, key, trust, at, signed, message, signature }
}

impl Setting {
    fn hashes(&self) {
        for (_, group) in &self.groups {
            black_box(digest(&SHA256, group));
        }
    }

    fn ring_verify(&self) {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, self.key.public_key().point())
            .verify(&self.message, &self.signature)
            .unwrap();
    }

    fn content(&self) -> Vec<u8> {
        let groups: Vec<(u8, &[u8])> =
            self.groups.iter().map(|(number, group)| (*number, group.as_slice())).collect();
        lds_security_object(&groups)
    }

    fn groups_match(&self, content: &[u8]) {
        let object = SecurityObject::from_der(content).unwrap();
        assert!(self.groups.iter().all(|(number, group)| object.matches(*number, group) == Some(true)));
    }
}

fn making(criterion: &mut Criterion) {
    let s = setting();
    let mut group = criterion.benchmark_group("make");
    group.throughput(Throughput::Elements(1));
    group.bench_function("ceiling: hashes, ring signature", |b| {
        b.iter(|| {
            s.hashes();
            s.key.sign(&s.message).unwrap()
        });
    });
    group.bench_function("hashed, built, signed", |b| {
        b.iter(|| {
            let prepared = s.template.prepare(&s.content(), s.at).unwrap();
            s.key.sign(prepared.to_be_signed()).unwrap()
        });
    });
    group.bench_function("ceiling: hashes, ring signature, ring verification", |b| {
        b.iter(|| {
            s.hashes();
            s.ring_verify();
            s.key.sign(&s.message).unwrap()
        });
    });
    group.bench_function("hashed, built, signed, verified, released", |b| {
        b.iter(|| s.template.prepare(&s.content(), s.at).unwrap().sign_with(&s.key).unwrap());
    });
    group.finish();
}

fn checking(criterion: &mut Criterion) {
    let s = setting();
    let policy = Policy::real();
    let mut group = criterion.benchmark_group("check");
    group.throughput(Throughput::Elements(1));
    group.bench_function("ceiling: hashes, two ring verifications", |b| {
        b.iter(|| {
            s.hashes();
            s.ring_verify();
            s.ring_verify();
        });
    });
    group.bench_function("whole chain each time", |b| {
        b.iter(|| {
            let report = check(&s.signed, &s.trust, &policy, s.at);
            assert!(report.is_good());
            s.groups_match(report.content().unwrap());
        });
    });
    group.bench_function("ceiling: hashes, one ring verification", |b| {
        b.iter(|| {
            s.hashes();
            s.ring_verify();
        });
    });
    let mut cache = SignerCache::new(16);
    group.bench_function("signer cached", |b| {
        b.iter(|| {
            let report = check_cached(&s.signed, &s.trust, &policy, s.at, &mut cache);
            assert!(report.is_good());
            s.groups_match(report.content().unwrap());
        });
    });
    group.finish();
}

criterion_group!(benches, making, checking);
criterion_main!(benches);
