//! The status list of 5.6 million cards, 1 % revoked and 0.2 % suspended, at places drawn from a seed: bytes and times, beside the
//! bounds (copying the same bytes; zlib's checksum of them; zlib alone).
//!
//! `cargo bench -p chipwright-pki --bench status_list`, with `-- N` for N cards.
#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark"
)]

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use std::hint::black_box;
use std::time::{Duration, Instant};

use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::status_list::{
    Claims, CompressedList, Expectation, Status, StatusList, list_uri, prepare_cwt, prepare_jwt, verify,
};
use chipwright_pki::{Name, Period, Policy, SerialNumber, SignKey};
use fixture::{Organisation, TestKey, alt_name, at, crl_addresses, today};
use jiff::SignedDuration;

const CARDS: u32 = 5_600_000;
const SEED: u64 = 20_261_122;

/// Xorshift: places of cards, the same on every machine.
struct Places(u64);

impl Places {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((u128::from(self.0) * u128::from(bound)) >> 64).unwrap()
    }
}

/// Statuses to set: distinct places, as a registry would give them.
fn changes(cards: u32) -> Vec<(u32, Status)> {
    let mut places = Places(SEED);
    let (revoked, suspended) = (cards / 100, cards / 500);
    let mut taken = std::collections::HashSet::new();
    let mut changes = Vec::new();
    while changes.len() < (revoked + suspended) as usize {
        let place = places.below(cards);
        if taken.insert(place) {
            let status = if changes.len() < revoked as usize { Status::Invalid } else { Status::Suspended };
            changes.push((place, status));
        }
    }
    changes
}

/// The shortest of several runs.
fn least<T>(runs: u32, mut run: impl FnMut() -> T) -> Duration {
    let once = |_| {
        let began = Instant::now();
        black_box(run());
        began.elapsed()
    };
    (0..runs).map(once).min().unwrap_or_default()
}

fn main() {
    let given = std::env::args().skip(1).find_map(|word| word.parse().ok());
    // `cargo test --benches` runs it once, on few cards
    let cards = given.unwrap_or(if std::env::args().any(|word| word == "--bench") { CARDS } else { 20_000 });
    let organisation = Organisation::real();
    let key = TestKey::p256();
    let profile = RoleProfile {
        role: Role::StatusListSigner,
        subject: Name::new("VN", "Tổ chức Mẫu", None, "Người ký danh sách 1").unwrap(),
        serial: SerialNumber::new(&[0x31]).unwrap(),
        key_usage: Period::months_from(at("2026-11-01T00:00:00Z"), 12).unwrap(),
        valid_days: 30,
        alt_name: alt_name(),
        crl_addresses: crl_addresses(),
    };
    let prepared = role_signer(&profile, key.public_key(), &organisation.root).unwrap();
    let signer = prepared.sign_with(&organisation.root_key).unwrap();
    let changes = changes(cards);
    let build = || {
        let mut list = StatusList::new(cards);
        changes.iter().for_each(|(place, status)| list.set(*place, *status).unwrap());
        list
    };
    let list = build();
    let raw = list.as_bytes();
    let compressed = CompressedList::of(&list);
    let claims = Claims {
        subject: list_uri("https://status.example.org/lists", 0),
        issued_at: today(),
        expires: Some(today() + SignedDuration::from_hours(24 * 7)),
        time_to_live: Some(86_400),
        number: Some(1),
    };
    let jwt = prepare_jwt(&compressed, &claims, &signer).unwrap().sign_with(&key).unwrap();
    let cwt = prepare_cwt(&compressed, &claims, &signer).unwrap().sign_with(&key).unwrap();
    let (trust, policy) = (organisation.trust(), Policy::real());
    let expected =
        Expectation { trust: &trust, policy: &policy, at: today(), most_entries: cards, signers: &[] };

    println!("{cards} cards, {} revoked or suspended, seed {SEED}", changes.len());
    println!(
        "bytes: raw {}, zlib {}, JWT {}, CWT {}",
        raw.len(),
        compressed.as_zlib().len(),
        jwt.as_str().len(),
        cwt.as_bytes().len()
    );
    println!("  entropy of such statuses: {} bytes", entropy(cards));
    let row = |what: &str, time: Duration| println!("{what:<58} {time:>12.2?}");
    row("build: set every status that is not valid", least(5, build));
    row("  bound: allocate and copy the raw bytes", least(5, || raw.to_vec()));
    row("compress (best)", least(3, || CompressedList::of(&list)));
    row(
        "  bound: flate2 alone, one call, same level",
        least(3, || {
            let mut engine = flate2::Compress::new(flate2::Compression::best(), true);
            let mut out = Vec::with_capacity(raw.len());
            engine.compress_vec(raw, &mut out, flate2::FlushCompress::Finish).unwrap();
            out
        }),
    );
    row(
        "sign: JWT around the compressed list",
        least(5, || prepare_jwt(&compressed, &claims, &signer).unwrap().sign_with(&key).unwrap()),
    );
    row(
        "sign: CWT around the compressed list",
        least(5, || prepare_cwt(&compressed, &claims, &signer).unwrap().sign_with(&key).unwrap()),
    );
    row(
        "  bound: one signature and its check over as many bytes",
        least(5, || {
            let signature = key.raw_signature(cwt.as_bytes());
            key.public_key().verify(cwt.as_bytes(), &signature).unwrap();
        }),
    );
    row("load: JWT verified and inflated", least(5, || verify(jwt.as_str().as_bytes(), &expected).unwrap()));
    row("load: CWT verified and inflated", least(5, || verify(cwt.as_bytes(), &expected).unwrap()));
    row("  inflate alone", least(5, || compressed.inflate(cards).unwrap()));
    row(
        "  bound: flate2 alone, one call",
        least(5, || {
            let mut out = Vec::with_capacity(raw.len() + 1);
            let mut engine = flate2::Decompress::new(true);
            engine.decompress_vec(compressed.as_zlib(), &mut out, flate2::FlushDecompress::Finish).unwrap();
            assert_eq!(out.len(), raw.len());
            out
        }),
    );
    let mut places = Places(SEED + 1);
    let asked: Vec<u32> = (0..1_000_000).map(|_| places.below(cards)).collect();
    let token = verify(cwt.as_bytes(), &expected).unwrap();
    let lookups = least(5, || {
        asked.iter().filter(|place| token.list().status(**place) == Some(Status::Invalid)).count()
    });
    println!("look up a card at a random place: {:.1} ns", lookups.as_nanos() as f64 / asked.len() as f64);
}

/// What no code could go below: the entropy of independent statuses with these shares.
fn entropy(cards: u32) -> u64 {
    let share = |p: f64| -p * p.log2();
    let bits = share(0.988) + share(0.01) + share(0.002);
    (bits * f64::from(cards) / 8.0) as u64
}
