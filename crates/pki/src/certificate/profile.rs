//! The certificate profiles of 9303-12, 7.1.
//!
//! | field | root | link | document signer | other roles |
//! |---|---|---|---|---|
//! | key | P-384 or P-256 | the other root's | P-256 | P-256 |
//! | keyUsage (critical) | keyCertSign, cRLSign | the same | digitalSignature | digitalSignature |
//! | extKeyUsage (critical) | absent | absent | absent | the purpose of the [role](crate::role) |
//! | basicConstraints (critical) | cA, path length 0 | the same | absent | absent |
//! | authority and subject key identifier | both | both | both | both |
//! | privateKeyUsagePeriod | as given | the other root's | at most three months | at most the role's months |
//! | subjectAltName, issuerAltName | state code and a contact | the same | the same | the same |
//! | cRLDistributionPoints | as given | as given | as given | as given |
//! | documentTypeList | absent | absent | the codes of the documents it signs | absent |
//! | test marker (critical, ours) | of a test root | of a test root | absent | absent |

use const_oid::AssociatedOid;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{IssuerAltName, SubjectAltName};

use super::Certificate;
use super::build::{Fields, prepare};
use super::extension as ext;
use crate::algorithm::{PublicKey, SignatureAlgorithm};
use crate::encoding::DerError;
use crate::name::Name;
use crate::period::{Period, PeriodError};
use crate::role::Role;
use crate::serial::SerialNumber;
use crate::sign::Prepared;

/// Whether what a root vouches for is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootKind {
    /// A root of the organisation.
    Real,
    /// A root for tests: carries a critical extension that a real policy, and every foreign program, refuses.
    Test,
}

/// subjectAltName and issuerAltName (9303-12, 7.1.1.2): the state's code and a way to reach the authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AltName {
    state: String,
    contact: Contact,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Contact {
    Email(String),
    Uri(String),
}

impl AltName {
    /// The three-letter code as in the MRZ (`VNM`) and an e-mail address.
    ///
    /// # Errors
    /// [`ProfileError::StateCode`] or [`ProfileError::Address`].
    pub fn with_email(state: &str, email: &str) -> Result<Self, ProfileError> {
        Ok(Self { state: state_code(state)?, contact: Contact::Email(address(email)?) })
    }

    /// The three-letter code as in the MRZ (`VNM`) and a URI.
    ///
    /// # Errors
    /// [`ProfileError::StateCode`] or [`ProfileError::Address`].
    pub fn with_uri(state: &str, uri: &str) -> Result<Self, ProfileError> {
        Ok(Self { state: state_code(state)?, contact: Contact::Uri(address(uri)?) })
    }

    pub(crate) fn state(&self) -> &str {
        &self.state
    }

    pub(crate) fn email(&self) -> Option<&str> {
        match &self.contact {
            Contact::Email(email) => Some(email),
            Contact::Uri(_) => None,
        }
    }

    pub(crate) fn uri(&self) -> Option<&str> {
        match &self.contact {
            Contact::Uri(uri) => Some(uri),
            Contact::Email(_) => None,
        }
    }
}

fn state_code(code: &str) -> Result<String, ProfileError> {
    if (1..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(code.to_owned())
    } else {
        Err(ProfileError::StateCode)
    }
}

fn address(text: &str) -> Result<String, ProfileError> {
    if !text.is_empty() && text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(ProfileError::Address)
    }
}

/// What a root certificate says.
#[derive(Debug, Clone)]
pub struct RootProfile {
    /// Subject and issuer.
    pub subject: Name,
    /// The serial number.
    pub serial: SerialNumber,
    /// Validity of the certificate: the key's usage and the life of the last signer under it.
    pub validity: Period,
    /// When the private key may sign; inside `validity` (9303-12 recommends three to five years).
    pub key_usage: Period,
    /// subjectAltName and issuerAltName.
    pub alt_name: AltName,
    /// Where the revocation list is published; at least one URI.
    pub crl_addresses: Vec<String>,
    /// Real or test.
    pub kind: RootKind,
}

/// What a document signer's certificate says.
#[derive(Debug, Clone)]
pub struct DocumentSignerProfile {
    /// The signer's name; the country is the root's (9303-12, 7.1.1.1).
    pub subject: Name,
    /// The serial number.
    pub serial: SerialNumber,
    /// When the private key may sign: at most three calendar months, inside the root's key usage at its beginning.
    pub key_usage: Period,
    /// The longest life of a card in days: the certificate is valid from the first day of `key_usage` until the last
    /// card signed on its last day has expired.
    pub card_life_days: u32,
    /// subjectAltName (the issuerAltName is taken over as given here too, as 9303-12 has both name the state).
    pub alt_name: AltName,
    /// Where the root's revocation list is published; at least one URI.
    pub crl_addresses: Vec<String>,
    /// Document codes as in the MRZ, such as `CM`: one or two capital letters each, at least one.
    pub document_types: Vec<String>,
}

