//! `verify`: is this card genuine and valid?

use crate::authority;
use crate::commands::trust::KioskTrust;
use crate::configuration::{ChipProof, Mode, SecondSignature};
use crate::context::Context;
use crate::cost;
use crate::evidence::{self, Archive};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::one_card::CardOrEvidence;
use crate::output::{Output, pairs};
use crate::randomness;
use crate::readers::Inserted;
use crate::registry;
use crate::second;
use crate::status_lists;
use crate::text::{Text, text};
use crate::unlock::Unlock;
use crate::vietnamese;
use chipwright_channel::pace::Password;
use chipwright_iso7816::Aid;
use chipwright_issuance::Language;
use chipwright_pki::cv::Chain;
use chipwright_pki::post_quantum::PostQuantumTrust;
use chipwright_pki::status_list::StatusLists;
use chipwright_pki::{Certificate, Policy, SignKey, TrustStore};
use chipwright_profile::CardNumber;
use chipwright_records::{Expectation, Terminal};
use chipwright_registry::CardStatus;
use chipwright_verify::evidence::{EvidenceError, Request};
use chipwright_verify::{
    Check, ChipProofPolicy, Files, Inspection, Report, SecondSignatureRule, Stage, StatusRule, Verdict,
    inspect_resumable,
};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Read a card as a stranger would and say whether it is genuine and valid
///
/// The exit code is the verdict: 0 genuine and valid, 10 to 20 otherwise. Times are measured, or modelled for a chip and a
/// link that are named.
#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    card: CardOrEvidence,
    #[command(flatten)]
    unlock: Unlock,
    #[command(flatten)]
    against: Against,
    #[command(flatten)]
    records: Records,
    /// The report as one JSON object (see `chipwright schema verify`)
    #[arg(long)]
    json: bool,
}

/// Evidence of inspections.
#[derive(Debug, clap::Args)]
struct Records {
    /// Keep evidence of this inspection in this folder, sealed for the home's evidence key and deleted on its day; the chip
    /// signs a challenge, where it can
    #[arg(long, value_name = "DIR", conflicts_with = "evidence", help_heading = "Evidence")]
    keep_evidence: Option<PathBuf>,
    /// Check evidence that was kept, instead of a card
    #[arg(long, value_name = "FILE", conflicts_with = "reader", help_heading = "Evidence")]
    evidence: Option<PathBuf>,
    /// Read the passphrase of the evidence key from this file descriptor
    #[arg(long, value_name = "N", requires = "evidence", help_heading = "Evidence")]
    evidence_passphrase_fd: Option<u32>,
}

/// What a card is judged by.
#[derive(Debug, clap::Args)]
pub(crate) struct Against {
    #[command(flatten)]
    trusted: Trusted,
    /// Whether every card must prove that its chip is genuine (`required`), or only those that promise to
    /// (`if-promised`); the home's configuration says so if not given
    #[arg(long, value_enum, value_name = "POLICY", hide_possible_values = true)]
    chip_proof: Option<ChipProof>,
    /// Whether a card must have a second, post-quantum signature (`required`), only a right one if it has any (`if-present`), or is not
    /// asked (`off`); the home's configuration says so if not given
    #[arg(long, value_enum, value_name = "POLICY", hide_possible_values = true)]
    second_signature: Option<SecondSignature>,
}

/// Who is trusted, and when.
#[derive(Debug, clap::Args)]
pub(crate) struct Trusted {
    /// Trust this home, this folder of a kiosk (see `chipwright trust import`), or this folder of root certificates and
    /// revocation lists; the home if not given
    #[arg(long, value_name = "DIR")]
    trust: Option<PathBuf>,
    /// Judge for this time: 2030-01-31T12:00:00Z, or 2030-01-31 for noon UTC; now if not given
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,
    /// Which roots count; the home's configuration says so if not given
    #[arg(long, value_enum)]
    policy: Option<Roots>,
    /// AID of the identity application, hexadecimal; the home's if not given
    #[arg(long, value_name = "HEX", value_parser = aid)]
    aid: Option<Aid>,
}

/// Which roots count.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Roots {
    /// Real roots only
    Real,
    /// Test roots too
    Test,
}

fn time(text: &str) -> Result<Timestamp, String> {
    let noon = |date: Date| date.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>()
        .or_else(|_| text.parse::<Date>().and_then(noon))
        .map_err(|_| "a time is 2030-01-31T12:00:00Z or 2030-01-31".to_owned())
}

fn aid(text: &str) -> Result<Aid, String> {
    let wrong = || "an AID is 5 to 16 bytes in hexadecimal".to_owned();
    hex::decode(text).ok().and_then(|bytes| Aid::new(&bytes).ok()).ok_or_else(wrong)
}

