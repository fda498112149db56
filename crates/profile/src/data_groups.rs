//! The data groups of one card, hashed, ready to be signed.

use std::fmt;

use jiff::civil::Date;

use crate::chip::{ChipFeatures, ChipKeys, KeyReference};
use crate::dg11::PersonalDetails;
use crate::dg12::DocumentDetails;
use crate::dg13::MembershipRecord;
use crate::ef_com::CommonData;
use crate::issuer_files::IssuerFiles;
use crate::member::Member;
use crate::mrz::{MrzInformation, Td1, Td1Fields};
use crate::portrait::FittedPortrait;
use crate::security_infos::authentication::active_authentication_key;
use crate::signed_profile::{AccessSecrets, SignedProfile};
use crate::terms::TermsError;
use crate::{Allocation, FileId, IssueTerms, dg1, dg2, security_object};
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::encode;

/// Room for all files but DG2 together, bytes (card contract, CHIP-01).
pub const FILES_BUDGET: usize = 8 * 1024;

/// Bytes of a page of the chip's memory (`applet-spec/tables/budget.toml`).
const PAGE: usize = 64;

/// Files of a whole card, EF.SOD and EF.CardSecurity included.
const ALL_FILES: usize = 14;

/// Why a card's files cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The terms of the batch are wrong.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// The card would be issued before the member was admitted.
    #[error("the date of issue lies before the member's admission")]
    IssuedBeforeAdmitted,
    /// The chip made no key for a protection that the terms name.
    #[error("the chip has made no key for {0}")]
    KeyMissing(KeyReference),
    /// The chip made a key for a protection that the terms do not name.
    #[error("the chip holds a key for {0}, which these cards do not offer")]
    KeyNotWanted(KeyReference),
    /// The card carries EF.CardSecurity, and it was not signed.
    #[error("EF.CardSecurity is not signed")]
    CardSecurityMissing,
    /// EF.CardSecurity was signed for a card that does not carry it.
    #[error("these cards have no EF.CardSecurity")]
    CardSecurityNotWanted,
    /// A file is larger than its place on the chip (`applet-spec/tables/dgi.toml`).
    #[error("{file} has {size} bytes, and the chip has room for {most}")]
    FileTooLarge {
        /// The file.
        file: FileId,
        /// Its size.
        size: usize,
        /// The room for it.
        most: usize,
    },
    /// The chip's directory has no room for one more object.
    #[error(
        "the card would have {held} objects, and the chip has room for 20: a second signature does not fit beside PIN, records and every file"
    )]
    TooManyObjects {
        /// How many.
        held: usize,
    },
    /// The files other than DG2 are larger than their place on the chip.
    #[error("the files other than DG2 have {size} bytes together, and the chip has room for {FILES_BUDGET}")]
    FilesTooLarge {
        /// Their size.
        size: usize,
    },
}

/// The files of one card but EF.SOD, and the secrets that open it.
pub struct DataGroups {
    files: Vec<(FileId, Vec<u8>)>,
    hashes: Vec<(u8, [u8; 32])>,
    lds_security_object: Vec<u8>,
    card_security_infos: Option<Vec<u8>>,
    chip: ChipFeatures,
    keys: ChipKeys,
    mrz: Td1,
    secrets: AccessSecrets,
}

