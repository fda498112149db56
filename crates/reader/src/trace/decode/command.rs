//! Names and parameters of commands: 7816-4, GlobalPlatform 2.3.1 and Amendment D, TR-03110-3, 9303-11.

use super::tags;
use chipwright_iso7816::tlv::{Tag, Tlv};
use chipwright_iso7816::{Atr, Command, Ins};

/// The command's name; for GENERAL AUTHENTICATE and MANAGE SECURITY ENVIRONMENT with the step of the protocol.
pub(super) fn name(command: &Command) -> String {
    let proprietary = command.cla & 0x80 != 0;
    let name = match (command.ins.0, proprietary) {
        (_, true) if command.cla == 0xFF => return reader_command(command).to_owned(),
        (0x0E, _) => "ERASE BINARY",
        (0x20 | 0x21, _) => "VERIFY",
        (0x24 | 0x25, _) => "CHANGE REFERENCE DATA",
        (0x2A | 0x2B, _) => "PERFORM SECURITY OPERATION",
        (0x2C | 0x2D, _) => "RESET RETRY COUNTER",
        (0x44, _) => "ACTIVATE FILE",
        (0x46 | 0x47, _) => "GENERATE ASYMMETRIC KEY PAIR",
        (0x70, _) => "MANAGE CHANNEL",
        (0xB2 | 0xB3, _) => "READ RECORD",
        (0xCB, _) => "GET DATA",
        (0xD6 | 0xD7, _) => "UPDATE BINARY",
        (0xDA | 0xDB, _) => "PUT DATA",
        (0xDC | 0xDD, _) => "UPDATE RECORD",
        (0xE2, false) => "APPEND RECORD",
        _ => match command.ins.name() {
            Some(name) => name,
            None => return format!("unknown command {:02X}", command.ins.0),
        },
    };
    match step(command) {
        Some(step) => format!("{name} ({step})"),
        None => name.to_owned(),
    }
}

/// PC/SC part 3, 3.2.2.
const fn reader_command(command: &Command) -> &'static str {
    match command.ins.0 {
        0xCA => "GET DATA (to the reader)",
        0x82 => "LOAD KEYS (to the reader)",
        0x20 => "VERIFY (to the reader)",
        _ => "a command to the reader",
    }
}

/// The step of PACE, chip or terminal authentication (TR-03110-3, B.1, B.2, B.3, B.11).
fn step(command: &Command) -> Option<&'static str> {
    if is_protected(command.cla) {
        return None;
    }
    match command.ins {
        Ins::GENERAL_AUTHENTICATE => Some(match first_inner_tag(&command.data) {
            None if command.data == [0x7C, 0x00] => "PACE 1: the nonce",
            Some(0x81) => "PACE 2: mapping of the nonce",
            Some(0x83) => "PACE 3: key agreement",
            Some(0x85) => "PACE 4: authentication tokens",
            Some(0x80) => "chip authentication",
            _ => return None,
        }),
        Ins::MANAGE_SECURITY_ENVIRONMENT => Some(match (command.p1, command.p2) {
            (0xC1, 0xA4) => "Set AT for PACE",
            (0x41, 0xA4) => "Set AT for chip authentication",
            (0x81, 0xA4) => "Set AT for terminal authentication",
            (0x41, 0xA6) => "Set KAT for chip authentication",
            (0x81, 0xB6) => "Set DST for a certificate",
            _ => return None,
        }),
        _ => None,
    }
}

fn first_inner_tag(data: &[u8]) -> Option<u32> {
    let outer = Tlv::parse_expected(data, Tag(0x7C)).ok()?;
    Some(outer.children().ok()?.next().ok()??.tag.0)
}

/// Whether the class byte says secure messaging.
pub(super) const fn is_protected(cla: u8) -> bool {
    match cla {
        0xFF => false,
        0x00..=0x3F | 0x80..=0xBF => cla & 0x0C != 0,
        _ => cla & 0x20 != 0,
    }
}

/// Remarks about class byte and parameters.
pub(super) fn meaning(command: &Command) -> Vec<String> {
    let mut remarks = Vec::new();
    if command.cla == 0xFF {
        return remarks;
    }
    if is_protected(command.cla) {
        let by = if command.cla & 0x80 == 0 { "secure messaging" } else { "SCP03 secure messaging" };
        remarks.push(by.to_owned());
    }
    if command.cla & 0x80 == 0 && command.is_chained() {
        remarks.push("part of a chain, more follows".to_owned());
    }
    let channel = if command.cla & 0x40 == 0 { command.cla & 0x03 } else { 4 + (command.cla & 0x0F) };
    if channel != 0 {
        remarks.push(format!("logical channel {channel}"));
    }
    remarks.extend(parameters(command));
    remarks
}

