//! What is said of every fault, on file: a change of wording is a reviewed difference.

use std::path::Path;

/// Compares line by line with the file. `CHIPWRIGHT_WRITE=1` writes it anew.
///
/// # Panics
/// At the first line that differs.
pub fn agrees_with(path: &Path, found: &str) {
    if std::env::var_os("CHIPWRIGHT_WRITE").is_some() {
        std::fs::write(path, found).unwrap();
    }
    let wanted = std::fs::read_to_string(path).unwrap();
    for (found, wanted) in found.lines().zip(wanted.lines()) {
        assert_eq!(found, wanted, "{}", path.display());
    }
    assert_eq!(found.lines().count(), wanted.lines().count(), "lines of {}", path.display());
}
