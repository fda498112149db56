//! What a command is, and what may be kept of it and of its answer.
//!
//! A command is recognised by its class, its instruction and the form of its data. Whatever is not recognised may carry a key or a
//! PIN, and so may its answer.

use super::Redactor;
use super::channels::{Pace, Scp};
use super::class_byte::{ClassByte, Kind};
use super::data_objects::{self, Form};
use super::files::File;
use super::forms;
use crate::trace::content::Sort;
use chipwright_iso7816::{Command, Ins};

/// What is kept of a command's data field.
#[derive(Clone, Copy)]
pub(super) enum CommandRule {
    Keep,
    /// Kept at no setting: the host may have put a secret into it.
    Replace(Sort, &'static str),
    /// Kept if it consists of cryptograms and checksums.
    Protected,
    /// Data objects of MANAGE SECURITY ENVIRONMENT.
    SecurityEnvironment,
}

/// What is kept of a response's data field.
#[derive(Clone, Copy)]
pub(super) enum ResponseRule {
    /// Kept at no setting: a card that echoes gives back what was sent.
    Never(Sort, &'static str),
    /// Kept if the setting says so.
    Replace(Sort, &'static str),
    Protected,
    /// Data that is the same on all chips of a kind, as far as it is of this form.
    Public(Form),
    /// A part of a file.
    File {
        file: Option<File>,
        offset: u16,
    },
    /// Dynamic authentication data of PACE.
    Pace,
    FileControl,
    InitializeUpdate,
    /// A data object that tells one chip from another, if the tag is this one.
    Identifier {
        tag: u32,
        what: &'static str,
    },
    /// Protected by SCP03, in an open session.
    Scp,
}

/// How a command and its answer are treated. No rule for the answer: it continues the last one.
#[derive(Clone, Copy)]
pub(super) struct Class {
    pub(super) command: CommandRule,
    pub(super) response: Option<ResponseRule>,
}

/// The name under which SCP03 messages are sealed.
pub(super) const SCP03: &str = "scp03";
const SECURE_MESSAGING: &str = "secure_messaging";
const UNKNOWN: &str = "unknown";

const fn class(command: CommandRule, response: ResponseRule) -> Class {
    Class { command, response: Some(response) }
}

/// Neither the data nor the answer is kept.
const fn never(sort: Sort, what: &'static str) -> Class {
    class(CommandRule::Replace(sort, what), ResponseRule::Never(sort, what))
}

const fn secret(what: &'static str) -> Class {
    never(Sort::Secret, what)
}

const fn unknown() -> Class {
    never(Sort::Unclassified, UNKNOWN)
}

/// What the data says is public.
const fn known(response: ResponseRule) -> Class {
    class(CommandRule::Keep, response)
}

impl Redactor {
    /// Classifies a command by its header, the form of its data, the channels that stand and the selected file.
    pub(super) fn classify(&self, command: &Command) -> Class {
        let ClassByte { kind, channel } = ClassByte::of(command.cla);
        if command.ins == Ins::GET_RESPONSE && command.data.is_empty() && self.is_waiting(kind, channel) {
            return Class { command: CommandRule::Keep, response: None };
        }
        match kind {
            Kind::Reader => to_the_reader(command),
            Kind::Scp => self.scp(command, channel),
            Kind::Protected if self.channels.pace == Pace::Established && channel == 0 => {
                class(CommandRule::Protected, ResponseRule::Protected)
            }
            Kind::Protected => protected_by_others(command),
            Kind::Plain => self.interindustry(command, channel),
            Kind::Manager => card_manager(command),
            Kind::Foreign => unknown(),
        }
    }

    fn interindustry(&self, command: &Command, channel: u8) -> Class {
        let no_data = command.data.is_empty();
        let personal = |what| known(ResponseRule::Replace(Sort::Personal, what));
        match command.ins.0 {
            0x20 | 0x21 | 0x24 | 0x25 | 0x2C | 0x2D => secret("pin"),
            0x22 => class(CommandRule::SecurityEnvironment, unknown_answer()),
            0x2A | 0x2B => secret("security_operation"),
            0x86 if self.channels.pace == Pace::Running
                && channel == 0
                && data_objects::is_authentication_data(&command.data) =>
            {
                known(ResponseRule::Pace)
            }
            0x82 | 0x83 | 0x86..=0x89 => secret("authentication"),
            0x84 if no_data => known(ResponseRule::Replace(Sort::Unclassified, "challenge")),
            0xA4 if is_selection(command) => known(ResponseRule::FileControl),
            0xB0 if no_data && channel == 0 => {
                let (file, offset) = self.selected.place_of(command);
                known(ResponseRule::File { file, offset })
            }
            0xB0 if no_data => personal("file"),
            0xB1 if is_of(&command.data, forms::request) => personal("file"),
            0xB2 if no_data => personal("record"),
            0xB3 if is_of(&command.data, forms::request) => personal("record"),
            0xCA if no_data => known(data_object(command)),
            0xCB if is_of(&command.data, forms::request) => personal("data_object"),
            0xDA | 0xDB => secret("data_object"),
            0xD0..=0xD7 | 0xDC | 0xDD | 0xE2 => never(Sort::Personal, "record"),
            _ => unknown(),
        }
    }

    /// What stands in SCP03 messages could be opened, or read, by whoever has the card's keys. Of the answers those are kept with the
    /// chip's identifiers that a card manager gives in a session; files and unknown objects may be a person's.
    fn scp(&self, command: &Command, channel: u8) -> Class {
        let open = self.channels.scp == Scp::Open && channel == 0;
        let of_the_manager = match command.ins {
            Ins::SELECT
            | Ins::PUT_KEY
            | Ins::STORE_DATA
            | Ins::DELETE
            | Ins::INSTALL
            | Ins::LOAD
            | Ins::SET_STATUS
            | Ins::GET_STATUS => true,
            Ins::GET_DATA => !matches!(data_object(command), ResponseRule::Replace(..)),
            _ => false,
        };
        let answer =
            if open && of_the_manager { ResponseRule::Scp } else { ResponseRule::Never(Sort::Sealed, SCP03) };
        class(CommandRule::Replace(Sort::Sealed, SCP03), answer)
    }
}

const fn unknown_answer() -> ResponseRule {
    ResponseRule::Never(Sort::Unclassified, UNKNOWN)
}

fn is_of(data: &[u8], form: Form) -> bool {
    data_objects::divide(data, form).is_whole
}

/// By name, by file identifier or by path: names and paths are short.
fn is_selection(command: &Command) -> bool {
    match command.p1 {
        0x00..=0x03 => matches!(command.data.len(), 0 | 2),
        0x04 | 0x08 | 0x09 => command.data.len() <= 16,
        _ => false,
    }
}

/// Secure messaging whose keys follow from a few printed digits, or from nobody knows what. Answers to what reads are personal data;
/// what else there is may be secret.
fn protected_by_others(command: &Command) -> Class {
    let answer = match command.ins.0 {
        0xA4 | 0xB0..=0xB3 | 0xCA | 0xCB if data_objects::is_protected_command(&command.data) => {
            ResponseRule::Replace(Sort::Sealed, SECURE_MESSAGING)
        }
        _ => ResponseRule::Never(Sort::Sealed, SECURE_MESSAGING),
    };
    class(CommandRule::Replace(Sort::Sealed, SECURE_MESSAGING), answer)
}

/// Commands of the card manager without secure messaging (GP 2.3.1, 11).
fn card_manager(command: &Command) -> Class {
    let no_data = command.data.is_empty();
    match command.ins {
        Ins::INITIALIZE_UPDATE if matches!(command.data.len(), 8 | 16) => {
            known(ResponseRule::InitializeUpdate)
        }
        Ins::GET_DATA if no_data => known(data_object(command)),
        Ins::GET_STATUS if is_of(&command.data, forms::search) => known(ResponseRule::Public(forms::status)),
        Ins::SELECT if is_selection(command) => known(ResponseRule::FileControl),
        Ins::EXTERNAL_AUTHENTICATE => secret("authentication"),
        Ins::PUT_KEY => secret("key"),
        Ins::STORE_DATA => secret("store_data"),
        _ => unknown(),
    }
}

/// PC/SC part 3, 3.2.2: GET DATA of the reader is the identifier of the chip or the historical bytes.
fn to_the_reader(command: &Command) -> Class {
    match command.ins {
        Ins::GET_DATA if command.data.is_empty() => known(ResponseRule::Replace(Sort::Identifier, "uid")),
        _ => secret("to_the_reader"),
    }
}

/// GET DATA in plain.
fn data_object(command: &Command) -> ResponseRule {
    let tag = u32::from(command.p1) << 8 | u32::from(command.p2);
    let identifier = |what| ResponseRule::Identifier { tag, what };
    match tag {
        0x0066 | 0x00E0 | 0xFF21 => ResponseRule::Public(forms::card_manager_object),
        0x9F7F => identifier("production_data"),
        0x0042 => identifier("issuer_identification_number"),
        0x0045 => identifier("card_image_number"),
        0x00CF => identifier("diversification_data"),
        0x00C1 => identifier("sequence_counter"),
        _ => ResponseRule::Replace(Sort::Personal, "data_object"),
    }
}
