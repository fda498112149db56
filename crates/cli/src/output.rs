//! stdout is data, stderr is talk.

use crate::failure::Failure;
use chipwright_issuance::Language;
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// Where a command's words go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// The language of what is said to people.
    pub(crate) language: Language,
}

impl Output {
    /// A line of data.
    pub(crate) fn data(self, line: &str) -> Result<(), Failure> {
        writeln!(io::stdout().lock(), "{line}").map_err(|error| Failure::of_output(&error))
    }

    /// One JSON object on one line.
    pub(crate) fn json(self, value: &impl Serialize) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        serde_json::to_writer(&mut out, value)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out))
            .map_err(|error| Failure::of_output(&error))
    }

    /// A line for people. If nobody listens any more, that changes nothing.
    pub(crate) fn say(self, line: &str) {
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// Whether a person watches stderr.
    pub(crate) fn is_watched(self) -> bool {
        io::stderr().is_terminal()
    }

    /// What a library says, in the language of this output.
    pub(crate) fn words(self, english: impl ToString) -> String {
        let english = english.to_string();
        match self.language {
            Language::En => english,
            Language::Vi => crate::vietnamese::said(&english),
        }
    }

    /// In the language of this output.
    pub(crate) const fn pick<'a>(self, en: &'a str, vi: &'a str) -> &'a str {
        crate::text::pick(self.language, en, vi)
    }
}

/// Rows under headings, columns as wide as they need to be.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|heading| (*heading).to_owned()).collect()] }
    }

    /// One more row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Whether there is nothing under the headings.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }

    /// The lines, headings first; no blanks at the end of a line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        self.rows
            .iter()
            .map(|row| {
                let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
                cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
            })
            .collect()
    }
}

/// `Khoá: giá trị` lines with the values under each other.
pub(crate) fn pairs(pairs: &[(&str, String)]) -> Vec<String> {
    let width = pairs.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    pairs.iter().map(|(name, value)| format!("{name:<width$}  {value}").trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_headings() {
        let mut table = Table::new(&["card", "status"]);
        table.row(vec!["ĐẢNG".into(), "issued".into()]);
        table.row(vec!["LONGNUMBER".into(), String::new()]);
        assert_eq!(table.lines(), ["card        status", "ĐẢNG        issued", "LONGNUMBER"]);
    }
}
