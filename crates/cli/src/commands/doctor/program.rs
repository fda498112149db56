//! Small programs of the system, asked with patience.

use crate::text::{Text, text};
use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a program writes, if it ends well in time; its output must fit a pipe (64 KiB).
pub(crate) fn output_within(command: &mut Command, limit: Duration) -> Result<String, Text> {
    let name = command.get_program().to_string_lossy().into_owned();
    let missing =
        |error: &std::io::Error| text!("{name} cannot be run: {error}", "không chạy được {name}: {error}");
    let mut child = command
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| missing(&error))?;
    let until = Instant::now() + limit;
    let status = loop {
        match child.try_wait().map_err(|error| missing(&error))? {
            Some(status) => break status,
            None if Instant::now() < until => thread::sleep(Duration::from_millis(5)),
            None => {
                let _ = child.kill();
                return Err(text!(
                    "{name} gave no answer within {} s",
                    "{name} không trả lời trong {} giây",
                    limit.as_secs()
                ));
            }
        }
    };
    let mut said = String::new();
    if let Some(mut out) = child.stdout.take() {
        out.read_to_string(&mut said).map_err(|error| missing(&error))?;
    }
    if status.success() { Ok(said) } else { Err(text!("{name} failed", "{name} báo lỗi")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_hangs_is_given_up() {
        let limit = Duration::from_millis(100);
        assert_eq!(output_within(Command::new("echo").arg("a"), Duration::from_secs(60)).unwrap(), "a\n");
        assert!(output_within(Command::new("sleep").arg("600"), limit).unwrap_err().en.contains("no answer"));
        assert!(output_within(&mut Command::new("no-such-program"), limit).is_err());
        assert!(output_within(&mut Command::new("false"), Duration::from_secs(60)).is_err());
    }
}
