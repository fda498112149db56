//! The centre that makes bundles, and a kiosk that judges them.

use std::collections::BTreeMap;

use chipwright_iso7816::Aid;
use chipwright_pki::bundle::{
    Bundle, ChipProofRule, Confirmation, Decision, FullBundle, Header, InForce, KioskPolicy, Refusal,
    StatusListToken, StatusRule, Terms, TrustData, judge, prepare,
};
use chipwright_pki::certificate::RootKind;
use chipwright_pki::crl::Reason;
use chipwright_pki::policy::{CrlRule, Roots};
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::{Certificate, Crl, Name, Period, SerialNumber, SignKey};
use jiff::{Timestamp, ToSpan};

use crate::fixture::{Organisation, TestKey, alt_name, at, crl_addresses, today};

/// The serial number of the bundle signer.
pub(crate) const BUNDLE_SIGNER: u8 = 0x21;

pub(crate) struct Centre {
    pub(crate) organisation: Organisation,
    pub(crate) key: TestKey,
    pub(crate) signer: Certificate,
    pub(crate) crls: Vec<Crl>,
}

/// A signer of a role under an organisation's root.
pub(crate) fn signer_of(organisation: &Organisation, role: Role, serial: u8) -> (TestKey, Certificate) {
    let key = TestKey::p256();
    let profile = RoleProfile {
        role,
        subject: Name::new("VN", "Tổ chức Mẫu", None, "Người ký 1").unwrap(),
        serial: SerialNumber::new(&[serial]).unwrap(),
        key_usage: Period::months_from(at("2026-11-01T00:00:00Z"), 6).unwrap(),
        valid_days: 90,
        alt_name: alt_name(),
        crl_addresses: crl_addresses(),
    };
    let prepared = role_signer(&profile, key.public_key(), &organisation.root).unwrap();
    let certificate = prepared.sign_with(&organisation.root_key).unwrap();
    (key, certificate)
}

pub(crate) fn policy() -> KioskPolicy {
    KioskPolicy {
        application: Aid::new(&hex::decode("F0434849505701").unwrap()).unwrap(),
        document_types: vec!["CM".to_owned()],
        chip_proof: ChipProofRule::Required,
        crl: CrlRule::Required,
        grace_days: 7,
        status: StatusRule::IfPresent,
    }
}

/// Made on the day everything is made on; the next comes after a week, and there is a week of grace.
pub(crate) fn header(number: u64) -> Header {
    header_on(number, today())
}

pub(crate) fn header_on(number: u64, issued: Timestamp) -> Header {
    let after = |hours: i64| issued.checked_add(hours.hours()).unwrap();
    Header { number, issued, next_update: after(24 * 7), end_of_grace: after(24 * 14) }
}

pub(crate) fn status_list(id: &str, filling: u8, bytes: usize) -> StatusListToken {
    StatusListToken { id: id.to_owned(), token: vec![filling; bytes] }
}

impl Centre {
    pub(crate) fn new() -> Self {
        Self::of(Organisation::new("Gốc 1", RootKind::Real, TestKey::p256()))
    }

    pub(crate) fn of(organisation: Organisation) -> Self {
        let (key, signer) = signer_of(&organisation, Role::BundleSigner, BUNDLE_SIGNER);
        let crls = vec![organisation.crl(1, &[])];
        Self { organisation, key, signer, crls }
    }

    pub(crate) fn data(&self) -> TrustData {
        TrustData {
            policy: policy(),
            roots: vec![self.organisation.root.clone()],
            links: Vec::new(),
            crls: self.crls.clone(),
            status_lists: vec![status_list("https://status.example.org/1", 7, 300)],
            cv_points: Vec::new(),
            still_good: BTreeMap::new(),
        }
    }

    pub(crate) fn full(&self, number: u64) -> FullBundle {
        FullBundle::new(header(number), &self.data()).unwrap()
    }

    pub(crate) fn sign(&self, bundle: impl Into<Bundle>) -> Vec<u8> {
        prepare(&bundle.into(), &self.signer).unwrap().sign_with(&self.key).unwrap().into_der()
    }

    /// Signed, with what `change` makes of the usual content.
    pub(crate) fn signed(&self, header: Header, change: impl FnOnce(&mut TrustData)) -> Vec<u8> {
        let mut data = self.data();
        change(&mut data);
        self.sign(FullBundle::new(header, &data).unwrap())
    }

    pub(crate) fn plain(&self, number: u64) -> Vec<u8> {
        self.sign(self.full(number))
    }

    /// A list with this number that revokes these.
    pub(crate) fn revoke(&mut self, number: u64, serials: &[u8]) {
        let revoked: Vec<_> = serials.iter().map(|serial| (*serial, Reason::KeyCompromise)).collect();
        self.crls = vec![self.organisation.crl(number, &revoked)];
    }
}

pub(crate) fn terms() -> Terms {
    Terms { roots: Roots::Real, at: today(), confirmation: Confirmation::default() }
}

pub(crate) fn terms_at(time: &str) -> Terms {
    Terms { at: at(time), ..terms() }
}

/// An officer's word on the number, at a kiosk where test roots count too: it needs no more.
pub(crate) fn confirming(number: u64) -> Terms {
    let confirmation = Confirmation { number: Some(number), ..Confirmation::default() };
    Terms { roots: Roots::RealAndTest, confirmation, ..terms() }
}

/// A kiosk with this bundle in force.
pub(crate) fn kiosk(signed: &[u8]) -> InForce {
    let number = chipwright_pki::bundle::read(signed).unwrap().header().number;
    judge(None, signed, &confirming(number)).unwrap().in_force
}

pub(crate) fn offer(held: &InForce, signed: &[u8]) -> Result<Decision, Refusal> {
    judge(Some(held), signed, &terms())
}
