//! An open records application: listing, appending.

use chipwright_channel::pace::Pin;
use chipwright_channel::pin;
use chipwright_iso7816::tlv::{Tag, Tlv};
use chipwright_iso7816::{Command, Ins, Le, StatusWord, Transport};
use chipwright_pki::Certificate;
use chipwright_pki::cv::{Category, Permissions, Right};
use chipwright_profile::CardNumber;
use sha2::{Digest, Sha256};

use crate::error::{LinkError, RecordsError};
use crate::link::Link;
use crate::record::{Head, MOST_BYTES, RecordError, SignedRecord};

/// APPEND RECORD (7816-4, 11.3.5).
const APPEND_RECORD: Ins = Ins(0xE2);
/// EF.Certificates.
const CERTIFICATES: u8 = 8;
/// The file identifier of EF.Certificates.
const CERTIFICATES_FILE: u16 = 0x0200;
/// What two records take beyond their bytes, at the most, where each takes whole pages of 64 bytes with 4 of its own (REC-05).
const AROUND: usize = 2 * (64 - 1 + 4) - 4;

/// The records of a card, open to a terminal: the rights of its chain apply.
pub struct RecordsSession<'a, T> {
    link: Link<'a, T>,
    card: CardNumber,
    permissions: Permissions,
}

/// The end of a category's file, and what lies there.
#[derive(Debug)]
pub struct End {
    /// What the next record has to continue. The number is that of the last place, the hash that of the bytes in it: a record that
    /// should not be there is built upon like any other, and cannot be taken away unseen afterwards.
    pub head: Head,
    /// What lies there.
    pub last: Last,
}

/// What lies at the end of a file.
#[derive(Debug)]
pub enum Last {
    /// Nothing: the file is empty.
    Nothing,
    /// A record in its place. Its signature is not checked.
    Record(Box<SignedRecord>),
    /// Something that cannot be read.
    Unreadable(RecordError),
    /// A record with another number than its place, of another card or of another file.
    Misplaced,
}

/// What the card says of its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// Bytes that one more record may have; told to a terminal that may append.
    pub free: Option<usize>,
    /// File identifiers of those that may be read, and how many records each has.
    files: Vec<(u16, u16)>,
}

impl Inventory {
    /// How many records of this category there are; none where the terminal may not read them.
    #[must_use]
    pub fn count(&self, category: Category) -> Option<u16> {
        self.of(category.file())
    }

    fn of(&self, file: u16) -> Option<u16> {
        self.files.iter().find_map(|(held, count)| (*held == file).then_some(*count))
    }
}

impl<'a, T: Transport> RecordsSession<'a, T> {
    pub(crate) const fn new(link: Link<'a, T>, card: CardNumber, permissions: Permissions) -> Self {
        Self { link, card, permissions }
    }

    /// The card's number, as its signed data says.
    #[must_use]
    pub const fn card_number(&self) -> &CardNumber {
        &self.card
    }

    /// What this terminal may do.
    #[must_use]
    pub const fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// How much room there is, and how many records the files have that may be read.
    ///
    /// # Errors
    /// [`RecordsError::Link`].
    pub fn inventory(&mut self) -> Result<Inventory, RecordsError> {
        let answer = self.link.ask(&Command::new(0x00, Ins::GET_DATA, 0x7F, 0x78).with_le(Le::Max))?;
        Ok(read_inventory(&answer).map_err(LinkError::from)?)
    }

    /// The records of a category, as they lie.
    ///
    /// # Errors
    /// [`RecordsError::NotPermitted`] before anything is sent; [`RecordsError::Link`].
    pub fn list(&mut self, category: Category) -> Result<Vec<Vec<u8>>, RecordsError> {
        self.permitted(Right::Read(category))?;
        self.records(category.short_identifier())
    }

    /// The certificates of signers in EF.Certificates that can be read as such.
    ///
    /// # Errors
    /// [`RecordsError::Link`].
    pub fn certificates(&mut self) -> Result<Vec<Certificate>, RecordsError> {
        let records = self.records(CERTIFICATES)?;
        Ok(records.iter().filter_map(|der| Certificate::from_der(der).ok()).collect())
    }

