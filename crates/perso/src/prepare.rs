//! *prepare*: from a blank to a chip of ours, with nothing personal on it.

use crate::chip::{ChipIdentifier, ChipProfile, Path};
use crate::cost::CostReport;
use crate::dgi::{Dgi, Object};
use crate::error::{INSTALL, PersoError};
use crate::globalplatform::{self as gp, CardLifeCycle};
use crate::key_pair;
use crate::keys::CardKeys;
use crate::plan::{Plan, PlannedCommand, PlannedStep, Reversibility, Span};
use crate::run::{Holdings, Run, Storing, Surroundings};
use crate::survey::{Stage, Survey, survey};
use chipwright_channel::scp03::{Session, StaticKeys, put_key};
use chipwright_iso7816::{Exchanger, StatusWord, Transport};
use chipwright_profile::{ChipKeys, IssuerFiles, KeyReference};

/// What *prepare* makes of a blank.
#[derive(Debug, Clone)]
pub struct PreparePlan {
    /// The kind of chip.
    pub profile: ChipProfile,
    /// What all cards of the issuer share: EF.DIR, EF.ATR/INFO, EF.CardAccess, the trust point of the records application.
    pub files: Vec<Object>,
    /// The key pairs that the chip makes.
    pub key_pairs: Vec<KeyReference>,
    /// What to do with a member's data that a torn chip holds.
    pub leftovers: Leftovers,
}

/// What a torn chip holds of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Leftovers {
    /// Kept: the same member's card is continued on this chip.
    Keep,
    /// Erased, by deleting the instance and installing it anew: the chip is for somebody else.
    #[default]
    Erase,
}

/// A chip that holds its own keys, the application and the shared files, and nothing personal. Made by [`prepare`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChipReady {
    chip: ChipIdentifier,
    parameter: u8,
    key_version: u8,
    keys: ChipKeys,
    cost: CostReport,
}

impl ChipReady {
    /// Which chip.
    #[must_use]
    pub const fn chip(&self) -> ChipIdentifier {
        self.chip
    }

    /// The public keys of the pairs that the chip made, each proven by a signature over our nonce.
    #[must_use]
    pub const fn keys(&self) -> &ChipKeys {
        &self.keys
    }

    /// The SCP03 parameter *i* of the chip.
    #[must_use]
    pub const fn scp03_parameter(&self) -> u8 {
        self.parameter
    }

    /// The version of the issuer's keys that the chip holds: those of an earlier generation of masters stay what they are.
    #[must_use]
    pub const fn key_version(&self) -> u8 {
        self.key_version
    }

    /// What preparing it cost in this run.
    #[must_use]
    pub const fn cost(&self) -> &CostReport {
        &self.cost
    }
}

