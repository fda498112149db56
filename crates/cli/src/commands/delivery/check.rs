//! `delivery check`: one chip is tried before a stack is used.

use crate::commands::issue::{SystemClock, failed};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Outcome;
use crate::one_card::OneCard;
use crate::station_keys::StationKeys;
use crate::text::text;
use crate::{randomness, registry};
use chipwright_issuance::custody::{self, Custodian};
use std::time::Instant;

/// Try the transport keys of a delivery on one of its chips
///
/// The chip's own proof of the key is compared; a wrong key costs one counted try on this chip, and no other chip is tried.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    #[command(flatten)]
    card: OneCard,
    /// The delivery, if the chip could be of several
    #[arg(long, value_name = "LABEL")]
    delivery: Option<String>,
    /// Spend the last try of this chip, if it has come to that
    #[arg(long, value_name = "CHIP", value_parser = crate::commands::card::chip)]
    last_try: Option<chipwright_registry::ChipId>,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

impl Check {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let passphrase = context.station_passphrase(&home, self.passphrase_fd)?;
        let keys = StationKeys::open(&home, &passphrase)?.of_delivery(self.delivery.as_deref())?;
        let mut registry = registry::open(&home)?;
        let mut card = self.card.insert_to_read(&home, context)?;
        let custodian = Custodian {
            registry: &mut registry,
            keys: &keys,
            clock: &SystemClock(Instant::now()),
            random: &mut randomness::fill,
            last_try: self.last_try,
        };
        let label = |chip: &_, version| keys.deliveries.label_of(chip, version).map(str::to_owned).ok();
        let checked = custody::check(&mut card, &home.chip_profile()?, custodian, &label)
            .map_err(|failure| failed(&failure))?;
        let (chip, version) = (checked.chip, checked.version);
        let said = text!(
            "chip {chip} holds the transport keys of its delivery (key version {version:02X})",
            "chip {chip} giữ đúng khóa vận chuyển của lô (khóa phiên bản {version:02X})"
        );
        context.out.data(said.pick(context.out.language))?;
        Ok(Exit::Success)
    }
}
