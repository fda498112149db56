//! A record: content and signature, and its place in the chain of its file.

use std::fmt;

use chipwright_pki::cv::{Category, plain_from_der};
use chipwright_pki::encoding::DerError;
use chipwright_pki::{Certificate, Prepared, SignatureAlgorithm};
use chipwright_profile::{CardNumber, Unit};
use der::asn1::{OctetString, OctetStringRef, PrintableString};
use der::{Decode, Encode, Reader, Sequence, SliceReader};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::entry::{Day, UnitEntry};
use crate::payload::Payload;

/// The most bytes a record may have (REC-02).
pub const MOST_BYTES: usize = 991;

const VERSION: u8 = 1;

/// `RecordContent` as it is written.
#[derive(Sequence)]
struct Content {
    version: u8,
    card_number: PrintableString,
    number: u16,
    previous: OctetString,
    recorded_on: Day,
    unit: UnitEntry,
    signer: OctetString,
    payload: Payload,
}

/// A record that was read or made: its bytes, and what they say. The signature is checked by [`verify`](fn@crate::verify).
pub struct SignedRecord {
    der: Zeroizing<Vec<u8>>,
    content: std::ops::Range<usize>,
    signature: [u8; 64],
    card: CardNumber,
    number: u16,
    previous: [u8; 32],
    recorded_on: Date,
    unit: Unit,
    signer: [u8; 20],
    payload: Payload,
}

/// The end of a file's chain: how many records there are, and the hash of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of the last record; 0 for an empty file.
    pub number: u16,
    /// SHA-256 of that record; zeros for an empty file.
    pub hash: [u8; 32],
}

impl Head {
    /// Of an empty file.
    pub const EMPTY: Self = Self { number: 0, hash: [0; 32] };
}

/// What a new record is to say.
#[derive(Debug)]
pub struct Draft {
    /// The card it is for.
    pub card: CardNumber,
    /// The day.
    pub recorded_on: Date,
    /// Who records it.
    pub unit: Unit,
    /// What is recorded.
    pub payload: Payload,
}

