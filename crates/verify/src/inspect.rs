//! The procedure itself.

use crate::accepted::Accepted;
use crate::authenticity;
use crate::check::{Check, CheckName};
use crate::consistency;
use crate::files::Files;
use crate::holder::Holder;
use crate::proof::{ChipProofPolicy, Proofs};
use crate::read::{self, Link, Protected, ReadError};
use crate::report::{ReadCost, Report};
use crate::stage::Stage;
use crate::unread::Unread;
use crate::verdict::Verdict;
use chipwright_channel::pace::{self, PaceError, Password};
use chipwright_iso7816::{Aid, Command, Exchanger, Ins, StatusWord, Transport};
use chipwright_pki::check::{SignerCache, check, check_cached};
use chipwright_pki::policy::Policy;
use chipwright_pki::trust::TrustStore;
use chipwright_profile::security_object::SecurityObject;
use chipwright_profile::{CardNumber, FileId};
use jiff::Timestamp;
use ring::digest;

/// What to inspect, against what, as of when.
pub struct Inspection<'a> {
    /// AID of the identity application.
    pub application: Aid,
    /// What opens the card.
    pub password: &'a Password,
    /// Roots and revocation lists.
    pub trust: &'a TrustStore,
    /// What is demanded of them.
    pub policy: &'a Policy,
    /// The time to judge for.
    pub at: Timestamp,
    /// The latest time known from signed data; a clock before it is not credible.
    pub not_before: Option<Timestamp>,
    /// Signers whose certificates were verified before.
    pub cache: Option<&'a mut SignerCache>,
    /// What is demanded of the chip.
    pub chip_proof: ChipProofPolicy,
    /// How many of the promised proofs are run.
    pub proofs: Proofs,
    /// Told how far the inspection is: the text verdict comes before the portrait.
    pub progress: Option<&'a mut dyn FnMut(Stage<'_>)>,
}

impl<'a> Inspection<'a> {
    /// With nothing known from before, and a proof of the chip required.
    #[must_use]
    pub fn new(
        application: Aid,
        password: &'a Password,
        trust: &'a TrustStore,
        policy: &'a Policy,
        at: Timestamp,
    ) -> Self {
        Self {
            application,
            password,
            trust,
            policy,
            at,
            not_before: None,
            cache: None,
            chip_proof: ChipProofPolicy::Required,
            proofs: Proofs::Fastest,
            progress: None,
        }
    }
}

/// Resets the card that answers on `card` and inspects it over this fresh connection. Always returns a report; whatever went wrong is in it.
pub fn inspect<T: Transport>(
    card: &mut Exchanger<T>,
    ask: &mut Inspection<'_>,
    random: &mut dyn FnMut(&mut [u8]),
) -> (Report, Files) {
    let before = (card.round_trips(), card.bytes());
    let mut files = Files::default();
    let mut checks = Vec::new();
    let session = open(card, ask, random, &mut files);
    let mut unread = None;
    let facts = match session {
        Err((refused, why)) => {
            checks.push(refused);
            unread = Some(why);
            None
        }
        Ok(session) => {
            checks.push(Check::passed(CheckName::Access));
            let mut link = Protected::new(card, session);
            judge(&mut link, ask, &mut files, &mut checks, &mut unread)
        }
    };
    complete(&mut checks);
    let after = (card.round_trips(), card.bytes());
    let cost = ReadCost {
        round_trips: after.0 - before.0,
        bytes_sent: after.1.0 - before.1.0,
        bytes_received: after.1.1 - before.1.1,
    };
    let (holder, accepted) = facts.unzip();
    (Report::new(ask.at, checks, cost, holder, accepted.flatten(), unread), files)
}

/// EF.CardAccess, then PACE (9303-11, 4.2, steps 1 to 3).
fn open<T: Transport>(
    card: &mut Exchanger<T>,
    ask: &Inspection<'_>,
    random: &mut dyn FnMut(&mut [u8]),
    files: &mut Files,
) -> Result<chipwright_channel::sm::Session, (Check, Unread)> {
    let unreadable =
        |why: Unread, detail: String| (Check::failed(CheckName::Access, Verdict::Unreadable, detail), why);
    card.reset().map_err(|error| unreadable(Unread::from(&error), error.to_string()))?;
    let access = read::file(card, FileId::CardAccess.sfi()).map_err(|error| match error {
        ReadError::Refused(StatusWord::CONDITIONS_NOT_SATISFIED) => {
            unreadable(Unread::NotOurs, "the card has not been finalised".to_owned())
        }
        ReadError::Refused(status) => unreadable(
            Unread::NotOurs,
            format!("EF.CardAccess is not readable ({status}): this is no finished card of ours"),
        ),
        other => unreadable(Unread::from(&other), format!("EF.CardAccess: {other}")),
    })?;
    let info = pace::choose(&access).map_err(|error| unreadable(Unread::from(&error), error.to_string()))?;
    files.put(FileId::CardAccess, access);
    pace::establish(card, &info, ask.password, random).map_err(|error| {
        let detail = match &error {
            PaceError::WrongPassword { .. } => "the card access number or MRZ is wrong".to_owned(),
            other => other.to_string(),
        };
        unreadable(Unread::from(&error), detail)
    })
}

