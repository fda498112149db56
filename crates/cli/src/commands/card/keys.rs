//! `card return-to-transport`, `card tries`: what a custodian does to chips and their keys.

use super::chip;
use crate::commands::issue::{SystemClock, failed};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::one_card::OneCard;
use crate::output::Table;
use crate::readers::ReaderName;
use crate::station_keys::StationKeys;
use crate::text::text;
use crate::{randomness, readers, registry};
use chipwright_issuance::custody::{self, Custodian, Destination};
use chipwright_perso::survey;
use chipwright_perso::transport::Original;
use chipwright_registry::{ChipId, CustodyKind, Reason};
use jiff::{Timestamp, Zoned};
use serde::Serialize;
use std::time::{Duration, Instant};

/// Give a prepared chip its transport keys back, for a delivery that is sent back
///
/// The application is deleted and the keys of the delivery are put back; the card manager stays secured. Refused for a
/// chip that carries or carried a card. Run again after an interruption, it finds what is done.
#[derive(Debug, clap::Args)]
pub(crate) struct ReturnToTransport {
    #[command(flatten)]
    card: OneCard,
    /// The delivery whose keys the chip is given
    #[arg(long, value_name = "LABEL")]
    delivery: String,
    /// Spend the last try of this chip, if it has come to that
    #[arg(long, value_name = "CHIP", value_parser = chip)]
    last_try: Option<ChipId>,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

impl ReturnToTransport {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let passphrase = context.station_passphrase(&home, self.passphrase_fd)?;
        let keys = StationKeys::open(&home, &passphrase)?;
        let label = self.delivery.as_str();
        let unusable = |error: &dyn std::error::Error| {
            let next = ("Name one of the deliveries listed.", "Hãy chọn một trong các lô đã liệt kê.");
            Failure::of(Exit::Usage, error, next)
        };
        let file = keys.deliveries.keys_of(label).map_err(|error| unusable(&error))?;
        let new = file.transport_key_set().map_err(|error| unusable(&error))?;
        let opening = file.transport_keys().map_err(|error| unusable(&error))?;
        let mut registry = registry::open(&home)?;
        let named = |chip: &ChipId| registry.delivery_naming(chip).map_err(|error| registry::failure(&error));
        let mut card = self.card.insert_to_read(&home, context)?;
        let profile = home.chip_profile()?;
        card.reset().map_err(|error| super::not_reset(&error))?;
        let found = survey(&mut card, &profile).map_err(|error| super::perso_failure(&error))?;
        let chip = ChipId(found.chip.0);
        if let Some(other) = named(&chip)?.filter(|named| named != label) {
            return Err(Failure::new(
                Exit::Usage,
                text!(
                    "chip {chip} is of delivery {other}, and not of {label}",
                    "chip {chip} thuộc lô {other}, không thuộc lô {label}"
                ),
                text!("Repeat with --delivery {other}.", "Làm lại với --delivery {other}."),
            ));
        }
        let custodian = Custodian {
            registry: &mut registry,
            keys: &keys,
            clock: &SystemClock(Instant::now()),
            random: &mut randomness::fill,
            last_try: self.last_try,
        };
        let original = Original { version: file.key_version(), new: &new, keys: &opening };
        let destination = Destination { label, original };
        let terms = home.terms(Zoned::now().date())?;
        custody::give_back(&mut card, profile, &terms, chip, &destination, custodian)
            .map_err(|failure| failed(&failure))?;
        let version = file.key_version();
        let said = text!(
            "chip {chip} holds the transport keys of delivery {label} again (key version {version:02X})",
            "chip {chip} lại giữ khóa vận chuyển của lô {label} (khóa phiên bản {version:02X})"
        );
        context.out.data(said.pick(context.out.language))?;
        Ok(Exit::Success)
    }
}