impl DataGroups {
    /// Makes DG1, DG2, DG11 to DG15, EF.COM and the issuer's files, hashes the data groups (SHA-256) and writes the LDSSecurityObject over them.
    /// `keys` are those that the chip made for the features of the terms.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn build(
        member: &Member,
        portrait: &FittedPortrait,
        allocation: &Allocation,
        terms: &IssueTerms,
        keys: &ChipKeys,
    ) -> Result<Self, BuildError> {
        terms.check()?;
        if terms.issued < member.admitted() {
            return Err(BuildError::IssuedBeforeAdmitted);
        }
        check_keys(&terms.chip, keys)?;
        let mrz = zone(member, allocation, terms);
        let issuer_files = IssuerFiles::new(terms);
        let access = issuer_files.card_access();
        let mut groups = data_groups(member, portrait, allocation, terms, &mrz);
        groups.push((14, encode(Tag(0x6E), &access.for_dg14(&terms.chip, keys).to_der())));
        if let Some(key) = &keys.aa {
            groups.push((15, encode(Tag(0x6F), &active_authentication_key(key))));
        }
        let card_security_infos =
            terms.chip.has_card_security().then(|| access.for_card_security(keys).to_der());
        let hashes: Vec<(u8, [u8; 32])> =
            groups.iter().map(|(number, bytes)| (*number, security_object::sha256(bytes))).collect();
        let lds_security_object = security_object::to_der(&hashes);

        let mut files = Vec::with_capacity(ALL_FILES);
        files.extend(issuer_files.into_files());
        let common = CommonData::new(hashes.iter().map(|(number, _)| *number).collect());
        files.push((FileId::Com, common.to_bytes()));
        files.extend(groups.into_iter().map(|(number, bytes)| (FileId::Dg(number), bytes)));
        check_budgets(&files, &terms.chip)?;

        let secrets = AccessSecrets::new(&allocation.can, &mrz.mrz_information());
        let chip = terms.chip.clone();
        Ok(Self { files, hashes, lds_security_object, card_security_infos, chip, keys: *keys, mrz, secrets })
    }

    /// The files in writing order: issuer's files, EF.COM, data groups in ascending order.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &[u8])> {
        self.files.iter().map(|(file, bytes)| (*file, bytes.as_slice()))
    }

    /// Number and SHA-256 of each data group, in ascending order.
    #[must_use]
    pub fn hashes(&self) -> &[(u8, [u8; 32])] {
        &self.hashes
    }

    /// DER of the LDSSecurityObject: what the document signer signs as eContent.
    #[must_use]
    pub fn lds_security_object(&self) -> &[u8] {
        &self.lds_security_object
    }

    /// DER of the SecurityInfos of EF.CardSecurity, which the document signer signs beside the LDSSecurityObject (content type id-SecurityObject);
    /// none on cards without that file.
    #[must_use]
    pub fn card_security_infos(&self) -> Option<&[u8]> {
        self.card_security_infos.as_deref()
    }

    /// The machine readable zone.
    #[must_use]
    pub const fn mrz(&self) -> &Td1 {
        &self.mrz
    }

    /// What the access key of the machine readable zone is derived from.
    #[must_use]
    pub fn mrz_information(&self) -> MrzInformation {
        self.mrz.mrz_information()
    }

    /// Adds EF.SOD = `77 { CMS }` and, on cards that have it, EF.CardSecurity = CMS. Whether a CMS signs what it should ([`Self::lds_security_object`],
    /// [`Self::card_security_infos`]) is for its maker and its verifier to check.
    ///
    /// # Errors
    /// [`BuildError::CardSecurityMissing`], [`BuildError::CardSecurityNotWanted`], [`BuildError::FileTooLarge`], [`BuildError::FilesTooLarge`].
    pub fn sign_with(
        mut self,
        security_object: &[u8],
        card_security: Option<&[u8]>,
    ) -> Result<SignedProfile, BuildError> {
        match (&self.card_security_infos, card_security) {
            (Some(_), None) => return Err(BuildError::CardSecurityMissing),
            (None, Some(_)) => return Err(BuildError::CardSecurityNotWanted),
            _ => {}
        }
        self.files.push((FileId::Sod, encode(Tag(0x77), security_object)));
        if let Some(signed) = card_security {
            self.files.push((FileId::CardSecurity, signed.to_vec()));
        }
        check_budgets(&self.files, &self.chip)?;
        Ok(SignedProfile::new(self.files, self.secrets, self.chip, self.keys))
    }
}

impl fmt::Debug for DataGroups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = self.files.iter().map(|(file, bytes)| (*file, bytes.len()));
        f.write_str("DataGroups ")?;
        f.debug_map().entries(sizes).finish()
    }
}

fn zone(member: &Member, allocation: &Allocation, terms: &IssueTerms) -> Td1 {
    Td1::new(&Td1Fields {
        document_code: terms.document_code,
        issuing_state: terms.issuing_state,
        card_number: &allocation.card_number,
        birth: member.birth(),
        sex: member.sex(),
        expires: terms.expires,
        nationality: member.nationality(),
        name: member.name(),
    })
}

