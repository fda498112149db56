//! A magazine: the cards that a slot presents one after the other.

use crate::emulator_reader::CardName;
use std::str::FromStr;

/// Names of cards, where `*` stands for any characters and `?` for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(String);

/// Why a pattern is refused.
#[derive(Debug, thiserror::Error)]
#[error("a pattern is made of letters, digits, '-', '_', '.', and '*' or '?' for any others")]
pub(crate) struct PatternError;

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*?".contains(&byte);
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(plain);
        fits.then(|| Self(text.to_owned())).ok_or(PatternError)
    }
}

impl Pattern {
    /// Whether this card is meant.
    pub(crate) fn matches(&self, name: &CardName) -> bool {
        matches(self.0.as_bytes(), name.as_str().as_bytes())
    }

    /// As it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Goes back to the last `*` only, so the time is bounded by the product of the lengths.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_marks() {
        let meant = |pattern: &str, name: &str| {
            pattern.parse::<Pattern>().unwrap().matches(&CardName::parse(name).unwrap())
        };
        for (pattern, name) in
            [("*", "a"), ("blank-*", "blank-001"), ("b*-??1", "blank-001"), ("*a*a*", "banana"), ("a", "a")]
        {
            assert!(meant(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("blank-*", "card-1"), ("?", "ab"), ("a", "ab"), ("*a*x", "banana")] {
            assert!(!meant(pattern, name), "{pattern} {name}");
        }
        for wrong in ["", "a/b", "a b"] {
            assert!(wrong.parse::<Pattern>().is_err());
        }
    }
}