/// Why bytes are not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not the DER of a SignedRecord.
    #[error("this is not a well-formed record")]
    Malformed(#[from] DerError),
    /// A version that is not known here.
    #[error("the record is of version {0}, which is not known here")]
    Version(u8),
    /// A field holds what it may not.
    #[error("the record's {0} is not as it must be")]
    Field(&'static str),
}

/// Why a record is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The certificate's key cannot sign records.
    #[error("records are signed with keys on P-256, and this certificate has another")]
    SignerCurve,
    /// The certificate has no key identifier that a record could name.
    #[error("the signer's certificate has no key identifier of 20 bytes")]
    SignerIdentifier,
    /// The certificate is neither a record signer's nor a document signer's.
    #[error("the certificate is neither a record signer's nor a document signer's")]
    NotASigner,
    /// The file can take no more records.
    #[error("the file already has 65535 records")]
    NumbersExhausted,
    /// The record would not fit a card.
    #[error("the record would have {0} bytes; 991 fit")]
    TooLong(usize),
    /// The record cannot be written (a fault of this crate).
    #[error("the record cannot be encoded")]
    Encoding(#[source] DerError),
}

/// Bytes of a SEQUENCE around content and signature, at the most: two headers and the signature with its own.
const AROUND: usize = 4 + 2 + 64;

impl Draft {
    /// A record after `head`, to be signed with the key of `signer`.
    ///
    /// # Errors
    /// [`DraftError`]; nothing is signed then.
    pub fn prepare(self, head: &Head, signer: &Certificate) -> Result<Prepared<SignedRecord>, DraftError> {
        if signer.public_key().algorithm() != SignatureAlgorithm::EcdsaP256Sha256 {
            return Err(DraftError::SignerCurve);
        }
        if !signer.may_sign_records() {
            return Err(DraftError::NotASigner);
        }
        let identifier = signer.subject_key_identifier().filter(|identifier| identifier.len() == 20);
        let identifier = identifier.ok_or(DraftError::SignerIdentifier)?;
        let number = head.number.checked_add(1).ok_or(DraftError::NumbersExhausted)?;
        let content = self
            .encode(number, &head.hash, identifier)
            .map_err(|error| DraftError::Encoding(error.into()))?;
        let length = content.len() + AROUND;
        if length > MOST_BYTES {
            return Err(DraftError::TooLong(length));
        }
        Ok(Prepared::new(content.clone(), signer.public_key().clone(), move |signature| {
            let plain = plain_from_der(signature).ok_or_else(malformed)?;
            let signature = OctetStringRef::new(&plain)?.to_der()?;
            let length = der::Length::try_from(content.len() + signature.len())?;
            let mut all = Vec::with_capacity(MOST_BYTES);
            der::Header::new(der::Tag::Sequence, length).encode_to_vec(&mut all)?;
            all.extend_from_slice(&content);
            all.extend_from_slice(&signature);
            SignedRecord::parse(&all).map_err(|error| match error {
                RecordError::Malformed(error) => error,
                RecordError::Version(_) | RecordError::Field(_) => malformed(),
            })
        }))
    }

    /// Whether a record says this already: the same card, unit and content, whatever its day and signer.
    ///
    /// # Errors
    /// [`DraftError::Encoding`].
    pub fn is_said_by(&self, record: &SignedRecord) -> Result<bool, DraftError> {
        let der = |payload: &Payload| {
            payload.to_der().map(Zeroizing::new).map_err(|error| DraftError::Encoding(error.into()))
        };
        Ok(self.card == record.card
            && self.unit == record.unit
            && der(&self.payload)? == der(&record.payload)?)
    }

    fn encode(self, number: u16, previous: &[u8; 32], signer: &[u8]) -> der::Result<Vec<u8>> {
        Content {
            version: VERSION,
            card_number: PrintableString::new(self.card.as_str())?,
            number,
            previous: OctetString::new(&previous[..])?,
            recorded_on: Day(self.recorded_on),
            unit: UnitEntry(self.unit),
            signer: OctetString::new(signer)?,
            payload: self.payload,
        }
        .to_der()
    }
}

/// Signature or record that cannot be read back.
fn malformed() -> DerError {
    der::Error::from(der::ErrorKind::Failed).into()
}

impl SignedRecord {
    /// Reads one record. The signature is not checked here.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn parse(der: &[u8]) -> Result<Self, RecordError> {
        let (content, signature) = split(der).map_err(DerError::from)?;
        let signature = signature.try_into().map_err(|_| RecordError::Field("signature"))?;
        let start = content.as_ptr().addr() - der.as_ptr().addr();
        let range = start..start + content.len();
        let read = Content::from_der(content).map_err(DerError::from)?;
        // one value, one encoding
        if read.to_der().map_err(DerError::from)? != content {
            return Err(malformed().into());
        }
        if read.version != VERSION {
            return Err(RecordError::Version(read.version));
        }
        if read.number == 0 {
            return Err(RecordError::Field("number"));
        }
        Ok(Self {
            der: Zeroizing::new(der.to_vec()),
            content: range,
            signature,
            card: CardNumber::parse(read.card_number.as_ref())
                .map_err(|_| RecordError::Field("card number"))?,
            number: read.number,
            previous: fixed(&read.previous).ok_or(RecordError::Field("previous hash"))?,
            recorded_on: read.recorded_on.0,
            unit: read.unit.0,
            signer: fixed(&read.signer).ok_or(RecordError::Field("signer"))?,
            payload: read.payload,
        })
    }

    /// The record as it lies on the card.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// What is signed.
    fn signed_part(&self) -> &[u8] {
        self.der.get(self.content.clone()).unwrap_or_default()
    }

    /// Whether this certificate's key made the signature; [`verify`](fn@crate::verify) asks who that is.
    #[must_use]
    pub fn is_signed_by(&self, signer: &Certificate) -> bool {
        signer.subject_key_identifier() == Some(&self.signer[..])
            && signer.public_key().verify_plain(self.signed_part(), &self.signature).is_ok()
    }

    /// SHA-256 over the whole record.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.der[..]).into()
    }

    /// The head of its file when this record is the last.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { number: self.number, hash: self.hash() }
    }

    /// The category, which is the file.
    #[must_use]
    pub const fn category(&self) -> Category {
        self.payload.category()
    }

    /// The card it was made for.
    #[must_use]
    pub const fn card(&self) -> &CardNumber {
        &self.card
    }

    /// Its number in the file, from 1.
    #[must_use]
    pub const fn number(&self) -> u16 {
        self.number
    }

    /// The hash of the record before it; zeros for the first.
    #[must_use]
    pub const fn previous(&self) -> &[u8; 32] {
        &self.previous
    }

    /// The day it was recorded on.
    #[must_use]
    pub const fn recorded_on(&self) -> Date {
        self.recorded_on
    }

    /// The unit that recorded it.
    #[must_use]
    pub const fn unit(&self) -> &Unit {
        &self.unit
    }

    /// The key identifier of its signer.
    #[must_use]
    pub const fn signer(&self) -> &[u8; 20] {
        &self.signer
    }

    /// What it says.
    #[must_use]
    pub const fn payload(&self) -> &Payload {
        &self.payload
    }
}

/// Content and signature of `SEQUENCE { content, OCTET STRING }`, each as it came.
fn split(der: &[u8]) -> der::Result<(&[u8], &[u8])> {
    let mut reader = SliceReader::new(der)?;
    let parts = reader.sequence(|parts| {
        let content = parts.tlv_bytes()?;
        let signature: &OctetStringRef = parts.decode()?;
        Ok::<_, der::Error>((content, signature.as_bytes()))
    })?;
    reader.finish()?;
    Ok(parts)
}

fn fixed<const N: usize>(bytes: &OctetString) -> Option<[u8; N]> {
    bytes.as_bytes().try_into().ok()
}

impl fmt::Debug for SignedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedRecord({} {} of {})", self.category(), self.number, self.card)
    }
}
