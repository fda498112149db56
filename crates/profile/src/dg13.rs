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
use chipwright_iso7816::tlv::{Tlv, Writer, encode};
use jiff::civil::Date;
use ring::hmac;
use subtle::ConstantTimeEq;

use crate::asn1::{Fields, OCTET_STRING, PRINTABLE_STRING, SEQUENCE, UTF8_STRING, put_unsigned};
use crate::member::{CitizenNumber, Member, MemberNumber, PartialDate, Unit, digits};
use crate::read::{ReadError, ValueFault, template, utf8};
use crate::{Allocation, FileId, Salt, StatusReference};

const VERSION: u32 = 1;
/// `[0] IMPLICIT`
const OFFICIAL: Tag = Tag(0x80);

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
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut record = Writer::new();
        record.nest(SEQUENCE, |fields| {
            put_unsigned(fields, VERSION);
            fields.put(PRINTABLE_STRING, self.member_number.as_str().as_bytes());
            fields.nest(SEQUENCE, |unit| {
                unit.put(PRINTABLE_STRING, self.unit.code().as_bytes());
                unit.put(UTF8_STRING, self.unit.name().as_bytes());
            });
            fields.put(PRINTABLE_STRING, &digits(self.admitted));
            if let Some(official) = self.official {
                fields.put(OFFICIAL, &digits(official));
            }
            fields.nest(SEQUENCE, |status| {
                put_unsigned(status, self.status.list);
                put_unsigned(status, self.status.index);
            });
            fields.put(OCTET_STRING, &self.commitment.0);
        });
        encode(Tag(0x6D), &record.into_bytes())
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn from_bytes(data: &[u8]) -> Result<Self, ReadError> {
        let file = FileId::Dg(13);
        let (der, base) = template(file, data)?;
        let mut record = Fields::of(file, base, SEQUENCE, der)?;
        let fault = |at: usize, fault| ReadError::value(file, at, fault);

        let (version, field) = record.unsigned()?;
        if version != VERSION {
            return Err(fault(record.at(&field), ValueFault::Version(version)));
        }
        let (number, field) = record.printable()?;
        let member_number = MemberNumber::parse(number)
            .ok()
            .filter(|parsed| parsed.as_str() == number)
            .ok_or(fault(record.at(&field), ValueFault::MemberNumber))?;
        let unit = unit(file, record.constructed(SEQUENCE)?)?;
        let day = |(text, field): (&str, Tlv<'_>), at: usize| {
            let date = PartialDate::from_lds(text.as_bytes()).and_then(PartialDate::exact);
            date.ok_or(fault(at, ValueFault::Date(field.tag)))
        };
        let field = record.printable()?;
        let admitted = day(field, record.at(&field.1))?;
        let official = record
            .optional(OFFICIAL)?
            .map(|field| day(record.printable_in(field)?, record.at(&field)))
            .transpose()?;
        let mut status = record.constructed(SEQUENCE)?;
        let (list, index) = (status.unsigned()?.0, status.unsigned()?.0);
        status.finish()?;
        let field = record.field(OCTET_STRING)?;
        let commitment: [u8; 32] = field
            .value
            .try_into()
            .map_err(|_| fault(record.at(&field), ValueFault::Commitment(field.value.len())))?;
        record.finish()?;
        Ok(Self {
            member_number,
            unit,
            admitted,
            official,
            status: StatusReference { list, index },
            commitment: Commitment(commitment),
        })
    }
}

fn unit(file: FileId, mut fields: Fields<'_>) -> Result<Unit, ReadError> {
    let (code, field) = fields.printable()?;
    let at = fields.at(&field);
    let field = fields.field(UTF8_STRING)?;
    fields.finish()?;
    let name = utf8(file, &field, fields.at(&field))?;
    // only what nothing was normalised away from
    Unit::new(code, &name)
        .ok()
        .filter(|unit| unit.code() == code && unit.name() == name)
        .ok_or(ReadError::value(file, at, ValueFault::Unit))
}

impl fmt::Debug for MembershipRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MembershipRecord(..)")
    }
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
        let good = record(None, 1, 2).to_bytes();
        let with = |at: usize, value: u8| {
            let mut data = good.clone();
            data[at] = value;
            MembershipRecord::from_bytes(&data).unwrap_err()
        };
        // 6D len 30 len 02 01 version | 13 0C member number | 30 len 13 06 code
        assert_eq!(with(6, 2), ReadError::value(FileId::Dg(13), 6, ValueFault::Version(2)));
        assert_eq!(with(9, b'A'), ReadError::value(FileId::Dg(13), 9, ValueFault::MemberNumber));
        assert_eq!(with(25, b'/'), ReadError::value(FileId::Dg(13), 25, ValueFault::Unit));
        let error = with(7, 0x0C);
        assert_eq!((matches!(error, ReadError::Tlv { .. }), error.offset()), (true, 7));
        assert!(MembershipRecord::from_bytes(&good[..good.len() - 1]).is_err());
    }

    proptest! {
        #[test]
        fn written_and_read(list: u32, index: u32, official: bool) {
            let record = record(official.then_some(date(2016, 9, 2)), list, index);
            prop_assert_eq!(&MembershipRecord::from_bytes(&record.to_bytes()).unwrap(), &record);
        }

        #[test]
        fn altered_bytes(at in 0usize..100, value: u8) {
            let mut data = record(None, 7, 70_000).to_bytes();
            if at < data.len() {
                data[at] = value;
            }
            let _ = MembershipRecord::from_bytes(&data);
        }
    }
}
