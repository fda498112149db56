//! OpenSSL judges the security object as it stands on a finished card: read over PACE, out of its template, into `openssl cms`.
#![allow(missing_docs, clippy::disallowed_methods, clippy::unwrap_used, reason = "tests that run openssl")]

use std::path::{Path, PathBuf};
use std::process::Command;

use chipwright_channel::pace::Password;
use chipwright_emulator::Card;
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_perso::{ChipProfile, Freshness, PreparePlan, WritePlan, prepare, write};
use chipwright_pki::Policy;
use chipwright_pki::certificate::RootKind;
use chipwright_profile::{FileId, IssuerFiles, SignedProfile};
use chipwright_testkit::{Authority, AuthorityOptions, ChipKeys, MemoryJournal, World, blank};
use chipwright_verify::{ChipProofPolicy, Files, Inspection, Verdict, inspect};
use jiff::Timestamp;
use jiff::civil::date;
use tempfile::TempDir;

const NOW: &str = "2026-11-22T08:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn authority(kind: RootKind) -> Authority {
    let from = "2026-11-01T00:00:00Z".parse().unwrap();
    Authority::new(&AuthorityOptions { kind, ..AuthorityOptions::real("Example Party", 1, from) })
}

fn finished_card(signed: &SignedProfile) -> Exchanger<Card> {
    let terms = chipwright_testkit::terms(date(2026, 11, 22));
    let profile = ChipProfile::default();
    let (keys, mut world, mut journal) = (ChipKeys::default(), World::new(4), MemoryJournal::default());
    let mut card = Exchanger::new(blank(1), LengthMode::Extended);
    card.reset().unwrap();
    let first = PreparePlan::new(profile.clone(), &IssuerFiles::new(&terms));
    let ready = prepare(&mut card, &first, &keys, &mut world.surroundings()).unwrap();
    let plan = WritePlan::new(profile, signed);
    write(&mut card, &ready, &plan, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())
        .unwrap();
    card
}

/// The files of a finished card of member 3, read the way a kiosk reads them.
fn read(authority: &Authority, policy: &Policy) -> Files {
    let allocation = chipwright_testkit::allocation(&mut chipwright_testkit::random(3));
    let can = String::from_utf8(allocation.can.expose().to_vec()).unwrap();
    let terms = chipwright_testkit::terms(date(2026, 11, 22));
    let (member, portrait) = (chipwright_testkit::member(3), chipwright_testkit::portrait(3));
    let signed = authority.sign(&member, &portrait, &allocation, &terms, now());
    let mut card = finished_card(&signed);
    card.reset().unwrap();
    let (password, trust) = (Password::can(&can).unwrap(), authority.trust(now()));
    let mut ask = Inspection {
        chip_proof: ChipProofPolicy::IfPromised,
        ..Inspection::new(ChipProfile::default().instance, &password, &trust, policy, now())
    };
    let (report, files) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(77));
    assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
    files
}

/// The content of the template 77: CMS SignedData.
fn cms(files: &Files) -> Vec<u8> {
    chipwright_profile::read::sod(files.get(FileId::Sod).unwrap()).unwrap().to_vec()
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// Whether OpenSSL agrees, and all it said.
fn openssl(arguments: &[&str]) -> (bool, String) {
    let output =
        Command::new("openssl").args(arguments).output().expect("openssl is installed (tools/setup)");
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), said)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// `openssl cms -verify` of `object` under `trusted`; the content goes to `content`, the signer's certificate to `signer`.
fn cms_verify(folder: &Folder, trusted: &Path, object: &Path, more: &[&str]) -> (bool, String) {
    let (at, content, signer) = (now().as_second().to_string(), folder.at("content"), folder.at("signer"));
    let mut arguments =
        vec!["cms", "-verify", "-inform", "DER", "-in", text(object), "-CAfile", text(trusted)];
    arguments.extend(["-purpose", "any", "-binary", "-attime", &at, "-out", text(&content)]);
    arguments.extend(["-signer", text(&signer)]);
    arguments.extend(more);
    openssl(&arguments)
}

fn chain_verify(root: &Path, crl: &Path, signer: &Path, more: &[&str]) -> (bool, String) {
    let at = now().as_second().to_string();
    let mut arguments = vec!["verify", "-x509_strict", "-crl_check_all", "-attime", &at];
    arguments.extend(["-CAfile", text(root), "-CRLfile", text(crl)]);
    arguments.extend(more);
    arguments.push(text(signer));
    openssl(&arguments)
}

