//! *write*: from a prepared chip to a finished card of one member.

use crate::chip::{ChipIdentifier, ChipProfile, Path};
use crate::cost::CostReport;
use crate::dgi::{Dgi, Object, manifest};
use crate::error::PersoError;
use crate::globalplatform as gp;
use crate::key_pair;
use crate::keys::CardKeys;
use crate::plan::{Plan, PlannedCommand, PlannedStep, Reversibility, Span};
use crate::prepare::{ChipReady, names, planned, session_commands};
use crate::run::{Run, Storing, Surroundings, extended_block};
use chipwright_channel::scp03::Mode;
use chipwright_iso7816::{Exchanger, LengthMode, Transport};
use chipwright_profile::{ChipKeys, Pass, SignedProfile};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What *write* makes of a prepared chip.
#[derive(Debug)]
pub struct WritePlan {
    /// The kind of chip.
    pub profile: ChipProfile,
    /// The member's files and access secrets.
    pub objects: Vec<Object>,
    /// What *prepare* stored: it is part of the manifest.
    pub shared: Vec<Object>,
    /// The public keys that the chip made and the files publish: they are part of the manifest.
    pub keys: ChipKeys,
}

/// Whether the chip may hold some of the member's objects already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Nothing was ever written after *prepare*: everything is stored without asking.
    Fresh,
    /// An earlier run may have been torn: the chip is asked first, and only what is missing is stored.
    MaybeTorn,
}

/// What is about to become final, to be put on record before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinaliseIntent {
    /// The chip.
    pub chip: ChipIdentifier,
    /// SHA-256 of the manifest.
    pub manifest_digest: [u8; 32],
    /// SHA-256 of EF.SOD, by which the card can be recognised later.
    pub security_object_digest: [u8; 32],
}

/// Where intents are recorded. FINALISE is sent only after [`intend`](Journal::intend) returned `Ok`: there is no other way to it.
pub trait Journal {
    /// Records that the chip is about to be finalised, durably.
    ///
    /// # Errors
    /// [`JournalError`] when it could not be recorded; the chip is then left un-finalised.
    fn intend(&mut self, intent: &FinaliseIntent) -> Result<(), JournalError>;
}

/// The intent could not be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JournalError(pub String);

/// A card that has been finalised; not yet read back.
#[derive(Debug)]
pub struct Written {
    /// The chip.
    pub chip: ChipIdentifier,
    /// What was finalised.
    pub intent: FinaliseIntent,
    /// What this run cost.
    pub cost: CostReport,
}

/// Stores the plan's objects on the chip and finalises it. Run again after a tear, it continues.
///
/// # Errors
/// [`PersoError`]; [`PersoError::Journal`] when the intent could not be recorded (the chip is then not finalised).
pub fn write<T: Transport>(
    card: &mut Exchanger<T>,
    ready: &ChipReady,
    plan: &WritePlan,
    freshness: Freshness,
    keys: &dyn CardKeys,
    journal: &mut dyn Journal,
    world: &mut Surroundings<'_>,
) -> Result<Written, PersoError> {
    let chip = ready.chip();
    let mut run = Run::new(card, &plan.profile, world, "open session");
    let issuer = keys.issuer_of(&chip, ready.key_version())?;
    let place = match plan.profile.path {
        Path::IssuerDomain => plan.profile.issuer_domain,
        Path::Application => plan.profile.instance,
    };
    let session = run.select_and_open(&place, &chip, ready.scp03_parameter(), issuer.as_ref())?;
    let storing = run.begin_storing(session)?;
    run.begin("store member files");
    let storing = store_missing(&mut run, storing, &chip, plan, freshness)?;
    let finalise = Object::public(Dgi::FINALISE, plan.manifest());
    let intent = FinaliseIntent {
        chip,
        manifest_digest: Sha256::digest(finalise.value()).into(),
        security_object_digest: plan.security_object_digest(),
    };
    journal.intend(&intent)?;
    run.begin("finalise");
    run.store(storing, &[&finalise], true)?;
    Ok(Written { chip, intent, cost: run.finish() })
}

fn store_missing<T: Transport>(
    run: &mut Run<'_, '_, T>,
    storing: Storing,
    chip: &ChipIdentifier,
    plan: &WritePlan,
    freshness: Freshness,
) -> Result<Storing, PersoError> {
    match freshness {
        Freshness::Fresh => run.store(storing, &plan.objects.iter().collect::<Vec<_>>(), false),
        Freshness::MaybeTorn => {
            let (storing, held) = run.holdings(storing)?;
            if held.any_but(|dgi| plan.entries().any(|object| object.dgi == dgi)) {
                return Err(PersoError::Leftovers(*chip));
            }
            if let Some((key, _)) =
                plan.keys.iter().find(|(key, public)| !held.has(&key_pair::held(*key, public)))
            {
                return Err(PersoError::OtherKey { chip: *chip, key });
            }
            let all = plan.shared.iter().chain(&plan.objects);
            run.store(storing, &all.filter(|object| !held.has(object)).collect::<Vec<_>>(), false)
        }
    }
}

