//! What is carried between places as a file: requests, bundles, lists of roots, status list tokens, batches, second signatures.
//!
//! - What is read as a request, a bundle or a batch is written again as it was read.
//! - Nobody is trusted here, so no token and no second signature counts, and no bundle is taken by a kiosk that holds none.
//! - What a compressed list inflates to is bounded by what is asked.

use crate::fixture::fixture;
use crate::input::Input;
use chipwright_issuance::batch::{BatchFile, Manifest};
use chipwright_pki::bundle::{self, Bundle, Confirmation, Terms, judge};
use chipwright_pki::master_list::MasterList;
use chipwright_pki::post_quantum::{self, PostQuantumTrust};
use chipwright_pki::policy::Roots;
use chipwright_pki::request::Request;
use chipwright_pki::status_list::{Expectation, verify};
use chipwright_pki::{Policy, TrustStore};

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (kind, file) = (input.byte() % 7, input.rest());
    match kind {
        0 => request(file),
        1 => one_bundle(file),
        2 => signed_bundle(file),
        3 => roots(file),
        4 => token(file),
        5 => batch(file),
        _ => second_signature(file),
    }
}

fn request(file: &[u8]) {
    if let Ok(request) = Request::from_der(file) {
        assert_eq!(request.as_der(), file);
        let again = Request::from_file_bytes(request.to_pem().as_bytes()).unwrap();
        assert!(again.as_der() == request.as_der() && again.role() == request.role());
    }
    let _ = Request::from_file_bytes(file);
}

fn one_bundle(file: &[u8]) {
    if let Ok(bundle) = Bundle::from_der(file) {
        assert_eq!(bundle.as_der(), file);
    }
}

fn signed_bundle(file: &[u8]) {
    let _ = bundle::read(file);
    let terms = Terms { roots: Roots::RealAndTest, at: fixture().at, confirmation: Confirmation::default() };
    assert!(judge(None, file, &terms).is_err(), "a first bundle that nobody confirmed");
}

fn roots(file: &[u8]) {
    if let Ok(list) = MasterList::from_der(file) {
        let again = MasterList::from_der(&list.to_der().unwrap()).unwrap();
        assert_eq!(again.certificates(), list.certificates());
    }
}

fn token(file: &[u8]) {
    let (trust, policy) = (TrustStore::new(), Policy::test());
    let expected = Expectation { trust: &trust, policy: &policy, at: fixture().at, most_entries: 1 << 16, signers: &[] };
    assert!(verify(file, &expected).is_err(), "signed by nobody who is trusted");
}

fn batch(file: &[u8]) {
    if let Ok(batch) = BatchFile::from_bytes(file) {
        assert_eq!(BatchFile::from_bytes(batch.to_pem().as_bytes()).unwrap(), batch);
    }
    if let Ok(manifest) = Manifest::from_der(file) {
        assert_eq!(manifest.to_der().unwrap(), file);
    }
}

fn second_signature(file: &[u8]) {
    let trust = PostQuantumTrust::default();
    assert!(post_quantum::check(file, &[], &trust, &Policy::test(), fixture().at).is_err());
}
