//! EF.CardAccess (9303-11, 9.2): which PACE the card offers.
//!
//! ```text
//! SecurityInfos ::= SET OF SecurityInfo
//! SecurityInfo  ::= SEQUENCE { protocol OBJECT IDENTIFIER, requiredData ANY, optionalData ANY OPTIONAL }
//! PACEInfo      ::= SEQUENCE { protocol OBJECT IDENTIFIER, version INTEGER, parameterId INTEGER OPTIONAL }
//! ```

use crate::KeySize;
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Reader, Tlv, TlvError};
use std::fmt;

/// `id-PACE`: 0.4.0.127.0.7.2.2.4.
const PACE: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04];
/// What a file of infos can make us read at most.
const MOST_INFOS: usize = 64;
/// How many offers a message shows.
const MOST_SHOWN: usize = 4;

const SET: Tag = Tag(0x31);
pub(crate) const SEQUENCE: Tag = Tag(0x30);
pub(crate) const OBJECT_IDENTIFIER: Tag = Tag(0x06);
pub(crate) const INTEGER: Tag = Tag(0x02);

/// The best supported PACE that EF.CardAccess offers: version 2, ECDH with Generic Mapping, P-256 or brainpoolP256r1; AES-256
/// before AES-192 before AES-128, then P-256 before brainpoolP256r1.
///
/// # Errors
/// [`CardAccessError::Malformed`] or [`TooMany`](CardAccessError::TooMany) for a file that is not SecurityInfos;
/// [`CardAccessError::NothingSupported`] with what the card offers.
pub fn choose(card_access: &[u8]) -> Result<PaceInfo, CardAccessError> {
    choose_with(card_access, Preference::default())
}

/// What to look for among a card's offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preference {
    /// Whether Chip Authentication Mapping is chosen where it is offered; without, it is passed over.
    pub cam: bool,
}

/// As [`choose`], with Chip Authentication Mapping before everything else when it is asked for.
///
/// # Errors
/// As [`choose`].
pub fn choose_with(card_access: &[u8], preference: Preference) -> Result<PaceInfo, CardAccessError> {
    let infos = SecurityInfos::parse(card_access)?;
    let offers: Vec<Offer> = infos.pace_offers().collect();
    offers
        .iter()
        .filter_map(Offer::supported)
        .filter(|info| preference.cam || info.mapping == Mapping::Generic)
        .min_by_key(PaceInfo::rank)
        .ok_or(CardAccessError::NothingSupported { offers: Offers(offers) })
}

/// Why EF.CardAccess cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CardAccessError {
    /// Not a SET OF SecurityInfo.
    #[error("EF.CardAccess is malformed: {0}")]
    Malformed(#[from] TlvError),
    /// More infos than any card needs.
    #[error("EF.CardAccess lists more than {MOST_INFOS} security infos")]
    TooMany,
    /// No PACE that is supported here.
    #[error(
        "the card offers no PACE that is supported (ECDH, Generic Mapping, AES, P-256 or brainpoolP256r1); it offers {offers}"
    )]
    NothingSupported {
        /// What it offers.
        offers: Offers,
    },
}

/// The PACE variants in a file, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offers(pub Vec<Offer>);

impl fmt::Display for Offers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none at all");
        }
        for (index, offer) in self.0.iter().take(MOST_SHOWN).enumerate() {
            write!(f, "{}{offer}", if index == 0 { "" } else { ", " })?;
        }
        match self.0.len().checked_sub(MOST_SHOWN) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, " and {more} more"),
        }
    }
}

/// One SecurityInfo as it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecurityInfo<'a> {
    /// The content octets of the protocol's object identifier.
    pub protocol: &'a [u8],
    /// The whole SEQUENCE.
    pub encoded: &'a [u8],
    /// What follows the object identifier: requiredData and optionalData.
    pub data: &'a [u8],
}

/// All infos of a file, known or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityInfos<'a>(Vec<SecurityInfo<'a>>);

impl<'a> SecurityInfos<'a> {
    /// Reads the content of EF.CardAccess or EF.DG14's value.
    ///
    /// # Errors
    /// [`CardAccessError::Malformed`], [`CardAccessError::TooMany`].
    pub fn parse(file: &'a [u8]) -> Result<Self, CardAccessError> {
        let mut set = Tlv::parse_expected(file, SET)?.children()?;
        let mut infos = Vec::new();
        while !set.is_empty() {
            if infos.len() == MOST_INFOS {
                return Err(CardAccessError::TooMany);
            }
            let info = set.expect(SEQUENCE)?;
            let mut content = info.children()?;
            let protocol = content.expect(OBJECT_IDENTIFIER)?.value;
            infos.push(SecurityInfo { protocol, encoded: info.encoded, data: content.remaining() });
        }
        Ok(Self(infos))
    }

    /// Every info, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &SecurityInfo<'a>> {
        self.0.iter()
    }

    /// The PACEInfos; PACEDomainParameterInfos and malformed ones are left out.
    pub fn pace_offers(&self) -> impl Iterator<Item = Offer> {
        self.0.iter().filter_map(Offer::read)
    }
}

