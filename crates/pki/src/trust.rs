//! What a verifier trusts: roots and their revocation lists, parsed once.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::certificate::Certificate;
use crate::crl::Crl;

/// Roots, and the newest revocation list of each.
#[derive(Debug, Clone, Default)]
pub struct TrustStore {
    roots: Vec<TrustedRoot>,
    generation: u64,
}

/// A root and its revocation list.
#[derive(Debug, Clone)]
pub struct TrustedRoot {
    certificate: Certificate,
    crl: Option<Crl>,
}

impl TrustedRoot {
    /// The root certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Its newest revocation list, if one was added.
    #[must_use]
    pub fn crl(&self) -> Option<&Crl> {
        self.crl.as_ref()
    }
}

/// Why a root or a list is not taken into the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The certificate is not a root: self-issued, an authority, may sign certificates and lists.
    #[error("the certificate is not a root of the profile (self-issued, cA, keyCertSign and cRLSign)")]
    NotARoot,
    /// The root does not verify with its own key.
    #[error("the root's own signature does not verify")]
    RootSignatureWrong,
    /// The root carries a critical extension unknown to Chipwright.
    #[error("the root carries an unknown critical extension")]
    UnknownCriticalExtension,
    /// No root in the store issued the list.
    #[error("no trusted root issued this revocation list")]
    CrlIssuerUnknown,
    /// The list's signature does not verify with its issuer's key.
    #[error("the revocation list's signature does not verify")]
    CrlSignatureWrong,
    /// A newer list is already there.
    #[error("revocation list number {offered} is older than number {held}, which is already held")]
    CrlOlder {
        /// The number offered.
        offered: u64,
        /// The number held.
        held: u64,
    },
}

/// Every change of any store takes the next number, so that equal numbers mean equal content.
static GENERATION: AtomicU64 = AtomicU64::new(1);

impl TrustStore {
    /// An empty store: nothing is trusted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts a root. Whoever calls this has compared its fingerprint over another way. Adding a root twice is no error.
    ///
    /// # Errors
    /// [`TrustError`] when the certificate is not a root, or not intact.
    pub fn add_root(&mut self, certificate: Certificate) -> Result<(), TrustError> {
        let authority = certificate.is_authority()
            && certificate.signs_certificates_and_lists()
            && certificate.subject_key_identifier().is_some();
        if !authority || certificate.issuer() != certificate.subject() {
            return Err(TrustError::NotARoot);
        }
        if certificate.has_unknown_critical_extension() {
            return Err(TrustError::UnknownCriticalExtension);
        }
        certificate.verify_issued_by(&certificate).map_err(|_| TrustError::RootSignatureWrong)?;
        if self.roots.iter().all(|root| root.certificate != certificate) {
            // Another certificate of a root key that is here already: the key's list counts for both.
            let lists = self.roots.iter().filter_map(TrustedRoot::crl);
            let crl = lists.filter(|crl| issued(crl, &certificate)).max_by_key(|crl| crl.number()).cloned();
            self.roots.push(TrustedRoot { certificate, crl });
            self.changed();
        }
        Ok(())
    }

    /// Takes a revocation list for every root that it names and whose key verifies its signature: one root key may have several
    /// certificates. A newer list replaces an older one; adding the same list twice is no error.
    ///
    /// # Errors
    /// [`TrustError`] when the issuer is not trusted, the signature does not verify, or the list is older.
    pub fn add_crl(&mut self, crl: Crl) -> Result<(), TrustError> {
        if !self.roots.iter().any(|root| crl.names_issuer(&root.certificate)) {
            return Err(TrustError::CrlIssuerUnknown);
        }
        let mut roots: Vec<&mut TrustedRoot> =
            self.roots.iter_mut().filter(|root| issued(&crl, &root.certificate)).collect();
        if roots.is_empty() {
            return Err(TrustError::CrlSignatureWrong);
        }
        for held in roots.iter().filter_map(|root| root.crl.as_ref()) {
            if held.number() > crl.number()
                || (held.number() == crl.number() && held.as_der() != crl.as_der())
            {
                return Err(TrustError::CrlOlder { offered: crl.number(), held: held.number() });
            }
        }
        for root in &mut roots {
            root.crl = Some(crl.clone());
        }
        self.changed();
        Ok(())
    }

    /// The roots, in the order they were added.
    #[must_use]
    pub fn roots(&self) -> &[TrustedRoot] {
        &self.roots
    }

    /// A number that changes with every change of content; equal in a store and its unchanged clones.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    fn changed(&mut self) {
        self.generation = GENERATION.fetch_add(1, Ordering::Relaxed);
    }
}

/// Does the list name this root, and does the root's key verify it?
fn issued(crl: &Crl, root: &Certificate) -> bool {
    crl.names_issuer(root) && crl.verify(root.public_key()).is_ok()
}
