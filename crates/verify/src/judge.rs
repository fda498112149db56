//! From what was read and run to the checks.

use crate::accepted::Accepted;
use crate::authenticity;
use crate::card_status::card_status;
use crate::check::{Check, CheckName};
use crate::consistency;
use crate::holder::Holder;
use crate::inspect::Inspection;
use crate::memory::{Memory, SecurityObjectRead};
use crate::owed::Owed;
use crate::proof::{ChipProofPolicy, Proof};
use crate::second_signature;
use crate::verdict::Verdict;
use chipwright_profile::security_object::SecurityObject;
use chipwright_profile::{CardNumber, FileId};
use jiff::Timestamp;

/// The data group that is read last.
pub(crate) const PORTRAIT: u8 = 2;

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everything but the portrait, which has not been read yet.
    Text,
    /// The whole card.
    Whole,
}

/// All checks in their order, and what the card says.
pub(crate) struct Judged {
    pub(crate) checks: Vec<Check>,
    pub(crate) holder: Option<Holder>,
    pub(crate) accepted: Option<Accepted>,
    /// The signing time that the security object states.
    pub(crate) signed_at: Option<Timestamp>,
}

/// Judges what `memory` holds.
pub(crate) fn judge(memory: &Memory, ask: &Inspection<'_>, scope: Scope) -> Judged {
    let mut judged = Judged { checks: Vec::new(), holder: None, accepted: None, signed_at: None };
    match &memory.access {
        Some(Err(refused)) => judged.checks.push(refused.clone()),
        Some(Ok(())) => {
            judged.checks.push(Check::passed(CheckName::Access));
            contents(memory, ask, scope, &mut judged);
        }
        None => {}
    }
    judged.checks.extend(lone_chip_fault(memory, &judged.checks));
    complete(&mut judged.checks, ask);
    judged
}

fn contents(memory: &Memory, ask: &Inspection<'_>, scope: Scope, judged: &mut Judged) {
    let unreadable = |detail: String| Check::failed(CheckName::Reading, Verdict::Unreadable, detail);
    let checks = &mut judged.checks;
    if let Some(fault) = &memory.security_object_fault {
        checks.push(unreadable(format!("EF.SOD: {fault}")));
        return;
    }
    let Some(read) = &memory.security_object else { return };
    let SecurityObjectRead { digest, passive, signed } = read;
    checks.extend(passive.iter().flat_map(authenticity::checks));
    let (signed, passive) = match (signed, passive) {
        (Ok(Some(signed)), Some(passive)) => (signed, passive),
        (Err(fault), _) => {
            checks.push(unreadable(fault.clone()));
            return;
        }
        _ => return,
    };
    let mut faults: Vec<String> =
        memory.faults.iter().map(|(file, fault)| format!("{file}: {fault}")).collect();
    let (holder, unparsed) = Holder::parse(&memory.files);
    faults.extend(unparsed.iter().map(ToString::to_string));
    judged.accepted = facts(&holder, *digest, ask.at);
    if faults.is_empty() && judged.accepted.is_none() {
        faults.push("DG1 holds no card number of ours, or DG13 is missing".to_owned());
    }
    checks.push(match faults.is_empty() {
        true => Check::passed(CheckName::Reading),
        false => unreadable(faults.join("; ")),
    });
    judged.signed_at = passive.signed_at();
    known_time(ask, checks);
    trust_until(ask, checks);
    let unread = (scope == Scope::Text).then_some(PORTRAIT);
    checks.push(consistency::data_groups(&memory.files, signed, unread));
    let security = memory.security.as_ref();
    checks.push(consistency::consistency(&memory.files, &holder, passive, security, ask));
    checks.push(consistency::card_validity(&holder, ask));
    let entry = holder.membership.as_ref().map(|membership| membership.status);
    checks.push(card_status(entry, passive.signer(), ask));
    checks.push(chip_proof(memory, signed, ask));
    if let Some(second) = ask.second_signature {
        checks.push(second_signature::judge(memory, passive.content(), second, ask.policy, ask.at));
    }
    judged.holder = Some(holder);
}

/// Every proof that was due has convinced, and everything that promises one is there.
fn chip_proof(memory: &Memory, signed: &SecurityObject, ask: &Inspection<'_>) -> Check {
    let name = CheckName::ChipProof;
    let not_proven = |detail: String| Check::failed(name, Verdict::ChipNotProven, detail);
    if let Some((proof, (verdict, why))) = memory.failed_proofs().next() {
        return Check::failed(name, verdict, format!("{}: {why}", proof.texts().0));
    }
    if let Some(why) = memory.foreign_security {
        return not_proven(why.to_owned());
    }
    let Some(due) = &memory.due else {
        // DG14, which says what is owed, was signed and is withheld or altered; a reading that was broken off has not come to it
        let known = Owed::read(signed, &memory.files).is_some();
        let withheld = memory.promises_withheld || (memory.files.has(FileId::Dg(14)) && !known);
        return match signed.hash_of(14) {
            Some(_) if withheld => {
                not_proven("DG14 is signed, but what it says of the chip is not known".to_owned())
            }
            _ => Check::not_reached(name),
        };
    };
    let convinced: Vec<&str> = memory.convinced().map(|proof| proof.texts().0).collect();
    if due.iter().any(|proof| memory.outcome_of(*proof).is_none()) {
        return Check::not_reached(name);
    }
    match (convinced.as_slice(), ask.chip_proof) {
        ([], ChipProofPolicy::Required) => {
            not_proven("the card promises no proof that its chip is genuine".to_owned())
        }
        ([], ChipProofPolicy::IfPromised) => Check::not_offered(name),
        (convinced, _) => Check { detail: Some(convinced.join(", ")), ..Check::passed(name) },
    }
}

/// A proof that failed so early that nothing else was read is reported all the same.
fn lone_chip_fault(memory: &Memory, checks: &[Check]) -> Option<Check> {
    let done = checks.iter().any(|check| check.name == CheckName::ChipProof);
    let (proof, (verdict, why)): (Proof, _) = memory.failed_proofs().next().filter(|_| !done)?;
    Some(Check::failed(CheckName::ChipProof, verdict, format!("{}: {why}", proof.texts().0)))
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

/// What is trusted counts until its own end, whatever the lists in it say.
fn trust_until(ask: &Inspection<'_>, checks: &mut [Check]) {
    if let (Some(until), Some(data)) =
        (ask.trust_until, checks.iter_mut().find(|check| check.name == CheckName::TrustData))
        && ask.at > until
    {
        *data = Check::failed(
            CheckName::TrustData,
            Verdict::TrustDataStale,
            format!("the trust data of this station counted until {until}"),
        );
    }
}

fn facts(holder: &Holder, security_object_digest: [u8; 32], at: Timestamp) -> Option<Accepted> {
    let card_number = CardNumber::parse(&holder.mrz.as_ref()?.document_number()).ok()?;
    let status = holder.membership.as_ref()?.status;
    Some(Accepted { card_number, security_object_digest, status, at })
}

/// Checks that were not reached are reported as such, each in its place.
fn complete(checks: &mut Vec<Check>, ask: &Inspection<'_>) {
    let done = std::mem::take(checks);
    let second = ask.second_signature.map(|_| CheckName::SecondSignature);
    *checks = CheckName::all()
        .chain(second)
        .map(|name| {
            let found = done.iter().find(|check| check.name == name).cloned();
            found.unwrap_or_else(|| Check::not_reached(name))
        })
        .collect();
}