/// Why a profile is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// The key's curve is not the profile's.
    #[error("a signer has a P-256 key, or one of ML-DSA-65 under a root with such a key")]
    SignerCurve,
    /// The key is used outside the certificate's validity.
    #[error("the private key is to be used outside the certificate's validity")]
    KeyUsageOutsideValidity,
    /// A signer's key is used for more than three months.
    #[error("a document signer's private key is used for at most three months; this one until {0}")]
    KeyUsageTooLong(jiff::Timestamp),
    /// A role's key is used for longer than the role allows.
    #[error("the private key of a {role} is used for at most {} months; this one until {until}", role.most_months())]
    RoleKeyUsageTooLong {
        /// The role.
        role: Role,
        /// The end of the period asked for.
        until: jiff::Timestamp,
    },
    /// The root's own key may no longer sign, or not yet, when the signer's period begins.
    #[error("the root's private key may not be used when this signer's period begins")]
    RootKeyNotInUse,
    /// Cards signed on the last day would outlive the root certificate.
    #[error("the signer's certificate must be valid until {needed}, but the root ends on {root}")]
    OutlivesRoot {
        /// The end that the card life demands.
        needed: jiff::Timestamp,
        /// The end of the root's validity.
        root: jiff::Timestamp,
    },
    /// The issuer is not an authority of this profile.
    #[error("the issuing certificate is not a root of this profile")]
    NotARoot,
    /// The signer's country is not the root's.
    #[error("the signer's country differs from the root's")]
    Country,
    /// No address of the revocation list.
    #[error("at least one address of the revocation list is needed")]
    NoCrlAddress,
    /// No document type, or one that is not one or two capital letters.
    #[error("document types are one or two capital letters each, and at least one is needed")]
    DocumentTypes,
    /// The state's code is not as in the MRZ.
    #[error("a state is one to three capital letters as in the MRZ, such as VNM")]
    StateCode,
    /// An e-mail address or URI is not plain text.
    #[error("an address is 1 to 255 printable ASCII characters without spaces")]
    Address,
    /// A period that certificates cannot write.
    #[error("the period cannot be written into a certificate")]
    Period(#[from] PeriodError),
    /// The certificate cannot be written.
    #[error("the certificate cannot be encoded")]
    Encoding(#[from] DerError),
}

impl ProfileError {
    /// One or two capital letters each, and at least one.
    pub(crate) fn check_document_types(codes: &[String]) -> Result<(), Self> {
        let good =
            |code: &String| matches!(code.len(), 1 | 2) && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if codes.is_empty() || !codes.iter().all(good) { Err(Self::DocumentTypes) } else { Ok(()) }
    }
}

/// A self-signed root for `key`.
///
/// # Errors
/// [`ProfileError`] when the profile contradicts itself.
pub fn root(profile: &RootProfile, key: &PublicKey) -> Result<Prepared<Certificate>, ProfileError> {
    if !profile.validity.encloses(&profile.key_usage) {
        return Err(ProfileError::KeyUsageOutsideValidity);
    }
    check_addresses(&profile.crl_addresses)?;
    let identifier = key.key_identifier();
    let (usage, contact) = (&profile.key_usage, &profile.alt_name);
    let mut extensions = root_extensions(&identifier, &identifier, usage, contact, &profile.crl_addresses)
        .map_err(DerError::from)?;
    if profile.kind == RootKind::Test {
        extensions.push(ext::test_root().map_err(DerError::from)?);
    }
    let fields = Fields {
        serial: &profile.serial,
        issuer: &profile.subject,
        validity: profile.validity,
        subject: &profile.subject,
        key,
    };
    Ok(prepare(&fields, extensions, key)?)
}

pub(crate) fn root_extensions(
    issuer_identifier: &[u8],
    identifier: &[u8],
    key_usage: &Period,
    alt_name: &AltName,
    crl_addresses: &[String],
) -> der::Result<Vec<Extension>> {
    Ok(vec![
        ext::authority_key_identifier(issuer_identifier)?,
        ext::subject_key_identifier(identifier)?,
        ext::authority_key_usage()?,
        ext::private_key_usage(key_usage)?,
        ext::alternative_name(SubjectAltName::OID, alt_name)?,
        ext::alternative_name(IssuerAltName::OID, alt_name)?,
        ext::authority_constraints()?,
        ext::distribution_points(crl_addresses)?,
    ])
}

/// A document signer for `key` under `issuer`.
///
/// # Errors
/// [`ProfileError`] when the profile contradicts itself or the root.
pub fn document_signer(
    profile: &DocumentSignerProfile,
    key: &PublicKey,
    issuer: &Certificate,
) -> Result<Prepared<Certificate>, ProfileError> {
    if profile.key_usage.not_after > Period::months_from(profile.key_usage.not_before, 3)?.not_after {
        return Err(ProfileError::KeyUsageTooLong(profile.key_usage.not_after));
    }
    ProfileError::check_document_types(&profile.document_types)?;
    let signer = Signer {
        subject: &profile.subject,
        serial: &profile.serial,
        key_usage: profile.key_usage,
        valid_days: profile.card_life_days,
        alt_name: &profile.alt_name,
        crl_addresses: &profile.crl_addresses,
    };
    signer.prepare(key, issuer, ext::document_types(&profile.document_types).map_err(DerError::from)?)
}

/// What signers of all roles have in common.
pub(crate) struct Signer<'a> {
    pub(crate) subject: &'a Name,
    pub(crate) serial: &'a SerialNumber,
    pub(crate) key_usage: Period,
    /// How long the certificate is valid after the key's last day.
    pub(crate) valid_days: u32,
    pub(crate) alt_name: &'a AltName,
    pub(crate) crl_addresses: &'a [String],
}

