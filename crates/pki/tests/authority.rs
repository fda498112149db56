//! Requests, links between roots, master lists: made, carried, followed, refused; OpenSSL judges all three.
#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests"
)]

mod fixture;

use std::process::Command;

use chipwright_pki::certificate::{self, Certificate, ProfileError, RootKind};
use chipwright_pki::crl::{self, CrlProfile, Reason, RevokedCertificate};
use chipwright_pki::link::{LinkError, LinkProfile, link};
use chipwright_pki::master_list::{self, MasterList, MasterListError};
use chipwright_pki::request::{Request, RequestError, RequestProfile, request};
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::statement::StatementError;
use chipwright_pki::trust::TrustError;
use chipwright_pki::{
    Conclusion, Crl, Failure, Name, Period, Policy, SerialNumber, SignKey, SignerTemplate, TrustStore, check,
    oid,
};
use fixture::{Organisation, TestKey, alt_name, at, crl_addresses, root_profile, signer_profile, today};

/// An organisation after its rollover: the second root, both links, a signer and a card under it.
struct Rolled {
    old: Organisation,
    new_key: TestKey,
    new: Certificate,
    new_by_old: Certificate,
    old_by_new: Certificate,
    signer: Certificate,
    object: Vec<u8>,
}

fn linked(serial: u8, subject: &Certificate, issuer: (&TestKey, &Certificate)) -> Certificate {
    link(&link_profile(serial), subject, issuer.1).unwrap().sign_with(issuer.0).unwrap()
}

fn link_profile(serial: u8) -> LinkProfile {
    LinkProfile {
        serial: SerialNumber::new(&[serial]).unwrap(),
        not_before: at("2026-11-10T00:00:00Z"),
        alt_name: alt_name(),
        crl_addresses: crl_addresses(),
    }
}

fn second_root(kind: RootKind) -> (TestKey, Certificate) {
    let key = TestKey::p384();
    let mut profile = root_profile("Gốc 1", kind);
    profile.serial = SerialNumber::new(&[9]).unwrap();
    profile.validity = Period::new(at("2026-11-10T00:00:00Z"), at("2050-01-01T00:00:00Z")).unwrap();
    profile.key_usage = Period::new(at("2026-11-10T00:00:00Z"), at("2031-11-10T00:00:00Z")).unwrap();
    let root = certificate::root(&profile, key.public_key()).unwrap().sign_with(&key).unwrap();
    (key, root)
}

impl Rolled {
    fn new() -> Self {
        let old = Organisation::real();
        let (new_key, new) = second_root(RootKind::Real);
        let new_by_old = linked(0x51, &new, (&old.root_key, &old.root));
        let old_by_new = linked(0x52, &old.root, (&new_key, &new));
        let key = TestKey::p256();
        let profile = signer_profile(0x12, at("2026-11-12T00:00:00Z"));
        let signer = certificate::document_signer(&profile, key.public_key(), &new).unwrap();
        let signer = signer.sign_with(&new_key).unwrap();
        let template = SignerTemplate::new(&signer).unwrap();
        let object = template.prepare(&fixture::lds_security_object(&fixture::GROUPS), today()).unwrap();
        let object = object.sign_with(&key).unwrap().into_der();
        Self { old, new_key, new, new_by_old, old_by_new, signer, object }
    }

    fn new_crl(&self, revoked: &[u8]) -> Crl {
        list(&self.new, &self.new_key, revoked)
    }
}

fn list(root: &Certificate, key: &TestKey, revoked: &[u8]) -> Crl {
    let entry = |serial: &u8| RevokedCertificate {
        serial: SerialNumber::new(&[*serial]).unwrap(),
        date: at("2026-11-19T12:00:00Z"),
        reason: Reason::KeyCompromise,
    };
    let profile = CrlProfile {
        number: 7,
        this_update: at("2026-11-20T00:00:00Z"),
        next_update: at("2026-12-20T00:00:00Z"),
        revoked: revoked.iter().map(entry).collect(),
    };
    crl::issue(&profile, root).unwrap().sign_with(key).unwrap()
}

