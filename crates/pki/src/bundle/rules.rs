//! When a kiosk takes a bundle: a pure decision about what is in force, what is offered, and the clock.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::data::Digest;
use super::full::{Bundle, FullBundle};
use super::refusal::Refusal;
use super::signed::read;
use crate::certificate::Certificate;
use crate::crl::Crl;
use crate::oid;
use crate::policy::{CrlRule, Policy, Roots};
use crate::report::Failure;
use crate::role::Role;
use crate::statement::{self, StatementError, Verified};
use crate::status_list::{self, Expectation, StatusListToken};
use crate::trust::{TrustError, TrustStore, TrustedRoot};

/// The most entries of a status list: what a registry allows.
const MOST_STATUS_ENTRIES: u32 = 1 << 24;
/// Revocation lists of any age: here they tell alone which signers are revoked.
const ANY_AGE: SignedDuration = SignedDuration::from_hours(24 * 36_500);

/// What a kiosk holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// The bundle; its number is the highest that was ever taken.
    pub bundle: FullBundle,
    /// The latest time seen in signed data.
    pub latest: Timestamp,
}

/// What an officer has said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Confirmation {
    /// The number of the bundle that is to be taken. A first bundle and a reset need it.
    pub number: Option<u64>,
    /// The fingerprint of one of its roots. Where real roots alone count, a first bundle and a reset need it too.
    pub root: Option<Digest>,
    /// The kiosk forgets number, roots and times, and begins anew.
    pub reset: bool,
}

/// What is demanded of an offered bundle.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Which roots count at this kiosk.
    pub roots: Roots,
    /// What the clock says.
    pub at: Timestamp,
    /// What an officer has said.
    pub confirmation: Confirmation,
}

/// What became of the kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It has its first bundle.
    First,
    /// It began anew.
    Reset,
    /// It has a later bundle.
    Next,
    /// It had this bundle already.
    None,
}

/// A bundle that was taken.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What is in force from now on.
    pub in_force: InForce,
    /// How that differs from before.
    pub change: Change,
    /// Whether the next bundle is due already.
    pub overdue: bool,
}

/// Decides on a signed bundle. After a refusal, what was in force stays in force.
///
/// | offered | decision |
/// |---|---|
/// | the clock is before the latest signed time | [`Refusal::ClockNotCredible`], whatever the bundle |
/// | signed under a root that is neither in force nor linked to one that is | [`Refusal::Foreign`], whatever its number |
/// | a lower number; the same number and other content | [`Refusal::Older`], [`Refusal::SameNumber`] |
/// | a delta on something else than what is in force | [`Refusal::Delta`], [`Refusal::NoBase`] |
/// | past its grace; dated ahead of the clock | [`Refusal::Expired`], [`Refusal::FromFuture`] |
/// | a first bundle, or a reset, without an officer's word | [`Refusal::FirstNotConfirmed`], [`Refusal::ResetNotConfirmed`] |
/// | the same where real roots alone count, and the officer did not name the root | [`Refusal::RootNotConfirmed`] |
/// | a revocation or status list that is older than the one in force, or lacks | [`Refusal::RevocationListOlder`], [`Refusal::StatusListOlder`] and the like |
///
/// A new root must be linked: a trust-bundle signer alone cannot bring one.
///
/// # Errors
/// [`Refusal`].
pub fn judge(held: Option<&InForce>, offered: &[u8], terms: &Terms) -> Result<Decision, Refusal> {
    let held = held.filter(|_| !terms.confirmation.reset);
    let skew = Policy::real().clock_skew;
    if let Some(held) = held
        && later(terms.at, skew) < held.latest
    {
        return Err(Refusal::ClockNotCredible { at: terms.at, latest: held.latest });
    }
    let claimed = read(offered).map_err(Refusal::NotABundle)?;
    let header = *claimed.header();
    if let (None, Bundle::Delta(delta)) = (held, &claimed) {
        return Err(Refusal::NoBase { base: delta.base().number });
    }
    let known = known(held, &claimed, terms.at)?;
    let signed = verify(offered, held, &claimed, &known, terms)?;
    if signed.signed_at.as_second() != header.issued.as_second() {
        return Err(Refusal::Dates);
    }
    if let Some(held) = held {
        let (offered, number) = (header.number, held.bundle.header().number);
        if offered < number {
            return Err(Refusal::Older { offered, held: number });
        }
        if offered == number {
            let result = match &claimed {
                Bundle::Full(full) => full.digest(),
                Bundle::Delta(delta) => delta.result(),
            };
            if result != held.bundle.digest() {
                return Err(Refusal::SameNumber { number });
            }
        }
    }
    if terms.at > header.end_of_grace {
        return Err(Refusal::Expired { end_of_grace: header.end_of_grace });
    }
    let same = held.filter(|held| held.bundle.header().number == header.number);
    let (bundle, change) = match (claimed, held, same) {
        (_, _, Some(same)) => (same.bundle.clone(), Change::None),
        (Bundle::Full(full), Some(_), None) => (full, Change::Next),
        (Bundle::Delta(delta), Some(held), None) => {
            (delta.apply(&held.bundle).map_err(Refusal::Delta)?, Change::Next)
        }
        (Bundle::Full(full), None, None) if terms.confirmation.reset => (full, Change::Reset),
        (Bundle::Full(full), None, None) => (full, Change::First),
        (Bundle::Delta(delta), None, None) => return Err(Refusal::NoBase { base: delta.base().number }),
    };
    if let Some(root) = bundle.data().roots.iter().find(|root| !vouched_for(&known, root)) {
        return Err(Refusal::RootNotLinked { fingerprint: hexadecimal(&root.fingerprint()) });
    }
    let store = bundle.data().trust_store(terms.at).map_err(Refusal::Inconsistent)?;
    if let Some(held) = held {
        keeps_statuses(&store, &held.bundle, &bundle, terms)?;
        keeps_revocations(store, &held.bundle)?;
    }
    confirmed(&bundle, change, terms)?;
    let lists = bundle.data().crls.iter().map(Crl::this_update).filter(|time| *time <= later(terms.at, skew));
    let seen = lists.chain([header.issued]).chain(held.map(|held| held.latest)).max();
    let overdue = terms.at > bundle.header().next_update;
    let in_force = InForce { bundle, latest: seen.unwrap_or(header.issued) };
    Ok(Decision { in_force, change, overdue })
}

