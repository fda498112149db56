//! Commands to the card, in plain or under secure messaging, and files read whole.

use chipwright_channel::sm::Session;
use chipwright_iso7816::tlv::{Reader, TlvError, TlvErrorKind};
use chipwright_iso7816::{Command, Exchanger, Ins, Le, Response, StatusWord, Transport};

use crate::error::LinkError;

/// No file on the way has more bytes: EF.CardSecurity and EF.SOD lie in 8 kB with all others.
const MOST_BYTES: usize = 0x2000;
/// Answers to one file at the most.
const MOST_READS: usize = 64;

/// A card, and the session with it once there is one.
pub(crate) struct Link<'a, T> {
    pub(crate) card: &'a mut Exchanger<T>,
    state: State,
}

enum State {
    Plain,
    Protected(Session),
    Ended,
}

impl<'a, T: Transport> Link<'a, T> {
    pub(crate) const fn plain(card: &'a mut Exchanger<T>) -> Self {
        Self { card, state: State::Plain }
    }

    /// From now on under secure messaging.
    pub(crate) fn protect(&mut self, session: Session) {
        self.state = State::Protected(session);
    }

    /// Card and session, for a protocol that is run inside it and gives a new one back.
    pub(crate) fn lend(&mut self) -> Result<(&mut Exchanger<T>, Session), LinkError> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Protected(session) => Ok((&mut *self.card, session)),
            State::Plain | State::Ended => Err(LinkError::Ended),
        }
    }

    pub(crate) fn send(&mut self, command: &Command) -> Result<Response, LinkError> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Plain => {
                self.state = State::Plain;
                Ok(self.card.exchange(command)?)
            }
            State::Protected(session) => {
                let (session, response) = session.transmit(self.card, command)?;
                self.state = State::Protected(session);
                Ok(response)
            }
            State::Ended => Err(LinkError::Ended),
        }
    }

    /// The data of an answer that must be a success.
    pub(crate) fn ask(&mut self, command: &Command) -> Result<Vec<u8>, LinkError> {
        let response = self.send(command)?;
        if response.status == StatusWord::OK {
            Ok(response.data)
        } else {
            Err(LinkError::Refused(response.status))
        }
    }

    pub(crate) fn select(&mut self, p1: u8, name: &[u8]) -> Result<StatusWord, LinkError> {
        Ok(self.send(&Command::new(0x00, Ins::SELECT, p1, 0x0C).with_data(name))?.status)
    }

    /// The whole file with this short identifier, as long as its first tag and length announce.
    pub(crate) fn file(&mut self, short_identifier: u8) -> Result<Vec<u8>, LinkError> {
        let mut content = self.portion(0x80 | short_identifier, 0)?;
        let wanted = announced(&content)?;
        if wanted > MOST_BYTES {
            return Err(LinkError::Unreasonable);
        }
        let mut reads = 1;
        while content.len() < wanted {
            let [p1, p2] = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
            let more = self.portion(p1, p2)?;
            reads += 1;
            if more.is_empty() || reads > MOST_READS {
                return Err(LinkError::Unreasonable);
            }
            content.extend_from_slice(&more);
        }
        content.truncate(wanted);
        Ok(content)
    }

    fn portion(&mut self, p1: u8, p2: u8) -> Result<Vec<u8>, LinkError> {
        let read = Command::new(0x00, Ins::READ_BINARY, p1, p2).with_le(Le::Max).in_extended_form();
        let response = self.send(&read)?;
        match response.status {
            StatusWord::OK | StatusWord::END_OF_FILE => Ok(response.data),
            status => Err(LinkError::Refused(status)),
        }
    }
}

/// Tag, length and value bytes that the first bytes of a file announce.
fn announced(first: &[u8]) -> Result<usize, TlvError> {
    match Reader::new(first).next() {
        Ok(Some(object)) => Ok(object.encoded.len()),
        Ok(None) => Err(TlvError { kind: TlvErrorKind::TruncatedTag, offset: 0 }),
        Err(TlvError { kind: TlvErrorKind::TruncatedValue { said, .. }, offset }) => Ok(offset + said),
        Err(error) => Err(error),
    }
}
