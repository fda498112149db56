//! SecurityInfos (ICAO Doc 9303-11, 9.2; 9303-10, 4.7.14.2): `SET OF SEQUENCE { protocol OBJECT IDENTIFIER, requiredData ANY, optionalData ANY OPTIONAL }`.
//!
//! EF.CardAccess holds the set bare and unsigned; DG14 holds the same elements in template `6E`, signed. A reader compares the two
//! with [`SecurityInfos::contains_all`].

use chipwright_iso7816::tlv::{Tlv, Writer, encode};
use der::asn1::ObjectIdentifier;

pub mod authentication;

use crate::FileId;
use crate::asn1::{Fields, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, SET, put_unsigned, unsigned};
use crate::chip::{ChipFeatures, ChipKeys};
use crate::read::{ReadError, ValueFault};

/// PACEInfo, version.
const PACE_VERSION: u32 = 2;

/// PACE over an elliptic curve, AES-CBC and AES-CMAC; with Generic Mapping unless the name says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaceProtocol {
    /// id-PACE-ECDH-GM-AES-CBC-CMAC-128
    Aes128,
    /// id-PACE-ECDH-GM-AES-CBC-CMAC-192
    Aes192,
    /// id-PACE-ECDH-GM-AES-CBC-CMAC-256
    Aes256,
    /// id-PACE-ECDH-CAM-AES-CBC-CMAC-128
    CamAes128,
    /// id-PACE-ECDH-CAM-AES-CBC-CMAC-192
    CamAes192,
    /// id-PACE-ECDH-CAM-AES-CBC-CMAC-256
    CamAes256,
}

impl PaceProtocol {
    /// The object identifier.
    #[must_use]
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Aes128 => ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.4.2.2"),
            Self::Aes192 => ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.4.2.3"),
            Self::Aes256 => ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.4.2.4"),
            Self::CamAes128 => ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.4.6.2"),
            Self::CamAes192 => ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.4.6.3"),
            Self::CamAes256 => ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.4.6.4"),
        }
    }

    /// The same with Chip Authentication Mapping.
    #[must_use]
    pub const fn with_chip_authentication(self) -> Self {
        match self {
            Self::Aes128 | Self::CamAes128 => Self::CamAes128,
            Self::Aes192 | Self::CamAes192 => Self::CamAes192,
            Self::Aes256 | Self::CamAes256 => Self::CamAes256,
        }
    }

    fn of(oid: ObjectIdentifier) -> Option<Self> {
        let generic = [Self::Aes128, Self::Aes192, Self::Aes256];
        let mut all = generic.into_iter().chain(generic.map(Self::with_chip_authentication));
        all.find(|protocol| protocol.oid() == oid)
    }
}

/// PACEInfo: `SEQUENCE { protocol, version INTEGER (2), parameterId INTEGER }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaceParameters {
    /// The protocol.
    pub protocol: PaceProtocol,
    /// Standardized domain parameters (9303-11, table 8); 12 is P-256, 13 brainpoolP256r1.
    pub parameter_id: u8,
}

impl PaceParameters {
    /// AES-128 and AES-256 on P-256.
    pub const DEFAULT: [Self; 2] = [
        Self { protocol: PaceProtocol::Aes128, parameter_id: 12 },
        Self { protocol: PaceProtocol::Aes256, parameter_id: 12 },
    ];

    fn to_der(self) -> Vec<u8> {
        let mut info = Writer::new();
        info.nest(SEQUENCE, |fields| {
            fields.put(OBJECT_IDENTIFIER, self.protocol.oid().as_bytes());
            put_unsigned(fields, PACE_VERSION);
            put_unsigned(fields, u32::from(self.parameter_id));
        });
        info.into_bytes()
    }
}

/// A set of SecurityInfo, each kept as it was encoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecurityInfos(Vec<Vec<u8>>);

impl SecurityInfos {
    /// The PACEInfos of these parameters.
    #[must_use]
    pub fn of_pace(parameters: &[PaceParameters]) -> Self {
        let mut infos = Self(parameters.iter().map(|parameters| parameters.to_der()).collect());
        infos.order();
        infos
    }

    /// EF.CardAccess: PACE with these parameters, each also with Chip Authentication Mapping where the chip has it, and what opens the
    /// records application.
    #[must_use]
    pub fn of_card_access(parameters: &[PaceParameters], features: &ChipFeatures) -> Self {
        let mut infos = Self::of_pace(parameters);
        if features.cam {
            let mapped = parameters.iter().map(|parameters| PaceParameters {
                protocol: parameters.protocol.with_chip_authentication(),
                ..*parameters
            });
            infos.0.extend(mapped.map(PaceParameters::to_der));
        }
        infos.and(authentication::of_card_access(features))
    }

    /// DG14: these elements of EF.CardAccess, the key of Chip Authentication version 1, the algorithm of Active Authentication.
    #[must_use]
    pub fn for_dg14(&self, features: &ChipFeatures, keys: &ChipKeys) -> Self {
        self.clone().and(authentication::of_dg14(features, keys))
    }

    /// EF.CardSecurity: these elements of EF.CardAccess, and the keys of Chip Authentication Mapping and of Chip Authentication version 2.
    #[must_use]
    pub fn for_card_security(&self, keys: &ChipKeys) -> Self {
        self.clone().and(authentication::of_card_security(keys))
    }

    fn and(mut self, more: Vec<Vec<u8>>) -> Self {
        self.0.extend(more);
        self.order();
        self
    }

    /// With one more element, a DER SecurityInfo of another protocol (Chip or Active Authentication).
    ///
    /// # Errors
    /// The fault in `element`.
    pub fn with(mut self, element: &[u8]) -> Result<Self, ReadError> {
        parts(FileId::Dg(14), 0, element)?;
        self.0.push(element.to_vec());
        self.order();
        Ok(self)
    }

