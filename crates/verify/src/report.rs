//! What came of an inspection: the verdict, every check, the cost; the holder's data apart.

use crate::accepted::Accepted;
use crate::check::{Check, CheckName, Outcome};
use crate::holder::Holder;
use crate::unread::Unread;
use crate::verdict::Verdict;
use jiff::Timestamp;
use serde::Serialize;

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
    checks: Vec<Check>,
    /// Round trips and bytes.
    pub cost: ReadCost,
    #[serde(skip)]
    holder: Option<Holder>,
    #[serde(skip)]
    accepted: Option<Accepted>,
    #[serde(skip)]
    unread: Option<Unread>,
}

/// What reading cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ReadCost {
    /// Commands sent.
    pub round_trips: u64,
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Bytes received.
    pub bytes_received: u64,
}

impl Report {
    pub(crate) fn new(
        at: Timestamp,
        checks: Vec<Check>,
        cost: ReadCost,
        holder: Option<Holder>,
        facts: Option<Accepted>,
        unread: Option<Unread>,
    ) -> Self {
        let verdict = Verdict::from_checks(&checks);
        let proof = checks.iter().find(|check| check.name == CheckName::ChipProof).map(|check| check.outcome);
        let chip_proof = if proof == Some(Outcome::NotReached) { "not_reached" } else { "not_offered" };
        let accepted = if verdict == Verdict::Valid { facts } else { None };
        // a card without the facts that acceptance needs was not read whole
        let verdict =
            if verdict == Verdict::Valid && accepted.is_none() { Verdict::Unreadable } else { verdict };
        Self { schema: SCHEMA, verdict, at, chip_proof, checks, cost, holder, accepted, unread }
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
