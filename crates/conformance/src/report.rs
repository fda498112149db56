//! The report: each requirement with the scenarios that show it.

mod html;

use crate::requirement::Requirement;
use crate::run::{Finding, Outcome};
use serde::Serialize;

/// What a suite came to. Serialised, it is the JSON report.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// The form of this document.
    pub schema: &'static str,
    /// The card, as its device describes it.
    pub card: String,
    /// How many requirements are of each state.
    pub count: Count,
    /// Every requirement of the contract, in its order.
    pub requirements: Vec<Row>,
    /// Every scenario that was run.
    pub scenarios: Vec<Finding>,
}

/// How many requirements are of each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Count {
    /// [`State::Passed`].
    pub passed: usize,
    /// [`State::Partly`].
    pub partly: usize,
    /// [`State::Failed`].
    pub failed: usize,
    /// [`State::Skipped`].
    pub skipped: usize,
    /// [`State::NotRun`].
    pub not_run: usize,
}

/// A requirement and what is known of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// Its number.
    pub id: String,
    /// The chapter it stands in.
    pub chapter: String,
    /// What it says.
    pub text: String,
    /// What is known of it.
    pub state: State,
    /// The scenarios that show it.
    pub scenarios: Vec<String>,
}

/// What is known of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// All its scenarios passed whole.
    Passed,
    /// None failed, and some of what shows it could not be run.
    Partly,
    /// A scenario failed.
    Failed,
    /// All its scenarios were skipped.
    Skipped,
    /// No scenario of it was chosen.
    NotRun,
}

impl Report {
    pub(crate) fn new(card: String, requirements: &[Requirement], findings: Vec<Finding>) -> Self {
        let rows: Vec<Row> = requirements.iter().map(|requirement| Row::of(requirement, &findings)).collect();
        let number = |state| rows.iter().filter(|row| row.state == state).count();
        Self {
            schema: "chipwright-conformance-1",
            card,
            count: Count {
                passed: number(State::Passed),
                partly: number(State::Partly),
                failed: number(State::Failed),
                skipped: number(State::Skipped),
                not_run: number(State::NotRun),
            },
            requirements: rows,
            scenarios: findings,
        }
    }

    /// Whether nothing that was run failed.
    #[must_use]
    pub const fn is_conformant(&self) -> bool {
        self.count.failed == 0
    }

    /// The report as JSON.
    ///
    /// # Errors
    /// Those of the writer of JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// The report as one page that needs nothing else.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::page(self)
    }

    pub(crate) fn finding(&self, scenario: &str) -> Option<&Finding> {
        self.scenarios.iter().find(|finding| finding.scenario == scenario)
    }
}

impl Row {
    fn of(requirement: &Requirement, findings: &[Finding]) -> Self {
        let about: Vec<&Finding> =
            findings.iter().filter(|finding| finding.requirements.contains(&requirement.id)).collect();
        let any = |wanted: fn(&Outcome) -> bool| about.iter().any(|finding| wanted(&finding.outcome));
        let state = if about.is_empty() {
            State::NotRun
        } else if any(|outcome| matches!(outcome, Outcome::Failed { .. })) {
            State::Failed
        } else if !any(|outcome| matches!(outcome, Outcome::Passed)) {
            State::Skipped
        } else if about.iter().all(|finding| finding.passed_whole()) {
            State::Passed
        } else {
            State::Partly
        };
        Self {
            id: requirement.id.clone(),
            chapter: requirement.chapter.clone(),
            text: requirement.text.clone(),
            state,
            scenarios: about.into_iter().map(|finding| finding.scenario.clone()).collect(),
        }
    }
}