impl Verify {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let mut judge = self.against.judge(&home)?;
        if let Some(file) = &self.records.evidence {
            return self.evidence(file, &judge, &home, context);
        }
        for refused in &judge.refused {
            context.out.say(refused.pick(context.out.language));
        }
        let archive = self.records.keep_evidence.as_ref();
        if archive.is_some() {
            judge.is_now()?;
        }
        let archive = archive.map(|folder| Archive::open(folder, &home, context)).transpose()?;
        let Some(mut card) = self.card.insert_to_read(&home, context)? else {
            return Err(Failure::new(
                Exit::Usage,
                ("no reader was named", "chưa chỉ ra đầu đọc"),
                ("Name it with --reader.", "Chỉ ra bằng --reader."),
            ));
        };
        let password = self.unlock.password(&mut card, &home, context)?;
        let mut text_first = |stage: Stage<'_>| {
            if let Stage::Text(text) = stage
                && !self.json
            {
                context.out.say(&before_portrait(text.verdict, context.out));
            }
        };
        let extras = Extras {
            progress: Some(&mut text_first),
            evidence: archive.as_ref().map(Archive::request).transpose()?,
        };
        let mut back = |card: &mut Inserted, _: u32| self.card.back(card, &home, context);
        let (report, _) = judge.inspect_with(&mut card, &password, extras, &mut back)?;
        judge.learn(&report, context.out);
        if self.json {
            context.out.json(&report)?;
        } else {
            let text = match context.out.language {
                Language::En => report.to_text(false),
                Language::Vi => vietnamese::report(&report),
            };
            text.lines().try_for_each(|line| context.out.data(line))?;
            cost::lines(&report.cost, context.out).iter().try_for_each(|line| context.out.data(line))?;
        }
        let old = |check: &Check| check.detail.as_deref() == Some(NO_PROMISE);
        if report.verdict() == Verdict::ChipNotProven && report.decisive().is_some_and(old) {
            context.out.say(context.out.pick(
                "cards issued before chips proved themselves promise no proof; to accept those too, give --chip-proof if-promised or set trust.chip_proof in config.toml",
                "thẻ cấp trước khi chip biết tự chứng minh thì không cam kết gì; để chấp nhận cả những thẻ đó, dùng --chip-proof if-promised hoặc đặt trust.chip_proof trong config.toml",
            ));
        }
        if let (Some(archive), Some(evidence)) = (&archive, report.evidence()) {
            let path = archive.keep(evidence)?;
            let said = text!("evidence kept: {}", "đã lưu bằng chứng: {}", path.display());
            context.out.say(said.pick(context.out.language));
        } else if archive.is_some() {
            context.out.say(context.out.pick(
                "no evidence was kept: no proof of this chip convinced, so there is nothing that a third party could check",
                "không lưu bằng chứng: chip của thẻ này chưa chứng minh được là thật nên không có gì để bên thứ ba kiểm tra",
            ));
        }
        if self.unlock.asks_registry() && revoked_in_registry(&home, &report)? {
            context.out.say(context.out.pick(
                "the registry says: this card was revoked (kiosks learn it once status lists are published)",
                "sổ đăng ký cho biết: thẻ này đã bị thu hồi (máy kiểm tra sẽ biết khi có danh sách trạng thái)",
            ));
            return Ok(exit(Verdict::Revoked));
        }
        Ok(exit(report.verdict()))
    }

    /// What a record of evidence shows, judged now.
    fn evidence(&self, file: &Path, judge: &Judge, home: &Home, context: &Context) -> Outcome {
        let source = evidence::source(home, self.records.evidence_passphrase_fd);
        let passphrase = source.open(&evidence::asked(), context.out.language)?;
        let evidence = evidence::opened(file, home, &passphrase)?;
        let (time, station) = evidence.made();
        // its day is that of the clock, whatever time it is judged for
        let outlived = Timestamp::now().to_zoned(TimeZone::UTC).date() > evidence.delete_on();
        let checked = match outlived {
            true => Err(EvidenceError::Outlived(evidence.delete_on())),
            false => evidence.check(&judge.trust, &judge.policy, judge.at),
        };
        let out = context.out;
        let fault = checked.as_ref().err().map(ToString::to_string);
        if self.json {
            out.json(&ShownEvidence {
                schema: "chipwright-evidence-report/1",
                holds: checked.is_ok(),
                time: time.to_string(),
                station,
                delete_on: evidence.delete_on().to_string(),
                security_object_sha256: checked
                    .as_ref()
                    .ok()
                    .map(|shown| hex::encode(shown.security_object_digest)),
                fault: fault.clone(),
            })?;
        } else {
            out.data(match checked {
                Ok(_) => out.pick("THE EVIDENCE HOLDS", "BẰNG CHỨNG CÓ GIÁ TRỊ"),
                Err(_) => out.pick("THE EVIDENCE SHOWS NOTHING", "BẰNG CHỨNG KHÔNG CÓ GIÁ TRỊ"),
            })?;
            let mut rows = vec![
                (out.pick("  time", "  thời điểm"), time.to_string()),
                (out.pick("  station", "  trạm"), station.to_owned()),
                (out.pick("  deleted on", "  ngày phải xóa"), evidence.delete_on().to_string()),
            ];
            if let Ok(shown) = &checked {
                rows.push(("  SHA-256 EF.SOD", hex::encode(shown.security_object_digest)));
            }
            if let Some(fault) = fault {
                rows.push((out.pick("  because", "  vì"), out.words(fault)));
            }
            pairs(&rows).iter().try_for_each(|line| out.data(line))?;
        }
        Ok(if checked.is_ok() { Exit::Success } else { exit(Verdict::ChipNotProven) })
    }
}

