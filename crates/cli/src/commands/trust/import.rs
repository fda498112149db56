//! `trust import`: what a source brought becomes what the kiosk trusts, or is refused by name.

use super::key::KeyUse;
use crate::commands::verify::Roots;
use crate::configuration::Mode;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::text::text;
use chipwright_keystore::sealed_for;
use chipwright_pki::bundle::{Change, Confirmation, Digest, Terms};
use chipwright_pki::policy;
use chipwright_trust::{FolderError, Import, Imported, OfferError, Source, TrustFolder, import};
use jiff::Timestamp;
use serde::Serialize;
use std::path::PathBuf;

/// Options of `trust import`.
#[derive(Debug, clap::Args)]
pub(crate) struct TakeIn {
    /// A file, a folder such as a USB stick, or an http address
    #[arg(value_name = "SOURCE")]
    source: String,
    /// The kiosk's folder of trust data
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// The number of a first bundle, or of a reset, as the centre told the officer another way
    #[arg(long, value_name = "N")]
    confirm_number: Option<u64>,
    /// SHA-256 of a root of that bundle, as the centre told the officer another way
    #[arg(long, value_name = "HEX", value_parser = sha256)]
    confirm_root: Option<Digest>,
    /// Forget numbers, roots and times, and begin anew with the bundle whose number is confirmed
    #[arg(long)]
    reset: bool,
    /// Which roots count; the home's configuration says so if not given, and without a home real ones only
    #[arg(long, value_enum)]
    policy: Option<Roots>,
    #[command(flatten)]
    key: KeyUse,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

fn sha256(text: &str) -> Result<Digest, String> {
    let wrong = || "a SHA-256 is 64 hexadecimal digits".to_owned();
    hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong)
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    taken: Vec<Taken>,
    refused: Vec<Refused>,
}

#[derive(Serialize)]
struct Taken {
    name: String,
    number: u64,
    change: &'static str,
    overdue: bool,
}

#[derive(Serialize)]
struct Refused {
    name: String,
    reason: String,
}

impl TakeIn {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let source = |error: &chipwright_trust::SourceError| Failure::of(Exit::Usage, error, error.remedy());
        let offers =
            Source::parse(&self.source).and_then(|source| source.bring()).map_err(|error| source(&error))?;
        let mut folder = TrustFolder::open(&self.folder).map_err(|error| failed(&error))?;
        let sealed = offers.iter().any(|offer| sealed_for(&offer.bytes).is_some());
        let key = if sealed { self.key.open(&self.folder, context)? } else { None };
        let terms = Terms {
            roots: self.roots(context)?,
            at: Timestamp::now(),
            confirmation: Confirmation {
                number: self.confirm_number,
                root: self.confirm_root,
                reset: self.reset,
            },
        };
        let done = import(&mut folder, &offers, key.as_ref(), &terms).map_err(|error| failed(&error))?;
        if self.json {
            context.out.json(&shown(&done))?;
        } else {
            done.taken.iter().try_for_each(|taken| context.out.data(&told(taken, context)))?;
        }
        for (name, error) in done.refused.iter().filter(|_| !done.taken.is_empty()) {
            let said = text!("{} was not taken: {}", "không nhận {}: {}", name, error);
            let said = match context.out.language {
                chipwright_issuance::Language::En => said.en,
                chipwright_issuance::Language::Vi => {
                    format!("không nhận {name}: {}", context.out.words(error))
                }
            };
            context.out.say(&said);
        }
        self.trusted_unseen(&done, &folder, context);
        if done.taken.is_empty() { Err(refused(&done, &folder)) } else { Ok(Exit::Success) }
    }

    /// A number alone says nothing of whose bundle it is.
    fn trusted_unseen(&self, done: &Import, folder: &TrustFolder, context: &Context) {
        let anew = |taken: &Imported| matches!(taken.installed.change, Change::First | Change::Reset);
        if self.confirm_root.is_some() || !done.taken.iter().any(anew) {
            return;
        }
        for root in folder.in_force().iter().flat_map(|held| &held.bundle.data().roots) {
            let said = text!(
                "trusted from now on: the root with SHA-256 {0}. Compare it with what the centre says; --confirm-root compares before anything is taken",
                "từ nay tin cậy gốc có SHA-256 {0}. Hãy so với số trung tâm thông báo; --confirm-root so trước khi nhận",
                hex::encode(root.fingerprint())
            );
            context.out.say(said.pick(context.out.language));
        }
    }

    fn roots(&self, context: &Context) -> Result<policy::Roots, Failure> {
        let configured = match Home::open(&context.home) {
            Ok(home) => home.configuration.trust.policy,
            Err(_) => Mode::Real,
        };
        Ok(match (self.policy, configured) {
            (Some(Roots::Real), _) | (None, Mode::Real) => policy::Roots::Real,
            (Some(Roots::Test), _) | (None, Mode::Test) => policy::Roots::RealAndTest,
        })
    }
}

