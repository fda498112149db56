//! Programs that nobody here wrote read what we make: dmrtd, and `cms`'s own SignedData, which the product path replaces.
#![allow(missing_docs, clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

mod fixture;

use chipwright_pki::certificate::RootKind;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier};
use dmrtd::auth::passive::{ChainStatus, DataGroup, PassiveAuthError, TrustAnchor, verify};
use fixture::{GROUPS, Organisation, TestKey};
use x509_cert::der::{Decode, Encode};

#[test]
fn dmrtd_authenticates_passively() {
    for kind in [RootKind::Real, RootKind::Test] {
        let organisation = Organisation::new("Gốc", kind, TestKey::p256());
        let object = organisation.security_object().into_der();
        let groups = GROUPS.map(|(number, bytes)| DataGroup { number, bytes });
        let anchor = TrustAnchor::from_certificate(organisation.root.as_der()).unwrap();
        let verified = verify(&object, &groups, &[anchor]).unwrap();
        assert!(matches!(verified.chain, ChainStatus::Trusted { .. }), "{kind:?}");
        let stranger = Organisation::new("Gốc", RootKind::Real, TestKey::p256());
        let anchor = TrustAnchor::from_certificate(stranger.root.as_der()).unwrap();
        assert!(matches!(verify(&object, &groups, &[anchor]).unwrap().chain, ChainStatus::Unverified));
        let other = [DataGroup { number: 1, bytes: b"another" }];
        assert!(matches!(verify(&object, &other, &[]), Err(PassiveAuthError::DataGroupHashMismatch(1))));
    }
}

#[test]
fn dmrtd_follows_a_p384_root() {
    let organisation = Organisation::real();
    let object = organisation.security_object().into_der();
    let anchor = TrustAnchor::from_certificate(organisation.root.as_der()).unwrap();
    let verified =
        verify(&object, &GROUPS.map(|(number, bytes)| DataGroup { number, bytes }), &[anchor]).unwrap();
    assert!(matches!(verified.chain, ChainStatus::Trusted { .. }));
}

#[test]
fn cms_signed_data_decodes_and_encodes_to_the_same_bytes() {
    let organisation = Organisation::real();
    let object = organisation.security_object();
    let info = ContentInfo::from_der(object.as_der()).unwrap();
    assert_eq!(info.to_der().unwrap(), object.as_der());
    let data: SignedData = info.content.decode_as().unwrap();
    assert_eq!(data.to_der().unwrap(), info.content.to_der().unwrap());
    assert_eq!(data.encap_content_info.econtent_type.to_string(), "2.23.136.1.1.1");
    assert_eq!(data.signer_infos.0.len(), 1);
    let signer = data.signer_infos.0.get(0).unwrap();
    assert!(
        matches!(&signer.sid, SignerIdentifier::IssuerAndSerialNumber(id) if id.serial_number.as_bytes() == [0x11])
    );
    assert_eq!(signer.signed_attrs.as_ref().unwrap().len(), 3);
}
