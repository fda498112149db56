//! Passphrases: normalised, wiped, never shown.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A passphrase, wiped when dropped. Its bytes are UTF-8 in normalisation form C, so that `ễ` typed on one system opens
/// what was closed on another.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// From what was typed. One line ending at the end is dropped, as a file or a pipe adds it.
    #[must_use]
    pub fn new(typed: &str) -> Self {
        let line = typed.strip_suffix('\n').unwrap_or(typed);
        let line = line.strip_suffix('\r').unwrap_or(line);
        // room for everything at once, so that no partial copy is left behind by growing
        let mut text = Zeroizing::new(String::with_capacity(3 * line.len()));
        text.extend(line.nfc());
        Self(text)
    }

    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_and_decomposed_letters_are_the_same_passphrase() {
        let composed = Passphrase::new("mật khẩu Nguyễn\r\n");
        let decomposed = Passphrase::new("ma\u{323}\u{302}t kha\u{302}\u{309}u Nguye\u{302}\u{303}n");
        assert_eq!(composed.as_bytes(), decomposed.as_bytes());
        assert_eq!(composed.as_bytes(), "mật khẩu Nguyễn".as_bytes());
        assert_eq!(format!("{composed:?}"), "Passphrase(..)");
        assert!(Passphrase::new("\n").is_empty());
    }
}
