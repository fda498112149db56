//! `emulator`: software cards.

mod serve;
mod slots;

use super::card;
use crate::armed_fault::{ArmedFault, Tear};
use crate::context::Context;
use crate::emulator_reader::{self, CardName, EmulatorReader};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::output::Table;
use crate::randomness;
use crate::readers::{self, Identifiers};
use crate::text::text;
use chipwright_emulator::{ChipConfig, CountAt, Interface, PersonalisationPath, TransportKeys, scp03};
use clap::{Args, Subcommand, ValueEnum};

/// Software cards, kept in the home
#[derive(Debug, Subcommand)]
pub(crate) enum Emulator {
    /// Make blank cards with the published development keys
    Create(Create),
    /// List the cards
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show one card
    Show {
        /// The card
        #[arg(value_parser = name)]
        name: CardName,
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Delete a card for ever
    Delete {
        /// The card
        #[arg(value_parser = name)]
        name: CardName,
    },
    Serve(serve::Serve),
    /// Put a card into a slot of the running `emulator serve`
    Insert {
        /// The card
        #[arg(value_parser = name)]
        name: CardName,
        /// The slot, counted from 0
        #[arg(long, value_name = "N", default_value_t = 0)]
        slot: usize,
    },
    /// Take the card out of a slot of the running `emulator serve`
    Pull {
        /// The slot, counted from 0
        #[arg(long, value_name = "N", default_value_t = 0)]
        slot: usize,
        /// Not now, but at this command from now, before its answer is out; 1 is the next
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        after_apdus: Option<u64>,
    },
    /// Show the slots of the running `emulator serve`
    Slots {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Arm a fault: the card loses power the next time it is used; in a slot, from now on
    Tear {
        /// The card
        #[arg(value_parser = name)]
        name: CardName,
        #[command(flatten)]
        when: When,
    },
    /// Take a card to the other interface
    Interface {
        /// The card
        #[arg(value_parser = name)]
        name: CardName,
        /// Which
        interface: On,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Name of the card
    #[arg(value_parser = name, required_unless_present = "count", conflicts_with = "count")]
    name: Option<CardName>,
    /// Make this many cards named blank-001 and so on, after those that are there
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    count: Option<u32>,
    /// SCP03 parameter i, hexadecimal
    #[arg(long, value_name = "HEX", default_value = "70", value_parser = ["00", "10", "20", "30", "60", "70"])]
    scp03_i: String,
    /// SCP03 in S16 mode
    #[arg(long)]
    s16: bool,
    /// Bits of the transport keys; those of the home if not given
    #[arg(long, value_name = "BITS", value_parser = ["128", "192", "256"])]
    aes: Option<String>,
    /// The interface the card is used on
    #[arg(long, value_enum, default_value = "contact")]
    interface: On,
    /// Count failed authentications at INITIALIZE UPDATE, as some chips do
    #[arg(long)]
    count_at_initialize_update: bool,
    /// Personalisation goes to the application itself
    #[arg(long)]
    through_application: bool,
    /// Short APDUs only
    #[arg(long)]
    no_extended_length: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct When {
    /// After this many commands
    #[arg(long, value_name = "N")]
    after_apdus: Option<u64>,
    /// Instead of this write to a memory page; 1 is the next
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    at_page_write: Option<u64>,
    /// Not at all: disarm
    #[arg(long)]
    never: bool,
}

/// An interface on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum On {
    Contact,
    Contactless,
}

impl From<On> for Interface {
    fn from(on: On) -> Self {
        match on {
            On::Contact => Self::Contact,
            On::Contactless => Self::Contactless,
        }
    }
}

fn name(text: &str) -> Result<CardName, String> {
    CardName::parse(text).ok_or_else(|| "1 to 64 letters, digits, '-', '_' and '.', not '.' first".to_owned())
}

impl Emulator {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        match self {
            Self::Create(create) => create.run(&home, context)?,
            Self::List { json } => list(&home, context, *json)?,
            Self::Show { name, json } => {
                let mut card = readers::software_card(&home, name)?.into_exchanger();
                card::show(&mut card, Identifiers::Told, &home, context, *json)?;
            }
            Self::Delete { name } => {
                emulator_reader::delete(&home, name)?;
                context.out.say(&format!("{}: {}", name.as_str(), context.out.pick("deleted", "đã xóa")));
            }
            Self::Serve(serve) => serve.run(&home, context)?,
            Self::Insert { name, slot } => slots::insert(&home, name, *slot)?,
            Self::Pull { slot, after_apdus } => slots::pull(&home, *slot, *after_apdus)?,
            Self::Slots { json } => slots::show(&home, context, *json)?,
            Self::Tear { name, when } => when.arm(&home, name)?,
            Self::Interface { name, interface } => {
                let mut reader = EmulatorReader::open(&home, name)?;
                reader.card().set_interface((*interface).into());
                reader.save().map_err(|error| Failure::of(Exit::Card, &error, "Check the disk."))?;
            }
        }
        Ok(Exit::Success)
    }
}

impl Create {
    fn run(&self, home: &Home, context: &Context) -> Result<(), Failure> {
        let names = match (&self.name, self.count) {
            (Some(name), _) => vec![name.clone()],
            (None, count) => next_names(home, count.unwrap_or(1))?,
        };
        for name in &names {
            let card = chipwright_emulator::Card::blank(self.chip(home)?, randomness::source());
            emulator_reader::create(home, name, &card)?;
        }
        let told = names.iter().try_for_each(|name| context.out.data(&format!("emulator:{}", name.as_str())));
        // the cards are there, whether somebody reads their names to the end or not
        told.or_else(|failure| if failure.is_silent() { Ok(()) } else { Err(failure) })
    }

    fn chip(&self, home: &Home) -> Result<ChipConfig, Failure> {
        let mut serial = [0; 4];
        randomness::fill(&mut serial);
        let mut chip = ChipConfig::with_serial_number(u32::from_be_bytes(serial));
        let unsupported = |error: &dyn std::error::Error| {
            Failure::of(Exit::Usage, error, ("Choose another --scp03-i.", "Chọn --scp03-i khác."))
        };
        let i = u8::from_str_radix(&self.scp03_i, 16).map_err(|error| unsupported(&error))?;
        chip.parameter =
            scp03::Parameter::new(i | u8::from(self.s16)).map_err(|error| unsupported(&error))?;
        chip.transport_keys = TransportKeys::published_development_of(match self.bits(home) {
            192 => scp03::KeySize::Aes192,
            256 => scp03::KeySize::Aes256,
            _ => scp03::KeySize::Aes128,
        });
        chip.interface = self.interface.into();
        chip.extended_length = !self.no_extended_length;
        if self.count_at_initialize_update {
            chip.count_at = CountAt::InitializeUpdate;
        }
        if self.through_application {
            chip.personalisation = PersonalisationPath::ThroughApplication;
        }
        Ok(chip)
    }

    fn bits(&self, home: &Home) -> u16 {
        self.aes.as_ref().and_then(|bits| bits.parse().ok()).unwrap_or(home.configuration.card_keys.size)
    }
}

/// `blank-001` and so on, after the highest that is there.
fn next_names(home: &Home, count: u32) -> Result<Vec<CardName>, Failure> {
    let number = |name: &CardName| name.as_str().strip_prefix("blank-")?.parse::<u32>().ok();
    let last = emulator_reader::names(home)?.iter().filter_map(number).max().unwrap_or(0);
    Ok((last + 1..=last.saturating_add(count))
        .filter_map(|n| CardName::parse(&format!("blank-{n:03}")))
        .collect())
}

impl When {
    fn arm(&self, home: &Home, name: &CardName) -> Result<(), Failure> {
        let state = name.state_file(home);
        if !state.exists() {
            return Err(emulator_reader::no_such_card(name));
        }
        let tear = match (self.after_apdus, self.at_page_write) {
            (Some(count), _) => Tear::AfterApdus(count),
            (None, Some(write)) => Tear::AtPageWrite(write),
            (None, None) => return ArmedFault::disarm(&state),
        };
        ArmedFault::set(&state, tear)
    }
}

fn list(home: &Home, context: &Context, json: bool) -> Result<(), Failure> {
    let out = context.out;
    let mut table = Table::new(&[
        out.pick("card", "thẻ"),
        out.pick("chip", "chip"),
        out.pick("interface", "giao diện"),
        out.pick("stage", "giai đoạn"),
        out.pick("fault armed", "lỗi đặt sẵn"),
    ]);
    for name in emulator_reader::names(home)? {
        let row = card::summary(home, &name).unwrap_or_else(|failure| {
            failure.lines(out.language).iter().for_each(|line| out.say(line));
            card::damaged(&name)
        });
        if json {
            out.json(&row)?;
        } else {
            let armed = ArmedFault::beside(&name.state_file(home)).ok().flatten();
            let fault = armed.map(|armed| match armed.tear() {
                Tear::AfterApdus(count) => format!("after {count} commands"),
                Tear::AtPageWrite(write) => format!("at page write {write}"),
            });
            let (interface, stage) = (out.words(row.interface), out.words(&row.stage));
            table.row(vec![row.name, row.chip, interface, stage, out.words(fault.unwrap_or_default())]);
        }
    }
    if table.is_empty() && !json {
        let hint = text!(
            "no software cards yet; `chipwright emulator create --count 10` makes some",
            "chưa có thẻ mô phỏng; `chipwright emulator create --count 10` sẽ tạo"
        );
        out.say(hint.pick(out.language));
    } else if !json {
        table.lines().iter().try_for_each(|line| out.data(line))?;
    }
    Ok(())
}
