//! The second signature beside the first: making and checking, and the bare ML-DSA-65 as the ceiling.
//!
//! `cargo bench -p chipwright-pki --bench post_quantum`
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark"
)]

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use std::hint::black_box;
use std::time::Duration;

use chipwright_pki::certificate::{RootKind, document_signer, root};
use chipwright_pki::crl::{self, CrlProfile};
use chipwright_pki::post_quantum::{PostQuantumTrust, check, prepare};
use chipwright_pki::{Policy, PublicKey, SignError, SignKey, SignerCache, TrustStore, check_cached};
use criterion::{Criterion, criterion_group, criterion_main};
use fixture::{GROUPS, Organisation, TestKey, at, lds_security_object, root_profile, signer_profile, today};
use ml_dsa::{Keypair, MlDsa65, SignatureEncoding, Signer, SigningKey};

struct Key(SigningKey<MlDsa65>, PublicKey);

impl Key {
    fn of(seed: u8) -> Self {
        let key = SigningKey::from_seed(&[seed; 32].into());
        let public = PublicKey::from_point(&key.verifying_key().encode()).unwrap();
        Self(key, public)
    }
}

impl SignKey for Key {
    fn public_key(&self) -> &PublicKey {
        &self.1
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.0.sign(message).to_vec())
    }
}

fn second_signature(c: &mut Criterion) {
    let (root_key, key) = (Key::of(1), Key::of(2));
    let profile = root_profile("Second root", RootKind::Real);
    let root = root(&profile, root_key.public_key()).unwrap().sign_with(&root_key).unwrap();
    let signer = signer_profile(7, at("2026-11-01T00:00:00Z"));
    let signer = document_signer(&signer, key.public_key(), &root).unwrap().sign_with(&root_key).unwrap();
    let mut store = TrustStore::new();
    let list = CrlProfile {
        number: 1,
        this_update: at("2026-11-20T00:00:00Z"),
        next_update: at("2027-02-01T00:00:00Z"),
        revoked: Vec::new(),
    };
    store.add_root(root.clone()).unwrap();
    store.add_crl(crl::issue(&list, &root).unwrap().sign_with(&root_key).unwrap()).unwrap();
    let mut trust = PostQuantumTrust::new(store);
    trust.add_signer(signer.clone()).unwrap();
    let content = lds_security_object(&GROUPS);
    let signed = prepare(&content, &signer, today()).unwrap().sign_with(&key).unwrap();

    let first = Organisation::new("Gốc", RootKind::Real, TestKey::p384());
    let first_signed =
        first.template.prepare(&content, today()).unwrap().sign_with(&first.signer_key).unwrap();
    let (first_trust, policy) = (first.trust(), Policy::real());
    println!(
        "EF.SOD-PQ {} bytes, the SignedData of EF.SOD {}",
        signed.as_der().len(),
        first_signed.as_der().len()
    );

    let mut group = c.benchmark_group("second signature");
    let message = vec![0x31; 150];
    group.bench_function("ceiling: ML-DSA-65 signs", |b| b.iter(|| key.0.sign(black_box(&message))));
    group.bench_function("built, signed, verified, released", |b| {
        b.iter(|| prepare(black_box(&content), &signer, today()).unwrap().sign_with(&key).unwrap());
    });
    group.bench_function("the first: built, signed, verified, released", |b| {
        b.iter(|| {
            first
                .template
                .prepare(black_box(&content), today())
                .unwrap()
                .sign_with(&first.signer_key)
                .unwrap()
        });
    });
    let signature = key.sign(&message).unwrap();
    group.bench_function("ceiling: two ML-DSA-65 verifications", |b| {
        b.iter(|| {
            key.1.verify(black_box(&message), &signature).unwrap();
            key.1.verify(black_box(&message), &signature).unwrap();
        });
    });
    group.bench_function("checked with its chain", |b| {
        b.iter(|| check(black_box(signed.as_der()), &content, &trust, &policy, today()).unwrap());
    });
    let mut cache = SignerCache::new(4);
    group.bench_function("the first: checked, signer cached", |b| {
        b.iter(|| check_cached(black_box(first_signed.as_der()), &first_trust, &policy, today(), &mut cache));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_millis(500));
    targets = second_signature
}
criterion_main!(benches);