    /// Sets the member's PIN and restores its tries (PIN-06).
    ///
    /// # Errors
    /// [`RecordsError::NotPermitted`] before anything is sent; [`RecordsError::Link`], with 6A88 when the card has no PIN.
    pub fn set_pin(&mut self, new: &Pin) -> Result<(), RecordsError> {
        self.permitted(Right::PinManagement)?;
        self.link.ask(&pin::change_command(new))?;
        Ok(())
    }

    /// The end of a category's file: what the next record has to continue.
    ///
    /// # Errors
    /// [`RecordsError::HeadUnknown`] where this terminal may not read the file; [`RecordsError::LastRecordMissing`].
    pub fn head(&mut self, category: Category) -> Result<Head, RecordsError> {
        Ok(self.end(category)?.head)
    }

    /// The end of a category's file, and what lies there.
    ///
    /// # Errors
    /// As [`Self::head`].
    pub fn end(&mut self, category: Category) -> Result<End, RecordsError> {
        if !self.permissions.has(Right::Read(category)) {
            return Err(RecordsError::HeadUnknown(category));
        }
        let count = self.inventory()?.count(category).unwrap_or(0);
        if count == 0 {
            return Ok(End { head: Head::EMPTY, last: Last::Nothing });
        }
        let last = self.record(category.short_identifier(), count)?;
        let last = last.ok_or(RecordsError::LastRecordMissing(category))?;
        let head = Head { number: count, hash: Sha256::digest(&last).into() };
        let last = match SignedRecord::parse(&last) {
            Err(error) => Last::Unreadable(error),
            Ok(last)
                if last.number() == count && last.card() == &self.card && last.category() == category =>
            {
                Last::Record(Box::new(last))
            }
            Ok(_) => Last::Misplaced,
        };
        Ok(End { head, last })
    }

    /// Whether a head known from elsewhere is in the file, at its place.
    ///
    /// # Errors
    /// [`RecordsError::NotPermitted`] before anything is sent; [`RecordsError::Link`].
    pub fn has(&mut self, category: Category, known: &Head) -> Result<bool, RecordsError> {
        self.permitted(Right::Read(category))?;
        if known.number == 0 {
            return Ok(true);
        }
        let there = self.record(category.short_identifier(), known.number)?;
        Ok(there.is_some_and(|bytes| <[u8; 32]>::from(Sha256::digest(&bytes)) == known.hash))
    }

    /// Appends a record, and before it its signer's certificate if the card has it not, or if this terminal may not look. Asks for
    /// room first: without, nothing is written. Reads the record back where this terminal may.
    ///
    /// # Errors
    /// [`RecordsError`]; with [`RecordsError::Unanswered`] alone the record may be on the card.
    pub fn append(&mut self, record: &SignedRecord, signer: &Certificate) -> Result<(), RecordsError> {
        self.append_with(record, Some(signer))
    }

