//! Master lists (9303-12, 9): the roots and links of one authority or many, signed by a master-list signer.
//!
//! ```text
//! CscaMasterList ::= SEQUENCE { version INTEGER { v0(0) }, certList SET OF Certificate }
//! ```
//!
//! in SignedData with the type [`oid::MASTER_LIST`]. A list names what others vouch for; nothing on it is trusted for that.

use std::fmt;

use der::{Decode, Encode, Sequence};
use jiff::Timestamp;

use crate::certificate::{Certificate, CertificateError};
use crate::cms::content::CertificateSet;
use crate::cms::{SignedData, TemplateError};
use crate::encoding::DerError;
use crate::oid;
use crate::policy::Policy;
use crate::role::Role;
use crate::sign::Prepared;
use crate::statement::{self, StatementError};
use crate::trust::TrustStore;

/// The most certificates that a list has.
pub const MAX_CERTIFICATES: usize = 2048;
/// The longest signed list that is read, in bytes.
pub const MAX_LENGTH: usize = 8 << 20;

/// The certificates of a list, in the order of their encodings.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterList {
    certificates: Vec<Certificate>,
    /// Encodings of keys that Chipwright does not use.
    others: Vec<Box<[u8]>>,
}

/// A list whose signer has been checked.
#[derive(Debug, Clone)]
pub struct VerifiedList {
    /// The list.
    pub list: MasterList,
    /// Who signed it.
    pub signer: Certificate,
    /// When, by the signer's own word.
    pub signed_at: Timestamp,
}

/// Why there is no list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MasterListError {
    /// It has no certificate, or too many.
    #[error("a master list has 1 to {MAX_CERTIFICATES} certificates; this one has {0}")]
    Count(usize),
    /// The file is larger than any list.
    #[error("a master list has at most {MAX_LENGTH} bytes; this one has {0}")]
    TooLong(usize),
    /// One certificate is neither a root nor a link.
    #[error("certificate {position} of the master list is neither a root nor a link")]
    NotAnAuthority {
        /// Which one, from 1.
        position: usize,
    },
    /// One certificate is damaged.
    #[error("certificate {position} of the master list cannot be read")]
    Certificate {
        /// Which one, from 1.
        position: usize,
        /// What is wrong with it.
        #[source]
        fault: DerError,
    },
    /// The content is not a list.
    #[error("this is not a well-formed master list")]
    Malformed(#[from] DerError),
    /// The signer is not a master-list signer.
    #[error("the certificate is not a master-list signer's")]
    NotAMasterListSigner,
    /// The list cannot be signed.
    #[error("the master list cannot be signed")]
    Template(#[from] TemplateError),
    /// The list's signature or signer is refused.
    #[error("the master list is refused")]
    Statement(#[from] StatementError),
}

impl MasterList {
    /// A list of roots and links; each once, whatever the order.
    ///
    /// # Errors
    /// [`MasterListError::Count`], [`MasterListError::NotAnAuthority`].
    pub fn new(certificates: &[Certificate]) -> Result<Self, MasterListError> {
        let mut sorted = certificates.to_vec();
        sorted.sort_by(|one, other| one.as_der().cmp(other.as_der()));
        sorted.dedup();
        bounded(sorted.len())?;
        if let Some(index) = sorted.iter().position(|certificate| !is_listed(certificate)) {
            return Err(MasterListError::NotAnAuthority { position: index + 1 });
        }
        Ok(Self { certificates: sorted, others: Vec::new() })
    }

    /// Reads the content of a list.
    ///
    /// # Errors
    /// [`MasterListError`]; a certificate with a key of a kind that Chipwright does not use is kept among the
    /// [others](Self::others).
    pub fn from_der(der: &[u8]) -> Result<Self, MasterListError> {
        if der.len() > MAX_LENGTH {
            return Err(MasterListError::TooLong(der.len()));
        }
        let content = Content::from_der(der).map_err(DerError::from)?;
        if content.version != 0 {
            return Err(DerError::refuse("the master list is not version 0").into());
        }
        let encodings = content.certificates.0;
        bounded(encodings.len())?;
        if encodings.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(DerError::refuse("the certificates are not in order, or one is there twice").into());
        }
        let mut list = Self { certificates: Vec::new(), others: Vec::new() };
        for (index, encoding) in encodings.into_iter().enumerate() {
            let position = index + 1;
            match Certificate::from_der(encoding) {
                Ok(certificate) if is_listed(&certificate) => list.certificates.push(certificate),
                Ok(_) => return Err(MasterListError::NotAnAuthority { position }),
                Err(CertificateError::Malformed(fault)) => {
                    return Err(MasterListError::Certificate { position, fault });
                }
                Err(CertificateError::UnsupportedKey | CertificateError::Pem(_)) => {
                    list.others.push(encoding.into());
                }
            }
        }
        Ok(list)
    }

    /// The DER encoding of the content.
    ///
    /// # Errors
    /// [`MasterListError::Malformed`] if it cannot be written.
    pub fn to_der(&self) -> Result<Vec<u8>, MasterListError> {
        let own = self.certificates.iter().map(Certificate::as_der);
        let mut encodings: Vec<&[u8]> = own.chain(self.others.iter().map(|other| &**other)).collect();
        encodings.sort_unstable();
        let content = Content { version: 0, certificates: CertificateSet(encodings) };
        Ok(content.to_der().map_err(DerError::from)?)
    }

    /// The roots and links that Chipwright can use.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The encodings of certificates with keys of other kinds.
    pub fn others(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.others.iter().map(|other| &**other)
    }

    /// The list as its signer says it at a time.
    ///
    /// # Errors
    /// [`MasterListError::NotAMasterListSigner`], [`MasterListError::Template`].
    pub fn prepare(
        &self,
        signer: &Certificate,
        at: Timestamp,
    ) -> Result<Prepared<SignedData>, MasterListError> {
        if signer.role() != Some(Role::MasterListSigner) {
            return Err(MasterListError::NotAMasterListSigner);
        }
        Ok(statement::prepare(oid::MASTER_LIST, &self.to_der()?, signer, at)?)
    }
}

/// Checks a signed list with the whole chain of its signer, and reads it.
///
/// # Errors
/// [`MasterListError`].
pub fn verify(
    der: &[u8],
    trust: &TrustStore,
    policy: &Policy,
    at: Timestamp,
) -> Result<VerifiedList, MasterListError> {
    if der.len() > MAX_LENGTH {
        return Err(MasterListError::TooLong(der.len()));
    }
    let said = statement::verify(der, oid::MASTER_LIST, Role::MasterListSigner, trust, policy, at)?;
    let list = MasterList::from_der(&said.content)?;
    Ok(VerifiedList { list, signer: said.signer, signed_at: said.signed_at })
}

fn is_listed(certificate: &Certificate) -> bool {
    certificate.is_root() || certificate.is_link()
}

fn bounded(count: usize) -> Result<(), MasterListError> {
    match count {
        1..=MAX_CERTIFICATES => Ok(()),
        _ => Err(MasterListError::Count(count)),
    }
}

#[derive(Sequence)]
struct Content<'a> {
    version: u8,
    certificates: CertificateSet<'a>,
}

impl fmt::Debug for MasterList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterList({} certificates, {} others)", self.certificates.len(), self.others.len())
    }
}
