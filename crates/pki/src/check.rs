//! Passive authentication of a security object (9303-11, 5.1; RFC 5280, 6): every check is made and reported.
//!
//! | situation | outcome |
//! |---|---|
//! | the signer's certificate has expired at the time of the check | `signer_expired`, though everything else may pass |
//! | it is not valid yet | `signer_not_yet_valid` |
//! | it is on the issuer's revocation list | `signer_revoked`, whatever the date: the signing time is the signer's own word |
//! | the same, and this security object is listed as still good | passed; [`SecurityObjectReport::still_good`] says so |
//! | another organisation issued it | `issuer_unknown` |
//! | it names one of our roots, but the root's key did not sign it | `certificate_signature_wrong` |
//! | the root is a test root | `test_root_refused` under a real policy |
//!
//! The issuer is found by name and, where the certificate states one, key identifier. A revocation list's signature is
//! verified once, when the trust store takes it.

#[cfg(test)]
mod situations;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::certificate::Certificate;
use crate::cms::view::SignedDataView;
use crate::oid::LDS_SECURITY_OBJECT;
use crate::policy::{CrlRule, Policy, Roots};
use crate::report::{Check, Failure, NotChecked, Outcome, SecurityObjectReport};
use crate::trust::{TrustStore, TrustedRoot};

/// Checks the DER of a SignedData (the content of EF.SOD's tag 77) with the whole chain.
#[must_use]
pub fn check(cms: &[u8], trust: &TrustStore, policy: &Policy, at: Timestamp) -> SecurityObjectReport {
    Run { trust, policy, at }.run(cms, None)
}

/// Checks like [`check()`], but verifies the certificate of each signer only once. Everything that depends on time, policy or
/// revocation is checked every time.
#[must_use]
pub fn check_cached(
    cms: &[u8],
    trust: &TrustStore,
    policy: &Policy,
    at: Timestamp,
    cache: &mut SignerCache,
) -> SecurityObjectReport {
    cache.follow(trust);
    Run { trust, policy, at }.run(cms, Some(cache))
}

/// Checks a signer of any role: its certificate with the chain, at the time it signed and now. What failed; nothing if it is good.
/// The role itself is the caller's to compare ([`Certificate::role`]).
#[must_use]
pub fn check_signer(
    signer: &Certificate,
    signed_at: Timestamp,
    trust: &TrustStore,
    policy: &Policy,
    at: Timestamp,
) -> Vec<Failure> {
    let run = Run { trust, policy, at };
    let mut report = SecurityObjectReport::new(at);
    run.usage(&mut report, signer);
    run.times(&mut report, signer, Some(signed_at));
    let found = Found { certificate: Arc::new(signer.clone()), verified_under: None };
    if let Some(index) = run.chain(&mut report, &found) {
        run.root(&mut report, signer, &trust.roots()[index]);
    }
    report.failures().map(|(_, failure)| failure).collect()
}

/// Signers whose certificates have verified under the trust store as it is: keyed by the certificate's own bytes, emptied
/// whenever the store changes, and bounded.
#[derive(Debug)]
pub struct SignerCache {
    capacity: usize,
    generation: u64,
    signers: HashMap<Box<[u8]>, CheckedSigner>,
}

/// A certificate whose signature verified with a root.
#[derive(Debug, Clone)]
struct CheckedSigner {
    certificate: Arc<Certificate>,
    root: usize,
}

impl SignerCache {
    /// A cache of at most `capacity` signers; when it is full it is emptied.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, generation: 0, signers: HashMap::new() }
    }

    /// How many signers are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.signers.len()
    }

    /// Whether no signer is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.signers.is_empty()
    }

    fn follow(&mut self, trust: &TrustStore) {
        if self.generation != trust.generation() {
            self.signers.clear();
            self.generation = trust.generation();
        }
    }

    fn insert(&mut self, signer: CheckedSigner) {
        if self.signers.len() >= self.capacity {
            self.signers.clear();
        }
        if self.capacity > 0 {
            self.signers.insert(signer.certificate.as_der().into(), signer);
        }
    }
}

struct Run<'a> {
    trust: &'a TrustStore,
    policy: &'a Policy,
    at: Timestamp,
}

/// The signer's certificate, and the root if its signature is already known to verify.
pub(crate) struct Found {
    pub(crate) certificate: Arc<Certificate>,
    verified_under: Option<usize>,
}