    /// As [`Self::append`], where the signer's certificate is known to be on the card.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub fn append_alone(&mut self, record: &SignedRecord) -> Result<(), RecordsError> {
        self.append_with(record, None)
    }

    fn append_with(
        &mut self,
        record: &SignedRecord,
        signer: Option<&Certificate>,
    ) -> Result<(), RecordsError> {
        let category = record.category();
        if category == Category::CitizenNumber {
            return Err(RecordsError::CitizenNumber);
        }
        self.permitted(Right::Append(category))?;
        if record.card() != &self.card {
            return Err(RecordsError::OtherCard);
        }
        let inventory = self.inventory()?;
        if inventory.count(category).is_some_and(|count| record.number() != count.saturating_add(1)) {
            return Err(RecordsError::NotNext);
        }
        let mut bring = signer.map(Certificate::as_der);
        if let Some(der) = bring {
            if der.len() > MOST_BYTES {
                return Err(RecordsError::CertificateTooLong(der.len()));
            }
            if inventory.of(CERTIFICATES_FILE).is_some() && self.holds(der)? {
                bring = None;
            }
        }
        let needed = record.as_der().len() + bring.map_or(0, |der| der.len() + AROUND);
        let free = inventory.free.unwrap_or_default();
        if needed > free {
            return Err(RecordsError::NoRoom { needed, free });
        }
        if let Some(der) = bring {
            self.put(CERTIFICATES, der)?;
        }
        self.put(category.short_identifier(), record.as_der()).map_err(|error| match error {
            error @ LinkError::Refused(_) => RecordsError::Link(error),
            error => RecordsError::Unanswered(error),
        })?;
        if self.permissions.has(Right::Read(category)) {
            let back = self.record(category.short_identifier(), record.number());
            let back = back.map_err(|error| match error {
                RecordsError::Link(error) => RecordsError::Unanswered(error),
                other => other,
            })?;
            if back.as_deref() != Some(record.as_der()) {
                return Err(RecordsError::ReadBack);
            }
        }
        Ok(())
    }

    /// Whether EF.Certificates has this certificate.
    fn holds(&mut self, signer: &[u8]) -> Result<bool, RecordsError> {
        Ok(self.records(CERTIFICATES)?.iter().any(|der| &der[..] == signer))
    }

    fn permitted(&self, right: Right) -> Result<(), RecordsError> {
        if self.permissions.has(right) { Ok(()) } else { Err(RecordsError::NotPermitted(right)) }
    }

    fn records(&mut self, short_identifier: u8) -> Result<Vec<Vec<u8>>, RecordsError> {
        let mut records = Vec::new();
        for number in 1..=u16::from(u8::MAX - 1) {
            match self.record(short_identifier, number)? {
                Some(record) => records.push(record),
                None => break,
            }
        }
        Ok(records)
    }

    /// One record; none beyond the last.
    fn record(&mut self, short_identifier: u8, number: u16) -> Result<Option<Vec<u8>>, RecordsError> {
        // P1 names 254 records at the most, and 12 kB hold no more
        let Ok(number) = u8::try_from(number) else { return Ok(None) };
        let read = Command::new(0x00, Ins::READ_RECORD, number, short_identifier << 3 | 4)
            .with_le(Le::Max)
            .in_extended_form();
        let response = self.link.send(&read)?;
        match response.status {
            StatusWord::OK => Ok(Some(response.data)),
            StatusWord::RECORD_NOT_FOUND => Ok(None),
            status => Err(LinkError::Refused(status).into()),
        }
    }

    fn put(&mut self, short_identifier: u8, record: &[u8]) -> Result<(), LinkError> {
        let append = Command::new(0x00, APPEND_RECORD, 0x00, short_identifier << 3)
            .with_data(record)
            .in_extended_form();
        self.link.ask(&append)?;
        Ok(())
    }
}

/// `7F78 { [81 free], A1 { 83 file, 82 records } … }` (REC-04)
fn read_inventory(data: &[u8]) -> Result<Inventory, chipwright_iso7816::tlv::TlvError> {
    let mut parts = Tlv::parse_expected(data, Tag(0x7F78))?.children()?;
    let number = |object: Tlv<'_>| {
        let bytes: [u8; 2] = object.value.try_into().map_err(|_| object.invalid())?;
        Ok(u16::from_be_bytes(bytes))
    };
    let (mut free, mut files) = (None, Vec::new());
    while let Some(part) = parts.next()? {
        match part.tag {
            Tag(0x81) if free.is_none() && files.is_empty() => free = Some(usize::from(number(part)?)),
            Tag(0xA1) => {
                let mut file = part.children()?;
                let identifier = number(file.expect(Tag(0x83))?)?;
                files.push((identifier, number(file.expect(Tag(0x82))?)?));
                file.finish()?;
            }
            _ => return Err(part.invalid()),
        }
    }
    Ok(Inventory { free, files })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inventory_is_read_and_nothing_else() {
        let good = hex::decode("7f7818810201f4a1088302020082020002a1088302020382020000").unwrap();
        let mut wrong = good.clone();
        wrong[2] = 0x17;
        let inventory = read_inventory(&good).unwrap();
        assert_eq!((inventory.free, inventory.count(Category::Training)), (Some(500), Some(0)));
        assert_eq!((inventory.of(0x0200), inventory.count(Category::PartyLife)), (Some(2), None));
        let reader = read_inventory(&hex::decode("7f780aa1088302020282020001").unwrap()).unwrap();
        assert_eq!((reader.free, reader.count(Category::PartyLife)), (None, Some(1)));
        assert!(read_inventory(&wrong).is_err() && read_inventory(&good[..10]).is_err());
    }
}
