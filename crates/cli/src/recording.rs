//! `--record`: sessions with cards, kept in a file; and a recorded session as a card.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home;
use crate::output::Output;
use crate::readers::Present;
use crate::text::text;
use chipwright_iso7816::{Atr, LengthMode, Transport, TransportError};
use chipwright_reader::trace::{Recorder, Recording, Redaction, Replay};
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
        let Present { card, mode, place, atr } = present;
        let recorder = recorder(card, sink, self.redaction()).about(&place, atr.as_ref());
        Ok(Present { card: Box::new(recorder), mode, place, atr })
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
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        match file {
            Ok(file) => Ok(Some(Sink { file, path: path.clone(), out })),
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

/// The file. The recorder stops at the first error and disturbs nothing; the person is told here.
struct Sink {
    file: File,
    path: PathBuf,
    out: Output,
}

impl Sink {
    fn tell<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|error| {
            let path = self.path.display();
            let words = text!(
                "note: {path} could not be written ({error}); the work goes on, and is not recorded any more",
                "lưu ý: không ghi được {path} ({error}); công việc vẫn tiếp tục nhưng không còn được ghi lại"
            );
            self.out.say(words.pick(self.out.language));
        })
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        self.tell(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.flush();
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

/// The card of a recorded session.
pub(crate) fn replay(path: &Path) -> Result<Present, Failure> {
    let recording = read(path)?;
    let atr = recording.header.atr.as_ref().and_then(|atr| hex::decode(atr).ok());
    let atr = atr.and_then(|atr| Atr::parse(&atr).ok());
    let extended = atr.as_ref().is_some_and(Atr::announces_extended_length);
    let mode = if extended { LengthMode::Extended } else { LengthMode::Short };
    let place = format!("replay:{}", path.display());
    Ok(Present { card: Box::new(Replay::new(recording)), mode, place, atr })
}
