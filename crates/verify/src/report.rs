//! What came of an inspection: the verdict, every check, the cost; the holder's data apart.

use crate::accepted::Accepted;
use crate::check::{Check, CheckName, Outcome};
use crate::evidence::Evidence;
use crate::holder::Holder;
use crate::judge::Judged;
use crate::proof::Proof;
use crate::unread::Unread;
use crate::verdict::Verdict;
use chipwright_iso7816::link::Meter;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use std::time::Duration;

/// The form of the JSON report; changes only when a consumer could misread the new form (`schema/report.schema.json`).
pub const SCHEMA: &str = "chipwright-verify-report/1";

/// What came of an inspection. Serialises without the holder's data, which is asked for by name.
#[derive(Debug, Serialize)]
pub struct Report {
    schema: &'static str,
    verdict: Verdict,
    /// The time for which the card was judged.
    at: Timestamp,
    chip_proof: &'static str,
    /// The proofs that convinced.
    proofs: Vec<Proof>,
    checks: Vec<Check>,
    /// Round trips, bytes and time.
    pub cost: ReadCost,
    #[serde(skip)]
    holder: Option<Holder>,
    #[serde(skip)]
    accepted: Option<Accepted>,
    #[serde(skip)]
    unread: Option<Unread>,
    #[serde(skip)]
    evidence: Option<Evidence>,
    #[serde(skip)]
    signed_at: Option<Timestamp>,
}

/// What reading cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReadCost {
    /// Commands sent.
    pub round_trips: u64,
    /// The fewest that could have brought the same: for each file its size over the largest answer, rounded up, and the protocols' own.
    pub least_round_trips: u64,
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Bytes received.
    pub bytes_received: u64,
    /// How often the card was lifted.
    pub interruptions: u32,
    /// The time that passed, if there was a clock.
    #[serde(
        rename = "measured_ms",
        serialize_with = "milliseconds",
        skip_serializing_if = "Option::is_none"
    )]
    pub measured: Option<Duration>,
    /// The time that a chip and its link would have taken, as modelled.
    #[serde(rename = "modelled", serialize_with = "links")]
    pub modelled: Meter,
}

#[derive(Serialize)]
struct Modelled {
    link: String,
    ms: u64,
}

fn links<S: Serializer>(meter: &Meter, serializer: S) -> Result<S::Ok, S::Error> {
    serializer
        .collect_seq(meter.links().map(|(link, time)| Modelled { link: link.to_string(), ms: rounded(time) }))
}

#[allow(clippy::ref_option, reason = "the form serde calls")]
fn milliseconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(rounded(time.unwrap_or_default()))
}

fn rounded(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Report {
    pub(crate) fn new(
        at: Timestamp,
        judged: Judged,
        cost: ReadCost,
        proofs: Vec<Proof>,
        unread: Option<Unread>,
        evidence: Option<Evidence>,
    ) -> Self {
        let Judged { checks, holder, accepted, signed_at } = judged;
        let verdict = Verdict::from_checks(&checks);
        let proof = checks.iter().find(|check| check.name == CheckName::ChipProof).map(|check| check.outcome);
        let chip_proof = match (proof, proofs.as_slice()) {
            (Some(Outcome::Failed { .. }), _) => "failed",
            (Some(Outcome::Passed), [Proof::PaceCam, ..]) => "pace_cam",
            (Some(Outcome::Passed), [Proof::ChipAuthentication, ..]) => "chip_authentication",
            (Some(Outcome::Passed), [Proof::ActiveAuthentication, ..]) => "active_authentication",
            (Some(Outcome::NotOffered), _) => "not_offered",
            _ => "not_reached",
        };
        let accepted = if verdict == Verdict::Valid { accepted } else { None };
        // a card without the facts that acceptance needs was not read whole
        let verdict =
            if verdict == Verdict::Valid && accepted.is_none() { Verdict::Unreadable } else { verdict };
        Self {
            schema: SCHEMA,
            verdict,
            at,
            chip_proof,
            proofs,
            checks,
            cost,
            holder,
            accepted,
            unread,
            evidence,
            signed_at,
        }
    }

    /// The verdict.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Every check, in order.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The check that decided the verdict: the first failed one that calls for it.
    #[must_use]
    pub fn decisive(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.outcome == Outcome::Failed { verdict: self.verdict })
    }

    /// What to do next, English and Vietnamese: that of the verdict, and for a card that could not be read that of the cause.
    #[must_use]
    pub fn remedies(&self) -> (&'static str, &'static str) {
        match (self.verdict, self.unread) {
            (Verdict::Unreadable, Some(why)) => why.remedies(),
            (verdict, _) => verdict.remedies(),
        }
    }

    /// What came of one check.
    #[must_use]
    pub fn outcome(&self, name: CheckName) -> Option<Outcome> {
        self.checks.iter().find(|check| check.name == name).map(|check| check.outcome)
    }

    /// The proofs by which the chip has convinced this station.
    #[must_use]
    pub fn proofs(&self) -> &[Proof] {
        &self.proofs
    }

    /// The evidence that was asked for; none if no proof convinced.
    #[must_use]
    pub const fn evidence(&self) -> Option<&Evidence> {
        self.evidence.as_ref()
    }

    /// When the card was signed, if it was found genuine and valid: a time that no later clock may be behind.
    #[must_use]
    pub fn signed_at(&self) -> Option<Timestamp> {
        self.signed_at.filter(|_| self.verdict == Verdict::Valid)
    }

    /// What the card says of its holder, as far as it could be read. Personal data.
    #[must_use]
    pub const fn holder(&self) -> Option<&Holder> {
        self.holder.as_ref()
    }

    /// The proof of acceptance.
    ///
    /// # Errors
    /// The report itself, unless the verdict is *valid*.
    pub fn into_accepted(mut self) -> Result<Accepted, Box<Self>> {
        match self.accepted.take() {
            Some(accepted) => Ok(accepted),
            None => Err(Box::new(self)),
        }
    }

    /// The report for people: the verdict first, what to do, then every check.
    #[must_use]
    pub fn to_text(&self, vietnamese: bool) -> String {
        let pick = |(en, vi): (&'static str, &'static str)| if vietnamese { vi } else { en };
        let mut text = format!("{}\n  {}\n", pick(self.verdict.texts()), pick(self.remedies()));
        for check in &self.checks {
            let word = match check.outcome {
                Outcome::Passed => pick(("ok", "đạt")),
                Outcome::Failed { .. } => pick(("FAILED", "KHÔNG ĐẠT")),
                Outcome::NotOffered => pick(("not offered", "không có")),
                Outcome::NotReached => pick(("not reached", "chưa kiểm tra")),
            };
            let name = pick(check.name.texts());
            text.push_str(&format!("  {name}: {word}"));
            if let Some(detail) = &check.detail {
                text.push_str(&format!(" ({detail})"));
            }
            text.push('\n');
        }
        text
    }
}
