//! The token of one person's key, named in `ca/LABEL.token`.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home;
use crate::text::text;
use chipwright_keystore::token::TokenName;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A token that belongs to one person, who alone has its PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonToken {
    /// The PKCS#11 module that reaches it.
    pub(crate) module: PathBuf,
    pub(crate) label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) serial: Option<String>,
}

impl PersonToken {
    /// That of the key whose file this would be; none of a key in a file.
    pub(crate) fn of_key(key: &Path) -> Result<Option<Self>, Failure> {
        let path = beside(key);
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map(Some).map_err(|error| unusable(&path).because(&error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(home::not_read(&path, &error)),
        }
    }

    /// From here on the key is there.
    pub(super) fn write(&self, key: &Path) -> Result<(), Failure> {
        let text = toml::to_string(self).map_err(|error| Failure::of(Exit::Ours, &error, "Report this."))?;
        home::write_file(&beside(key), text.as_bytes(), 0o644)
    }

    /// Its name.
    pub(crate) fn name(&self) -> TokenName {
        TokenName { label: self.label.clone(), serial: self.serial.clone() }
    }

    /// Whether both names can be those of one token.
    pub(crate) fn may_be(&self, other: &TokenName) -> bool {
        let differ = matches!((&self.serial, &other.serial), (Some(own), Some(other)) if own != other);
        self.label == other.label && !differ
    }
}

/// Where it is named.
pub(super) fn beside(key: &Path) -> PathBuf {
    key.with_extension("token")
}

fn unusable(path: &Path) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!("{} cannot be used", "không dùng được {}", path.display()),
        ("Bring the file from its backup.", "Lấy lại tệp từ bản sao lưu."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_label_is_one_token_unless_the_serial_numbers_differ() {
        let token = |serial: Option<&str>| PersonToken {
            module: "m.so".into(),
            label: "lan".into(),
            serial: serial.map(str::to_owned),
        };
        assert!(token(None).may_be(&token(Some("1")).name()) && token(Some("1")).may_be(&token(None).name()));
        assert!(!token(Some("1")).may_be(&token(Some("2")).name()));
        assert!(!token(None).may_be(&TokenName { label: "minh".into(), serial: None }));
    }

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("registrar-lan.key");
        assert!(PersonToken::of_key(&key).unwrap().is_none());
        let token = PersonToken { module: "/m.so".into(), label: "của Lan".into(), serial: None };
        token.write(&key).unwrap();
        assert_eq!(PersonToken::of_key(&key).unwrap(), Some(token));
        fs::write(beside(&key), "label = 'x'").unwrap();
        assert!(PersonToken::of_key(&key).is_err());
    }
}
