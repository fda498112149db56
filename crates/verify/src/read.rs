//! Reading elementary files: short identifier first, then offsets, each byte once, hashed as it comes, resumable at the last good offset.

use crate::ladder::Rung;
use chipwright_channel::NotGenuine;
use chipwright_channel::sm::SmError;
use chipwright_iso7816::tlv::{Reader, TlvError, TlvErrorKind};
use chipwright_iso7816::{
    Command, ExchangeError, Exchanger, Ins, Le, Response, StatusWord, Transport, TransportError,
};
use chipwright_profile::FileId;
use ring::digest;

/// No file of a card is longer: DG2 has at most 14 kB, offsets have 15 bits.
const MOST_BYTES: usize = 0x7FFF;
/// READ BINARY that may bring little; beyond them each must have brought [`LEAST_PORTION`] bytes on average.
const FREE_READS: usize = 16;
/// Bytes that a READ BINARY brings at the least, on average.
const LEAST_PORTION: usize = 64;
/// Commands an inspection sends under secure messaging at the most: all data groups at their longest, in short form, take fewer.
pub(crate) const MOST_ROUND_TRIPS: u64 = 4096;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Secure messaging broke.
    #[error(transparent)]
    SecureMessaging(#[from] SmError),
    /// The chip does not know the keys of its own Chip Authentication.
    #[error(transparent)]
    NotGenuine(#[from] NotGenuine),
    /// The source of random bytes is broken.
    #[error("the source of random bytes is broken")]
    RandomSource,
    /// No answer came back.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The card refused.
    #[error("the card answered {}. {}", .0, .0.meaning())]
    Refused(StatusWord),
    /// The file does not begin with a tag and a length.
    #[error("the file does not begin as it should: {0}")]
    NotTlv(TlvError),
    /// The file announces more bytes than any file has.
    #[error("the file announces {0} bytes")]
    TooLong(usize),
    /// The card gives the file in morsels.
    #[error("the card gave {got} of {wanted} bytes in {reads} answers: it would never come to an end")]
    Trickles {
        /// Bytes received.
        got: usize,
        /// Bytes announced.
        wanted: usize,
        /// Answers they came in.
        reads: usize,
    },
    /// The card keeps the inspection busy.
    #[error("the card kept us busy for more than {MOST_ROUND_TRIPS} commands")]
    Busy,
    /// The card stopped giving bytes before the announced end.
    #[error("the file ends at byte {got} of {wanted}")]
    Short {
        /// Bytes received.
        got: usize,
        /// Bytes announced.
        wanted: usize,
    },
}

impl ReadError {
    /// Whether nothing more can be read over this connection.
    pub(crate) const fn ends_session(&self) -> bool {
        matches!(
            self,
            Self::SecureMessaging(_)
                | Self::NotGenuine(_)
                | Self::RandomSource
                | Self::Exchange(_)
                | Self::Busy
        )
    }

    /// Whether the card left its place, or lost power and with it the session, so that it can be opened once more.
    pub(crate) const fn is_lost_contact(&self) -> bool {
        match self {
            Self::Exchange(error) | Self::SecureMessaging(SmError::Exchange(error)) => lost_contact(error),
            _ => false,
        }
    }

    /// Whether no answer came, so that the card has said nothing.
    pub(crate) const fn is_silence(&self) -> bool {
        matches!(
            self,
            Self::Exchange(ExchangeError::Transport(_))
                | Self::SecureMessaging(SmError::Exchange(ExchangeError::Transport(_)))
        )
    }

    /// Whether card or reader refused the length that was asked for.
    pub(crate) const fn refuses_length(&self) -> bool {
        match self {
            Self::Refused(status) | Self::SecureMessaging(SmError::NakedResponse { status }) => {
                status.0 == StatusWord::WRONG_LENGTH.0 || status.exact_le().is_some()
            }
            Self::Exchange(error) | Self::SecureMessaging(SmError::Exchange(error)) => {
                matches!(error, ExchangeError::Transport(TransportError::TooLong(_)))
            }
            _ => false,
        }
    }
}

pub(crate) const fn lost_contact(error: &ExchangeError) -> bool {
    matches!(error, ExchangeError::Transport(TransportError::CardRemoved | TransportError::CardReset))
}

/// A way to exchange commands: in plain, or under secure messaging.
pub(crate) trait Link {
    fn exchange(&mut self, command: &Command) -> Result<Response, ReadError>;

    /// How much is asked for at a time.
    fn rung(&self) -> Rung {
        Rung::SHORT
    }

    /// A card gave no more than this although there was more.
    fn gives(&mut self, _bytes: usize) {}
}

impl<T: Transport> Link for Exchanger<T> {
    fn exchange(&mut self, command: &Command) -> Result<Response, ReadError> {
        Ok(Self::exchange(self, command)?)
    }
}

/// One file, as far as it has been read.
pub(crate) struct Reading {
    content: Vec<u8>,
    /// Bytes that tag and length announce, once they are known.
    wanted: usize,
    reads: usize,
    /// Whether it is the current file of the card.
    current: bool,
    hash: digest::Context,
}

impl Reading {
    pub(crate) fn new(algorithm: &'static digest::Algorithm) -> Self {
        let hash = digest::Context::new(algorithm);
        Self { content: Vec::new(), wanted: 0, reads: 0, current: false, hash }
    }

    /// Bytes at hand.
    pub(crate) const fn len(&self) -> usize {
        self.content.len()
    }

    /// The card has forgotten which file was being read.
    pub(crate) const fn interrupted(&mut self) {
        self.current = false;
    }

    /// Reads on to the announced end, and not a byte twice.
    ///
    /// # Errors
    /// [`ReadError`]; what was read stays.
    pub(crate) fn go_on(&mut self, link: &mut dyn Link, file: FileId) -> Result<(), ReadError> {
        if self.content.is_empty() {
            let first = chunk(link, 0x80 | file.sfi(), 0x00, None)?;
            self.wanted = announced(&first).map_err(ReadError::NotTlv)?;
            if self.wanted > MOST_BYTES {
                return Err(ReadError::TooLong(self.wanted));
            }
            self.take(link, &first);
        } else if !self.current {
            let select = Command::new(0x00, Ins::SELECT, 0x02, 0x0C).with_data(file.fid().to_be_bytes());
            match link.exchange(&select)?.status {
                StatusWord::OK => {}
                status => return Err(ReadError::Refused(status)),
            }
        }
        self.current = true;
        while self.len() < self.wanted {
            let (got, wanted, reads) = (self.len(), self.wanted, self.reads);
            if reads > FREE_READS + got / LEAST_PORTION {
                return Err(ReadError::Trickles { got, wanted, reads });
            }
            let [p1, p2] = u16::try_from(got).unwrap_or(u16::MAX).to_be_bytes();
            let more = chunk(link, p1, p2, Some(wanted - got))?;
            if more.is_empty() {
                return Err(ReadError::Short { got, wanted });
            }
            self.take(link, &more);
        }
        Ok(())
    }

    /// Keeps a chunk, up to the announced end.
    fn take(&mut self, link: &mut dyn Link, chunk: &[u8]) {
        let missing = self.wanted - self.content.len();
        if chunk.len() < missing {
            link.gives(chunk.len());
        }
        let chunk = &chunk[..chunk.len().min(missing)];
        self.hash.update(chunk);
        self.content.extend_from_slice(chunk);
        self.reads += 1;
    }

    /// The file and its hash.
    pub(crate) fn finish(self) -> (Vec<u8>, digest::Digest) {
        (self.content, self.hash.finish())
    }
}

/// What one READ BINARY brings of a file: for EF.ATR/INFO, which is short and no single data object.
///
/// # Errors
/// [`ReadError`].
pub(crate) fn beginning(link: &mut dyn Link, file: FileId) -> Result<Vec<u8>, ReadError> {
    chunk(link, 0x80 | file.sfi(), 0x00, None)
}

/// One READ BINARY; `remaining` is how much of the file is left, if that is known.
fn chunk(link: &mut dyn Link, p1: u8, p2: u8, remaining: Option<usize>) -> Result<Vec<u8>, ReadError> {
    let rung = link.rung();
    let mut command = Command::new(0x00, Ins::READ_BINARY, p1, p2).with_le(Le::Max);
    if rung.extended() {
        command = command.in_extended_form();
        if let Some(left) = remaining {
            let ne = left.min(rung.portion());
            command = command.with_le(Le::Exact(u32::try_from(ne).unwrap_or(u32::MAX)));
        }
    }
    let response = link.exchange(&command)?;
    match response.status {
        StatusWord::OK | StatusWord::END_OF_FILE => Ok(response.data),
        status => Err(ReadError::Refused(status)),
    }
}

/// Tag, length and value bytes that the first bytes of a file announce.
fn announced(first: &[u8]) -> Result<usize, TlvError> {
    let mut reader = Reader::new(first);
    match reader.next() {
        Ok(Some(tlv)) => Ok(tlv.encoded.len()),
        Ok(None) => Err(TlvError { kind: TlvErrorKind::TruncatedTag, offset: 0 }),
        Err(TlvError { kind: TlvErrorKind::TruncatedValue { said, .. }, offset }) => Ok(offset + said),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
