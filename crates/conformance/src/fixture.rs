//! What fixture cards hold: files of the right form and size, of invented persons.

use crate::authority::Authority;
use crate::bench::{Trouble, wrong};
use crate::embedded::PROFILE;
use crate::expression::{Variables, evaluate};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Values of data groupings, read from `fixture/profile.toml`.
#[derive(Debug, Clone)]
pub struct Fixture {
    written: Written,
    authority: Authority,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Names that scenarios use: application identifiers and the like.
    constants: BTreeMap<String, String>,
    /// The data groupings that FINALISE demands, in the order of writing.
    mandatory: Vec<String>,
    /// Values that all cards share.
    shared: BTreeMap<String, String>,
    /// Values of one person's card, and the passwords `can`, `mrz`, `pin`, `puk`.
    person: BTreeMap<String, BTreeMap<String, String>>,
}

/// The fixture cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FixtureError(String);

impl Fixture {
    /// The one that belongs to the scenarios.
    ///
    /// # Errors
    /// [`FixtureError`].
    pub fn embedded() -> Result<Self, FixtureError> {
        let written: Written = toml::from_str(PROFILE)
            .map_err(|error| FixtureError(format!("fixture/profile.toml: {error}")))?;
        let constants = written.constants.values();
        let values = written.shared.values().chain(written.person.values().flat_map(BTreeMap::values));
        for text in constants.chain(values) {
            evaluate(text, &Variables::new()).map_err(|error| FixtureError(error.to_string()))?;
        }
        let authority = Authority::embedded().map_err(|error| FixtureError(error.to_string()))?;
        Ok(Self { written, authority })
    }

    /// Names that scenarios use.
    pub(crate) fn constants(&self) -> Variables {
        values(&self.written.constants, "")
    }

    /// What all cards of the fixture hold.
    pub(crate) fn shared(&self) -> Variables {
        let mut all = values(&self.written.shared, "dgi");
        if let Ok(cvca) = self.authority.issue("cvca") {
            all.insert("dgi8020".to_owned(), cvca.certificate);
        }
        all
    }

    /// The data groupings that FINALISE demands.
    pub(crate) fn mandatory(&self) -> impl Iterator<Item = &str> {
        self.written.mandatory.iter().map(String::as_str)
    }

    /// Who certifies terminals.
    pub(crate) const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// What a person's card holds.
    pub(crate) fn person(&self, name: &str) -> Result<Variables, Trouble> {
        let person =
            self.written.person.get(name).ok_or_else(|| wrong(format_args!("there is no person {name}")))?;
        Ok(values(person, "dgi"))
    }
}

/// Keys that are numbers of data groupings get the prefix.
fn values(texts: &BTreeMap<String, String>, prefix: &str) -> Variables {
    let named = |name: &str| {
        let number = name.len() == 4 && u16::from_str_radix(name, 16).is_ok();
        if number { format!("{prefix}{name}") } else { name.to_owned() }
    };
    texts
        .iter()
        .filter_map(|(name, text)| Some((named(name), evaluate(text, &Variables::new()).ok()?)))
        .collect()
}
