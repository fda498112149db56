//! A bundle's head, and the full bundle.

use der::{DateTime, Encode};
use jiff::Timestamp;

use super::MOST_BYTES;
use super::data::{Digest, TrustData};
use super::delta::DeltaBundle;
use super::wire::{BundleWire, DataWire, sha256};
use crate::encoding::{DerError, decode};
use crate::period::{generalized_time, timestamp};

const VERSION: u8 = 1;

/// Number and dates of a bundle, full or delta; in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Grows with every bundle; 1 to 2^63 - 1.
    pub number: u64,
    /// When it was made and signed.
    pub issued: Timestamp,
    /// When the next one comes at the latest.
    pub next_update: Timestamp,
    /// Until when it counts.
    pub end_of_grace: Timestamp,
}

/// Why bytes are not a trust bundle, or why one is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Not the DER of a bundle.
    #[error("this is not a well-formed trust bundle")]
    Malformed(#[from] DerError),
    /// A version that is not known here.
    #[error("the trust bundle is of version {0}, which is not known here")]
    Version(u8),
    /// Larger than any bundle may be.
    #[error("the trust bundle has {bytes} bytes; at most {most} are read")]
    Bytes {
        /// Its size.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// Too many of something.
    #[error("the trust bundle has more than {most} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// One of them is too large.
    #[error("one of the {what} of the trust bundle has more than {most} bytes")]
    TooLarge {
        /// Of what.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// A field holds what it may not.
    #[error("the {0} of the trust bundle is not as it must be")]
    Field(&'static str),
    /// The dates contradict each other.
    #[error("the dates of the trust bundle contradict each other")]
    Dates,
}

impl BundleError {
    pub(super) fn encoding(error: der::Error) -> Self {
        Self::Malformed(error.into())
    }
}

/// A full bundle: its bytes, and what they say.
#[derive(Clone)]
pub struct FullBundle {
    der: Vec<u8>,
    digest: Digest,
    header: Header,
    data: TrustData,
}

impl FullBundle {
    /// Of a head and what the bundle is to hold.
    ///
    /// # Errors
    /// [`BundleError`] for what no reader would take.
    pub fn new(header: Header, data: &TrustData) -> Result<Self, BundleError> {
        Self::of_wire(header, data.to_wire()?)
    }

    pub(super) fn of_wire(header: Header, data: DataWire) -> Result<Self, BundleError> {
        Self::from_der(&header.encode(Some(data), None)?)
    }

    /// Reads the DER of a full bundle.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn from_der(der: &[u8]) -> Result<Self, BundleError> {
        match Bundle::from_der(der)? {
            Bundle::Full(bundle) => Ok(bundle),
            Bundle::Delta(_) => Err(BundleError::Field("kind of body")),
        }
    }

    /// The DER of the `TrustBundle`.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the DER.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Number and dates.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What it holds.
    #[must_use]
    pub const fn data(&self) -> &TrustData {
        &self.data
    }
}

impl PartialEq for FullBundle {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for FullBundle {}

impl std::fmt::Debug for FullBundle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FullBundle").field("header", &self.header).field("bytes", &self.der.len()).finish()
    }
}

/// A bundle of either kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bundle {
    /// Everything.
    Full(FullBundle),
    /// What changed.
    Delta(DeltaBundle),
}

impl Bundle {
    /// Reads the DER of a `TrustBundle`.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn from_der(der: &[u8]) -> Result<Self, BundleError> {
        if der.len() > MOST_BYTES {
            return Err(BundleError::Bytes { bytes: der.len(), most: MOST_BYTES });
        }
        let wire: BundleWire = decode(der)?;
        if wire.version != VERSION {
            return Err(BundleError::Version(wire.version));
        }
        let header = Header::read(&wire)?;
        match (wire.full, wire.delta) {
            (Some(full), None) => Ok(Self::Full(FullBundle {
                data: TrustData::from_wire(&full)?,
                digest: sha256(der),
                der: der.to_vec(),
                header,
            })),
            (None, Some(delta)) => DeltaBundle::read(der, header, delta).map(Self::Delta),
            _ => Err(BundleError::Field("kind of body")),
        }
    }

    /// The DER of the `TrustBundle`.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        match self {
            Self::Full(bundle) => bundle.as_der(),
            Self::Delta(bundle) => bundle.as_der(),
        }
    }

    /// Number and dates.
    #[must_use]
    pub const fn header(&self) -> &Header {
        match self {
            Self::Full(bundle) => bundle.header(),
            Self::Delta(bundle) => bundle.header(),
        }
    }
}

impl From<FullBundle> for Bundle {
    fn from(bundle: FullBundle) -> Self {
        Self::Full(bundle)
    }
}

impl From<DeltaBundle> for Bundle {
    fn from(bundle: DeltaBundle) -> Self {
        Self::Delta(bundle)
    }
}

impl Header {
    fn read(wire: &BundleWire) -> Result<Self, BundleError> {
        let time = |time: DateTime| timestamp(time).map_err(BundleError::from);
        Self {
            number: wire.number,
            issued: time(wire.issued.to_date_time())?,
            next_update: time(wire.next_update.to_date_time())?,
            end_of_grace: time(wire.end_of_grace.to_date_time())?,
        }
        .checked()
    }

    fn checked(self) -> Result<Self, BundleError> {
        if self.number == 0 || self.number >> 63 != 0 {
            return Err(BundleError::Field("bundle number"));
        }
        if self.next_update <= self.issued || self.end_of_grace < self.next_update {
            return Err(BundleError::Dates);
        }
        Ok(self)
    }

    /// The DER of a bundle with this head and one of the two bodies.
    pub(super) fn encode(
        self,
        full: Option<DataWire>,
        delta: Option<super::wire::ChangeWire>,
    ) -> Result<Vec<u8>, BundleError> {
        let header = self.checked()?;
        let time = |at| generalized_time(at).map_err(BundleError::encoding);
        let wire = BundleWire {
            version: VERSION,
            number: header.number,
            issued: time(header.issued)?,
            next_update: time(header.next_update)?,
            end_of_grace: time(header.end_of_grace)?,
            full,
            delta,
        };
        wire.to_der().map_err(BundleError::encoding)
    }
}
