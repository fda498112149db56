//! What a card says of its holder.

use chipwright_profile::dg11::PersonalDetails;
use chipwright_profile::dg12::DocumentDetails;
use chipwright_profile::dg13::MembershipRecord;
use chipwright_profile::{Td1, read};
use std::fmt;

use crate::files::Files;

/// The data groups as values, as far as they could be read. Personal data: `Debug` shows none of it.
#[derive(Default)]
pub struct Holder {
    /// DG1: the machine readable zone.
    pub mrz: Option<Td1>,
    /// DG2: the portrait's coded image.
    pub portrait: Option<Vec<u8>>,
    /// DG11: name in national characters, birth.
    pub personal: Option<PersonalDetails>,
    /// DG12: issuing unit, date of issue.
    pub document: Option<DocumentDetails>,
    /// DG13: the membership record.
    pub membership: Option<MembershipRecord>,
}

impl Holder {
    /// Parses what was read; the errors name file and byte.
    pub(crate) fn parse(files: &Files) -> (Self, Vec<read::ReadError>) {
        let mut errors = Vec::new();
        let holder = Self {
            mrz: parsed(files.data_group(1), read::dg1, &mut errors),
            portrait: parsed(files.data_group(2), |dg| Ok(read::dg2(dg)?.image.to_vec()), &mut errors),
            personal: parsed(files.data_group(11), read::dg11, &mut errors),
            document: parsed(files.data_group(12), read::dg12, &mut errors),
            membership: parsed(files.data_group(13), read::dg13, &mut errors),
        };
        (holder, errors)
    }
}

fn parsed<T>(
    file: Option<&[u8]>,
    parse: impl FnOnce(&[u8]) -> Result<T, read::ReadError>,
    errors: &mut Vec<read::ReadError>,
) -> Option<T> {
    match parse(file?) {
        Ok(value) => Some(value),
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Holder(..)")
    }
}
