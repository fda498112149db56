//! Distinguished names (X.501; 9303-12, 7.1.1.1): country in capitals as PrintableString, the rest UTF-8.

use std::fmt;

use crate::oid::{self, Oid};
use crate::x690::{self, Reader};

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
        let mut der = relative(oid::COUNTRY_NAME, x690::PRINTABLE_STRING, country);
        let parts = [
            (oid::ORGANIZATION_NAME, "the organization", Some(organization)),
            (oid::ORGANIZATIONAL_UNIT_NAME, "the organizational unit", unit),
            (oid::COMMON_NAME, "the common name", Some(common_name)),
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
            der.extend_from_slice(&relative(attribute, x690::UTF8_STRING, value));
        }
        Ok(Self(x690::sequence(&[&der]).into()))
    }

    /// The DER encoding.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn from_raw(raw: &[u8]) -> Self {
        Self(raw.into())
    }
}

/// One `RelativeDistinguishedName` with one attribute.
pub(crate) fn relative(attribute: Oid, string: u8, value: &str) -> Vec<u8> {
    let value = x690::element(string, &[value.as_bytes()]);
    x690::element(x690::SET, &[&x690::sequence(&[&x690::object_identifier(attribute), &value])])
}

impl fmt::Display for Name {
    /// `C=VN, O=…, CN=…`; attributes of other kinds and unreadable values are shown as `?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reader = Reader::new(&self.0);
        let Ok(mut sets) = reader.sequence() else { return f.write_str("?") };
        let mut first = true;
        while let Ok(set) = sets.expect(x690::SET) {
            let mut attributes = set.contents();
            while let Ok(mut attribute) = attributes.sequence() {
                let (Ok(kind), Ok(value)) = (attribute.any(), attribute.any()) else { break };
                let label = [
                    (oid::COUNTRY_NAME, "C"),
                    (oid::ORGANIZATION_NAME, "O"),
                    (oid::ORGANIZATIONAL_UNIT_NAME, "OU"),
                    (oid::LOCALITY_NAME, "L"),
                    (oid::COMMON_NAME, "CN"),
                ]
                .into_iter()
                .find(|(oid, _)| kind.is(*oid))
                .map_or("?", |(_, label)| label);
                let text = std::str::from_utf8(value.value).unwrap_or("?");
                write!(f, "{}{label}=", if first { "" } else { ", " })?;
                text.chars().try_for_each(|c| write!(f, "{}", if c.is_control() { '?' } else { c }))?;
                first = false;
            }
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
        assert_eq!(Name::from_raw(b"\x30\x02\x31").to_string(), "?");
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
