//! Signing and verifying security objects beside their ceilings: the same signatures and hashes in a bare ring loop.
//!
//! `cargo bench -p chipwright-pki --bench security_object`
#![allow(missing_docs, clippy::disallowed_methods, clippy::unwrap_used, reason = "a benchmark")]

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use std::hint::black_box;
use std::time::Duration;

use chipwright_pki::certificate::RootKind;
use chipwright_pki::{Policy, SignKey, SignerCache, check, check_cached};
use criterion::{Criterion, criterion_group, criterion_main};
use fixture::{GROUPS, Organisation, TestKey, lds_security_object, today};
use ring::digest::{SHA256, digest};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, UnparsedPublicKey, VerificationAlgorithm,
};

use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert, ring as algorithms};

/// The parts of a certificate that a signature check needs: `tbsCertificate` and the signature.
fn signed_parts(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let read = <x509_cert::Certificate as x509_cert::der::Decode>::from_der(der).unwrap();
    let tbs = x509_cert::der::Encode::to_der(read.tbs_certificate()).unwrap();
    (tbs, read.signature().raw_bytes().to_vec())
}

fn signing(c: &mut Criterion) {
    let organisation = Organisation::new("Gốc", RootKind::Real, TestKey::p256());
    let content = lds_security_object(&GROUPS);
    let prepared = organisation.template.prepare(&content, today()).unwrap();
    let attributes = prepared.to_be_signed().to_vec();
    let key = &organisation.signer_key;
    let point = key.public_key().point().to_vec();
    let verifier = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point);

    let mut group = c.benchmark_group("sign");
    group.bench_function("ceiling: hash + ring signature", |b| {
        b.iter(|| {
            black_box(digest(&SHA256, black_box(&content)));
            key.raw_signature(black_box(&attributes))
        });
    });
    group.bench_function("built and signed", |b| {
        b.iter(|| {
            let prepared = organisation.template.prepare(black_box(&content), today()).unwrap();
            let signature = key.sign(prepared.to_be_signed()).unwrap();
            (prepared, signature)
        });
    });
    group.bench_function("ceiling: hash + ring signature + ring verification", |b| {
        b.iter(|| {
            black_box(digest(&SHA256, black_box(&content)));
            let signature = key.raw_signature(black_box(&attributes));
            verifier.verify(&attributes, &signature).unwrap();
            signature
        });
    });
    group.bench_function("built, signed, verified, released", |b| {
        b.iter(|| {
            organisation.template.prepare(black_box(&content), today()).unwrap().sign_with(key).unwrap()
        });
    });
    group.finish();
}

fn verifying(c: &mut Criterion) {
    for (curve, root_key, algorithm) in [
        ("P-256 root", TestKey::p256(), &ECDSA_P256_SHA256_ASN1 as &'static dyn VerificationAlgorithm),
        ("P-384 root", TestKey::p384(), &ECDSA_P384_SHA384_ASN1),
    ] {
        let organisation = Organisation::new("Gốc", RootKind::Real, root_key);
        let content = lds_security_object(&GROUPS);
        let prepared = organisation.template.prepare(&content, today()).unwrap();
        let attributes = prepared.to_be_signed().to_vec();
        let signature = organisation.signer_key.raw_signature(&attributes);
        let object = prepared.complete(&signature).unwrap();
        let (tbs, certificate_signature) = signed_parts(organisation.signer.as_der());
        let signer_point = organisation.signer_key.public_key().point().to_vec();
        let root_point = organisation.root_key.public_key().point().to_vec();
        let trust = organisation.trust();
        let policy = Policy::real();

        let bare_object = || {
            black_box(digest(&SHA256, black_box(&content)));
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &signer_point)
                .verify(black_box(&attributes), &signature)
                .unwrap();
        };
        let bare_certificate = || {
            UnparsedPublicKey::new(algorithm, &root_point)
                .verify(black_box(&tbs), &certificate_signature)
                .unwrap()
        };

        let mut group = c.benchmark_group(format!("verify under a {curve}"));
        group.bench_function("whole chain, ceiling: hash + two ring verifications", |b| {
            b.iter(|| {
                bare_object();
                bare_certificate();
            });
        });
        group.bench_function("whole chain", |b| {
            b.iter(|| {
                let report = check(black_box(object.as_der()), &trust, &policy, today());
                assert!(report.is_good());
                report
            });
        });
        group.bench_function("signer cached, ceiling: hash + one ring verification", |b| b.iter(bare_object));
        let mut cache = SignerCache::new(8);
        group.bench_function("signer cached", |b| {
            b.iter(|| {
                let report = check_cached(black_box(object.as_der()), &trust, &policy, today(), &mut cache);
                assert!(report.is_good());
                report
            });
        });

        // the peer checks the certificate only, so its ceiling is one verification under the root
        group
            .bench_function("certificate only, ceiling: one ring verification", |b| b.iter(bare_certificate));
        let root_der = CertificateDer::from(organisation.root.as_der());
        let anchor = anchor_from_trusted_cert(&root_der).unwrap();
        let at = UnixTime::since_unix_epoch(Duration::from_secs(today().as_second() as u64));
        let signer_der = CertificateDer::from(organisation.signer.as_der());
        group.bench_function("certificate only, rustls-webpki", |b| {
            b.iter(|| {
                let signer = EndEntityCert::try_from(black_box(&signer_der)).unwrap();
                let usage = KeyUsage::client_auth();
                let supported = [algorithms::ECDSA_P256_SHA256, algorithms::ECDSA_P384_SHA384];
                signer
                    .verify_for_usage(&supported, std::slice::from_ref(&anchor), &[], at, usage, None, None)
                    .map(|_| ())
                    .unwrap();
            });
        });
        group.bench_function("certificate only, ours", |b| {
            b.iter(|| {
                let signer =
                    chipwright_pki::Certificate::from_der(black_box(organisation.signer.as_der())).unwrap();
                signer.verify_issued_by(&organisation.root).unwrap();
            });
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_millis(500));
    targets = signing, verifying
}
criterion_main!(benches);
