//! LDSSecurityObject (ICAO Doc 9303-10, 4.6.2 and appendix D), the content that a document signer signs.
//!
//! ```text
//! LDSSecurityObject ::= SEQUENCE {
//!   version                 INTEGER { v0(0), v1(1) },
//!   hashAlgorithm           AlgorithmIdentifier,                       -- parameters absent
//!   dataGroupHashValues     SEQUENCE SIZE (2..16) OF SEQUENCE { dataGroupNumber INTEGER (1..16), dataGroupHashValue OCTET STRING },
//!   ldsVersionInfo          SEQUENCE { ldsVersion PrintableString, unicodeVersion PrintableString } OPTIONAL  -- v1 only
//! }
//! ```
//!
//! We write version 0: it is the form of LDS 1.7, which EF.COM announces, and every reader in the field knows it. We read both.

use std::fmt;

use chipwright_iso7816::tlv::Writer;
use der::asn1::ObjectIdentifier;
use ring::digest;

use crate::FileId;
use crate::asn1::{Fields, NULL, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, put_unsigned};
use crate::read::{ReadError, ValueFault};

/// id-icao-mrtd-security-ldsSecurityObject.
pub const LDS_SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.1");

/// A hash algorithm of 9303-12, 4.1.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HashAlgorithm {
    /// SHA-256, which we write.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl HashAlgorithm {
    /// The object identifier.
    #[must_use]
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sha256 => ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1"),
            Self::Sha384 => ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2"),
            Self::Sha512 => ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3"),
        }
    }

    /// Length of a hash, bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The hash of a file.
    #[must_use]
    pub fn digest(self, data: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, data).as_ref().to_vec()
    }

    fn of(oid: ObjectIdentifier) -> Option<Self> {
        [Self::Sha256, Self::Sha384, Self::Sha512].into_iter().find(|algorithm| algorithm.oid() == oid)
    }
}

/// The hashes of a card's data groups.
#[derive(Clone, PartialEq, Eq)]
pub struct SecurityObject {
    algorithm: HashAlgorithm,
    hashes: Vec<(u8, Vec<u8>)>,
    lds_version: Option<(String, String)>,
}

impl SecurityObject {
    /// The hash algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// Data group numbers and hashes, in the order they stand.
    pub fn hashes(&self) -> impl Iterator<Item = (u8, &[u8])> {
        self.hashes.iter().map(|(number, hash)| (*number, hash.as_slice()))
    }

    /// The hash of data group `number`, if it is among them.
    #[must_use]
    pub fn hash_of(&self, number: u8) -> Option<&[u8]> {
        self.hashes().find(|(found, _)| *found == number).map(|(_, hash)| hash)
    }

    /// Whether `file` is the data group that was signed; nothing if the security object does not know this data group.
    #[must_use]
    pub fn matches(&self, number: u8, file: &[u8]) -> Option<bool> {
        Some(self.hash_of(number)? == self.algorithm.digest(file))
    }

    /// LDS and Unicode version, in version 1 of the object.
    #[must_use]
    pub fn lds_version(&self) -> Option<(&str, &str)> {
        self.lds_version.as_ref().map(|(lds, unicode)| (lds.as_str(), unicode.as_str()))
    }

    /// Reads the DER of an LDSSecurityObject (the eContent of EF.SOD; offsets count from its first byte).
    ///
    /// # Errors
    /// [`ReadError`]: not DER, an unknown version or algorithm, fewer than 2 or more than 16 hashes, a number outside 1 to 16 or twice, a hash of the wrong length.
    pub fn from_der(data: &[u8]) -> Result<Self, ReadError> {
        let file = FileId::Sod;
        let mut object = Fields::of(file, 0, SEQUENCE, data)?;
        let (version, field) = object.unsigned()?;
        if version > 1 {
            return Err(ReadError::value(file, field.value_offset, ValueFault::Version(version)));
        }
        let algorithm = algorithm(file, object.constructed(SEQUENCE)?)?;
        let hashes = data_group_hashes(file, object.clone(), algorithm)?;
        object.field(SEQUENCE)?;
        let mut lds_version = None;
        if version == 1 {
            let mut info = object.constructed(SEQUENCE)?;
            lds_version = Some((info.printable()?.0.to_owned(), info.printable()?.0.to_owned()));
            info.finish()?;
        }
        object.finish()?;
        Ok(Self { algorithm, hashes, lds_version })
    }
}

/// Parameters are absent; NULL is accepted (9303-10, 4.6.2.3, note 2).
fn algorithm(file: FileId, mut fields: Fields<'_>) -> Result<HashAlgorithm, ReadError> {
    let oid = fields.oid()?;
    if let Some(parameters) = fields.optional(NULL)?
        && !parameters.value.is_empty()
    {
        return Err(ReadError::tlv(file, 0)(parameters.invalid()));
    }
    fields.finish()?;
    HashAlgorithm::of(oid).ok_or(ReadError::value(file, 0, ValueFault::HashAlgorithm(oid)))
}

