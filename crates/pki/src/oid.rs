//! Object identifiers (X.660) that the identifier database of `const-oid` does not have: ICAO's, and our own.

/// An object identifier.
///
/// ```
/// use chipwright_pki::oid;
/// assert_eq!(oid::LDS_SECURITY_OBJECT.to_string(), "2.23.136.1.1.1");
/// assert_eq!(oid::TEST_ROOT.to_string(), "1.3.6.1.4.1.32473.4348.1.1");
/// ```
pub use der::asn1::ObjectIdentifier as Oid;

/// id-icao-mrtd-security-ldsSecurityObject, 2.23.136.1.1.1 (9303-10, 4.6.2.3).
pub const LDS_SECURITY_OBJECT: Oid = Oid::new_unwrap("2.23.136.1.1.1");
/// id-icao-mrtd-security-extensions-documentTypeList, 2.23.136.1.1.6.2 (9303-12, 7.1.1.6).
pub const DOCUMENT_TYPE_LIST: Oid = Oid::new_unwrap("2.23.136.1.1.6.2");

/// Chipwright's own arc, 1.3.6.1.4.1.32473.4348, under the enterprise number for examples (RFC 5612). An organisation that
/// registers an arc replaces it here, and nowhere else.
pub const CHIPWRIGHT: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348");
/// The marker of a test root, 1.3.6.1.4.1.32473.4348.1.1: a critical extension with the value NULL.
pub const TEST_ROOT: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.1.1");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_lies_under_our_own_arc() {
        assert!(TEST_ROOT.starts_with(CHIPWRIGHT));
    }
}