fn conclusion(object: &[u8], trust: &TrustStore) -> Conclusion {
    check(object, trust, &Policy::real(), today()).conclusion()
}

#[test]
fn a_verifier_of_the_old_root_follows_the_link_and_old_cards_stay_good() {
    let rolled = Rolled::new();
    let old_card = rolled.old.security_object();
    let mut trust = rolled.old.trust();
    assert_eq!(conclusion(&rolled.object, &trust), Conclusion::IssuerUnknown);
    trust.add_link(rolled.new_by_old.clone(), today()).unwrap();
    trust.add_link(rolled.new_by_old.clone(), today()).unwrap();
    assert_eq!(trust.roots().len(), 2, "twice is no error");
    assert!(trust.roots()[1].is_linked() && !trust.roots()[0].is_linked());
    assert_eq!(
        conclusion(&rolled.object, &trust),
        Conclusion::TrustDataStale,
        "the new root's list is missing"
    );
    trust.add_crl(rolled.new_crl(&[])).unwrap();
    assert_eq!(conclusion(&rolled.object, &trust), Conclusion::Good);
    assert_eq!(conclusion(old_card.as_der(), &trust), Conclusion::Good);
    // the new root's list revokes the new root's signers, the old one's those of the old
    let mut revoked = rolled.old.trust();
    revoked.add_link(rolled.new_by_old.clone(), today()).unwrap();
    revoked.add_crl(rolled.new_crl(&[0x12, 0x11])).unwrap();
    assert_eq!(conclusion(&rolled.object, &revoked), Conclusion::Revoked);
    assert_eq!(conclusion(old_card.as_der(), &revoked), Conclusion::Good);
}

#[test]
fn a_verifier_of_the_new_root_alone_reads_old_cards_through_the_other_link() {
    let rolled = Rolled::new();
    let old_card = rolled.old.security_object();
    let mut trust = TrustStore::new();
    trust.add_root(rolled.new.clone()).unwrap();
    trust.add_crl(rolled.new_crl(&[])).unwrap();
    assert_eq!(conclusion(old_card.as_der(), &trust), Conclusion::IssuerUnknown);
    let left = trust.add_links([rolled.new_by_old.clone(), rolled.old_by_new.clone()], today());
    assert!(left.is_empty(), "the second leads to the issuer of the first: {left:?}");
    trust.add_crl(rolled.old.crl(1, &[])).unwrap();
    assert_eq!(conclusion(old_card.as_der(), &trust), Conclusion::Good);
    let mut trust = TrustStore::new();
    trust.add_root(rolled.new.clone()).unwrap();
    trust.add_crl(rolled.new_crl(&[])).unwrap();
    trust.add_link(rolled.old_by_new.clone(), today()).unwrap();
    trust.add_crl(rolled.old.crl(2, &[(0x11, Reason::KeyCompromise)])).unwrap();
    assert_eq!(conclusion(old_card.as_der(), &trust), Conclusion::Revoked);
}

#[test]
fn a_link_revoked_later_takes_its_root_with_it() {
    let rolled = Rolled::new();
    let mut trust = rolled.old.trust();
    trust.add_link(rolled.new_by_old.clone(), today()).unwrap();
    trust.add_crl(rolled.new_crl(&[])).unwrap();
    assert_eq!(conclusion(&rolled.object, &trust), Conclusion::Good);
    trust.add_crl(rolled.old.crl(2, &[(0x51, Reason::CaCompromise)])).unwrap();
    assert_eq!(conclusion(&rolled.object, &trust), Conclusion::Revoked);
    // who trusts the new root for itself does not ask the old one
    trust.add_root(rolled.new.clone()).unwrap();
    assert_eq!(conclusion(&rolled.object, &trust), Conclusion::Good);
    let mut trust = rolled.old.trust_with(rolled.old.crl(2, &[(0x51, Reason::CaCompromise)]));
    assert_eq!(trust.add_link(rolled.new_by_old.clone(), today()), Err(TrustError::LinkRevoked));
    let mut trust = rolled.old.trust();
    trust.add_root(rolled.new.clone()).unwrap();
    trust.add_link(rolled.new_by_old.clone(), today()).unwrap();
    assert_eq!(trust.roots().len(), 2, "the link adds nothing");
}

