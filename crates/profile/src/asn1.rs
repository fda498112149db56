//! DER (X.690) of the few types our structures have, over [`chipwright_iso7816::tlv`]: strict lengths, and errors that keep the offset in the file.

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Reader, Tlv, Writer};
use der::asn1::ObjectIdentifier;

use crate::FileId;
use crate::read::ReadError;

pub(crate) const INTEGER: Tag = Tag(0x02);
pub(crate) const OCTET_STRING: Tag = Tag(0x04);
pub(crate) const NULL: Tag = Tag(0x05);
pub(crate) const OBJECT_IDENTIFIER: Tag = Tag(0x06);
pub(crate) const UTF8_STRING: Tag = Tag(0x0C);
pub(crate) const PRINTABLE_STRING: Tag = Tag(0x13);
pub(crate) const SEQUENCE: Tag = Tag(0x30);
pub(crate) const SET: Tag = Tag(0x31);

/// Reads the fields of a SEQUENCE one after the other.
#[derive(Clone)]
pub(crate) struct Fields<'a> {
    reader: Reader<'a>,
    file: FileId,
    base: usize,
}

impl<'a> Fields<'a> {
    /// Of the one constructed value `data` must be, which stands at `base` in the file.
    pub(crate) fn of(file: FileId, base: usize, tag: Tag, data: &'a [u8]) -> Result<Self, ReadError> {
        let mut outer = Self { reader: Reader::strict(data), file, base };
        let fields = outer.constructed(tag)?;
        outer.finish()?;
        Ok(fields)
    }

    /// The next field, a SEQUENCE or SET.
    pub(crate) fn constructed(&mut self, tag: Tag) -> Result<Self, ReadError> {
        let field = self.field(tag)?;
        let reader = field.children().map_err(ReadError::tlv(self.file, self.base))?;
        Ok(Self { reader, file: self.file, base: self.base })
    }

    /// The next field, which must have this tag.
    pub(crate) fn field(&mut self, tag: Tag) -> Result<Tlv<'a>, ReadError> {
        self.reader.expect(tag).map_err(ReadError::tlv(self.file, self.base))
    }

    /// The next field if it has this tag.
    pub(crate) fn optional(&mut self, tag: Tag) -> Result<Option<Tlv<'a>>, ReadError> {
        let next = self.reader.clone().next().map_err(ReadError::tlv(self.file, self.base))?;
        if next.is_some_and(|field| field.tag == tag) { self.field(tag).map(Some) } else { Ok(None) }
    }

    /// The next field, whatever it is.
    pub(crate) fn any(&mut self) -> Result<Option<Tlv<'a>>, ReadError> {
        self.reader.next().map_err(ReadError::tlv(self.file, self.base))
    }

    /// The next field: an INTEGER from 0 to 2³²−1, minimal (X.690, 8.3.2).
    pub(crate) fn unsigned(&mut self) -> Result<(u32, Tlv<'a>), ReadError> {
        let field = self.field(INTEGER)?;
        unsigned(field.value).map(|value| (value, field)).ok_or_else(|| self.invalid(&field))
    }

    /// The next field: an OBJECT IDENTIFIER.
    pub(crate) fn oid(&mut self) -> Result<ObjectIdentifier, ReadError> {
        let field = self.field(OBJECT_IDENTIFIER)?;
        ObjectIdentifier::from_bytes(field.value).map_err(|_| self.invalid(&field))
    }

    /// The next field: a PrintableString (X.680, table 10).
    pub(crate) fn printable(&mut self) -> Result<(&'a str, Tlv<'a>), ReadError> {
        let field = self.field(PRINTABLE_STRING)?;
        self.printable_in(field)
    }

    /// The characters of a PrintableString, which may be tagged otherwise.
    pub(crate) fn printable_in(&self, field: Tlv<'a>) -> Result<(&'a str, Tlv<'a>), ReadError> {
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(byte);
        let text = std::str::from_utf8(field.value).ok().filter(|_| field.value.iter().all(allowed));
        text.map(|text| (text, field)).ok_or_else(|| self.invalid(&field))
    }

    /// Makes sure no field is left.
    pub(crate) fn finish(&self) -> Result<(), ReadError> {
        self.reader.finish().map_err(ReadError::tlv(self.file, self.base))
    }

    /// Where a field's value stands in the file.
    pub(crate) const fn at(&self, field: &Tlv<'_>) -> usize {
        self.base + field.value_offset
    }

    fn invalid(&self, field: &Tlv<'_>) -> ReadError {
        ReadError::tlv(self.file, self.base)(field.invalid())
    }
}

/// The value of an INTEGER from 0 to 2³²−1, if it is one and minimal.
pub(crate) fn unsigned(value: &[u8]) -> Option<u32> {
    match value {
        [] | [0x80..=0xFF, ..] => None,
        [0, ..=0x7F, ..] => None,
        [0, rest @ ..] | rest if rest.len() <= 4 => {
            Some(rest.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
        }
        _ => None,
    }
}

/// Appends an INTEGER.
pub(crate) fn put_unsigned(writer: &mut Writer, value: u32) {
    let bytes = (u64::from(value) << 24).to_be_bytes();
    let bytes = &bytes[..5];
    // one byte at the least, and none that the next one's sign bit makes superfluous
    let first = (0..4).find(|at| bytes[*at] != 0 || bytes[*at + 1] & 0x80 != 0).unwrap_or(4);
    writer.put(INTEGER, &bytes[first..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn integers_are_minimal() {
        for (value, hex) in [
            (0, "020100"),
            (127, "02017f"),
            (128, "02020080"),
            (70_000, "0203011170"),
            (u32::MAX, "020500ffffffff"),
        ] {
            let mut writer = Writer::new();
            put_unsigned(&mut writer, value);
            assert_eq!(hex::encode(writer.into_bytes()), hex);
        }
        for wrong in [&[][..], &[0x80], &[0, 0x7F], &[1, 0, 0, 0, 0], &[0, 0, 1]] {
            assert_eq!(unsigned(wrong), None, "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn integers_come_back(value: u32) {
            let mut writer = Writer::new();
            put_unsigned(&mut writer, value);
            prop_assert_eq!(unsigned(&writer.into_bytes()[2..]), Some(value));
        }
    }
}
