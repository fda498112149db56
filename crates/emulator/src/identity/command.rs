//! Commands of the identity application, decoded as a whole before anything is done.

use super::records::RecordCommand;
use super::terminal::TerminalCommand;
use crate::chip_authentication;
use crate::pace::{SetAt, SetAtError};
use crate::terminal_authentication as ta;
use chipwright_iso7816::tlv::Tlv;
use chipwright_iso7816::{Command, Ins, Le, StatusWord, Tag};
use zeroize::Zeroizing;

/// A plain command.
pub(super) enum IdentityCommand {
    SelectMasterFile,
    SelectFile {
        fid: u16,
        wants_fcp: bool,
    },
    Read(Read),
    SetAuthenticationTemplate(SetAt),
    GeneralAuthenticate {
        data: Vec<u8>,
        more: bool,
    },
    SetChipAuthentication(chip_authentication::SetAt),
    InternalAuthenticate([u8; 8]),
    GetChallenge,
    ResetRetryCounter(ResetRetryCounter),
    Terminal(TerminalCommand),
    Record(RecordCommand),
    /// GET DATA `7F78`.
    RecordsInformation,
}

/// APPEND RECORD (7816-4, 11.3.5) has the instruction of STORE DATA.
const APPEND_RECORD: Ins = Ins::STORE_DATA;

/// RESET RETRY COUNTER of the PIN (PIN-06).
pub(super) enum ResetRetryCounter {
    /// A new PIN, of whatever form.
    NewPin(Zeroizing<Vec<u8>>),
    /// The PIN that is held.
    SamePin,
}

/// READ BINARY with either instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) target: Target,
    pub(super) offset: usize,
    pub(super) le: Le,
    /// The answer comes in `53`.
    pub(super) in_data_object: bool,
}

/// The file that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Current,
    ShortIdentifier(u8),
    Identifier(u16),
}

impl IdentityCommand {
    pub(super) fn decode(command: &Command) -> Result<Self, StatusWord> {
        match command.ins {
            Ins::SELECT => decode_select(command),
            Ins::READ_BINARY => decode_read(command).map(Self::Read),
            Ins::READ_BINARY_ODD => decode_read_odd(command).map(Self::Read),
            Ins::MANAGE_SECURITY_ENVIRONMENT => match (command.p1, command.p2) {
                (0xC1, 0xA4) => SetAt::parse(&command.data)
                    .map(Self::SetAuthenticationTemplate)
                    .map_err(SetAtError::status),
                (0x81, 0xA4 | 0xB6) => decode_set_terminal(command).map(Self::Terminal),
                (0x41, 0xA4) => {
                    chip_authentication::SetAt::parse(&command.data).map(Self::SetChipAuthentication)
                }
                _ => Err(StatusWord::INCORRECT_P1_P2),
            },
            Ins::GENERAL_AUTHENTICATE => match (command.p1, command.p2) {
                (0x00, 0x00) => {
                    Ok(Self::GeneralAuthenticate { data: command.data.clone(), more: command.is_chained() })
                }
                _ => Err(StatusWord::INCORRECT_P1_P2),
            },
            Ins::INTERNAL_AUTHENTICATE => decode_internal_authenticate(command),
            Ins::GET_CHALLENGE => match (command.p1, command.p2, command.le) {
                (0x00, 0x00, Some(Le::Exact(8))) if command.data.is_empty() => Ok(Self::GetChallenge),
                (0x00, 0x00, _) => Err(StatusWord::WRONG_LENGTH),
                _ => Err(StatusWord::INCORRECT_P1_P2),
            },
            Ins::RESET_RETRY_COUNTER => match (command.p1, command.p2, command.data.is_empty()) {
                (0x02, 0x03, _) => {
                    let pin = Zeroizing::new(command.data.clone());
                    Ok(Self::ResetRetryCounter(ResetRetryCounter::NewPin(pin)))
                }
                (0x03, 0x03, true) => Ok(Self::ResetRetryCounter(ResetRetryCounter::SamePin)),
                (0x03, 0x03, false) => Err(StatusWord::WRONG_LENGTH),
                _ => Err(StatusWord::INCORRECT_P1_P2),
            },
            Ins::PERFORM_SECURITY_OPERATION => match (command.p1, command.p2) {
                (0x00, 0xBE) => Ok(Self::Terminal(TerminalCommand::VerifyCertificate(command.data.clone()))),
                _ => Err(StatusWord::INCORRECT_P1_P2),
            },
            Ins::EXTERNAL_AUTHENTICATE => match (command.p1, command.p2) {
                (0x00, 0x00) => Ok(Self::Terminal(TerminalCommand::Authenticate(command.data.clone()))),
                _ => Err(StatusWord::INCORRECT_P1_P2),
            },
            Ins::READ_RECORD => RecordCommand::decode_read(command).map(Self::Record),
            APPEND_RECORD => RecordCommand::decode_append(command).map(Self::Record),
            Ins::GET_DATA => match (command.p1, command.p2, command.le) {
                (0x7F, 0x78, Some(_)) if command.data.is_empty() => Ok(Self::RecordsInformation),
                (0x7F, 0x78, _) => Err(StatusWord::WRONG_LENGTH),
                _ => Err(StatusWord::REFERENCED_DATA_NOT_FOUND),
            },
            _ => Err(StatusWord::INS_NOT_SUPPORTED),
        }
    }
}

