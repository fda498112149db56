//! What a command is, and what may be kept of it and of its answer.

use super::super::content::Sort;
use super::files::PublicFile;
use super::{Pace, Redactor};
use chipwright_iso7816::{Command, Ins, Response};

/// What is kept of a command's data field.
pub(super) enum CommandRule {
    Keep,
    Replace(Sort, &'static str),
    /// Kept if it consists of cryptograms and checksums.
    Protected,
    /// Data objects of MANAGE SECURITY ENVIRONMENT.
    SecurityEnvironment,
}

/// What is kept of a response's data field.
#[derive(Clone, Copy)]
pub(super) enum ResponseRule {
    Keep,
    Replace(Sort, &'static str),
    Protected,
    /// Random bytes.
    Challenge,
    /// An object with this tag that is the same on all chips of a kind.
    PublicObject(u32),
    /// A file that is the same on all cards of an issuer, from its beginning.
    PublicFile(PublicFile),
    /// Dynamic authentication data of PACE.
    Pace,
    FileControl,
    InitializeUpdate,
    /// A data object: tag and length are kept if the tag is this one.
    Object {
        tag: u32,
        sort: Sort,
        what: &'static str,
    },
    /// A part of a file; at its beginning tag and length are kept if the tag is this one.
    File {
        tag: u32,
        sort: Sort,
        what: &'static str,
    },
}

/// How a command and its answer are treated. No rule for the answer: it continues the last one.
pub(super) struct Class {
    pub(super) command: CommandRule,
    pub(super) response: Option<ResponseRule>,
}

/// The name under which SCP03 messages are sealed.
pub(super) const SCP03: &str = "scp03";
const UNKNOWN: &str = "unknown";
const UNKNOWN_RESPONSE: ResponseRule = ResponseRule::Replace(Sort::Unclassified, UNKNOWN);

const fn class(command: CommandRule, response: ResponseRule) -> Class {
    Class { command, response: Some(response) }
}

/// What the class byte says (7816-4, 5.4.1; GP 2.3.1, 11.1.4).
#[derive(Clone, Copy, PartialEq, Eq)]
enum ClassByte {
    Plain,
    /// Interindustry secure messaging.
    Protected,
    /// GlobalPlatform secure messaging.
    Scp,
    /// A command to the reader (PC/SC part 3).
    Reader,
}

const fn class_byte(cla: u8) -> ClassByte {
    match cla {
        0xFF => ClassByte::Reader,
        0x00..=0x3F if cla & 0x0C != 0 => ClassByte::Protected,
        0x40..=0x7F if cla & 0x20 != 0 => ClassByte::Protected,
        0x80..=0xBF if cla & 0x0C != 0 => ClassByte::Scp,
        0xC0..=0xFE if cla & 0x20 != 0 => ClassByte::Scp,
        _ => ClassByte::Plain,
    }
}

impl Redactor {
    /// Classifies a command by its header, the state of PACE and the selected file.
    pub(super) fn classify(&self, command: &Command) -> Class {
        match class_byte(command.cla) {
            ClassByte::Reader => to_the_reader(command),
            ClassByte::Scp => scp(command),
            ClassByte::Protected if self.pace == Pace::Established => {
                class(CommandRule::Protected, ResponseRule::Protected)
            }
            ClassByte::Protected => class(
                CommandRule::Replace(Sort::Sealed, "secure_messaging"),
                ResponseRule::Replace(Sort::Sealed, "secure_messaging"),
            ),
            ClassByte::Plain if command.cla & 0x80 == 0 => self.interindustry(command),
            ClassByte::Plain => self.card_manager(command),
        }
    }

    fn interindustry(&self, command: &Command) -> Class {
        let unclassified = CommandRule::Replace(Sort::Unclassified, UNKNOWN);
        let personal = CommandRule::Replace(Sort::Personal, "record");
        match command.ins.0 {
            0x20 | 0x21 | 0x24 | 0x25 | 0x2C | 0x2D => {
                class(CommandRule::Replace(Sort::Secret, "pin"), UNKNOWN_RESPONSE)
            }
            0x22 => class(CommandRule::SecurityEnvironment, UNKNOWN_RESPONSE),
            0x82 => {
                let secret = (Sort::Secret, "authentication");
                class(CommandRule::Replace(secret.0, secret.1), ResponseRule::Replace(secret.0, secret.1))
            }
            0x84 => class(unclassified, ResponseRule::Challenge),
            0x86 if self.pace == Pace::Running => class(CommandRule::Keep, ResponseRule::Pace),
            0x88 => class(CommandRule::Keep, ResponseRule::Replace(Sort::Identifier, "signature")),
            0xA4 => class(CommandRule::Keep, ResponseRule::FileControl),
            0xB0 => class(CommandRule::Keep, self.selected.reading(command)),
            0xB1 => class(CommandRule::Keep, ResponseRule::Replace(Sort::Personal, "file")),
            0xB2 | 0xB3 => class(personal, ResponseRule::Replace(Sort::Personal, "record")),
            0xC0 => Class { command: unclassified, response: None },
            0xCA | 0xCB => class(CommandRule::Keep, data_object(command)),
            0xD0..=0xD7 | 0xDA..=0xDD | 0xE2 => class(personal, UNKNOWN_RESPONSE),
            _ => class(unclassified, UNKNOWN_RESPONSE),
        }
    }

