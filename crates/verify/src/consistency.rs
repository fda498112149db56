//! Files that must agree with each other, and the card's own dates.

use crate::check::{Check, CheckName};
use crate::files::Files;
use crate::holder::Holder;
use crate::inspect::Inspection;
use crate::verdict::Verdict;
use chipwright_channel::pace::{MrzKey, Password};
use chipwright_pki::certificate::Certificate;
use chipwright_profile::security_object::SecurityObject;
use chipwright_profile::{FileId, read};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Data groups without which a card is not one of ours.
const MANDATORY: [u8; 4] = [1, 2, 13, 14];

/// Every data group has the hash that was signed; the mandatory ones are among them.
pub(crate) fn data_groups(files: &Files, signed: &SecurityObject) -> Check {
    let name = CheckName::DataGroups;
    let mut altered = Vec::new();
    let mut unread = Vec::new();
    for (number, _) in signed.hashes() {
        match files.data_group(number) {
            None => unread.push(format!("DG{number}")),
            Some(file) if signed.matches(number, file) != Some(true) => altered.push(format!("DG{number}")),
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

/// The document code is one the signer may sign; EF.CardAccess, which is unsigned, says nothing that DG14 does not say; the MRZ that opened the card is
/// the one in DG1.
pub(crate) fn consistency(
    files: &Files,
    holder: &Holder,
    signer: Option<&Certificate>,
    ask: &Inspection<'_>,
) -> Check {
    let name = CheckName::Consistency;
    let (Some(mrz), Some(signer)) = (&holder.mrz, signer) else { return Check::not_reached(name) };
    let altered = |detail: &str| Check::failed(name, Verdict::DataAltered, detail);
    let code = mrz.document_code().trim_end_matches('<');
    let allowed = signer.document_types().unwrap_or_default();
    if !allowed.iter().any(|entry| entry.trim_end_matches('<') == code) {
        return Check::failed(
            name,
            Verdict::IssuerUnknown,
            format!("the signer may not sign documents of type {code}"),
        );
    }
    match (files.data_group(14).map(read::dg14), files.get(FileId::CardAccess).map(read::card_access)) {
        (Some(Ok(signed)), Some(Ok(unsigned))) if signed.contains_all(&unsigned) => {}
        (Some(Ok(_)), Some(Ok(_))) => return altered("EF.CardAccess offers what DG14 does not"),
        _ => return Check::failed(name, Verdict::Unreadable, "DG14 or EF.CardAccess cannot be read"),
    }
    if let Password::Mrz(key) = ask.password
        && *key != MrzKey::from_information(mrz.mrz_information().expose())
    {
        return altered("DG1 is not the machine readable zone that opened the card");
    }
    Check::passed(name)
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
