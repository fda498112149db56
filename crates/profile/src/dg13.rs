//! EF.DG13 (ICAO Doc 9303-10, 4.7.13): `6D { MembershipRecord }`, DER of `applet-spec/asn1/ChipwrightMembership.asn1`.
//!
//! ```text
//! MembershipRecord ::= SEQUENCE {
//!   version            INTEGER { v1(1) },
//!   memberNumber       PrintableString (SIZE (12)) (FROM ("0".."9")),
//!   unit               SEQUENCE { code PrintableString (SIZE (1..16)), name UTF8String (SIZE (1..120)) },
//!   admittedOn         CalendarDate,                                    -- PrintableString "YYYYMMDD"
//!   officialOn     [0] IMPLICIT CalendarDate OPTIONAL,
//!   status             SEQUENCE { list INTEGER (0..4294967295), index INTEGER (0..4294967295) },
//!   citizenCommitment  OCTET STRING (SIZE (32)) }
//! ```

use std::fmt;

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::encode;
use der::asn1::{OctetString, PrintableString};
use der::{Decode, Encode, Sequence};
use jiff::civil::Date;
use ring::hmac;
use subtle::ConstantTimeEq;

use crate::member::{CitizenNumber, Member, MemberNumber, PartialDate, Unit};
use crate::read::{ReadError, ValueFault, template};
use crate::{Allocation, FileId, Salt, StatusReference};

/// citizenCommitment = HMAC-SHA-256(salt, `"chipwright/citizen-number/1"` ‖ `00` ‖ citizen number): the salt is 32 bytes and the key, the number its 12 ASCII digits.
///
/// It binds the card to a citizen number without telling it: the number has so little entropy beside birth date, sex and province that only the secrecy of the salt protects it,
/// and the salt lies in the records application and the registry alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Commitment([u8; 32]);

impl Commitment {
    const DOMAIN: &'static [u8] = b"chipwright/citizen-number/1\0";

    /// Commits to a number.
    #[must_use]
    pub fn new(salt: &Salt, number: &CitizenNumber) -> Self {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, salt.expose()));
        context.update(Self::DOMAIN);
        context.update(number.expose().as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.sign().as_ref());
        Self(bytes)
    }

    /// Whether this commitment is to `number` under `salt`, compared in constant time.
    #[must_use]
    pub fn opens_to(&self, salt: &Salt, number: &CitizenNumber) -> bool {
        self.0.ct_eq(&Self::new(salt, number).0).into()
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What DG13 says of a membership.
#[derive(Clone, PartialEq, Eq)]
pub struct MembershipRecord {
    /// Member number.
    pub member_number: MemberNumber,
    /// Unit.
    pub unit: Unit,
    /// Day of admission.
    pub admitted: Date,
    /// Day of official membership, if it had come.
    pub official: Option<Date>,
    /// Place in the status list.
    pub status: StatusReference,
    /// Commitment to the citizen number.
    pub commitment: Commitment,
}

impl MembershipRecord {
    /// Of a member and what is allocated to the card.
    #[must_use]
    pub fn new(member: &Member, allocation: &Allocation) -> Self {
        Self {
            member_number: member.number().clone(),
            unit: member.unit().clone(),
            admitted: member.admitted(),
            official: member.official(),
            status: allocation.status,
            commitment: Commitment::new(&allocation.salt, member.citizen_number()),
        }
    }

    /// The file.
    ///
    /// # Errors
    /// None for the values these types can hold.
    pub fn to_bytes(&self) -> Result<Vec<u8>, der::Error> {
        let record = Record {
            version: 1,
            member_number: PrintableString::new(self.member_number.as_str())?,
            unit: RecordUnit {
                code: PrintableString::new(self.unit.code())?,
                name: self.unit.name().to_owned(),
            },
            admitted_on: calendar_date(self.admitted)?,
            official_on: self.official.map(calendar_date).transpose()?,
            status: RecordStatus { list: self.status.list, index: self.status.index },
            citizen_commitment: OctetString::new(self.commitment.0)?,
        };
        Ok(encode(Tag(0x6D), &record.to_der()?))
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn from_bytes(data: &[u8]) -> Result<Self, ReadError> {
        let file = FileId::Dg(13);
        let (der, offset) = template(file, data)?;
        let record = Record::from_der(der).map_err(ReadError::der(file, offset))?;
        let fault = |fault| ReadError::value(file, offset, fault);
        if record.version != 1 {
            return Err(fault(ValueFault::Version(record.version)));
        }
        let day = |text: &PrintableString| {
            let date = PartialDate::from_lds(text.as_bytes()).and_then(PartialDate::exact);
            date.ok_or(fault(ValueFault::CalendarDate))
        };
        let commitment = record.citizen_commitment.as_bytes();
        Ok(Self {
            member_number: exact(record.member_number.as_str(), MemberNumber::as_str, |text| {
                MemberNumber::parse(text).ok()
            })
            .ok_or(fault(ValueFault::MemberNumber))?,
            unit: Unit::new(record.unit.code.as_str(), &record.unit.name)
                .ok()
                .filter(|unit| unit.code() == record.unit.code.as_str() && unit.name() == record.unit.name)
                .ok_or(fault(ValueFault::Unit))?,
            admitted: day(&record.admitted_on)?,
            official: record.official_on.as_ref().map(day).transpose()?,
            status: StatusReference { list: record.status.list, index: record.status.index },
            commitment: Commitment(
                commitment.try_into().map_err(|_| fault(ValueFault::Commitment(commitment.len())))?,
            ),
        })
    }
}

impl fmt::Debug for MembershipRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MembershipRecord(..)")
    }
}

