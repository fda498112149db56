//! `[keys]`: where the private keys and the card masters of a home live.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::text::text;
use chipwright_keystore::token::{CardKeys, TokenName};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The section.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Keys {
    /// Encrypted files, or a token.
    pub(crate) store: Store,
    /// The PKCS#11 module that reaches the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) module: Option<PathBuf>,
    /// The token with the keys of the station, and with the root's unless that has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_serial: Option<String>,
    /// The token with the keys of the root and the CVCA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) root_token_label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) root_token_serial: Option<String>,
    /// The issuer's policy on the keys of chips, where the masters are in a token.
    pub(crate) card_keys: CardKeys,
}

/// The store of a home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Store {
    #[default]
    Files,
    Token,
}

/// The tokens of a home.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) module: PathBuf,
    pub(crate) station: TokenName,
    pub(crate) root: TokenName,
    pub(crate) card_keys: CardKeys,
}

impl Tokens {
    /// Whether the root has a token, and so a PIN, of its own.
    pub(crate) fn are_two(&self) -> bool {
        self.station != self.root
    }
}

impl Keys {
    /// The tokens; none of a home that keeps its keys in files.
    pub(crate) fn tokens(&self) -> Result<Option<Tokens>, Failure> {
        let (module, label) = match (self.store, &self.module, &self.token_label) {
            (Store::Files, ..) => return Ok(None),
            (Store::Token, Some(module), Some(label)) => (module.clone(), label.clone()),
            (Store::Token, ..) => return Err(incomplete()),
        };
        let station = TokenName { label, serial: self.token_serial.clone() };
        let root = match &self.root_token_label {
            Some(label) => TokenName { label: label.clone(), serial: self.root_token_serial.clone() },
            None => station.clone(),
        };
        Ok(Some(Tokens { module, station, root, card_keys: self.card_keys }))
    }

    /// Whether the keys live in a token.
    pub(crate) fn in_token(&self) -> bool {
        self.store == Store::Token
    }
}

fn incomplete() -> Failure {
    Failure::new(
        Exit::Configuration,
        text!(
            "config.toml: keys.store = \"token\" without keys.module and keys.token_label",
            "config.toml: keys.store = \"token\" nhưng thiếu keys.module và keys.token_label"
        ),
        (
            "Write the path of the PKCS#11 module and the token's label into config.toml.",
            "Ghi đường dẫn mô-đun PKCS#11 và nhãn của token vào config.toml.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_needs_its_module_and_its_label() {
        assert!(Keys::default().tokens().unwrap().is_none());
        let keys = |text: &str| toml::from_str::<Keys>(text).unwrap().tokens();
        assert!(keys("store = \"token\"").is_err());
        assert!(keys("store = \"token\"\nmodule = \"m.so\"").is_err());
        let one = keys("store = \"token\"\nmodule = \"m.so\"\ntoken_label = \"a\"").unwrap().unwrap();
        assert!(!one.are_two() && one.card_keys == CardKeys::Inside);
        let two = keys(
            "store = \"token\"\nmodule = \"m.so\"\ntoken_label = \"a\"\nroot_token_label = \"b\"\n\
             card_keys = \"master-inside-card-key-in-host\"",
        );
        let two = two.unwrap().unwrap();
        assert!(two.are_two() && two.card_keys == CardKeys::InHost);
        assert!(toml::from_str::<Keys>("card_keys = \"outside\"").is_err());
    }
}
