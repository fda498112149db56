//! Members files: CSV and JSON lines.
//!
//! - Every row is good, or bad with at least one reason, each in both languages with what to do; line numbers exist and grow.
//! - No row is lost: without quotation marks every line that says something is one row, whichever way lines end.
//! - The rejects file has one record for each bad row, and can be read as a members file again.
//! - A reason never repeats a value of the row.

use chipwright_issuance::Language;
use chipwright_issuance::intake::{BadRow, Intake, RejectsFile, Row};
use std::path::Path;

const PORTRAITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-vectors/samples/portraits");

/// The target.
pub fn run(data: &[u8]) {
    let mut intake = match Intake::read(data, Path::new(PORTRAITS)) {
        Ok(intake) => intake,
        Err(error) => {
            for language in [Language::Vi, Language::En] {
                assert!(!error.cause(language).is_empty() && !error.remedy(language).is_empty());
            }
            return;
        }
    };
    let columns = intake.columns();
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for row in intake.by_ref() {
        match row.expect("memory can be read") {
            Row::Good(applicant) => {
                assert!(applicant.portrait.path().starts_with(Path::new(PORTRAITS).canonicalize().unwrap()));
                rows.push(applicant.line);
            }
            Row::Bad(row) => {
                one_bad_row(&row);
                rows.push(row.line);
                bad.push(row);
            }
        }
    }
    let lines = data.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
    assert!(rows.windows(2).all(|pair| pair[0] < pair[1]), "{rows:?}");
    assert!(rows.iter().all(|line| (1..=lines).contains(line)), "{rows:?} of {lines}");
    none_lost(data, &rows);
    rejects(&columns, &bad);
}

fn one_bad_row(row: &BadRow) {
    assert!(!row.rejections.is_empty(), "line {} is bad for no reason", row.line);
    for rejection in &row.rejections {
        assert_eq!(rejection.line, row.line);
        assert!(!rejection.class().is_empty());
        for language in [Language::Vi, Language::En] {
            let (cause, remedy) = (rejection.cause(language), rejection.remedy(language));
            assert!(!cause.is_empty() && !remedy.is_empty());
            assert!(cause.len() < 400 && !cause.contains('\n'), "{cause}");
        }
    }
}

/// Counts rows another way, where that is simple.
fn none_lost(data: &[u8], rows: &[u64]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.contains('"') {
        return;
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let says = |line: &&str| !line.chars().all(|c| c.is_whitespace() || matches!(c, ',' | ';' | '\t' | '\''));
    // Some spreadsheets end lines with a carriage return alone.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let counted = text.split('\n');
    let numbered: Vec<u64> =
        counted.enumerate().filter(|(_, line)| says(line)).map(|(index, _)| index as u64 + 1).collect();
    let missing: Vec<&u64> = numbered.iter().skip(1).filter(|line| !rows.contains(line)).collect();
    assert!(missing.len() <= usize::from(numbered.is_empty()), "lines {missing:?} are lost, rows {rows:?}");
}

fn rejects(columns: &[String], bad: &[BadRow]) {
    let mut out = Vec::new();
    let mut file = RejectsFile::over(&mut out, columns, Language::En).unwrap();
    bad.iter().for_each(|row| file.add(row).unwrap());
    file.finish().unwrap();
    let body = out.strip_prefix("\u{FEFF}".as_bytes()).unwrap();
    let mut reader = csv::ReaderBuilder::new().from_reader(body);
    let width = reader.headers().unwrap().len();
    let records: Vec<_> = reader.records().collect::<Result<_, _>>().expect("the rejects file is CSV");
    assert_eq!(records.len(), bad.len());
    assert!(records.iter().all(|record| record.len() == width));
    let again = Intake::read(out.as_slice(), Path::new(PORTRAITS)).expect("a rejects file is a members file");
    let whole = bad.iter().filter(|row| row.line > 0).count();
    assert!(again.count() <= 8 * whole.max(1), "rows grow");
}