#[test]
fn links_that_may_not_be_followed_are_refused_by_name() {
    let rolled = Rolled::new();
    let refused = |certificate: &Certificate, time: &str| {
        rolled.old.trust().add_link(certificate.clone(), at(time)).unwrap_err()
    };
    let now = "2026-11-22T08:00:00Z";
    assert_eq!(refused(&rolled.old.root, now), TrustError::NotALink);
    assert_eq!(refused(&rolled.signer, now), TrustError::NotALink);
    assert_eq!(refused(&rolled.old_by_new, now), TrustError::LinkIssuerUnknown);
    assert!(matches!(refused(&rolled.new_by_old, "2026-11-09T23:59:59Z"), TrustError::LinkNotValid { .. }));
    assert!(matches!(refused(&rolled.new_by_old, "2046-01-01T00:00:01Z"), TrustError::LinkNotValid { .. }));
    let mut der = rolled.new_by_old.as_der().to_vec();
    let last = der.len() - 1;
    der[last] ^= 1;
    assert_eq!(refused(&Certificate::from_der(&der).unwrap(), now), TrustError::LinkSignatureWrong);
    let mut trust = TrustStore::new();
    assert_eq!(trust.add_root(rolled.new_by_old.clone()), Err(TrustError::RootSignatureWrong));
    assert!(rolled.new_by_old.is_link() && !rolled.new_by_old.is_root() && rolled.new.is_root());
}

#[test]
fn roots_that_cannot_be_linked_are_named() {
    let rolled = Rolled::new();
    let refused = |subject: &Certificate, issuer: &Certificate| {
        link(&link_profile(1), subject, issuer).map(drop).unwrap_err()
    };
    let old = &rolled.old.root;
    assert_eq!(refused(&rolled.old.signer, old), LinkError::NotARoot);
    assert_eq!(refused(&rolled.new_by_old, old), LinkError::NotARoot);
    assert_eq!(refused(old, old), LinkError::SameKey);
    assert_eq!(refused(&second_root(RootKind::Test).1, old), LinkError::OtherKind);
    let stranger = Organisation::new("Gốc khác", RootKind::Real, TestKey::p384());
    assert_eq!(refused(&stranger.root, old), LinkError::OtherName);
    let late = LinkProfile { not_before: at("2031-01-01T00:00:01Z"), ..link_profile(1) };
    assert_eq!(link(&late, &rolled.new, old).map(drop).unwrap_err(), LinkError::RootKeyNotInUse);
    let unaddressed = LinkProfile { crl_addresses: Vec::new(), ..link_profile(1) };
    let error = link(&unaddressed, &rolled.new, old).map(drop).unwrap_err();
    assert_eq!(error, LinkError::Profile(ProfileError::NoCrlAddress));
}

fn asked(role: Role) -> RequestProfile {
    let document_types = if role == Role::DocumentSigner { vec!["CM".to_owned()] } else { Vec::new() };
    let subject = Name::new("VN", "Tổ chức Mẫu", Some("Trạm 7"), role.name()).unwrap();
    RequestProfile { role, subject, document_types }
}

#[test]
fn a_request_says_who_asks_whom_for_what() {
    let organisation = Organisation::real();
    let other = Organisation::real();
    for role in Role::ALL {
        let key = TestKey::p256();
        let made = request(&asked(role), key.public_key(), &organisation.root).unwrap();
        let made = made.sign_with(&key).unwrap();
        for bytes in [made.as_der().to_vec(), made.to_pem().into_bytes()] {
            let read = Request::from_file_bytes(&bytes).unwrap();
            assert_eq!(read, made);
            assert_eq!((read.role(), read.subject()), (role, &asked(role).subject));
            assert_eq!(read.public_key(), key.public_key());
            assert_eq!(read.document_types(), asked(role).document_types);
            assert!(read.is_to(&organisation.root) && !read.is_to(&other.root));
        }
        // whatever is changed, the request is worth nothing
        for position in 0..made.as_der().len() {
            let mut der = made.as_der().to_vec();
            der[position] ^= 1;
            assert!(Request::from_der(&der).is_err(), "byte {position} of {role}");
        }
    }
}

