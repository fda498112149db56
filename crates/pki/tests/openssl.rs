//! OpenSSL judges certificates, revocation lists and security objects: accepts what we sign, refuses what is wrong.
#![allow(missing_docs, clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

mod fixture;

use std::path::{Path, PathBuf};
use std::process::Command;

use chipwright_pki::certificate::RootKind;
use chipwright_pki::crl::Reason;
use fixture::{Organisation, TestKey, today};
use tempfile::TempDir;

struct Files {
    _dir: TempDir,
    path: PathBuf,
}

impl Files {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let path = dir.path().to_owned();
        Self { _dir: dir, path }
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// Whether OpenSSL agrees, and all it said.
fn openssl(arguments: &[&str]) -> (bool, String) {
    let output =
        Command::new("openssl").args(arguments).output().expect("openssl is installed (tools/setup)");
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn verify(root: &Path, crl: &Path, signer: &Path, attime: i64, more: &[&str]) -> (bool, String) {
    let attime = attime.to_string();
    let mut arguments =
        vec!["verify", "-x509_strict", "-crl_check_all", "-attime", &attime, "-CAfile", text(root)];
    arguments.extend(["-CRLfile", text(crl)]);
    arguments.extend(more);
    arguments.push(text(signer));
    openssl(&arguments)
}

fn cms_verify(root: &Path, object: &Path, attime: i64) -> (bool, String) {
    let attime = attime.to_string();
    openssl(&[
        "cms",
        "-verify",
        "-inform",
        "DER",
        "-in",
        text(object),
        "-CAfile",
        text(root),
        "-purpose",
        "any",
        "-binary",
        "-attime",
        &attime,
        "-out",
        "/dev/null",
    ])
}

const NOW: i64 = 1_795_334_400; // 2026-11-22T08:00:00Z

#[test]
fn the_chain_is_accepted_strictly_on_both_curves() {
    assert_eq!(today().as_second(), NOW);
    for key in [TestKey::p384(), TestKey::p256()] {
        let organisation = Organisation::new("Gốc", RootKind::Real, key);
        let files = Files::new();
        let root = files.put("root.pem", organisation.root.to_pem());
        let signer = files.put("signer.pem", organisation.signer.to_pem());
        let crl = files.put("crl.pem", organisation.crl(1, &[(0x77, Reason::Superseded)]).to_pem());
        let (accepted, said) = verify(&root, &crl, &signer, NOW, &[]);
        assert!(accepted, "{said}");
        let empty = files.put("empty.pem", organisation.crl(1, &[]).to_pem());
        assert!(verify(&root, &empty, &signer, NOW, &[]).0);
    }
}

#[test]
fn revoked_expired_early_and_tampered_are_refused() {
    let organisation = Organisation::real();
    let files = Files::new();
    let root = files.put("root.pem", organisation.root.to_pem());
    let signer = files.put("signer.pem", organisation.signer.to_pem());
    let good = files.put("crl.pem", organisation.crl(1, &[]).to_pem());

    let revoked = files.put("revoked.pem", organisation.crl(2, &[(0x11, Reason::KeyCompromise)]).to_pem());
    let (accepted, said) = verify(&root, &revoked, &signer, NOW, &[]);
    assert!(!accepted && said.contains("certificate revoked"), "{said}");

    let late = organisation.signer.validity().not_after.as_second() + 1;
    let (accepted, said) = verify(&root, &good, &signer, late, &[]);
    assert!(!accepted && said.contains("certificate has expired"), "{said}");

    let early = organisation.signer.validity().not_before.as_second() - 1;
    let (accepted, said) = verify(&root, &good, &signer, early, &[]);
    assert!(!accepted && said.contains("not yet valid"), "{said}");

    let mut tampered = organisation.signer.as_der().to_vec();
    let serial = tampered.windows(3).position(|window| window == [0x02, 0x01, 0x11]).unwrap();
    tampered[serial + 2] = 0x12;
    let tampered = files.put("tampered.der", tampered);
    let (accepted, said) = verify(&root, &good, &tampered, NOW, &[]);
    assert!(!accepted && said.contains("signature failure"), "{said}");

    let stranger = Organisation::new("Gốc 1", RootKind::Real, TestKey::p384());
    let stranger_root = files.put("stranger.pem", stranger.root.to_pem());
    let (accepted, said) = verify(&stranger_root, &good, &signer, NOW, &[]);
    assert!(!accepted, "{said}");
}

#[test]
fn a_test_root_is_refused_unless_told_to_ignore_critical_extensions() {
    let organisation = Organisation::new("Gốc thử nghiệm", RootKind::Test, TestKey::p384());
    let files = Files::new();
    let root = files.put("root.pem", organisation.root.to_pem());
    let signer = files.put("signer.pem", organisation.signer.to_pem());
    let crl = files.put("crl.pem", organisation.crl(1, &[]).to_pem());
    let (accepted, said) = verify(&root, &crl, &signer, NOW, &[]);
    assert!(!accepted && said.contains("unhandled critical extension"), "{said}");
    let (accepted, said) = verify(&root, &crl, &signer, NOW, &["-ignore_critical"]);
    assert!(accepted, "{said}");
    let (_, shown) = openssl(&["x509", "-in", text(&root), "-noout", "-text"]);
    assert!(shown.contains("1.3.6.1.4.1.32473.4348.1.1: critical"), "{shown}");
}

#[test]
fn openssl_reads_the_profile_as_we_wrote_it() {
    let organisation = Organisation::real();
    let files = Files::new();
    let root = files.put("root.pem", organisation.root.to_pem());
    let signer = files.put("signer.pem", organisation.signer.to_pem());
    let (_, root) =
        openssl(&["x509", "-in", text(&root), "-noout", "-text", "-nameopt", "utf8,sep_comma_plus_space"]);
    for line in [
        "Issuer: C=VN, O=Tổ chức Mẫu, CN=Gốc 1",
        "CA:TRUE, pathlen:0",
        "Certificate Sign, CRL Sign",
        "ecdsa-with-SHA384",
        "Not Before: Jan  1 00:00:00 2026 GMT, Not After: Jan  1 00:00:00 2031 GMT",
        "email:ca@example.org, DirName:/L=VNM",
        "URI:http://crl.example.org/root.crl",
    ] {
        assert!(root.contains(line), "{line} is missing from\n{root}");
    }
    let (_, signer) = openssl(&["x509", "-in", text(&signer), "-noout", "-text"]);
    for line in [
        "X509v3 Key Usage: critical\n                Digital Signature\n",
        "Not Before: Nov  1 00:00:00 2026 GMT, Not After: Feb  1 00:00:00 2027 GMT",
        "Not After : Feb  1 00:00:00 2037 GMT",
        "2.23.136.1.1.6.2",
        "NIST CURVE: P-256",
    ] {
        assert!(signer.contains(line), "{line} is missing from\n{signer}");
    }
    assert!(!signer.contains("Basic Constraints"));
    let crl = files.put("crl.pem", organisation.crl(7, &[(0x11, Reason::KeyCompromise)]).to_pem());
    let (_, crl) = openssl(&["crl", "-in", text(&crl), "-noout", "-text"]);
    for line in ["Version 2", "X509v3 CRL Number: \n                7", "Key Compromise", "Serial Number: 11"]
    {
        assert!(crl.contains(line), "{line} is missing from\n{crl}");
    }
}

#[test]
fn security_objects_are_accepted_and_tampered_ones_refused() {
    let organisation = Organisation::real();
    let files = Files::new();
    let root = files.put("root.pem", organisation.root.to_pem());
    let object = organisation.security_object().into_der();
    let (accepted, said) = cms_verify(&root, &files.put("sod.der", &object), NOW);
    assert!(accepted, "{said}");

    let content = fixture::lds_security_object(&fixture::GROUPS);
    let within = |part: &[u8]| object.windows(part.len()).position(|window| window == part).unwrap();
    let content_at = within(&content);
    let certificate_at = within(organisation.signer.as_der());
    for position in [content_at + content.len() - 1, certificate_at + 40, object.len() - 1, object.len() - 90]
    {
        let mut tampered = object.clone();
        tampered[position] ^= 0x01;
        let (accepted, said) = cms_verify(&root, &files.put("bad.der", tampered), NOW);
        assert!(!accepted, "byte {position}: {said}");
    }
    let stranger = files.put("stranger.pem", Organisation::real().root.to_pem());
    assert!(!cms_verify(&stranger, &files.put("sod.der", &object), NOW).0);
}
