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

use crate::configuration::Mode;
use crate::context::Context;
use crate::emulator_reader;
use crate::failure::Outcome;
use crate::home::Home;
use crate::readers::ReaderName;
use crate::text::text;
use catalogue::Name;
use finding::{Finding, State};
use jiff::Timestamp;
use report::Report;
use station::{Findings, Station};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

/// How long nothing may be found before a check counts as hanging: the registry of a province is read in a few seconds.
const PATIENCE: Duration = Duration::from_secs(15);

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
        let station = Station { path: context.home.clone(), at: Timestamp::now() };
        let at = station.at;
        let (send, found) = mpsc::channel();
        let mode = Arc::new(OnceLock::new());
        let (to_home, to_mode, reader) = (send.clone(), Arc::clone(&mode), self.reader.clone());
        thread::spawn(move || at_home(&station, reader.as_ref(), &to_mode, &Findings(&to_home)));
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
        let mut checks = collected(&found);
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
fn at_home(station: &Station, reader: Option<&ReaderName>, mode: &OnceLock<Mode>, findings: &Findings<'_>) {
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
    registry::examine(station, &home, configuration, &found, &mut past, findings);
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

/// What was found in time, in the order of the catalogue; the rest was not.
fn collected(found: &Receiver<(Name, Finding)>) -> Vec<(Name, Finding)> {
    let mut checks: Vec<(Name, Finding)> = Vec::new();
    while let Ok(check) = found.recv_timeout(PATIENCE) {
        checks.push(check);
    }
    let mut blamed = [false; 2];
    for (place, name) in Name::ALL.into_iter().enumerate() {
        match checks.iter().position(|(found, _)| *found == name) {
            Some(found) => {
                let check = checks.remove(found);
                checks.insert(place, check);
            }
            None => {
                // checks of a group run one after the other: the first that is missing keeps the others waiting
                let group = usize::from(Name::PCSC.contains(&name));
                let first = name != Name::ClockCredible && !std::mem::replace(&mut blamed[group], true);
                checks.insert(place, (name, if first { hanging() } else { waiting() }));
            }
        }
    }
    checks
}

fn hanging() -> Finding {
    let seconds = PATIENCE.as_secs();
    Finding::mend(
        text!(
            "this check did not end within {seconds} s: a disk, a network folder or a reader hangs",
            "phép kiểm tra này không xong trong {seconds} giây: ổ đĩa, thư mục mạng hoặc đầu đọc bị treo"
        ),
        (
            "Check cables and network, then restart the machine and examine it again.",
            "Kiểm tra dây cáp và mạng, khởi động lại máy rồi kiểm tra lại.",
        ),
    )
}

fn waiting() -> Finding {
    Finding::not_checked(("a check before it hangs", "một phép kiểm tra trước đó bị treo"))
}

/// A station that has named no reader, and makes test cards, can work with software cards.
fn can_wait(checks: &mut [(Name, Finding)]) {
    let of_readers = checks.iter_mut().filter(|(name, _)| Name::PCSC.contains(name));
    for (_, finding) in of_readers.filter(|(_, finding)| finding.state == State::MustBeMended) {
        finding.state = State::Warning;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_check_that_is_missing_is_blamed() {
        let (send, found) = mpsc::channel();
        for name in Name::ALL.into_iter().filter(|name| {
            !matches!(name, Name::ClockCredible | Name::DiskSpace | Name::DiskInodes | Name::PcscCards)
        }) {
            send.send((name, Finding::well("x"))).unwrap();
        }
        drop(send);
        let checks = collected(&found);
        assert!(checks.iter().map(|(name, _)| *name).eq(Name::ALL));
        let state = |wanted| checks.iter().find(|(name, _)| *name == wanted).unwrap().1.state;
        assert_eq!(state(Name::ClockCredible), State::NotChecked);
        assert_eq!(state(Name::DiskSpace), State::MustBeMended);
        assert_eq!(state(Name::DiskInodes), State::NotChecked);
        assert_eq!(state(Name::PcscCards), State::MustBeMended);
    }
}