#[test]
fn requests_that_cannot_be_answered_are_refused() {
    let organisation = Organisation::real();
    let key = TestKey::p256();
    let refuse = |profile: &RequestProfile, key: &TestKey, root: &Certificate| {
        request(profile, key.public_key(), root).map(drop).unwrap_err()
    };
    let profile = asked(Role::Registrar);
    assert_eq!(refuse(&profile, &TestKey::p384(), &organisation.root), ProfileError::SignerCurve);
    assert_eq!(refuse(&profile, &key, &organisation.signer), ProfileError::NotARoot);
    let two = RequestProfile { document_types: vec!["CM".to_owned()], ..profile };
    assert_eq!(refuse(&two, &key, &organisation.root), ProfileError::DocumentTypes);
    let none = RequestProfile { document_types: Vec::new(), ..asked(Role::DocumentSigner) };
    assert_eq!(refuse(&none, &key, &organisation.root), ProfileError::DocumentTypes);

    assert_eq!(Request::from_der(&[0x30; 8193]), Err(RequestError::TooLong));
    let certificate = organisation.signer.to_pem();
    assert!(matches!(Request::from_file_bytes(certificate.as_bytes()), Err(RequestError::Pem(_))));
    assert!(matches!(Request::from_der(organisation.signer.as_der()), Err(RequestError::Malformed(_))));
}

#[test]
fn openssl_verifies_requests_and_makes_none_that_we_take_for_ours() {
    let organisation = Organisation::real();
    let folder = Folder::new();
    for role in Role::ALL {
        let key = TestKey::p256();
        let made = request(&asked(role), key.public_key(), &organisation.root).unwrap();
        let made = made.sign_with(&key).unwrap();
        let good = folder.put("good.pem", made.to_pem().as_bytes());
        let said = openssl(&["req", "-verify", "-noout", "-text", "-nameopt", "utf8", "-in", &good], true);
        let purpose = role.purpose().unwrap_or(oid::DOCUMENT_TYPE_LIST).to_string();
        let identifier = organisation.root.subject_key_identifier().unwrap();
        let identifier: Vec<String> = identifier.iter().map(|byte| format!("{byte:02X}")).collect();
        for words in ["verify OK", "Trạm 7", &purpose, &identifier.join(":")] {
            assert!(said.contains(words), "{words}: {said}");
        }
        let mut der = made.as_der().to_vec();
        let last = der.len() - 1;
        der[last] ^= 1;
        let bad = folder.put("bad.der", &der);
        // some versions say it and exit with 0
        let mut check = Command::new("openssl");
        let check = check.args(["req", "-verify", "-noout", "-inform", "DER", "-in", &bad]);
        let said = String::from_utf8_lossy(&check.output().unwrap().stderr).into_owned();
        assert!(said.contains("verify failure") && !said.contains("verify OK"), "{said}");
    }
    let key = folder.path("key.pem");
    openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", &key], true);
    let der = folder.path("foreign.der");
    let ask = ["req", "-new", "-key", &key, "-outform", "DER", "-out", &der, "-subj", "/C=VN/O=A/CN=B"];
    openssl(&ask, true);
    let foreign = std::fs::read(&der).unwrap();
    assert_eq!(Request::from_der(&foreign), Err(RequestError::NoRole));
    let with = [&ask[..], &["-addext", "extendedKeyUsage=critical,1.3.6.1.4.1.32473.4348.4.4"]].concat();
    openssl(&[&with[..], &["-addext", "keyUsage=critical,digitalSignature"]].concat(), true);
    assert_eq!(Request::from_der(&std::fs::read(&der).unwrap()), Err(RequestError::NoRoot));
}

