//! CSV (RFC 4180), separated by comma, semicolon or tab.

use super::columns::{Header, fold};
use super::row::Fields;
use super::{Column, Problem};

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// The separator under which the header has the most names we know, and its names.
pub(super) fn header(line: &str) -> (u8, Vec<String>) {
    let known = |names: &[String]| {
        let folded: Vec<String> = names.iter().map(|n| fold(n)).collect();
        Column::ALL.iter().filter(|c| c.names().iter().any(|n| folded.iter().any(|f| f == n))).count()
    };
    let mut best = (b',', Vec::new(), (0, 0));
    for delimiter in DELIMITERS {
        let names = split(line, delimiter);
        let score = (known(&names), names.len());
        if score > best.2 {
            best = (delimiter, names, score);
        }
    }
    (best.0, best.1)
}

/// The values of a row; `None` when all of them are empty.
pub(super) fn fields(text: &str, delimiter: u8, header: &Header) -> Result<Option<Fields>, Problem> {
    let values = split(text, delimiter);
    if values.iter().all(|value| value.trim().is_empty()) {
        return Ok(None);
    }
    // Spreadsheets write empty columns to the right of the last one.
    let found =
        values.len() - values.iter().rev().take_while(|value| value.is_empty()).count().min(values.len());
    if found > header.width() || values.len() < header.width() {
        return Err(Problem::ColumnCount { wanted: header.width(), found: values.len() });
    }
    Ok(Some(Fields::new(values)))
}

fn split(text: &str, delimiter: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(text.len().clamp(64, 1 << 16))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    // Reading text from memory into a flexible record cannot fail.
    match reader.read_record(&mut record) {
        Ok(true) => record.iter().map(unguarded).collect(),
        _ => Vec::new(),
    }
}

/// A rejects file guards values that a spreadsheet would take for a formula with an apostrophe.
fn unguarded(value: &str) -> String {
    match value.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest.to_owned(),
        _ => value.to_owned(),
    }
}