/// The roots in force (of a first bundle its own), what links lead to from them, and the newest revocation lists of both sides.
fn known(held: Option<&InForce>, claimed: &Bundle, at: Timestamp) -> Result<TrustStore, Refusal> {
    let certificates = |list: &[Vec<u8>]| -> Vec<Certificate> {
        list.iter().filter_map(|der| Certificate::from_der(der).ok()).collect()
    };
    let (mut links, mut lists, own) = match claimed {
        Bundle::Full(full) => {
            (full.data().links.clone(), full.data().crls.clone(), full.data().roots.as_slice())
        }
        Bundle::Delta(delta) => {
            let lists = delta.added_crls().iter().filter_map(|der| Crl::from_der(der).ok()).collect();
            (certificates(delta.added_links()), lists, &[] as &[_])
        }
    };
    let mut store = TrustStore::new();
    let roots = held.map_or(own, |held| &held.bundle.data().roots);
    for root in roots {
        store.add_root(root.clone()).map_err(Refusal::Inconsistent)?;
    }
    if let Some(held) = held {
        links.extend(held.bundle.data().links.iter().cloned());
        lists.extend(held.bundle.data().crls.iter().cloned());
    }
    lists.sort_by_key(Crl::number);
    // twice: a list may revoke a link, and a link may lead to the root of a list. What is of no root here says nothing
    for list in &lists {
        let _ = store.add_crl(list.clone());
    }
    let _ = store.add_links(links, at);
    for list in lists {
        let _ = store.add_crl(list);
    }
    Ok(store)
}

/// In force, or a link leads to its name and key.
fn vouched_for(known: &TrustStore, root: &Certificate) -> bool {
    known.roots().iter().map(TrustedRoot::certificate).any(|trusted| {
        trusted == root || (trusted.subject() == root.subject() && trusted.public_key() == root.public_key())
    })
}

/// The signature, and the chain of the signer.
fn verify(
    offered: &[u8],
    held: Option<&InForce>,
    claimed: &Bundle,
    known: &TrustStore,
    terms: &Terms,
) -> Result<Verified, Refusal> {
    let kiosk = match (held, claimed) {
        (Some(held), _) => Some(&held.bundle.data().policy),
        (None, Bundle::Full(full)) => Some(&full.data().policy),
        (None, Bundle::Delta(_)) => None,
    };
    let policy = Policy { roots: terms.roots, ..Policy::real() };
    let policy = kiosk.map_or(policy, |kiosk| kiosk.demands(policy)).with_crl(CrlRule::Required);
    let number = claimed.header().number;
    statement::verify(offered, oid::TRUST_BUNDLE, Role::BundleSigner, known, &policy, terms.at)
        .map_err(|error| refusal(error, number))
}

