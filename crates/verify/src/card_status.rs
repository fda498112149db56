//! What the issuer's status list says of the card (DG13; Token Status List, 8.3).
//!
//! | the list | the check, where lists are required | where they are taken if present |
//! |---|---|---|
//! | says VALID, and is fresh | passed | passed |
//! | says INVALID or SUSPENDED, however old it is | failed | failed |
//! | has no such entry, or a value that is not known | failed | failed |
//! | is of a later time than this clock | failed | failed |
//! | says VALID, and has expired | failed | not offered |
//! | is not at hand, or another organisation's | failed | not offered |

use crate::check::{Check, CheckName};
use crate::inspect::Inspection;
use crate::verdict::Verdict;
use chipwright_pki::Certificate;
use chipwright_pki::status_list::{Freshness, Status, StatusLists};
use chipwright_profile::StatusReference;

/// Whether a card may pass that no fresh list vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusRule {
    /// It may not: trust data stale.
    Required,
    /// It may; the report says that nobody was asked.
    IfPresent,
}

/// The lists of an inspection and their rule.
#[derive(Debug, Clone, Copy)]
pub struct StatusInput<'a> {
    lists: &'a StatusLists,
    rule: StatusRule,
}

impl<'a> Inspection<'a> {
    /// With status lists, each verified before. Without this the card's status is not asked for.
    #[must_use]
    pub fn with_status(self, lists: &'a StatusLists, rule: StatusRule) -> Self {
        Self { status: Some(StatusInput { lists, rule }), ..self }
    }
}

pub(crate) fn card_status(
    entry: Option<StatusReference>,
    signer: Option<&Certificate>,
    ask: &Inspection<'_>,
) -> Check {
    let name = CheckName::CardStatus;
    let Some(StatusInput { lists, rule }) = ask.status else { return Check::not_offered(name) };
    let (Some(StatusReference { list, index }), Some(signer)) = (entry, signer) else {
        return Check::not_reached(name);
    };
    let unknown = |detail: String| match rule {
        StatusRule::Required => Check::failed(name, Verdict::TrustDataStale, detail),
        StatusRule::IfPresent => Check { detail: Some(detail), ..Check::not_offered(name) },
    };
    let Some(token) = lists.find(signer.issuer(), list) else {
        return unknown(format!("no status list {list} of this issuer is at hand"));
    };
    let issued = token.claims().issued_at;
    let failed = |verdict, detail: String| Check::failed(name, verdict, detail);
    match token.list().status(index) {
        Some(Status::Invalid) => {
            return failed(Verdict::Revoked, format!("revoked by status list {list} of {issued}"));
        }
        Some(Status::Suspended) => {
            return failed(Verdict::Suspended, format!("suspended by status list {list} of {issued}"));
        }
        Some(Status::Other(value)) => {
            let detail = format!("status list {list} says {value}, which this program does not know");
            return failed(Verdict::TrustDataStale, detail);
        }
        None => {
            let detail = format!("status list {list} has no entry for this card");
            return failed(Verdict::TrustDataStale, detail);
        }
        Some(Status::Valid) => {}
    }
    match token.freshness(ask.at, ask.policy.crl_grace, ask.policy.clock_skew) {
        Freshness::Fresh => {
            Check { detail: Some(format!("status list {list} of {issued}")), ..Check::passed(name) }
        }
        Freshness::Stale { expired } => unknown(format!("status list {list} expired on {expired}")),
        Freshness::Ahead { issued } => {
            let detail = format!("status list {list} is of {issued}, later than this clock");
            failed(Verdict::ClockNotCredible, detail)
        }
    }
}
