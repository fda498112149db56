//! The records application (chapter 8 of the contract).

use super::Protection;
use crate::cv::Rights;
use crate::flaw::{Flaw, flawed};
use crate::processor::{Processor, Selected, Stop, cut_to_le};
use crate::store::{AppendRefused, Instance};
use crate::tables::{CVCA, Df, FILES, File};
use chipwright_iso7816::tlv::{Reader, Writer};
use chipwright_iso7816::{Aid, Command, Response, StatusWord, Tag};

/// Its AID.
pub(crate) const AID: Aid = Aid::literal(&[0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0x02]);
/// The longest record: what one answer under secure messaging carries (REC-02).
const MOST: usize = 991;

const SEQUENCE: Tag = Tag(0x30);
const INFORMATION: Tag = Tag(0x7F78);
const FREE: Tag = Tag(0x81);
const FILE: Tag = Tag(0xA1);
const FILE_IDENTIFIER: Tag = Tag(0x83);
const COUNT: Tag = Tag(0x82);

/// READ RECORD and APPEND RECORD with a short identifier.
pub(super) enum RecordCommand {
    /// The record of this number, from 1.
    Read {
        sfi: u8,
        number: u8,
    },
    Append {
        sfi: u8,
        record: Vec<u8>,
    },
}

impl RecordCommand {
    /// P2 is the short identifier and `100`.
    pub(super) fn decode_read(command: &Command) -> Result<Self, StatusWord> {
        match (command.p1, command.p2 & 0x07) {
            (0, _) => Err(StatusWord::INCORRECT_P1_P2),
            (number, 0x04) if command.data.is_empty() && command.le.is_some() => {
                Ok(Self::Read { sfi: short_identifier(command.p2)?, number })
            }
            (_, 0x04) => Err(StatusWord::WRONG_LENGTH),
            _ => Err(StatusWord::INCORRECT_P1_P2),
        }
    }

    /// P2 is the short identifier and `000`.
    pub(super) fn decode_append(command: &Command) -> Result<Self, StatusWord> {
        match (command.p1, command.p2 & 0x07) {
            (0x00, 0x00) => {
                Ok(Self::Append { sfi: short_identifier(command.p2)?, record: command.data.clone() })
            }
            _ => Err(StatusWord::INCORRECT_P1_P2),
        }
    }
}

const fn short_identifier(p2: u8) -> Result<u8, StatusWord> {
    match p2 >> 3 {
        sfi @ 1..=30 => Ok(sfi),
        _ => Err(StatusWord::INCORRECT_P1_P2),
    }
}

impl Processor {
    /// The instance whose records the card has: the selected one, or the first (REC-01).
    pub(crate) fn instance_with_records(&self) -> Option<usize> {
        let has_records = |slot: &usize| {
            self.store.instance(*slot).is_some_and(Instance::is_operational)
                && self.store.object(*slot, CVCA).is_some()
        };
        let selected = match self.volatile.selected {
            Selected::Instance(slot) => Some(slot),
            Selected::IssuerDomain | Selected::Nothing => None,
        };
        let others = self.store.instances().map(|(slot, _)| slot);
        selected.into_iter().chain(others).find(has_records)
    }

    /// REC-02, REC-03, REC-05.
    pub(super) fn record_command(
        &mut self,
        slot: usize,
        command: &RecordCommand,
        protection: Protection,
    ) -> Result<Response, Stop> {
        let rights = self.volatile.identity.terminal.rights();
        match command {
            RecordCommand::Read { sfi, number } => {
                let file = self.permitted(rights, *sfi, Rights::may_read)?;
                let record = self.store.read_record(slot, file.fid, u16::from(*number));
                let record = record.ok_or(StatusWord::RECORD_NOT_FOUND)?;
                if record.len() > protection.most {
                    return Err(StatusWord::WRONG_LENGTH.into());
                }
                Ok(Response::ok(record))
            }
            RecordCommand::Append { sfi, record } => {
                let file = self.permitted(rights, *sfi, Rights::may_append)?;
                if !is_record(record) && !flawed(Flaw::RecordFormUnchecked) {
                    return Err(StatusWord::INCORRECT_DATA.into());
                }
                match self.store.append_record(slot, file.fid, record) {
                    Ok(()) => Ok(Response::status(StatusWord::OK)),
                    Err(AppendRefused::NoRoom) => Err(StatusWord::NOT_ENOUGH_MEMORY.into()),
                    Err(AppendRefused::PowerLost) => Err(Stop::PowerLost),
                }
            }
        }
    }

    /// GET DATA `7F78` (REC-04).
    pub(super) fn records_information(&self, slot: usize, command: &Command) -> Result<Response, Stop> {
        let rights = self.volatile.identity.terminal.rights();
        let rights = rights.ok_or(StatusWord::SECURITY_STATUS_NOT_SATISFIED)?;
        let any = |allowed: fn(Rights, u16) -> bool| {
            let mut files = FILES.iter().filter(|file| file.df == Df::Records);
            files.any(|file| allowed(rights, file.fid))
        };
        let (reads, appends) = (any(Rights::may_read), any(Rights::may_append));
        if !reads && !appends && !flawed(Flaw::FreeBytesForAll) {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
        }
        let free = u16::try_from(self.store.free_for_records(slot)).unwrap_or(u16::MAX);
        let free = if flawed(Flaw::FreeBytesStand) { 12_000 } else { free };
        let mut out = Writer::new();
        out.nest(INFORMATION, |information| {
            if appends || flawed(Flaw::FreeBytesForAll) {
                information.put(FREE, &free.to_be_bytes());
            }
            for file in FILES.iter().filter(|file| file.df == Df::Records && rights.may_read(file.fid)) {
                let count = self.store.record_count(slot, file.fid);
                information.nest(FILE, |inner| {
                    inner.put(FILE_IDENTIFIER, &file.fid.to_be_bytes()).put(COUNT, &count.to_be_bytes());
                });
            }
        });
        Ok(Response::ok(cut_to_le(out.into_bytes(), command)?))
    }

    /// The file of the records application, if there are rights and they allow this.
    fn permitted(
        &self,
        rights: Option<Rights>,
        sfi: u8,
        allows: fn(Rights, u16) -> bool,
    ) -> Result<&'static File, StatusWord> {
        let in_records = self.volatile.identity.df == Df::Records;
        let file = File::by_sfi(Df::Records, sfi).filter(|_| in_records);
        match (file, rights) {
            (Some(file), Some(rights)) if allows(rights, file.fid) || flawed(Flaw::RecordsWithoutRight) => {
                Ok(file)
            }
            _ => Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED),
        }
    }
}

/// One DER SEQUENCE that is not too long.
fn is_record(data: &[u8]) -> bool {
    let mut reader = Reader::strict(data);
    data.len() <= MOST && reader.expect(SEQUENCE).is_ok() && reader.finish().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_record() {
        for good in [&[0x30, 0x00][..], &[0x30, 0x02, 0x05, 0x00]] {
            assert!(is_record(good));
        }
        let long = |length: usize| {
            [&[0x30, 0x82, (length >> 8) as u8, length as u8], vec![0; length].as_slice()].concat()
        };
        assert!(is_record(&long(987)) && !is_record(&long(988)));
        for bad in
            [&[][..], &[0x30], &[0x31, 0x00], &[0x30, 0x01], &[0x30, 0x00, 0x00], &[0x30, 0x81, 0x01, 0x00]]
        {
            assert!(!is_record(bad), "{bad:02X?}");
        }
    }
}
