//! A token with its list, signed by a status-list signer, and its check (TSL, 5 and 8.3).

use jiff::{SignedDuration, Timestamp};

use super::claims::Claims;
use super::compressed::{CompressedList, InflateError};
use super::list::StatusList;
use super::{cwt, jwt};
use crate::algorithm::SignatureAlgorithm;
use crate::certificate::{Certificate, CertificateError};
use crate::check::check_signer;
use crate::encoding::DerError;
use crate::period::Period;
use crate::policy::Policy;
use crate::report::Failure;
use crate::role::Role;
use crate::trust::TrustStore;

/// How a token is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenFormat {
    /// JSON Web Token, compact form.
    Jwt,
    /// CBOR Web Token, COSE_Sign1 with its tag.
    Cwt,
}

/// A token that was checked.
#[derive(Debug, Clone)]
pub struct StatusListToken {
    format: TokenFormat,
    claims: Claims,
    list: StatusList,
    signer: Certificate,
}

/// How a checked token's date is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// It counts.
    Fresh,
    /// It, or its signer's certificate, expired then. What it revokes stays revoked; that it revokes nothing says nothing.
    Stale {
        /// The last moment at which it counted.
        expired: Timestamp,
    },
    /// It was issued later than now: the clock is wrong.
    Ahead {
        /// When it was issued.
        issued: Timestamp,
    },
}

/// What a token is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// Roots and revocation lists.
    pub trust: &'a TrustStore,
    /// What is demanded of them. `content_type` is not looked at.
    pub policy: &'a Policy,
    /// The time of the check.
    pub at: Timestamp,
    /// How many entries a list has at most.
    pub most_entries: u32,
    /// Signers for tokens that name theirs by key identifier.
    pub signers: &'a [Certificate],
}

