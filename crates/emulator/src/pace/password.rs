//! Passwords.

use std::fmt;
use zeroize::Zeroizing;

/// `f(π)` of 9303-11, 9.7.3: what K_π is derived from. Wiped when dropped, redacted in `Debug`.
pub struct PasswordKey(Zeroizing<Vec<u8>>);

impl PasswordKey {
    /// The digits of a CAN, PIN or PUK as ISO 8859-1 characters, such as `b"123456"`.
    #[must_use]
    pub fn from_characters(characters: &[u8]) -> Self {
        Self(Zeroizing::new(characters.to_vec()))
    }

    /// `SHA-1(document number || date of birth || date of expiry)`, each with its check digit (9303-11, 9.7.3).
    #[must_use]
    pub fn from_mrz_hash(sha1_of_mrz_information: [u8; 20]) -> Self {
        let sha1 = Zeroizing::new(sha1_of_mrz_information);
        Self(Zeroizing::new(sha1.to_vec()))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for PasswordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordKey(redacted)")
    }
}
