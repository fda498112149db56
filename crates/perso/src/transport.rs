//! Transport keys: tried on one chip of a delivery before the stack is used, and put back into a chip that is returned.
//!
//! | the chip shows | it was torn | `give_back` goes on with |
//! |---|---|---|
//! | issuer's version, instance | before DELETE took effect | what it holds, DELETE, PUT KEY |
//! | issuer's version, no instance | between DELETE and PUT KEY | PUT KEY |
//! | delivery's version, no instance | after PUT KEY | a session with the transport keys |
//! | both versions, neither, or a finished card | never by us | nothing: refused |

use crate::chip::{ChipIdentifier, ChipProfile};
use crate::cost::CostReport;
use crate::dgi::Dgi;
use crate::error::PersoError;
use crate::globalplatform as gp;
use crate::keys::CardKeys;
use crate::prepare::{PreparePlan, is_installed, open_storing};
use crate::run::{Run, Surroundings};
use crate::survey::{Stage, Survey, survey};
use chipwright_channel::scp03::{KeySet, StaticKeys, put_key};
use chipwright_iso7816::{Exchanger, Transport};

/// A chip whose transport keys were found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The chip.
    pub chip: ChipIdentifier,
    /// The key version it was opened with.
    pub version: u8,
}

/// Opens a session with the transport keys and does nothing in it. Costs a chip whose keys are others one counted try.
///
/// # Errors
/// [`PersoError::WrongKey`] when the chip holds other keys; [`PersoError::NotBlank`] for a chip that is no blank.
pub fn check<T: Transport>(
    card: &mut Exchanger<T>,
    profile: &ChipProfile,
    keys: &dyn CardKeys,
    world: &mut Surroundings<'_>,
) -> Result<Checked, PersoError> {
    let mut run = Run::new(card, profile, world, "survey");
    let found = survey(run.card, profile)?;
    let version = match (found.stage, found.transport_version(profile)) {
        (Stage::Blank, Some(version)) => version,
        (stage, _) => return Err(PersoError::NotBlank { chip: found.chip, stage }),
    };
    run.begin("check transport keys");
    let transport = keys.transport(&found.chip, version)?;
    run.select_and_open(&profile.issuer_domain, &found.chip, parameter(&found)?, transport.as_ref())?;
    Ok(Checked { chip: found.chip, version })
}

/// The keys that a chip is given back.
pub struct Original<'k> {
    /// The key version they stand under.
    pub version: u8,
    /// The keys, to be written.
    pub new: &'k KeySet,
    /// The same keys, to open a session with afterwards.
    pub keys: &'k dyn StaticKeys,
}

/// A chip that holds its transport keys again, and no application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBack {
    /// The chip.
    pub chip: ChipIdentifier,
    /// What it was before.
    pub before: Stage,
    /// What it cost.
    pub cost: CostReport,
}

/// Deletes the application of a prepared chip and puts the transport keys back. Run again after a loss of power, it finds what is
/// done. The card's life cycle stays SECURED: GlobalPlatform knows no way back from it.
///
/// # Errors
/// [`PersoError::OtherChip`] unless it is the chip named; [`PersoError::NotReturnable`] for a finished card;
/// [`PersoError::Leftovers`] when the chip holds a member's data; nothing is changed then.
pub fn give_back<T: Transport>(
    card: &mut Exchanger<T>,
    plan: &PreparePlan,
    wanted: ChipIdentifier,
    keys: &dyn CardKeys,
    original: &Original<'_>,
    world: &mut Surroundings<'_>,
) -> Result<GivenBack, PersoError> {
    let profile = &plan.profile;
    let mut run = Run::new(card, profile, world, "survey");
    let found = survey(run.card, profile)?;
    let (chip, before) = (found.chip, found.stage);
    if chip != wanted {
        return Err(PersoError::OtherChip { wanted, found: chip });
    }
    let both = found.issuer_version(profile).is_some() && found.keys.has_set(original.version);
    match before {
        Stage::Blank if found.keys.has_set(original.version) => {}
        Stage::InPreparation | Stage::Installed if !both => {
            put_back(&mut run, plan, &found, keys, original)?;
        }
        stage => return Err(PersoError::NotReturnable { chip, stage }),
    }
    run.begin("confirm transport keys");
    run.select_and_open(&profile.issuer_domain, &chip, parameter(&found)?, original.keys)?;
    let now = survey(run.card, profile)?;
    if now.stage != Stage::Blank || !now.keys.has_set(original.version) {
        return Err(PersoError::NotConfirmed { step: run.step(), what: "its transport keys" });
    }
    Ok(GivenBack { chip, before, cost: run.finish() })
}

fn put_back<T: Transport>(
    run: &mut Run<'_, '_, T>,
    plan: &PreparePlan,
    found: &Survey,
    keys: &dyn CardKeys,
    original: &Original<'_>,
) -> Result<(), PersoError> {
    let (profile, chip, parameter) = (run.profile, found.chip, parameter(found)?);
    let key_version = found.issuer_version(profile).unwrap_or(profile.issuer_version);
    let issuer = keys.issuer_of(&chip, key_version)?;
    let open = |run: &mut Run<'_, '_, T>| {
        run.select_and_open(&profile.issuer_domain, &chip, parameter, issuer.as_ref())
    };
    run.begin("open session");
    let (mut session, installed) = {
        let session = open(run)?;
        is_installed(run, session)?
    };
    if installed {
        run.begin("look for leftovers");
        let (_, held) = open_storing(run, session, &chip, parameter, issuer.as_ref())?;
        let impersonal = |dgi: Dgi| {
            plan.files.iter().any(|file| file.dgi == dgi)
                || plan.key_pairs.iter().any(|pair| pair.dgi() == dgi.0)
        };
        if held.any_but(impersonal) {
            return Err(PersoError::Leftovers(chip));
        }
        run.begin("delete application");
        session = open(run)?;
        (session, _) = run.command(session, "DELETE", &gp::delete(&profile.instance))?;
    }
    run.begin("put transport keys back");
    let (expected, command) = put_key::command(key_version, original.version, original.new, issuer.as_ref())?;
    let (_, response) = run.ask(session, &command)?;
    Ok(expected.check(&response)?)
}

fn parameter(found: &Survey) -> Result<u8, PersoError> {
    found.scp03.ok_or_else(|| PersoError::Unsuitable { chip: found.chip, reasons: found.unsuitable.clone() })
}
