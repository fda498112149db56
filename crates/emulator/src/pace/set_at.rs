//! MSE:Set AT.

use super::{DomainParameters, Mechanism};
use crate::cv::Template;
use chipwright_iso7816::tlv::{Reader, Tlv, TlvError};
use chipwright_iso7816::{StatusWord, Tag};

const MECHANISM: Tag = Tag(0x80);
const PASSWORD: Tag = Tag(0x83);
const DOMAIN_PARAMETERS: Tag = Tag(0x84);
const CHAT: Tag = Tag(0x7F4C);

/// TR-03110-3, B.11.1 (MSE:Set AT for PACE, P1 P2 = `C1 A4`): `80` mechanism, `83` password reference, `84`
/// domain parameters (conditional), `7F4C` CHAT (conditional).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAt {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// Which password.
    pub password: PasswordReference,
    /// The domain parameters, where the terminal names them; else those of the only PACEInfo with this mechanism.
    pub domain: Option<DomainParameters>,
    /// The certificate holder authorization template, where the terminal asks for rights.
    pub chat: Option<Template>,
}

/// The value of `83` (TR-03110-3, B.11.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PasswordReference {
    /// `01`
    Mrz,
    /// `02`
    Can,
    /// `03`
    Pin,
    /// `04`
    Puk,
}

/// Why the data of MSE:Set AT is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SetAtError {
    /// Not data objects, or a value that its tag does not allow.
    #[error("the data of MSE:Set AT is malformed")]
    Malformed(#[from] TlvError),
    /// A data object that must be there is not.
    #[error("data object {0} is missing")]
    Missing(Tag),
    /// A data object that stands twice.
    #[error("data object {0} stands twice")]
    Repeated(Tag),
    /// A data object that MSE:Set AT for PACE does not have.
    #[error("data object {0} is unknown")]
    Unknown(Tag),
    /// A mechanism the chip does not have.
    #[error("the mechanism is not supported")]
    UnsupportedMechanism,
    /// A password reference outside 01 to 04.
    #[error("there is no password {0:02X}")]
    NoSuchPassword(u8),
    /// Domain parameters the chip does not have.
    #[error("there are no domain parameters {0}")]
    NoSuchDomainParameters(u8),
}

impl SetAtError {
    /// ACC-01: `6A88` a password that the card does not hold; `6A80` everything else. (TR-03110-3, B.11.1 has `6A88` for
    /// domain parameters too.)
    #[must_use]
    pub const fn status(self) -> StatusWord {
        match self {
            Self::NoSuchPassword(_) => StatusWord::REFERENCED_DATA_NOT_FOUND,
            Self::Malformed(_)
            | Self::Missing(_)
            | Self::Repeated(_)
            | Self::Unknown(_)
            | Self::UnsupportedMechanism
            | Self::NoSuchDomainParameters(_) => StatusWord::INCORRECT_DATA,
        }
    }
}

impl SetAt {
    /// Reads the data field. The objects may stand in any order, each at most once.
    ///
    /// # Errors
    /// [`SetAtError`].
    pub fn parse(data: &[u8]) -> Result<Self, SetAtError> {
        let (mut mechanism, mut password, mut domain, mut chat) = (None, None, None, None);
        let mut reader = Reader::new(data);
        while let Some(object) = reader.next()? {
            let repeated = match object.tag {
                MECHANISM => mechanism.replace(read_mechanism(object)?).is_some(),
                PASSWORD => password.replace(read_password(object)?).is_some(),
                DOMAIN_PARAMETERS => domain.replace(read_domain(object)?).is_some(),
                CHAT => chat.replace(Template::read(&object)?).is_some(),
                unknown => return Err(SetAtError::Unknown(unknown)),
            };
            if repeated {
                return Err(SetAtError::Repeated(object.tag));
            }
        }
        Ok(Self {
            mechanism: mechanism.ok_or(SetAtError::Missing(MECHANISM))?,
            password: password.ok_or(SetAtError::Missing(PASSWORD))?,
            domain,
            chat,
        })
    }
}

fn read_mechanism(object: Tlv<'_>) -> Result<Mechanism, SetAtError> {
    Mechanism::from_oid(object.value).ok_or(SetAtError::UnsupportedMechanism)
}

fn read_password(object: Tlv<'_>) -> Result<PasswordReference, SetAtError> {
    match *object.value {
        [0x01] => Ok(PasswordReference::Mrz),
        [0x02] => Ok(PasswordReference::Can),
        [0x03] => Ok(PasswordReference::Pin),
        [0x04] => Ok(PasswordReference::Puk),
        [other] => Err(SetAtError::NoSuchPassword(other)),
        _ => Err(object.invalid().into()),
    }
}

/// The identifier as an unsigned integer of one byte.
fn read_domain(object: Tlv<'_>) -> Result<DomainParameters, SetAtError> {
    match *object.value {
        [id] => DomainParameters::from_id(id).ok_or(SetAtError::NoSuchDomainParameters(id)),
        _ => Err(object.invalid().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(data: &str) -> Result<SetAt, SetAtError> {
        SetAt::parse(&hex::decode(data).unwrap())
    }

    #[test]
    fn what_terminals_send() {
        let wanted = SetAt {
            mechanism: Mechanism::EcdhGmAes128,
            password: PasswordReference::Mrz,
            domain: None,
            chat: None,
        };
        assert_eq!(parse("800a04007f00070202040202830101"), Ok(wanted.clone()));
        let named = parse("800a04007f0007020204020483010284010c").unwrap();
        assert_eq!(named.mechanism, Mechanism::EcdhGmAes256);
        assert_eq!((named.password, named.domain), (PasswordReference::Can, Some(DomainParameters::P256)));
        let chat = "7f4c12060904007f00070301020253050000000110";
        let asking = parse(&format!("800a04007f00070202040202830103{chat}84010d")).unwrap();
        assert_eq!(asking.chat.unwrap().authentication_terminal(), Some([0, 0, 0, 0x01, 0x10]));
        assert_eq!(
            parse(&format!("{chat}800a04007f00070202040202830101")).map(|set_at| set_at.password),
            Ok(PasswordReference::Mrz)
        );
    }

    #[test]
    fn what_is_refused() {
        let status = |data| parse(data).map_err(SetAtError::status);
        assert_eq!(parse("830101"), Err(SetAtError::Missing(MECHANISM)));
        assert_eq!(parse("800a04007f00070202040202"), Err(SetAtError::Missing(PASSWORD)));
        assert_eq!(parse("800a04007f00070202040202830101830101"), Err(SetAtError::Repeated(PASSWORD)));
        assert_eq!(parse("800a04007f00070202040202830101990100"), Err(SetAtError::Unknown(Tag(0x99))));
        assert_eq!(status("800a04007f00070202040201830101"), Err(StatusWord::INCORRECT_DATA));
        assert_eq!(status("800a04007f00070202040202830105"), Err(StatusWord::REFERENCED_DATA_NOT_FOUND));
        assert_eq!(status("800a04007f0007020204020283010184010b"), Err(StatusWord::INCORRECT_DATA));
        assert_eq!(status("800a04007f000702020402028302"), Err(StatusWord::INCORRECT_DATA));
        assert_eq!(status("800a04007f000702020402028301017f4c04060203ff"), Err(StatusWord::INCORRECT_DATA));
        assert_eq!(status("800a04007f000702020402028301017f4c00"), Err(StatusWord::INCORRECT_DATA));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_do_not_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80)) {
            let _ = SetAt::parse(&bytes);
        }
    }
}
