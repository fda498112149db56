//! Signatures on P-256 a second: file store, token store, and beside them SoftHSM2's own ceiling and OpenSSL's.
//!
//! ```text
//! cargo bench -p chipwright-keystore
//! ```
//!
//! SoftHSM2 reads its configuration from the environment when it starts, so the bench runs itself again with the variable set.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a benchmark"
)]

#[path = "../tests/stores/softhsm.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod softhsm;

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use chipwright_keystore::Passphrase;
use chipwright_keystore::store::{FileStore, KeyStore};
use chipwright_keystore::token::TokenStore;
use chipwright_pki::{SignKey, SignatureAlgorithm};
use cryptoki::context::Pkcs11;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;

const P256: SignatureAlgorithm = SignatureAlgorithm::EcdsaP256Sha256;
/// Each measurement.
const MEASURED: Duration = Duration::from_secs(3);
const MESSAGE: &[u8] = &[0x5A; 400];

fn main() {
    // `cargo test --benches` only wants to know that it runs
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let Some(done) = softhsm::run_again(&[]) else { return measure() };
    print!("{}", String::from_utf8_lossy(&done.stdout));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

fn measure() {
    println!("signatures on P-256 a second, over messages of {} bytes:", MESSAGE.len());
    let folder = tempfile::tempdir().unwrap();
    let passphrase = Passphrase::new("measured");
    let files = FileStore::new(folder.path(), &passphrase);
    let key = files.create("signer-1", P256).unwrap();
    for threads in [1, 2, 4] {
        line(&format!("file store, threads {threads}"), rate(threads, || drop(key.sign(MESSAGE).unwrap())));
    }
    softhsm::store().create("signer-1", P256).unwrap();
    for sessions in [1, 2, 4] {
        let pin = Passphrase::new(softhsm::PIN);
        let store = TokenStore::with_sessions(&softhsm::module(), softhsm::name(), &pin, sessions).unwrap();
        let key = store.open("signer-1").unwrap();
        let what = format!("token store, sessions and threads {sessions}");
        line(&what, rate(sessions, || drop(key.sign(MESSAGE).unwrap())));
    }
    for sessions in [1, 2, 4] {
        line(&format!("SoftHSM2 itself (C_Sign alone), sessions and threads {sessions}"), ceiling(sessions));
    }
    println!("openssl speed ecdsap256 (sign/s, verify/s at the end of the line):");
    let speed = Command::new("openssl").args(["speed", "-seconds", "3", "ecdsap256"]).output().unwrap();
    let said = String::from_utf8_lossy(&speed.stdout).into_owned();
    said.lines().filter(|line| line.contains("nistp256")).for_each(|line| println!("  {line}"));
}

fn line(what: &str, rate: f64) {
    println!("  {what:<60} {rate:>9.0}");
}

/// How often a second, over all threads.
fn rate(threads: usize, act: impl Fn() + Sync) -> f64 {
    act();
    let begun = Instant::now();
    let count: u64 = thread::scope(|scope| {
        let work = || {
            let mut count = 0_u64;
            while begun.elapsed() < MEASURED {
                act();
                count += 1;
            }
            count
        };
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    count as f64 / begun.elapsed().as_secs_f64()
}

/// C_SignInit and C_Sign over a ready hash, a session for each thread.
fn ceiling(threads: usize) -> f64 {
    let context = Pkcs11::new(softhsm::module()).unwrap();
    let slot = context.get_slots_with_initialized_token().unwrap()[0];
    let first = context.open_ro_session(slot).unwrap();
    // the token store of this process may be logged in already
    let _ = first.login(UserType::User, Some(&AuthPin::from(softhsm::PIN.to_owned())));
    let wanted = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Label(b"signer-1".to_vec())];
    let key = first.find_objects(&wanted).unwrap()[0];
    let begun = Instant::now();
    let count: u64 = thread::scope(|scope| {
        let all: Vec<_> = (0..threads)
            .map(|_| {
                let session = context.open_ro_session(slot).unwrap();
                scope.spawn(move || {
                    let mut count = 0_u64;
                    while begun.elapsed() < MEASURED {
                        session.sign(&Mechanism::Ecdsa, key, &[0x42; 32]).unwrap();
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    count as f64 / begun.elapsed().as_secs_f64()
}