fn told(taken: &Imported, context: &Context) -> String {
    let Imported { name, installed } = taken;
    let number = installed.number;
    let said = match installed.change {
        Change::First => text!(
            "{name}: trust bundle {number} is in force, the first of this kiosk",
            "{name}: gói tin cậy số {number} có hiệu lực, là gói đầu tiên của máy này"
        ),
        Change::Reset => text!(
            "{name}: trust bundle {number} is in force; the kiosk has begun anew",
            "{name}: gói tin cậy số {number} có hiệu lực; máy bắt đầu lại từ đầu"
        ),
        Change::Next => {
            text!("{name}: trust bundle {number} is in force", "{name}: gói tin cậy số {number} có hiệu lực")
        }
        Change::None => text!(
            "{name}: trust bundle {number} was in force already",
            "{name}: gói tin cậy số {number} đã có hiệu lực từ trước"
        ),
    };
    let late = match installed.overdue {
        true => context.out.pick("; the next one is due", "; đã đến lúc phải có gói mới"),
        false => "",
    };
    format!("{}{late}", said.pick(context.out.language))
}

fn shown(done: &Import) -> Shown {
    let change = |change| match change {
        Change::First => "first",
        Change::Reset => "reset",
        Change::Next => "next",
        Change::None => "none",
    };
    Shown {
        schema: "chipwright-trust-import/1",
        taken: done
            .taken
            .iter()
            .map(|taken| Taken {
                name: taken.name.clone(),
                number: taken.installed.number,
                change: change(taken.installed.change),
                overdue: taken.installed.overdue,
            })
            .collect(),
        refused: done
            .refused
            .iter()
            .map(|(name, error)| Refused { name: name.clone(), reason: error.to_string() })
            .collect(),
    }
}

/// Nothing was taken: each with its reason, and that what was in force still is.
fn refused(done: &Import, folder: &TrustFolder) -> Failure {
    let kept = match folder.in_force() {
        Some(held) => {
            let number = held.bundle.header().number;
            text!(
                "no trust bundle was taken; number {number} stays in force",
                "không nhận gói tin cậy nào; gói số {number} vẫn có hiệu lực"
            )
        }
        None => text!(
            "no trust bundle was taken; this kiosk trusts nothing",
            "không nhận gói tin cậy nào; máy này chưa tin cậy gì"
        ),
    };
    let single =
        |error: &OfferError| Failure::new(Exit::Configuration, kept.clone(), error.remedy()).because(error);
    match done.refused.as_slice() {
        [(_, error)] => single(error),
        several => {
            let next = (
                "Bring the newest bundle of the centre; each of these says why it will not do.",
                "Mang gói mới nhất của trung tâm đến; mỗi gói trên đều có lý do không dùng được.",
            );
            let failure = Failure::new(Exit::Configuration, kept.clone(), next);
            several.iter().fold(failure, |failure, (name, error)| failure.because(&Named { name, error }))
        }
    }
}

/// A refusal with the name of what was refused.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {error}")]
struct Named<'a> {
    name: &'a str,
    error: &'a OfferError,
}

/// The folder itself.
pub(crate) fn failed(error: &FolderError) -> Failure {
    Failure::of(Exit::Configuration, error, error.remedy())
}
