//! The files of a card, and the machine readable zone.
//!
//! - No bytes make a reader panic; an error names a place inside the file and says something.
//! - What is read is written and read again as the same value, where there is a writer.
//! - No text that was read steers a terminal.
//! - A file in the shortest form is written back byte for byte (DG1, DG13, EF.COM).

use chipwright_channel::pace;
use chipwright_iso7816::tlv::Reader;
use chipwright_profile::dg11::PersonalDetails;
use chipwright_profile::read::{self, ReadError};
use chipwright_profile::{FileId, Td1, dg1};

/// The target.
pub fn run(data: &[u8]) {
    identity(data);
    if let Some(face) = checked(data, read::dg2(data)) {
        assert!(data.ends_with(face.image) || data.windows(face.image.len()).any(|part| part == face.image));
    }
    if let Some(cms) = checked(data, read::sod(data)) {
        assert!(data.ends_with(cms));
    }
    if let Some(object) = checked(data, read::security_object(data)) {
        let count = object.hashes().count();
        assert!((2..=16).contains(&count));
        for (number, hash) in object.hashes() {
            assert!((1..=16).contains(&number) && hash.len() == object.algorithm().length());
            assert_eq!(object.hash_of(number), Some(hash));
            assert_eq!(object.matches(number, data), Some(hash == object.algorithm().digest(data)));
        }
    }
    security_infos(data);
    let _ = checked(data, read::atr_info(data));
    let labels =
        checked(data, read::dir(data)).unwrap_or_default().into_iter().filter_map(|(_, label)| label);
    assert!(labels.collect::<Vec<_>>().iter().all(is_harmless));
}

/// Text that steers no terminal.
#[allow(clippy::ptr_arg, reason = "as iterators hand it out")]
fn is_harmless(text: &String) -> bool {
    !text.chars().any(char::is_control)
}

/// Files with a writer.
fn identity(data: &[u8]) {
    let shortest = is_shortest(data);
    if let Some(mrz) = checked(data, read::dg1(data)) {
        let file = dg1::encode_file(&mrz);
        assert_eq!(read::dg1(&file), Ok(mrz.clone()));
        assert!(!shortest || file == data, "DG1");
        zone(&mrz);
    }
    if let Ok(mrz) = Td1::parse(data) {
        assert_eq!(mrz.as_bytes(), data);
        zone(&mrz);
    }
    if let Some(details) = checked(data, read::dg11(data)) {
        let texts = [details.name(), details.place_of_birth.clone().unwrap_or_default()];
        assert!(texts.iter().all(is_harmless), "{texts:?}");
        let again = read::dg11(&details.to_bytes());
        assert!(again.as_ref() == Ok(&details), "DG11 {}", differs(&details, again.as_ref()));
    }
    if let Some(details) = checked(data, read::dg12(data)) {
        assert!(details.issuing_authority.iter().all(is_harmless));
        assert_eq!(read::dg12(&details.to_bytes()), Ok(details));
    }
    if let Some(record) = checked(data, read::dg13(data)) {
        let file = record.to_bytes();
        assert_eq!(read::dg13(&file), Ok(record));
        assert!(!shortest || file == data, "DG13");
    }
    if let Some(common) = checked(data, read::com(data)) {
        let file = common.to_bytes();
        assert_eq!(read::com(&file), Ok(common));
        assert!(!shortest || file == data, "EF.COM");
    }
}

fn differs(details: &PersonalDetails, again: Result<&PersonalDetails, &ReadError>) -> String {
    format!(
        "{:?} {:?} read again: {:?}",
        details.primary,
        details.secondary,
        again.map(|d| (&d.primary, &d.secondary))
    )
}

fn zone(mrz: &Td1) {
    assert_eq!(mrz.lines().concat().as_bytes(), mrz.as_bytes());
    assert!(!mrz.document_number().ends_with('<') && mrz.optional_data().0.len() <= 15);
    assert!(!mrz.name().0.is_empty() && !mrz.name().1.contains('<'));
    assert!((2000..2100).contains(&mrz.expires().year()), "{}", mrz.expires());
    let _ = (mrz.birth(), mrz.sex(), mrz.nationality(), mrz.document_code(), mrz.issuing_state());
    // The host that is told number and dates has the key of the card that was told the zone.
    let expiry = mrz.expires().strftime("%y%m%d").to_string();
    if let Ok(key) = pace::MrzKey::new(&mrz.document_number(), mrz.birth(), &expiry) {
        assert!(key == pace::MrzKey::from_hash(*mrz.mrz_information().key()), "{}", mrz.document_number());
    }
}

/// EF.CardAccess and DG14, by both readers.
fn security_infos(data: &[u8]) {
    if let Some(infos) = checked(data, read::card_access(data)) {
        let again = read::card_access(&infos.to_der()).unwrap();
        assert!(infos.contains_all(&again) && again.contains_all(&infos));
        assert_eq!(again.pace(), infos.pace());
        assert!(infos.iter().count() > 0);
    }
    let _ = checked(data, read::dg14(data));
    match pace::choose(data) {
        Ok(info) => assert!(matches!(info.parameter_id(), 12 | 13) && info.version() == 2),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn checked<T>(data: &[u8], outcome: Result<T, ReadError>) -> Option<T> {
    outcome
        .map_err(|error| {
            assert!(error.offset() <= data.len(), "{error}");
            assert!(!error.to_string().is_empty());
            assert!(
                matches!(error.file(), FileId::Dg(1..=16))
                    || error.file().tag() != Some(chipwright_iso7816::Tag(0))
            );
        })
        .ok()
}

/// Whether every length field, at every level, is as short as it can be.
fn is_shortest(data: &[u8]) -> bool {
    fn level(mut reader: Reader<'_>) -> bool {
        loop {
            match reader.next() {
                Ok(None) => return true,
                Ok(Some(tlv)) if tlv.tag.is_constructed() => match tlv.children() {
                    Ok(children) if level(children.clone()) => {}
                    _ => return false,
                },
                Ok(Some(_)) => {}
                Err(_) => return false,
            }
        }
    }
    level(Reader::strict(data))
}