/// What parses only if nothing was normalised away.
fn exact<T>(text: &str, shown: impl Fn(&T) -> &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    parse(text).filter(|value| shown(value) == text)
}

fn calendar_date(date: Date) -> Result<PrintableString, der::Error> {
    PrintableString::new(&date.strftime("%Y%m%d").to_string())
}

#[derive(Sequence)]
struct Record {
    version: u8,
    member_number: PrintableString,
    unit: RecordUnit,
    admitted_on: PrintableString,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    official_on: Option<PrintableString>,
    status: RecordStatus,
    citizen_commitment: OctetString,
}

#[derive(Sequence)]
struct RecordUnit {
    code: PrintableString,
    name: String,
}

#[derive(Sequence)]
struct RecordStatus {
    list: u32,
    index: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn record(official: Option<Date>, list: u32, index: u32) -> MembershipRecord {
        let number = CitizenNumber::parse("079090000001").unwrap();
        MembershipRecord {
            member_number: MemberNumber::parse("079012345678").unwrap(),
            unit: Unit::new("54.042", "Chi bộ Làng Bò").unwrap(),
            admitted: date(2015, 9, 2),
            official,
            status: StatusReference { list, index },
            commitment: Commitment::new(&Salt::new([0x5A; 32]), &number),
        }
    }

    #[test]
    fn the_commitment_is_hmac_and_opens() {
        let (salt, number) = (Salt::new([0x5A; 32]), CitizenNumber::parse("079090000001").unwrap());
        let commitment = Commitment::new(&salt, &number);
        // openssl dgst -sha256 -mac HMAC -macopt hexkey:5a5a… over the domain, a zero byte and the digits
        assert_eq!(
            hex::encode(commitment.as_bytes()),
            "03422b96318792548363b93515ed59b4766fdfad067fc8c18807f2d2d8471865"
        );
        assert!(commitment.opens_to(&salt, &number));
        assert!(!commitment.opens_to(&Salt::new([0x5B; 32]), &number));
        assert!(!commitment.opens_to(&salt, &CitizenNumber::parse("079090000002").unwrap()));
    }

    #[test]
    fn contents_that_cannot_be() {
        let good = record(None, 1, 2).to_bytes().unwrap();
        let with = |at: usize, value: u8| {
            let mut data = good.clone();
            data[at] = value;
            MembershipRecord::from_bytes(&data).unwrap_err()
        };
        // 6D len 30 len 02 01 version | 13 0C member number | 30 len 13 06 code
        assert_eq!(with(6, 2), ReadError::value(FileId::Dg(13), 2, ValueFault::Version(2)));
        assert_eq!(with(9, b'A'), ReadError::value(FileId::Dg(13), 2, ValueFault::MemberNumber));
        assert!(matches!(with(7, 0x0C), ReadError::Der { .. }));
        assert!(MembershipRecord::from_bytes(&good[..good.len() - 1]).is_err());
    }

    proptest! {
        #[test]
        fn written_and_read(list: u32, index: u32, official: bool) {
            let record = record(official.then_some(date(2016, 9, 2)), list, index);
            prop_assert_eq!(&MembershipRecord::from_bytes(&record.to_bytes().unwrap()).unwrap(), &record);
        }

        #[test]
        fn altered_bytes(at in 0usize..100, value: u8) {
            let mut data = record(None, 7, 70_000).to_bytes().unwrap();
            if at < data.len() {
                data[at] = value;
            }
            let _ = MembershipRecord::from_bytes(&data);
        }
    }
}
