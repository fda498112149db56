//! What tags, files and applications are called.

use super::command::is_protected;
use chipwright_iso7816::{Command, Ins};

/// Which meaning tags have in a data field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dictionary {
    /// Not data objects.
    Plain,
    /// Secure messaging (9303-11, 9.8).
    SecureMessaging,
    /// Dynamic authentication data, sent by the host or answered (TR-03110-3, B.1).
    Authentication { answered: bool },
    /// MANAGE SECURITY ENVIRONMENT (TR-03110-3, B.11.1).
    SecurityEnvironment,
    /// File control information and GlobalPlatform objects.
    Card,
    /// Files of 9303-10.
    File,
    /// Any other data objects.
    Other,
}

pub(super) fn of_command(command: &Command) -> Dictionary {
    if is_protected(command.cla) {
        return if command.cla & 0x80 == 0 { Dictionary::SecureMessaging } else { Dictionary::Plain };
    }
    match command.ins {
        Ins::GENERAL_AUTHENTICATE => Dictionary::Authentication { answered: false },
        Ins::MANAGE_SECURITY_ENVIRONMENT => Dictionary::SecurityEnvironment,
        Ins::GET_STATUS | Ins::DELETE => Dictionary::Card,
        Ins(0xCB) => Dictionary::Other,
        _ => Dictionary::Plain,
    }
}

pub(super) fn of_response(command: &Command) -> Dictionary {
    if is_protected(command.cla) {
        return if command.cla & 0x80 == 0 { Dictionary::SecureMessaging } else { Dictionary::Plain };
    }
    match command.ins {
        Ins::GENERAL_AUTHENTICATE => Dictionary::Authentication { answered: true },
        Ins::SELECT | Ins::GET_DATA | Ins::GET_STATUS => Dictionary::Card,
        // only the beginning of a file is a data object
        Ins::READ_BINARY if command.p1 & 0x80 != 0 && command.p2 == 0 => Dictionary::File,
        Ins::READ_BINARY if command.p1 == 0 && command.p2 == 0 => Dictionary::File,
        Ins(0xCB) => Dictionary::Other,
        _ => Dictionary::Plain,
    }
}

impl Dictionary {
    /// The name of a tag inside the objects of `path`; empty when it has none.
    pub(super) const fn name(self, path: &[u32], tag: u32) -> &'static str {
        match self {
            Self::Plain => "",
            Self::SecureMessaging => secure_messaging(tag),
            Self::Authentication { answered } => authentication(answered, path, tag),
            Self::SecurityEnvironment => security_environment(tag),
            Self::Card => card(path, tag),
            Self::File => file_object(path, tag),
            Self::Other => universal(tag),
        }
    }

    /// What a value means.
    pub(super) fn meaning(self, path: &[u32], tag: u32, value: &[u8]) -> Option<String> {
        match (self, path, tag) {
            (Self::SecurityEnvironment, _, 0x80) | (Self::Card | Self::File | Self::Other, _, 0x06) => {
                object_identifier(value)
            }
            (Self::SecurityEnvironment, [], 0x83) => match value {
                [0x01] => Some("the MRZ".to_owned()),
                [0x02] => Some("the CAN".to_owned()),
                [0x03] => Some("the PIN".to_owned()),
                [0x04] => Some("the PUK".to_owned()),
                _ => None,
            },
            (Self::SecureMessaging, _, 0x99) => {
                let status = <[u8; 2]>::try_from(value).ok()?;
                Some(chipwright_iso7816::StatusWord::from_bytes(status[0], status[1]).meaning())
            }
            (Self::Card, _, 0x84 | 0x4F) => {
                Some(application(value).trim_start_matches(", ").to_owned()).filter(|name| !name.is_empty())
            }
            _ => None,
        }
    }
}

const fn secure_messaging(tag: u32) -> &'static str {
    match tag {
        0x81 | 0xB3 => "plain value",
        0x85 => "cryptogram",
        0x87 => "padding indicator and cryptogram",
        0x8E => "checksum (MAC)",
        0x97 => "Le",
        0x99 => "status",
        _ => "",
    }
}

