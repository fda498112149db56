//! The files.

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub(crate) const SOURCE: &str = "computed by crates/verify/tests/transcripts.rs";
pub(crate) const AT: &str = "2026-11-22T08:00:00Z";

/// Octets, in files lower-case hexadecimal.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Octets(pub(crate) Vec<u8>);

impl Serialize for Octets {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(from)?;
        if digits.bytes().any(|digit| digit.is_ascii_uppercase()) {
            return Err(serde::de::Error::custom("upper-case hexadecimal"));
        }
        hex::decode(digits).map(Self).map_err(serde::de::Error::custom)
    }
}

/// A command and its response, or a reset and the answer to it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    pub(crate) step: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) command: Option<Octets>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) response: Option<Octets>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) atr: Option<Octets>,
}

/// One data grouping.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    pub(crate) dgi: Octets,
    pub(crate) name: String,
    pub(crate) value: Octets,
}

/// `personalisation-transcript`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Personalisation {
    pub(crate) source: String,
    pub(crate) expect: String,
    pub(crate) comment: String,
    pub(crate) kind: String,
    pub(crate) parameter_i: u8,
    pub(crate) key_bits: u16,
    pub(crate) length_form: String,
    pub(crate) chip_identifier: Octets,
    pub(crate) transport_key_version: u8,
    pub(crate) transport_enc: Octets,
    pub(crate) transport_mac: Octets,
    pub(crate) transport_dek: Octets,
    pub(crate) issuer_key_version: u8,
    pub(crate) master_enc: Octets,
    pub(crate) master_mac: Octets,
    pub(crate) master_dek: Octets,
    pub(crate) issuer_enc: Octets,
    pub(crate) issuer_mac: Octets,
    pub(crate) issuer_dek: Octets,
    pub(crate) instance_aid: Octets,
    /// References of the key pairs that the chip makes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) key_pairs: Vec<u8>,
    pub(crate) objects: Vec<Stored>,
    pub(crate) host_random: Vec<Octets>,
    pub(crate) card_random: Vec<Octets>,
    pub(crate) exchanges: Vec<Exchange>,
}

/// `reading-transcript`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reading {
    pub(crate) source: String,
    pub(crate) expect: String,
    pub(crate) comment: String,
    pub(crate) kind: String,
    pub(crate) card: String,
    pub(crate) length_form: String,
    pub(crate) instance_aid: Octets,
    pub(crate) protocol: String,
    pub(crate) password_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) can: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mrz_information: Option<String>,
    pub(crate) at: String,
    pub(crate) root: Octets,
    pub(crate) crl: Octets,
    pub(crate) host_random: Vec<Octets>,
    pub(crate) card_random: Vec<Octets>,
    pub(crate) exchanges: Vec<Exchange>,
}

pub(crate) fn vectors() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-vectors"))
}

pub(crate) fn load<F: DeserializeOwned>(name: &str) -> F {
    let bytes = std::fs::read(vectors().join("transcripts").join(name)).unwrap();
    serde_json::from_slice(&bytes).unwrap_or_else(|fault| panic!("{name}: {fault}"))
}
