//! The check of one file of records: every record, and the chain through them.

use std::collections::{BTreeMap, BTreeSet};

use chipwright_pki::check::check_signer;
use chipwright_pki::cv::Category;
use chipwright_pki::{Certificate, Policy, TrustStore};
use chipwright_profile::CardNumber;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::record::{Head, SignedRecord};
use crate::report::{CheckedRecord, FileReport, Finding, Tail};

/// What the records are held against.
#[derive(Debug)]
pub struct Expectation<'a> {
    /// The card they were read from, by its signed data.
    pub card: &'a CardNumber,
    /// Certificates of signers: those of EF.Certificates, and others at hand.
    pub certificates: &'a [Certificate],
    /// Who is trusted.
    pub trust: &'a TrustStore,
    /// What is demanded.
    pub policy: &'a Policy,
    /// Now.
    pub at: Timestamp,
}

/// Checks the records of one file, in the order they lie in, against a head known from elsewhere where there is one.
#[must_use]
pub fn verify(
    category: Category,
    records: &[impl AsRef<[u8]>],
    anchor: Option<&Head>,
    expected: &Expectation<'_>,
) -> FileReport {
    let mut findings = Vec::new();
    let mut read = Vec::new();
    let hashes: Vec<[u8; 32]> = records.iter().map(|bytes| Sha256::digest(bytes).into()).collect();
    for (index, bytes) in records.iter().enumerate() {
        let position = u16::try_from(index + 1).unwrap_or(u16::MAX);
        match SignedRecord::parse(bytes.as_ref()) {
            Ok(record) => read.push((position, record)),
            Err(error) => findings.push(Finding::Unreadable { position, error }),
        }
    }
    order(&read, &hashes, &mut findings);
    let records: Vec<CheckedRecord> = read
        .into_iter()
        .map(|(position, record)| {
            let before = findings.len();
            one(category, &record, expected, &mut findings);
            CheckedRecord { position, record, good: findings.len() == before }
        })
        .collect();
    links(&records, &hashes, &mut findings);
    let tail = tail(&records, anchor, &mut findings);
    let head = records.last().map_or(Head::EMPTY, |last| last.record.head());
    let mut report = FileReport { category, records, findings, tail, head };
    mark(&mut report);
    report
}

/// Numbers: missing, twice, out of order.
fn order(read: &[(u16, SignedRecord)], hashes: &[[u8; 32]], findings: &mut Vec<Finding>) {
    let strays = strays(read, hashes);
    let readable: BTreeSet<u16> = read.iter().map(|(position, _)| *position).collect();
    let mut seen: BTreeSet<u16> = strays.difference(&readable).copied().collect();
    let mut highest = 0;
    for (position, record) in read {
        let number = record.number();
        if strays.contains(position) {
            findings.push(match seen.contains(&number) {
                true => Finding::Repeated { position: *position, number },
                false => Finding::Reordered { position: *position, number },
            });
            seen.insert(*position);
            highest = highest.max(*position);
            continue;
        }
        if !seen.insert(number) {
            findings.push(Finding::Repeated { position: *position, number });
        } else if number < highest {
            findings.push(Finding::Reordered { position: *position, number });
        }
        highest = highest.max(number);
    }
    // a record that cannot be read may be the one whose number is missing
    if (1..).take(hashes.len()).all(|place| readable.contains(&place) || strays.contains(&place)) {
        let missing = (1..=highest).filter(|number| !seen.contains(number));
        findings.extend(missing.map(|number| Finding::Removed { number }));
    }
}

/// Places of what is not the record of its place, and was there when the record after it was made: that one carries its hash.
/// Nothing was removed there.
fn strays(read: &[(u16, SignedRecord)], hashes: &[[u8; 32]]) -> BTreeSet<u16> {
    let at: BTreeMap<u16, &SignedRecord> =
        read.iter().map(|(position, record)| (*position, record)).collect();
    let in_place = |place: u16| at.get(&place).is_some_and(|record| record.number() == place);
    let mut strays = BTreeSet::new();
    for (index, hash) in hashes.iter().enumerate().rev() {
        let place = u16::try_from(index + 1).unwrap_or(u16::MAX);
        let next = place.saturating_add(1);
        let linked = in_place(next) && at.get(&next).is_some_and(|record| record.previous() == hash);
        if !in_place(place) && (linked || strays.contains(&next)) {
            strays.insert(place);
        }
    }
    strays
}

