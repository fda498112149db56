//! `ceremony master`: a card master divided among custodians.

use super::load::{Load, activate};
use super::paper::{Paper, purpose};
use super::record::Record;
use super::sheets;
use crate::authority::{Authority, keystore};
use crate::context::Context;
use crate::custodians::opening;
use crate::custodians::roster::Roster;
use crate::custodians::transcript::{Event, What, append};
use crate::custodians::voice::{NotAName, Present, Voice, all_different, name_of};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::generations;
use crate::home::Home;
use crate::output::pairs;
use crate::text::text;
use chipwright_keystore::ceremony::{Scheme, Secret, Subject, split};
use jiff::Timestamp;

/// Card masters from components or shares
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Master {
    /// Make a new master inside, divide it, and print each custodian's form; nothing of it is shown or kept
    New(New),
    /// Put a master together from the custodians' forms, and write it to the key store as a new generation
    Load(Load),
    /// Make a new master, print its forms, and take it into use at once; cards already issued stay operable
    Rotate(Rotate),
}

/// How a master is divided, and who is given what.
#[derive(Debug, clap::Args)]
pub(crate) struct Division {
    /// Into so many components, 2 to 5, all of which are needed
    #[arg(long, value_name = "N", required_unless_present = "shares")]
    components: Option<u8>,
    /// Into N shares of which any M are enough, for instance 2/3
    #[arg(long, value_name = "M/N", conflicts_with = "components")]
    shares: Option<String>,
    /// Bits of the master; those of config.toml if not given
    #[arg(long, value_name = "BITS", value_parser = ["128", "192", "256"])]
    bits: Option<String>,
    #[command(flatten)]
    paper: Paper,
}

/// Options of `ceremony master new`.
#[derive(Debug, clap::Args)]
pub(crate) struct New {
    #[command(flatten)]
    division: Division,
    /// Who is given a form, in their order; again for each
    #[arg(long = "for", value_name = "NAME", required = true, value_parser = checked)]
    recipients: Vec<String>,
    /// A custodian who is present, again for each; with =N what he or she types is read from that file descriptor
    #[arg(long = "custodian", value_name = "NAME[=N]")]
    custodians: Vec<Present>,
}

/// Options of `ceremony master rotate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Rotate {
    #[command(flatten)]
    division: Division,
    /// A custodian who is present and is given a form, again for each, in their order; with =N what he or she types is read from that file descriptor
    #[arg(long = "custodian", value_name = "NAME[=N]", required = true)]
    custodians: Vec<Present>,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

fn checked(text: &str) -> Result<String, NotAName> {
    name_of(text)
}

impl Master {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let _lock = Authority::of(&home).lock()?;
        match self {
            Self::New(new) => {
                let proved = proved(&home, &present(&home, context, &new.custodians)?)?;
                let record = new.division.hold(&home, &new.recipients, proved)?.0;
                told(&record, context)?;
                Ok(Exit::Success)
            }
            Self::Load(load) => load.run(&home, context),
            Self::Rotate(rotate) => rotate.run(&home, context),
        }
    }
}

impl Division {
    /// Makes the master, prints the forms, and writes the record: from then on the ceremony counts. `proved` are those who proved who they are.
    fn hold(
        &self,
        home: &Home,
        recipients: &[String],
        proved: Vec<String>,
    ) -> Result<(Record, Secret), Failure> {
        let scheme = self.scheme()?;
        all_different(recipients)?;
        if recipients.len() != usize::from(scheme.total()) {
            return Err(Failure::new(
                Exit::Usage,
                text!(
                    "there are {} forms, and {} custodians were named; nothing was made",
                    "có {} phiếu nhưng nêu {} người giữ khóa; chưa tạo gì",
                    scheme.total(),
                    recipients.len()
                ),
                ("Name one custodian for each form.", "Nêu mỗi phiếu một người giữ khóa."),
            ));
        }
        let names = names_on_forms(home, recipients)?;
        let mut desk = self.paper.desk(home)?;
        let bits = self.bits.as_ref().and_then(|bits| bits.parse().ok());
        let bits: u16 = bits.unwrap_or(home.configuration.card_keys.size);
        let secret = Secret::generate(usize::from(bits) / 8).map_err(|error| keystore(&error))?;
        let (ceremony, sheets) =
            split(&secret, Subject::CardMaster, scheme).map_err(|error| keystore(&error))?;
        let at = Timestamp::now();
        let [vi, en] = purpose(Subject::CardMaster, usize::from(bits));
        for (sheet, name) in sheets.iter().zip(&names) {
            desk.print(home, sheet, name, [&vi, &en], at)?;
        }
        let record = Record::new(at, ceremony, recipients.to_vec());
        record.write(home)?;
        let event = Event::new(What::MasterDivided, proved).handed_to(recipients);
        append(home, &event.of(&record.ceremony))?;
        Ok((record, secret))
    }