/// Show the tries that chips have lost, or let a custodian allow them again
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Tries {
    #[command(subcommand)]
    clear: Option<Clear>,
    /// Only the chip in this reader
    #[arg(long, value_name = "READER", conflicts_with = "chip")]
    reader: Option<ReaderName>,
    /// Only this chip
    #[arg(long, value_name = "CHIP", value_parser = chip)]
    chip: Option<ChipId>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// What is done to tries.
#[derive(Debug, clap::Subcommand)]
enum Clear {
    /// Allow every spent try of a chip again, after a custodian has looked at the chip and the keys
    Clear {
        /// The chip
        #[arg(value_name = "CHIP", value_parser = chip)]
        chip: ChipId,
        /// Why, as a short class such as right-keys-found; it goes on record
        #[arg(long, value_name = "CLASS")]
        why: String,
    },
}

#[derive(Serialize)]
struct Line {
    schema: &'static str,
    chip: String,
    key_version: String,
    spent: u32,
    allowed: u8,
    last_try_left: bool,
}

impl Tries {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match &self.clear {
            Some(Clear::Clear { chip, why }) => clear(chip, why, context),
            None => self.show(context),
        }
    }

    fn show(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let view = registry::view(&home)?;
        let failed = |error: chipwright_registry::Error| registry::failure(&error);
        let only = match &self.reader {
            None => self.chip,
            Some(reader) => {
                let present = readers::present(&home, reader, Duration::from_secs(10), context)?;
                let mut card = present.into_exchanger();
                card.reset().map_err(|error| super::not_reset(&error))?;
                let found = survey(&mut card, &home.chip_profile()?);
                Some(ChipId(found.map_err(|error| super::perso_failure(&error))?.chip.0))
            }
        };
        let allowed = view.issuer().map_err(failed)?.tries_allowed;
        let mut lines = Vec::new();
        view.for_each_spent_try(&mut |chip, version, spent| {
            if only.is_none_or(|only| only == chip) {
                lines.push(Line {
                    schema: "chipwright-tries/1",
                    chip: chip.to_string(),
                    key_version: format!("{version:02X}"),
                    spent,
                    allowed,
                    last_try_left: spent + 1 == u32::from(allowed),
                });
            }
        })
        .map_err(failed)?;
        let out = context.out;
        if self.json {
            lines.iter().try_for_each(|line| out.json(line))?;
            return Ok(Exit::Success);
        }
        if lines.is_empty() {
            out.say(out.pick("no try is lost", "không mất lần thử nào"));
            return Ok(Exit::Success);
        }
        let mut table = Table::new(&[
            out.pick("chip", "chip"),
            out.pick("key version", "phiên bản khóa"),
            out.pick("tries lost", "lần thử đã mất"),
        ]);
        for line in lines {
            table.row(vec![line.chip, line.key_version, format!("{}/{}", line.spent, line.allowed)]);
        }
        table.lines().iter().try_for_each(|line| out.data(line))?;
        self.history(only, context)
    }

    /// What custodians allowed before.
    fn history(&self, only: Option<ChipId>, context: &Context) -> Outcome {
        let view = registry::view(&context.home()?)?;
        let mut before = Vec::new();
        view.for_each_custody_event(only.as_ref(), &mut |event| {
            if event.kind == CustodyKind::TriesCleared {
                before.push(event);
            }
        })
        .map_err(|error| registry::failure(&error))?;
        for event in before {
            let (chip, at) = (event.chip, event.at);
            let (tries, why) = (event.tries.unwrap_or_default(), event.why.unwrap_or_default());
            let said = text!(
                "{tries} tries of chip {chip} were allowed again at {at}: {why}",
                "đã cho phép lại {tries} lần thử của chip {chip} lúc {at}: {why}"
            );
            context.out.say(said.pick(context.out.language));
        }
        Ok(Exit::Success)
    }
}

fn clear(chip: &ChipId, why: &str, context: &Context) -> Outcome {
    let why = Reason::new(why).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            text!("{why:?} is no reason", "{why:?} không phải lý do"),
            (
                "Give 1 to 64 of a-z, 0-9 and '-', such as right-keys-found; no names of people.",
                "Dùng 1 đến 64 ký tự a-z, 0-9 và '-', ví dụ right-keys-found; không ghi tên người.",
            ),
        )
    })?;
    let mut registry = registry::open(&context.home()?)?;
    let forgiven = registry.forgive_tries(chip, &why, Timestamp::now());
    let forgiven = forgiven.map_err(|error| registry::failure(&error))?;
    if forgiven.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            text!("chip {chip} has lost no try", "chip {chip} không mất lần thử nào"),
            (
                "`chipwright card tries` shows those that have.",
                "`chipwright card tries` cho biết các chip đã mất.",
            ),
        ));
    }
    for (version, tries) in forgiven {
        let said = text!(
            "chip {chip}: {tries} tries with key version {version:02X} are allowed again",
            "chip {chip}: cho phép lại {tries} lần thử với khóa phiên bản {version:02X}"
        );
        context.out.data(said.pick(context.out.language))?;
    }
    Ok(Exit::Success)
}