/// Prepares the chip in the reader, or continues a chip that was torn while being prepared. A chip that is ready is only looked at.
///
/// # Errors
/// [`PersoError`]; [`PersoError::Finished`] for a card, [`PersoError::Unsuitable`] before anything is written.
pub fn prepare<T: Transport>(
    card: &mut Exchanger<T>,
    plan: &PreparePlan,
    keys: &dyn CardKeys,
    world: &mut Surroundings<'_>,
) -> Result<ChipReady, PersoError> {
    let mut run = Run::new(card, &plan.profile, world, "survey");
    let found = survey(run.card, &plan.profile)?;
    let (chip, parameter) = (found.chip, suitable(&found)?);
    let key_version = match found.issuer_version(&plan.profile) {
        Some(version) => version,
        None => {
            run.begin("replace transport keys");
            let version = found.transport_version(&plan.profile).ok_or_else(|| not_ours(&found))?;
            replace_transport_keys(&mut run, &chip, version, parameter, keys)?;
            plan.profile.issuer_version
        }
    };
    run.begin("open session");
    let issuer = keys.issuer_of(&chip, key_version)?;
    let session = run.select_and_open(&plan.profile.issuer_domain, &chip, parameter, issuer.as_ref())?;
    run.begin("install");
    let (session, state) = card_life_cycle(&mut run, session)?;
    let mut session = install(&mut run, session)?;
    run.begin("secure card manager");
    for next in life_cycle_steps(state) {
        (session, _) = run.command(session, "SET STATUS", &gp::set_card_status(next))?;
    }
    run.begin("store shared files");
    let (mut storing, mut held) = open_storing(&mut run, session, &chip, parameter, issuer.as_ref())?;
    let shared = |dgi| {
        plan.files.iter().any(|file| file.dgi == dgi) || plan.key_pairs.iter().any(|pair| pair.dgi() == dgi.0)
    };
    if plan.leftovers == Leftovers::Erase && held.any_but(shared) {
        run.begin("erase leftovers");
        let session = run.select_and_open(&plan.profile.issuer_domain, &chip, parameter, issuer.as_ref())?;
        let (session, _) = run.command(session, "DELETE", &gp::delete(&plan.profile.instance))?;
        let session = install(&mut run, session)?;
        run.begin("store shared files");
        (storing, held) = open_storing(&mut run, session, &chip, parameter, issuer.as_ref())?;
    }
    let missing: Vec<&Object> = plan.files.iter().filter(|file| !held.has(file)).collect();
    if !missing.is_empty() {
        storing = run.store(storing, &missing, false)?;
    }
    let (storing, keys, made) = key_pairs(&mut run, storing, &held, &chip, &plan.key_pairs)?;
    if !missing.is_empty() || made {
        run.begin("confirm shared files");
        let (_, held) = run.holdings(storing)?;
        let pairs: Vec<Object> = keys.iter().map(|(pair, key)| key_pair::held(pair, key)).collect();
        if !plan.files.iter().chain(&pairs).all(|object| held.has(object)) {
            return Err(PersoError::NotConfirmed { step: run.step(), what: "the shared files" });
        }
    }
    Ok(ChipReady { chip, parameter, key_version, keys, cost: run.finish() })
}

/// Has the chip make the pairs it does not hold and show those it holds; says whether one was made.
fn key_pairs<T: Transport>(
    run: &mut Run<'_, '_, T>,
    mut storing: Storing,
    held: &Holdings,
    chip: &ChipIdentifier,
    wanted: &[KeyReference],
) -> Result<(Storing, ChipKeys, bool), PersoError> {
    let (mut keys, mut made) = (ChipKeys::default(), false);
    if !wanted.is_empty() {
        run.begin("make key pairs");
    }
    for reference in wanted {
        let there = held.names(Dgi(reference.dgi()));
        let how = if there { Dgi::PUBLIC_KEY } else { Dgi::GENERATE_KEY_PAIR };
        let key;
        (storing, key) = run.key_pair(storing, chip, how, *reference)?;
        keys.set(*reference, key);
        made |= !there;
    }
    Ok((storing, keys, made))
}

/// Directs STORE DATA to the instance and asks what it holds.
pub(crate) fn open_storing<T: Transport>(
    run: &mut Run<'_, '_, T>,
    session: Session,
    chip: &ChipIdentifier,
    parameter: u8,
    issuer: &dyn StaticKeys,
) -> Result<(Storing, Holdings), PersoError> {
    let session = match run.profile.path {
        Path::IssuerDomain => session,
        Path::Application => run.select_and_open(&run.profile.instance, chip, parameter, issuer)?,
    };
    let storing = run.begin_storing(session)?;
    run.holdings(storing)
}

fn suitable(found: &Survey) -> Result<u8, PersoError> {
    match found.stage {
        Stage::Finished | Stage::Suspended => return Err(PersoError::Finished(found.chip)),
        Stage::Blocked | Stage::Terminated => return Err(PersoError::OutOfUse(found.chip)),
        Stage::Blank | Stage::InPreparation | Stage::Installed | Stage::Unknown => {}
    }
    match found.scp03 {
        Some(parameter) if found.unsuitable.is_empty() => Ok(parameter),
        _ => Err(not_ours(found)),
    }
}