fn parameters(command: &Command) -> Option<String> {
    let (p1, p2) = (command.p1, command.p2);
    let proprietary = command.cla & 0x80 != 0;
    let readable = !is_protected(command.cla);
    Some(match command.ins {
        Ins::SELECT => select(command, readable),
        Ins::READ_BINARY if p1 & 0x80 != 0 => {
            let file = tags::short_identifier(p1 & 0x1F);
            format!("short identifier {:02X}{file}, from byte {p2}", p1 & 0x1F)
        }
        Ins::READ_BINARY => format!("from byte {}", u16::from_be_bytes([p1, p2])),
        Ins::GET_DATA => {
            let tag = u16::from_be_bytes([p1, p2]);
            format!("object {tag:04X}{}", tags::data_object(tag))
        }
        Ins(0x20 | 0x24 | 0x2C) => format!("reference {p2:02X}"),
        Ins::INITIALIZE_UPDATE if p1 == 0 => "the first key set".to_owned(),
        Ins::INITIALIZE_UPDATE => format!("key version {p1:02X}"),
        Ins::EXTERNAL_AUTHENTICATE if proprietary => format!("security level {p1:02X}: {}", level(p1)),
        Ins::PUT_KEY if p1 == 0 => format!("adds keys from identifier {:02X} on", p2 & 0x7F),
        Ins::PUT_KEY => format!("replaces key version {p1:02X} from identifier {:02X} on", p2 & 0x7F),
        Ins::STORE_DATA if proprietary => format!(
            "block {p2}{}{}{}",
            if p1 & 0x80 == 0 { "" } else { ", the last" },
            if p1 & 0x18 == 0x08 { ", data groupings" } else { "" },
            if p1 & 0x01 == 0 { "" } else { ", an answer is expected" },
        ),
        Ins::INSTALL => install(p1).to_owned(),
        Ins::LOAD => format!("block {p2}{}", if p1 & 0x80 == 0 { "" } else { ", the last" }),
        Ins::DELETE if p2 & 0x80 != 0 => "the object and what belongs to it".to_owned(),
        Ins::GET_STATUS => {
            let next = if p2 & 0x01 == 0 { "" } else { ", the next ones" };
            format!("{}{next}", listed(p1))
        }
        Ins::SET_STATUS => {
            format!("{} to {p2:02X}{}", listed(p1), if p1 == 0x80 { card_state(p2) } else { "" })
        }
        Ins(0xB2) => format!("record {p1}"),
        _ => return None,
    })
}

fn select(command: &Command, readable: bool) -> String {
    let how = match command.p1 {
        0x00 => "by file identifier",
        0x01 => "a directory below",
        0x02 => "a file below",
        0x03 => "the directory above",
        0x04 => "by name",
        0x08 => "by path from the master file",
        0x09 => "by path from here",
        _ => "in an unknown way",
    };
    let what = match command.data.as_slice() {
        _ if !readable => "",
        [] if command.p1 == 0x00 => ", the master file",
        [high, low] if command.p1 != 0x04 => tags::file(u16::from_be_bytes([*high, *low])),
        name if command.p1 == 0x04 => tags::application(name),
        _ => "",
    };
    let answer = if command.p2 & 0x0C == 0x0C { ", without file control information" } else { "" };
    format!("{how}{what}{answer}")
}

fn level(p1: u8) -> String {
    let parts = [(0x01, "C-MAC"), (0x02, "C-DECRYPTION"), (0x10, "R-MAC"), (0x20, "R-ENCRYPTION")];
    let on: Vec<&str> = parts.iter().filter(|(bit, _)| p1 & bit != 0).map(|(_, name)| *name).collect();
    if on.is_empty() { "authentication only".to_owned() } else { on.join(", ") }
}

const fn install(p1: u8) -> &'static str {
    match p1 {
        0x02 => "for load",
        0x04 => "for install",
        0x08 => "for make selectable",
        0x0C => "for install and make selectable",
        0x10 => "for extradition",
        0x20 => "for personalization",
        0x40 => "for registry update",
        _ => "for an unknown purpose",
    }
}

const fn listed(p1: u8) -> &'static str {
    match p1 {
        0x80 => "the issuer security domain",
        0x40 => "applications",
        0x20 => "load files",
        0x10 => "load files and modules",
        _ => "an unknown kind",
    }
}

const fn card_state(state: u8) -> &'static str {
    match state {
        0x01 => ", OP_READY",
        0x07 => ", INITIALIZED",
        0x0F => ", SECURED",
        0x7F => ", CARD_LOCKED",
        0xFF => ", TERMINATED",
        _ => "",
    }
}

/// Remarks about an answer-to-reset.
pub(super) fn answer_to_reset(atr: &Atr) -> Vec<String> {
    let mut protocols: Vec<String> = atr.protocols().iter().map(|number| format!("T={number}")).collect();
    protocols.dedup();
    let mut remarks = vec![format!("protocols {}", protocols.join(", "))];
    if atr.announces_extended_length() {
        remarks.push("extended length".to_owned());
    }
    if atr.announces_chaining() {
        remarks.push("command chaining".to_owned());
    }
    remarks
}
