//! The certificate extension of `applet-spec` (TA-07).

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Tlv, TlvError};

const OBJECT_IDENTIFIER: Tag = Tag(0x06);
const DISCRETIONARY_DATA: Tag = Tag(0x53);
const TEMPLATE: Tag = Tag(0x73);
/// 1.3.6.1.4.1.32473.4348.3.1.
const FILE_RIGHTS: [u8; 12] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xFD, 0x59, 0xA1, 0x7C, 0x03, 0x01];

/// Which files of the records application may be read and appended to: bit *n* for the file 020*n*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileRights {
    /// Reading.
    pub read: u16,
    /// Appending.
    pub append: u16,
}

impl FileRights {
    /// Every file.
    pub const ALL: Self = Self { read: 0xFFFF, append: 0xFFFF };

    /// From the value of `65`: the `73` of this extension narrow each other, those of others are passed over; none if
    /// it is not there.
    ///
    /// # Errors
    /// [`TlvError`].
    pub fn read(extensions: &Tlv<'_>) -> Result<Option<Self>, TlvError> {
        let mut reader = extensions.children()?;
        let mut found = None;
        while let Some(template) = reader.next()? {
            if template.tag != TEMPLATE {
                return Err(template.invalid());
            }
            let mut objects = template.children()?;
            if objects.expect(OBJECT_IDENTIFIER)?.value != FILE_RIGHTS {
                continue;
            }
            let value = objects.expect(DISCRETIONARY_DATA)?;
            objects.finish()?;
            let [a, b, c, d] = *value.value else { return Err(value.invalid()) };
            let these = Self { read: u16::from_be_bytes([a, b]), append: u16::from_be_bytes([c, d]) };
            found = Some(these.narrowed_by(found.unwrap_or(Self::ALL)));
        }
        Ok(found)
    }

    /// What both allow.
    #[must_use]
    pub const fn narrowed_by(self, other: Self) -> Self {
        Self { read: self.read & other.read, append: self.append & other.append }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "7314060c2b0601040181fd59a17c0301530400220004";

    fn read(value: &str) -> Result<Option<FileRights>, TlvError> {
        let value = hex::decode(value).unwrap();
        let bytes = chipwright_iso7816::tlv::encode(Tag(0x65), &value);
        FileRights::read(&Tlv::parse_one(&bytes).unwrap())
    }

    #[test]
    fn ours_and_others() {
        assert_eq!(read(OURS), Ok(Some(FileRights { read: 0x22, append: 0x04 })));
        let other = "730f060904007f0007030103015302abcd";
        assert_eq!(read(other), Ok(None));
        assert_eq!(read(&[other, OURS].concat()), Ok(Some(FileRights { read: 0x22, append: 0x04 })));
        let twice = [OURS, &OURS.replace("00220004", "0003ffff")].concat();
        assert_eq!(read(&twice), Ok(Some(FileRights { read: 0x02, append: 0x04 })));
        assert_eq!(read(""), Ok(None));
    }

    #[test]
    fn malformed() {
        let short = "7313060c2b0601040181fd59a17c03015303002200";
        for bad in [short, "7400", "7300", "7302530100", "7312060c2b0601040181fd59a17c03015402ffff"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
