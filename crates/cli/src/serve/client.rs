//! Asking the server.

use super::address::{connect, socket_path};
use super::protocol::{Answer, MOST_BYTES, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// How long the server may take; it may be finishing a command of a card.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks the server of this home.
pub(crate) fn ask(home: &Home, request: &Request) -> Result<Answer, Failure> {
    let stream = match connect(home) {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Err(nobody());
        }
        Err(error) => return Err(home::not_read(&socket_path(home), &error)),
    };
    speak(stream, request).map_err(|error| silent(&error))
}

fn speak(mut stream: UnixStream, request: &Request) -> io::Result<Answer> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = String::new();
    BufReader::new(stream.take(MOST_BYTES)).read_line(&mut answer)?;
    Ok(serde_json::from_str(&answer)?)
}

fn nobody() -> Failure {
    Failure::new(
        Exit::Configuration,
        (
            "no `emulator serve` is running for this home",
            "chưa có `emulator serve` nào chạy cho thư mục phát hành này",
        ),
        (
            "Start `chipwright emulator serve` in another terminal, or name the home with --home.",
            "Chạy `chipwright emulator serve` ở cửa sổ khác, hoặc chỉ ra thư mục phát hành bằng --home.",
        ),
    )
}

fn silent(error: &io::Error) -> Failure {
    Failure::new(
        Exit::Ours,
        ("the running `emulator serve` gave no answer", "`emulator serve` đang chạy không trả lời"),
        ("Stop it and start it again.", "Dừng lại rồi chạy lại."),
    )
    .because(error)
}
