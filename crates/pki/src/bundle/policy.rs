//! What kiosks demand of cards, as the authority says it.

use chipwright_iso7816::Aid;
use der::asn1::{OctetString, PrintableString};
use jiff::SignedDuration;

use super::full::BundleError;
use super::wire::PolicyWire;
use crate::policy::{CrlRule, Policy};

/// The longest grace in days: ten years.
const MOST_GRACE_DAYS: u16 = 3650;
const MOST_DOCUMENT_TYPES: usize = 16;

/// Whether every card must prove that its chip is genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChipProofRule {
    /// A card whose chip proves nothing is refused.
    Required,
    /// Only cards that promise a proof owe one.
    IfPromised,
}

/// What is demanded of the status of cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusRule {
    /// The list that a card names must be at hand, and not older than its own time and the grace.
    Required,
    /// A list is used if it is at hand.
    IfPresent,
}

/// `KioskPolicy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KioskPolicy {
    /// AID of the identity application.
    pub application: Aid,
    /// Document codes that count, such as `CM`: 1 to 16.
    pub document_types: Vec<String>,
    /// Proof of the chip.
    pub chip_proof: ChipProofRule,
    /// Revocation lists.
    pub crl: CrlRule,
    /// Days for which a revocation list or a status list counts after its next update.
    pub grace_days: u16,
    /// Status lists.
    pub status: StatusRule,
}

impl KioskPolicy {
    /// `policy` with this policy's demands on lists; which roots count stays the kiosk's own matter.
    #[must_use]
    pub const fn demands(&self, policy: Policy) -> Policy {
        policy.with_crl(self.crl).with_crl_grace(SignedDuration::from_hours(24 * self.grace_days as i64))
    }

    pub(super) fn to_wire(&self) -> Result<PolicyWire, BundleError> {
        let mut codes: Vec<&String> = self.document_types.iter().collect();
        codes.sort_unstable();
        codes.dedup();
        let strings = codes.into_iter().map(PrintableString::new).collect::<der::Result<Vec<_>>>();
        let wire = PolicyWire {
            application: OctetString::new(self.application.as_bytes()).map_err(BundleError::encoding)?,
            document_types: strings.map_err(BundleError::encoding)?,
            chip_proof: match self.chip_proof {
                ChipProofRule::Required => 0,
                ChipProofRule::IfPromised => 1,
            },
            crl: match self.crl {
                CrlRule::Required => 0,
                CrlRule::IfPresent => 1,
            },
            grace_days: self.grace_days,
            status: match self.status {
                StatusRule::Required => 0,
                StatusRule::IfPresent => 1,
            },
        };
        // what would be refused when read is not written
        Self::from_wire(&wire)?;
        Ok(wire)
    }

    pub(super) fn from_wire(wire: &PolicyWire) -> Result<Self, BundleError> {
        let field = |name| BundleError::Field(name);
        let document_types: Vec<String> = wire.document_types.iter().map(ToString::to_string).collect();
        let typed = (1..=MOST_DOCUMENT_TYPES).contains(&document_types.len())
            && document_types.iter().all(|code| matches!(code.len(), 1 | 2))
            && document_types.is_sorted_by(|one, next| one < next);
        if !typed {
            return Err(field("list of document types"));
        }
        if wire.grace_days > MOST_GRACE_DAYS {
            return Err(field("grace of lists"));
        }
        Ok(Self {
            application: Aid::new(wire.application.as_bytes())
                .map_err(|_| field("application identifier"))?,
            document_types,
            chip_proof: match wire.chip_proof {
                0 => ChipProofRule::Required,
                1 => ChipProofRule::IfPromised,
                _ => return Err(field("rule for proofs of chips")),
            },
            crl: match wire.crl {
                0 => CrlRule::Required,
                1 => CrlRule::IfPresent,
                _ => return Err(field("rule for revocation lists")),
            },
            grace_days: wire.grace_days,
            status: match wire.status {
                0 => StatusRule::Required,
                1 => StatusRule::IfPresent,
                _ => return Err(field("rule for status lists")),
            },
        })
    }
}
