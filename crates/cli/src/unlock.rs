//! What opens a card: the number printed on it, its machine readable zone, or what the registry knows of it.

use crate::commands::card::perso_failure;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::readers::Inserted;
use crate::registry;
use crate::secret;
use crate::text::text;
use chipwright_channel::pace::{MrzKey, Password};
use chipwright_perso::survey;
use chipwright_profile::Td1;
use chipwright_registry::ChipId;
use std::fs;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// How the card is opened; asked for on a terminal if nothing is given.
#[derive(Debug, clap::Args)]
pub(crate) struct Unlock {
    #[command(flatten)]
    number: AccessNumber,
    /// Read the three lines of the machine readable zone from this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["can", "can_fd", "from_registry"])]
    mrz_file: Option<PathBuf>,
}

/// The card access number, and where it comes from.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub(crate) struct AccessNumber {
    /// The card access number printed on the card, six digits
    #[arg(long, value_name = "DIGITS")]
    can: Option<String>,
    /// Read the card access number from this file descriptor
    #[arg(long, value_name = "N")]
    can_fd: Option<u32>,
    /// Find the chip in the registry of the home and use what was allocated to its card
    #[arg(long)]
    from_registry: bool,
}

impl Unlock {
    /// Whether the registry was asked.
    pub(crate) const fn asks_registry(&self) -> bool {
        self.number.from_registry
    }

    /// The password; the card is only asked who it is, and only for the registry.
    pub(crate) fn password(
        &self,
        card: &mut Inserted,
        home: &Home,
        context: &Context,
    ) -> Result<Password, Failure> {
        match &self.mrz_file {
            Some(path) => of_zone(path),
            None => self.number.or_ask(card, home, context, "--can, --can-fd, --mrz-file or --from-registry"),
        }
    }
}

impl AccessNumber {
    /// The password, asked for if it was not given; the card is only asked who it is, and only for the registry.
    pub(crate) fn password(
        &self,
        card: &mut Inserted,
        home: &Home,
        context: &Context,
    ) -> Result<Password, Failure> {
        self.or_ask(card, home, context, "--can, --can-fd or --from-registry")
    }

    fn or_ask(
        &self,
        card: &mut Inserted,
        home: &Home,
        context: &Context,
        options: &'static str,
    ) -> Result<Password, Failure> {
        if self.from_registry {
            return of_registry(card, home);
        }
        let digits = match (&self.can, self.can_fd) {
            (Some(digits), _) => Zeroizing::new(digits.clone()),
            (None, Some(descriptor)) => secret::line_of_descriptor(descriptor)?,
            (None, None) => ask(context, options)?,
        };
        Password::can(digits.trim()).map_err(|error| {
            Failure::of(
                Exit::Usage,
                &error,
                ("Type the six digits printed on the card.", "Nhập sáu chữ số in trên thẻ."),
            )
        })
    }
}

fn ask(context: &Context, options: &'static str) -> Result<Zeroizing<String>, Failure> {
    let what = text!("card access number (six digits)", "số CAN in trên thẻ (sáu chữ số)");
    secret::must_be_terminal(&what, options)?;
    secret::prompt(&format!("{}: ", what.pick(context.out.language)))
}

fn of_zone(path: &Path) -> Result<Password, Failure> {
    let content = Zeroizing::new(fs::read_to_string(path).map_err(|error| home::not_read(path, &error))?);
    let zone: Zeroizing<String> = Zeroizing::new(content.split_whitespace().collect());
    let zone = Td1::parse(zone.as_bytes()).map_err(|error| {
        Failure::of(
            Exit::Usage,
            &error,
            text!(
                "Write the three lines of 30 characters as they stand on the card into {}.",
                "Ghi đúng ba dòng 30 ký tự trên thẻ vào {}.",
                path.display()
            ),
        )
    })?;
    Ok(Password::Mrz(MrzKey::from_information(zone.mrz_information().expose())))
}

fn of_registry(card: &mut Inserted, home: &Home) -> Result<Password, Failure> {
    let found = survey(card, &home.chip_profile()?).map_err(|error| perso_failure(&error))?;
    let view = registry::view(home)?;
    let chip = ChipId(found.chip.0);
    let live = view.live_card_on(&chip).map_err(|error| registry::failure(&error))?;
    let number = match live {
        Some(card) => card.number,
        None => registry::last_card_on(&view, &chip)?.ok_or_else(|| {
            Failure::new(
                Exit::Card,
                text!(
                    "the registry knows no card on chip {chip}",
                    "sổ đăng ký không có thẻ nào trên chip {chip}"
                ),
                ("Give the card access number with --can.", "Cung cấp số CAN bằng --can."),
            )
        })?,
    };
    let allocation = view.allocation_of(&number).map_err(|error| registry::failure(&error))?;
    let digits = Zeroizing::new(String::from_utf8_lossy(allocation.can.expose()).into_owned());
    Password::can(&digits).map_err(|error| Failure::of(Exit::Configuration, &error, "Report this."))
}