#[test]
fn openssl_builds_the_chain_through_either_link() {
    let rolled = Rolled::new();
    let folder = Folder::new();
    let put = |name: &str, certificate: &Certificate| folder.put(name, certificate.to_pem().as_bytes());
    let (old, new) = (put("old.pem", &rolled.old.root), put("new.pem", &rolled.new));
    let (up, down) = (put("new-by-old.pem", &rolled.new_by_old), put("old-by-new.pem", &rolled.old_by_new));
    let (old_signer, signer) = (put("old-signer.pem", &rolled.old.signer), put("signer.pem", &rolled.signer));
    let lists = |old: &Crl| {
        folder.put("crls.pem", format!("{}{}", old.to_pem(), rolled.new_crl(&[]).to_pem()).as_bytes())
    };
    let crls = lists(&rolled.old.crl(1, &[]));
    let verify = |root: &str, link: Option<&str>, leaf: &str, accepted| {
        let attime = today().as_second().to_string();
        let mut arguments = vec!["verify", "-x509_strict", "-crl_check_all", "-attime", &attime];
        arguments.extend(["-show_chain", "-CAfile", root, "-CRLfile", &crls]);
        arguments.extend(link.iter().flat_map(|link| ["-untrusted", link]));
        arguments.push(leaf);
        openssl(&arguments, accepted)
    };
    let said = verify(&old, Some(&up), &signer, true);
    assert!(said.contains("depth=2"), "{said}");
    let said = verify(&new, Some(&down), &old_signer, true);
    assert!(said.contains("depth=2"), "{said}");
    verify(&old, None, &old_signer, true);
    verify(&new, None, &signer, true);
    verify(&old, None, &signer, false);
    verify(&old, Some(&down), &signer, false);
    lists(&rolled.old.crl(2, &[(0x51, Reason::CaCompromise)]));
    let said = verify(&old, Some(&up), &signer, false);
    assert!(said.contains("certificate revoked"), "{said}");
}

fn list_signer(organisation: &Organisation, role: Role) -> (TestKey, Certificate) {
    let key = TestKey::p256();
    let profile = RoleProfile {
        role,
        subject: Name::new("VN", "Tổ chức Mẫu", None, "Người ký danh sách gốc 1").unwrap(),
        serial: SerialNumber::new(&[0x61]).unwrap(),
        key_usage: Period::months_from(at("2026-11-01T00:00:00Z"), 12).unwrap(),
        valid_days: 30,
        alt_name: alt_name(),
        crl_addresses: crl_addresses(),
    };
    let prepared = role_signer(&profile, key.public_key(), &organisation.root).unwrap();
    let certificate = prepared.sign_with(&organisation.root_key).unwrap();
    (key, certificate)
}

#[test]
fn a_master_list_is_signed_read_and_bounded() {
    let rolled = Rolled::new();
    let all = [rolled.new.clone(), rolled.old.root.clone(), rolled.new_by_old.clone(), rolled.new.clone()];
    let made = MasterList::new(&all).unwrap();
    assert_eq!(made.certificates().len(), 3, "each once");
    assert_eq!(MasterList::from_der(&made.to_der().unwrap()).unwrap(), made);
    assert_eq!(MasterList::new(&[]), Err(MasterListError::Count(0)));
    let signer = rolled.signer.clone();
    assert_eq!(MasterList::new(&[signer]), Err(MasterListError::NotAnAuthority { position: 1 }));

    let (key, signer) = list_signer(&rolled.old, Role::MasterListSigner);
    let der = made.prepare(&signer, today()).unwrap().sign_with(&key).unwrap().into_der();
    let read = master_list::verify(&der, &rolled.old.trust(), &Policy::real(), today()).unwrap();
    assert_eq!((read.list, read.signed_at), (made.clone(), today()));
    let error = master_list::verify(&der, &TrustStore::new(), &Policy::real(), today()).unwrap_err();
    assert_eq!(error, MasterListError::Statement(StatementError::Signer(Failure::IssuerUnknown)));
    let (_, other) = list_signer(&rolled.old, Role::BundleSigner);
    assert_eq!(made.prepare(&other, today()).map(drop), Err(MasterListError::NotAMasterListSigner));
}

