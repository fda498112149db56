//! Looking at a chip before anything is written: reads only, needs no key.

use crate::chip::{ChipIdentifier, ChipProfile};
use crate::error::PersoError;
use crate::globalplatform::{self as gp, CardData, Cplc, KeyInformation, Resources};
use chipwright_iso7816::tlv::TlvError;
use chipwright_iso7816::{Command, Exchanger, StatusWord, Transport};
use serde::Serialize;
use std::fmt;

/// How far a chip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// As delivered: transport keys, no application.
    Blank,
    /// Holds the issuer's keys; the application is missing or not finalised.
    InPreparation,
    /// Holds the issuer's keys and the application, not finalised.
    Installed,
    /// Finalised: a card.
    Finished,
    /// A card that its issuer has suspended.
    Suspended,
    /// A card that its issuer has blocked (CARD_LOCKED).
    Blocked,
    /// A card that was ended for ever.
    Terminated,
    /// None of these: see the reasons.
    Unknown,
}

/// A reason why a chip cannot become a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsuitable {
    /// Neither the transport nor the issuer's key version is there.
    KeyVersions(Vec<u8>),
    /// The transport keys are there beside the issuer's: whoever knows them could open the card.
    TransportKeysRemain,
    /// SCP03 is not offered.
    NoScp03,
    /// SCP03 is offered with a parameter *i* that we refuse.
    Scp03Parameter(u8),
    /// SCP03 is offered without R-MAC, and the cards need keys that are made on the chip.
    AnswersNotProtected(u8),
    /// Too little free memory.
    Memory {
        /// Free bytes.
        free: u32,
        /// Needed bytes.
        needed: u32,
    },
}

impl Unsuitable {
    pub(crate) const fn is_about_keys(&self) -> bool {
        matches!(self, Self::KeyVersions(_) | Self::TransportKeysRemain)
    }
}

impl fmt::Display for Unsuitable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyVersions(found) => {
                f.write_str("it holds neither the transport keys nor the issuer's keys (versions found:")?;
                found.iter().take(MOST_SHOWN).try_for_each(|version| write!(f, " {version:02X}"))?;
                f.write_str(if found.len() > MOST_SHOWN { " and more)" } else { ")" })
            }
            Self::TransportKeysRemain => f.write_str("it holds the transport keys beside the issuer's keys"),
            Self::NoScp03 => f.write_str("its card manager does not offer SCP03"),
            Self::Scp03Parameter(i) => write!(f, "its SCP03 parameter i={i:02X} is not supported"),
            Self::AnswersNotProtected(i) => write!(
                f,
                "its SCP03 parameter i={i:02X} offers no R-MAC, without which no key that the chip makes can be believed"
            ),
            Self::Memory { free, needed } => {
                write!(f, "it has {free} bytes of memory free, and {needed} are needed")
            }
        }
    }
}

/// What the chip says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The chip's name.
    pub chip: ChipIdentifier,
    /// Its production data.
    pub cplc: Cplc,
    /// The parameter *i* of SCP03, if offered.
    pub scp03: Option<u8>,
    /// Its key sets.
    pub keys: KeyInformation,
    /// Its free memory, if it tells.
    pub resources: Option<Resources>,
    /// How far it is.
    pub stage: Stage,
    /// Why it cannot be used; empty if it can.
    pub unsuitable: Vec<Unsuitable>,
}

/// The bit of the parameter *i* that says R-MAC (Amendment D, 5.1).
const RESPONSE_MAC: u8 = 0x20;
const STEP: &str = "survey";
/// How many key versions a message shows.
const MOST_SHOWN: usize = 8;

/// Looks at a chip: SELECT of the issuer domain, GET DATA, SELECT of the instance. Changes nothing.
///
/// # Errors
/// [`PersoError`] when the chip does not answer as a GlobalPlatform card does.
pub fn survey<T: Transport>(card: &mut Exchanger<T>, profile: &ChipProfile) -> Result<Survey, PersoError> {
    let manager = select_card_manager(card, profile)?;
    let cplc = required(card, 0x9F7F, "CPLC", Cplc::parse)?;
    let scp03 = required(card, 0x0066, "card data", CardData::parse)?.scp03();
    let keys = required(card, 0x00E0, "key information", KeyInformation::parse)?;
    let resources = match ask(card, "GET DATA", &gp::get_data(0xFF21))? {
        Some(answer) => Some(Resources::parse(&answer).map_err(malformed("memory information"))?),
        None => None,
    };
    let instance = match manager {
        Manager::Open => look_at_instance(card, profile)?,
        Manager::CardLocked => Instance::Blocked,
    };
    let mut survey = Survey {
        chip: cplc.chip_identifier(),
        cplc,
        scp03,
        keys,
        resources,
        stage: Stage::Unknown,
        unsuitable: Vec::new(),
    };
    survey.stage = survey.judge_stage(profile, instance);
    survey.unsuitable = survey.reasons(profile);
    Ok(survey)
}

impl Survey {
    fn judge_stage(&self, profile: &ChipProfile, instance: Instance) -> Stage {
        match (instance, self.issuer_version(profile).is_some()) {
            (Instance::Finished, _) => Stage::Finished,
            (Instance::Suspended, _) => Stage::Suspended,
            (Instance::Blocked, _) => Stage::Blocked,
            (Instance::Terminated, _) => Stage::Terminated,
            (Instance::NotFinished, true) => Stage::Installed,
            (Instance::Absent, true) => Stage::InPreparation,
            (Instance::Absent, false) if self.transport_version(profile).is_some() => Stage::Blank,
            (Instance::Absent | Instance::NotFinished, false) => Stage::Unknown,
        }
    }

