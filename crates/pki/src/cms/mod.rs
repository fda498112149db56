//! Cryptographic Message Syntax: SignedData (RFC 5652, 5) in the profile of 9303-10, 4.6.2.2.
//!
//! | field | value |
//! |---|---|
//! | version | 3 |
//! | digestAlgorithms | SHA-256 |
//! | eContentType | id-icao-mrtd-security-ldsSecurityObject, or as given |
//! | certificates | the document signer's |
//! | crls | absent |
//! | signerInfos | one; version 1, issuerAndSerialNumber |
//! | signedAttrs | contentType, messageDigest, signingTime |
//! | signatureAlgorithm | ecdsa-with-SHA256 |
//! | unsignedAttrs | absent |

pub(crate) mod content;
pub(crate) mod template;
pub(crate) mod view;

use std::fmt;

pub use template::{SignerTemplate, TemplateError};

/// A finished SignedData in its ContentInfo, as DER: the content of EF.SOD's tag 77.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedData(Vec<u8>);

impl SignedData {
    pub(crate) const fn from_der(der: Vec<u8>) -> Self {
        Self(der)
    }

    /// The DER encoding of the ContentInfo.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.0
    }

    /// The DER encoding of the ContentInfo.
    #[must_use]
    pub fn into_der(self) -> Vec<u8> {
        self.0
    }
}

impl AsRef<[u8]> for SignedData {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SignedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedData({} bytes)", self.0.len())
    }
}
