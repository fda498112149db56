//! What a verifier demands beyond what the standards demand of everybody.

use jiff::SignedDuration;

use crate::oid::{self, Oid};

/// Which roots count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roots {
    /// Real roots only: a test root, and everything under it, is refused.
    Real,
    /// Real and test roots.
    RealAndTest,
}

/// What is demanded of revocation lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrlRule {
    /// A list that is not older than its next update and the grace must be at hand.
    Required,
    /// A list is used if it is at hand; none, or an old one, is no failure. What an old list revokes stays revoked.
    IfPresent,
}

/// The demands of one verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Which roots count.
    pub roots: Roots,
    /// What is demanded of revocation lists.
    pub crl: CrlRule,
    /// How long after its next update a list still counts.
    pub crl_grace: SignedDuration,
    /// How far a signing time or a list's date may lie ahead of the verifier's clock.
    pub clock_skew: SignedDuration,
    /// The type the signed content must have.
    pub content_type: Oid,
}

impl Policy {
    /// Real roots, a revocation list required, no grace, five minutes between clocks, LDS security objects.
    #[must_use]
    pub const fn real() -> Self {
        Self {
            roots: Roots::Real,
            crl: CrlRule::Required,
            crl_grace: SignedDuration::ZERO,
            clock_skew: SignedDuration::from_secs(300),
            content_type: oid::LDS_SECURITY_OBJECT,
        }
    }

    /// The same with test roots accepted.
    #[must_use]
    pub const fn test() -> Self {
        Self { roots: Roots::RealAndTest, ..Self::real() }
    }

    /// The same demands on an EF.CardSecurity.
    #[must_use]
    pub const fn for_card_security(self) -> Self {
        Self { content_type: oid::SECURITY_OBJECT, ..self }
    }

    /// With a grace for revocation lists after their next update.
    #[must_use]
    pub const fn with_crl_grace(self, crl_grace: SignedDuration) -> Self {
        Self { crl_grace, ..self }
    }

    /// With another rule for revocation lists.
    #[must_use]
    pub const fn with_crl(self, crl: CrlRule) -> Self {
        Self { crl, ..self }
    }
}