fn data_group_hashes(
    file: FileId,
    mut object: Fields<'_>,
    algorithm: HashAlgorithm,
) -> Result<Vec<(u8, Vec<u8>)>, ReadError> {
    let whole = object.clone().field(SEQUENCE)?;
    let (mut list, mut hashes) = (object.constructed(SEQUENCE)?, Vec::<(u8, Vec<u8>)>::with_capacity(16));
    while list.clone().any()?.is_some() {
        let mut entry = list.constructed(SEQUENCE)?;
        let (number, field) = entry.unsigned()?;
        let hash = entry.field(OCTET_STRING)?.value;
        entry.finish()?;
        let fault = ReadError::value(file, field.value_offset, ValueFault::DataGroupHash(number));
        let known =
            u8::try_from(number).ok().filter(|number| (1..=16).contains(number)).ok_or(fault.clone())?;
        if hashes.iter().any(|(found, _)| *found == known) || hash.len() != algorithm.length() {
            return Err(fault);
        }
        hashes.push((known, hash.to_vec()));
    }
    if hashes.len() < 2 {
        return Err(ReadError::value(file, whole.value_offset, ValueFault::HashCount(hashes.len())));
    }
    Ok(hashes)
}

impl fmt::Debug for SecurityObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<u8> = self.hashes.iter().map(|(number, _)| *number).collect();
        write!(f, "SecurityObject({:?} of {numbers:?})", self.algorithm)
    }
}

/// Hashes data groups (number and file, ascending) with SHA-256 and writes the LDSSecurityObject over them.
///
/// [`crate::DataGroups::build`] does the same for a new card; this is for files that are there already.
///
/// ```
/// use chipwright_profile::security_object::{SecurityObject, lds_security_object};
/// let object = SecurityObject::from_der(&lds_security_object(&[(1, b"one"), (2, b"two")])).unwrap();
/// assert_eq!((object.matches(1, b"one"), object.matches(2, b"one")), (Some(true), Some(false)));
/// ```
#[must_use]
pub fn lds_security_object(data_groups: &[(u8, &[u8])]) -> Vec<u8> {
    let hashes: Vec<(u8, [u8; 32])> =
        data_groups.iter().map(|(number, file)| (*number, sha256(file))).collect();
    to_der(&hashes)
}

pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, data).as_ref());
    hash
}

/// DER of an LDSSecurityObject, version 0, SHA-256, over hashes in ascending order of their numbers.
pub(crate) fn to_der(hashes: &[(u8, [u8; 32])]) -> Vec<u8> {
    let mut object = Writer::new();
    object.nest(SEQUENCE, |fields| {
        put_unsigned(fields, 0);
        fields.nest(SEQUENCE, |algorithm| {
            algorithm.put(OBJECT_IDENTIFIER, HashAlgorithm::Sha256.oid().as_bytes());
        });
        fields.nest(SEQUENCE, |list| {
            for (number, hash) in hashes {
                list.nest(SEQUENCE, |entry| {
                    put_unsigned(entry, u32::from(*number));
                    entry.put(OCTET_STRING, hash);
                });
            }
        });
    });
    object.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn written_and_read() {
        let der = to_der(&[(1, [0x11; 32]), (2, [0x22; 32]), (14, [0xEE; 32])]);
        // SEQUENCE, INTEGER 0, AlgorithmIdentifier { SHA-256 } without parameters
        assert_eq!(hex::encode(&der[..20]), "308187020100300b0609608648016503040201".to_owned() + "30");
        let object = SecurityObject::from_der(&der).unwrap();
        assert_eq!(object.hash_of(14), Some(&[0xEE; 32][..]));
        assert_eq!((object.hash_of(3), object.lds_version(), object.hashes().count()), (None, None, 3));
    }

    #[test]
    fn a_changed_file_does_not_match() {
        let hash: [u8; 32] = HashAlgorithm::Sha256.digest(b"file").try_into().unwrap();
        let object = SecurityObject::from_der(&to_der(&[(1, hash), (2, [0; 32])])).unwrap();
        assert_eq!(
            (object.matches(1, b"file"), object.matches(1, b"File"), object.matches(3, b"file")),
            (Some(true), Some(false), None)
        );
    }

    #[test]
    fn version_1_and_null_parameters_are_read() {
        let mut hashes = String::new();
        for number in 1..=2 {
            hashes += &format!("302502010{number}0420{}", "ab".repeat(32));
        }
        let body =
            format!("020101300d060960864801650304020105003 04e{hashes}300e13043031303813063036303030 30")
                .replace(' ', "");
        let der = hex::decode(format!("30{:02x}{body}", body.len() / 2)).unwrap();
        let object = SecurityObject::from_der(&der).unwrap();
        assert_eq!(object.lds_version(), Some(("0108", "060000")));
    }

    #[test]
    fn what_is_refused() {
        let fault = |hashes: &[(u8, [u8; 32])]| match SecurityObject::from_der(&to_der(hashes)).unwrap_err() {
            ReadError::Value { fault, .. } => fault,
            other => panic!("{other}"),
        };
        assert_eq!(fault(&[(1, [0; 32])]), ValueFault::HashCount(1));
        assert_eq!(fault(&[(1, [0; 32]), (1, [0; 32])]), ValueFault::DataGroupHash(1));
        assert_eq!(fault(&[(1, [0; 32]), (17, [0; 32])]), ValueFault::DataGroupHash(17));
        assert_eq!(fault(&[(0, [0; 32]), (1, [0; 32])]), ValueFault::DataGroupHash(0));
    }

    proptest! {
        #[test]
        fn any_bytes(data in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = SecurityObject::from_der(&data);
        }

        #[test]
        fn altered_bytes(at in 0usize..90, value in any::<u8>()) {
            let mut der = to_der(&[(1, [0x11; 32]), (2, [0x22; 32])]);
            der[at] = value;
            let _ = SecurityObject::from_der(&der);
        }
    }
}