#[derive(Serialize)]
struct ShownEvidence<'a> {
    schema: &'static str,
    holds: bool,
    time: String,
    station: &'a str,
    delete_on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_object_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

/// The verdict while the portrait is still being read: final unless it is the good one.
fn before_portrait(verdict: Verdict, out: Output) -> String {
    let (en, vi) = verdict.texts();
    let word = out.pick(en, vi);
    match verdict {
        Verdict::Valid => {
            format!("{word} {}", out.pick("so far; reading the portrait", "đến lúc này; đang đọc ảnh"))
        }
        _ => word.to_owned(),
    }
}

/// What the check says of a card that owes no proof, under a policy that demands one.
const NO_PROMISE: &str = "the card promises no proof that its chip is genuine";

/// What the issuer's own record says of the card that was read.
fn revoked_in_registry(home: &Home, report: &Report) -> Result<bool, Failure> {
    let Some(zone) = report.holder().and_then(|holder| holder.mrz.as_ref()) else { return Ok(false) };
    let Ok(number) = CardNumber::parse(&zone.document_number()) else { return Ok(false) };
    let found = registry::view(home)?.card(&number).map_err(|error| registry::failure(&error))?;
    Ok(found.is_some_and(|card| card.status == CardStatus::Revoked))
}

/// The exit code of a verdict.
pub(crate) const fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Valid => Exit::Success,
        other => Exit::Verdict(other.exit_code()),
    }
}

/// Everything a card is judged by, loaded.
pub(crate) struct Judge {
    application: Aid,
    trust: TrustStore,
    policy: Policy,
    chip_proof: ChipProofPolicy,
    statuses: StatusLists,
    status_rule: StatusRule,
    /// Status lists that were not taken, and why.
    refused: Vec<Text>,
    kiosk: Option<KioskTrust>,
    second: Option<(PostQuantumTrust, SecondSignatureRule)>,
    at: Timestamp,
}

/// What only some commands ask of an inspection.
#[derive(Default)]
pub(crate) struct Extras<'a> {
    progress: Option<&'a mut dyn FnMut(Stage<'_>)>,
    evidence: Option<Request>,
}

impl Against {
    /// Loads what a card is judged by.
    pub(crate) fn judge(&self, home: &Home) -> Result<Judge, Failure> {
        let judge = self.trusted.judge(home)?;
        let policy = self.chip_proof.map_or(judge.chip_proof, ChipProof::policy);
        let second = self.second_signature.unwrap_or(home.configuration.second_signature.verify);
        let second = match second.rule() {
            Some(rule) => Some((second::trust(self.trusted.trust.as_deref().unwrap_or(home.path()))?, rule)),
            None => None,
        };
        Ok(Judge { chip_proof: policy, second, ..judge })
    }
}

impl Trusted {
    /// Loads what a card is judged by, with the home's policy on proofs of chips.
    pub(crate) fn judge(&self, home: &Home) -> Result<Judge, Failure> {
        let configuration = &home.configuration;
        let policy = match (self.policy, configuration.trust.policy) {
            (Some(Roots::Real), _) | (None, Mode::Real) => Policy::real(),
            (Some(Roots::Test), _) | (None, Mode::Test) => Policy::test(),
        };
        let at = self.at.unwrap_or_else(Timestamp::now);
        let path = self.trust.as_deref().unwrap_or(home.path());
        if let Some(loaded) = KioskTrust::load(path, policy, at)? {
            return Ok(Judge {
                application: self.aid.unwrap_or(loaded.application),
                trust: loaded.trust,
                policy: loaded.policy,
                chip_proof: loaded.chip_proof,
                statuses: loaded.statuses,
                status_rule: strict(loaded.status_rule, !loaded.refused.is_empty()),
                refused: loaded.refused,
                kiosk: Some(loaded.kiosk),
                second: None,
                at,
            });
        }
        let grace = SignedDuration::from_hours(24 * i64::from(configuration.trust.crl_grace_days));
        let policy = policy.with_crl_grace(grace);
        let trust = authority::trust(path)?;
        let found = status_lists::find(path, &trust, &policy, at);
        Ok(Judge {
            application: match self.aid {
                Some(aid) => aid,
                None => configuration.chip_profile()?.instance,
            },
            trust,
            policy,
            chip_proof: configuration.trust.chip_proof.policy(),
            statuses: found.lists,
            status_rule: strict(configuration.status_list.rule(configuration.trust.policy), found.lacking),
            refused: found.refused,
            kiosk: None,
            second: None,
            at,
        })
    }
}

