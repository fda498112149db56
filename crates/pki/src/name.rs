//! Distinguished names (X.501; 9303-12, 7.1.1.1): country in capitals as PrintableString, the rest UTF-8.

use std::fmt;

use const_oid::db::rfc4519;
use der::{Any, Decode, Encode, Tag};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name as DistinguishedName, RdnSequence, RelativeDistinguishedName};

use crate::encoding::DerError;
use crate::oid::Oid;

/// A distinguished name as DER. Two names are the same when their encodings are (9303-12 has issuers copied bit by bit).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name(Box<[u8]>);

/// Why parts are not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The country is not two capital letters (ISO 3166-1 alpha-2).
    #[error("a country is two capital letters such as VN")]
    Country,
    /// A part is empty or longer than 64 characters (RFC 5280, appendix A.1).
    #[error("{part} has {characters} characters; it must have 1 to 64")]
    Length {
        /// Which part.
        part: &'static str,
        /// Its length in characters.
        characters: usize,
    },
    /// A part contains control characters.
    #[error("{part} contains a control character")]
    Control {
        /// Which part.
        part: &'static str,
    },
    /// The name cannot be written.
    #[error("the name cannot be encoded")]
    Encoding(#[from] DerError),
}

impl Name {
    /// `C = country, O = organization, [OU = unit,] CN = common_name`, in this order.
    ///
    /// # Errors
    /// [`NameError`] for a country that is not two capitals, and parts of other than 1 to 64 printable characters.
    pub fn new(
        country: &str,
        organization: &str,
        unit: Option<&str>,
        common_name: &str,
    ) -> Result<Self, NameError> {
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(NameError::Country);
        }
        let mut attributes = vec![(rfc4519::COUNTRY_NAME, Tag::PrintableString, country)];
        let parts = [
            (rfc4519::ORGANIZATION_NAME, "the organization", Some(organization)),
            (rfc4519::ORGANIZATIONAL_UNIT_NAME, "the organizational unit", unit),
            (rfc4519::COMMON_NAME, "the common name", Some(common_name)),
        ];
        for (attribute, part, value) in parts {
            let Some(value) = value else { continue };
            let characters = value.chars().count();
            if characters == 0 || characters > 64 {
                return Err(NameError::Length { part, characters });
            }
            if value.chars().any(char::is_control) {
                return Err(NameError::Control { part });
            }
            attributes.push((attribute, Tag::Utf8String, value));
        }
        Ok(Self::from_x509(&distinguished_name(&attributes).map_err(DerError::from)?)
            .map_err(DerError::from)?)
    }

    /// The DER encoding.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn from_x509(name: &DistinguishedName) -> der::Result<Self> {
        Ok(Self(name.to_der()?.into()))
    }

    pub(crate) fn to_x509(&self) -> der::Result<DistinguishedName> {
        DistinguishedName::from_der(&self.0)
    }
}

/// A name of one attribute in each `RelativeDistinguishedName`.
pub(crate) fn distinguished_name(attributes: &[(Oid, Tag, &str)]) -> der::Result<DistinguishedName> {
    let mut sequence = RdnSequence::default();
    for (oid, tag, text) in attributes {
        let value = Any::new(*tag, text.as_bytes())?;
        sequence.push(RelativeDistinguishedName::try_from(vec![AttributeTypeAndValue { oid: *oid, value }])?);
    }
    DistinguishedName::from_der(&sequence.to_der()?)
}

impl fmt::Display for Name {
    /// `C=VN, O=…, CN=…`; attributes of other kinds and unreadable values are shown as `?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(name) = self.to_x509() else { return f.write_str("?") };
        for (index, attribute) in name.iter().enumerate() {
            let label = match attribute.oid {
                rfc4519::COUNTRY_NAME => "C",
                rfc4519::ORGANIZATION_NAME => "O",
                rfc4519::ORGANIZATIONAL_UNIT_NAME => "OU",
                rfc4519::LOCALITY_NAME => "L",
                rfc4519::COMMON_NAME => "CN",
                _ => "?",
            };
            let text = std::str::from_utf8(attribute.value.value()).unwrap_or("?");
            write!(f, "{}{label}=", if index == 0 { "" } else { ", " })?;
            text.chars().try_for_each(|c| write!(f, "{}", if c.is_control() { '?' } else { c }))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_shows_what_it_was_made_of() {
        let name = Name::new("VN", "Tổ chức", Some("Ban Tổ chức"), "Gốc 1").unwrap();
        assert_eq!(name.to_string(), "C=VN, O=Tổ chức, OU=Ban Tổ chức, CN=Gốc 1");
        assert_eq!(Name(Box::new(*b"\x30\x02\x31")).to_string(), "?");
    }

    #[test]
    fn bad_parts_are_named() {
        assert_eq!(Name::new("vn", "O", None, "CN"), Err(NameError::Country));
        assert_eq!(
            Name::new("VN", "", None, "CN"),
            Err(NameError::Length { part: "the organization", characters: 0 })
        );
        assert_eq!(Name::new("VN", "O", None, "a\nb"), Err(NameError::Control { part: "the common name" }));
    }
}
