//! Object identifiers (X.660), held as their DER content octets so that comparison is a byte comparison.

use std::fmt;

/// An object identifier: the content octets of its DER encoding (X.690, 8.19).
///
/// ```
/// use chipwright_pki::oid;
/// assert_eq!(oid::LDS_SECURITY_OBJECT.to_string(), "2.23.136.1.1.1");
/// assert_eq!(oid::TEST_ROOT.to_string(), "2.999.4348.1.1");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oid(&'static [u8]);

impl Oid {
    /// An identifier from the content octets of its encoding.
    #[must_use]
    pub const fn from_content(content: &'static [u8]) -> Self {
        Self(content)
    }

    /// The content octets.
    #[must_use]
    pub const fn content(self) -> &'static [u8] {
        self.0
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let mut arc: u64 = 0;
        for byte in self.0 {
            arc = (arc << 7) | u64::from(byte & 0x7F);
            if byte & 0x80 != 0 {
                continue;
            }
            if first {
                let root = (arc / 40).min(2);
                write!(f, "{root}.{}", arc - root * 40)?;
                first = false;
            } else {
                write!(f, ".{arc}")?;
            }
            arc = 0;
        }
        Ok(())
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oid({self})")
    }
}

/// id-ecPublicKey, 1.2.840.10045.2.1 (RFC 5480, 2.1.1).
pub const EC_PUBLIC_KEY: Oid = Oid(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]);
/// secp256r1, 1.2.840.10045.3.1.7 (RFC 5480, 2.1.1.1).
pub const SECP256R1: Oid = Oid(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]);
/// secp384r1, 1.3.132.0.34 (RFC 5480, 2.1.1.1).
pub const SECP384R1: Oid = Oid(&[0x2B, 0x81, 0x04, 0x00, 0x22]);
/// ecdsa-with-SHA256, 1.2.840.10045.4.3.2 (RFC 5758, 3.2).
pub const ECDSA_WITH_SHA256: Oid = Oid(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]);
/// ecdsa-with-SHA384, 1.2.840.10045.4.3.3 (RFC 5758, 3.2).
pub const ECDSA_WITH_SHA384: Oid = Oid(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03]);
/// id-sha256, 2.16.840.1.101.3.4.2.1 (RFC 5754, 2.2).
pub const SHA256: Oid = Oid(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]);

/// id-signedData, 1.2.840.113549.1.7.2 (RFC 5652, 5.1).
pub const SIGNED_DATA: Oid = Oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02]);
/// id-contentType, 1.2.840.113549.1.9.3 (RFC 5652, 11.1).
pub const CONTENT_TYPE: Oid = Oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03]);
/// id-messageDigest, 1.2.840.113549.1.9.4 (RFC 5652, 11.2).
pub const MESSAGE_DIGEST: Oid = Oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04]);
/// id-signingTime, 1.2.840.113549.1.9.5 (RFC 5652, 11.3).
pub const SIGNING_TIME: Oid = Oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x05]);

/// id-icao-mrtd-security-ldsSecurityObject, 2.23.136.1.1.1 (9303-10, 4.6.2.3).
pub const LDS_SECURITY_OBJECT: Oid = Oid(&[0x67, 0x81, 0x08, 0x01, 0x01, 0x01]);
/// id-icao-mrtd-security-extensions-documentTypeList, 2.23.136.1.1.6.2 (9303-12, 7.1.1.6).
pub const DOCUMENT_TYPE_LIST: Oid = Oid(&[0x67, 0x81, 0x08, 0x01, 0x01, 0x06, 0x02]);

/// commonName, 2.5.4.3 (X.520).
pub const COMMON_NAME: Oid = Oid(&[0x55, 0x04, 0x03]);
/// countryName, 2.5.4.6 (X.520).
pub const COUNTRY_NAME: Oid = Oid(&[0x55, 0x04, 0x06]);
/// localityName, 2.5.4.7 (X.520).
pub const LOCALITY_NAME: Oid = Oid(&[0x55, 0x04, 0x07]);
/// organizationName, 2.5.4.10 (X.520).
pub const ORGANIZATION_NAME: Oid = Oid(&[0x55, 0x04, 0x0A]);
/// organizationalUnitName, 2.5.4.11 (X.520).
pub const ORGANIZATIONAL_UNIT_NAME: Oid = Oid(&[0x55, 0x04, 0x0B]);