#[test]
fn the_security_object_of_a_card_is_accepted_and_its_hashes_are_those_of_the_files() {
    let ours = authority(RootKind::Real);
    let files = read(&ours, &Policy::real());
    let folder = Folder::new();
    let root = folder.put("root.pem", ours.root.to_pem());
    let object = folder.put("sod.der", cms(&files));
    let (accepted, said) = cms_verify(&folder, &root, &object, &[]);
    assert!(accepted, "{said}");
    let content = std::fs::read(folder.at("content")).unwrap();
    for number in [1, 2, 11, 12, 13, 14] {
        let file = folder.put("group", files.data_group(number).unwrap());
        let digest = folder.at("digest");
        let (done, said) = openssl(&["dgst", "-sha256", "-binary", "-out", text(&digest), text(&file)]);
        assert!(done, "{said}");
        let entry = [&[0x02, 0x01, number, 0x04, 0x20], &std::fs::read(digest).unwrap()[..]].concat();
        assert!(content.windows(entry.len()).any(|window| window == entry), "DG{number}");
    }
}

#[test]
fn a_tampered_security_object_is_refused() {
    let ours = authority(RootKind::Real);
    let files = read(&ours, &Policy::real());
    let object = cms(&files);
    let folder = Folder::new();
    let root = folder.put("root.pem", ours.root.to_pem());
    let digest = ring::digest::digest(&ring::digest::SHA256, files.data_group(1).unwrap());
    let place = |part: &[u8]| object.windows(part.len()).position(|window| window == part).unwrap();
    let certificate = place(ours.signer.as_der());
    let places = [
        ("hash of DG1", place(digest.as_ref())),
        ("certificate", certificate + 40),
        ("signature of the certificate", certificate + ours.signer.as_der().len() - 1),
        ("signature", object.len() - 1),
        ("signed attributes", object.len() - 90),
    ];
    for (what, position) in places {
        let mut tampered = object.clone();
        tampered[position] ^= 0x01;
        let (accepted, said) = cms_verify(&folder, &root, &folder.put("bad.der", tampered), &[]);
        assert!(!accepted, "{what}: {said}");
    }
    let from = "2026-11-01T00:00:00Z".parse().unwrap();
    let impostor = Authority::new(&AuthorityOptions::real("Example Party", 98, from));
    let foreign = folder.put("foreign.pem", impostor.root.to_pem());
    let (accepted, said) = cms_verify(&folder, &foreign, &folder.put("sod.der", object), &[]);
    assert!(!accepted, "a root that only bears our name: {said}");
}

#[test]
fn the_signer_inside_the_card_chains_to_the_root_until_it_is_revoked() {
    let ours = authority(RootKind::Real);
    let files = read(&ours, &Policy::real());
    let folder = Folder::new();
    let root = folder.put("root.pem", ours.root.to_pem());
    let object = folder.put("sod.der", cms(&files));
    let crl = folder.put("crl.pem", ours.crl(now(), false).to_pem());
    let revoked = folder.put("revoked.pem", ours.crl(now(), true).to_pem());

    let (accepted, said) = cms_verify(&folder, &root, &object, &[]);
    assert!(accepted, "{said}");
    let signer = folder.at("signer");
    let (accepted, said) = chain_verify(&root, &crl, &signer, &[]);
    assert!(accepted, "{said}");
    let (accepted, said) = chain_verify(&root, &revoked, &signer, &[]);
    assert!(!accepted && said.contains("certificate revoked"), "{said}");

    // the same in one go: roots and lists in one file
    let bundle = |list: &Path| [std::fs::read(&root).unwrap(), std::fs::read(list).unwrap()].concat();
    let good = folder.put("good-bundle.pem", bundle(&crl));
    let (accepted, said) = cms_verify(&folder, &good, &object, &["-crl_check_all"]);
    assert!(accepted, "{said}");
    let bad = folder.put("bad-bundle.pem", bundle(&revoked));
    let (accepted, said) = cms_verify(&folder, &bad, &object, &["-crl_check_all"]);
    assert!(!accepted && said.contains("certificate revoked"), "{said}");
    let (accepted, said) = cms_verify(&folder, &root, &object, &["-crl_check_all"]);
    assert!(!accepted && said.contains("unable to get certificate CRL"), "{said}");
}

#[test]
fn a_card_of_a_test_root_is_refused_unless_told_to_ignore_critical_extensions() {
    let test = authority(RootKind::Test);
    let files = read(&test, &Policy::test());
    let folder = Folder::new();
    let root = folder.put("root.pem", test.root.to_pem());
    let crl = folder.put("crl.pem", test.crl(now(), false).to_pem());
    let object = folder.put("sod.der", cms(&files));
    let (accepted, said) = cms_verify(&folder, &root, &object, &[]);
    assert!(!accepted && said.contains("unhandled critical extension"), "{said}");
    let (accepted, said) = cms_verify(&folder, &root, &object, &["-ignore_critical"]);
    assert!(accepted, "{said}");
    let signer = folder.at("signer");
    let (accepted, said) = chain_verify(&root, &crl, &signer, &[]);
    assert!(!accepted && said.contains("unhandled critical extension"), "{said}");
    let (accepted, said) = chain_verify(&root, &crl, &signer, &["-ignore_critical"]);
    assert!(accepted, "{said}");
}