fn not_ours(found: &Survey) -> PersoError {
    PersoError::Unsuitable { chip: found.chip, reasons: found.unsuitable.clone() }
}

/// PUT KEY under the transport keys; the new check values are confirmed (CM-09).
fn replace_transport_keys<T: Transport>(
    run: &mut Run<'_, '_, T>,
    chip: &ChipIdentifier,
    version: u8,
    parameter: u8,
    keys: &dyn CardKeys,
) -> Result<(), PersoError> {
    let transport = keys.transport(chip, version)?;
    let issuer = keys.new_keys(chip)?;
    let profile = run.profile;
    let session = run.select_and_open(&profile.issuer_domain, chip, parameter, transport.as_ref())?;
    let (expected, command) = put_key::command(version, profile.issuer_version, &issuer, transport.as_ref())?;
    let (_, response) = run.ask(session, &command)?;
    Ok(expected.check(&response)?)
}

fn card_life_cycle<T: Transport>(
    run: &mut Run<'_, '_, T>,
    session: Session,
) -> Result<(Session, CardLifeCycle), PersoError> {
    let (session, data) = run.command(session, "GET STATUS", &gp::get_status(0x80, false))?;
    let entries = parse_status(run, &data)?;
    let state = entries.first().map_or(CardLifeCycle::OP_READY, |entry| CardLifeCycle(entry.life_cycle));
    Ok((session, state))
}

/// Installs the instance unless it is there.
fn install<T: Transport>(run: &mut Run<'_, '_, T>, session: Session) -> Result<Session, PersoError> {
    let profile = run.profile;
    let (session, there) = is_installed(run, session)?;
    if there {
        return Ok(session);
    }
    let command = gp::install_for_install(&profile.load_file, &profile.module, &profile.instance);
    Ok(run.command(session, INSTALL, &command)?.0)
}

/// GET STATUS of the applications, page after page.
pub(crate) fn is_installed<T: Transport>(
    run: &mut Run<'_, '_, T>,
    mut session: Session,
) -> Result<(Session, bool), PersoError> {
    const MOST_PAGES: usize = 32;
    for page in 0..MOST_PAGES {
        let response;
        (session, response) = run.ask(session, &gp::get_status(0x40, page > 0))?;
        let more = match response.status {
            StatusWord::REFERENCED_DATA_NOT_FOUND => return Ok((session, false)),
            StatusWord::OK => false,
            StatusWord::MORE_DATA_AVAILABLE => true,
            status => return Err(PersoError::Refused { step: run.step(), command: "GET STATUS", status }),
        };
        if parse_status(run, &response.data)?.iter().any(|entry| entry.aid == run.profile.instance) {
            return Ok((session, true));
        }
        if !more {
            return Ok((session, false));
        }
    }
    Err(PersoError::NotConfirmed { step: run.step(), what: "an end of its list of applications" })
}

fn parse_status<T: Transport>(run: &Run<'_, '_, T>, data: &[u8]) -> Result<Vec<gp::StatusEntry>, PersoError> {
    gp::parse_status(data).map_err(|source| PersoError::Malformed {
        step: run.step(),
        what: "the status",
        source,
    })
}

/// OP_READY → INITIALIZED → SECURED, what is left of it.
fn life_cycle_steps(state: CardLifeCycle) -> impl Iterator<Item = CardLifeCycle> {
    [CardLifeCycle::INITIALIZED, CardLifeCycle::SECURED].into_iter().filter(move |next| next.0 > state.0)
}

impl PreparePlan {
    /// The plan for the shared files of an issuer; leftovers of another member are erased.
    #[must_use]
    pub fn new(chip: ChipProfile, files: &IssuerFiles) -> Self {
        let features = files.chip();
        let key_pairs: Vec<KeyReference> = features.key_pairs().collect();
        let mut objects: Vec<Object> =
            files.files().map(|(file, content)| Object::public(Dgi(file.dgi()), content)).collect();
        objects.extend(features.records.iter().map(|point| Object::public(Dgi::TRUST_POINT, point.clone())));
        let protected_answers = chip.protected_answers || !key_pairs.is_empty();
        let profile = ChipProfile { protected_answers, ..chip };
        Self { profile, files: objects, key_pairs, leftovers: Leftovers::Erase }
    }