    fn scheme(&self) -> Result<Scheme, Failure> {
        let next =
            ("For instance --components 3, or --shares 2/3.", "Ví dụ --components 3, hoặc --shares 2/3.");
        let wrong = |error: &dyn std::error::Error| Failure::of(Exit::Usage, error, next);
        if let Some(count) = self.components {
            return Scheme::components(count).map_err(|error| wrong(&error));
        }
        let text = self.shares.as_deref().unwrap_or_default();
        let numbers = text.split_once('/').and_then(|(m, n)| Some((m.parse().ok()?, n.parse().ok()?)));
        let Some((threshold, total)) = numbers else {
            return Err(Failure::new(
                Exit::Usage,
                text!("--shares {text} is not M/N", "--shares {text} không có dạng M/N"),
                next,
            ));
        };
        Scheme::shares(threshold, total).map_err(|error| wrong(&error))
    }
}

/// As the home's custodians are called on forms; in a home without custodians the names given.
fn names_on_forms(home: &Home, recipients: &[String]) -> Result<Vec<String>, Failure> {
    match Roster::of(home)? {
        Some(roster) => {
            recipients.iter().map(|name| roster.member(name).map(|member| member.full_name.clone())).collect()
        }
        None => Ok(recipients.to_vec()),
    }
}

impl Rotate {
    /// The custodians open their shares first, so that nothing is made unless enough of them are there.
    fn run(&self, home: &Home, context: &Context) -> Outcome {
        let mut voices = present(home, context, &self.custodians)?;
        let station = super::load::station_passphrase(home, context, self.passphrase_fd)?;
        generations::make_way(home, &station)?;
        let names: Vec<String> = self.custodians.iter().map(|present| present.name.clone()).collect();
        let (record, secret) = self.division.hold(home, &names, proved(home, &voices)?)?;
        for voice in &mut voices {
            sheets::confirm(voice, record.ceremony.check_value, context)?;
        }
        let generation = activate(home, &record, &secret, &station, names)?;
        told(&record, context)?;
        super::load::told(generation, context)
    }
}

/// Those who are present. In a home with custodians they are as many as are needed and prove who they are; in another they only have
/// different names.
pub(super) fn present(home: &Home, context: &Context, named: &[Present]) -> Result<Vec<Voice>, Failure> {
    match Roster::of(home)? {
        Some(roster) => opening::open(home, context, &roster, named).map(|opened| opened.voices),
        None => {
            all_different(named.iter().map(|present| &present.name))?;
            named.iter().map(Voice::of).collect()
        }
    }
}

/// Who of them proved it: in a home without custodians nobody can.
fn proved(home: &Home, voices: &[Voice]) -> Result<Vec<String>, Failure> {
    let names = voices.iter().map(|voice| voice.name.clone());
    Ok(if Roster::of(home)?.is_some() { names.collect() } else { Vec::new() })
}

fn told(record: &Record, context: &Context) -> Result<(), Failure> {
    let out = context.out;
    let forms = record.custodians.iter().zip(&record.ceremony.sheets).zip(1..);
    let forms = forms.map(|((name, check), number)| format!("{number} {name} {check}"));
    let rows = [
        (out.pick("ceremony", "phiên nghi thức"), record.ceremony.id.to_string()),
        (out.pick("needed", "cần"), record.ceremony.scheme.needed().to_string()),
        (out.pick("forms", "phiếu"), forms.collect::<Vec<_>>().join(", ")),
        (out.pick("check value", "giá trị kiểm tra"), record.ceremony.check_value.to_string()),
    ];
    pairs(&rows).iter().try_for_each(|line| out.data(line))
}
