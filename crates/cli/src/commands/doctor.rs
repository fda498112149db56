//! `doctor`: what is wrong with this station, and what to do about it.

mod authority;
mod catalogue;
mod clock;
mod configuration;
mod disk;
mod environment;
mod finding;
mod home;
mod keys;
mod program;
mod readers;
mod registry;
mod report;
mod software_cards;
mod station;
mod waiting;

use crate::configuration::Mode;
use crate::context::Context;
use crate::emulator_reader;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::readers::ReaderName;
use catalogue::Name;
use finding::{Finding, State};
use jiff::Timestamp;
use report::Report;
use station::{Findings, Station};
use std::sync::mpsc;
use std::sync::{Arc, OnceLock};
use std::thread;

/// Examine this station: what is wrong with it, and what to do
///
/// Looks at the home and its disk, clock, certificates, keys, registry, and at the PC/SC service, drivers and readers.
/// Nothing is changed, no passphrase is asked for, no card is written. Each check is well, a warning, must be mended, or
/// could not be made; what to do stands at the end, most urgent first. A reader is required of a home for real cards, or
/// when one is named with --reader pcsc:NAME; in a test home its faults are warnings.
#[derive(Debug, clap::Args)]
#[command(after_help = CODES)]
pub(crate) struct Doctor {
    /// The reader this station works with: pcsc, pcsc:NAME, emulator:NAME or emulator:*
    #[arg(long, value_name = "READER")]
    reader: Option<ReaderName>,
    /// Leave out reading the whole registry, which takes seconds for a hundred thousand cards
    #[arg(long)]
    quick: bool,
    /// As one JSON object, in both languages; its form: `chipwright schema doctor`
    #[arg(long)]
    json: bool,
}

const CODES: &str = "\
Exit codes:
   0  all is well
   3  warnings only: the station can work
   5  something must be mended";

impl Doctor {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        if let Some(ReaderName::Replay(_)) = self.reader {
            return Err(no_station());
        }
        let quick = self.quick;
        let station = Station { path: context.home.clone(), at: Timestamp::now() };
        let at = station.at;
        let (send, found) = mpsc::channel();
        let mode = Arc::new(OnceLock::new());
        let (to_home, to_mode, reader) = (send.clone(), Arc::clone(&mode), self.reader.clone());
        thread::spawn(move || at_home(&station, reader.as_ref(), quick, &to_mode, &Findings(&to_home)));
        match self.reader.clone() {
            None => drop(thread::spawn(move || readers::examine(None, &Findings(&send)))),
            Some(ReaderName::Pcsc(name)) => {
                thread::spawn(move || readers::examine(Some(&name), &Findings(&send)));
            }
            Some(_) => {
                let why = Finding::not_checked((
                    "this station works without a reader",
                    "trạm này làm việc không cần đầu đọc",
                ));
                Findings(&send).put_all(&Name::PCSC, &why);
                drop(send);
            }
        }
        let mut checks = waiting::collected(&found, context.out);
        if self.reader.is_none() && mode.get() != Some(&Mode::Real) {
            can_wait(&mut checks);
        }
        let report = Report { station: environment::station(), at, checks };
        if self.json {
            report.json(context.out)?;
        } else {
            report.print(context.out)?;
        }
        Ok(report.exit())
    }
}

/// The checks that need no reader, one after the other in the order of the catalogue.
fn at_home(
    station: &Station,
    reader: Option<&ReaderName>,
    quick: bool,
    mode: &OnceLock<Mode>,
    findings: &Findings<'_>,
) {
    findings.put(Name::EnvironmentLocale, environment::locale());
    findings.put(Name::ProgramVersion, environment::program());
    let mut past: Vec<_> = clock::program().into_iter().collect();
    if !home::present(station, findings) {
        clock::examine(None, findings);
        findings.put(Name::ClockCredible, clock::credible(station.at, &past));
        let why =
            Finding::not_checked(("there is no home to look at", "không có thư mục phát hành để kiểm tra"));
        let rest = Name::ALL.iter().filter(|name| name.needs_home());
        findings.put_all(&rest.copied().collect::<Vec<_>>(), &why);
        return;
    }
    findings.put(Name::HomePermissions, home::permissions(station));
    disk::examine(station, findings);
    findings.put(Name::HomeVersion, configuration::version(&station.path));
    let (finding, configuration) = configuration::read(&station.path);
    findings.put(Name::HomeConfiguration, finding);
    if let Some(configuration) = &configuration {
        mode.get_or_init(|| configuration.issuer.mode);
    }
    clock::examine(configuration.as_ref(), findings);
    let home = station.home(configuration.clone());
    let configuration = configuration.as_ref();
    let found = authority::examine(station, &home, configuration, findings);
    keys::examine(&home, configuration, &found, findings);
    past.extend(found.past.iter().cloned());
    registry::examine(station, &home, configuration, &found, quick, &mut past, findings);
    findings.put(Name::EmulatorCards, software_cards(&home, reader));
    findings.put(Name::ClockCredible, clock::credible(station.at, &past));
}

fn software_cards(home: &Home, reader: Option<&ReaderName>) -> Finding {
    match reader {
        Some(ReaderName::Emulator(card)) if !card.state_file(home).exists() => {
            Finding::of_failure(&emulator_reader::no_such_card(card))
        }
        _ => software_cards::examine(home),
    }
}

fn no_station() -> Failure {
    Failure::new(
        Exit::Usage,
        (
            "a recorded session is no reader that a station could work with",
            "phiên đã ghi không phải là đầu đọc mà trạm làm việc được",
        ),
        (
            "Name the reader of this station: pcsc, pcsc:NAME, emulator:NAME or emulator:*.",
            "Nêu đầu đọc của trạm: pcsc, pcsc:TÊN, emulator:TÊN hoặc emulator:*.",
        ),
    )
}

/// A station that has named no reader, and makes test cards, can work with software cards.
fn can_wait(checks: &mut [(Name, Finding)]) {
    let of_readers = checks.iter_mut().filter(|(name, _)| Name::PCSC.contains(name));
    for (_, finding) in of_readers.filter(|(_, finding)| finding.state == State::MustBeMended) {
        finding.state = State::Warning;
    }
}
