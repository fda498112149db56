//! What is said on the control socket: one JSON object a line, a request and its answer.

use crate::emulator_reader::CardName;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::text::text;
use serde::{Deserialize, Serialize};

/// The longest line.
pub(crate) const MOST_BYTES: u64 = 64 * 1024;

/// What another command asks of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// Put this card into this slot.
    Insert { name: String, slot: usize },
    /// Take the card out of this slot: now, or at the N-th command from now before its answer is out.
    Pull { slot: usize, after_apdus: Option<u64> },
    /// Say what is in the slots.
    Slots,
}

/// What the server answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// Done.
    Done,
    /// The slots.
    Slots(Vec<SlotReport>),
    /// Not done.
    Refused(Refusal),
}

/// One slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SlotReport {
    /// Counted from 0.
    pub(crate) slot: usize,
    /// Where the daemon is expected.
    pub(crate) address: String,
    /// How it stands.
    pub(crate) state: SlotContent,
    /// The card in it.
    pub(crate) card: Option<String>,
    /// Commands that the card was sent since it was put in.
    pub(crate) apdus: u64,
    /// Cards that its magazine still holds.
    pub(crate) magazine: usize,
}

/// How a slot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SlotContent {
    /// No card.
    Empty,
    /// Empty for a moment longer, so that the daemon sees that the card before is gone.
    Coming,
    /// A card, and no daemon to show it to.
    NoDaemon,
    /// A card without power.
    Unpowered,
    /// A card with power.
    Powered,
}

/// Why the server does not do as it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Refusal {
    /// There is no such slot; so many there are.
    NoSuchSlot { slots: usize },
    /// A card is in the slot.
    Occupied { card: String },
    /// No card is in the slot.
    Empty,
    /// The card cannot be put in, for this reason and with this remedy, each in English and Vietnamese.
    Card { what: (String, String), next: (String, String) },
    /// The line was no request.
    NotUnderstood,
}

impl Refusal {
    /// In the words of the command line.
    pub(crate) fn into_failure(self, slot: usize) -> Failure {
        match self {
            Self::NoSuchSlot { slots } => Failure::new(
                Exit::Usage,
                text!("there is no slot {slot}", "không có khe {slot}"),
                text!(
                    "The slots are 0 to {0}; `chipwright emulator serve --slots` decides how many.",
                    "Các khe từ 0 đến {0}; số khe do `chipwright emulator serve --slots` quy định.",
                    slots.saturating_sub(1)
                ),
            ),
            Self::Occupied { card } => Failure::new(
                Exit::Card,
                text!("{card} is in slot {slot}", "{card} đang ở trong khe {slot}"),
                text!(
                    "Take it out first: `chipwright emulator pull --slot {slot}`.",
                    "Lấy thẻ ra trước: `chipwright emulator pull --slot {slot}`."
                ),
            ),
            Self::Empty => Failure::new(
                Exit::Card,
                text!("there is no card in slot {slot}", "không có thẻ nào trong khe {slot}"),
                text!(
                    "Put one in with `chipwright emulator insert NAME --slot {slot}`.",
                    "Đưa thẻ vào bằng `chipwright emulator insert TÊN --slot {slot}`."
                ),
            ),
            Self::Card { what, next } => Failure::new(
                Exit::Card,
                (what.0.as_str(), what.1.as_str()),
                (next.0.as_str(), next.1.as_str()),
            ),
            Self::NotUnderstood => Failure::new(
                Exit::Ours,
                (
                    "the running `emulator serve` does not understand this program",
                    "`emulator serve` đang chạy không hiểu chương trình này",
                ),
                (
                    "Stop it and start it again with the same version.",
                    "Dừng lại rồi chạy lại với cùng một phiên bản.",
                ),
            ),
        }
    }

    /// A card that cannot be put in.
    pub(crate) fn of_card(failure: &Failure) -> Self {
        let (what, next) = failure.told();
        Self::Card { what: (what.en, what.vi), next: (next.en, next.vi) }
    }
}

/// The name in a request; the socket may be written by anybody who may write the home, and by nobody's rules.
pub(crate) fn card_name(name: &str) -> Option<CardName> {
    CardName::parse(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_answers_are_lines() {
        let line = serde_json::to_string(&Request::Pull { slot: 1, after_apdus: Some(7) }).unwrap();
        assert_eq!(line, r#"{"do":"pull","slot":1,"after_apdus":7}"#);
        assert_eq!(serde_json::from_str::<Request>(r#"{"do":"slots"}"#).unwrap(), Request::Slots);
        assert!(serde_json::from_str::<Request>(r#"{"do":"format"}"#).is_err());
        let refused = Answer::Refused(Refusal::Occupied { card: "a".into() });
        let line = serde_json::to_string(&refused).unwrap();
        assert_eq!(serde_json::from_str::<Answer>(&line).unwrap(), refused);
    }

    #[test]
    fn every_refusal_has_words_in_both_languages() {
        let refusals = [
            Refusal::NoSuchSlot { slots: 2 },
            Refusal::Occupied { card: "a".into() },
            Refusal::Empty,
            Refusal::NotUnderstood,
        ];
        for refusal in refusals {
            let (what, next) = refusal.into_failure(3).told();
            assert_ne!(what.en, what.vi);
            assert_ne!(next.en, next.vi);
        }
    }
}