/// What a record is by itself.
fn one(category: Category, record: &SignedRecord, expected: &Expectation<'_>, findings: &mut Vec<Finding>) {
    let number = record.number();
    if record.category() != category {
        findings.push(Finding::OtherCategory { number, category: record.category() });
    }
    if record.card() != expected.card {
        findings.push(Finding::ForeignCard { number, card: record.card().clone() });
    }
    let Some(signer) = expected.certificates.iter().find(|certificate| record.is_signed_by(certificate))
    else {
        let known = expected
            .certificates
            .iter()
            .any(|certificate| certificate.subject_key_identifier() == Some(&record.signer()[..]));
        findings.push(if known { Finding::Altered { number } } else { Finding::UnknownSigner { number } });
        return;
    };
    if !signer.may_sign_records() {
        findings.push(Finding::NotASigner { number });
    }
    let signed_at = instant_of(record.recorded_on(), signer);
    let failures = check_signer(signer, signed_at, expected.trust, expected.policy, expected.at);
    findings.extend(failures.into_iter().map(|failure| Finding::UntrustedSigner { number, failure }));
}

/// An instant of the day on which the key was in use, if there is one: records know days only, and their day may be that of any
/// time zone, from UTC+14 to UTC-12.
fn instant_of(day: Date, signer: &Certificate) -> Timestamp {
    let hours = |count| SignedDuration::from_hours(count);
    let midnight = day.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |at| at.timestamp());
    let first = midnight.saturating_sub(hours(14)).unwrap_or(Timestamp::MIN);
    let last = midnight.saturating_add(hours(36)).unwrap_or(Timestamp::MAX);
    let began = signer.private_key_usage().unwrap_or(signer.validity()).not_before;
    if (first..last).contains(&began) { began } else { first }
}

/// Each record carries the hash of the one before it.
fn links(records: &[CheckedRecord], hashes: &[[u8; 32]], findings: &mut Vec<Finding>) {
    let mut before = Head::EMPTY;
    for checked in records {
        let record = &checked.record;
        // whatever lies before it, readable or not
        let under = usize::from(checked.position).checked_sub(2).and_then(|index| hashes.get(index));
        let follows = record.number() == checked.position && under == Some(record.previous());
        // where a number is missing or out of order, that is the finding
        if !follows && record.number() == before.number.saturating_add(1) && record.previous() != &before.hash
        {
            findings.push(Finding::Unlinked { number: record.number() });
        }
        before = record.head();
    }
}

fn tail(records: &[CheckedRecord], anchor: Option<&Head>, findings: &mut Vec<Finding>) -> Tail {
    let Some(anchor) = anchor else { return Tail::NotAnchored };
    let last = records.iter().map(|checked| checked.record.number()).max().unwrap_or(0);
    if last < anchor.number {
        findings.push(Finding::TailRemoved { first: last + 1, last: anchor.number });
        return Tail::Broken;
    }
    let known = records.iter().find(|checked| checked.record.number() == anchor.number);
    if anchor.number > 0 && known.is_none_or(|checked| checked.record.hash() != anchor.hash) {
        findings.push(Finding::TailReplaced { number: anchor.number });
        return Tail::Broken;
    }
    Tail::Anchored { newer: last - anchor.number }
}

/// A record that a finding about the chain names is not good either.
fn mark(report: &mut FileReport) {
    for finding in &report.findings {
        let named = match finding {
            Finding::Reordered { number, .. }
            | Finding::Repeated { number, .. }
            | Finding::Unlinked { number }
            | Finding::TailReplaced { number } => *number,
            _ => continue,
        };
        for checked in report.records.iter_mut().filter(|checked| checked.record.number() == named) {
            checked.good = false;
        }
    }
}
