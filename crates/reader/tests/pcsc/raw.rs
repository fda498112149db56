//! A card on a vpcd socket that answers as a test says, also in ways no card should.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::linux::net::TcpStreamExt as _;
use std::thread::JoinHandle;

/// What the driver asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    PowerOff,
    PowerOn,
    Reset,
    Atr,
    Command(Vec<u8>),
}

/// What the card does.
pub(crate) enum Does {
    /// Answers, or does what needs no answer.
    Answers(Vec<u8>),
    Nothing,
    /// Leaves the reader.
    Leaves,
}

/// A card in a slot; dropped, it leaves.
pub(crate) struct RawCard {
    socket: TcpStream,
    thread: Option<JoinHandle<()>>,
}

impl RawCard {
    /// Inserts a card into the slot at this port.
    pub(crate) fn insert(port: u16, mut act: impl FnMut(Asked) -> Does + Send + 'static) -> Self {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.set_nodelay(true).unwrap();
        let ours = socket.try_clone().unwrap();
        let thread = std::thread::spawn(move || {
            while let Some(asked) = receive(&mut socket) {
                match act(asked) {
                    Does::Answers(bytes) => {
                        let mut message = u16::try_from(bytes.len()).unwrap().to_be_bytes().to_vec();
                        message.extend(bytes);
                        if socket.write_all(&message).is_err() {
                            break;
                        }
                    }
                    Does::Nothing => {}
                    Does::Leaves => break,
                }
            }
            let _ = socket.shutdown(Shutdown::Both);
        });
        Self { socket: ours, thread: Some(thread) }
    }
}

impl Drop for RawCard {
    fn drop(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn receive(socket: &mut TcpStream) -> Option<Asked> {
    let mut length = [0; 2];
    socket.set_quickack(true).ok()?;
    socket.read_exact(&mut length).ok()?;
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    socket.set_quickack(true).ok()?;
    socket.read_exact(&mut body).ok()?;
    Some(match body[..] {
        [0] => Asked::PowerOff,
        [1] => Asked::PowerOn,
        [2] => Asked::Reset,
        [4] => Asked::Atr,
        _ => Asked::Command(body),
    })
}