/// A PACEInfo as the card offers it, supported or not.
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    /// The last two arcs of the protocol: mapping (1 DH-GM, 2 ECDH-GM, 3 DH-IM, 4 ECDH-IM, 6 ECDH-CAM) and cipher (1 3DES, 2 to 4 AES).
    pub arcs: [u8; 2],
    /// The version; 2 is current.
    pub version: u32,
    /// The standardised domain parameters, if named.
    pub parameter_id: Option<u32>,
}

impl Offer {
    fn read(info: &SecurityInfo<'_>) -> Option<Self> {
        let arcs = info.protocol.strip_prefix(&PACE)?.try_into().ok()?;
        let mut data = Reader::new(info.data);
        let version = small_integer(&data.expect(INTEGER).ok()?)?;
        let parameter_id = match data.next().ok()? {
            None => None,
            Some(tlv) if tlv.tag == INTEGER => Some(small_integer(&tlv)?),
            Some(_) => return None,
        };
        data.finish().ok()?;
        Some(Self { arcs, version, parameter_id })
    }

    fn supported(&self) -> Option<PaceInfo> {
        let mapping = match self.arcs[0] {
            2 => Mapping::Generic,
            6 => Mapping::ChipAuthentication,
            _ => return None,
        };
        let size = match self.arcs[1] {
            2 => KeySize::Aes128,
            3 => KeySize::Aes192,
            4 => KeySize::Aes256,
            _ => return None,
        };
        match (self.version, self.parameter_id) {
            (2, Some(12)) => Some(PaceInfo { mapping, size, parameter_id: 12 }),
            (2, Some(13)) => Some(PaceInfo { mapping, size, parameter_id: 13 }),
            _ => None,
        }
    }
}

/// A non-negative INTEGER of at most four bytes.
pub(crate) fn small_integer(tlv: &Tlv<'_>) -> Option<u32> {
    match tlv.value {
        [] => None,
        [first, ..] if first & 0x80 != 0 => None,
        value if value.len() > 4 => None,
        value => Some(value.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))),
    }
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mapping = match self.arcs[0] {
            1 => "DH-GM",
            2 => "ECDH-GM",
            3 => "DH-IM",
            4 => "ECDH-IM",
            6 => "ECDH-CAM",
            _ => "an unknown mapping",
        };
        let cipher = match self.arcs[1] {
            1 => "3DES",
            2 => "AES-128",
            3 => "AES-192",
            4 => "AES-256",
            _ => "an unknown cipher",
        };
        write!(f, "{mapping} with {cipher}, version {}", self.version)?;
        match self.parameter_id {
            Some(id) => write!(f, ", parameters {id}"),
            None => f.write_str(", explicit parameters"),
        }
    }
}

impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Offer({self})")
    }
}

/// How the nonce is mapped (9303-11, 4.4.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mapping {
    /// Generic Mapping.
    Generic,
    /// Chip Authentication Mapping: Generic Mapping, with a proof that the chip is genuine.
    ChipAuthentication,
}

/// A supported PACEInfo: ECDH, version 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceInfo {
    mapping: Mapping,
    size: KeySize,
    parameter_id: u8,
}

impl PaceInfo {
    /// NIST P-256 (secp256r1).
    pub const P256: u8 = 12;
    /// brainpoolP256r1.
    pub const BRAINPOOL_P256R1: u8 = 13;

    /// Generic Mapping with AES of this size over these standardised domain parameters; none unless they are 12 or 13.
    #[must_use]
    pub const fn new(size: KeySize, parameter_id: u8) -> Option<Self> {
        match parameter_id {
            Self::P256 | Self::BRAINPOOL_P256R1 => {
                Some(Self { mapping: Mapping::Generic, size, parameter_id })
            }
            _ => None,
        }
    }

    /// The same with another mapping.
    #[must_use]
    pub const fn with_mapping(self, mapping: Mapping) -> Self {
        Self { mapping, ..self }
    }

    /// How the nonce is mapped.
    #[must_use]
    pub const fn mapping(&self) -> Mapping {
        self.mapping
    }

    /// The size of the session keys.
    #[must_use]
    pub const fn key_size(&self) -> KeySize {
        self.size
    }

    /// The version: 2.
    #[must_use]
    pub const fn version(&self) -> u8 {
        2
    }

    /// The standardised domain parameters (9303-11, table 4).
    #[must_use]
    pub const fn parameter_id(&self) -> u8 {
        self.parameter_id
    }

    /// The content octets of the protocol's object identifier.
    #[must_use]
    pub fn protocol(&self) -> [u8; 10] {
        let mut oid = [0; 10];
        oid[..8].copy_from_slice(&PACE);
        oid[8] = match self.mapping {
            Mapping::Generic => 2,
            Mapping::ChipAuthentication => 6,
        };
        oid[9] = cipher_arc(self.size);
        oid
    }

    /// Lower is better.
    fn rank(&self) -> (u8, core::cmp::Reverse<u16>, u8) {
        let mapping = match self.mapping {
            Mapping::ChipAuthentication => 0,
            Mapping::Generic => 1,
        };
        (mapping, core::cmp::Reverse(self.size.bits()), self.parameter_id)
    }
}

/// The last arc of a protocol with AES-CBC and CMAC.
pub(crate) const fn cipher_arc(size: KeySize) -> u8 {
    match size {
        KeySize::Aes128 => 2,
        KeySize::Aes192 => 3,
        KeySize::Aes256 => 4,
    }
}
