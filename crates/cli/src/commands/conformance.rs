//! `conformance`: does this card do what the contract says?

mod devices;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::output::Output;
use crate::readers::{self, ReaderName};
use crate::recording;
use crate::station_keys::StationKeys;
use crate::{randomness, secret, vietnamese};
use chipwright_conformance::report::Count;
use chipwright_conformance::{Device, Finding, Outcome as Result_, Report, Suite, Terms};
use chipwright_issuance::Language;
use devices::{Copies, OneChip, TransportKeys};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Run every scenario of the contract on a card and report, requirement by requirement
///
/// A software card is copied for each scenario and stays as it is. A card in a PC/SC reader is used as it is: a blank for
/// scenarios about blanks, an issued card for those about issued cards; what cannot be run on it is skipped, with the reason.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Conformance {
    /// The reader: emulator:NAME, pcsc (the only PC/SC reader), pcsc:NUMBER, pcsc:NAME-OR-PART
    #[arg(long, value_name = "READER")]
    reader: ReaderName,
    /// Wait so long for a card in a PC/SC reader
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(..=86_400))]
    wait: u64,
    /// Also run scenarios after which the card in the PC/SC reader is another: a blank is used up, an issued card may be blocked
    /// for ever
    #[arg(long)]
    destructive: bool,
    /// Only scenarios of requirements, or with names, that begin like this: CM, PERSO-07, pin-
    #[arg(long, value_name = "BEGINNING", value_delimiter = ',')]
    only: Vec<String>,
    /// The card access number printed on the card, six digits
    #[arg(long, value_name = "DIGITS", conflicts_with = "can_fd")]
    can: Option<String>,
    /// Read the card access number from this file descriptor
    #[arg(long, value_name = "N")]
    can_fd: Option<u32>,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
    /// Write the report as JSON to this file (its form: `chipwright schema conformance`)
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report as a page to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

const EXIT_CODES: &str = "\
Exit codes:
   0  every scenario that could be run passed
   3  a scenario failed, or none could be run
   4  the reader or the card failed";

impl Conformance {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let suite = Suite::embedded()
            .map_err(|error| Failure::of(Exit::Ours, &error, ("Report this.", "Hãy báo lỗi này.")))?;
        if suite.chosen(&self.only).next().is_none() {
            return Err(nothing_chosen(&self.only));
        }
        let home = context.home()?;
        let mut terms = Terms { destructive: self.destructive, ..Terms::default() };
        self.know(&home, &mut terms)?;
        let mut device = self.device(&home, context, &mut terms)?;
        let mut random = randomness::source();
        let mut findings = Vec::new();
        for scenario in suite.chosen(&self.only) {
            let finding = suite.run(scenario, device.as_mut(), &terms, &mut *random);
            context.out.data(&line(&finding, context.out))?;
            findings.push(finding);
        }
        let report = suite.report(device.description(), findings);
        self.write(&report)?;
        context.out.data(&summary(report.count, context.out))?;
        let any_passed = report.count.passed + report.count.partly > 0;
        Ok(if any_passed && report.is_conformant() { Exit::Success } else { Exit::Partial })
    }

    /// What is known of the card.
    fn know(&self, home: &Home, terms: &mut Terms) -> Result<(), Failure> {
        let digits = match (&self.can, self.can_fd) {
            (Some(digits), _) => Some(Zeroizing::new(digits.clone())),
            (None, Some(descriptor)) => Some(secret::line_of_descriptor(descriptor)?),
            (None, None) => None,
        };
        if let Some(digits) = digits {
            terms.known.insert("can".to_owned(), digits.trim().as_bytes().to_vec());
        }
        let instance = home.configuration.chip_profile()?.instance;
        terms.known.insert("app".to_owned(), instance.as_bytes().to_vec());
        Ok(())
    }

    fn device(&self, home: &Home, context: &Context, terms: &mut Terms) -> Result<Box<dyn Device>, Failure> {
        let profile = home.configuration.chip_profile()?;
        match &self.reader {
            ReaderName::Emulator(name) => {
                // copies: nothing is lost with them
                terms.destructive = true;
                Ok(Box::new(Copies::of(home, name, &profile)?))
            }
            ReaderName::Replay(_) => Err(recording::no_channel()),
            reader @ (ReaderName::Pcsc(_) | ReaderName::EmulatorFeeder) => {
                let present = readers::present(home, reader, Duration::from_secs(self.wait), context)?;
                let chip = OneChip::in_reader(present, &profile, self.destructive)?;
                if chip.is_blank() && profile.transport_versions.contains(&TransportKeys::VERSION) {
                    let passphrase = context.station_passphrase(home, self.passphrase_fd)?;
                    terms.transport = Some(Rc::new(TransportKeys::of(StationKeys::open(home, &passphrase)?)));
                }
                Ok(Box::new(chip))
            }
        }
    }

    fn write(&self, report: &Report) -> Result<(), Failure> {
        if let Some(path) = &self.json {
            let json = report
                .to_json()
                .map_err(|error| Failure::of(Exit::Ours, &error, ("Report this.", "Hãy báo lỗi này.")))?;
            home::write_file(path, format!("{json}\n").as_bytes(), 0o644)?;
        }
        if let Some(path) = &self.html {
            home::write_file(path, report.to_html().as_bytes(), 0o644)?;
        }
        Ok(())
    }
}