fn data_groups(
    member: &Member,
    portrait: &FittedPortrait,
    allocation: &Allocation,
    terms: &IssueTerms,
    mrz: &Td1,
) -> Vec<(u8, Vec<u8>)> {
    let details = PersonalDetails::new(member.name(), member.birth(), member.place_of_birth());
    let document = document_details(terms.issuing_unit.name(), terms.issued);
    vec![
        (1, dg1::encode_file(mrz)),
        (2, dg2::encode_file(portrait)),
        (11, details.to_bytes()),
        (12, document.to_bytes()),
        (13, MembershipRecord::new(member, allocation).to_bytes()),
    ]
}

/// The chip has made exactly the keys of its features.
fn check_keys(chip: &ChipFeatures, keys: &ChipKeys) -> Result<(), BuildError> {
    for reference in KeyReference::ALL {
        match (chip.key_pairs().any(|wanted| wanted == reference), keys.get(reference)) {
            (true, None) => return Err(BuildError::KeyMissing(reference)),
            (false, Some(_)) => return Err(BuildError::KeyNotWanted(reference)),
            _ => {}
        }
    }
    Ok(())
}

fn document_details(unit: &str, issued: Date) -> DocumentDetails {
    DocumentDetails { issuing_authority: Some(unit.to_owned()), issued: Some(issued) }
}