/// MSE:Set DST and MSE:Set AT of Terminal Authentication.
fn decode_set_terminal(command: &Command) -> Result<TerminalCommand, StatusWord> {
    let parsed = match command.p2 {
        0xB6 => ta::SetDst::parse(&command.data).map(TerminalCommand::SetDst),
        _ => ta::SetAt::parse(&command.data).map(TerminalCommand::SetAt),
    };
    parsed.map_err(ta::CommandError::status)
}

/// AA-01: RND.IFD.
fn decode_internal_authenticate(command: &Command) -> Result<IdentityCommand, StatusWord> {
    if (command.p1, command.p2) != (0x00, 0x00) {
        return Err(StatusWord::INCORRECT_P1_P2);
    }
    let challenge = command.data.as_slice().try_into().map_err(|_| StatusWord::WRONG_LENGTH)?;
    command.le.ok_or(StatusWord::WRONG_LENGTH)?;
    Ok(IdentityCommand::InternalAuthenticate(challenge))
}

/// FILE-01 and FILE-03; SELECT by name is handled for all applications together.
fn decode_select(command: &Command) -> Result<IdentityCommand, StatusWord> {
    match (command.p1, command.p2, command.data.as_slice()) {
        (0x00, 0x00 | 0x0C, [] | [0x3F, 0x00]) => Ok(IdentityCommand::SelectMasterFile),
        (0x00, 0x00 | 0x0C, [_, _]) => Err(StatusWord::FILE_NOT_FOUND),
        (0x02, p2 @ (0x00 | 0x04 | 0x0C), [hi, lo]) => {
            Ok(IdentityCommand::SelectFile { fid: u16::from_be_bytes([*hi, *lo]), wants_fcp: p2 != 0x0C })
        }
        (0x00, 0x00 | 0x0C, _) | (0x02, 0x00 | 0x04 | 0x0C, _) => Err(StatusWord::WRONG_LENGTH),
        _ => Err(StatusWord::INCORRECT_P1_P2),
    }
}

/// FILE-04.
fn decode_read(command: &Command) -> Result<Read, StatusWord> {
    let le = command.le.filter(|_| command.data.is_empty()).ok_or(StatusWord::WRONG_LENGTH)?;
    let (target, offset) = match command.p1 {
        0x00..=0x7F => (Target::Current, usize::from(u16::from_be_bytes([command.p1, command.p2]))),
        0x80..=0x9F => (short_identifier(command.p1 & 0x1F)?, usize::from(command.p2)),
        _ => return Err(StatusWord::INCORRECT_P1_P2),
    };
    Ok(Read { target, offset, le, in_data_object: false })
}

/// FILE-05: `54` offset.
fn decode_read_odd(command: &Command) -> Result<Read, StatusWord> {
    let le = command.le.ok_or(StatusWord::WRONG_LENGTH)?;
    let target = match u16::from_be_bytes([command.p1, command.p2]) {
        0x0000 => Target::Current,
        0x0001..=0x001F => short_identifier(command.p2)?,
        fid => Target::Identifier(fid),
    };
    let object = Tlv::parse_expected(&command.data, Tag(0x54)).map_err(|_| StatusWord::INCORRECT_DATA)?;
    if object.value.is_empty() || object.value.len() > 3 {
        return Err(StatusWord::INCORRECT_DATA);
    }
    let offset = object.value.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
    Ok(Read { target, offset, le, in_data_object: true })
}

/// 1 to 30 (7816-4, 7.3.2): 0 and 31 name no file.
const fn short_identifier(sfi: u8) -> Result<Target, StatusWord> {
    match sfi {
        1..=30 => Ok(Target::ShortIdentifier(sfi)),
        _ => Err(StatusWord::INCORRECT_P1_P2),
    }
}