fn nothing_chosen(only: &[String]) -> Failure {
    Failure::new(
        Exit::Usage,
        crate::text::text!(
            "no scenario begins with {}",
            "không có kịch bản nào bắt đầu bằng {}",
            only.join(", ")
        ),
        (
            "Give the beginning of a requirement's number, such as CM or PERSO-07.",
            "Ghi phần đầu số của yêu cầu, ví dụ CM hoặc PERSO-07.",
        ),
    )
}

fn line(finding: &Finding, out: Output) -> String {
    let what = out.pick(&finding.what, &finding.what_vi);
    let head = |word: &str| format!("{word:<9} {:<36} {what}", finding.scenario);
    match &finding.outcome {
        Result_::Passed => {
            let skipped = finding.skipped_cases.iter().map(|why| format!("\n          ({})", told(why, out)));
            head(out.pick("passed", "đạt")) + &skipped.collect::<String>()
        }
        Result_::Failed { reason } => {
            format!("{}\n          {}", head(out.pick("FAILED", "KHÔNG ĐẠT")), told(reason, out))
        }
        Result_::Skipped { reason } => {
            format!("{}\n          {}", head(out.pick("skipped", "bỏ qua")), told(reason, out))
        }
    }
}

/// A reason; what stands before it names the case and the step.
fn told(reason: &str, out: Output) -> String {
    if out.language == Language::En {
        return reason.to_owned();
    }
    // the last part that is a sentence of ours: what stands before it could be taken for a value in one
    let begins = reason.rmatch_indices(": ").map(|(at, _)| at + 2).chain(std::iter::once(0));
    let known =
        begins.map(|at| reason.split_at(at)).find_map(|(place, why)| Some((place, vietnamese::of(why)?)));
    let (place, why) = known.unwrap_or(("", reason.to_owned()));
    place.replace("step ", "bước ").replace("round ", "lượt ") + &why
}

fn summary(count: Count, out: Output) -> String {
    let Count { passed, partly, failed, skipped, not_run } = count;
    match out.language {
        Language::En => {
            format!(
                "requirements: {passed} passed, {partly} partly run, {failed} failed, {skipped} skipped, {not_run} not run"
            )
        }
        Language::Vi => {
            format!(
                "yêu cầu: {passed} đạt, {partly} chạy một phần, {failed} không đạt, {skipped} bỏ qua, {not_run} chưa chạy"
            )
        }
    }
}
