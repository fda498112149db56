//! Commands a second through pcscd and vpcd with a card that does nothing, beside the ceiling of the socket between them.
//!
//! ```text
//! cargo build --release -p chipwright-reader --example rate
//! tools/lib/pcsc-stand target/release/examples/rate [SECONDS]
//! ```

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement that prints its figures")]

use chipwright_iso7816::{Atr, Transport, TransportError};
use chipwright_reader::pcsc::Service;
use chipwright_reader::vpcd::{FIRST_PORT, Slot};
use std::ffi::CString;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Bytes of data in the command; the response has as many.
const SIZES: [usize; 3] = [8, 255, 4096];

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2.0);
    let time = Duration::from_secs_f64(seconds);
    println!("{:44} {:>8} {:>12} {:>10} {:>9}", "way", "bytes", "commands/s", "µs each", "MB/s");
    let sizes = SIZES.map(command);

    // the socket alone: this program plays vpcd, with its two writes a message
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let slot = Slot::start(listener.local_addr().unwrap());
    slot.insert(Box::new(DoesNothing), Some(atr()));
    let mut socket = listener.accept().unwrap().0;
    let mut answer = vec![0; 0x1_0000];
    for command in &sizes {
        measure("vpcd's protocol on a TCP pair", command, time, || bare(&mut socket, command, &mut answer));
    }
    drop(slot);

    let slot = Slot::start(([127, 0, 0, 1], FIRST_PORT).into());
    slot.insert(Box::new(DoesNothing), Some(atr()));
    let service = Service::connect().unwrap();
    let reader = service.find("0").unwrap();
    let mut card = service.wait_for_card(&reader, &|| false, &mut |_| {}).unwrap().unwrap();
    for command in &sizes {
        measure("PcscCard, pcscd, vpcd", command, time, || card.transmit(command).unwrap().len());
    }
    drop(card);

    // without the worker's thread
    let context = ::pcsc::Context::establish(::pcsc::Scope::User).unwrap();
    let name = CString::new(reader).unwrap();
    let card = context.connect(&name, ::pcsc::ShareMode::Exclusive, ::pcsc::Protocols::ANY).unwrap();
    for command in &sizes {
        measure("pcsc crate alone, pcscd, vpcd", command, time, || {
            card.transmit(command, &mut answer).unwrap().len()
        });
    }
}

fn measure(way: &str, command: &[u8], time: Duration, mut exchange: impl FnMut() -> usize) {
    for _ in 0..100 {
        exchange();
    }
    let (start, mut count, mut bytes) = (Instant::now(), 0_u32, 0_usize);
    while start.elapsed() < time {
        bytes += command.len() + exchange();
        count += 1;
    }
    let took = start.elapsed().as_secs_f64();
    println!(
        "{way:44} {:>8} {:>12.0} {:>10.1} {:>9.1}",
        command.len(),
        f64::from(count) / took,
        took * 1e6 / f64::from(count),
        bytes as f64 / took / 1e6,
    );
}

/// One exchange as vpcd makes it: the length and the body in two writes.
fn bare(socket: &mut TcpStream, command: &[u8], answer: &mut [u8]) -> usize {
    socket.write_all(&u16::try_from(command.len()).unwrap().to_be_bytes()).unwrap();
    socket.write_all(command).unwrap();
    let mut length = [0; 2];
    socket.read_exact(&mut length).unwrap();
    let length = usize::from(u16::from_be_bytes(length));
    socket.read_exact(&mut answer[..length]).unwrap();
    length
}

/// A command with this much data, extended where it must be.
fn command(data: usize) -> Vec<u8> {
    let mut command = vec![0x80, 0xE2, 0x00, 0x00];
    match u8::try_from(data) {
        Ok(length) => command.push(length),
        Err(_) => {
            command.push(0);
            command.extend(u16::try_from(data).unwrap().to_be_bytes());
        }
    }
    command.resize(command.len() + data, 0x5A);
    command
}

fn atr() -> Atr {
    Atr::contactless(&[0x80, 0x73, 0x00, 0x00, 0xC0])
}

/// Answers as many bytes as it was sent.
struct DoesNothing;

impl Transport for DoesNothing {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut answer = vec![0; command.len()];
        answer.extend([0x90, 0x00]);
        Ok(answer)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        Ok(atr())
    }
}