const fn authentication(answered: bool, path: &[u32], tag: u32) -> &'static str {
    match (path.len(), tag, answered) {
        (0, 0x7C, _) => "dynamic authentication data",
        (1, 0x80, true) => "encrypted nonce",
        (1, 0x80, false) => "ephemeral public key of chip authentication",
        (1, 0x81, false) => "mapping data of the host",
        (1, 0x82, true) => "mapping data of the card",
        (1, 0x83, false) => "ephemeral public key of the host",
        (1, 0x84, true) => "ephemeral public key of the card",
        (1, 0x85, false) => "authentication token of the host",
        (1, 0x86, true) => "authentication token of the card",
        (1, 0x87 | 0x88, true) => "certification authority reference",
        (1, 0x8A, true) => "encrypted chip authentication data",
        _ => "",
    }
}

const fn security_environment(tag: u32) -> &'static str {
    match tag {
        0x80 => "mechanism",
        0x83 => "password or key",
        0x84 => "domain parameters or private key",
        0x91 => "ephemeral public key",
        0x7F4C => "certificate holder authorization template",
        0x53 => "rights",
        0x06 => "object identifier",
        _ => "",
    }
}

const fn card(path: &[u32], tag: u32) -> &'static str {
    match (path.len(), tag) {
        (0, 0x6F) => "file control information",
        (0, 0x62) => "file control parameters",
        (0, 0x66) => "card data",
        (0, 0xE0) => "key information",
        (0, 0x9F7F) => "production data (CPLC)",
        (0, 0x42) => "issuer identification number",
        (0, 0x45) => "card image number",
        (0, 0xFF21) => "extended card resources",
        (_, 0x81) if matches!(path, [0xFF21]) => "number of applications",
        (_, 0x82) if matches!(path, [0xFF21]) => "free non-volatile memory",
        (_, 0x83) if matches!(path, [0xFF21]) => "free volatile memory",
        (_, 0xC0) => "key identifier, version, type and length",
        (_, 0xE3) => "an entry of the registry",
        (_, 0x4F) => "AID",
        (_, 0x5C) => "tags wanted",
        (_, 0x9F70) => "life cycle state",
        (_, 0xC5) => "privileges",
        (_, 0xC4) => "AID of the load file",
        (_, 0xCE) => "version of the load file",
        (_, 0x84) => "AID of a module, or name of the directory",
        (_, 0x50) => "label",
        (_, 0xA5) => "proprietary",
        (_, 0x73) => "management data",
        (_, 0x60) => "management type and version",
        (_, 0x63) => "card identification scheme",
        (_, 0x64) => "secure channel protocol",
        (_, 0x65) => "card configuration",
        (_, 0x66) => "chip",
        (_, 0x9F6E) => "production data of the application",
        (_, 0x9F65) => "most bytes in a command",
        (_, 0x06) => "object identifier",
        _ => "",
    }
}

const fn file_object(path: &[u32], tag: u32) -> &'static str {
    match (path.len(), tag) {
        (0, 0x60) => "EF.COM",
        (0, 0x61) => "DG1, or an application",
        (0, 0x75) => "DG2: portrait",
        (0, 0x6B) => "DG11: further details of the person",
        (0, 0x6C) => "DG12: further details of the document",
        (0, 0x6D) => "DG13: optional details",
        (0, 0x6E) => "DG14: security infos",
        (0, 0x6F) => "DG15: active authentication key",
        (0, 0x77) => "EF.SOD: security object",
        (0, 0x43) => "services",
        (0, 0x47) => "capabilities",
        (0, 0x7F66) => "extended length information",
        (_, 0x5F01) => "LDS version",
        (_, 0x5F36) => "Unicode version",
        (_, 0x5C) => "data groups",
        (_, 0x4F) => "AID",
        _ => universal(tag),
    }
}

const fn universal(tag: u32) -> &'static str {
    match tag {
        0x02 => "INTEGER",
        0x03 => "BIT STRING",
        0x04 => "OCTET STRING",
        0x06 => "object identifier",
        0x30 => "SEQUENCE",
        0x31 => "SET",
        _ => "",
    }
}