    /// Commands of the card manager without secure messaging (GP 2.3.1, 11).
    fn card_manager(&self, command: &Command) -> Class {
        let secret = |what| class(CommandRule::Replace(Sort::Secret, what), UNKNOWN_RESPONSE);
        match command.ins {
            Ins::INITIALIZE_UPDATE if matches!(command.data.len(), 8 | 16) => {
                class(CommandRule::Keep, ResponseRule::InitializeUpdate)
            }
            Ins::GET_DATA => class(CommandRule::Keep, data_object(command)),
            Ins::GET_STATUS => class(CommandRule::Keep, ResponseRule::Keep),
            Ins::SELECT => class(CommandRule::Keep, ResponseRule::FileControl),
            Ins::GET_RESPONSE => {
                Class { command: CommandRule::Replace(Sort::Unclassified, UNKNOWN), response: None }
            }
            Ins::PUT_KEY => secret("key"),
            Ins::STORE_DATA => secret("store_data"),
            _ => class(CommandRule::Replace(Sort::Unclassified, UNKNOWN), UNKNOWN_RESPONSE),
        }
    }
}

/// What stands in SCP03 messages could be opened, or read, by whoever has the card's keys.
const fn scp(command: &Command) -> Class {
    let response = match command.ins {
        Ins::GET_RESPONSE => None,
        _ => Some(ResponseRule::Replace(Sort::Sealed, SCP03)),
    };
    Class { command: CommandRule::Replace(Sort::Sealed, SCP03), response }
}

/// PC/SC part 3, 3.2.2: GET DATA of the reader is the identifier of the chip or the historical bytes.
const fn to_the_reader(command: &Command) -> Class {
    let response = match command.ins {
        Ins::GET_DATA => ResponseRule::Replace(Sort::Identifier, "uid"),
        _ => UNKNOWN_RESPONSE,
    };
    class(CommandRule::Replace(Sort::Secret, "to_the_reader"), response)
}

/// GET DATA in plain.
fn data_object(command: &Command) -> ResponseRule {
    let tag = u32::from(command.p1) << 8 | u32::from(command.p2);
    let identifier = |what| ResponseRule::Object { tag, sort: Sort::Identifier, what };
    match tag {
        0x0066 | 0x00E0 | 0xFF21 => ResponseRule::PublicObject(tag),
        0x9F7F => identifier("production_data"),
        0x0042 => identifier("issuer_identification_number"),
        0x0045 => identifier("card_image_number"),
        0x00CF => identifier("diversification_data"),
        0x00C1 => identifier("sequence_counter"),
        _ => ResponseRule::Replace(Sort::Personal, "data_object"),
    }
}

/// Where PACE stands after this exchange.
pub(super) fn pace_after(before: Pace, command: &Command, response: &Response, done: bool) -> Pace {
    let interindustry = command.cla & 0x80 == 0;
    let protected = class_byte(command.cla) == ClassByte::Protected;
    match (command.ins, before) {
        (Ins::MANAGE_SECURITY_ENVIRONMENT, _)
            if interindustry && !protected && (command.p1, command.p2) == (0xC1, 0xA4) =>
        {
            if done {
                Pace::Running
            } else {
                Pace::None
            }
        }
        // another authentication in plain, as of Basic Access Control, replaces the session
        (Ins::EXTERNAL_AUTHENTICATE, _) if interindustry && !protected => Pace::None,
        (Ins::GENERAL_AUTHENTICATE, Pace::Running) if interindustry && !protected => {
            let last = !command.is_chained();
            let exchanged_tokens = response.status.is_success() && holds_token(&response.data);
            match (last, exchanged_tokens) {
                (true, true) => Pace::Established,
                (true, false) if !done => Pace::None,
                _ => Pace::Running,
            }
        }
        _ => before,
    }
}

/// `7C { … 86 token … }`: the card has the same keys as the host.
fn holds_token(data: &[u8]) -> bool {
    use chipwright_iso7816::tlv::{Tag, Tlv};
    Tlv::parse_expected(data, Tag(0x7C))
        .and_then(|outer| outer.children())
        .and_then(|mut inner| inner.find(Tag(0x86)))
        .is_ok_and(|token| token.value.len() >= 8)
}
