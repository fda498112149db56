//! All scenarios against all requirements.

use crate::bench::Random;
use crate::device::Device;
use crate::embedded::{CONTRACT, SCENARIOS};
use crate::fixture::{Fixture, FixtureError};
use crate::report::Report;
use crate::requirement::{ContractError, Requirement};
use crate::run::{Finding, Terms, run};
use crate::scenario::{Scenario, SuiteError, read};

/// The scenarios, and the contract they are about.
#[derive(Debug, Clone)]
pub struct Suite {
    /// In the order of their files.
    pub scenarios: Vec<Scenario>,
    /// In the order of the contract.
    pub requirements: Vec<Requirement>,
    fixture: Fixture,
}

/// Why a suite is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuiteReadError {
    /// A file of scenarios.
    #[error(transparent)]
    Scenarios(#[from] SuiteError),
    /// The contract.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The fixture.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
}

/// A scenario and the contract do not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Gap {
    /// Nothing shows this requirement.
    #[error("no scenario shows {0}")]
    NotShown(String),
    /// The contract has no such number.
    #[error("the scenario {scenario} names {requirement}, which the contract does not have")]
    Unknown {
        /// The scenario.
        scenario: String,
        /// The number.
        requirement: String,
    },
}

impl Suite {
    /// The suite of this program.
    ///
    /// # Errors
    /// [`SuiteReadError`].
    pub fn embedded() -> Result<Self, SuiteReadError> {
        Self::of(SCENARIOS.iter().copied(), CONTRACT)
    }

    /// Other scenarios (name of the file, content) against another contract.
    ///
    /// # Errors
    /// [`SuiteReadError`].
    pub fn of<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        contract: &str,
    ) -> Result<Self, SuiteReadError> {
        Ok(Self {
            scenarios: read(files)?,
            requirements: Requirement::parse(contract)?,
            fixture: Fixture::embedded()?,
        })
    }

    /// Requirements without a scenario, and scenarios with an unknown requirement.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let shown = |id: &String| self.scenarios.iter().any(|scenario| scenario.requirements.contains(id));
        let missing = self.requirements.iter().filter(|requirement| !shown(&requirement.id));
        let known = |id: &&String| self.requirements.iter().any(|requirement| requirement.id == **id);
        let unknown = self.scenarios.iter().flat_map(|scenario| {
            scenario
                .requirements
                .iter()
                .filter(|id| !known(id))
                .map(|id| Gap::Unknown { scenario: scenario.name.clone(), requirement: id.clone() })
        });
        missing.map(|requirement| Gap::NotShown(requirement.id.clone())).chain(unknown).collect()
    }

    /// The scenarios whose name or one of whose requirements begins with one of these; all if there are none.
    pub fn chosen<'s>(&'s self, only: &'s [String]) -> impl Iterator<Item = &'s Scenario> {
        self.scenarios.iter().filter(move |scenario| {
            let named = |wanted: &String| {
                scenario.name.starts_with(wanted.as_str())
                    || scenario.requirements.iter().any(|id| id.starts_with(wanted.as_str()))
            };
            only.is_empty() || only.iter().any(named)
        })
    }

    /// Runs one scenario.
    pub fn run(
        &self,
        scenario: &Scenario,
        device: &mut dyn Device,
        terms: &Terms,
        random: Random<'_>,
    ) -> Finding {
        run(scenario, device, &self.fixture, terms, random)
    }

    /// The report over what was run.
    #[must_use]
    pub fn report(&self, card: String, findings: Vec<Finding>) -> Report {
        Report::new(card, &self.requirements, findings)
    }
}
