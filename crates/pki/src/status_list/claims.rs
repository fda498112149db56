//! What a token says of itself, whatever its format (TSL, 5.1 and 5.2).

use jiff::Timestamp;

/// The claims of a Status List Token beside the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// `sub`, CWT claim 2: the URI of the list.
    pub subject: String,
    /// `iat`, CWT claim 6: when the token was issued; the list is of this moment.
    pub issued_at: Timestamp,
    /// `exp`, CWT claim 4: when it expires. A token is written with it; one without is not trusted here, but read.
    pub expires: Option<Timestamp>,
    /// `ttl`, CWT claim 65534: after how many seconds a newer one should be fetched.
    pub time_to_live: Option<u64>,
    /// `jti`, CWT claim 7: the number of the publication, if the identifier is one.
    pub number: Option<u64>,
}

impl Claims {
    /// When a newer token should be fetched, as far as the token says.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let seconds = i64::try_from(self.time_to_live?).ok()?;
        self.issued_at.checked_add(jiff::SignedDuration::from_secs(seconds)).ok()
    }
}

/// A publication's number as identifier: decimal digits.
pub(super) fn identifier(number: u64) -> String {
    number.to_string()
}

/// The number that an identifier is, if it is one in its shortest form.
pub(super) fn number(identifier: &str) -> Option<u64> {
    identifier.parse().ok().filter(|number: &u64| number.to_string() == identifier)
}
