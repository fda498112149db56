//! SoftHSM2 with a token directory of the test's own.
//!
//! SoftHSM2 reads `SOFTHSM2_CONF` when it is started, so every body runs in a process of its own: this very test again, with the
//! variable set.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chipwright_keystore::token::{TokenName, TokenStore};
use chipwright_keystore::{KeystoreError, Passphrase};

const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
];
pub(crate) const LABEL: &str = "chipwright tests";
pub(crate) const PIN: &str = "273541";
const SECURITY_OFFICER: &str = "88112233";
const SET: &str = "CHIPWRIGHT_TEST_SOFTHSM";

/// Runs the body with a token of its own; `test` is the name of the test that calls.
pub(crate) fn inside(test: &str, body: impl FnOnce()) {
    if !is_installed() {
        eprintln!("skipped: softhsm2 is not installed; tools/setup --for-tests installs it");
        return;
    }
    let Some(child) = run_again(&[test, "--exact", "--nocapture"]) else { return body() };
    let said = String::from_utf8_lossy(&child.stdout);
    let complaint = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && said.contains("1 passed"), "{said}\n{complaint}");
}

fn is_installed() -> bool {
    MODULES.iter().any(|module| Path::new(module).exists())
}

/// This program again with a token of its own; nothing in the program that was run so.
pub(crate) fn run_again(arguments: &[&str]) -> Option<Output> {
    if std::env::var_os(SET).is_some() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let conf = folder.path().join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    std::fs::write(&conf, text).unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", LABEL, "--so-pin", SECURITY_OFFICER, "--pin", PIN])
        .env("SOFTHSM2_CONF", &conf)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let program = std::env::current_exe().unwrap();
    let mut again = Command::new(program);
    Some(again.args(arguments).env("SOFTHSM2_CONF", &conf).env(SET, "1").output().unwrap())
}

pub(crate) fn module() -> PathBuf {
    MODULES.iter().map(PathBuf::from).find(|module| module.exists()).unwrap()
}

pub(crate) fn name() -> TokenName {
    TokenName { label: LABEL.to_owned(), serial: None }
}

/// The token, opened.
pub(crate) fn store() -> TokenStore {
    TokenStore::open(&module(), name(), &Passphrase::new(PIN)).unwrap()
}

/// Why it was not opened so.
pub(crate) fn refusal(module: &Path, name: TokenName, pin: &str) -> KeystoreError {
    TokenStore::open(module, name, &Passphrase::new(pin)).unwrap_err()
}
