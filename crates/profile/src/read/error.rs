//! What can be wrong with a file, and where.

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::TlvError;
use der::asn1::ObjectIdentifier;

use crate::FileId;
use crate::mrz::MrzError;

/// A file that cannot be read. Offsets count from the first byte of the file (of the eContent for the LDSSecurityObject).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Not the data objects, or not the DER, that must stand here.
    #[error("{file}: {error}")]
    Tlv {
        /// The file.
        file: FileId,
        /// The fault; its offset counts from the first byte of the file.
        #[source]
        error: TlvError,
    },
    /// Not a machine readable zone.
    #[error("{file}: {error}")]
    Mrz {
        /// The file.
        file: FileId,
        /// Where.
        offset: usize,
        /// The fault.
        #[source]
        error: MrzError,
    },
    /// Right in form, wrong in content.
    #[error("{file}: {fault} at byte {offset}")]
    Value {
        /// The file.
        file: FileId,
        /// Where.
        offset: usize,
        /// The fault.
        fault: ValueFault,
    },
}

/// Contents that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueFault {
    /// Text that is not UTF-8.
    #[error("the text of {0} is not UTF-8")]
    Utf8(Tag),
    /// Not a date.
    #[error("the value of {0} is not a date")]
    Date(Tag),
    /// A tag list that names other data objects than are there.
    #[error("the tag list names {0}, which is missing")]
    TagList(Tag),
    /// A version this software does not know.
    #[error("version {0} is not known")]
    Version(u32),
    /// A hash algorithm that is not allowed.
    #[error("hash algorithm {0} is not allowed")]
    HashAlgorithm(ObjectIdentifier),
    /// Not 2 to 16 hashes.
    #[error("{0} hashes where 2 to 16 must stand")]
    HashCount(usize),
    /// A hash with an impossible number or length, or a second one with the same number.
    #[error("the hash of data group {0} is not valid")]
    DataGroupHash(u32),
    /// A member number that is not 12 digits.
    #[error("the member number is not valid")]
    MemberNumber,
    /// A unit code or name that is not valid.
    #[error("the unit is not valid")]
    Unit,
    /// A commitment of another length than 32 bytes.
    #[error("the commitment has {0} bytes")]
    Commitment(usize),
    /// No face, or more than one.
    #[error("{0} faces where 1 must stand")]
    FaceCount(u16),
    /// Another biometric format than ISO/IEC 19794-5.
    #[error("the biometric data is not in the format of ISO/IEC 19794-5")]
    FaceFormat,
    /// A facial record that ends too early or says a wrong length.
    #[error("the facial record has a wrong length")]
    FaceLength,
    /// A picture larger than any portrait.
    #[error("the picture has {width}×{height} pixels, which is no portrait")]
    FacePixels {
        /// Width, as the picture says.
        width: u16,
        /// Height, as the picture says.
        height: u16,
    },
    /// No SecurityInfo at all.
    #[error("the set of SecurityInfo is empty")]
    NoSecurityInfo,
    /// A SecurityInfo without required data.
    #[error("a SecurityInfo has no required data")]
    SecurityInfo,
    /// A tag that belongs to no data group.
    #[error("tag {0} belongs to no data group")]
    DataGroupTag(Tag),
    /// An application identifier of a wrong length.
    #[error("the application identifier is not valid")]
    Aid,
}

impl ReadError {
    /// The file.
    #[must_use]
    pub const fn file(&self) -> FileId {
        match self {
            Self::Tlv { file, .. } | Self::Mrz { file, .. } | Self::Value { file, .. } => *file,
        }
    }

    /// Where.
    #[must_use]
    pub const fn offset(&self) -> usize {
        match self {
            Self::Tlv { error, .. } => error.offset,
            Self::Mrz { offset, .. } | Self::Value { offset, .. } => *offset,
        }
    }

    pub(crate) fn tlv(file: FileId, base: usize) -> impl Fn(TlvError) -> Self {
        move |error| Self::Tlv { file, error: TlvError { kind: error.kind, offset: base + error.offset } }
    }

    pub(crate) const fn value(file: FileId, offset: usize, fault: ValueFault) -> Self {
        Self::Value { file, offset, fault }
    }
}
