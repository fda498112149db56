//! The files of a card that an inspection does not read: their hashes belong into the manifest of an update.

use crate::issue::Failure;
use chipwright_channel::pace::{self, CardAccessError, PaceError, Password};
use chipwright_channel::sm::{Session, SmError};
use chipwright_iso7816::tlv::Reader;
use chipwright_iso7816::{Command, ExchangeError, Exchanger, Ins, Le, Response, StatusWord, Transport};
use chipwright_perso::ChipProfile;
use chipwright_profile::FileId;
use std::collections::BTreeMap;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// No answer came back, or not an APDU.
    #[error(transparent)]
    Contact(#[from] ExchangeError),
    /// EF.CardAccess offers nothing that is known here.
    #[error(transparent)]
    NoPace(#[from] CardAccessError),
    /// PACE failed.
    #[error(transparent)]
    Access(#[from] PaceError),
    /// Secure messaging broke.
    #[error(transparent)]
    SecureMessaging(#[from] SmError),
    /// The card refused.
    #[error("the card answered {}. {}", .0, .0.meaning())]
    Refused(StatusWord),
    /// Its signature is not accepted.
    #[error("its signature is not accepted by the trust data of this station")]
    NotAccepted,
    /// It ends before it should, or has no end.
    #[error("the file is not complete")]
    Incomplete,
}

/// No file but DG2, which an inspection reads, is longer.
const MOST_BYTES: usize = 4096;

/// Reads what `held` does not have yet: EF.DIR, EF.ATR/INFO, EF.CardSecurity, EF.COM.
pub(super) fn rest<T: Transport>(
    card: &mut Exchanger<T>,
    profile: &ChipProfile,
    password: &Password,
    held: &mut BTreeMap<FileId, Vec<u8>>,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<(), Failure> {
    let fault = |file| move |why: FileFault| Failure::File { file, why };
    for file in [FileId::Dir, FileId::AtrInfo, FileId::CardAccess] {
        let mut plain = |command: &Command| Ok(card.exchange(command)?);
        let content = read(&mut plain, file).map_err(fault(file))?;
        held.extend(content.map(|content| (file, content)));
    }
    let access = held.get(&FileId::CardAccess).map(Vec::as_slice).unwrap_or_default();
    let info = pace::choose(access).map_err(|error| fault(FileId::CardAccess)(error.into()))?;
    let opened = pace::establish(card, &info, password, random)
        .map_err(|error| fault(FileId::CardAccess)(error.into()))?;
    let mut session = Some(opened);
    let mut protected = |command: &Command| exchange(card, &mut session, command);
    for file in [FileId::CardSecurity, FileId::Com, FileId::SodPostQuantum] {
        if file == FileId::Com {
            let select = Command::new(0x00, Ins::SELECT, 0x04, 0x0C).with_data(profile.instance.as_bytes());
            protected(&select).map_err(fault(file))?;
        }
        let content = read(&mut protected, file).map_err(fault(file))?;
        held.extend(content.map(|content| (file, content)));
    }
    Ok(())
}

fn exchange<T: Transport>(
    card: &mut Exchanger<T>,
    session: &mut Option<Session>,
    command: &Command,
) -> Result<Response, FileFault> {
    let open = session.take().ok_or(FileFault::Incomplete)?;
    let (waiting, wrapped) = open.wrap(command)?;
    let (next, plain) = waiting.unwrap(card.exchange(&wrapped)?)?;
    *session = Some(next);
    Ok(plain)
}

/// A whole file; none where the card has no such file.
fn read(
    exchange: &mut dyn FnMut(&Command) -> Result<Response, FileFault>,
    file: FileId,
) -> Result<Option<Vec<u8>>, FileFault> {
    let mut content = Vec::new();
    loop {
        let [high, low] = match u16::try_from(content.len()) {
            Ok(0) => [0x80 | file.sfi(), 0],
            Ok(offset) if content.len() <= MOST_BYTES => offset.to_be_bytes(),
            _ => return Err(FileFault::Incomplete),
        };
        let response = exchange(&Command::new(0x00, Ins::READ_BINARY, high, low).with_le(Le::Max))?;
        match response.status {
            StatusWord::OK if response.data.is_empty() => return Err(FileFault::Incomplete),
            StatusWord::OK | StatusWord(0x6282) => content.extend(response.data),
            StatusWord::FILE_NOT_FOUND if content.is_empty() => return Ok(None),
            // the end of a file is told by an offset beyond it (FILE-06)
            StatusWord(0x6B00) if !content.is_empty() => return Ok(Some(content)),
            status => return Err(FileFault::Refused(status)),
        }
        if file != FileId::AtrInfo && is_whole(&content) {
            return Ok(Some(content));
        }
    }
}

/// Files but EF.ATR/INFO are one data object.
fn is_whole(content: &[u8]) -> bool {
    Reader::new(content)
        .next()
        .is_ok_and(|object| object.is_some_and(|object| object.encoded.len() == content.len()))
}