    /// The same, but what the chip holds of a member is kept: for continuing that member's card.
    #[must_use]
    pub fn keeping_leftovers(self) -> Self {
        Self { leftovers: Leftovers::Keep, ..self }
    }

    /// The plan as it can be read before anything is touched.
    #[must_use]
    pub fn describe(&self) -> Plan {
        let mut steps =
            vec![self.survey_step(), self.key_step(), self.install_step(), secure_step(), self.files_step()];
        steps.extend(self.key_pairs_step());
        steps.push(confirm_step());
        Plan { name: "prepare", steps }
    }

    fn survey_step(&self) -> PlannedStep {
        let p = &self.profile;
        PlannedStep {
            name: "survey",
            purpose: "look at the chip: identifier, keys, protocol, free memory, application".to_owned(),
            precondition: "a chip is in the reader",
            read_back: "not needed",
            reversibility: Reversibility::ReadsOnly,
            commands: vec![
                planned(&gp::select(&p.issuer_domain), "SELECT issuer security domain"),
                PlannedCommand { times: 4, ..planned(&gp::get_data(0x9F7F), "GET DATA 9F7F, 66, E0, FF21") },
                planned(&gp::select(&p.instance), "SELECT identity application"),
            ],
        }
    }

    fn key_step(&self) -> PlannedStep {
        let p = &self.profile;
        let mut commands = vec![planned(&gp::select(&p.issuer_domain), "SELECT issuer security domain")];
        let transport = p.transport_versions.first().copied().unwrap_or_default();
        commands.extend(session_commands(transport));
        commands.push(PlannedCommand {
            name: "PUT KEY",
            header: format!("80D8{transport:02X}81"),
            data: vec![
                Span::known(&[p.issuer_version]),
                Span::Chip {
                    bytes: 66,
                    what: "three keys of this chip alone, under the transport DEK, with check values",
                },
            ],
            times: 1,
        });
        PlannedStep {
            name: "replace transport keys",
            purpose: format!(
                "replace key set {transport:02X} (transport) by key set {:02X}, diversified for this chip",
                p.issuer_version
            ),
            precondition: "the chip is suitable and holds the transport keys; skipped if it holds the issuer's",
            read_back: "check values in the answer, then a session with the new keys",
            reversibility: Reversibility::Reversible,
            commands,
        }
    }

    fn install_step(&self) -> PlannedStep {
        let p = &self.profile;
        let mut commands = vec![planned(&gp::select(&p.issuer_domain), "SELECT issuer security domain")];
        commands.extend(session_commands(p.issuer_version));
        commands
            .push(PlannedCommand { times: 2, ..planned(&gp::get_status(0x80, false), "GET STATUS 80, 40") });
        commands.push(planned(&gp::install_for_install(&p.load_file, &p.module, &p.instance), INSTALL));
        PlannedStep {
            name: "install",
            purpose: format!("make the identity application {} from module {}", p.instance, p.module),
            precondition: "a session with the issuer's keys; skipped if the instance is there",
            read_back: "INSTALL [for personalization] finds it",
            reversibility: Reversibility::Reversible,
            commands,
        }
    }