    /// The key version of a delivery of blanks that the chip holds.
    #[must_use]
    pub fn transport_version(&self, profile: &ChipProfile) -> Option<u8> {
        profile.transport_versions.iter().copied().find(|version| self.keys.has_set(*version))
    }

    /// The key version of the issuer's keys that the chip holds: the one of new cards, or that of an earlier generation of masters.
    #[must_use]
    pub fn issuer_version(&self, profile: &ChipProfile) -> Option<u8> {
        let ours = std::iter::once(&profile.issuer_version).chain(&profile.former_versions);
        ours.copied().find(|version| self.keys.has_set(*version))
    }

    /// Every reason why the chip cannot become a card of this profile.
    #[must_use]
    pub fn reasons(&self, profile: &ChipProfile) -> Vec<Unsuitable> {
        let mut reasons = Vec::new();
        let (transport, issuer) = (self.transport_version(profile), self.issuer_version(profile));
        if transport.is_none() && issuer.is_none() {
            let mut found: Vec<u8> = self.keys.keys.iter().map(|key| key.1).collect();
            found.sort_unstable();
            found.dedup();
            reasons.push(Unsuitable::KeyVersions(found));
        }
        if issuer.is_some_and(|issuer| transport.is_some_and(|version| version != issuer)) {
            reasons.push(Unsuitable::TransportKeysRemain);
        }
        match self.scp03 {
            None => reasons.push(Unsuitable::NoScp03),
            Some(i) if !matches!(i & !0x01, 0x00 | 0x10 | 0x20 | 0x30 | 0x60 | 0x70) => {
                reasons.push(Unsuitable::Scp03Parameter(i));
            }
            Some(i) if profile.protected_answers && i & RESPONSE_MAC == 0 => {
                reasons.push(Unsuitable::AnswersNotProtected(i));
            }
            Some(_) => {}
        }
        if let (Some(resources), Stage::Blank | Stage::InPreparation) = (self.resources, self.stage)
            && resources.free < profile.free_memory
        {
            reasons.push(Unsuitable::Memory { free: resources.free, needed: profile.free_memory });
        }
        reasons
    }
}

/// The card manager, as SELECT finds it.
enum Manager {
    Open,
    /// CARD_LOCKED: nothing else can be selected (CM-20).
    CardLocked,
}

/// Cards of other kinds have many ways to say that they have none.
fn select_card_manager<T: Transport>(
    card: &mut Exchanger<T>,
    profile: &ChipProfile,
) -> Result<Manager, PersoError> {
    match ask(card, "SELECT", &gp::select(&profile.issuer_domain)) {
        Ok(Some(_)) => Ok(Manager::Open),
        Ok(None) => Err(PersoError::NoCardManager),
        Err(PersoError::Refused { status: StatusWord::FILE_DEACTIVATED, .. }) => Ok(Manager::CardLocked),
        Err(PersoError::Refused { status, .. }) if says_unknown(status) => Err(PersoError::NoCardManager),
        Err(error) => Err(error),
    }
}

/// The instance of the identity application, as SELECT finds it.
enum Instance {
    Absent,
    NotFinished,
    Finished,
    Suspended,
    Blocked,
    Terminated,
}

/// An un-finalised instance answers SELECT with nothing, a finished one with its FCI, a suspended one with a warning; a terminated card refuses
/// (PERSO-11, FILE-02, LIFE-02, CM-11).
fn look_at_instance<T: Transport>(
    card: &mut Exchanger<T>,
    profile: &ChipProfile,
) -> Result<Instance, PersoError> {
    Ok(match ask(card, "SELECT", &gp::select(&profile.instance)) {
        Ok(None) => Instance::Absent,
        Ok(Some(answer)) if answer.is_empty() => Instance::NotFinished,
        Ok(Some(_)) => Instance::Finished,
        Err(PersoError::Refused { status: StatusWord::FILE_DEACTIVATED, .. }) => Instance::Suspended,
        Err(PersoError::Refused { status: StatusWord::CONDITIONS_NOT_SATISFIED, .. }) => Instance::Terminated,
        Err(error) => return Err(error),
    })
}

/// The name, the instruction, the class, or a way of selecting is unknown (7816-4, 5.6; Java Card: 6999).
const fn says_unknown(status: StatusWord) -> bool {
    matches!(status.0, 0x6A81 | 0x6A86 | 0x6D00 | 0x6E00 | 0x6986 | 0x6999)
}

/// The data of the answer, or none when the card knows no such object or application.
fn ask<T: Transport>(
    card: &mut Exchanger<T>,
    name: &'static str,
    command: &Command,
) -> Result<Option<Vec<u8>>, PersoError> {
    let response = card.exchange(command).map_err(|source| PersoError::Exchange { step: STEP, source })?;
    match response.status {
        StatusWord::OK => Ok(Some(response.data)),
        StatusWord::FILE_NOT_FOUND | StatusWord::REFERENCED_DATA_NOT_FOUND => Ok(None),
        status => Err(PersoError::Refused { step: STEP, command: name, status }),
    }
}

fn required<T: Transport, R>(
    card: &mut Exchanger<T>,
    tag: u16,
    what: &'static str,
    parse: impl FnOnce(&[u8]) -> Result<R, TlvError>,
) -> Result<R, PersoError> {
    let answer = ask(card, "GET DATA", &gp::get_data(tag))?.ok_or(PersoError::Refused {
        step: STEP,
        command: "GET DATA",
        status: StatusWord::REFERENCED_DATA_NOT_FOUND,
    })?;
    parse(&answer).map_err(malformed(what))
}

fn malformed(what: &'static str) -> impl FnOnce(TlvError) -> PersoError {
    move |source| PersoError::Malformed { step: STEP, what, source }
}
