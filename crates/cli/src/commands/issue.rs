//! `issue`: from a members file to verified cards.

pub(crate) mod tell;

use crate::authority::{self, Authority};
use crate::commands::batch::Granted;
use crate::configuration::Mode;
use crate::context::Context;
use crate::emulator_feeder::EmulatorFeeder;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::keyring::ledger;
use crate::letters::LetterPrinter;
use crate::pcsc_feeder::{Call, PcscFeeder};
use crate::readers::{self, ReaderName, Stack};
use crate::recording::Record;
use crate::station_keys::StationKeys;
use crate::{randomness, registry, second, stop};
use chipwright_iso7816::LengthMode;
use chipwright_issuance::issue::{
    self, Clock, Fault, Feeder, Letters, MembersFile, Options, Signer, Station, Summary,
};
use chipwright_keystore::uses::Use;
use chipwright_pki::Policy;
use jiff::{SignedDuration, Timestamp, Zoned};
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tell::Teller;

/// Issue a card to every member of a list who has none
///
/// Each card is read back over a fresh connection and verified before it counts. Run again after any
/// interruption: nothing is issued twice. Ctrl-C finishes the card in hand. A card taken out of a PC/SC reader in the
/// middle is waited for and continued.
#[derive(Debug, clap::Args)]
pub(crate) struct Issue {
    /// The members file: CSV with a header, or JSON lines
    #[arg(long, value_name = "FILE")]
    members: PathBuf,
    /// The folder of portraits
    #[arg(long, value_name = "DIR")]
    portraits: PathBuf,
    /// The approved batch; the members file's name with .batch if not given. Rows that are not in it are refused
    #[arg(long, value_name = "FILE")]
    batch: Option<PathBuf>,
    /// Where the blanks come from: emulator:NAME and emulator:*, several of them worked through in order; or one PC/SC reader
    /// into which you put them one after the other: pcsc, pcsc:NUMBER, pcsc:NAME-OR-PART
    #[arg(long, value_name = "READER", required = true, num_args = 1..)]
    reader: Vec<ReaderName>,
    /// End when no card was put into the PC/SC reader for so long; wait until stopped if not given
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=86_400))]
    wait: Option<u64>,
    /// Write refused rows into this new CSV file, ready to be mended
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// The command that prints the PIN letter of each card, a PDF on its standard input, such as "lp -d pin-printer"; no shell runs
    /// it, and no letter is stored; needed where chip.pin is set
    #[arg(long, value_name = "COMMAND")]
    letter_printer: Option<String>,
    /// The delivery of all these blanks, if they could be of several
    #[arg(long, value_name = "LABEL")]
    delivery: Option<String>,
    /// Spend the last try of this chip, if it has come to that
    #[arg(long, value_name = "CHIP", value_parser = crate::commands::card::chip)]
    last_try: Option<chipwright_registry::ChipId>,
    /// Stop after this many cards
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Use short APDUs only
    #[arg(long)]
    short: bool,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
    #[command(flatten)]
    record: Record,
    /// One JSON object a line for everything that happens (see `chipwright schema issue`)
    #[arg(long)]
    json: bool,
}

