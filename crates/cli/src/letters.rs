//! PIN letters go to the printer through a pipe, one a card; nothing of them touches a disk of the station.

use chipwright_issuance::issue::{Letter, LetterError, Letters};
use chipwright_print::{PinLetter, Secrets};
use std::io::{self, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long a printer may take to accept one letter.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// A command that takes a PDF on its standard input.
pub(crate) struct LetterPrinter {
    program: String,
    arguments: Vec<String>,
    issuer: String,
    /// Letters that it was given, whatever it made of them.
    pub(crate) given: u32,
}

/// Why a letter was not printed.
#[derive(Debug, thiserror::Error)]
enum NotPrinted {
    #[error("the printer's command {program} cannot be started: {why}")]
    NotStarted { program: String, why: io::Error },
    #[error("the printer's command {program} failed ({status})")]
    Failed { program: String, status: ExitStatus },
    #[error("the printer's command {program} did not read the whole letter")]
    NotRead { program: String },
    #[error("the printer's command {program} did not end within two minutes")]
    NotEnded { program: String },
    #[error("the printer's command {program} was lost: {why}")]
    Lost { program: String, why: io::Error },
}

impl LetterPrinter {
    /// This command, split at blanks; no shell has a part in it. Nothing without a command.
    pub(crate) fn new(command: &str, issuer: &str) -> Option<Self> {
        let mut words = command.split_whitespace().map(str::to_owned);
        let program = words.next()?;
        Some(Self { program, arguments: words.collect(), issuer: issuer.to_owned(), given: 0 })
    }

    fn pipe(&self, sheet: &[u8]) -> Result<(), NotPrinted> {
        let program = || self.program.clone();
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|why| NotPrinted::NotStarted { program: program(), why })?;
        let pipe = child.stdin.take();
        let (read, ended) = thread::scope(|scope| {
            // a printer that does not read holds up this thread only, until it is ended
            let read = scope.spawn(move || pipe.is_some_and(|mut pipe| pipe.write_all(sheet).is_ok()));
            let ended = wait(&mut child);
            (read.join().unwrap_or_default(), ended)
        });
        match ended {
            Err(why) => Err(NotPrinted::Lost { program: program(), why }),
            Ok(None) => Err(NotPrinted::NotEnded { program: program() }),
            Ok(Some(status)) if !status.success() => Err(NotPrinted::Failed { program: program(), status }),
            Ok(Some(_)) if !read => Err(NotPrinted::NotRead { program: program() }),
            Ok(Some(_)) => Ok(()),
        }
    }
}

/// Waits for the end of the command; one that takes too long is ended.
fn wait(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    let begun = Instant::now();
    loop {
        let looked = child.try_wait();
        let over = begun.elapsed() > PATIENCE;
        if !over && matches!(looked, Ok(None)) {
            thread::sleep(GLANCE);
            continue;
        }
        if !matches!(looked, Ok(Some(_))) {
            child.kill()?;
            child.wait()?;
        }
        return looked;
    }
}

impl Letters for LetterPrinter {
    fn compose(&mut self, letter: &Letter<'_>) -> Result<Zeroizing<Vec<u8>>, LetterError> {
        let digits = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
        let at = letter.at.to_zoned(jiff::tz::TimeZone::system()).strftime("%d/%m/%Y %H:%M:%S").to_string();
        PinLetter {
            name: letter.name,
            unit: letter.unit,
            card_number: letter.card.as_str(),
            issued: &at,
            issuer: &self.issuer,
            secrets: Secrets { pin: digits(letter.pin.expose()), puk: Some(digits(letter.puk.expose())) },
        }
        .to_pdf()
        .map_err(|error| LetterError::Content(Box::new(error)))
    }

    fn print(&mut self, sheet: &[u8]) -> Result<(), LetterError> {
        self.given += 1;
        self.pipe(sheet).map_err(|error| LetterError::Printer(Box::new(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(command: &str) -> Result<(), NotPrinted> {
        LetterPrinter::new(command, "Tỉnh ủy").unwrap().pipe(&[0x20; 300_000])
    }

    #[test]
    fn what_printers_do() {
        assert!(LetterPrinter::new("  ", "Tỉnh ủy").is_none());
        assert!(printed("wc -c").is_ok());
        assert!(matches!(printed("/no/such/printer"), Err(NotPrinted::NotStarted { .. })));
        assert!(matches!(printed("false"), Err(NotPrinted::Failed { .. })));
        assert!(matches!(printed("true"), Err(NotPrinted::NotRead { .. })));
        // no shell has a part in it
        assert!(matches!(printed("true;"), Err(NotPrinted::NotStarted { .. })));
    }
}
