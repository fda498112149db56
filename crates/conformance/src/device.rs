//! What a suite runs on: a card in a reader, and what can be done to it beside sending commands.

use chipwright_iso7816::Transport;
use std::time::Duration;

/// Something that a device cannot do; the scenario is skipped for this reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unable(pub String);

impl Unable {
    /// For this reason.
    #[must_use]
    pub fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// Which interface a card is used on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interface {
    /// ISO/IEC 7816-3.
    Contact,
    /// ISO/IEC 14443.
    Contactless,
}

/// When power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// Instead of the *n*-th command from now.
    BeforeCommand,
    /// When the *n*-th command from now has been carried out and is not answered yet.
    AfterCommand,
    /// Instead of the *n*-th page write from now.
    PageWrite,
}

/// The blank that a scenario asks for. The default is the chip that most cards are delivered as.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Blank {
    /// SCP03 *i*, two digits.
    pub parameter: String,
    /// Bytes of a transport key.
    pub key_bytes: usize,
    /// Failed authentications before a key set is blocked.
    pub failure_limit: u8,
    /// Whether failures are counted at INITIALIZE UPDATE.
    pub counts_at_initialize: bool,
    /// Whether the application itself is personalised (PERSO-17).
    pub through_application: bool,
    /// Whether the load file has to be loaded.
    pub without_load_file: bool,
}

impl Default for Blank {
    fn default() -> Self {
        Self {
            parameter: "70".to_owned(),
            key_bytes: 16,
            failure_limit: 10,
            counts_at_initialize: false,
            through_application: false,
            without_load_file: false,
        }
    }
}

/// A card that scenarios are run on. What a device does not override it cannot do, and says so.
pub trait Device: Transport {
    /// What it is, for the head of the report.
    fn description(&self) -> String;

    /// Puts a chip as delivered in the place of the one that is there, and says which it is: where the default is wanted, any will do.
    /// `destructive`: the scenario uses it up.
    ///
    /// # Errors
    /// [`Unable`] when there is none of the kind.
    fn blank(&mut self, wanted: &Blank, destructive: bool) -> Result<Blank, Unable>;

    /// Whether a card issued by somebody else is in the reader, and may be used for scenarios about issued cards; where it can, as it
    /// was before the last scenario.
    fn is_issued(&mut self) -> bool {
        false
    }

    /// Uses the card on this interface from the next reset on.
    ///
    /// # Errors
    /// [`Unable`] when the reader has the other one only.
    fn set_interface(&mut self, interface: Interface) -> Result<(), Unable>;

    /// What anticollision answers, where there is one.
    ///
    /// # Errors
    /// [`Unable`] when the reader does not tell.
    fn anticollision(&mut self) -> Result<Vec<u8>, Unable> {
        Err(Unable::because("the reader does not tell the identifier of anticollision"))
    }

    /// Whether commands reach the card that have no form of ISO/IEC 7816-3: readers keep them back.
    fn carries_anything(&self) -> bool {
        false
    }

    /// Plans a loss of power; `n` counts from 1.
    ///
    /// # Errors
    /// [`Unable`] on a real card.
    fn cut(&mut self, _cut: Cut, _n: u64) -> Result<(), Unable> {
        Err(Unable::because("power cannot be cut at a chosen moment"))
    }

    /// Forgets a planned loss of power that has not come yet.
    fn restore_power(&mut self) {}

    /// Time that the card would have taken, where nothing really waits.
    ///
    /// # Errors
    /// [`Unable`] on a real card.
    fn modelled_time(&self) -> Result<Duration, Unable> {
        Err(Unable::because("modelled time is known of the software card only"))
    }

    /// Pages written so far.
    ///
    /// # Errors
    /// [`Unable`] on a real card.
    fn page_writes(&self) -> Result<u64, Unable> {
        Err(Unable::because("the page writes of a real card cannot be counted"))
    }
}
