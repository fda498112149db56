//! `--record`: sessions with cards, kept in a file; and a recorded session as a card.

mod played;

pub(crate) use played::{Unrecorded, no_channel, replay};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home;
use crate::output::Output;
use crate::readers::Present;
use crate::text::{Text, text};
use crate::vietnamese;
use chipwright_iso7816::{Atr, Transport, TransportError};
use chipwright_reader::trace::{Recorder, Recording, Redaction};
use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What is recorded.
#[derive(Debug, clap::Args)]
pub(crate) struct Record {
    /// Record everything that passes between program and card into this new file; secrets, persons and chips are replaced by
    /// placeholders (see `chipwright trace show`)
    #[arg(long, value_name = "FILE", help_heading = "Recording")]
    record: Option<PathBuf>,
    /// Keep what identifies the chip
    #[arg(
        long,
        requires = "record",
        conflicts_with = "record_with_personal_data",
        help_heading = "Recording"
    )]
    record_with_identifiers: bool,
    /// Keep personal data and what identifies the chip; secrets and keys are never kept
    #[arg(long, requires = "record", help_heading = "Recording")]
    record_with_personal_data: bool,
}

impl Record {
    /// The card, with a recorder before it if that was asked for.
    pub(crate) fn over(&self, present: Present, out: Output) -> Result<Present, Failure> {
        let Some(sink) = self.sink(out)? else { return Ok(present) };
        let Present { card, mode, place, atr, identifiers } = present;
        let recorder = recorder(card, sink, self.redaction()).about(&place, atr.as_ref());
        Ok(Present { card: Box::new(recorder), mode, place, atr, identifiers })
    }

    /// Whether a recording was asked for.
    pub(crate) const fn is_asked(&self) -> bool {
        self.record.is_some()
    }

    /// A place for one card after the other, recorded if that was asked for.
    pub(crate) fn seat(&self, place: &str, out: Output) -> Result<Seat, Failure> {
        let empty = Holder(None);
        Ok(match self.sink(out)? {
            None => Seat::Plain(empty),
            Some(sink) => {
                Seat::Recorded(Box::new(recorder(empty, sink, self.redaction()).about(place, None)))
            }
        })
    }

    fn redaction(&self) -> Redaction {
        match (self.record_with_personal_data, self.record_with_identifiers) {
            (true, _) => Redaction::PersonalData,
            (false, true) => Redaction::KeepIdentifiers,
            (false, false) => Redaction::Placeholders,
        }
    }

    fn sink(&self, out: Output) -> Result<Option<Sink>, Failure> {
        let Some(path) = &self.record else { return Ok(None) };
        match try_out(path) {
            Ok(()) => Ok(Some(Sink { path: path.clone(), out, header: Vec::new(), file: None })),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Failure::new(
                Exit::Usage,
                text!("{} exists already", "đã có {}", path.display()),
                (
                    "Name another file; a recording is never overwritten.",
                    "Chọn tên khác; bản ghi không bao giờ bị ghi đè.",
                ),
            )),
            Err(error) => Err(home::not_written(path, &error)),
        }
    }
}

fn recorder<T: Transport>(inner: T, sink: Sink, redaction: Redaction) -> Recorder<T> {
    let began = Instant::now();
    Recorder::new(inner, sink, redaction, move || began.elapsed())
}

fn create(path: &Path) -> io::Result<File> {
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Whether the file can be made, before a card is touched. Nothing stays of it.
fn try_out(path: &Path) -> io::Result<()> {
    create(path).and_then(|_| fs::remove_file(path))
}

/// The file, made when the first exchange is written: a command that came to none leaves nothing behind.
///
/// The recorder stops at the first error and disturbs nothing; the person is told here.
struct Sink {
    path: PathBuf,
    out: Output,
    /// What the recorder wrote first, until an exchange follows.
    header: Vec<u8>,
    file: Option<File>,
}

impl Sink {
    fn put(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(file) = &mut self.file {
            return file.write(bytes);
        }
        if self.header.last() == Some(&b'\n') {
            let mut file = create(&self.path)?;
            file.write_all(&self.header)?;
            return self.file.insert(file).write(bytes);
        }
        self.header.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn tell<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|error| self.out.say(not_recorded(&self.path, error).pick(self.out.language)))
    }
}

