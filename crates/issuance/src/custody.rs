//! What custodians do to chips that are no cards yet: transport keys are tried on one chip, a prepared chip is given its transport keys
//! back. Every try is counted on disk before it is sent, and what came of it is on record.

use crate::issue::ledger::Ledger;
use crate::issue::{Clock, Failure};
use chipwright_iso7816::{Exchanger, Transport};
use chipwright_perso::transport::{self, Checked, GivenBack, Original};
use chipwright_perso::{CardKeys, ChipIdentifier, ChipProfile, PersoError, PreparePlan, Surroundings};
use chipwright_profile::IssueTerms;
use chipwright_registry::{BlankStage, ChipId, Registry};

/// Who does it, and with what.
pub struct Custodian<'a> {
    /// The record.
    pub registry: &'a mut Registry,
    /// Keys of the chips.
    pub keys: &'a dyn CardKeys,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Fills with random bytes.
    pub random: &'a mut dyn FnMut(&mut [u8]),
    /// The chip whose last try may be spent.
    pub last_try: Option<ChipId>,
}

/// Tries the transport keys on the blank in the reader; whether they are right goes on record. `label` names the delivery of a chip.
///
/// # Errors
/// [`Failure::Perso`]: [`PersoError::WrongKey`] when the chip holds other keys, [`PersoError::NotBlank`] for another chip.
pub fn check<T: Transport>(
    card: &mut Exchanger<T>,
    profile: &ChipProfile,
    custodian: Custodian<'_>,
    label: &dyn Fn(&ChipIdentifier, u8) -> Option<String>,
) -> Result<Checked, Failure> {
    let Custodian { registry, keys, clock, random, last_try } = custodian;
    let ledger = Ledger::new(registry, clock).with_last_try(last_try);
    let mut budget = ledger.budget();
    let mut world =
        Surroundings { random, clock: &mut || clock.elapsed(), budget: &mut budget, progress: &mut |_| {} };
    card.reset().map_err(Failure::Reset)?;
    let checked = transport::check(card, profile, keys, &mut world);
    let (chip, version, right) = match &checked {
        Ok(checked) => (checked.chip, checked.version, true),
        Err(PersoError::WrongKey { chip, version }) => (*chip, *version, false),
        Err(_) => return checked.map_err(|error| budget.into_failure(error.into())),
    };
    if let Some(label) = label(&chip, version) {
        let at = ledger.now();
        ledger.registry().delivery_checked(&label, &ChipId(chip.0), version, right, at)?;
    }
    checked.map_err(|error| budget.into_failure(error.into()))
}

/// Where a chip goes back to.
pub struct Destination<'d> {
    /// The delivery's label.
    pub label: &'d str,
    /// The keys it is given back.
    pub original: Original<'d>,
}

/// Gives a prepared chip that carries nobody's card its transport keys back, and records that it is sent back.
///
/// # Errors
/// [`Failure::Perso`] with [`PersoError::NotReturnable`] or [`PersoError::Leftovers`]; [`Failure::Registry`] when the record binds a
/// card to the chip. Nothing is changed on the chip then.
pub fn give_back<T: Transport>(
    card: &mut Exchanger<T>,
    profile: ChipProfile,
    terms: &IssueTerms,
    chip: ChipId,
    destination: &Destination<'_>,
    custodian: Custodian<'_>,
) -> Result<GivenBack, Failure> {
    let Custodian { registry, keys, clock, random, last_try } = custodian;
    let stage = registry.see_chip(&chip, clock.now())?;
    let live = registry.live_card_on(&chip)?;
    if live.is_some() || matches!(stage, BlankStage::Used | BlankStage::Spoiled) {
        return Err(Failure::NotReturnable { chip, card: live.map(|card| card.number) });
    }
    let plan: PreparePlan = crate::issue::prepare_plan(profile, terms);
    let ledger = Ledger::new(registry, clock).with_last_try(last_try);
    let mut budget = ledger.budget();
    let mut world =
        Surroundings { random, clock: &mut || clock.elapsed(), budget: &mut budget, progress: &mut |_| {} };
    card.reset().map_err(Failure::Reset)?;
    let original = &destination.original;
    let done = transport::give_back(card, &plan, ChipIdentifier(chip.0), keys, original, &mut world);
    let done = match done {
        Ok(done) => done,
        Err(error) => {
            // it may hold keys that nobody knows: it is neither used nor sent
            if error.condemns() {
                let (why, at) = (crate::issue::ledger::reason("chip-fault"), ledger.now());
                ledger.registry().spoil(&chip, &why, at)?;
            }
            return Err(budget.into_failure(error.into()));
        }
    };
    ledger.registry().returned(&chip, destination.label, original.version, ledger.now())?;
    Ok(done)
}