impl Issue {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let stack = readers::stack(&home, &self.reader)?;
        let source = MembersFile { members: self.members.clone(), portraits: self.portraits.clone() };
        let teller = Teller::new(context.out, self.json, self.rejects.as_deref(), &source)?;
        let granted = Granted::list(&home, &self.members, self.batch.as_deref())?;
        let passphrase = context.station_passphrase(&home, self.passphrase_fd)?;
        let keys =
            StationKeys::open(&home, &passphrase)?.for_new_cards()?.of_delivery(self.delivery.as_deref())?;
        let authority = Authority::of(&home);
        let name = authority.current_signer()?;
        let key = authority.signer_key(&name, &passphrase, Use::SecurityObjects)?;
        let signer = Signer::new(authority.signer(&name)?, &key).map_err(|failure| failed(&failure))?;
        let second = second::signer(&home, &passphrase)?;
        let signer = match &second {
            Some((certificate, key)) => signer.with_second(certificate.clone(), key),
            None => signer,
        };
        let mut registry = registry::open(&home)?;
        let stop = stop::by_signal()?;
        let teller = RefCell::new(teller);
        let mut call = |call: &Call| teller.borrow_mut().call(call);
        let mut feeder: Box<dyn Feeder> = match &stack {
            Stack::Software(names) => {
                let seat = self.record.seat("emulator", context.out)?;
                Box::new(EmulatorFeeder::of(&home, names.clone(), seat, context.out)?)
            }
            Stack::Pcsc(wanted) => {
                let wait = self.wait.map(Duration::from_secs);
                Box::new(PcscFeeder::of(wanted, &self.record, context.out, &stop, wait, &mut call)?)
            }
        };
        let limit = self.limit;
        let mut issued = 0;
        let issuer = &home.configuration.issuer.name;
        let mut printer = self.letter_printer.as_deref().and_then(|it| LetterPrinter::new(it, issuer));
        let station = Station {
            registry: &mut registry,
            profile: home.chip_profile()?,
            terms: home.terms(Zoned::now().date())?,
            signer: &signer,
            approval: granted.approval(),
            keys: &keys,
            trust: &authority::trust(home.path())?,
            policy: &policy(&home),
            clock: &SystemClock(Instant::now()),
            random: &mut randomness::fill,
            events: &mut |event| {
                issued += u64::from(matches!(event, issue::Event::Issued { .. }));
                if limit.is_some_and(|limit| issued >= limit) {
                    stop.store(true, Ordering::SeqCst);
                }
                teller.borrow_mut().hear(&event);
            },
            letters: printer.as_mut().map(|printer| printer as &mut dyn Letters),
            options: Options {
                mode: if self.short { LengthMode::Short } else { LengthMode::Extended },
                last_try: self.last_try,
                ..Options::default()
            },
        };
        let mut source = source;
        let summary =
            issue::run(station, &mut source, &mut *feeder, &stop).map_err(|failure| failed(&failure))?;
        drop(feeder);
        teller.into_inner().finish(&summary)?;
        let limited = limit.is_some_and(|limit| issued >= limit);
        exit(&summary, limited)
    }
}

/// The time of this machine.
pub(crate) struct SystemClock(pub(crate) Instant);

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// What a kiosk of this home demands.
pub(crate) fn policy(home: &Home) -> Policy {
    let trust = &home.configuration.trust;
    let policy = match trust.policy {
        Mode::Test => Policy::test(),
        Mode::Real => Policy::real(),
    };
    policy.with_crl_grace(SignedDuration::from_hours(24 * i64::from(trust.crl_grace_days)))
}

/// A failure of issuance in the words of the command line.
pub(crate) fn failed(failure: &issue::Failure) -> Failure {
    if let issue::Failure::Intake(error) = failure {
        return tell::intake_failure(error);
    }
    let next = ledger::remedy(failure).unwrap_or_else(|| failure.remedy());
    Failure::of(exit_of(failure), failure, next)
}

fn exit_of(failure: &issue::Failure) -> Exit {
    match failure.fault() {
        Fault::Card | Fault::Reader => Exit::Card,
        Fault::Configuration | Fault::Record => Exit::Configuration,
        Fault::Data | Fault::Operator => Exit::Partial,
        Fault::Ours => Exit::Ours,
    }
}

fn exit(summary: &Summary, limited: bool) -> Outcome {
    let partial = summary.rejected + summary.failed + summary.waiting + summary.interrupted > 0;
    match &summary.stopped {
        Some(issue::Failure::Stopped) if limited => {}
        Some(failure) => return Err(failed(failure)),
        None => {}
    }
    Ok(if partial { Exit::Partial } else { Exit::Success })
}
