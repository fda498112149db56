//! What a verifier trusts: roots, links from them to other roots, and their revocation lists, parsed once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chipwright_iso7816::tlv::{Tag, Writer};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};

use crate::certificate::Certificate;
use crate::crl::{Crl, Revocation};
use crate::period::Period;

/// Roots, and the newest revocation list of each.
#[derive(Debug, Clone, Default)]
pub struct TrustStore {
    roots: Vec<TrustedRoot>,
    still_good: BTreeMap<[u8; 32], Arc<BTreeSet<[u8; 32]>>>,
    generation: u64,
}

/// A root and its revocation list; or a link, which stands for the root whose key it certifies.
#[derive(Debug, Clone)]
pub struct TrustedRoot {
    certificate: Certificate,
    crl: Option<Crl>,
    /// Of a link: where its issuer stands, always before it.
    issuer: Option<usize>,
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

    /// Whether it is trusted only because another root vouches for it.
    #[must_use]
    pub fn is_linked(&self) -> bool {
        self.issuer.is_some()
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
    /// The certificate is not a link.
    #[error("the certificate is not a link from one root to another")]
    NotALink,
    /// No root in the store issued the link.
    #[error("no trusted root issued this link")]
    LinkIssuerUnknown,
    /// The link's signature does not verify with its issuer's key.
    #[error("the link's signature does not verify")]
    LinkSignatureWrong,
    /// A test root vouches for a real one, or the other way round.
    #[error("the link joins a test root and a real one")]
    LinkKind,
    /// The link, or the root that issued it, is not valid.
    #[error("the link is valid from {} to {} only, inside its issuer's validity", period.not_before, period.not_after)]
    LinkNotValid {
        /// When it may be followed.
        period: Period,
    },
    /// The issuing root's key was not, or no longer, to sign when the link begins.
    #[error("the link was made outside the period in which its issuer's key may sign")]
    LinkOutsideKeyUsage,
    /// The issuing root has revoked the link.
    #[error("the link was revoked")]
    LinkRevoked,
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
        self.push(certificate, None);
        Ok(())
    }

    /// Follows a link from a trusted root: what the linked root signs is trusted as long as the link is, and as long as the
    /// root that issued it. Adding a link twice is no error.
    ///
    /// # Errors
    /// [`TrustError`] when it is no link, or one that may not be followed at this time.
    pub fn add_link(&mut self, link: Certificate, at: Timestamp) -> Result<(), TrustError> {
        if !link.is_link() {
            return Err(TrustError::NotALink);
        }
        if link.has_unknown_critical_extension() {
            return Err(TrustError::UnknownCriticalExtension);
        }
        let named = |root: &TrustedRoot| link.names_issuer(&root.certificate);
        if !self.roots.iter().any(named) {
            return Err(TrustError::LinkIssuerUnknown);
        }
        let issued = |root: &TrustedRoot| link.verify_issued_by(&root.certificate).is_ok();
        let index = self.roots.iter().position(issued).ok_or(TrustError::LinkSignatureWrong)?;
        let issuer = &self.roots[index];
        if issuer.certificate.is_test_root() != link.is_test_root() {
            return Err(TrustError::LinkKind);
        }
        let (of_issuer, of_link) = (issuer.certificate.validity(), link.validity());
        if !of_issuer.contains(at) || !of_link.contains(at) {
            let not_before = of_issuer.not_before.max(of_link.not_before);
            let period = Period { not_before, not_after: of_issuer.not_after.min(of_link.not_after) };
            return Err(TrustError::LinkNotValid { period });
        }
        if issuer.certificate.private_key_usage().is_some_and(|usage| !usage.contains(of_link.not_before)) {
            return Err(TrustError::LinkOutsideKeyUsage);
        }
        if revoked(issuer, &link).is_some() {
            return Err(TrustError::LinkRevoked);
        }
        // a root that is trusted for itself needs nobody's word
        let same =
            |held: &Certificate| held.subject() == link.subject() && held.public_key() == link.public_key();
        if !self.roots.iter().any(|root| !root.is_linked() && same(&root.certificate)) {
            self.push(link, Some(index));
        }
        Ok(())
    }

    /// Follows every link that can be followed, in whatever order they stand, and returns the others with the reason.
    pub fn add_links(
        &mut self,
        links: impl IntoIterator<Item = Certificate>,
        at: Timestamp,
    ) -> Vec<(Certificate, TrustError)> {
        let mut left: Vec<Certificate> = links.into_iter().collect();
        loop {
            let count = left.len();
            let mut refused = Vec::new();
            for link in left {
                if let Err(error) = self.add_link(link.clone(), at) {
                    refused.push((link, error));
                }
            }
            if refused.len() == count {
                return refused;
            }
            left = refused.into_iter().map(|(link, _)| link).collect();
        }
    }

    /// The revocation of this root: by itself, or of the link that led to it or to the root before it.
    pub(crate) fn revocation(&self, root: &TrustedRoot) -> Option<Revocation> {
        match root.issuer.and_then(|index| self.roots.get(index)) {
            None => revoked(root, &root.certificate),
            Some(issuer) => revoked(issuer, &root.certificate).or_else(|| self.revocation(issuer)),
        }
    }

    fn push(&mut self, certificate: Certificate, issuer: Option<usize>) {
        if self.roots.iter().all(|root| root.certificate != certificate) {
            // Another certificate of a root key that is here already: the key's list counts for both.
            let lists = self.roots.iter().filter_map(TrustedRoot::crl);
            let crl = lists.filter(|crl| issued(crl, &certificate)).max_by_key(|crl| crl.number()).cloned();
            self.roots.push(TrustedRoot { certificate, crl, issuer });
            self.changed();
        }
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

    /// Security objects of a signer that count though it is revoked: the SHA-256 of its certificate, and of their EF.SOD files.
    /// Every other security object of that signer stays refused.
    pub fn add_still_good(&mut self, signer: [u8; 32], objects: impl IntoIterator<Item = [u8; 32]>) {
        Arc::make_mut(self.still_good.entry(signer).or_default()).extend(objects);
        self.changed();
    }

    /// Whether there is a list of what is still good of this signer.
    #[must_use]
    pub fn lists_still_good(&self, signer: &[u8; 32]) -> bool {
        self.still_good.contains_key(signer)
    }

    /// Whether the EF.SOD file with this content of tag 77 is listed for its signer.
    pub(crate) fn is_still_good(&self, signer: &Certificate, cms: &[u8]) -> bool {
        // nothing is hashed while no list is there
        !self.still_good.is_empty()
            && self
                .still_good
                .get(&signer.fingerprint())
                .is_some_and(|listed| listed.contains(&security_object_digest(cms)))
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

/// The revocation of a certificate by the list of the root that issued it.
fn revoked(issuer: &TrustedRoot, certificate: &Certificate) -> Option<Revocation> {
    issuer.crl.as_ref()?.revocation(certificate.serial())
}

/// SHA-256 of EF.SOD: tag 77 around the SignedData (9303-10, 4.6.2).
#[must_use]
pub fn security_object_digest(cms: &[u8]) -> [u8; 32] {
    let mut file = Writer::new();
    file.put(Tag(0x77), cms);
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, &file.into_bytes()).as_ref());
    hash
}

/// Does the list name this root, and does the root's key verify it?
fn issued(crl: &Crl, root: &Certificate) -> bool {
    crl.names_issuer(root) && crl.verify(root.public_key()).is_ok()
}
