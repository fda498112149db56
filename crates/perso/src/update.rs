//! Updating a finished card (LIFE-05 to LIFE-08): new values are stored beside the current ones, and become current in one transaction.

use crate::chip::{ChipIdentifier, ChipProfile, Path};
use crate::cost::CostReport;
use crate::dgi::{Dgi, Object, manifest};
use crate::error::PersoError;
use crate::keys::CardKeys;
use crate::life::the_card;
use crate::run::{Run, Surroundings};
use crate::survey::{Stage, survey};
use crate::write::{FinaliseIntent, Journal};
use chipwright_iso7816::{Exchanger, Transport};
use chipwright_profile::{ChipKeys, FileId, Pin, Puk};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What a finished card is to hold instead of what it holds.
#[derive(Debug)]
pub struct UpdatePlan {
    /// The kind of chip.
    pub profile: ChipProfile,
    /// The new values.
    pub objects: Vec<Object>,
    /// Hashes of everything else the card holds and the manifest has to name.
    pub kept: BTreeMap<Dgi, [u8; 32]>,
}

/// A card whose update is current; not yet read back.
#[derive(Debug)]
pub struct Updated {
    /// The chip.
    pub chip: ChipIdentifier,
    /// What it holds now.
    pub intent: FinaliseIntent,
    /// Whether an earlier run had finished it.
    pub was_current: bool,
    /// What it cost.
    pub cost: CostReport,
}

impl UpdatePlan {
    /// For a card that holds these files and keys. Nothing is changed yet.
    #[must_use]
    pub fn new<'a>(
        profile: ChipProfile,
        files: impl IntoIterator<Item = (FileId, &'a [u8])>,
        keys: &ChipKeys,
    ) -> Self {
        let files =
            files.into_iter().map(|(file, content)| (Dgi(file.dgi()), Sha256::digest(content).into()));
        let keys = keys.iter().map(|(key, public)| (Dgi(key.dgi()), Sha256::digest(public).into()));
        Self { profile, objects: Vec::new(), kept: files.chain(keys).collect() }
    }

    /// With another content of a file.
    #[must_use]
    pub fn with_file(self, file: FileId, content: impl Into<Vec<u8>>) -> Self {
        self.with(Object::confidential(Dgi(file.dgi()), content))
    }

    /// With a new PIN and PUK.
    #[must_use]
    pub fn with_pin(self, pin: &Pin, puk: &Puk) -> Self {
        self.with(Object::confidential(Dgi::PIN, pin.expose().as_slice()))
            .with(Object::confidential(Dgi::PUK, puk.expose().as_slice()))
    }

    fn with(mut self, object: Object) -> Self {
        self.kept.remove(&object.dgi);
        self.objects.retain(|other| other.dgi != object.dgi);
        self.objects.push(object);
        self
    }

    /// The manifest: every file and key after the update; secrets and records that stay as they are need not be named (LIFE-06).
    #[must_use]
    pub fn manifest(&self) -> Vec<u8> {
        let mut digests = self.kept.clone();
        digests.extend(self.objects.iter().map(|object| (object.dgi, object.digest())));
        manifest(&digests)
    }

    /// SHA-256 of EF.SOD after the update.
    fn security_object_digest(&self) -> [u8; 32] {
        let dgi = Dgi(FileId::Sod.dgi());
        let new = self.objects.iter().find(|object| object.dgi == dgi).map(Object::digest);
        new.or_else(|| self.kept.get(&dgi).copied()).unwrap_or_default()
    }
}

/// Stores the new values and makes them current. Run again after a loss of power, it begins anew, or finds the update current.
///
/// # Errors
/// [`PersoError::OtherChip`] unless it is the chip named, [`PersoError::NotFinished`] when it is no card that can be read,
/// [`PersoError::Journal`] when the intent could not be recorded.
pub fn update<T: Transport>(
    card: &mut Exchanger<T>,
    plan: &UpdatePlan,
    wanted: ChipIdentifier,
    keys: &dyn CardKeys,
    journal: &mut dyn Journal,
    world: &mut Surroundings<'_>,
) -> Result<Updated, PersoError> {
    let profile = &plan.profile;
    let mut run = Run::new(card, profile, world, "survey");
    let found = survey(run.card, profile)?;
    let parameter = the_card(&found, wanted)?;
    let chip = found.chip;
    if found.stage != Stage::Finished {
        return Err(PersoError::NotFinished { chip, stage: found.stage });
    }
    run.begin("open session");
    let issuer = keys.issuer_of(&chip, found.issuer_version(profile).unwrap_or(profile.issuer_version))?;
    let place = match profile.path {
        Path::IssuerDomain => profile.issuer_domain,
        Path::Application => profile.instance,
    };
    let session = run.select_and_open(&place, &chip, parameter, issuer.as_ref())?;
    let storing = run.begin_storing(session)?;
    let (storing, held) = run.holdings(storing)?;
    let commit = Object::public(Dgi::COMMIT_UPDATE, plan.manifest());
    let intent = FinaliseIntent {
        chip,
        manifest_digest: Sha256::digest(commit.value()).into(),
        security_object_digest: plan.security_object_digest(),
    };
    if plan.objects.iter().all(|object| held.has(object)) {
        return Ok(Updated { chip, intent, was_current: true, cost: run.finish() });
    }
    run.begin("store update");
    let storing = run.store(storing, &plan.objects.iter().collect::<Vec<_>>(), false)?;
    journal.intend(&intent)?;
    run.begin("commit update");
    run.store(storing, &[&commit], true)?;
    Ok(Updated { chip, intent, was_current: false, cost: run.finish() })
}
