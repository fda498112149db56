//! The project's vectors: one JSON file each, found by directory, unknown keys fatal (test-vectors/README.md).

#![allow(dead_code, reason = "every test reads its own kind")]
#![allow(clippy::disallowed_methods, reason = "reads vectors")]
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "tests")]

use chipwright_iso7816::{Command, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use std::path::Path;

/// Octets written in hexadecimal.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Hex(pub Vec<u8>);

impl std::fmt::Debug for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl std::ops::Deref for Hex {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Hex {
    pub fn command(&self) -> Command {
        Command::from_bytes(&self.0).unwrap()
    }

    pub fn response(&self) -> Response {
        Response::from_bytes(&self.0).unwrap()
    }

    /// A counter.
    pub fn number(&self) -> u128 {
        u128::from_be_bytes(self.0.as_slice().try_into().unwrap())
    }

    pub fn byte(&self) -> u8 {
        assert_eq!(self.0.len(), 1);
        self.0[0]
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scp03 {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    #[serde(default)]
    pub computed_fields: Vec<String>,
    pub mode: String,
    pub parameter_i: Hex,
    pub security_level: Hex,
    pub key_version: Hex,
    pub static_enc: Hex,
    pub static_mac: Hex,
    pub static_dek: Hex,
    pub invoking_aid: Option<Hex>,
    pub sequence_counter: Option<Hex>,
    pub host_challenge: Hex,
    pub card_challenge: Hex,
    pub card_cryptogram: Hex,
    pub host_cryptogram: Option<Hex>,
    pub session_enc: Hex,
    pub session_mac: Hex,
    pub session_rmac: Hex,
    pub initialize_update_command: Hex,
    pub initialize_update_response: Hex,
    pub external_authenticate_command: Option<Hex>,
    pub external_authenticate_response: Option<Hex>,
    #[serde(default)]
    pub commands: Vec<Scp03Exchange>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scp03Exchange {
    pub plain: Hex,
    pub wrapped: Hex,
    pub response: Option<Hex>,
    pub response_plain: Option<Hex>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    #[serde(default)]
    pub computed_fields: Vec<String>,
    pub protocol_oid: Hex,
    pub parameter_id: u8,
    pub curve: String,
    pub key_bits: u16,
    pub password_type: String,
    pub can: Option<String>,
    pub document_number: Option<String>,
    pub date_of_birth: Option<String>,
    pub date_of_expiry: Option<String>,
    pub mrz_information: Option<String>,
    pub card_access: Hex,
    pub pace_info: Option<Hex>,
    pub password_secret: Hex,
    pub k_pi: Hex,
    pub nonce: Hex,
    pub encrypted_nonce: Hex,
    pub pcd_mapping_private_key: Hex,
    pub pcd_mapping_public_key: Hex,
    pub picc_mapping_private_key: Hex,
    pub picc_mapping_public_key: Hex,
    pub mapping_shared_secret: Hex,
    pub mapped_generator: Hex,
    pub pcd_ephemeral_private_key: Hex,
    pub pcd_ephemeral_public_key: Hex,
    pub picc_ephemeral_private_key: Option<Hex>,
    pub picc_ephemeral_public_key: Hex,
    pub shared_secret: Hex,
    pub ks_enc: Hex,
    pub ks_mac: Hex,
    pub pcd_token_input: Hex,
    pub picc_token_input: Hex,
    pub pcd_token: Hex,
    pub picc_token: Hex,
    pub exchanges: Vec<PaceExchange>,
    // Chip Authentication Mapping
    pub chip_private_key: Option<Hex>,
    pub chip_public_key: Option<Hex>,
    pub chip_authentication_data: Option<Hex>,
    pub chip_authentication_iv: Option<Hex>,
    pub encrypted_chip_authentication_data: Option<Hex>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChipAuthentication {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    #[serde(default)]
    pub computed_fields: Vec<String>,
    pub protocol_oid: Hex,
    pub parameter_id: u8,
    pub curve: String,
    pub key_bits: u16,
    pub key_reference: u8,
    pub picc_private_key: Hex,
    pub picc_public_key: Hex,
    pub pcd_private_key: Hex,
    pub pcd_public_key: Hex,
    pub shared_secret: Hex,
    pub picc_nonce: Option<Hex>,
    pub picc_token_input: Option<Hex>,
    pub picc_token: Option<Hex>,
    pub ks_enc: Hex,
    pub ks_mac: Hex,
    pub exchanges: Vec<PaceExchange>,
}

/// PACE with a CHAT, Terminal Authentication 2, Chip Authentication 2, and one command after them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneralAuthentication {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    #[serde(default)]
    pub computed_fields: Vec<String>,
    pub protocol_oid: Hex,
    pub parameter_id: u8,
    pub curve: String,
    pub key_bits: u16,
    pub password_type: String,
    pub pin: String,
    pub chat_oid: Hex,
    pub chat_bits: Hex,
    pub nonce: Hex,
    pub pcd_mapping_private_key: Hex,
    pub picc_mapping_private_key: Hex,
    pub pcd_ephemeral_private_key: Hex,
    pub picc_ephemeral_private_key: Hex,
    pub car: Hex,
    pub chain: Vec<Hex>,
    pub pcd_private_key: Hex,
    pub terminal_challenge: Hex,
    pub terminal_signature: Hex,
    pub chip_protocol_oid: Hex,
    pub chip_key_reference: u8,
    pub chip_private_key: Hex,
    pub chip_nonce: Hex,
    pub get_data_response: Hex,
    pub pace_ks_enc: Hex,
    pub pace_ks_mac: Hex,
    pub id_picc: Hex,
    pub pcd_public_key: Hex,
    pub terminal_message: Hex,
    pub chip_public_key: Hex,
    pub chip_token: Hex,
    pub ks_enc: Hex,
    pub ks_mac: Hex,
    pub exchanges: Vec<PaceExchange>,
}

/// PACE, and PACE again under its secure messaging.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaceWithin {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    pub parameter_id: u8,
    pub key_bits: u16,
    pub runs: Vec<PaceRun>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaceRun {
    pub password_type: String,
    pub can: Option<String>,
    pub pin: Option<String>,
    pub nonce: Hex,
    pub pcd_mapping_private_key: Hex,
    pub picc_mapping_private_key: Hex,
    pub pcd_ephemeral_private_key: Hex,
    pub picc_ephemeral_private_key: Hex,
    pub ks_enc: Hex,
    pub ks_mac: Hex,
    pub exchanges: Vec<PaceExchange>,
}

/// The commands and answers of a transcript, as a card that replays them takes them.
pub fn script(exchanges: &[PaceExchange]) -> impl Iterator<Item = (&[u8], &[u8])> {
    exchanges
        .iter()
        .map(|exchange| (&exchange.command[..], exchange.response.as_ref().map_or(&[][..], |bytes| bytes)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaceExchange {
    pub step: String,
    pub command: Hex,
    pub response: Option<Hex>,
}

impl Pace {
    pub fn exchange(&self, step: &str) -> Option<&PaceExchange> {
        self.exchanges.iter().find(|exchange| exchange.step == step)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmSession {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    pub ks_enc: Hex,
    pub ks_mac: Hex,
    pub ssc_initial: Hex,
    pub exchanges: Vec<SmExchange>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmExchange {
    pub command_plain: Hex,
    pub command_protected: Hex,
    pub ssc_command: Hex,
    pub response_protected: Option<Hex>,
    pub ssc_response: Option<Hex>,
    pub response_plain: Option<Hex>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmFragment {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    #[serde(default)]
    pub computed_fields: Vec<String>,
    pub ks_enc: Hex,
    pub ks_mac: Hex,
    pub ssc_before: Option<Hex>,
    pub ssc_command: Option<Hex>,
    pub command_plain: Option<Hex>,
    pub command_protected: Option<Hex>,
    pub ssc_response: Option<Hex>,
    pub response_protected: Option<Hex>,
    pub response_plain: Option<Hex>,
    pub data_object_value: Option<Hex>,
    pub data_plain: Option<Hex>,
    pub data_enciphered: Option<Hex>,
    pub response_objects: Option<Hex>,
    pub response_mac: Option<Hex>,
}

/// Every vector of a folder whose kind begins with `kind`, with its file name, sorted.
pub fn load<T: DeserializeOwned>(folder: &str, kind: &str) -> Vec<(String, T)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors").join(folder);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let value: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        if value["kind"].as_str().unwrap().starts_with(kind) {
            let vector = serde_json::from_value(value).unwrap_or_else(|error| panic!("{name}: {error}"));
            found.push((name, vector));
        }
    }
    assert!(!found.is_empty(), "no {kind} vectors in {}", folder.display());
    found.sort_by(|(left, _), (right, _)| left.cmp(right));
    found
}
