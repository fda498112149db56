//! Messages of vpcd on a TCP connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use zeroize::Zeroizing;

/// A length field of two bytes and the longest body.
const MOST: usize = 2 + 0xFFFF;

/// What the daemon says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message<'a> {
    PowerOff,
    PowerOn,
    Reset,
    AnswerToReset,
    /// A control byte that is not in use; it gets no answer.
    Unknown(u8),
    Command(&'a [u8]),
}

/// The connection to the daemon. Memory is bounded by the longest message.
pub(super) struct Wire {
    stream: TcpStream,
    inbox: Zeroizing<Vec<u8>>,
    /// Bytes received and not yet handed out, of which the first `done` have been handed out.
    filled: usize,
    done: usize,
    outbox: Zeroizing<Vec<u8>>,
    timeout: Option<Duration>,
}

impl Wire {
    pub(super) fn over(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(None)?;
        Ok(Self {
            stream,
            inbox: Zeroizing::new(vec![0; MOST]),
            filled: 0,
            done: 0,
            outbox: Zeroizing::new(Vec::new()),
            timeout: None,
        })
    }

    /// The next message; none when `within` passes without one.
    pub(super) fn receive(&mut self, within: Option<Duration>) -> io::Result<Option<Message<'_>>> {
        self.inbox.copy_within(self.done..self.filled, 0);
        self.filled -= self.done;
        self.done = 0;
        loop {
            if let Some(end) = self.complete()? {
                self.done = end;
                return Ok(Some(message(&self.inbox[2..end])));
            }
            if !self.read_more(within)? {
                return Ok(None);
            }
        }
    }

    /// Where the first message ends, once all of it is here. A message without a body is an error: it can neither be
    /// answered nor left unanswered.
    fn complete(&self) -> io::Result<Option<usize>> {
        let [high, low, body @ ..] = &self.inbox[..self.filled] else { return Ok(None) };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if length == 0 {
            return Err(ErrorKind::InvalidData.into());
        }
        Ok((body.len() >= length).then_some(2 + length))
    }

    fn read_more(&mut self, within: Option<Duration>) -> io::Result<bool> {
        if self.timeout != within {
            self.stream.set_read_timeout(within)?;
            self.timeout = within;
        }
        loop {
            acknowledge_at_once(&self.stream)?;
            match self.stream.read(&mut self.inbox[self.filled..]) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    self.filled += count;
                    return Ok(true);
                }
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => {}
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => return Ok(false),
                    _ => return Err(error),
                },
            }
        }
    }

    /// Sends one answer, length and body in one write. The body has 1 to 65,535 bytes.
    pub(super) fn answer(&mut self, body: &[u8]) -> io::Result<()> {
        let length = u16::try_from(body.len()).map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
        self.outbox.clear();
        self.outbox.extend_from_slice(&length.to_be_bytes());
        self.outbox.extend_from_slice(body);
        self.stream.write_all(&self.outbox)
    }
}

const fn message(body: &[u8]) -> Message<'_> {
    match body {
        [0x00] => Message::PowerOff,
        [0x01] => Message::PowerOn,
        [0x02] => Message::Reset,
        [0x04] => Message::AnswerToReset,
        [other] => Message::Unknown(*other),
        _ => Message::Command(body),
    }
}

/// The kernel forgets the option after a while, so it is set before every read.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn acknowledge_at_once(stream: &TcpStream) -> io::Result<()> {
    #[cfg(target_os = "android")]
    use std::os::android::net::TcpStreamExt;
    #[cfg(target_os = "linux")]
    use std::os::linux::net::TcpStreamExt;
    stream.set_quickack(true)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[allow(clippy::unnecessary_wraps, reason = "the same signature as where the option exists")]
const fn acknowledge_at_once(_: &TcpStream) -> io::Result<()> {
    Ok(())
}