    fn files_step(&self) -> PlannedStep {
        let p = &self.profile;
        let mut data = Vec::new();
        for file in &self.files {
            data.push(Span::known(&file.header()));
            data.push(Span::known(file.value()));
        }
        let store = PlannedCommand { name: "STORE DATA", header: "80E20801".to_owned(), data, times: 1 };
        let mut commands = Vec::new();
        match p.path {
            Path::IssuerDomain => {
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
        commands.extend([report("80E20900"), store]);
        PlannedStep {
            name: "store shared files",
            purpose: format!("store {}", names(&self.files)),
            precondition: "the instance is not finalised; files it holds already are left out",
            read_back: "REPORT with a MAC over the hash of each file",
            reversibility: Reversibility::Reversible,
            commands,
        }
    }

    /// One command a key pair: its answer cannot wait for another's.
    fn key_pairs_step(&self) -> Option<PlannedStep> {
        let commands: Vec<PlannedCommand> = self
            .key_pairs
            .iter()
            .zip(2u8..)
            .map(|(pair, block)| PlannedCommand {
                name: "STORE DATA (GENERATE KEY PAIR)",
                header: format!("80E209{block:02X}"),
                data: vec![
                    Span::known(
                        &[Dgi::GENERATE_KEY_PAIR.0.to_be_bytes().as_slice(), &[17, pair.number()]].concat(),
                    ),
                    Span::Random { bytes: 16, what: "nonce that the chip signs with its new key" },
                ],
                times: 1,
            })
            .collect();
        let pairs = self.key_pairs.iter().map(|pair| Dgi(pair.dgi()).to_string()).collect::<Vec<_>>();
        (!commands.is_empty()).then(|| PlannedStep {
            name: "make key pairs",
            purpose: format!("have the chip make {}; private keys never leave it", pairs.join(", ")),
            precondition: "answers are protected (R-MAC); pairs it holds already are only shown",
            read_back: "a signature by each new key over our nonce and the chip identifier",
            reversibility: Reversibility::Reversible,
            commands,
        })
    }
}

fn confirm_step() -> PlannedStep {
    PlannedStep {
        name: "confirm shared files",
        purpose: "ask the chip what it holds".to_owned(),
        precondition: "something was stored or made",
        read_back: "REPORT with a MAC over the hash of each file and public key",
        reversibility: Reversibility::ReadsOnly,
        commands: vec![report("80E209xx")],
    }
}

fn report(header: &str) -> PlannedCommand {
    PlannedCommand {
        name: "STORE DATA (REPORT)",
        header: header.to_owned(),
        data: vec![Span::known(&Dgi::REPORT.0.to_be_bytes()), Span::Random { bytes: 16, what: "report key" }],
        times: 1,
    }
}

fn secure_step() -> PlannedStep {
    PlannedStep {
        name: "secure card manager",
        purpose: "move the card from OP_READY to SECURED; needs no intent: the chip itself says how far it is, and it holds nobody's data"
            .to_owned(),
        precondition: "the instance is installed",
        read_back: "status 9000; a later GET STATUS",
        reversibility: Reversibility::Irreversible,
        commands: vec![
            planned(&gp::set_card_status(CardLifeCycle::INITIALIZED), "SET STATUS INITIALIZED"),
            planned(&gp::set_card_status(CardLifeCycle::SECURED), "SET STATUS SECURED"),
        ],
    }
}

pub(crate) fn names(objects: &[Object]) -> String {
    objects.iter().map(|object| object.dgi.to_string()).collect::<Vec<_>>().join(", ")
}

pub(crate) fn planned(command: &chipwright_iso7816::Command, name: &'static str) -> PlannedCommand {
    let header = command.header().iter().map(|byte| format!("{byte:02X}")).collect();
    let data = if command.data.is_empty() { Vec::new() } else { vec![Span::known(&command.data)] };
    PlannedCommand { name, header, data, times: 1 }
}

/// INITIALIZE UPDATE and EXTERNAL AUTHENTICATE.
pub(crate) fn session_commands(version: u8) -> [PlannedCommand; 2] {
    [
        PlannedCommand {
            name: "INITIALIZE UPDATE",
            header: format!("8050{version:02X}00"),
            data: vec![Span::Random { bytes: 8, what: "host challenge (16 bytes in S16 mode)" }],
            times: 1,
        },
        PlannedCommand {
            name: "EXTERNAL AUTHENTICATE",
            header: "8482xx00".to_owned(),
            data: vec![Span::Chip { bytes: 16, what: "host cryptogram and C-MAC over the chip's challenge" }],
            times: 1,
        },
    ]
}
