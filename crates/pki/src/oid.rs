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
/// id-icao-cscaMasterList, 2.23.136.1.1.2: the content of a master list (9303-12, 9).
pub const MASTER_LIST: Oid = Oid::new_unwrap("2.23.136.1.1.2");
/// id-icao-cscaMasterListSigningKey, 2.23.136.1.1.3: the extended key usage of a master list signer (9303-12, 7.1).
pub const MASTER_LIST_SIGNER: Oid = Oid::new_unwrap("2.23.136.1.1.3");
/// id-icao-mrtd-security-extensions-documentTypeList, 2.23.136.1.1.6.2 (9303-12, 7.1.1.6).
pub const DOCUMENT_TYPE_LIST: Oid = Oid::new_unwrap("2.23.136.1.1.6.2");

/// id-SecurityObject, 0.4.0.127.0.7.3.2.1: the SecurityInfos in EF.CardSecurity (TR-03110-3, A.1.2.5).
pub const SECURITY_OBJECT: Oid = Oid::new_unwrap("0.4.0.127.0.7.3.2.1");

/// id-TA-RSA, 0.4.0.127.0.7.2.2.2.1: keys with a modulus and an exponent (TR-03110-3, A.7.1.1).
pub const TA_RSA: Oid = Oid::new_unwrap("0.4.0.127.0.7.2.2.2.1");
/// id-TA-ECDSA-SHA-256, 0.4.0.127.0.7.2.2.2.2.3 (TR-03110-3, A.7.1.1).
pub const TA_ECDSA_SHA_256: Oid = Oid::new_unwrap("0.4.0.127.0.7.2.2.2.2.3");
/// id-IS, inspection systems, 0.4.0.127.0.7.3.1.2.1 (TR-03110-4, 2.2.3).
pub const INSPECTION_SYSTEM: Oid = Oid::new_unwrap("0.4.0.127.0.7.3.1.2.1");
/// id-AT, authentication terminals, 0.4.0.127.0.7.3.1.2.2 (TR-03110-4, 2.2.3).
pub const AUTHENTICATION_TERMINAL: Oid = Oid::new_unwrap("0.4.0.127.0.7.3.1.2.2");
/// id-ST, signature terminals, 0.4.0.127.0.7.3.1.2.3 (TR-03110-4, 2.2.3).
pub const SIGNATURE_TERMINAL: Oid = Oid::new_unwrap("0.4.0.127.0.7.3.1.2.3");

/// Chipwright's own arc, 1.3.6.1.4.1.32473.4348, under the enterprise number for examples (RFC 5612). An organisation that
/// registers an arc replaces it here, and nowhere else.
pub const CHIPWRIGHT: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348");
/// The marker of a test root, 1.3.6.1.4.1.32473.4348.1.1: a critical extension with the value NULL.
pub const TEST_ROOT: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.1.1");
/// The extension of CV certificates that tells the files of records apart, 1.3.6.1.4.1.32473.4348.3.1 (TA-07).
pub const RECORD_RIGHTS: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.3.1");
/// The extended key usage of a record signer, 1.3.6.1.4.1.32473.4348.4.1 (`applet-spec/asn1/ChipwrightRecords.asn1`).
pub const RECORD_SIGNER: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.4.1");
/// The extended key usage of a status-list signer, 1.3.6.1.4.1.32473.4348.4.2. The Token Status List draft defines
/// id-kp-oauthStatusSigning for this, and leaves its number to IANA (draft-ietf-oauth-status-list-21, 10).
pub const STATUS_LIST_SIGNER: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.4.2");
/// The extended key usage of a trust-bundle signer, 1.3.6.1.4.1.32473.4348.4.3.
pub const BUNDLE_SIGNER: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.4.3");
/// The extended key usage of a registrar, 1.3.6.1.4.1.32473.4348.4.4.
pub const REGISTRAR: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.4.4");
/// The extended key usage of a custodian, 1.3.6.1.4.1.32473.4348.4.5.
pub const CUSTODIAN: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.4.5");

/// A batch as its preparer signs it, 1.3.6.1.4.1.32473.4348.5.1.
pub const BATCH_PREPARED: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.5.1");
/// A prepared batch as its approver signs it, 1.3.6.1.4.1.32473.4348.5.2.
pub const BATCH_APPROVED: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.5.2");
/// A trust bundle, 1.3.6.1.4.1.32473.4348.5.3.
pub const TRUST_BUNDLE: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.5.3");
/// The transcript of a key ceremony, 1.3.6.1.4.1.32473.4348.5.4.
pub const CEREMONY_TRANSCRIPT: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.5.4");
/// The post-quantum certificate of a document signer, 1.3.6.1.4.1.32473.4348.5.5.
pub const POST_QUANTUM: Oid = Oid::new_unwrap("1.3.6.1.4.1.32473.4348.5.5");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_lies_under_our_own_arc() {
        assert!(TEST_ROOT.starts_with(CHIPWRIGHT));
    }
}