impl Signer<'_> {
    /// With the extension that says what may be signed.
    pub(crate) fn prepare(
        &self,
        key: &PublicKey,
        issuer: &Certificate,
        purpose: Extension,
    ) -> Result<Prepared<Certificate>, ProfileError> {
        let wanted = match issuer.public_key().algorithm() {
            SignatureAlgorithm::MlDsa65 => SignatureAlgorithm::MlDsa65,
            _ => SignatureAlgorithm::EcdsaP256Sha256,
        };
        if key.algorithm() != wanted {
            return Err(ProfileError::SignerCurve);
        }
        let (Some(issuer_identifier), true) = (issuer.subject_key_identifier(), issuer.is_authority()) else {
            return Err(ProfileError::NotARoot);
        };
        let usage = self.key_usage;
        if !issuer.private_key_usage().unwrap_or(issuer.validity()).contains(usage.not_before) {
            return Err(ProfileError::RootKeyNotInUse);
        }
        if country(self.subject).is_none() || country(self.subject) != country(issuer.subject()) {
            return Err(ProfileError::Country);
        }
        let life = jiff::SignedDuration::from_secs(i64::from(self.valid_days) * 86_400);
        let needed = usage.not_after.checked_add(life).map_err(|_| PeriodError::OutOfRange)?;
        if needed > issuer.validity().not_after {
            return Err(ProfileError::OutlivesRoot { needed, root: issuer.validity().not_after });
        }
        check_addresses(self.crl_addresses)?;
        let mut extensions = self.extensions(key, issuer_identifier).map_err(DerError::from)?;
        extensions.push(purpose);
        let fields = Fields {
            serial: self.serial,
            issuer: issuer.subject(),
            validity: Period::new(usage.not_before, needed)?,
            subject: self.subject,
            key,
        };
        Ok(prepare(&fields, extensions, issuer.public_key())?)
    }

    fn extensions(&self, key: &PublicKey, issuer_identifier: &[u8]) -> der::Result<Vec<Extension>> {
        Ok(vec![
            ext::authority_key_identifier(issuer_identifier)?,
            ext::subject_key_identifier(&key.key_identifier())?,
            ext::signer_key_usage()?,
            ext::private_key_usage(&self.key_usage)?,
            ext::alternative_name(SubjectAltName::OID, self.alt_name)?,
            ext::alternative_name(IssuerAltName::OID, self.alt_name)?,
            ext::distribution_points(self.crl_addresses)?,
        ])
    }
}

pub(crate) fn check_addresses(addresses: &[String]) -> Result<(), ProfileError> {
    if addresses.is_empty() {
        return Err(ProfileError::NoCrlAddress);
    }
    addresses.iter().try_for_each(|text| address(text).map(drop))
}

fn country(name: &Name) -> Option<String> {
    Some(name.to_x509().ok()?.country().ok()??.as_str().to_owned())
}
