//! For the tests of this crate: a centre that makes bundles.

use std::collections::BTreeMap;

use chipwright_pki::bundle::{
    Bundle, ChipProofRule, Confirmation, DeltaBundle, FullBundle, Header, KioskPolicy, StatusListToken,
    StatusRule, Terms, TrustData, prepare,
};
use chipwright_pki::certificate::AltName;
use chipwright_pki::policy::{CrlRule, Roots};
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::{Certificate, Crl, Name, Period, SerialNumber, SignKey};
use chipwright_testkit::{Authority, AuthorityOptions, SoftKey};
use jiff::{Timestamp, ToSpan};

/// The day everything is made on.
pub(crate) fn today() -> Timestamp {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

pub(crate) struct Centre {
    root: Certificate,
    crl: Crl,
    key: SoftKey,
    signer: Certificate,
}

impl Centre {
    pub(crate) fn new() -> Self {
        Self::of("Example Party", 1)
    }

    pub(crate) fn of(name: &str, seed: u64) -> Self {
        let from = "2026-11-01T00:00:00Z".parse().unwrap();
        let authority = Authority::new(&AuthorityOptions::real(name, seed, from));
        let key = SoftKey::generate(&mut chipwright_testkit::random(seed + 40));
        let profile = RoleProfile {
            role: Role::BundleSigner,
            subject: Name::new("VN", name, None, "Bundle Signer 1").unwrap(),
            serial: SerialNumber::new(&[0x61]).unwrap(),
            key_usage: Period::months_from(from, 12).unwrap(),
            valid_days: 90,
            alt_name: AltName::with_uri("VNM", "https://pki.example.invalid/").unwrap(),
            crl_addresses: vec!["https://pki.example.invalid/root.crl".to_owned()],
        };
        let signer = role_signer(&profile, key.public_key(), &authority.root).unwrap();
        let signer = signer.sign_with(&authority.root_key).unwrap();
        Self { crl: authority.crl(today(), false), root: authority.root, key, signer }
    }

    /// With a status list of this many bytes.
    pub(crate) fn sized(&self, number: u64, bytes: usize) -> FullBundle {
        let after = |days: i64| today().checked_add((24 * days).hours()).unwrap();
        let header = Header { number, issued: today(), next_update: after(7), end_of_grace: after(14) };
        let data = TrustData {
            policy: KioskPolicy {
                application: chipwright_testkit::terms(jiff::civil::date(2026, 11, 22)).application,
                document_types: vec!["CM".to_owned()],
                chip_proof: ChipProofRule::Required,
                crl: CrlRule::Required,
                grace_days: 0,
                status: StatusRule::IfPresent,
            },
            roots: vec![self.root.clone()],
            links: Vec::new(),
            crls: vec![self.crl.clone()],
            status_lists: vec![StatusListToken { id: "1".to_owned(), token: vec![5; bytes] }],
            cv_points: Vec::new(),
            still_good: BTreeMap::new(),
        };
        FullBundle::new(header, &data).unwrap()
    }

    pub(crate) fn full(&self, number: u64) -> FullBundle {
        self.sized(number, 1000)
    }

    pub(crate) fn sign(&self, bundle: impl Into<Bundle>) -> Vec<u8> {
        prepare(&bundle.into(), &self.signer).unwrap().sign_with(&self.key).unwrap().into_der()
    }

    pub(crate) fn plain(&self, number: u64) -> Vec<u8> {
        self.sign(self.full(number))
    }

    pub(crate) fn delta(&self, from: u64, to: u64) -> Vec<u8> {
        self.sign(DeltaBundle::between(&self.full(from), &self.full(to)).unwrap())
    }
}

pub(crate) fn terms() -> Terms {
    Terms { roots: Roots::Real, at: today(), confirmation: Confirmation::default() }
}

/// An officer's word on the number, at a kiosk where test roots count too: it needs no more.
pub(crate) fn confirming(number: u64) -> Terms {
    let confirmation = Confirmation { number: Some(number), ..Confirmation::default() };
    Terms { roots: Roots::RealAndTest, confirmation, ..terms() }
}