fn refusal(error: StatementError, number: u64) -> Refusal {
    match error {
        StatementError::Malformed(fault) => Refusal::NotABundle(fault.into()),
        StatementError::OtherContent { .. } => {
            Refusal::NotABundle(super::full::BundleError::Field("content type"))
        }
        StatementError::Altered | StatementError::SignerMissing | StatementError::SignatureWrong => {
            Refusal::Tampered
        }
        StatementError::OtherRole { found, .. } => Refusal::OtherRole { found },
        StatementError::NotDated => Refusal::Dates,
        StatementError::Signer(failure) => match failure {
            Failure::IssuerUnknown | Failure::CertificateSignatureWrong => Refusal::Foreign { number },
            Failure::TestRootRefused => Refusal::TestRoot,
            Failure::SignedInFuture { signed_at: time } | Failure::CrlInFuture { this_update: time } => {
                Refusal::FromFuture { time }
            }
            failure => Refusal::Signer(failure),
        },
    }
}

/// A revocation list that is in force is not taken back while its root is trusted.
fn keeps_revocations(mut store: TrustStore, held: &FullBundle) -> Result<(), Refusal> {
    for crl in &held.data().crls {
        let known: BTreeSet<&[u8]> =
            store.roots().iter().filter_map(|root| root.crl()).map(Crl::as_der).collect();
        if known.contains(crl.as_der()) {
            continue;
        }
        // whoever takes the list in force for newer had an older one, or none
        match store.add_crl(crl.clone()) {
            Ok(()) => return Err(Refusal::RevocationListOlder { held: crl.number() }),
            Err(TrustError::CrlOlder { offered, held }) if offered == held => {
                return Err(Refusal::Inconsistent(TrustError::CrlOlder { offered, held }));
            }
            Err(_) => {}
        }
    }
    Ok(())
}

/// A status list that is in force neither goes back nor vanishes while its signer counts.
fn keeps_statuses(
    store: &TrustStore,
    held: &FullBundle,
    offered: &FullBundle,
    terms: &Terms,
) -> Result<(), Refusal> {
    let policy = Policy { roots: terms.roots, ..Policy::real() };
    let policy = policy.with_crl(CrlRule::IfPresent).with_crl_grace(ANY_AGE);
    let expected = Expectation {
        trust: store,
        policy: &policy,
        at: terms.at,
        most_entries: MOST_STATUS_ENTRIES,
        signers: &[],
    };
    let offered = &offered.data().status_lists;
    let verified = |list: &super::data::StatusListToken| status_list::verify(&list.token, &expected).ok();
    let mut nexts: Option<Vec<StatusListToken>> = None;
    for list in held.data().status_lists.iter().filter(|list| !offered.contains(list)) {
        // one whose signer does not count any more binds nobody
        let Some(held) = verified(list) else { continue };
        let nexts = nexts.get_or_insert_with(|| offered.iter().filter_map(verified).collect());
        let subject = &held.claims().subject;
        let mut followed = false;
        for next in nexts.iter().filter(|next| next.claims().subject == *subject) {
            let order = |list: &StatusListToken| (list.claims().issued_at, list.claims().number);
            if order(next) < order(&held) {
                let held = held.claims().issued_at;
                return Err(Refusal::StatusListOlder { subject: subject.clone(), held });
            }
            if let Some(index) = next.list().first_revived(held.list()) {
                return Err(Refusal::StatusListRevives { subject: subject.clone(), index });
            }
            followed = true;
        }
        if !followed {
            return Err(Refusal::StatusListMissing { subject: subject.clone() });
        }
    }
    Ok(())
}

fn confirmed(bundle: &FullBundle, change: Change, terms: &Terms) -> Result<(), Refusal> {
    let said = &terms.confirmation;
    let offered = bundle.header().number;
    match (said.number, change) {
        (Some(confirmed), _) if confirmed != offered => {
            return Err(Refusal::OtherNumber { offered, confirmed });
        }
        (None, Change::First) => return Err(Refusal::FirstNotConfirmed { number: offered }),
        (None, Change::Reset) => return Err(Refusal::ResetNotConfirmed { number: offered }),
        _ => {}
    }
    match said.root {
        Some(root) if !bundle.data().roots.iter().any(|held| held.fingerprint() == root) => {
            Err(Refusal::OtherRoot)
        }
        None if terms.roots == Roots::Real && matches!(change, Change::First | Change::Reset) => {
            Err(Refusal::RootNotConfirmed { number: offered })
        }
        _ => Ok(()),
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
