//! SELECT EF and READ BINARY (FILE-03 to FILE-08).

use super::Protection;
use super::command::{Read, Target};
use crate::flaw::{Flaw, flawed};
use crate::processor::{Processor, Stop};
use crate::tables::{Access, Df, File};
use chipwright_iso7816::tlv::{Writer, encode};
use chipwright_iso7816::{Le, Response, StatusWord, Tag};

impl Processor {
    pub(super) fn select_file(
        &mut self,
        slot: usize,
        fid: u16,
        wants_fcp: bool,
        protection: Protection,
    ) -> Result<Response, Stop> {
        let df = self.volatile.identity.df;
        if df == Df::Lds && !protection.granted && flawed(Flaw::ExistenceTold) {
            self.existing(slot, File::by_fid(df, fid))?;
        }
        if df == Df::Records || df == Df::Lds && !protection.granted {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
        }
        let (file, length) = match self.existing(slot, File::by_fid(df, fid)) {
            Ok(found) => found,
            Err(status) => {
                if flawed(Flaw::FailedSelectForgetsFile) {
                    self.volatile.identity.current = None;
                }
                return Err(status.into());
            }
        };
        if file.access == Access::Pace && !protection.granted {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
        }
        self.volatile.identity.current = Some(file);
        if !wants_fcp {
            return Ok(Response::status(StatusWord::OK));
        }
        let mut fcp = Writer::new();
        fcp.nest(Tag(0x62), |inner| {
            inner.put(Tag(0x80), &length.to_be_bytes()).put(Tag(0x83), &fid.to_be_bytes());
        });
        Ok(Response::ok(fcp.into_bytes()))
    }

    pub(super) fn read_binary(
        &mut self,
        slot: usize,
        read: &Read,
        protection: Protection,
    ) -> Result<Response, Stop> {
        let df = self.volatile.identity.df;
        if df == Df::Records {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
        }
        let file = match read.target {
            Target::Current => Some(self.volatile.identity.current.ok_or(StatusWord::COMMAND_NOT_ALLOWED)?),
            Target::ShortIdentifier(sfi) => File::by_sfi(df, sfi),
            Target::Identifier(fid) => File::by_fid(df, fid),
        };
        let needs_access = match df {
            Df::Master if flawed(Flaw::CardSecurityWithoutAccess) => false,
            Df::Lds if flawed(Flaw::FilesWithoutAccess) => false,
            _ => file.map_or(df == Df::Lds, |file| file.access == Access::Pace),
        };
        if needs_access && !protection.granted {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
        }
        let (file, length) = self.existing(slot, file)?;
        let length = usize::from(length);
        if read.offset >= length && !flawed(Flaw::OffsetUnchecked) {
            return Err(StatusWord::OFFSET_OUTSIDE_FILE.into());
        }
        let most = if read.in_data_object { value_within(protection.most) } else { protection.most };
        if most == 0 {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        let left = length.saturating_sub(read.offset);
        let count = left.min(most);
        let object = file.dgi.and_then(|dgi| self.store.object(slot, dgi));
        let data = object.map(|(_, o)| self.store.read_object(o, read.offset, count)).unwrap_or_default();
        let data = if read.in_data_object { encode(Tag(0x53), &data) } else { data };
        let asked_for_more =
            matches!(read.le, Le::Exact(ne) if ne as usize > data.len()) && !flawed(Flaw::EndOfFileUntold);
        let status = if asked_for_more && count == left { StatusWord::END_OF_FILE } else { StatusWord::OK };
        if read.target != Target::Current {
            self.volatile.identity.current = Some(file);
        }
        Ok(Response { data, status })
    }

    /// The file if the table has it and its content is held, with its length.
    fn existing(&self, slot: usize, file: Option<&'static File>) -> Result<(&'static File, u16), StatusWord> {
        let file = file.ok_or(StatusWord::FILE_NOT_FOUND)?;
        let dgi = file.dgi.ok_or(StatusWord::FILE_NOT_FOUND)?;
        let (_, object) = self.store.object(slot, dgi).ok_or(StatusWord::FILE_NOT_FOUND)?;
        Ok((file, object.length))
    }
}

/// The longest value whose data object with a one-byte tag has at most `limit` bytes.
const fn value_within(limit: usize) -> usize {
    match limit {
        0..=2 => 0,
        3..=129 => limit - 2,
        130..=258 => {
            if limit - 3 < 0x80 {
                0x7F
            } else {
                limit - 3
            }
        }
        _ => {
            if limit - 4 < 0x100 {
                0xFF
            } else {
                limit - 4
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_value_that_fits() {
        for limit in 3..2000 {
            let value = value_within(limit);
            assert!(encode(Tag(0x53), &vec![0; value]).len() <= limit, "{limit}");
            assert!(encode(Tag(0x53), &vec![0; value + 1]).len() > limit, "{limit}");
        }
    }
}
