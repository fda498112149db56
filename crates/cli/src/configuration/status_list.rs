//! `[status_list]` of config.toml: where status lists are published, how long they count, and whether a card may pass without one.

use super::Mode;
use chipwright_verify::StatusRule;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// What the issuer decides about status lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StatusListPolicy {
    /// The URI of list N is ADDRESS/N.
    pub(crate) address: String,
    /// For how many hours a publication counts.
    pub(crate) valid_hours: u16,
    /// After how many hours the next one is due.
    pub(crate) due_hours: u16,
    /// Whether a card passes that no fresh list vouches for; as the home's mode has it if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<Rule>,
}

/// Whether a card passes that no fresh list vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rule {
    /// It does not.
    Required,
    /// It does.
    IfPresent,
}

/// A week, renewed daily.
impl Default for StatusListPolicy {
    fn default() -> Self {
        Self { address: "http://status.invalid/lists".into(), valid_hours: 7 * 24, due_hours: 24, rule: None }
    }
}

impl StatusListPolicy {
    /// Of a new home: its rule stands in the file.
    pub(crate) fn new(mode: Mode) -> Self {
        let rule = match mode {
            Mode::Real => Rule::Required,
            Mode::Test => Rule::IfPresent,
        };
        Self { rule: Some(rule), ..Self::default() }
    }

    /// The rule of a home of this mode. A real verifier fails closed: without a fresh list nobody knows that a card was not revoked. A
    /// test home begins without one, and its cards are worth nothing.
    pub(crate) fn rule(&self, mode: Mode) -> StatusRule {
        match (self.rule, mode) {
            (Some(Rule::Required), _) | (None, Mode::Real) => StatusRule::Required,
            (Some(Rule::IfPresent), _) | (None, Mode::Test) => StatusRule::IfPresent,
        }
    }

    /// For how long a publication counts.
    pub(crate) fn valid(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.valid_hours))
    }

    /// After how many seconds the next one is due.
    pub(crate) fn due_seconds(&self) -> u64 {
        u64::from(self.due_hours) * 3600
    }

    /// What is wrong with it, if anything.
    pub(crate) fn fault(&self) -> Option<(&'static str, &'static str)> {
        if !self.address.contains(':') || self.address.contains(char::is_whitespace) {
            return Some(("status_list.address", "a URI"));
        }
        if self.due_hours == 0 || self.valid_hours <= self.due_hours {
            return Some((
                "status_list.valid_hours",
                "longer than status_list.due_hours, which is at least 1",
            ));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_homes_fail_closed_and_any_home_can_say_otherwise() {
        let silent = StatusListPolicy::default();
        assert_eq!(silent.rule(Mode::Real), StatusRule::Required);
        assert_eq!(silent.rule(Mode::Test), StatusRule::IfPresent);
        let read: StatusListPolicy = toml::from_str("rule = \"if-present\"").unwrap();
        assert_eq!(read.rule(Mode::Real), StatusRule::IfPresent);
        let read: StatusListPolicy = toml::from_str("rule = \"required\"\nvalid_hours = 48").unwrap();
        assert_eq!((read.rule(Mode::Test), read.valid_hours, read.fault()), (StatusRule::Required, 48, None));
        assert!(toml::from_str::<StatusListPolicy>("rule = \"never\"").is_err());
        assert!(toml::from_str::<StatusListPolicy>("surprise = 1").is_err());
    }

    #[test]
    fn a_publication_counts_longer_than_the_next_is_waited_for() {
        for (text, sound) in [
            ("valid_hours = 24\ndue_hours = 24", false),
            ("due_hours = 0", false),
            ("address = \"status.example.org\"", false),
            ("address = \"https://status.example.org/l i\"", false),
            ("address = \"https://status.example.org/lists\"", true),
        ] {
            let read: StatusListPolicy = toml::from_str(text).unwrap();
            assert_eq!(read.fault().is_none(), sound, "{text}");
        }
    }
}
