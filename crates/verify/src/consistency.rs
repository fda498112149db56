//! Files that must agree with each other, and the card's own dates.

use crate::check::{Check, CheckName};
use crate::files::Files;
use crate::holder::Holder;
use crate::inspect::Inspection;
use crate::owed::Security;
use crate::verdict::Verdict;
use chipwright_channel::pace::{MrzKey, Password};
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::Tlv;
use chipwright_pki::report::SecurityObjectReport;
use chipwright_profile::security_object::SecurityObject;
use chipwright_profile::{FileId, SecurityInfos, read};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// `id-PACE`: 0.4.0.127.0.7.2.2.4.
const ID_PACE: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04];
/// `id-TA`: 0.4.0.127.0.7.2.2.2.
const ID_TA: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02];
/// `id-CA`: 0.4.0.127.0.7.2.2.3.
const ID_CA: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03];

/// Data groups without which a card is not one of ours.
const MANDATORY: [u8; 4] = [1, 2, 13, 14];

/// Every data group has the hash that was signed; the mandatory ones are among them. `but` is not looked at.
pub(crate) fn data_groups(files: &Files, signed: &SecurityObject, but: Option<u8>) -> Check {
    let name = CheckName::DataGroups;
    let mut altered = Vec::new();
    let mut unread = Vec::new();
    for (number, _) in signed.hashes().filter(|(number, _)| Some(*number) != but) {
        match files.data_group(number) {
            None => unread.push(format!("DG{number}")),
            Some(_) if !files.is_signed(signed, number) => altered.push(format!("DG{number}")),
            Some(_) => {}
        }
    }
    let missing: Vec<String> = MANDATORY
        .iter()
        .filter(|number| signed.hash_of(**number).is_none())
        .map(|number| format!("DG{number}"))
        .collect();
    if !altered.is_empty() {
        Check::failed(name, Verdict::DataAltered, format!("altered: {}", altered.join(", ")))
    } else if !missing.is_empty() {
        Check::failed(name, Verdict::DataAltered, format!("not signed: {}", missing.join(", ")))
    } else if !unread.is_empty() {
        Check::failed(name, Verdict::Unreadable, format!("signed but not readable: {}", unread.join(", ")))
    } else {
        Check::passed(name)
    }
}

/// The document code is one the signer may sign; EF.CardAccess, which is unsigned, says what DG14 says of PACE and of the general authentication procedure,
/// no more and no less, and nothing that EF.CardSecurity does not say; the MRZ that opened the card is the one in DG1.
pub(crate) fn consistency(
    files: &Files,
    holder: &Holder,
    passive: &SecurityObjectReport,
    security: Option<&Security>,
    ask: &Inspection<'_>,
) -> Check {
    let name = CheckName::Consistency;
    let (Some(mrz), Some(signer)) = (&holder.mrz, passive.signer()) else { return Check::not_reached(name) };
    let altered = |detail: &str| Check::failed(name, Verdict::DataAltered, detail);
    let code = mrz.document_code().trim_end_matches('<');
    let allowed = signer.document_types().unwrap_or_default();
    let is_code = |entry: &String| entry.trim_end_matches('<') == code;
    if !allowed.iter().any(is_code) {
        return Check::failed(
            name,
            Verdict::IssuerUnknown,
            format!("the signer may not sign documents of type {code}"),
        );
    }
    if ask.document_types.is_some_and(|wanted| !wanted.iter().any(is_code)) {
        return Check::failed(
            name,
            Verdict::IssuerUnknown,
            format!("documents of type {code} do not count here"),
        );
    }
    match (files.data_group(14).map(read::dg14), files.get(FileId::CardAccess).map(read::card_access)) {
        (Some(Ok(signed)), Some(Ok(unsigned))) => {
            if !signed.contains_all(&unsigned) {
                return altered("EF.CardAccess offers what DG14 does not");
            }
            if !access_infos(&signed).all(|info| unsigned.iter().any(|(_, other)| other == info)) {
                return altered("EF.CardAccess does not offer what DG14 does");
            }
            if let Some((verdict, why)) = security.and_then(|security| security.fault.clone()) {
                return Check::failed(name, verdict, format!("EF.CardSecurity: {why}"));
            }
            if let Some(why) = security.and_then(|security| security.refused_beside(passive)) {
                return Check::failed(name, Verdict::Revoked, format!("EF.CardSecurity: {why}"));
            }
            let infos = security.and_then(|security| security.infos.as_ref());
            if infos.is_some_and(|infos| !infos.contains_all(&unsigned)) {
                return altered("EF.CardAccess offers what EF.CardSecurity does not");
            }
        }
        _ => return Check::failed(name, Verdict::Unreadable, "DG14 or EF.CardAccess cannot be read"),
    }
    if let Password::Mrz(key) = ask.password
        && *key != MrzKey::from_information(mrz.mrz_information().expose())
    {
        return altered("DG1 is not the machine readable zone that opened the card");
    }
    Check::passed(name)
}

/// What DG14 repeats of EF.CardAccess: PACE, Terminal Authentication, Chip Authentication version 2.
fn access_infos(signed: &SecurityInfos) -> impl Iterator<Item = &[u8]> {
    signed.iter().filter(|(protocol, info)| of_access(protocol.as_bytes(), info)).map(|(_, info)| info)
}

fn of_access(protocol: &[u8], info: &[u8]) -> bool {
    protocol.starts_with(&ID_PACE)
        || protocol.starts_with(&ID_TA)
        || (protocol.starts_with(&ID_CA) && version(info) == Some(2))
}

/// The INTEGER after the protocol, if it is a small one.
fn version(info: &[u8]) -> Option<u8> {
    let mut fields = Tlv::parse_one(info).ok()?.children().ok()?;
    fields.next().ok()??;
    let version = fields.expect(Tag(0x02)).ok()?;
    match version.value {
        [version] => Some(*version),
        _ => None,
    }
}

/// Issued not after, and expiring not before, the day of the inspection (in UTC; the day of expiry itself still counts).
pub(crate) fn card_validity(holder: &Holder, ask: &Inspection<'_>) -> Check {
    let name = CheckName::CardValidity;
    let today: Date = ask.at.to_zoned(TimeZone::UTC).date();
    let Some(mrz) = &holder.mrz else { return Check::not_reached(name) };
    let expires = mrz.expires();
    if expires < today {
        return Check::failed(name, Verdict::Expired, format!("expired on {expires}"));
    }
    match holder.document.as_ref().and_then(|document| document.issued) {
        // a day of grace: issued in a time zone ahead of UTC
        Some(issued) if issued > today.tomorrow().unwrap_or(today) => {
            Check::failed(name, Verdict::NotYetValid, format!("issued on {issued}"))
        }
        _ => Check::passed(name),
    }
}
