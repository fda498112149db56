//! Reading the files of a card back into values. Every function takes the whole file and refuses what comes after it.
//!
//! Reading is strict about structure and lenient where real cards are: superfluous zero bytes in a length field, elements of a SET out of order, unknown
//! data objects in a template whose content is optional. Nothing panics on any input; errors name the file and the byte.

mod error;

pub use error::{ReadError, ValueFault};

use chipwright_iso7816::tlv::Tlv;
use chipwright_iso7816::{Aid, Tag};

use crate::dg2::FaceImage;
use crate::dg11::PersonalDetails;
use crate::dg12::DocumentDetails;
use crate::dg13::MembershipRecord;
use crate::ef_com::CommonData;
use crate::member::is_invisible;
use crate::security_infos::SecurityInfos;
use crate::security_object::SecurityObject;
use crate::{BufferSizes, FileId, Td1};

/// DG1: the machine readable zone.
///
/// # Errors
/// [`ReadError`].
pub fn dg1(data: &[u8]) -> Result<Td1, ReadError> {
    crate::dg1::decode(data)
}

/// DG2: the portrait.
///
/// # Errors
/// [`ReadError`].
pub fn dg2(data: &[u8]) -> Result<FaceImage<'_>, ReadError> {
    FaceImage::from_bytes(data)
}

/// DG11: name in national characters, date and place of birth.
///
/// # Errors
/// [`ReadError`].
pub fn dg11(data: &[u8]) -> Result<PersonalDetails, ReadError> {
    PersonalDetails::from_bytes(data)
}

/// DG12: issuing unit and date of issue.
///
/// # Errors
/// [`ReadError`].
pub fn dg12(data: &[u8]) -> Result<DocumentDetails, ReadError> {
    DocumentDetails::from_bytes(data)
}

/// DG13: the membership record.
///
/// # Errors
/// [`ReadError`].
pub fn dg13(data: &[u8]) -> Result<MembershipRecord, ReadError> {
    MembershipRecord::from_bytes(data)
}

/// DG14: the signed SecurityInfos.
///
/// # Errors
/// [`ReadError`].
pub fn dg14(data: &[u8]) -> Result<SecurityInfos, ReadError> {
    let (template, offset) = template(FileId::Dg(14), data)?;
    SecurityInfos::read(FileId::Dg(14), template, offset)
}

/// DG15: the DER of the SubjectPublicKeyInfo of Active Authentication.
///
/// # Errors
/// [`ReadError`].
pub fn dg15(data: &[u8]) -> Result<&[u8], ReadError> {
    template(FileId::Dg(15), data).map(|(key, _)| key)
}

/// DG15: the public key of Active Authentication, if it is one on P-256.
///
/// # Errors
/// [`ReadError`].
pub fn active_authentication_key(data: &[u8]) -> Result<Option<crate::PublicPoint>, ReadError> {
    dg15(data).map(crate::security_infos::authentication::public_point)
}

/// The eContent of EF.CardSecurity: the signed SecurityInfos.
///
/// # Errors
/// [`ReadError`].
pub fn card_security_infos(data: &[u8]) -> Result<SecurityInfos, ReadError> {
    SecurityInfos::read(FileId::CardSecurity, data, 0)
}

/// EF.COM: versions and the list of data groups.
///
/// # Errors
/// [`ReadError`].
pub fn com(data: &[u8]) -> Result<CommonData, ReadError> {
    CommonData::from_bytes(data)
}

/// The CMS SignedData in EF.SOD.
///
/// # Errors
/// [`ReadError`].
pub fn sod(data: &[u8]) -> Result<&[u8], ReadError> {
    template(FileId::Sod, data).map(|(cms, _)| cms)
}

/// The eContent of EF.SOD: the LDSSecurityObject.
///
/// # Errors
/// [`ReadError`].
pub fn security_object(data: &[u8]) -> Result<SecurityObject, ReadError> {
    SecurityObject::from_der(data)
}

/// EF.CardAccess: the unsigned SecurityInfos.
///
/// # Errors
/// [`ReadError`].
pub fn card_access(data: &[u8]) -> Result<SecurityInfos, ReadError> {
    SecurityInfos::read(FileId::CardAccess, data, 0)
}

/// EF.ATR/INFO: the buffers of the chip, if it tells them.
///
/// # Errors
/// [`ReadError`].
pub fn atr_info(data: &[u8]) -> Result<Option<BufferSizes>, ReadError> {
    crate::issuer_files::decode_atr_info(data)
}

/// EF.DIR: AID and label of every application.
///
/// # Errors
/// [`ReadError`].
pub fn dir(data: &[u8]) -> Result<Vec<(Aid, Option<String>)>, ReadError> {
    crate::issuer_files::decode_dir(data)
}

/// The value of the one template a file holds, and its offset.
pub(crate) fn template(file: FileId, data: &[u8]) -> Result<(&[u8], usize), ReadError> {
    let tlv = template_tlv(file, data)?;
    Ok((tlv.value, tlv.value_offset))
}

pub(crate) fn template_tlv(file: FileId, data: &[u8]) -> Result<Tlv<'_>, ReadError> {
    Tlv::parse_expected(data, file.tag().unwrap_or(Tag(0))).map_err(ReadError::tlv(file, 0))
}

/// A data object's text; its value stands at `at` in the file.
pub(crate) fn utf8(file: FileId, tlv: &Tlv<'_>, at: usize) -> Result<String, ReadError> {
    std::str::from_utf8(tlv.value)
        .map(str::to_owned)
        .map_err(|error| ReadError::value(file, at + error.valid_up_to(), ValueFault::Utf8(tlv.tag)))
}

/// As [`utf8`], for people to read: what steers a terminal or hides in a line is replaced by U+FFFD.
pub(crate) fn text(file: FileId, tlv: &Tlv<'_>, at: usize) -> Result<String, ReadError> {
    let shown = |c: char| if c.is_control() || is_invisible(c) { char::REPLACEMENT_CHARACTER } else { c };
    utf8(file, tlv, at).map(|text| text.chars().map(shown).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(data: &[u8]) {
        let _ = (dg1(data), dg2(data), dg11(data), dg12(data), dg13(data), dg14(data), com(data), sod(data));
        let _ = (security_object(data), card_access(data), atr_info(data), dir(data));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(data in prop::collection::vec(any::<u8>(), 0..300)) {
            all(&data);
        }

        /// A right outer tag and length, so that the inner readers are reached.
        #[test]
        fn no_template_panics(tag in prop::sample::select(vec![0x61u32, 0x75, 0x6B, 0x6C, 0x6D, 0x6E, 0x60, 0x77, 0x31, 0x30]),
                              inner in prop::sample::select(vec![0x5F1Fu32, 0x7F61, 0x5C, 0x30, 0x31, 0x5F01, 0x02]),
                              value in prop::collection::vec(any::<u8>(), 0..120)) {
            let data = chipwright_iso7816::tlv::encode(Tag(tag), &chipwright_iso7816::tlv::encode(Tag(inner), &value));
            all(&data);
        }
    }
}
