//! What a chip is made as: identity, transport keys, interfaces, options.

mod cplc;
mod transport_keys;

pub use crate::memory::PageSize;
pub use cplc::Cplc;
pub use transport_keys::TransportKeys;

use crate::scp03::Parameter;
use serde::{Deserialize, Serialize};

/// How a blank chip is made.
#[derive(Debug, Clone)]
pub struct ChipConfig {
    /// Card production life cycle data, with the chip identifier in it (CHIP-06).
    pub cplc: Cplc,
    /// The key set the chip is delivered with.
    pub transport_keys: TransportKeys,
    /// SCP03 "i" (CM-05); bit 01 is S16.
    pub parameter: Parameter,
    /// Failed authentications of a key set before it is blocked for ever (CM-07).
    pub failure_limit: u8,
    /// When they are counted (CM-07).
    pub count_at: CountAt,
    /// The interface in use; [`Card::set_interface`](crate::Card::set_interface) changes it.
    pub interface: Interface,
    /// How the identity application is personalised (chapter 3).
    pub personalisation: PersonalisationPath,
    /// Whether extended length fields are supported and announced.
    pub extended_length: bool,
    /// Whether the load file is there from the start.
    pub package: Package,
    /// Bytes written at once.
    pub page_size: PageSize,
}

/// Which interface the card is used on (CHIP-07).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interface {
    /// ISO/IEC 7816-3, T=1.
    Contact,
    /// ISO/IEC 14443.
    Contactless,
}

/// When the chip counts a failed authentication (CM-07).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CountAt {
    /// At an EXTERNAL AUTHENTICATE that fails.
    ExternalAuthenticate,
    /// At every INITIALIZE UPDATE, cleared by success.
    InitializeUpdate,
}

/// How the identity application is personalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonalisationPath {
    /// INSTALL [for personalization], then STORE DATA to its security domain.
    ThroughIssuerDomain,
    /// INITIALIZE UPDATE, EXTERNAL AUTHENTICATE and STORE DATA to the application.
    ThroughApplication,
}

/// The load file with the identity application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Package {
    /// In the mask, outside the code area.
    Preloaded,
    /// To be loaded.
    Absent,
}

impl Default for ChipConfig {
    /// A contact chip with the published development keys, AES-128, i = 70, ten tries counted at EXTERNAL AUTHENTICATE,
    /// extended length, the load file preloaded.
    fn default() -> Self {
        Self {
            cplc: Cplc::of_chip([0x43, 0x57, 0x63, 0x26, 0x00, 0x00, 0x00, 0x01, 0x00, 0x2A]),
            transport_keys: TransportKeys::published_development(),
            parameter: Parameter::ALL[5], // 70
            failure_limit: 10,
            count_at: CountAt::ExternalAuthenticate,
            interface: Interface::Contact,
            personalisation: PersonalisationPath::ThroughIssuerDomain,
            extended_length: true,
            package: Package::Preloaded,
            page_size: PageSize::Bytes64,
        }
    }
}

impl ChipConfig {
    /// The default chip with this IC serial number.
    #[must_use]
    pub fn with_serial_number(serial: u32) -> Self {
        let mut config = Self::default();
        let mut identifier = config.cplc.chip_identifier();
        identifier[4..8].copy_from_slice(&serial.to_be_bytes());
        config.cplc = Cplc::of_chip(identifier);
        config
    }
}

/// What of the configuration stays with the chip outside its memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Silicon {
    pub(crate) cplc: Cplc,
    #[serde(rename = "scp03-i", serialize_with = "write_parameter", deserialize_with = "read_parameter")]
    pub(crate) parameter: Parameter,
    pub(crate) failure_limit: u8,
    pub(crate) count_at: CountAt,
    pub(crate) interface: Interface,
    pub(crate) personalisation: PersonalisationPath,
    pub(crate) extended_length: bool,
    pub(crate) page_size: PageSize,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn write_parameter<S: serde::Serializer>(parameter: &Parameter, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u8(parameter.value())
}

fn read_parameter<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Parameter, D::Error> {
    Parameter::new(u8::deserialize(from)?).map_err(serde::de::Error::custom)
}

impl Silicon {
    pub(crate) fn of(config: &ChipConfig) -> Self {
        Self {
            cplc: config.cplc,
            parameter: config.parameter,
            failure_limit: config.failure_limit,
            count_at: config.count_at,
            interface: config.interface,
            personalisation: config.personalisation,
            extended_length: config.extended_length,
            page_size: config.page_size,
        }
    }
}