/// The trust point of the records application lies among the files.
pub(crate) fn check_budgets(files: &[(FileId, Vec<u8>)], chip: &ChipFeatures) -> Result<(), BuildError> {
    for (file, bytes) in files {
        if bytes.len() > file.most() {
            return Err(BuildError::FileTooLarge { file: *file, size: bytes.len(), most: file.most() });
        }
    }
    // the chip counts whole pages (CHIP-08)
    let pages = |bytes: &Vec<u8>| bytes.len().next_multiple_of(PAGE);
    let others = files.iter().filter(|(file, _)| *file != FileId::Dg(2)).map(|(_, bytes)| bytes);
    let size = others.chain(&chip.records).map(pages).sum();
    if size > FILES_BUDGET { Err(BuildError::FilesTooLarge { size }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::member::{
        CitizenNumber, MemberNumber, MemberParts, PartialDate, PersonName, Sex, StateCode, Unit,
    };
    use crate::{Can, CardNumber, Salt, StatusReference, read};
    use jiff::civil::date;

    fn build(portrait_bytes: usize, issued: Date) -> Result<DataGroups, BuildError> {
        build_for(portrait_bytes, issued, ChipFeatures::NONE, ChipKeys::default())
    }

    fn build_for(
        portrait_bytes: usize,
        issued: Date,
        chip: ChipFeatures,
        keys: ChipKeys,
    ) -> Result<DataGroups, BuildError> {
        let unit = Unit::new("79", "Thành ủy").unwrap();
        let member = Member::new(MemberParts {
            number: MemberNumber::parse("079012345678").unwrap(),
            citizen_number: CitizenNumber::parse("079090000001").unwrap(),
            name: PersonName::new("Nguyễn Thị An").unwrap(),
            birth: PartialDate::parse("1990").unwrap(),
            sex: Sex::Female,
            unit: unit.clone(),
            admitted: date(2015, 1, 1),
            official: None,
            place_of_birth: None,
            nationality: StateCode::VNM,
        })
        .unwrap();
        let allocation = Allocation {
            card_number: CardNumber::parse("K7T0RX2M9").unwrap(),
            can: Can::parse("918273").unwrap(),
            status: StatusReference { list: 1, index: 2 },
            salt: Salt::new([1; 32]),
        };
        let portrait = FittedPortrait::for_test(240, 320, vec![0; portrait_bytes]);
        let terms = IssueTerms { chip, ..IssueTerms::new(issued, date(2036, 1, 1), unit) };
        DataGroups::build(&member, &portrait, &allocation, &terms, &keys)
    }

    fn all_keys() -> ChipKeys {
        let mut keys = ChipKeys::default();
        for reference in KeyReference::ALL {
            let mut key = [reference.number() + 0x10; 65];
            key[0] = 4;
            keys.set(reference, key);
        }
        keys
    }

    #[test]
    fn keys_stand_where_they_are_signed() {
        let today = date(2026, 11, 22);
        let all = ChipFeatures { cam: true, records: Some(vec![0x7F, 0x21, 0x00]), ..ChipFeatures::PROVEN };
        let groups = build_for(100, today, all.clone(), all_keys()).unwrap();
        let holds = |bytes: &[u8], key: u8| bytes.windows(60).any(|part| part == [key + 0x10; 60]);
        let security = read::card_security_infos(groups.card_security_infos().unwrap()).unwrap();
        let signed: Vec<u8> = groups.hashes().iter().map(|(number, _)| *number).collect();
        assert_eq!(signed, [1, 2, 11, 12, 13, 14, 15]);
        let bytes = groups.card_security_infos().unwrap().to_vec();
        assert_eq!([1, 2, 3, 4].map(|key| holds(&bytes, key)), [false, false, true, true]);
        let missing =
            build_for(100, today, all, all_keys()).unwrap().sign_with(&[0x30, 0], None).unwrap_err();
        assert_eq!(missing, BuildError::CardSecurityMissing);
        let profile = groups.sign_with(&[0x30, 0], Some(&[0x30, 1, 7])).unwrap();
        let file = |file| profile.file(file).unwrap();
        assert_eq!([1, 2, 3, 4].map(|key| holds(file(FileId::Dg(14)), key)), [false, true, false, false]);
        assert_eq!([1, 2, 3, 4].map(|key| holds(file(FileId::Dg(15)), key)), [true, false, false, false]);
        assert_eq!(file(FileId::CardSecurity), [0x30, 1, 7]);
        // what EF.CardAccess says unsigned stands signed in both
        let access = read::card_access(file(FileId::CardAccess)).unwrap();
        assert_eq!(access.iter().count(), 4 + 3);
        assert!(read::dg14(file(FileId::Dg(14))).unwrap().contains_all(&access));
        assert!(security.contains_all(&access));
        assert!(!access.contains_all(&security));
    }

    /// FILE-11: a file of its own, and nothing else of the card changes.
    #[test]
    fn a_second_signature_is_one_more_file() {
        let today = date(2026, 1, 1);
        let profile = || build(100, today).unwrap().sign_with(&[0x30, 0], None).unwrap();
        let with = profile().with_post_quantum(&[0x30, 1, 9]).unwrap();
        assert_eq!(with.file(FileId::SodPostQuantum), Some([0x30, 1, 9].as_slice()));
        let others: Vec<_> = with.files().filter(|(file, _)| *file != FileId::SodPostQuantum).collect();
        assert_eq!(others, profile().files().collect::<Vec<_>>());
        let large = profile().with_post_quantum(&[0; 4097]).unwrap_err();
        assert_eq!(large, BuildError::FileTooLarge { file: FileId::SodPostQuantum, size: 4097, most: 4096 });
        // beside the largest security object there is room for one
        let full =
            build(100, today).unwrap().sign_with(&[0; 4000], None).unwrap().with_post_quantum(&[0; 4096]);
        assert!(matches!(full, Err(BuildError::FilesTooLarge { .. })));
        // nor beside everything else in the directory (CHIP-08); in another order the chip itself refuses
        let all =
            ChipFeatures { cam: true, records: Some(vec![0x7F, 0x21, 0]), pin: true, ..ChipFeatures::PROVEN };
        let records = crate::FirstRecords { certificate: vec![1], citizen_number: vec![2] };
        let all =
            build_for(100, today, all, all_keys()).unwrap().sign_with(&[0x30, 0], Some(&[0x30, 0])).unwrap();
        let all = all
            .with_first_records(records)
            .with_pin(&crate::Pin::parse("482913").unwrap(), &crate::Puk::parse("4829130571").unwrap());
        assert_eq!(all.with_post_quantum(&[0x30, 0]).unwrap_err(), BuildError::TooManyObjects { held: 21 });
    }

    /// DG14 names the keys of EF.CardSecurity (CAM-03), whichever of them there are.
    #[test]
    fn keys_of_card_security_are_bound() {
        let today = date(2026, 11, 22);
        let records = Some(vec![0x7F, 0x21, 0x00]);
        for (cam, records) in [(true, None), (false, records.clone()), (true, records)] {
            let chip = ChipFeatures { cam, records, ..ChipFeatures::NONE };
            let mut keys = ChipKeys::default();
            chip.key_pairs().for_each(|wanted| keys.set(wanted, *all_keys().get(wanted).unwrap()));
            let built = |keys: ChipKeys| {
                let groups = build_for(100, today, chip.clone(), keys).unwrap();
                let dg14 = groups.files().find(|(file, _)| *file == FileId::Dg(14)).unwrap().1.to_vec();
                let infos = read::card_security_infos(groups.card_security_infos().unwrap()).unwrap();
                (read::dg14(&dg14).unwrap(), infos)
            };
            let (dg14, infos) = built(keys);
            assert_eq!(dg14.vouches_for(&infos), Some(true), "{chip:?}");
            for reference in chip.key_pairs() {
                let mut other = keys;
                other.set(reference, [4; 65]);
                assert_eq!(dg14.vouches_for(&built(other).1), Some(false), "{reference}");
            }
            // one that says the wrong thing beside is no better
            let more =
                dg14.clone().with(&hex::decode("3010060c2b0601040181fd59a17c03020400").unwrap()).unwrap();
            assert_eq!(more.vouches_for(&infos), Some(false));
        }
        let groups = build_for(100, today, ChipFeatures::NONE, ChipKeys::default()).unwrap();
        let dg14 = groups.files().find(|(file, _)| *file == FileId::Dg(14)).unwrap().1;
        let dg14 = read::dg14(dg14).unwrap();
        assert_eq!(dg14.vouches_for(&dg14), None);
    }

    #[test]
    fn keys_and_features_belong_together() {
        let today = date(2026, 11, 22);
        let error = build_for(100, today, ChipFeatures::PROVEN, ChipKeys::default()).unwrap_err();
        assert_eq!(error, BuildError::KeyMissing(KeyReference::ActiveAuthentication));
        let error = build_for(100, today, ChipFeatures::PROVEN, all_keys()).unwrap_err();
        assert_eq!(error, BuildError::KeyNotWanted(KeyReference::ChipAuthenticationMapping));
        let error = build(100, today).unwrap().sign_with(&[0x30, 0], Some(&[0x30, 0])).unwrap_err();
        assert_eq!(error, BuildError::CardSecurityNotWanted);
    }

    #[test]
    fn budgets_are_kept() {
        let today = date(2026, 11, 22);
        assert!(build(14336 - 85, today).is_ok());
        let error = build(14336 - 84, today).unwrap_err();
        assert!(
            matches!(error, BuildError::FileTooLarge { file: FileId::Dg(2), most: 14336, .. }),
            "{error}"
        );
        let error = build(100, today).unwrap().sign_with(&[0; 4093], None).unwrap_err();
        assert_eq!(error, BuildError::FileTooLarge { file: FileId::Sod, size: 4097, most: 4096 });
        assert_eq!(build(100, date(2014, 12, 31)).unwrap_err(), BuildError::IssuedBeforeAdmitted);
    }

    #[test]
    fn files_stand_in_writing_order_and_nothing_leaks() {
        let groups = build(100, date(2026, 11, 22)).unwrap();
        let shown = format!("{groups:?}");
        let profile = groups.sign_with(&[0x30, 0], None).unwrap();
        let order: Vec<String> = profile.files().map(|(file, _)| file.to_string()).collect();
        let wanted = "EF.DIR EF.ATR/INFO EF.CardAccess EF.COM DG1 DG2 DG11 DG12 DG13 DG14 EF.SOD";
        assert_eq!(order.join(" "), wanted);
        assert_eq!(profile.file(FileId::Sod), Some(&[0x77, 2, 0x30, 0][..]));
        let shown = format!("{shown} {profile:?} {:?}", profile.access_secrets());
        assert!(!shown.contains("918273") && !shown.contains("NGUYEN"), "{shown}");
    }
}
