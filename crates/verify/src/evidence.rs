//! Evidence that a chip was here: a signature of Active Authentication over a challenge that nobody chose freely.
//!
//! ```text
//! challenge = first 8 bytes of SHA-256(tag ‖ time, seconds since 1970 (8) ‖ station, length (2) and UTF-8
//!                                      ‖ nonce (16) ‖ day of deletion, YYYY-MM-DD (10))
//! tag       = "Chipwright evidence 1" 00
//! ```
//!
//! The nonce is drawn for every contact with the card: a signature that was fetched while the card was away from the reader fits no challenge.
//!
//! Chip Authentication and Chip Authentication Mapping convince the terminal and nobody else, since the terminal could have made the whole
//! conversation up; they are recorded as what they are. A signature says that the chip signed this challenge, not that it lay on this station: whoever relays
//! commands to a chip far away obtains one too. Evidence is personal data: it is kept encrypted, until a date, and only where policy asks for it.

use crate::authenticity;
use crate::files::Files;
use crate::inspect::Inspection;
use crate::memory::Memory;
use crate::proof::Proof;
use crate::verdict::Verdict;
use chipwright_channel::active_authentication::{ActiveAuthenticationKey, Signature64};
use chipwright_channel::{NotGenuine, PublicKeyError};
use chipwright_pki::check::check;
use chipwright_pki::policy::Policy;
use chipwright_pki::trust::TrustStore;
use chipwright_profile::security_object::SecurityObject;
use chipwright_profile::{FileId, read};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ring::digest;
use serde::{Deserialize, Serialize};

/// The form of the record.
const FORMAT: &str = "chipwright-evidence/1";
/// What the challenge is derived under.
const TAG: &[u8] = b"Chipwright evidence 1\0";

/// Who asks for evidence, and until when it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The station's name.
    pub station: String,
    /// The day on which the record must be deleted.
    pub delete_on: Date,
}

/// What makes a challenge new: drawn for one contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nonce([u8; 16]);

impl Nonce {
    pub(crate) fn draw(random: &mut dyn FnMut(&mut [u8])) -> Self {
        let mut nonce = [0; 16];
        random(&mut nonce);
        Self(nonce)
    }
}

/// A signature of the chip, and what its challenge was made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed {
    pub(crate) nonce: Nonce,
    pub(crate) signature: Signature64,
}

/// The challenge for this time, request and contact.
#[must_use]
pub(crate) fn challenge(at: Timestamp, request: &Request, nonce: Nonce) -> [u8; 8] {
    derive(at, &request.station, &nonce.0, request.delete_on)
}

fn derive(at: Timestamp, station: &str, nonce: &[u8; 16], delete_on: Date) -> [u8; 8] {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(TAG);
    hash.update(&at.as_second().to_be_bytes());
    hash.update(&u16::try_from(station.len()).unwrap_or(u16::MAX).to_be_bytes());
    hash.update(station.as_bytes());
    hash.update(nonce);
    hash.update(delete_on.to_string().as_bytes());
    let mut challenge = [0; 8];
    challenge.copy_from_slice(&hash.finish().as_ref()[..8]);
    challenge
}

/// What is kept of one inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    format: String,
    /// When the card was inspected, in whole seconds.
    time: Timestamp,
    station: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<Hex>,
    delete_on: Date,
    /// What convinced the station; what others can check is the signature alone.
    convinced: Vec<Proof>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<Hex>,
    security_object: Hex,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dg14: Option<Hex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dg15: Option<Hex>,
}

/// What evidence shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// SHA-256 of the card's EF.SOD, by which the registry finds the card.
    pub security_object_digest: [u8; 32],
    /// When, by the station's word: once signed it cannot be changed, but nobody says that the station's clock was right.
    pub time: Timestamp,
    /// Where, by the station's word too.
    pub station: String,
    /// What convinced the station besides.
    pub convinced: Vec<Proof>,
}