/// A list that is there and not taken is not the same as none: nobody vouches for the cards that it is of.
const fn strict(rule: StatusRule, lacking: bool) -> StatusRule {
    if lacking { StatusRule::Required } else { rule }
}

impl Judge {
    /// Roots and revocation lists, what is demanded of them, and when.
    pub(crate) const fn against(&self) -> (&TrustStore, &Policy, Timestamp) {
        (&self.trust, &self.policy, self.at)
    }

    /// Evidence takes its time from the judge: it is made now, and at no other time.
    fn is_now(&self) -> Result<(), Failure> {
        if self.at.duration_since(Timestamp::now()).abs() <= self.policy.clock_skew {
            return Ok(());
        }
        let what = text!(
            "evidence is kept of what happens now, and --at names another time: {}",
            "bằng chứng chỉ được lưu cho thời điểm hiện tại, còn --at nêu thời điểm khác: {}",
            self.at
        );
        let next = ("Leave out --at, or --keep-evidence.", "Bỏ --at, hoặc bỏ --keep-evidence.");
        Err(Failure::new(Exit::Usage, what, next))
    }

    /// A kiosk keeps the latest time it saw in what was signed, unless it judges for another time than now.
    fn learn(&mut self, report: &Report, out: Output) {
        let now = self.is_now().is_ok();
        let Some(kiosk) = &mut self.kiosk else { return };
        let untold = if now { kiosk.learn(report) } else { None };
        for said in kiosk.warning().iter().chain(&untold) {
            out.say(said.pick(out.language));
        }
    }

    /// What a terminal holds against a card whose records it opens.
    pub(crate) fn terminal<'a>(&'a self, chain: &'a Chain, key: &'a dyn SignKey) -> Terminal<'a> {
        let Self { application, trust, policy, at, .. } = self;
        Terminal { chain, key, trust, policy, application, at: *at }
    }

    /// What records are held against.
    pub(crate) fn expectation<'a>(
        &'a self,
        card: &'a CardNumber,
        certificates: &'a [Certificate],
    ) -> Expectation<'a> {
        Expectation { card, certificates, trust: &self.trust, policy: &self.policy, at: self.at }
    }

    /// Inspects the card, freshly reset.
    pub(crate) fn inspect(
        &self,
        card: &mut Inserted,
        password: &Password,
    ) -> Result<(Report, Files), Failure> {
        self.inspect_with(card, password, Extras::default(), &mut |_, _| false)
    }

    fn inspect_with(
        &self,
        card: &mut Inserted,
        password: &Password,
        extras: Extras<'_>,
        back: &mut dyn FnMut(&mut Inserted, u32) -> bool,
    ) -> Result<(Report, Files), Failure> {
        card.reset().map_err(|error| {
            Failure::new(
                Exit::Card,
                text!("the card does not start", "thẻ không khởi động được"),
                ("Insert the card again.", "Đưa thẻ vào lại."),
            )
            .because(&error)
        })?;
        let began = Instant::now();
        let mut clock = || began.elapsed();
        let mut progress = extras.progress;
        let mut tell = |stage: Stage<'_>| {
            if let Some(progress) = &mut progress {
                progress(stage);
            }
        };
        let ask = Inspection {
            chip_proof: self.chip_proof,
            second_signature: self
                .second
                .as_ref()
                .map(|(trust, rule)| chipwright_verify::SecondSignature { trust, rule: *rule }),
            progress: Some(&mut tell),
            evidence: extras.evidence,
            clock: Some(&mut clock),
            ..Inspection::new(self.application, password, &self.trust, &self.policy, self.at)
                .with_status(&self.statuses, self.status_rule)
        };
        let mut ask = match &self.kiosk {
            Some(kiosk) => kiosk.instruct(ask),
            None => ask,
        };
        Ok(inspect_resumable(card, &mut ask, &mut randomness::fill, back))
    }
}
