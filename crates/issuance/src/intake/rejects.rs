//! The rejects file: the refused rows in their own words, with what is wrong, ready to be mended and fed back in.

use super::columns::ADDED;
use super::{BadRow, Original, Rejection};
use crate::Language;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// A CSV file (RFC 4180, UTF-8 with BOM so that spreadsheets read it): the columns of the members file, then `line`, `column`,
/// `class`, `cause`, `remedy`, and `row` for a row that could not be taken apart. Several problems of a row share its one line.
pub struct RejectsFile<W: Write> {
    writer: csv::Writer<W>,
    width: usize,
    language: Language,
}

impl RejectsFile<std::fs::File> {
    /// Makes the file, readable by its owner only; an existing one is never overwritten.
    ///
    /// # Errors
    /// The system's own.
    pub fn create(path: &Path, columns: &[String], language: Language) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        Self::over(options.open(path)?, columns, language)
    }
}

impl<W: Write> RejectsFile<W> {
    /// Writes to anything; `columns` as [`Intake::columns`](super::Intake::columns) gives them.
    ///
    /// # Errors
    /// The sink's own.
    pub fn over(mut sink: W, columns: &[String], language: Language) -> io::Result<Self> {
        sink.write_all("\u{FEFF}".as_bytes())?;
        // Every value is quoted: where the list separator is a semicolon, a bare value that holds one would begin a cell of its own.
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .quote_style(csv::QuoteStyle::Always)
            .from_writer(sink);
        let header = columns.iter().map(|c| guarded(c)).chain(ADDED.iter().map(|c| (*c).to_owned()));
        writer.write_record(header).map_err(io::Error::from)?;
        Ok(Self { writer, width: columns.len(), language })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The sink's own.
    pub fn add(&mut self, row: &BadRow) -> io::Result<()> {
        self.write(row.line, &row.rejections, &row.original)
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    /// The sink's own.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }

    fn write(&mut self, line: u64, rejections: &[Rejection], original: &Original) -> io::Result<()> {
        let all =
            |say: &dyn Fn(&Rejection) -> String| rejections.iter().map(say).collect::<Vec<_>>().join(" | ");
        let language = self.language;
        let (mut record, raw) = match original {
            Original::Fields(fields) => {
                (fields.iter().map(|f| guarded(f)).collect::<Vec<_>>(), String::new())
            }
            Original::Text(text) => (vec![String::new(); self.width], guarded(text)),
        };
        record.resize(self.width, String::new());
        record.push(line.to_string());
        record.push(guarded(&all(&|r| r.place.as_ref().map_or_else(String::new, |p| p.name.clone()))));
        record.push(all(&|r| r.class().to_owned()));
        record.push(guarded(&all(&|r| r.cause(language))));
        record.push(guarded(&all(&|r| r.remedy(language))));
        record.push(raw);
        self.writer.write_record(record).map_err(io::Error::from)?;
        self.writer.flush()
    }
}

/// A value that a spreadsheet would take for a formula gets an apostrophe before it; intake takes it off again.
fn guarded(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{value}") } else { value.to_owned() }
}
