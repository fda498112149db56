//! Certificates and revocation lists, in DER and PEM.
//!
//! The input is a file as it stands, or changes to the genuine root, signer or list.
//!
//! - What is read keeps its bytes and comes back from PEM as the same.
//! - Under the genuine root only the genuine signer, root and list verify.
//! - A trust store takes no list that its root did not sign.

use crate::fixture::fixture;
use crate::input::Input;
use crate::mutation::mutated;
use chipwright_pki::{Certificate, Crl, TrustStore};

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let fixture = fixture();
    let root = &fixture.authority.root;
    let genuine = [root.as_der(), fixture.signer().as_der(), fixture.crl.as_der()];
    let file = match input.byte() % 4 {
        3 => input.rest().to_vec(),
        which => mutated(genuine[usize::from(which)], &input.mutations()),
    };
    if let Ok(certificate) = Certificate::from_der(&file) {
        assert_eq!(certificate.as_der(), file);
        one_certificate(&certificate, root);
    }
    for certificate in Certificate::from_file_bytes(&file).unwrap_or_default() {
        let again = Certificate::from_file_bytes(certificate.to_pem().as_bytes()).unwrap();
        assert_eq!(again, [certificate]);
    }
    if let Ok(list) = Crl::from_der(&file) {
        assert_eq!(list.as_der(), file);
        one_list(list);
    }
    for list in Crl::from_file_bytes(&file).unwrap_or_default() {
        let again = Crl::from_file_bytes(list.to_pem().as_bytes()).unwrap();
        assert!(again.len() == 1 && again[0].as_der() == list.as_der());
    }
}

fn one_certificate(certificate: &Certificate, root: &Certificate) {
    let known = [root.as_der(), fixture().signer().as_der()];
    if certificate.verify_issued_by(root).is_ok() {
        assert!(known.contains(&certificate.as_der()), "another certificate verifies");
    }
    let validity = certificate.validity();
    assert!(validity.not_before <= validity.not_after);
    if let Some(usage) = certificate.private_key_usage() {
        assert!(usage.not_before <= usage.not_after);
    }
    assert!(certificate.document_types().is_none_or(|types| types.iter().all(|code| code.len() <= 2)));
    let _ = (certificate.subject().to_string(), certificate.issuer().to_string(), certificate.fingerprint());
    let mut trust = TrustStore::new();
    let is_root = trust.add_root(certificate.clone()).is_ok();
    assert_eq!(trust.roots().len(), usize::from(is_root));
    assert!(!is_root || certificate.is_authority());
}

fn one_list(list: Crl) {
    assert!(list.this_update() <= list.next_update());
    assert_eq!((list.revocations().count(), list.is_empty()), (list.len(), list.is_empty()));
    for (serial, revocation) in list.revocations() {
        assert_eq!(list.revocation(serial).map(|found| found.date), Some(revocation.date));
    }
    let genuine = fixture().lists().contains(&list.as_der());
    let mut trust = TrustStore::new();
    trust.add_root(fixture().authority.root.clone()).unwrap();
    assert_eq!(trust.add_crl(list).is_ok(), genuine, "only a genuine list is taken");
}
