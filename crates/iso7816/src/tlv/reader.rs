//! Reading.

use super::{MAX_DEPTH, Tag, TlvError, TlvErrorKind};

/// One data object: its tag, its value, and where it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The tag.
    pub tag: Tag,
    /// The value.
    pub value: &'a [u8],
    /// The whole data object as read: tag, length, value.
    pub encoded: &'a [u8],
    /// Offset of the value in the outermost data.
    pub value_offset: usize,
    depth: u8,
    strict: bool,
}

impl<'a> Tlv<'a> {
    /// Reads exactly one data object, with nothing after it.
    ///
    /// # Errors
    /// [`TlvError`], with [`TlvErrorKind::Trailing`] when bytes follow.
    pub fn parse_one(data: &'a [u8]) -> Result<Self, TlvError> {
        let mut reader = Reader::new(data);
        let tlv = reader.next_required()?;
        reader.finish()?;
        Ok(tlv)
    }

    /// Reads exactly one data object, which must have this tag.
    ///
    /// # Errors
    /// As [`Tlv::parse_one`]; [`TlvErrorKind::UnexpectedTag`] for another tag.
    pub fn parse_expected(data: &'a [u8], wanted: Tag) -> Result<Self, TlvError> {
        let tlv = Self::parse_one(data)?;
        if tlv.tag == wanted {
            Ok(tlv)
        } else {
            Err(TlvError { kind: TlvErrorKind::UnexpectedTag { wanted, found: tlv.tag }, offset: 0 })
        }
    }

    /// A reader over the data objects inside this one.
    ///
    /// # Errors
    /// [`TlvErrorKind::TooDeep`] beyond [`MAX_DEPTH`] levels.
    pub const fn children(&self) -> Result<Reader<'a>, TlvError> {
        if self.depth >= MAX_DEPTH {
            return Err(TlvError { kind: TlvErrorKind::TooDeep, offset: self.value_offset });
        }
        Ok(Reader { rest: self.value, offset: self.value_offset, depth: self.depth + 1, strict: self.strict })
    }

    /// An error about this object's value.
    #[must_use]
    pub const fn invalid(&self) -> TlvError {
        TlvError { kind: TlvErrorKind::InvalidValue(self.tag), offset: self.value_offset }
    }
}

/// Reads data objects one after the other.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
    depth: u8,
    strict: bool,
}

impl<'a> Reader<'a> {
    /// Over this data, with the tolerance of the module.
    #[must_use]
    pub const fn new(data: &'a [u8]) -> Self {
        Self { rest: data, offset: 0, depth: 0, strict: false }
    }

    /// Over this data, refusing lengths that are not minimal.
    #[must_use]
    pub const fn strict(data: &'a [u8]) -> Self {
        Self { rest: data, offset: 0, depth: 0, strict: true }
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What is left.
    #[must_use]
    pub const fn remaining(&self) -> &'a [u8] {
        self.rest
    }

