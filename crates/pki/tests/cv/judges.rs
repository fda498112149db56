//! Programs nobody here wrote: OpenPACE's `cvc-print` and `cvc-create`, and pycvc.

use crate::fixture::TestKey;
use crate::house::{House, reference};
use crate::repository;
use chipwright_pki::SignKey;
use chipwright_pki::cv::{
    Category, Chain, CvCertificate, Right, Role, prepare_countersignature, prepare_request,
};
use jiff::civil::date;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Whether the program agrees, and all it said; none where it is not installed.
fn judge(program: impl AsRef<OsStr>, arguments: &[&OsStr]) -> Option<(bool, String)> {
    let program = program.as_ref();
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped: {} is not installed (tools/setup --for-tests)", program.display());
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(format!("--{name}="));
    text.push(path);
    text
}

/// The authorities of a house, each under its reference, as both judges look them up.
fn directory(folder: &Path, house: &House) -> PathBuf {
    let directory = folder.join("authorities");
    std::fs::create_dir_all(&directory).unwrap();
    for authority in [&house.cvca, &house.dv] {
        put(&directory, &authority.holder().to_string(), &authority.to_bytes());
    }
    directory
}

#[test]
fn cvc_print_verifies_what_we_sign_and_names_the_rights() {
    let (folder, house) = (TempDir::new().unwrap(), House::for_years());
    let authorities = directory(folder.path(), &house);
    let expected = ["CVCA certificate", "DV certificate", "Terminal certificate"];
    for (certificate, role) in [&house.cvca, &house.dv, &house.terminal].into_iter().zip(expected) {
        let file = put(folder.path(), "certificate", &certificate.to_bytes());
        let arguments = [option("cvc", &file), option("cvc-dir", &authorities)];
        let arguments: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).collect();
        let Some((_, said)) = judge("cvc-print", &arguments) else { return };
        assert!(said.contains("certificate verified"), "{said}");
        assert!(said.contains(role) && said.contains("Authentication terminal"), "{said}");
        assert!(said.contains(&format!("CHR: {}", certificate.holder())), "{said}");
        assert!(said.contains("CAN allowed") && said.contains("Write DG 18"), "{said}");
    }
    let mut altered = house.terminal.to_bytes();
    *altered.last_mut().unwrap() ^= 1;
    let file = put(folder.path(), "altered", &altered);
    let arguments = [option("cvc", &file), option("cvc-dir", &authorities)];
    let arguments: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).collect();
    let (_, said) = judge("cvc-print", &arguments).unwrap();
    assert!(said.contains("certificate not verified"), "{said}");
}

#[test]
fn pycvc_verifies_what_we_sign() {
    let python = repository().join("target/venv/bin/python");
    let present = Command::new(&python).args(["-c", "import cvc.certificates"]).output();
    if !present.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: pycvc is not in target/venv (tools/setup --for-tests)");
        return;
    }
    let (folder, house) = (TempDir::new().unwrap(), House::for_years());
    let authorities = directory(folder.path(), &house);
    let script = repository().join("tools/judges/pycvc/judge.py");
    let files = [
        put(folder.path(), "cvca", &house.cvca.to_bytes()),
        put(folder.path(), "dv", &house.dv.to_bytes()),
        put(folder.path(), "terminal", &house.terminal.to_bytes()),
    ];
    let mut arguments: Vec<&OsStr> = vec![script.as_ref(), "chain".as_ref(), authorities.as_ref()];
    arguments.extend(files.iter().map(|file| -> &OsStr { file.as_ref() }));
    let (agreed, said) = judge(&python, &arguments).unwrap();
    assert!(agreed, "{said}");
    assert_eq!(
        said.lines().collect::<Vec<_>>(),
        [
            "VNHOUSE00001 VNHOUSE00001 fe00007f30 200101991231",
            "VNHOUSE00001 VNDV00001 9200000210 200101991231",
            "VNDV00001 VNTERM00001 1200000210 200101991231",
        ]
    );
    let mut altered = house.terminal.to_bytes();
    *altered.last_mut().unwrap() ^= 1;
    let altered = put(folder.path(), "altered", &altered);
    let arguments: [&OsStr; 4] = [script.as_ref(), "chain".as_ref(), authorities.as_ref(), altered.as_ref()];
    assert!(!judge(&python, &arguments).unwrap().0);

    let key = TestKey::p256();
    let request =
        prepare_request(&reference("VNNEW00001"), Some(house.dv.holder()), key.public_key()).unwrap();
    let request = request.sign_with(&key).unwrap();
    let file = put(folder.path(), "request", &request.to_bytes());
    let (agreed, said) = judge(&python, &[script.as_ref(), "request".as_ref(), file.as_ref()]).unwrap();
    assert!(agreed && said.trim() == "VNNEW00001", "{said}");

    let signed = prepare_countersignature(&request, house.terminal.holder(), house.terminal_key.public_key());
    let signed = signed.sign_with(&house.terminal_key).unwrap().to_bytes();
    let file = put(folder.path(), "countersigned", &signed);
    let judged = |signer: &Path| {
        judge(&python, &[script.as_ref(), "countersigned".as_ref(), file.as_ref(), signer.as_ref()]).unwrap()
    };
    let (agreed, said) = judged(&files[2]);
    assert!(agreed && said.trim() == "VNNEW00001", "{said}");
    assert!(!judged(&files[1]).0, "the document verifier did not countersign");
}