impl WritePlan {
    /// The plan for a signed profile: its personal files and access secrets are written, its shared files are in the manifest.
    #[must_use]
    pub fn new(chip: ChipProfile, signed: &SignedProfile) -> Self {
        let secrets = signed.access_secrets();
        let mut objects = vec![
            Object::confidential(Dgi::CAN, secrets.can().as_slice()),
            Object::confidential(Dgi::MRZ_KEY, secrets.mrz_key().as_slice()),
        ];
        objects.extend(secrets.pin().map(|pin| Object::confidential(Dgi::PIN, pin.as_slice())));
        objects.extend(secrets.puk().map(|puk| Object::confidential(Dgi::PUK, puk.as_slice())));
        let mut shared = Vec::new();
        let point = signed.chip().records.iter();
        shared.extend(point.map(|point| Object::public(Dgi::TRUST_POINT, point.clone())));
        if let Some(records) = signed.first_records() {
            objects.push(Object::confidential(Dgi::RECORD_SIGNER, records.certificate.clone()));
            objects.push(Object::confidential(Dgi::CITIZEN_NUMBER, records.citizen_number.clone()));
        }
        for (file, content) in signed.files() {
            match file.pass() {
                Pass::Prepare => shared.push(Object::public(Dgi(file.dgi()), content)),
                Pass::Write => objects.push(Object::confidential(Dgi(file.dgi()), content)),
            }
        }
        Self { profile: chip, objects, shared, keys: *signed.chip_keys() }
    }

    /// Everything the card must hold, its own key pairs included.
    fn entries(&self) -> impl Iterator<Item = Cow<'_, Object>> {
        let keys = self.keys.iter().map(|(key, public)| Cow::Owned(key_pair::held(key, public)));
        self.shared.iter().chain(&self.objects).map(Cow::Borrowed).chain(keys)
    }

    /// The digests of everything the card must hold (PERSO-09).
    #[must_use]
    pub fn manifest(&self) -> Vec<u8> {
        let digests: BTreeMap<Dgi, [u8; 32]> =
            self.entries().map(|object| (object.dgi, object.digest())).collect();
        manifest(&digests)
    }

    /// SHA-256 of EF.SOD.
    #[must_use]
    pub fn security_object_digest(&self) -> [u8; 32] {
        self.objects.iter().find(|object| object.dgi == Dgi(0x011D)).map_or([0; 32], Object::digest)
    }

    /// The plan as it can be read before anything is touched. `block` is how many plain bytes one STORE DATA carries:
    /// 239 with short APDUs, 223 in S16 mode.
    #[must_use]
    pub fn describe(&self, mode: LengthMode) -> Plan {
        let block = match mode {
            LengthMode::Short => 239,
            LengthMode::Extended => extended_block(&self.profile, Mode::S8),
        };
        Plan {
            name: "write",
            steps: vec![self.session_step(), self.store_step(block), self.finalise_step(block)],
        }
    }

    fn session_step(&self) -> PlannedStep {
        let p = &self.profile;
        let mut commands = Vec::new();
        match p.path {
            Path::IssuerDomain => {
                commands.push(planned(&gp::select(&p.issuer_domain), "SELECT issuer security domain"));
                commands.extend(session_commands(p.issuer_version));
                commands.push(planned(
                    &gp::install_for_personalization(&p.instance),
                    "INSTALL [for personalization]",
                ));
            }
            Path::Application => {
                commands.push(planned(&gp::select(&p.instance), "SELECT identity application"));
                commands.extend(session_commands(p.issuer_version));
            }
        }
        PlannedStep {
            name: "open session",
            purpose: "open a session with the keys of this chip, at the highest level it offers".to_owned(),
            precondition: "the chip has been prepared",
            read_back: "the chip's cryptogram and its identifier",
            reversibility: Reversibility::ReadsOnly,
            commands,
        }
    }

    fn store_step(&self, block: usize) -> PlannedStep {
        let bytes = crate::dgi::stream(&self.objects).len();
        let spans = self.objects.iter().flat_map(|object| {
            let value = if object.confidential {
                Span::Confidential { bytes: object.value().len(), what: object.dgi.to_string() }
            } else {
                Span::known(object.value())
            };
            [Span::known(&object.header()), value]
        });
        PlannedStep {
            name: "store member files",
            purpose: format!("store {}", names(&self.objects)),
            precondition: "the application is not finalised; on a torn chip, what it holds already is left out",
            read_back: "the card compares every file with the manifest of the last step",
            reversibility: Reversibility::Reversible,
            commands: vec![PlannedCommand {
                name: "STORE DATA",
                header: "80E20800".to_owned(),
                data: spans.collect(),
                times: bytes.div_ceil(block),
            }],
        }
    }

    fn finalise_step(&self, block: usize) -> PlannedStep {
        let finalise = Object::public(Dgi::FINALISE, self.manifest());
        PlannedStep {
            name: "finalise",
            purpose: "make it a card: from now on it can be read, and never be written this way again"
                .to_owned(),
            precondition: "the intent is on record; the card holds exactly what the manifest names",
            read_back: "the card is read over a fresh connection and verified like a stranger's",
            reversibility: Reversibility::Irreversible,
            commands: vec![PlannedCommand {
                name: "STORE DATA (FINALISE)",
                header: "80E28800".to_owned(),
                data: vec![
                    Span::known(&finalise.header()),
                    Span::Confidential {
                        bytes: finalise.value().len(),
                        what: "manifest of hashes".to_owned(),
                    },
                ],
                times: (finalise.header().len() + finalise.value().len()).div_ceil(block),
            }],
        }
    }
}