    /// The next data object, or none at the end.
    ///
    /// # Errors
    /// [`TlvError`] when the data is not TLV; the reader stays where it was.
    #[expect(
        clippy::should_implement_trait,
        reason = "fallible: an iterator would end or repeat at an error"
    )]
    pub fn next(&mut self) -> Result<Option<Tlv<'a>>, TlvError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (tag, tag_len) = self.tag()?;
        let (value_len, length_len) = self.length(tag_len)?;
        let start = tag_len + length_len;
        let left = self.rest.len() - start;
        if value_len > left {
            return Err(self.error(TlvErrorKind::TruncatedValue { said: value_len, left }, start));
        }
        let (encoded, rest) = self.rest.split_at(start + value_len);
        let tlv = Tlv {
            tag,
            value: &encoded[start..],
            encoded,
            value_offset: self.offset + start,
            depth: self.depth,
            strict: self.strict,
        };
        self.rest = rest;
        self.offset += encoded.len();
        Ok(Some(tlv))
    }

    /// The next data object, which must exist.
    ///
    /// # Errors
    /// [`TlvErrorKind::TruncatedTag`] at the end.
    pub fn next_required(&mut self) -> Result<Tlv<'a>, TlvError> {
        self.next()?.ok_or(TlvError { kind: TlvErrorKind::TruncatedTag, offset: self.offset })
    }

    /// The next data object, which must have this tag.
    ///
    /// # Errors
    /// [`TlvErrorKind::Missing`] at the end, [`TlvErrorKind::UnexpectedTag`] for another tag.
    pub fn expect(&mut self, wanted: Tag) -> Result<Tlv<'a>, TlvError> {
        let offset = self.offset;
        match self.next()? {
            None => Err(TlvError { kind: TlvErrorKind::Missing(wanted), offset }),
            Some(tlv) if tlv.tag == wanted => Ok(tlv),
            Some(tlv) => {
                Err(TlvError { kind: TlvErrorKind::UnexpectedTag { wanted, found: tlv.tag }, offset })
            }
        }
    }

    /// The first data object with this tag among those left, whatever stands before it.
    ///
    /// # Errors
    /// [`TlvErrorKind::Missing`] when there is none, or the error of what stands before it.
    pub fn find(&mut self, wanted: Tag) -> Result<Tlv<'a>, TlvError> {
        let offset = self.offset;
        while let Some(tlv) = self.next()? {
            if tlv.tag == wanted {
                return Ok(tlv);
            }
        }
        Err(TlvError { kind: TlvErrorKind::Missing(wanted), offset })
    }

    /// Makes sure nothing is left.
    ///
    /// # Errors
    /// [`TlvErrorKind::Trailing`].
    pub const fn finish(&self) -> Result<(), TlvError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(TlvError { kind: TlvErrorKind::Trailing(self.rest.len()), offset: self.offset })
        }
    }

    const fn error(&self, kind: TlvErrorKind, ahead: usize) -> TlvError {
        TlvError { kind, offset: self.offset + ahead }
    }

    /// The tag at the front and how many bytes it takes (8825-1, 8.1.2).
    fn tag(&self) -> Result<(Tag, usize), TlvError> {
        let first = self.rest[0];
        if first & 0x1F != 0x1F {
            return Ok((Tag(u32::from(first)), 1));
        }
        let mut value = u32::from(first);
        for index in 1..4 {
            let byte = *self.rest.get(index).ok_or(self.error(TlvErrorKind::TruncatedTag, index))?;
            if index == 1 && byte & 0x7F == 0 {
                return Err(self.error(TlvErrorKind::InvalidTag, index));
            }
            value = value << 8 | u32::from(byte);
            if byte & 0x80 == 0 {
                return Ok((Tag(value), index + 1));
            }
        }
        Err(self.error(TlvErrorKind::InvalidTag, 0))
    }

    /// The length at `at` and how many bytes its field takes (8825-1, 8.1.3).
    fn length(&self, at: usize) -> Result<(usize, usize), TlvError> {
        let first = *self.rest.get(at).ok_or(self.error(TlvErrorKind::TruncatedLength, at))?;
        let count = first & 0x7F;
        match first {
            0..=0x7F => return Ok((usize::from(first), 1)),
            0x80 => return Err(self.error(TlvErrorKind::IndefiniteLength, at)),
            _ if count > 4 => return Err(self.error(TlvErrorKind::LengthTooLong(count), at)),
            _ => {}
        }
        let field = self
            .rest
            .get(at + 1..at + 1 + usize::from(count))
            .ok_or(self.error(TlvErrorKind::TruncatedLength, at))?;
        let value = field.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
        if self.strict && (value < 0x80 || field[0] == 0) {
            return Err(self.error(TlvErrorKind::NotMinimal, at));
        }
        Ok((value, 1 + usize::from(count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::encode;
    use proptest::prelude::*;

    fn kind(data: &str) -> (TlvErrorKind, usize) {
        let bytes = hex::decode(data).unwrap();
        let error = Tlv::parse_one(&bytes).unwrap_err();
        (error.kind, error.offset)
    }

    #[test]
    fn tags_that_other_crates_refuse() {
        for (data, tag) in [("5f0100", 0x5F01), ("5f0e00", 0x5F0E), ("7f218100", 0x7F21), ("dfff8a8a4500", 0)]
        {
            let bytes = hex::decode(data).unwrap();
            match Tlv::parse_one(&bytes) {
                Ok(tlv) => assert_eq!(tlv.tag, Tag(tag)),
                Err(error) => assert_eq!((tag, error.kind), (0, TlvErrorKind::InvalidTag)),
            }
        }
    }

    #[test]
    fn errors_say_what_and_where() {
        assert_eq!(kind("5f"), (TlvErrorKind::TruncatedTag, 1));
        assert_eq!(kind("5f1f"), (TlvErrorKind::TruncatedLength, 2));
        assert_eq!(kind("7c05aabb"), (TlvErrorKind::TruncatedValue { said: 5, left: 2 }, 2));
        assert_eq!(kind("7c80"), (TlvErrorKind::IndefiniteLength, 1));
        assert_eq!(kind("7c850000000001aa"), (TlvErrorKind::LengthTooLong(5), 1));
        assert_eq!(kind("0401aabb"), (TlvErrorKind::Trailing(1), 3));
        assert_eq!(kind("5f8000"), (TlvErrorKind::InvalidTag, 1));
    }

    #[test]
    fn offsets_are_right_through_nesting() {
        let bytes = hex::decode("7c0630048005aabb").unwrap();
        let outer = Tlv::parse_one(&bytes).unwrap();
        let inner = outer.children().unwrap().next_required().unwrap();
        let error = inner.children().unwrap().next().unwrap_err();
        assert_eq!(error, TlvError { kind: TlvErrorKind::TruncatedValue { said: 5, left: 2 }, offset: 6 });
    }

    #[test]
    fn strict_reading_refuses_long_lengths() {
        let bytes = hex::decode("04820001aa").unwrap();
        assert_eq!(Tlv::parse_one(&bytes).unwrap().value, [0xAA]);
        assert_eq!(Reader::strict(&bytes).next().unwrap_err().kind, TlvErrorKind::NotMinimal);
    }

    #[test]
    fn nesting_is_bounded() {
        let mut data = Vec::new();
        for _ in 0..40 {
            data = encode(Tag(0x30), &data);
        }
        let mut tlv = Tlv::parse_one(&data).unwrap();
        let error = loop {
            match tlv.children().and_then(|mut inner| inner.next_required()) {
                Ok(next) => tlv = next,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind, TlvErrorKind::TooDeep);
    }

    proptest! {
        #[test]
        fn parse_then_encode_is_identity(tag in prop::sample::select(vec![0x04u32, 0x5F1F, 0x7F49, 0x5F8101]),
                                         value in prop::collection::vec(any::<u8>(), 0..70_000)) {
            let bytes = encode(Tag(tag), &value);
            let tlv = Tlv::parse_one(&bytes).unwrap();
            prop_assert_eq!((tlv.tag, tlv.value), (Tag(tag), value.as_slice()));
        }

        #[test]
        fn any_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = Reader::new(&bytes);
            let mut consumed = 0;
            while let Ok(Some(tlv)) = reader.next() {
                consumed += tlv.encoded.len();
                if let Ok(mut children) = tlv.children() {
                    let _ = children.next();
                }
            }
            prop_assert!(consumed <= bytes.len());
        }
    }
}
