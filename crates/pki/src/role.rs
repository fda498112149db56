//! What the keys under a root are for: one purpose each, stated in a critical extKeyUsage (RFC 5280, 4.2.1.12).
//!
//! | role | what it signs | extKeyUsage | its key signs for at most |
//! |---|---|---|---|
//! | document signer | security objects of cards | absent; documentTypeList instead (9303-12, 7.1.1.6) | 3 months |
//! | record signer | records appended to cards | [`oid::RECORD_SIGNER`] | 12 months |
//! | status-list signer | the status list of cards | [`oid::STATUS_LIST_SIGNER`] | 12 months |
//! | trust-bundle signer | trust bundles for kiosks | [`oid::BUNDLE_SIGNER`] | 12 months |
//! | master-list signer | lists of roots (9303-12, 9) | [`oid::MASTER_LIST_SIGNER`] | 12 months |
//! | registrar | batches, as preparer or approver | [`oid::REGISTRAR`] | 24 months |
//! | custodian | transcripts of key ceremonies | [`oid::CUSTODIAN`] | 60 months |

use std::fmt;

use crate::algorithm::PublicKey;
use crate::certificate::profile::Signer;
use crate::certificate::{AltName, Certificate, ProfileError, extension};
use crate::encoding::DerError;
use crate::name::Name;
use crate::oid::{self, Oid};
use crate::period::Period;
use crate::serial::SerialNumber;
use crate::sign::Prepared;

/// The one thing that a signer's key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Signs the security objects of cards.
    DocumentSigner,
    /// Signs records that are appended to cards.
    RecordSigner,
    /// Signs the status list of cards.
    StatusListSigner,
    /// Signs the trust bundles of kiosks.
    BundleSigner,
    /// Signs lists of roots.
    MasterListSigner,
    /// Prepares or approves batches.
    Registrar,
    /// Witnesses key ceremonies.
    Custodian,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::DocumentSigner,
        Self::RecordSigner,
        Self::StatusListSigner,
        Self::BundleSigner,
        Self::MasterListSigner,
        Self::Registrar,
        Self::Custodian,
    ];

    /// The purpose in extKeyUsage; none for a document signer.
    #[must_use]
    pub const fn purpose(self) -> Option<Oid> {
        match self {
            Self::DocumentSigner => None,
            Self::RecordSigner => Some(oid::RECORD_SIGNER),
            Self::StatusListSigner => Some(oid::STATUS_LIST_SIGNER),
            Self::BundleSigner => Some(oid::BUNDLE_SIGNER),
            Self::MasterListSigner => Some(oid::MASTER_LIST_SIGNER),
            Self::Registrar => Some(oid::REGISTRAR),
            Self::Custodian => Some(oid::CUSTODIAN),
        }
    }

    /// The role with this purpose.
    #[must_use]
    pub fn of_purpose(purpose: Oid) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.purpose() == Some(purpose))
    }

    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DocumentSigner => "document signer",
            Self::RecordSigner => "record signer",
            Self::StatusListSigner => "status-list signer",
            Self::BundleSigner => "trust-bundle signer",
            Self::MasterListSigner => "master-list signer",
            Self::Registrar => "registrar",
            Self::Custodian => "custodian",
        }
    }

    /// For how many calendar months the key may sign, at most.
    #[must_use]
    pub const fn most_months(self) -> u16 {
        match self {
            Self::DocumentSigner => 3,
            Self::RecordSigner | Self::StatusListSigner | Self::BundleSigner | Self::MasterListSigner => 12,
            Self::Registrar => 24,
            Self::Custodian => 60,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the certificate of a signer says. That of a document signer names document types as well:
/// [`crate::certificate::DocumentSignerProfile`].
#[derive(Debug, Clone)]
pub struct RoleProfile {
    /// What the key is for; not a document signer's.
    pub role: Role,
    /// The signer's name; the country is the root's.
    pub subject: Name,
    /// The serial number.
    pub serial: SerialNumber,
    /// When the private key may sign: at most [`Role::most_months`], inside the root's key usage at its beginning.
    pub key_usage: Period,
    /// How many days after the key's last day what it signed is still checked.
    pub valid_days: u32,
    /// subjectAltName and issuerAltName.
    pub alt_name: AltName,
    /// Where the root's revocation list is published; at least one URI.
    pub crl_addresses: Vec<String>,
}

/// A signer of a role for `key` under `issuer`.
///
/// # Errors
/// [`ProfileError`] when the profile contradicts itself or the root; [`ProfileError::DocumentTypes`] for a document signer, whose
/// profile is [`crate::certificate::DocumentSignerProfile`].
pub fn role_signer(
    profile: &RoleProfile,
    key: &PublicKey,
    issuer: &Certificate,
) -> Result<Prepared<Certificate>, ProfileError> {
    let role = profile.role;
    let purpose = role.purpose().ok_or(ProfileError::DocumentTypes)?;
    let until = profile.key_usage.not_after;
    if until > Period::months_from(profile.key_usage.not_before, role.most_months())?.not_after {
        return Err(ProfileError::RoleKeyUsageTooLong { role, until });
    }
    let signer = Signer {
        subject: &profile.subject,
        serial: &profile.serial,
        key_usage: profile.key_usage,
        valid_days: profile.valid_days,
        alt_name: &profile.alt_name,
        crl_addresses: &profile.crl_addresses,
    };
    signer.prepare(key, issuer, extension::purpose(purpose).map_err(DerError::from)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_is_of_one_role() {
        for role in Role::ALL {
            assert_eq!(role.purpose().and_then(Role::of_purpose), role.purpose().map(|_| role));
        }
        let purposes: std::collections::HashSet<_> = Role::ALL.into_iter().map(Role::purpose).collect();
        assert_eq!(purposes.len(), Role::ALL.len());
    }
}