/// subjectKeyIdentifier, 2.5.29.14 (RFC 5280, 4.2.1.2).
pub const SUBJECT_KEY_IDENTIFIER: Oid = Oid(&[0x55, 0x1D, 0x0E]);
/// keyUsage, 2.5.29.15 (RFC 5280, 4.2.1.3).
pub const KEY_USAGE: Oid = Oid(&[0x55, 0x1D, 0x0F]);
/// privateKeyUsagePeriod, 2.5.29.16 (RFC 3280, 4.2.1.4; 9303-12, 7.1).
pub const PRIVATE_KEY_USAGE_PERIOD: Oid = Oid(&[0x55, 0x1D, 0x10]);
/// subjectAltName, 2.5.29.17 (RFC 5280, 4.2.1.6).
pub const SUBJECT_ALT_NAME: Oid = Oid(&[0x55, 0x1D, 0x11]);
/// issuerAltName, 2.5.29.18 (RFC 5280, 4.2.1.7).
pub const ISSUER_ALT_NAME: Oid = Oid(&[0x55, 0x1D, 0x12]);
/// basicConstraints, 2.5.29.19 (RFC 5280, 4.2.1.9).
pub const BASIC_CONSTRAINTS: Oid = Oid(&[0x55, 0x1D, 0x13]);
/// cRLNumber, 2.5.29.20 (RFC 5280, 5.2.3).
pub const CRL_NUMBER: Oid = Oid(&[0x55, 0x1D, 0x14]);
/// reasonCode, 2.5.29.21 (RFC 5280, 5.3.1).
pub const REASON_CODE: Oid = Oid(&[0x55, 0x1D, 0x15]);
/// cRLDistributionPoints, 2.5.29.31 (RFC 5280, 4.2.1.13).
pub const CRL_DISTRIBUTION_POINTS: Oid = Oid(&[0x55, 0x1D, 0x1F]);
/// authorityKeyIdentifier, 2.5.29.35 (RFC 5280, 4.2.1.1).
pub const AUTHORITY_KEY_IDENTIFIER: Oid = Oid(&[0x55, 0x1D, 0x23]);

/// Chipwright's own arc, 2.999.4348, under the example arc of X.660. An organisation that registers an arc replaces it
/// here, and nowhere else.
pub const CHIPWRIGHT: Oid = Oid(&[0x88, 0x37, 0xA1, 0x7C]);
/// The marker of a test root, 2.999.4348.1.1: a critical extension with the value NULL.
pub const TEST_ROOT: Oid = Oid(&[0x88, 0x37, 0xA1, 0x7C, 0x01, 0x01]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_read_as_the_standards_print_them() {
        for (oid, text) in [
            (EC_PUBLIC_KEY, "1.2.840.10045.2.1"),
            (SECP256R1, "1.2.840.10045.3.1.7"),
            (SECP384R1, "1.3.132.0.34"),
            (ECDSA_WITH_SHA256, "1.2.840.10045.4.3.2"),
            (ECDSA_WITH_SHA384, "1.2.840.10045.4.3.3"),
            (SHA256, "2.16.840.1.101.3.4.2.1"),
            (SIGNED_DATA, "1.2.840.113549.1.7.2"),
            (CONTENT_TYPE, "1.2.840.113549.1.9.3"),
            (MESSAGE_DIGEST, "1.2.840.113549.1.9.4"),
            (SIGNING_TIME, "1.2.840.113549.1.9.5"),
            (DOCUMENT_TYPE_LIST, "2.23.136.1.1.6.2"),
            (AUTHORITY_KEY_IDENTIFIER, "2.5.29.35"),
            (CHIPWRIGHT, "2.999.4348"),
        ] {
            assert_eq!(oid.to_string(), text);
        }
    }
}