impl Run<'_> {
    fn run(&self, cms: &[u8], cache: Option<&mut SignerCache>) -> SecurityObjectReport {
        let mut report = SecurityObjectReport::new(self.at);
        let view = match SignedDataView::parse(cms) {
            Ok(view) => view,
            Err(fault) => {
                report.set(Check::Structure, Outcome::Failed(Failure::Malformed { offset: fault.offset }));
                return report;
            }
        };
        report.set(Check::Structure, Outcome::Passed);
        report.content = Some(view.content().to_vec());
        report.signed_at = view.attributes.signing_time;
        let type_agrees = view.content_type == self.policy.content_type
            && view.content_type == view.attributes.content_type;
        report.set(Check::ContentType, passed_if(type_agrees, Failure::OtherContentType));
        report.set(Check::ContentDigest, passed_if(view.digest_matches(), Failure::DigestMismatch));

        let Some(found) = find_signer(&view, cache.as_deref()) else {
            report.set(Check::SignerCertificate, Outcome::Failed(Failure::SignerCertificateMissing));
            return report;
        };
        let signer = &*found.certificate;
        report.set(Check::SignerCertificate, Outcome::Passed);
        let signature = view.verify(signer.public_key());
        report.set(Check::Signature, passed_if(signature.is_ok(), Failure::SignatureWrong));
        self.usage(&mut report, signer);
        let typed = signer.document_types().is_some_and(|types| !types.is_empty());
        report.set(Check::DocumentType, passed_if(typed, Failure::DocumentTypeMissing));
        self.times(&mut report, signer, view.attributes.signing_time);
        if let Some(index) = self.chain(&mut report, &found) {
            let root = &self.trust.roots()[index];
            self.root(&mut report, signer, root);
            self.still_good(&mut report, signer, root, cms);
            if let Some(cache) = cache
                && found.verified_under.is_none()
            {
                cache.insert(CheckedSigner { certificate: Arc::clone(&found.certificate), root: index });
            }
        }
        report.signer = Some(found.certificate);
        report
    }

    /// Finds the issuer and verifies the certificate; the root's index if both succeeded.
    fn chain(&self, report: &mut SecurityObjectReport, found: &Found) -> Option<usize> {
        let signer = &*found.certificate;
        if found.verified_under.is_some() {
            report.set(Check::Issuer, Outcome::Passed);
            report.set(Check::CertificateSignature, Outcome::Passed);
            return found.verified_under;
        }
        let roots = || self.trust.roots().iter().enumerate();
        // a root that is trusted for itself before one that another vouches for
        let (own, linked) =
            (roots().filter(|(_, root)| !root.is_linked()), roots().filter(|(_, root)| root.is_linked()));
        let mut named = own.chain(linked).filter(|(_, root)| signer.names_issuer(root.certificate()));
        let Some((first, root)) = named.next() else {
            report.set(Check::Issuer, Outcome::Failed(Failure::IssuerUnknown));
            return None;
        };
        report.set(Check::Issuer, Outcome::Passed);
        let mut verified = signer.verify_issued_by(root.certificate()).is_ok().then_some(first);
        // roots of the same name and no key identifier to choose by: any of them will do
        while verified.is_none() {
            let Some((index, root)) = named.next() else { break };
            verified = signer.verify_issued_by(root.certificate()).is_ok().then_some(index);
        }
        report.set(
            Check::CertificateSignature,
            passed_if(verified.is_some(), Failure::CertificateSignatureWrong),
        );
        verified
    }

    /// What the signer's certificate allows its key.
    fn usage(&self, report: &mut SecurityObjectReport, signer: &Certificate) {
        report.set(Check::KeyUsage, passed_if(signer.signs_objects(), Failure::KeyUsageRefused));
        let unknown = signer.has_unknown_critical_extension() || signer.is_test_root();
        report.set(Check::Extensions, passed_if(!unknown, Failure::UnknownCriticalExtension));
    }

    /// The signing time against the certificate, and the certificate against the clock.
    fn times(&self, report: &mut SecurityObjectReport, signer: &Certificate, signed_at: Option<Timestamp>) {
        let validity = signer.validity();
        let signing = match signed_at {
            None => Outcome::Failed(Failure::SigningTimeMissing),
            Some(signed_at) if self.is_ahead(signed_at) => {
                Outcome::Failed(Failure::SignedInFuture { signed_at })
            }
            Some(signed_at) => {
                passed_if(validity.contains(signed_at), Failure::SignedOutsideValidity { signed_at })
            }
        };
        report.set(Check::SigningTime, signing);
        let usage = match (signer.private_key_usage(), signed_at) {
            (None, _) => Outcome::Failed(Failure::PrivateKeyUsageMissing),
            (Some(_), None) => Outcome::NotChecked(NotChecked::NotReached),
            (Some(usage), Some(signed_at)) => {
                passed_if(usage.contains(signed_at), Failure::SignedOutsideKeyUsage { signed_at })
            }
        };
        report.set(Check::PrivateKeyUsage, usage);
        let now = if self.at < validity.not_before {
            Outcome::Failed(Failure::SignerNotYetValid { not_before: validity.not_before })
        } else {
            passed_if(validity.contains(self.at), Failure::SignerExpired { not_after: validity.not_after })
        };
        report.set(Check::SignerValidity, now);
    }

    /// The root itself: its kind, its validity, its revocation list.
    fn root(&self, report: &mut SecurityObjectReport, signer: &Certificate, root: &TrustedRoot) {
        let certificate = root.certificate();
        report.test_root = certificate.is_test_root();
        report.root = certificate.subject_key_identifier().and_then(|identifier| identifier.try_into().ok());
        let accepted = self.policy.roots == Roots::RealAndTest || !certificate.is_test_root();
        report.set(Check::RootKind, passed_if(accepted, Failure::TestRootRefused));

        let validity = certificate.validity();
        let now = if self.at < validity.not_before {
            Outcome::Failed(Failure::IssuerNotYetValid { not_before: validity.not_before })
        } else {
            passed_if(validity.contains(self.at), Failure::IssuerExpired { not_after: validity.not_after })
        };
        report.set(Check::IssuerValidity, now);

        let demanded = self.policy.crl == CrlRule::Required;
        let weak = |failure| {
            if demanded { Outcome::Failed(failure) } else { Outcome::NotChecked(NotChecked::NotDemanded) }
        };
        let Some(crl) = root.crl() else {
            report.set(Check::Crl, weak(Failure::CrlMissing));
            if !demanded {
                report.set(Check::Revocation, Outcome::NotChecked(NotChecked::NotDemanded));
            }
            return;
        };
        let stale_from = crl.next_update().saturating_add(self.policy.crl_grace).unwrap_or(Timestamp::MAX);
        let fresh = if self.is_ahead(crl.this_update()) {
            weak(Failure::CrlInFuture { this_update: crl.this_update() })
        } else if self.at > stale_from {
            weak(Failure::CrlStale { next_update: crl.next_update() })
        } else {
            Outcome::Passed
        };
        report.set(Check::Crl, fresh);
        let revocation = match (crl.revocation(signer.serial()), self.trust.revocation(root)) {
            (Some(signer), _) => Outcome::Failed(Failure::signer_revoked(signer)),
            (None, Some(root)) => Outcome::Failed(Failure::issuer_revoked(root)),
            (None, None) => Outcome::Passed,
        };
        report.set(Check::Revocation, revocation);
    }

    /// A security object that is listed counts though its signer, and the signer alone, is revoked.
    fn still_good(
        &self,
        report: &mut SecurityObjectReport,
        signer: &Certificate,
        root: &TrustedRoot,
        cms: &[u8],
    ) {
        let revoked = root.crl().and_then(|crl| crl.revocation(signer.serial()));
        let Some(revoked) = revoked.filter(|_| self.policy.content_type == LDS_SECURITY_OBJECT) else {
            return;
        };
        if self.trust.revocation(root).is_none() && self.trust.is_still_good(signer, cms) {
            report.set(Check::Revocation, Outcome::Passed);
            report.still_good = Some(revoked);
        }
    }

    fn is_ahead(&self, time: Timestamp) -> bool {
        time > self.at.saturating_add(self.policy.clock_skew).unwrap_or(Timestamp::MAX)
    }
}

/// The certificate that the signer information names: from the cache, or read from the object.
pub(crate) fn find_signer(view: &SignedDataView<'_>, cache: Option<&SignerCache>) -> Option<Found> {
    for der in view.certificates() {
        if let Some(known) = cache.and_then(|cache| cache.signers.get(*der)) {
            if view.is_signed_by(&known.certificate) {
                return Some(Found {
                    certificate: Arc::clone(&known.certificate),
                    verified_under: Some(known.root),
                });
            }
        } else if let Ok(certificate) = Certificate::from_der(der)
            && view.is_signed_by(&certificate)
        {
            return Some(Found { certificate: Arc::new(certificate), verified_under: None });
        }
    }
    None
}

fn passed_if(holds: bool, otherwise: Failure) -> Outcome {
    if holds { Outcome::Passed } else { Outcome::Failed(otherwise) }
}
