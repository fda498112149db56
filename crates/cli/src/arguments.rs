//! The command line.

use crate::commands;
use crate::exit::TABLE;
use chipwright_issuance::Language;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Issues smart cards: a list of members with portraits goes in, signed and verified cards come out.
#[derive(Debug, Parser)]
#[command(name = "chipwright", version, after_help = TABLE, max_term_width = 100, disable_help_subcommand = false)]
pub(crate) struct Arguments {
    /// The issuer's home; CHIPWRIGHT_HOME, or ./chipwright-home, if not given
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    pub(crate) home: Option<PathBuf>,
    /// The language of what is said to people; from LC_ALL, LC_MESSAGES or LANG if not given
    #[arg(long, global = true, value_name = "LANGUAGE", help_heading = "Everywhere")]
    pub(crate) lang: Option<Lang>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A language on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Lang {
    En,
    Vi,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::Vi => Self::Vi,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(commands::init::Init),
    #[command(subcommand)]
    Ca(commands::ca::Ca),
    Readers(commands::readers::Readers),
    #[command(subcommand)]
    Emulator(commands::emulator::Emulator),
    #[command(subcommand)]
    Registrar(commands::registrar::Registrar),
    #[command(subcommand)]
    Batch(commands::batch::Batch),
    Issue(commands::issue::Issue),
    Plan(commands::plan::Plan),
    Doctor(commands::doctor::Doctor),
    Verify(commands::verify::Verify),
    Read(commands::read::Read),
    #[command(subcommand)]
    Card(commands::card::Card),
    #[command(subcommand)]
    Delivery(commands::delivery::Delivery),
    #[command(subcommand)]
    Ceremony(commands::ceremony::Ceremony),
    #[command(subcommand)]
    Pin(commands::pin::Pin),
    #[command(subcommand)]
    Keys(commands::keys::Keys),
    List(commands::list::List),
    Status(commands::status::Status),
    Revoke(commands::revoke::Revoke),
    #[command(subcommand)]
    Terminal(commands::terminal::Terminal),
    #[command(subcommand)]
    Record(commands::record::Record),
    #[command(subcommand)]
    Trust(commands::trust::Trust),
    Apdu(commands::apdu::Apdu),
    #[command(subcommand)]
    Trace(commands::trace::Trace),
    Bench(commands::bench::Bench),
    Conformance(commands::conformance::Conformance),
    Completions(commands::completions::Completions),
    Schema(commands::schema::Schema),
}