/// A private key as `cvc-create` reads it.
fn openssl_key(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let made = Command::new("openssl")
        .args([
            "genpkey",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-outform",
            "DER",
            "-out",
        ])
        .arg(&path)
        .output()
        .expect("openssl is installed (tools/setup)");
    assert!(made.status.success());
    path
}

#[test]
fn a_chain_of_cvc_create_is_good_here_and_so_is_what_it_makes_of_our_request() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (cvca_key, dv_key) = (openssl_key(folder.path(), "cvca.key"), openssl_key(folder.path(), "dv.key"));
    let common = ["--issued=200101", "--expires=991231", "--scheme=ECDSA_SHA_256"];
    let make = |more: &[std::ffi::OsString]| {
        let arguments: Vec<&OsStr> =
            common.iter().map(OsStr::new).chain(more.iter().map(AsRef::as_ref)).collect();
        judge("cvc-create", &arguments)
    };
    let rights = ["--read-dg2", "--write-dg18", "--can-allowed", "--type=at"].map(Into::into);
    let mut root = rights.to_vec();
    root.extend(["--role=cvca", "--chr=VNFOREIGN00001"].map(Into::into));
    root.extend([option("sign-with", &cvca_key), option("out-cert", &at("cvca"))]);
    let Some((agreed, said)) = make(&root) else { return };
    assert!(agreed, "{said}");
    let mut dv = rights.to_vec();
    dv.extend(["--role=dv_domestic", "--chr=VNFOREIGND00001"].map(Into::into));
    dv.extend([
        option("sign-with", &cvca_key),
        option("sign-as", &at("cvca")),
        option("key", &dv_key),
        option("out-cert", &at("dv")),
    ]);
    let (agreed, said) = make(&dv).unwrap();
    assert!(agreed, "{said}");

    let key = TestKey::p256();
    let name = reference("VNNEW00001");
    let request = prepare_request(&name, Some(&reference("VNFOREIGND00001")), key.public_key()).unwrap();
    let request = request.sign_with(&key).unwrap();
    let file = put(folder.path(), "request", &request.to_bytes());
    let mut terminal = rights.to_vec();
    terminal.push("--role=terminal".into());
    terminal.extend([
        option("csr", &file),
        option("sign-with", &dv_key),
        option("out-cert", &at("terminal")),
    ]);
    let (agreed, said) = make(&terminal).unwrap();
    assert!(agreed, "{said}");

    let read = |name| CvCertificate::parse(&std::fs::read(at(name)).unwrap()).unwrap();
    let (cvca, dv, terminal) = (read("cvca"), read("dv"), read("terminal"));
    assert_eq!((cvca.role(), dv.role(), terminal.role()), (Role::Cvca, Role::DomesticDv, Role::Terminal));
    assert_eq!(terminal.public_key().as_p256().as_ref(), Some(key.public_key()));
    assert_eq!(terminal.holder(), &name);
    let checked = Chain::new(cvca, vec![dv, terminal]).check(date(2026, 6, 1)).unwrap();
    assert_eq!(
        checked.permissions().iter().collect::<Vec<_>>(),
        [Right::CanAllowed, Right::Read(Category::PartyLife), Right::Append(Category::Training)]
    );
    let (agreed, said) = judge("cvc-print", &[option("csr", &file).as_ref()]).unwrap();
    assert!(agreed && said.contains("VNNEW00001"), "{said}");
}