    /// DER: the elements in ascending order of their encodings (X.690, 11.6), each once.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        encode(SET, &self.0.concat())
    }

    /// Reads a set out of a file, at `offset` of it.
    pub(crate) fn read(file: FileId, data: &[u8], offset: usize) -> Result<Self, ReadError> {
        let (mut set, mut infos) = (Fields::of(file, offset, SET, data)?, Vec::new());
        while let Some(element) = set.any()? {
            let start = set.at(&element) - (element.encoded.len() - element.value.len());
            parts(file, start, element.encoded)?;
            infos.push(element.encoded.to_vec());
        }
        if infos.is_empty() {
            return Err(ReadError::value(file, offset, ValueFault::NoSecurityInfo));
        }
        let mut infos = Self(infos);
        infos.order();
        Ok(infos)
    }

    /// The PACE parameters we know among the elements, in the order of the set. Other protocols and versions are passed over.
    #[must_use]
    pub fn pace(&self) -> Vec<PaceParameters> {
        self.0.iter().filter_map(|info| pace_info(info)).collect()
    }

    /// The public keys on P-256 that the elements publish under the key identifiers of `applet-spec/tables/keys.toml`.
    #[must_use]
    pub fn chip_keys(&self) -> ChipKeys {
        authentication::published_keys(self.iter())
    }

    /// Object identifier and DER of every element.
    pub fn iter(&self) -> impl Iterator<Item = (ObjectIdentifier, &[u8])> {
        self.0.iter().filter_map(|info| Some((parts(FileId::Dg(14), 0, info).ok()?.0, info.as_slice())))
    }

    /// Whether every element of `other` is, byte for byte, among these. With `self` from DG14 and `other` from EF.CardAccess this is the check against a
    /// downgrade of PACE (9303-11, 4.2, step 6).
    #[must_use]
    pub fn contains_all(&self, other: &Self) -> bool {
        other.0.iter().all(|info| self.0.contains(info))
    }

    /// Whether these, of DG14, are of the same card as `card_security`: they carry SHA-256 of the keys in it (CAM-03). `None` if they say nothing of it.
    #[must_use]
    pub fn vouches_for(&self, card_security: &Self) -> Option<bool> {
        let mut said = self.of_protocol(authentication::CARD_SECURITY_KEYS).peekable();
        said.peek()?;
        let digest = authentication::digest_of_keys(
            card_security.of_protocol(authentication::CHIP_AUTHENTICATION_KEY),
        );
        Some(said.all(|info| authentication::announced_digest(info) == Some(&digest)))
    }

    fn of_protocol(&self, wanted: ObjectIdentifier) -> impl Iterator<Item = &[u8]> {
        self.iter().filter(move |(protocol, _)| *protocol == wanted).map(|(_, info)| info)
    }

    fn order(&mut self) {
        self.0.sort();
        self.0.dedup();
    }
}

/// Protocol, required and optional data of one element.
fn parts(
    file: FileId,
    at: usize,
    info: &[u8],
) -> Result<(ObjectIdentifier, Tlv<'_>, Option<Tlv<'_>>), ReadError> {
    let mut fields = Fields::of(file, at, SEQUENCE, info)?;
    let protocol = fields.oid()?;
    let missing = ReadError::value(file, at, ValueFault::SecurityInfo);
    let (required, optional) = (fields.any()?.ok_or(missing)?, fields.any()?);
    fields.finish()?;
    Ok((protocol, required, optional))
}

fn pace_info(info: &[u8]) -> Option<PaceParameters> {
    let (protocol, version, parameter_id) = parts(FileId::CardAccess, 0, info).ok()?;
    let number = |field: Tlv<'_>| unsigned(field.value).filter(|_| field.tag == INTEGER);
    let parameter_id = u8::try_from(number(parameter_id?)?).ok()?;
    (number(version)? == PACE_VERSION)
        .then_some(PaceParameters { protocol: PaceProtocol::of(protocol)?, parameter_id })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The element of EF.CardAccess in 9303-11, appendix G.1 (brainpoolP256r1, AES-128).
    const WORKED_EXAMPLE: &str = "3012060a04007f0007020204020202010202010d";

    #[test]
    fn worked_example() {
        let element = hex::decode(WORKED_EXAMPLE).unwrap();
        let parameters = PaceParameters { protocol: PaceProtocol::Aes128, parameter_id: 13 };
        assert_eq!(parameters.to_der(), element);
        let set = SecurityInfos::read(FileId::CardAccess, &encode(SET, &element), 0).unwrap();
        assert_eq!(set.pace(), [parameters]);
    }

    #[test]
    fn elements_are_ordered_and_compared() {
        let both = SecurityInfos::of_pace(&[
            PaceParameters::DEFAULT[1],
            PaceParameters::DEFAULT[0],
            PaceParameters::DEFAULT[1],
        ]);
        assert_eq!(both.pace(), PaceParameters::DEFAULT);
        let one = SecurityInfos::of_pace(&PaceParameters::DEFAULT[..1]);
        assert!(both.contains_all(&one) && !one.contains_all(&both));
    }

    #[test]
    fn other_protocols_are_kept() {
        // ChipAuthenticationInfo id-CA-ECDH-AES-CBC-CMAC-128, version 1
        let element = hex::decode("300f060a04007f00070202030202020101").unwrap();
        let set = SecurityInfos::of_pace(&PaceParameters::DEFAULT).with(&element).unwrap();
        let read = SecurityInfos::read(FileId::Dg(14), &set.to_der(), 0).unwrap();
        assert_eq!((read.iter().count(), read.pace().len()), (3, 2));
        assert!(set.with(&element[..5]).is_err());
    }
}