/// Why a token does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Longer than any list of the entries expected.
    #[error("the status list token has {length} bytes; a list of {most} entries never has so many")]
    TooLong {
        /// Its length.
        length: usize,
        /// The entries expected at most.
        most: u32,
    },
    /// Neither JWT nor CWT, or a part is missing or of another form.
    #[error("this is not a status list token: {0}")]
    Malformed(&'static str),
    /// A token for another purpose.
    #[error("the token's type is not that of a status list")]
    OtherType,
    /// Not ES256.
    #[error("the token is not signed with ES256")]
    OtherAlgorithm,
    /// Something in its header must be understood, and is not.
    #[error("the token's header demands an extension that this program does not know")]
    UnknownCritical,
    /// The token is for somebody else.
    #[error("the token names an audience, and a status list is for everybody")]
    Audience,
    /// It brings no certificate, and nobody with its key identifier is known.
    #[error("the token does not say who signed it, or names somebody unknown")]
    SignerUnknown,
    /// The certificate it brings cannot be read.
    #[error("the certificate of the token's signer cannot be read")]
    SignerUnreadable(#[source] CertificateError),
    /// The signer's key is for something else.
    #[error("a status list is signed by a status-list signer, and this one's signer is {}", found.map_or("of no known role", Role::name))]
    OtherRole {
        /// The signer's role, if it has exactly one.
        found: Option<Role>,
    },
    /// The signature does not verify.
    #[error("the signature of the status list does not verify")]
    SignatureWrong,
    /// The signer's certificate or chain is refused; the source says why.
    #[error("the status list's signer is refused")]
    Signer(#[source] Failure),
    /// The list is not one; the source says why.
    #[error("the list inside the token cannot be read")]
    List(#[from] InflateError),
}

/// Why no token is prepared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// The certificate is not a status-list signer's on P-256.
    #[error("the certificate is not a status-list signer's on P-256")]
    NotAStatusListSigner,
    /// The time of issue lies outside the signer's private key usage period.
    #[error("the time of issue {at} lies outside the period in which this key may sign ({from} to {until})", from = usage.not_before, until = usage.not_after)]
    OutsideKeyUsage {
        /// The time of issue.
        at: Timestamp,
        /// When the key may sign.
        usage: Period,
    },
    /// The token would be expired when it is issued, or never expire.
    #[error("a status list is issued with an expiry after its time of issue")]
    NoExpiry,
    /// The token cannot be written.
    #[error("the token cannot be encoded")]
    Encoding(#[from] DerError),
}

/// A token as read, before anything of it is trusted.
pub(super) struct Unverified {
    pub(super) format: TokenFormat,
    /// The claims, not taken apart before the signature over them is found good.
    pub(super) payload: Vec<u8>,
    pub(super) signer: SignerNamed,
    /// The bytes that are signed.
    pub(super) message: Vec<u8>,
    /// `r ‖ s`.
    pub(super) signature: Vec<u8>,
}

/// What is in the payload.
pub(super) struct Content {
    pub(super) claims: Claims,
    /// `nbf`: not before.
    pub(super) not_before: Option<Timestamp>,
    pub(super) list: CompressedList,
}

/// How a token names its signer.
pub(super) enum SignerNamed {
    /// By certificate, DER.
    Certificate(Vec<u8>),
    /// By the key identifier in its certificate.
    KeyIdentifier(Vec<u8>),
}

/// Checks a token of either format: form, type, algorithm, role of its signer, signature, and then its claims, the chain of its
/// signer, and its list.
/// A token that has expired is no error: [`StatusListToken::freshness`] tells.
///
/// # Errors
/// [`TokenError`]: the first fault found; of several faults of the signer the gravest.
pub fn verify(token: &[u8], expected: &Expectation<'_>) -> Result<StatusListToken, TokenError> {
    let most = expected.most_entries;
    if token.len() > longest(most) {
        return Err(TokenError::TooLong { length: token.len(), most });
    }
    let read = match token.first() {
        Some(&cwt::TAG) => cwt::read(token)?,
        _ => jwt::read(token)?,
    };
    let signer = expected.signer(&read.signer)?;
    if signer.role() != Some(Role::StatusListSigner) {
        return Err(TokenError::OtherRole { found: signer.role() });
    }
    let verified = signer.public_key().verify_plain(&read.message, &read.signature);
    verified.map_err(|_| TokenError::SignatureWrong)?;
    let format = read.format;
    let content = match format {
        TokenFormat::Cwt => cwt::content(&read.payload)?,
        TokenFormat::Jwt => jwt::content(&read.payload)?,
    };
    let Content { mut claims, not_before, list } = content;
    let issued_at = claims.issued_at;
    let failures = check_signer(&signer, issued_at, expected.trust, expected.policy, expected.at);
    // that its time is over, or not yet come, is the token's freshness
    let grave = failures.into_iter().filter(|failure| {
        !matches!(
            failure,
            Failure::SignerExpired { .. }
                | Failure::SignerNotYetValid { .. }
                | Failure::SignedInFuture { .. }
        )
    });
    if let Some(gravest) = grave.min_by_key(|failure| failure.conclusion() as u8) {
        return Err(TokenError::Signer(gravest));
    }
    // `check_signer` says nothing of the certificate's own period for a time of signing that lies ahead of the clock
    if !signer.validity().contains(issued_at) {
        return Err(TokenError::Signer(Failure::SignedOutsideValidity { signed_at: issued_at }));
    }
    if let Some(not_before) = not_before {
        claims.issued_at = claims.issued_at.max(not_before);
    }
    let list = list.inflate(most)?;
    Ok(StatusListToken { format, claims, list, signer })
}

/// What a token of so many entries has at most: eight bits each, not compressed, in base64, and a header of 16 KiB.
const fn longest(entries: u32) -> usize {
    (entries as usize).saturating_mul(4) / 3 + 16 * 1024
}

impl Expectation<'_> {
    fn signer(&self, named: &SignerNamed) -> Result<Certificate, TokenError> {
        match named {
            SignerNamed::Certificate(der) => Certificate::from_der(der).map_err(TokenError::SignerUnreadable),
            SignerNamed::KeyIdentifier(identifier) => {
                let mut known = self.signers.iter();
                known
                    .find(|signer| signer.subject_key_identifier() == Some(identifier))
                    .cloned()
                    .ok_or(TokenError::SignerUnknown)
            }
        }
    }
}

impl StatusListToken {
    /// How it was written.
    #[must_use]
    pub const fn format(&self) -> TokenFormat {
        self.format
    }

    /// What it says of itself. A later `nbf` stands for the time of issue.
    #[must_use]
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The list.
    #[must_use]
    pub const fn list(&self) -> &StatusList {
        &self.list
    }

    /// Who signed it.
    #[must_use]
    pub const fn signer(&self) -> &Certificate {
        &self.signer
    }

    /// How its date is at a time: it counts until it or its signer's certificate expires, and a grace longer. One that never
    /// expires is stale from the beginning.
    #[must_use]
    pub fn freshness(&self, at: Timestamp, grace: SignedDuration, skew: SignedDuration) -> Freshness {
        let issued = self.claims.issued_at;
        if issued > at.saturating_add(skew).unwrap_or(Timestamp::MAX) {
            return Freshness::Ahead { issued };
        }
        let own = self.claims.expires.unwrap_or(issued);
        let expired = own.min(self.signer.validity().not_after);
        // exp is the moment on or after which a token must not be taken (RFC 7519, 4.1.4)
        let counts = at < expired.saturating_add(grace).unwrap_or(Timestamp::MAX);
        if counts { Freshness::Fresh } else { Freshness::Stale { expired } }
    }
}

/// Whether this signer may issue these claims.
pub(super) fn entitled(claims: &Claims, signer: &Certificate) -> Result<(), PrepareError> {
    let key = signer.public_key().algorithm();
    if signer.role() != Some(Role::StatusListSigner) || key != SignatureAlgorithm::EcdsaP256Sha256 {
        return Err(PrepareError::NotAStatusListSigner);
    }
    let at = claims.issued_at;
    let usage = signer.private_key_usage().unwrap_or(signer.validity());
    if !usage.contains(at) {
        return Err(PrepareError::OutsideKeyUsage { at, usage });
    }
    if claims.expires.is_none_or(|expires| expires <= at) {
        return Err(PrepareError::NoExpiry);
    }
    Ok(())
}

/// A NumericDate in whole seconds.
pub(super) fn numeric_date(seconds: i64) -> Result<Timestamp, TokenError> {
    Timestamp::from_second(seconds).map_err(|_| TokenError::Malformed("a date is out of range"))
}