fn not_recorded(path: &Path, error: &io::Error) -> Text {
    let (path, reason) = (path.display(), vietnamese::text(error.to_string()));
    Text {
        en: format!(
            "note: {path} could not be written ({}); the work goes on, and is not recorded any more",
            reason.en
        ),
        vi: format!(
            "lưu ý: không ghi được {path} ({}); công việc vẫn tiếp tục nhưng không còn được ghi lại",
            reason.vi
        ),
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.put(bytes);
        self.tell(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.as_mut().map_or(Ok(()), Write::flush);
        self.tell(flushed)
    }
}

/// A place for a card, perhaps with a recorder before it.
pub(crate) enum Seat {
    /// Not recorded.
    Plain(Holder),
    /// Recorded: all cards into one file, one after the other.
    Recorded(Box<Recorder<Holder>>),
}

/// A card or none.
pub(crate) struct Holder(Option<Box<dyn Transport>>);

impl Seat {
    /// Puts a card in.
    pub(crate) fn put(&mut self, card: Box<dyn Transport>) {
        self.holder().0 = Some(card);
    }

    /// Takes the card out. Whether there was one.
    pub(crate) fn clear(&mut self) -> bool {
        self.holder().0.take().is_some()
    }

    /// The card.
    pub(crate) fn card(&mut self) -> Option<&mut dyn Transport> {
        self.holder().0.as_ref()?;
        Some(match self {
            Self::Plain(holder) => holder,
            Self::Recorded(recorder) => &mut **recorder,
        })
    }

    fn holder(&mut self) -> &mut Holder {
        match self {
            Self::Plain(holder) => holder,
            Self::Recorded(recorder) => recorder.inner(),
        }
    }
}

impl Transport for Holder {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.0.as_mut().ok_or(TransportError::CardRemoved)?.transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.0.as_mut().ok_or(TransportError::CardRemoved)?.reset()
    }
}

/// Reads a recording.
pub(crate) fn read(path: &Path) -> Result<Recording, Failure> {
    let file = File::open(path).map_err(|error| home::not_read(path, &error))?;
    Recording::read(BufReader::new(file)).map_err(|error| {
        Failure::new(
            Exit::Usage,
            text!("{} is no recording", "{} không phải là bản ghi", path.display()),
            ("Name a file that `--record` has written.", "Chỉ ra một tệp do `--record` ghi."),
        )
        .because(&error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chipwright_issuance::Language;

    #[test]
    fn a_full_disk_is_told_in_both_languages() {
        let words = not_recorded(Path::new("r.jsonl"), &io::Error::from_raw_os_error(28));
        assert!(words.en.contains("(No space left on device (os error 28))"), "{}", words.en);
        assert!(words.vi.contains("ổ đĩa") && !words.vi.contains("space"), "{}", words.vi);
    }

    #[test]
    fn there_is_a_file_once_there_is_an_exchange_and_none_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl");
        let record = Record {
            record: Some(path.clone()),
            record_with_identifiers: false,
            record_with_personal_data: false,
        };
        let out = Output { language: Language::En };
        let mut sink = record.sink(out).unwrap().unwrap();
        sink.write_all(b"header\n").unwrap();
        sink.flush().unwrap();
        assert!(!path.exists());
        sink.write_all(b"exchange\n").unwrap();
        sink.flush().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"header\nexchange\n");
        assert!(record.sink(out).is_err());

        fs::remove_file(&path).unwrap();
        let mut sink = record.sink(out).unwrap().unwrap();
        sink.write_all(b"header\n").unwrap();
        fs::write(&path, "of another").unwrap();
        assert!(sink.write_all(b"exchange\n").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"of another");
    }
}
