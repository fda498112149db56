//! A card as a transport of scll: a blank software card in a process of its own, or whatever lies in a PC/SC reader.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use scll::limits::RAPDU_MAX;
use scll::transport::{AtrAts, Transport, TransportCaps, TransportError, TransportProtocol};

use crate::reader;

/// Where a blank is to be had.
#[derive(Debug, Clone)]
pub enum Source {
    /// The `pipe` example of `chipwright-emulator`: a fresh one each time.
    Pipe(PathBuf),
    /// The one in this PC/SC reader.
    Reader(String),
}

/// Which blank.
#[derive(Debug, Clone)]
pub struct Blank {
    /// Where it is.
    pub source: Source,
    /// SCP03 "i".
    pub parameter: u8,
    /// Of its keys.
    pub key_bits: u16,
}

enum Wire {
    Process { process: Child, commands: ChildStdin, responses: BufReader<ChildStdout> },
    Reader(reader::InReader),
}

/// The card, and where it lives.
pub struct Chip {
    wire: Wire,
    translate_s16: bool,
    /// Commands sent.
    pub exchanges: u64,
}

impl Chip {
    /// Takes one out.
    pub fn start(blank: &Blank) -> std::io::Result<Self> {
        match &blank.source {
            Source::Pipe(program) => Self::process(program, blank),
            Source::Reader(name) => Self::in_reader(name).map_err(std::io::Error::other),
        }
    }

    /// The card in a PC/SC reader, after a cold reset.
    pub fn in_reader(name: &str) -> Result<Self, pcsc::Error> {
        let wire = Wire::Reader(reader::InReader::open(name)?);
        Ok(Self { wire, translate_s16: false, exchanges: 0 })
    }

    fn process(program: &Path, blank: &Blank) -> std::io::Result<Self> {
        let mut process = Command::new(program)
            .args(["--parameter", &format!("{:02X}", blank.parameter)])
            .args(["--key-bits", &blank.key_bits.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(commands), Some(responses)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(std::io::Error::other("no pipes"));
        };
        let mut responses = BufReader::new(responses);
        responses.read_line(&mut String::new())?;
        let wire = Wire::Process { process, commands, responses };
        Ok(Self { wire, translate_s16: false, exchanges: 0 })
    }

    /// Shows scll the bit that it takes for S16.
    ///
    /// Amendment D 1.2 has S16 in bit b1 (01) of "i", and so have the cards that are known to have it. scll looks at bit b4
    /// (08) and refuses b1. The byte enters no derivation and no MAC, so it can be exchanged on the way: everything else
    /// that scll does in S16 is then compared with our card.
    pub fn with_s16_translated(mut self) -> Self {
        self.translate_s16 = true;
        self
    }

    fn translate(&self, command: &[u8], response: &mut [u8]) {
        const I_S16: u8 = 0x01;
        const SCLL_S16: u8 = 0x08;
        // {globalPlatform 4 3 i} in card data and FCI
        const SCP03: [u8; 8] = [0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x04, 0x03];
        let place = match command.get(1) {
            Some(0x50) if response.len() > 12 => Some(12),
            _ => response.windows(8).position(|window| window == SCP03).map(|at| at + 8),
        };
        if let Some(i) = place.and_then(|at| response.get_mut(at))
            && *i & I_S16 != 0
        {
            *i = *i & !I_S16 | SCLL_S16;
        }
    }
}

impl Transport for Chip {
    fn transmit(&mut self, command: &[u8]) -> Result<heapless::Vec<u8, RAPDU_MAX>, TransportError> {
        self.exchanges += 1;
        let mut response = match &mut self.wire {
            Wire::Process { commands, responses, .. } => ask(commands, responses, &digits(command))?,
            Wire::Reader(card) => card.transmit(command)?,
        };
        if self.translate_s16 {
            self.translate(command, &mut response);
        }
        heapless::Vec::from_slice(&response).map_err(|()| TransportError::ProtocolError)
    }

    fn capabilities(&self) -> TransportCaps {
        TransportCaps { handles_t0_get_response: false, protocol: TransportProtocol::T1, contactless: false }
    }

    fn reset(&mut self) -> Result<AtrAts, TransportError> {
        let atr = match &mut self.wire {
            Wire::Process { commands, responses, .. } => ask(commands, responses, "reset")?,
            Wire::Reader(card) => card.reset()?,
        };
        let bytes = heapless::Vec::from_slice(&atr).map_err(|()| TransportError::ProtocolError)?;
        Ok(AtrAts { bytes, protocol: TransportProtocol::T1 })
    }

    fn protocol(&self) -> TransportProtocol {
        TransportProtocol::T1
    }

    fn is_connected(&self) -> bool {
        true
    }
}

impl Drop for Chip {
    fn drop(&mut self) {
        // the pipe ends by itself when its input does; do not depend on it
        if let Wire::Process { process, .. } = &mut self.wire {
            let _ended = process.kill().and_then(|()| process.wait());
        }
    }
}

fn ask(
    commands: &mut ChildStdin,
    responses: &mut impl BufRead,
    question: &str,
) -> Result<Vec<u8>, TransportError> {
    let gone = |_| TransportError::CardRemoved;
    let mut answer = String::new();
    writeln!(commands, "{question}").map_err(gone)?;
    responses.read_line(&mut answer).map_err(gone)?;
    bytes(answer.trim()).ok_or(TransportError::ProtocolError)
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn bytes(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}
