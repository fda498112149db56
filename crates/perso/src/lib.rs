//! Personalisation: what a chip must become, as a plan of typed steps, and the carrying out of that plan.
//!
//! Two forward passes, because a chip's own keys are made on the chip and signed afterwards:
//!
//! * [`prepare()`] carries nothing personal. It replaces the transport keys by keys of this chip alone, installs the identity
//!   application, stores the files that all cards share, has the chip make its key pairs and secures the card manager. A stack of blanks
//!   can be prepared ahead of time.
//! * [`write()`] stores one member's signed profile and finalises. Until FINALISE the chip shows nothing to anybody.
//!
//! What happens to a finished card later is [`life`] (suspended, blocked, ended) and [`update`] (another name or unit, another PIN).
//!
//! All look at the chip first and do only what is still missing, so a chip torn at any point is continued by running the same
//! pass again. No card becomes final before the caller's [`Journal`] has recorded the intent. Requirement numbers such as
//! PERSO-08 are those of `applet-spec/card.md`.

pub mod chip;
pub mod cost;
pub mod dgi;
mod error;
pub mod globalplatform;
mod key_pair;
pub mod keys;
pub mod life;
pub mod plan;
pub mod prepare;
mod run;
pub mod survey;
pub mod transport;
pub mod update;
pub mod write;

pub use chip::{ChipIdentifier, ChipProfile, Path};
pub use cost::{CostReport, Progress, StepCost};
pub use dgi::Dgi;
pub use error::{Fault, PersoError};
pub use keys::{BudgetError, CardKeys, KeyMark, TryBudget};
pub use life::{Change, Changed, LifeJournal};
pub use plan::{Plan, PlannedCommand, PlannedStep, Reversibility, Span};
pub use prepare::{ChipReady, Leftovers, PreparePlan, prepare};
pub use run::Surroundings;
pub use survey::{Stage, Survey, survey};
pub use update::{UpdatePlan, Updated};
pub use write::{FinaliseIntent, Freshness, Journal, JournalError, WritePlan, Written, write};
