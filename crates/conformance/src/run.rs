//! Running one scenario.

use crate::bench::{Bench, Random, Trouble};
use crate::device::{Cut, Device};
use crate::expression::Variables;
use crate::fixture::Fixture;
use crate::scenario::{CardWanted, Run, Scenario, Torn};
use chipwright_channel::scp03::StaticKeys;
use serde::Serialize;
use std::fmt;
use std::rc::Rc;

/// More moments than any command sequence of the contract has.
const MOST_MOMENTS: u64 = 2000;

/// What a scenario came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything was as the contract says.
    Passed,
    /// Something was not.
    Failed {
        /// What.
        reason: String,
    },
    /// It could not be run here.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// A scenario and what it came to.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// The scenario's name.
    pub scenario: String,
    /// The file it stands in.
    pub file: String,
    /// What it shows, in English.
    pub what: String,
    /// What it shows, in Vietnamese.
    pub what_vi: String,
    /// The requirements it shows.
    pub requirements: Vec<String>,
    /// What it came to.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Cases of a scenario that passed which could not be run here, each with the reason.
    pub skipped_cases: Vec<String>,
    /// At how many moments power was lost in it.
    pub cuts: u64,
}

impl Finding {
    /// Whether it passed, and every case of it could be run.
    #[must_use]
    pub fn passed_whole(&self) -> bool {
        matches!(self.outcome, Outcome::Passed) && self.skipped_cases.is_empty()
    }
}

/// What the person who runs the suite says of the card.
#[derive(Clone, Default)]
pub struct Terms {
    /// Whether scenarios may leave the card another than they found it.
    pub destructive: bool,
    /// What is known of the card: `can`, `mrz`, and `app`, where it is not the contract's own name.
    pub known: Variables,
    /// The keys that blanks are delivered with, version 01; the published development keys if none are given.
    pub transport: Option<Rc<dyn StaticKeys>>,
}

impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terms")
            .field("destructive", &self.destructive)
            .field("known", &self.known.keys())
            .finish_non_exhaustive()
    }
}

/// Runs every case until one fails. Cases that cannot be run here do not hinder the others.
pub(crate) fn run(
    scenario: &Scenario,
    device: &mut dyn Device,
    fixture: &Fixture,
    terms: &Terms,
    random: Random<'_>,
) -> Finding {
    let (mut passed, mut failed, mut skipped, mut cuts) = (0usize, None, Vec::new(), 0);
    for case in &scenario.runs {
        let mut trial = Trial { scenario, run: case, fixture, terms, cuts: 0 };
        let result = trial.carry_out(device, random);
        cuts += trial.cuts;
        let place = |why: String| match &case.case {
            Some(case) => format!("{case}: {why}"),
            None => why,
        };
        match result {
            Ok(()) => passed += 1,
            Err(Trouble::Skipped(why)) => skipped.push(place(why)),
            Err(Trouble::Failed(why)) => failed = Some(place(why)),
            Err(Trouble::PowerLost) => failed = Some(place("the card left or lost power".to_owned())),
        }
        if failed.is_some() {
            break;
        }
    }
    let outcome = match (failed, passed) {
        (Some(reason), _) => Outcome::Failed { reason },
        (None, 0) => Outcome::Skipped { reason: skipped.first().cloned().unwrap_or_default() },
        (None, _) => Outcome::Passed,
    };
    let skipped_cases = if outcome == Outcome::Passed { skipped } else { Vec::new() };
    Finding {
        scenario: scenario.name.clone(),
        file: scenario.file.clone(),
        what: scenario.what.clone(),
        what_vi: scenario.what_vi.clone(),
        requirements: scenario.requirements.clone(),
        outcome,
        skipped_cases,
        cuts,
    }
}

struct Trial<'a> {
    scenario: &'a Scenario,
    run: &'a Run,
    fixture: &'a Fixture,
    terms: &'a Terms,
    cuts: u64,
}