/// Dotted, with the name of those that occur in security infos and card data.
fn object_identifier(value: &[u8]) -> Option<String> {
    const NAMES: [(&str, &str); 14] = [
        ("0.4.0.127.0.7.2.2.4.2.1", "PACE, ECDH, Generic Mapping, 3DES"),
        ("0.4.0.127.0.7.2.2.4.2.2", "PACE, ECDH, Generic Mapping, AES-128"),
        ("0.4.0.127.0.7.2.2.4.2.3", "PACE, ECDH, Generic Mapping, AES-192"),
        ("0.4.0.127.0.7.2.2.4.2.4", "PACE, ECDH, Generic Mapping, AES-256"),
        ("0.4.0.127.0.7.2.2.4.6.2", "PACE, ECDH, Chip Authentication Mapping, AES-128"),
        ("0.4.0.127.0.7.2.2.4.6.3", "PACE, ECDH, Chip Authentication Mapping, AES-192"),
        ("0.4.0.127.0.7.2.2.4.6.4", "PACE, ECDH, Chip Authentication Mapping, AES-256"),
        ("0.4.0.127.0.7.2.2.3.2.2", "Chip Authentication, ECDH, AES-128"),
        ("0.4.0.127.0.7.2.2.3.2.4", "Chip Authentication, ECDH, AES-256"),
        ("0.4.0.127.0.7.2.2.1.2", "Chip Authentication key, ECDH"),
        ("0.4.0.127.0.7.2.2.2", "Terminal Authentication"),
        ("2.23.136.1.1.5", "Active Authentication"),
        ("1.2.840.114283.1", "GlobalPlatform"),
        ("1.2.840.114283.3", "GlobalPlatform card identification"),
    ];
    // the value of an object identifier in MSE has no tag and length of its own
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc = 0u64;
    for byte in value {
        arc = arc.checked_mul(128)? + u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            if arcs.is_empty() {
                let first = (arc / 40).min(2);
                arcs.extend([first, arc - first * 40]);
            } else {
                arcs.push(arc);
            }
            arc = 0;
        }
    }
    if value.last().is_none_or(|byte| byte & 0x80 != 0) {
        return None;
    }
    let dotted = arcs.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
    if let Some(rest) = dotted.strip_prefix("1.2.840.114283.4.") {
        let mut parts = rest.split('.').map(str::parse::<u8>);
        if let (Some(Ok(protocol)), Some(Ok(i))) = (parts.next(), parts.next()) {
            return Some(format!("{dotted}, SCP{protocol:02} with i={i:02X}"));
        }
    }
    Some(match NAMES.iter().find(|(known, _)| *known == dotted) {
        Some((_, name)) => format!("{dotted}, {name}"),
        None => dotted,
    })
}

/// `, ` and the name of a file; empty when it has none.
pub(super) const fn file(identifier: u16) -> &'static str {
    match identifier {
        0x3F00 => ", the master file",
        0x2F00 => ", EF.DIR",
        0x2F01 => ", EF.ATR/INFO",
        0x011C => ", EF.CardAccess",
        0x011D => ", EF.SOD or EF.CardSecurity",
        0x011E => ", EF.COM",
        0x0101 => ", DG1",
        0x0102 => ", DG2",
        0x0103 => ", DG3",
        0x010B => ", DG11",
        0x010C => ", DG12",
        0x010D => ", DG13",
        0x010E => ", DG14",
        0x010F => ", DG15",
        _ => "",
    }
}

/// ` (name)` of a short identifier in the LDS layout; empty when it has none.
pub(super) const fn short_identifier(identifier: u8) -> &'static str {
    match identifier {
        0x01 => " (DG1 or EF.ATR/INFO)",
        0x02 => " (DG2)",
        0x03 => " (DG3)",
        0x0B => " (DG11)",
        0x0C => " (DG12)",
        0x0D => " (DG13)",
        0x0E => " (DG14)",
        0x0F => " (DG15)",
        0x1C => " (EF.CardAccess)",
        0x1D => " (EF.SOD or EF.CardSecurity)",
        0x1E => " (EF.COM or EF.DIR)",
        _ => "",
    }
}

/// ` (name)` of an object of GET DATA; empty when it has none.
pub(super) const fn data_object(tag: u16) -> &'static str {
    match tag {
        0x9F7F => " (production data)",
        0x0042 => " (issuer identification number)",
        0x0045 => " (card image number)",
        0x0066 => " (card data)",
        0x00E0 => " (key information)",
        0x00CF => " (key diversification data)",
        0x00C1 => " (sequence counter)",
        0xFF21 => " (extended card resources)",
        _ => "",
    }
}

/// `, ` and the name of an application; empty when it has none.
pub(super) fn application(name: &[u8]) -> &'static str {
    match name {
        [] => ", the issuer security domain",
        [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00] => ", the issuer security domain",
        [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01] => ", the eMRTD application",
        [0xA0, 0x00, 0x00, 0x02, 0x47, ..] => ", an application of ICAO",
        [0xF0, b'C', b'H', b'I', b'P', b'W', 0x01] => ", the identity application",
        [0xF0, b'C', b'H', b'I', b'P', b'W', ..] => ", an application of Chipwright",
        _ => "",
    }
}