#[test]
fn master_lists_out_of_order_too_long_or_of_another_version_are_refused() {
    let rolled = Rolled::new();
    let good = MasterList::new(&[rolled.new.clone(), rolled.old.root.clone()]).unwrap();
    let encodings: Vec<&[u8]> = good.certificates().iter().map(Certificate::as_der).collect();
    let content = |version: u8, parts: &[&[u8]]| {
        let set = nested(0x31, &parts.concat());
        nested(0x30, &[&[0x02, 0x01, version][..], &set].concat())
    };
    assert_eq!(content(0, &encodings), good.to_der().unwrap());
    let refused = |der: &[u8]| MasterList::from_der(der).unwrap_err();
    let malformed = |der: &[u8]| matches!(refused(der), MasterListError::Malformed(_));
    assert!(malformed(&content(1, &encodings)));
    assert!(malformed(&content(0, &[encodings[1], encodings[0]])));
    assert!(malformed(&content(0, &[encodings[0], encodings[0]])));
    assert!(malformed(&content(0, &encodings)[1..]));
    assert_eq!(refused(&content(0, &[])), MasterListError::Count(0));
    let leaf = content(0, &[rolled.signer.as_der()]);
    assert_eq!(refused(&leaf), MasterListError::NotAnAuthority { position: 1 });
    let stump = content(0, &[&[0x30, 0x00]]);
    assert!(matches!(refused(&stump), MasterListError::Certificate { position: 1, .. }));
    let many: Vec<[u8; 4]> = (0..3000_u16).map(|n| [0x04, 0x02, (n >> 8) as u8, n as u8]).collect();
    let many: Vec<&[u8]> = many.iter().map(|part| &part[..]).collect();
    assert_eq!(refused(&content(0, &many)), MasterListError::Count(3000));
    let long = vec![0; master_list::MAX_LENGTH + 1];
    assert_eq!(refused(&long), MasterListError::TooLong(long.len()));
}

/// A data object with this tag and content.
fn nested(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = vec![tag];
    match length {
        0..=0x7F => bytes.push(length as u8),
        0x80..=0xFFFF => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
        _ => bytes.extend([0x83, (length >> 16) as u8, (length >> 8) as u8, length as u8]),
    }
    if bytes[1] == 0x82 && length < 0x100 {
        bytes.splice(1.., [0x81, length as u8]);
    }
    [bytes, content.to_vec()].concat()
}

#[test]
fn openssl_verifies_a_master_list_and_reads_its_certificates() {
    let rolled = Rolled::new();
    let folder = Folder::new();
    let (key, signer) = list_signer(&rolled.old, Role::MasterListSigner);
    let list = MasterList::new(&[rolled.new.clone(), rolled.old.root.clone()]).unwrap();
    let mut der = list.prepare(&signer, today()).unwrap().sign_with(&key).unwrap().into_der();
    let root = folder.put("root.pem", rolled.old.root.to_pem().as_bytes());
    let content = folder.path("content");
    let attime = today().as_second().to_string();
    for accepted in [true, false] {
        let file = folder.put("list.ml", &der);
        let check = ["cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any", "-attime", &attime];
        openssl(&[&check[..], &["-in", &file, "-CAfile", &root, "-out", &content]].concat(), accepted);
        if accepted {
            assert_eq!(std::fs::read(&content).unwrap(), list.to_der().unwrap());
            let shown = openssl(&["asn1parse", "-inform", "DER", "-in", &content], true);
            assert!(shown.contains("d=1  hl=2 l=   1 prim: INTEGER           :00"), "{shown}");
            let shown = openssl(&["cms", "-cmsout", "-print", "-inform", "DER", "-in", &file], true);
            assert!(shown.contains("eContentType: undefined (2.23.136.1.1.2)"), "{shown}");
        }
        let position = der.windows(4).position(|window| window == &rolled.new.as_der()[40..44]).unwrap();
        der[position] ^= 1;
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).into_os_string().into_string().unwrap()
    }

    fn put(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn openssl(arguments: &[&str], accepted: bool) -> String {
    let output =
        Command::new("openssl").args(arguments).output().expect("openssl is installed (tools/setup)");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert_eq!(output.status.success(), accepted, "{arguments:?}: {said}");
    said
}