/// Security object first, then every data group that it names, then what they say.
fn judge(
    link: &mut dyn Link,
    ask: &mut Inspection<'_>,
    files: &mut Files,
    checks: &mut Vec<Check>,
    unread: &mut Option<Unread>,
) -> Option<(Holder, Option<Accepted>)> {
    let unreadable = |detail: String| Check::failed(CheckName::Reading, Verdict::Unreadable, detail);
    if let Err(error) = select(link, &ask.application).and_then(|()| fetch(link, FileId::Sod, files)) {
        checks.push(unreadable(format!("EF.SOD: {error}")));
        *unread = Some(Unread::from(&error));
        return None;
    }
    // whatever is wrong from here on is what the card gave
    *unread = Some(Unread::Misbehaved);
    let file = files.get(FileId::Sod)?;
    let digest = sha256(file);
    let cms = match chipwright_profile::read::sod(file) {
        Ok(cms) => cms,
        Err(error) => {
            checks.push(unreadable(error.to_string()));
            return None;
        }
    };
    let passive = match &mut ask.cache {
        Some(cache) => check_cached(cms, ask.trust, ask.policy, ask.at, cache),
        None => check(cms, ask.trust, ask.policy, ask.at),
    };
    let signed = match passive.content().map(SecurityObject::from_der) {
        Some(Ok(signed)) => signed,
        Some(Err(error)) => {
            checks.push(unreadable(error.to_string()));
            checks.extend(authenticity::checks(&passive));
            return None;
        }
        None => {
            checks.extend(authenticity::checks(&passive));
            return None;
        }
    };
    let mut faults = fetch_data_groups(link, &signed, files, unread);
    let (holder, unparsed) = Holder::parse(files);
    faults.extend(unparsed.iter().map(ToString::to_string));
    let accepted = facts(&holder, digest, ask.at);
    if faults.is_empty() && accepted.is_none() {
        faults.push("DG1 holds no card number of ours, or DG13 is missing".to_owned());
    }
    checks.push(match faults.is_empty() {
        true => Check::passed(CheckName::Reading),
        false => unreadable(faults.join("; ")),
    });
    checks.extend(authenticity::checks(&passive));
    known_time(ask, checks);
    checks.push(consistency::data_groups(files, &signed));
    checks.push(consistency::consistency(files, &holder, passive.signer(), ask));
    checks.push(consistency::card_validity(&holder, ask));
    checks.push(chip_proof(files, ask.chip_proof));
    Some((holder, accepted))
}

fn select(link: &mut dyn Link, application: &Aid) -> Result<(), ReadError> {
    let command = Command::new(0x00, Ins::SELECT, 0x04, 0x0C).with_data(application.as_bytes());
    match link.exchange(&command)?.status {
        StatusWord::OK => Ok(()),
        status => Err(ReadError::Refused(status)),
    }
}

fn fetch(link: &mut dyn Link, file: FileId, files: &mut Files) -> Result<(), ReadError> {
    files.put(file, read::file(link, file.sfi())?);
    Ok(())
}

/// Reads what the security object names; returns what could not be read, in plain words.
fn fetch_data_groups(
    link: &mut dyn Link,
    signed: &SecurityObject,
    files: &mut Files,
    unread: &mut Option<Unread>,
) -> Vec<String> {
    // text before portrait
    let mut numbers: Vec<u8> = signed.hashes().map(|(number, _)| number).collect();
    numbers.sort_by_key(|number| (*number == 2, *number));
    let mut faults = Vec::new();
    for number in numbers {
        if let Err(error) = fetch(link, FileId::Dg(number), files) {
            faults.push(format!("DG{number}: {error}"));
            *unread = Some(Unread::from(&error));
            if error.ends_session() {
                break;
            }
        }
    }
    faults
}

/// No proof of the chip is demanded yet. One that the signed files promise is not run here, and that is said.
fn chip_proof(files: &Files, policy: ChipProofPolicy) -> Check {
    let promised = files.data_group(15).is_some()
        || files
            .data_group(14)
            .and_then(|file| chipwright_profile::read::dg14(file).ok())
            .is_some_and(|infos| infos.iter().count() > infos.pace().len());
    match (promised, policy) {
        (true, _) => Check::not_reached(CheckName::ChipProof),
        (false, ChipProofPolicy::IfPromised) => Check::not_offered(CheckName::ChipProof),
        (false, ChipProofPolicy::Required) => Check::failed(
            CheckName::ChipProof,
            Verdict::ChipNotProven,
            "the card promises no proof that its chip is genuine",
        ),
    }
}

/// The clock is also compared with the latest time known from signed data.
fn known_time(ask: &Inspection<'_>, checks: &mut [Check]) {
    if let (Some(known), Some(clock)) =
        (ask.not_before, checks.iter_mut().find(|check| check.name == CheckName::Clock))
        && ask.at < known
    {
        *clock = Check::failed(
            CheckName::Clock,
            Verdict::ClockNotCredible,
            format!("this clock is behind {known}, a time that was signed"),
        );
    }
}

fn facts(holder: &Holder, security_object_digest: [u8; 32], at: Timestamp) -> Option<Accepted> {
    let card_number = CardNumber::parse(&holder.mrz.as_ref()?.document_number()).ok()?;
    let status = holder.membership.as_ref()?.status;
    Some(Accepted { card_number, security_object_digest, status, at })
}

/// Checks that were not reached are reported as such, each in its place.
fn complete(checks: &mut Vec<Check>) {
    let done = std::mem::take(checks);
    let outcome = |name| done.iter().find(|check| check.name == name).cloned();
    *checks = CheckName::NECESSARY
        .into_iter()
        .map(|name| outcome(name).unwrap_or_else(|| Check::not_reached(name)))
        .chain([outcome(CheckName::ChipProof).unwrap_or_else(|| Check::not_offered(CheckName::ChipProof))])
        .collect();
}

fn sha256(data: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, data).as_ref());
    out
}
