//! Reading elementary files under secure messaging: short identifier first, then offsets, each byte once.

use chipwright_channel::sm::{Session, SmError};
use chipwright_iso7816::tlv::{Reader, TlvError, TlvErrorKind};
use chipwright_iso7816::{
    Command, ExchangeError, Exchanger, Ins, Le, LengthMode, Response, StatusWord, Transport,
};

/// No file of a card is longer: DG2 has at most 14 kB, offsets have 15 bits.
const MOST_BYTES: usize = 0x7FFF;
/// Commands an inspection sends under secure messaging at the most: all data groups at their longest, in short form, take fewer.
const MOST_ROUND_TRIPS: u64 = 4096;
/// READ BINARY that may bring little; beyond them each must have brought [`LEAST_PORTION`] bytes on average.
const FREE_READS: usize = 16;
/// Bytes that a READ BINARY brings at the least, on average.
const LEAST_PORTION: usize = 64;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Secure messaging broke.
    #[error(transparent)]
    SecureMessaging(#[from] SmError),
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
        matches!(self, Self::SecureMessaging(_) | Self::Exchange(_) | Self::Busy)
    }
}

/// A way to exchange commands: in plain, or under secure messaging.
pub(crate) trait Link {
    fn exchange(&mut self, command: &Command) -> Result<Response, ReadError>;
    fn mode(&self) -> LengthMode;
}

impl<T: Transport> Link for Exchanger<T> {
    fn exchange(&mut self, command: &Command) -> Result<Response, ReadError> {
        Ok(Self::exchange(self, command)?)
    }

    fn mode(&self) -> LengthMode {
        Self::mode(self)
    }
}

/// A card behind secure messaging. After the first error the session is gone, and every further exchange fails.
pub(crate) struct Protected<'a, T> {
    pub(crate) card: &'a mut Exchanger<T>,
    session: Option<Session>,
    /// The round trip after which no more is asked.
    last: u64,
}

impl<'a, T: Transport> Protected<'a, T> {
    pub(crate) const fn new(card: &'a mut Exchanger<T>, session: Session) -> Self {
        let last = card.round_trips() + MOST_ROUND_TRIPS;
        Self { card, session: Some(session), last }
    }
}

impl<T: Transport> Link for Protected<'_, T> {
    fn exchange(&mut self, command: &Command) -> Result<Response, ReadError> {
        if self.card.round_trips() > self.last {
            return Err(ReadError::Busy);
        }
        let session =
            self.session.take().ok_or(ReadError::Refused(StatusWord::SECURITY_STATUS_NOT_SATISFIED))?;
        let (waiting, wrapped) = session.wrap(command)?;
        let response = self.card.exchange(&wrapped)?;
        let (session, plain) = waiting.unwrap(response)?;
        self.session = Some(session);
        Ok(plain)
    }

    fn mode(&self) -> LengthMode {
        self.card.mode()
    }
}

/// Reads the whole file with this short identifier: what its tag and length announce, and not a byte twice.
///
/// # Errors
/// [`ReadError`].
pub(crate) fn file(link: &mut dyn Link, short_identifier: u8) -> Result<Vec<u8>, ReadError> {
    let mut content = chunk(link, 0x80 | short_identifier, 0x00)?;
    let wanted = announced(&content).map_err(ReadError::NotTlv)?;
    if wanted > MOST_BYTES {
        return Err(ReadError::TooLong(wanted));
    }
    let mut reads = 1;
    while content.len() < wanted {
        if reads > FREE_READS + content.len() / LEAST_PORTION {
            return Err(ReadError::Trickles { got: content.len(), wanted, reads });
        }
        reads += 1;
        let [p1, p2] = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
        let more = chunk(link, p1, p2)?;
        if more.is_empty() {
            return Err(ReadError::Short { got: content.len(), wanted });
        }
        content.extend_from_slice(&more);
    }
    content.truncate(wanted);
    Ok(content)
}

fn chunk(link: &mut dyn Link, p1: u8, p2: u8) -> Result<Vec<u8>, ReadError> {
    let mut command = Command::new(0x00, Ins::READ_BINARY, p1, p2).with_le(Le::Max);
    if link.mode() == LengthMode::Extended {
        command = command.in_extended_form();
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
mod tests {
    use super::*;

    struct File(Vec<u8>, usize);

    impl Link for File {
        fn exchange(&mut self, command: &Command) -> Result<Response, ReadError> {
            let offset = match command.p1 {
                p1 if p1 & 0x80 != 0 => 0,
                p1 => usize::from(p1) << 8 | usize::from(command.p2),
            };
            Ok(Response::ok(self.0[offset.min(self.0.len())..].iter().copied().take(self.1).collect()))
        }

        fn mode(&self) -> LengthMode {
            LengthMode::Short
        }
    }

    #[test]
    fn a_file_is_read_to_its_announced_end() {
        let content = chipwright_iso7816::tlv::encode(chipwright_iso7816::Tag(0x75), &[7; 1000]);
        assert_eq!(file(&mut File(content.clone(), 223), 2).unwrap(), content);
        let mut longer = content.clone();
        longer.extend([0; 9]);
        assert_eq!(file(&mut File(longer, 223), 2).unwrap(), content);
    }

    #[test]
    fn a_file_that_stops_early_or_lies_is_an_error() {
        assert!(matches!(
            file(&mut File(vec![0x75, 0x05, 1, 2], 223), 2),
            Err(ReadError::Short { got: 4, wanted: 7 })
        ));
        assert!(matches!(
            file(&mut File(vec![0x75, 0x83, 1, 0, 0], 223), 2),
            Err(ReadError::TooLong(0x1_0005))
        ));
        assert!(matches!(file(&mut File(vec![], 223), 2), Err(ReadError::NotTlv(_))));
        assert!(matches!(file(&mut File(vec![0x75, 0x80], 223), 2), Err(ReadError::NotTlv(_))));
    }
}