impl<'a> Trial<'a> {
    fn carry_out(&mut self, device: &mut dyn Device, random: Random<'_>) -> Result<(), Trouble> {
        let Some(torn) = &self.run.torn else {
            self.begin(device, random)?.steps(&self.run.steps)?;
            return Ok(());
        };
        for moment in 1..=MOST_MOMENTS {
            let mut bench = self.begin(device, random)?;
            bench.steps(&self.run.steps)?;
            let cuts = tear(&mut bench, torn, moment).map_err(|trouble| match trouble {
                Trouble::Failed(why) => Trouble::Failed(format!("power lost at moment {moment}: {why}")),
                other => other,
            })?;
            if cuts == 0 {
                return Ok(());
            }
            self.cuts += cuts;
        }
        Err(Trouble::Failed(format!("{MOST_MOMENTS} moments and no end")))
    }

    /// The card that the run begins with, after a reset on its interface.
    fn begin<'d>(&self, device: &'d mut dyn Device, random: Random<'d>) -> Result<Bench<'d>, Trouble>
    where
        'a: 'd,
    {
        let destructive = self.scenario.destructive;
        let mut bench = Bench::new(device, self.fixture, random);
        bench.know(self.terms);
        match &self.run.card {
            CardWanted::Issued(profile) if bench.device.is_issued() => {
                if destructive && !self.terms.destructive {
                    return Err(Trouble::Skipped(
                        "it would leave the card another than it found it".to_owned(),
                    ));
                }
                if !profile.may_be_anybodys() {
                    return Err(Trouble::Skipped("it needs a card that was issued for it".to_owned()));
                }
                bench.device.set_interface(self.run.interface)?;
                bench.reset()?;
                bench.learn(profile)?;
            }
            CardWanted::Blank(blank) => bench.place_blank(blank, destructive)?,
            CardWanted::Made(blank, profile) => {
                bench.place_blank(blank, true)?;
                bench.issue(profile)?;
            }
            CardWanted::Issued(profile) => {
                bench.place_blank(&Default::default(), true)?;
                bench.issue(profile)?;
            }
        }
        bench.device.set_interface(self.run.interface)?;
        bench.reset()?;
        Ok(bench)
    }
}

/// Loses power at this moment, and at every page write of the recovery; how many times in all, none when the steps are over before.
fn tear(bench: &mut Bench<'_>, torn: &Torn, moment: u64) -> Result<u64, Trouble> {
    bench.device.cut(torn.at, moment)?;
    let result = bench.steps(&torn.steps);
    bench.device.restore_power();
    let mut cuts = 1;
    if result == Err(Trouble::PowerLost) && torn.at == Cut::PageWrite {
        cuts += tear_recovery(bench)?;
    }
    bench.reset()?;
    match result {
        Ok(()) => bench.steps(&torn.new).map(|()| 0).map_err(|trouble| named("afterwards", trouble)),
        Err(Trouble::PowerLost) => {
            let Err(old) = bench.steps(&torn.old) else { return Ok(cuts) };
            bench.reset()?;
            match (old, bench.steps(&torn.new)) {
                (_, Ok(())) => Ok(cuts),
                (Trouble::Failed(old), Err(Trouble::Failed(new))) => {
                    Err(Trouble::Failed(format!("neither the old state ({old}) nor the new one ({new})")))
                }
                (_, Err(other)) => Err(other),
            }
        }
        Err(other) => Err(other),
    }
}

/// Loses power at every page write of the recovery, one after the other; how often.
fn tear_recovery(bench: &mut Bench<'_>) -> Result<u64, Trouble> {
    for moment in 1..=MOST_MOMENTS {
        bench.device.cut(Cut::PageWrite, moment)?;
        match bench.reset() {
            Ok(_) => {
                bench.device.restore_power();
                return Ok(moment - 1);
            }
            Err(Trouble::PowerLost) => bench.device.restore_power(),
            Err(other) => return Err(other),
        }
    }
    Err(Trouble::Failed("the card never finishes its recovery".to_owned()))
}

fn named(what: &str, trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Failed(why) => Trouble::Failed(format!("{what}, {why}")),
        other => other,
    }
}
