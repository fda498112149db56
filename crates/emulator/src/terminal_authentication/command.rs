//! Data fields.

use crate::cv::PublicKey;
use chipwright_iso7816::tlv::{Reader, Tlv, TlvError};
use chipwright_iso7816::{StatusWord, Tag};

const PROTOCOL: Tag = Tag(0x80);
const REFERENCE: Tag = Tag(0x83);
const EPHEMERAL_KEY: Tag = Tag(0x91);

/// MSE:Set DST, P1 P2 `81 B6` (TR-03110-3, B.4): `83` certification authority reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetDst {
    /// Whose key verifies the next certificate.
    pub reference: Vec<u8>,
}

/// MSE:Set AT, P1 P2 `81 A4` (TR-03110-3, B.5): `80` protocol, `83` holder reference of the terminal, `91` Comp(PK.PCD).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAt {
    /// The terminal.
    pub terminal: Vec<u8>,
    /// The x-coordinate of its ephemeral key.
    pub ephemeral_key: [u8; 32],
}

/// Why a data field is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// Not data objects, or a value that its tag does not allow.
    #[error("the data is malformed")]
    Malformed(#[from] TlvError),
    /// A data object that must be there is not.
    #[error("data object {0} is missing")]
    Missing(Tag),
    /// A data object that stands twice, or that the command does not have.
    #[error("data object {0} does not belong here")]
    Unexpected(Tag),
    /// Another protocol than id-TA-ECDSA-SHA-256.
    #[error("the protocol is not supported")]
    UnsupportedProtocol,
}

impl CommandError {
    /// `6A80`.
    #[must_use]
    pub const fn status(self) -> StatusWord {
        StatusWord::INCORRECT_DATA
    }
}

impl SetDst {
    /// Reads the data field.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn parse(data: &[u8]) -> Result<Self, CommandError> {
        let reference = Tlv::parse_expected(data, REFERENCE)?;
        if reference.value.is_empty() {
            return Err(reference.invalid().into());
        }
        Ok(Self { reference: reference.value.to_vec() })
    }
}

impl SetAt {
    /// Reads the data field; the objects may stand in any order.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn parse(data: &[u8]) -> Result<Self, CommandError> {
        let (mut protocol, mut terminal, mut key) = (None, None, None);
        let mut reader = Reader::new(data);
        while let Some(object) = reader.next()? {
            let slot = match object.tag {
                PROTOCOL => &mut protocol,
                REFERENCE => &mut terminal,
                EPHEMERAL_KEY => &mut key,
                other => return Err(CommandError::Unexpected(other)),
            };
            if slot.replace(object).is_some() {
                return Err(CommandError::Unexpected(object.tag));
            }
        }
        if protocol.ok_or(CommandError::Missing(PROTOCOL))?.value != PublicKey::ECDSA_SHA_256 {
            return Err(CommandError::UnsupportedProtocol);
        }
        let terminal = terminal.ok_or(CommandError::Missing(REFERENCE))?.value.to_vec();
        let key = key.ok_or(CommandError::Missing(EPHEMERAL_KEY))?;
        let ephemeral_key = key.value.try_into().map_err(|_| key.invalid())?;
        Ok(Self { terminal, ephemeral_key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_fields() {
        let key = "11".repeat(32);
        let good = format!("800a04007f00070202020203 8302{} 9120{key}", hex::encode("AB"));
        let parse = |text: &str| SetAt::parse(&hex::decode(text.replace(' ', "")).unwrap());
        assert_eq!(parse(&good), Ok(SetAt { terminal: b"AB".to_vec(), ephemeral_key: [0x11; 32] }));
        let tag = |error: &CommandError| matches!(error, CommandError::Unexpected(_));
        assert!(parse(&format!("{good}830141")).is_err_and(|error| tag(&error)));
        assert!(parse(&format!("{good}670141")).is_err_and(|error| tag(&error)));
        assert_eq!(parse(&good[..34]), Err(CommandError::Missing(EPHEMERAL_KEY)));
        assert_eq!(parse(&good[25..]), Err(CommandError::Missing(PROTOCOL)));
        assert_eq!(parse(&good.replace("020203", "020205")), Err(CommandError::UnsupportedProtocol));
        assert!(matches!(parse(&good.replace("9120", "9121")), Err(CommandError::Malformed(_))));
        assert!(matches!(parse(&good.replace("9120", "911f")[..102]), Err(CommandError::Malformed(_))));
        assert_eq!(SetDst::parse(b"\x83\x02AB"), Ok(SetDst { reference: b"AB".to_vec() }));
        for bad in [&b"\x83\x00"[..], b"", b"\x84\x01A", b"\x83\x01A\x83\x01A"] {
            assert!(SetDst::parse(bad).is_err());
        }
    }
}
