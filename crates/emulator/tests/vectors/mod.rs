//! Reads `test-vectors/<folder>`: every JSON file, found by directory; unknown keys are fatal.
#![allow(dead_code, unreachable_pub, reason = "each test uses its own part of this module")]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test reads files and may panic")]

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use std::path::Path;

/// Bytes written as hexadecimal digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hex(pub Vec<u8>);

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

/// Name and content of every file of a folder, in the order of their names; at least one.
pub fn load<T: DeserializeOwned>(folder: &str) -> Vec<(String, T)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} holds no vectors", folder.display());
    paths
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let vector = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, vector)
        })
        .collect()
}

/// The file of this name.
pub fn load_one<T: DeserializeOwned>(folder: &str, name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../test-vectors")
        .join(folder)
        .join(name)
        .with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A source of randomness that hands out these pieces, in this order, and no other lengths.
pub fn scripted(pieces: &[&[u8]]) -> impl FnMut(&mut [u8]) + use<> {
    let mut pieces: std::collections::VecDeque<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
    move |out| out.copy_from_slice(&pieces.pop_front().expect("more randomness than scripted"))
}

/// `scp03/*.json`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scp03 {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    pub mode: String,
    pub parameter_i: Hex,
    pub security_level: Hex,
    pub key_version: Hex,
    pub static_enc: Hex,
    pub static_mac: Hex,
    pub static_dek: Hex,
    pub invoking_aid: Option<Hex>,
    pub host_challenge: Hex,
    pub card_challenge: Hex,
    pub sequence_counter: Option<Hex>,
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
    pub computed_fields: Vec<String>,
    #[serde(default)]
    pub commands: Vec<Scp03Command>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scp03Command {
    pub plain: Hex,
    pub wrapped: Hex,
    pub response: Option<Hex>,
    pub response_plain: Option<Hex>,
}

/// `pace/*.json` and `pace-cam/*.json`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    pub protocol_oid: Hex,
    pub parameter_id: u8,
    pub curve: String,
    pub key_bits: usize,
    pub password_type: String,
    pub can: Option<String>,
    pub document_number: Option<String>,
    pub date_of_birth: Option<String>,
    pub date_of_expiry: Option<String>,
    pub mrz_information: Option<String>,
    pub pace_info: Option<Hex>,
    pub card_access: Hex,
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
    /// Empty if it was not published.
    #[serde(default)]
    pub picc_ephemeral_private_key: Hex,
    pub picc_ephemeral_public_key: Hex,
    pub shared_secret: Hex,
    pub ks_enc: Hex,
    pub ks_mac: Hex,
    pub pcd_token_input: Hex,
    pub picc_token_input: Hex,
    pub pcd_token: Hex,
    pub picc_token: Hex,
    pub chip_private_key: Option<Hex>,
    pub chip_public_key: Option<Hex>,
    pub chip_authentication_data: Option<Hex>,
    pub chip_authentication_iv: Option<Hex>,
    pub encrypted_chip_authentication_data: Option<Hex>,
    #[serde(default)]
    pub computed_fields: Vec<String>,
    pub exchanges: Vec<PaceExchange>,
}

/// `chip-authentication/*.json`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChipAuthentication {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    pub protocol_oid: Hex,
    pub parameter_id: u8,
    pub curve: String,
    pub key_bits: usize,
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
    #[serde(default)]
    pub computed_fields: Vec<String>,
    pub exchanges: Vec<PaceExchange>,
}

/// `cv-certificates/*.json`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CvCertificate {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    pub certificate: Hex,
    pub authority: String,
    pub holder: String,
    pub terminal_type: Hex,
    pub role: String,
    pub authorization: Hex,
    pub key_algorithm: Hex,
    pub domain_parameters: bool,
    pub effective: String,
    pub expires: String,
}

/// `cv-chains/*.json`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CvChain {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    pub curve: String,
    pub trust_point: Hex,
    pub certificates: Vec<Hex>,
    pub terminal: String,
    pub rights: Hex,
}

/// `general-authentication/*.json` of the kind `general-authentication`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneralAuthentication {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    pub protocol_oid: Hex,
    pub parameter_id: u8,
    pub curve: String,
    pub key_bits: usize,
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
    #[serde(default)]
    pub computed_fields: Vec<String>,
    pub exchanges: Vec<PaceExchange>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaceExchange {
    pub step: String,
    pub command: Hex,
    pub response: Option<Hex>,
}

/// `secure-messaging/*.json`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecureMessaging {
    pub source: String,
    pub expect: String,
    pub comment: String,
    pub kind: String,
    pub ks_enc: Hex,
    pub ks_mac: Hex,
    pub ssc_initial: Option<Hex>,
    pub ssc_before: Option<Hex>,
    pub ssc_command: Option<Hex>,
    pub ssc_response: Option<Hex>,
    pub command_plain: Option<Hex>,
    pub command_protected: Option<Hex>,
    pub response_plain: Option<Hex>,
    pub response_protected: Option<Hex>,
    pub data_plain: Option<Hex>,
    pub data_enciphered: Option<Hex>,
    pub data_object_value: Option<Hex>,
    pub response_objects: Option<Hex>,
    pub response_mac: Option<Hex>,
    #[serde(default)]
    pub computed_fields: Vec<String>,
    #[serde(default)]
    pub exchanges: Vec<SmExchange>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmExchange {
    pub command_plain: Hex,
    pub command_protected: Hex,
    pub ssc_command: Hex,
    pub response_protected: Option<Hex>,
    pub ssc_response: Option<Hex>,
    pub response_plain: Option<Hex>,
}