/// Why evidence shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// Another form.
    #[error("the record is of the form {0}, which this program does not know")]
    Format(String),
    /// A field of the wrong length.
    #[error("the record's {0} has the wrong length")]
    Length(&'static str),
    /// The record says that it was made later than now.
    #[error("the record says that it was made on {0}, which has not come yet")]
    FromTheFuture(Timestamp),
    /// The record must have been deleted.
    #[error("the record was to be deleted on {0}")]
    Outlived(Date),
    /// No signature: the chip convinced the station and nobody else.
    #[error("the chip convinced this station only: the record holds no signature that others can check")]
    OnlyTheStation,
    /// The security object is not trusted.
    #[error("EF.SOD: {0}")]
    SecurityObject(String),
    /// The record is older or newer than the signer's certificate.
    #[error("on {0} the signer's certificate was not valid")]
    SignerNotValid(Timestamp),
    /// DG15 is not the one that was signed.
    #[error("DG15 is missing or is not what was signed")]
    KeyNotSigned,
    /// DG15 holds no key of ours.
    #[error("DG15: {0}")]
    Key(#[from] PublicKeyError),
    /// The signature is not the chip's over the challenge of this time, station and session.
    #[error("the signature is not the chip's for this time, station and session")]
    Signature(#[source] NotGenuine),
}

impl Evidence {
    /// Of one inspection; none if no proof convinced.
    fn of(request: &Request, at: Timestamp, files: &Files, memory: &Memory) -> Option<Self> {
        let convinced: Vec<Proof> = memory.convinced().collect();
        let doubtful = memory.failed_proofs().next().is_some() || memory.foreign_security.is_some();
        if convinced.is_empty() || doubtful {
            return None;
        }
        let hex = |number| files.data_group(number).map(|file| Hex(file.to_vec()));
        Some(Self {
            format: FORMAT.to_owned(),
            time: Timestamp::from_second(at.as_second()).ok()?,
            station: request.station.clone(),
            nonce: memory.signed_challenge.map(|signed| Hex(signed.nonce.0.to_vec())),
            delete_on: request.delete_on,
            convinced,
            signature: memory.signed_challenge.map(|signed| Hex(signed.signature.0.to_vec())),
            security_object: Hex(files.get(FileId::Sod)?.to_vec()),
            dg14: hex(14),
            dg15: hex(15),
        })
    }

    /// When it must be deleted.
    #[must_use]
    pub const fn delete_on(&self) -> Date {
        self.delete_on
    }

    /// Whether others can check it.
    #[must_use]
    pub const fn is_transferable(&self) -> bool {
        self.signature.is_some()
    }

    /// When and where.
    #[must_use]
    pub fn made(&self) -> (Timestamp, &str) {
        (self.time, &self.station)
    }

    /// Checks the record later: the card's data were signed by a trusted signer, who was valid then and is not revoked now, and the chip
    /// that they name signed the challenge.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub fn check(&self, trust: &TrustStore, policy: &Policy, now: Timestamp) -> Result<Shown, EvidenceError> {
        if self.format != FORMAT {
            return Err(EvidenceError::Format(self.format.clone()));
        }
        if self.time > now.saturating_add(policy.clock_skew).unwrap_or(Timestamp::MAX) {
            return Err(EvidenceError::FromTheFuture(self.time));
        }
        if now.to_zoned(TimeZone::UTC).date() > self.delete_on {
            return Err(EvidenceError::Outlived(self.delete_on));
        }
        let signature = self.signature.as_ref().ok_or(EvidenceError::OnlyTheStation)?;
        let nonce = self.nonce.as_ref().map(|nonce| nonce.0.as_slice()).unwrap_or_default();
        let nonce = nonce.try_into().map_err(|_| EvidenceError::Length("nonce"))?;
        let unreadable = |error: read::ReadError| EvidenceError::SecurityObject(error.to_string());
        let cms = read::sod(&self.security_object.0).map_err(unreadable)?;
        let report = check(cms, trust, policy, now);
        // a signer may have expired since: it counts whether it was valid then
        if let Some((verdict, why)) = authenticity::worst(&report, false)
            && verdict != Verdict::Expired
        {
            return Err(EvidenceError::SecurityObject(why));
        }
        let then = report.signer().map(|signer| signer.validity().contains(self.time));
        if then != Some(true) {
            return Err(EvidenceError::SignerNotValid(self.time));
        }
        let content = report.content().unwrap_or_default();
        let signed = SecurityObject::from_der(content).map_err(unreadable)?;
        let dg15 = self.dg15.as_ref().filter(|dg15| signed.matches(15, &dg15.0) == Some(true));
        let key = ActiveAuthenticationKey::from_dg15(&dg15.ok_or(EvidenceError::KeyNotSigned)?.0)?;
        let challenge = derive(self.time, &self.station, &nonce, self.delete_on);
        key.verify(challenge, &signature.0).map_err(EvidenceError::Signature)?;
        let mut security_object_digest = [0; 32];
        let digest = digest::digest(&digest::SHA256, &self.security_object.0);
        security_object_digest.copy_from_slice(digest.as_ref());
        Ok(Shown {
            security_object_digest,
            time: self.time,
            station: self.station.clone(),
            convinced: self.convinced.clone(),
        })
    }
}

impl Memory {
    /// The evidence that was asked for.
    pub(crate) fn evidence(&self, ask: &Inspection<'_>) -> Option<Evidence> {
        Evidence::of(ask.evidence.as_ref()?, ask.at, &self.files, self)
    }
}

/// Bytes that are written in hexadecimal.
#[derive(Clone, PartialEq, Eq)]
struct Hex(Vec<u8>);

impl std::fmt::Debug for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        hex::decode(text.as_bytes()).map(Self).map_err(serde::de::Error::custom)
    }
}
