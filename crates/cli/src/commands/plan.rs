//! `plan`: a dry run that touches nothing.

use crate::authority::Authority;
use crate::context::Context;
use crate::cost;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::output::Output;
use crate::text::text;
use chipwright_iso7816::link::{Meter, Work};
use chipwright_iso7816::{Command, Ins, LengthMode};
use chipwright_issuance::Language;
use chipwright_issuance::intake::{Intake, Row};
use chipwright_perso::{PreparePlan, Reversibility, Span, WritePlan, plan};
use chipwright_profile::{
    Allocation, Can, CardNumber, ChipKeys, DataGroups, IssuerFiles, Salt, StatusReference,
};
use jiff::Zoned;
use serde::Serialize;
use std::path::PathBuf;

/// Bytes of CMS SignedData around the signer's certificate and the security object.
const SIGNED_DATA_OVERHEAD: usize = 420;

/// Show what would be sent to a card; touches no card, no key and no record
///
/// Bytes that the chip decides, random bytes and personal data are marked and not shown. The length of EF.SOD,
/// which is not signed here, is an estimate.
#[derive(Debug, clap::Args)]
pub(crate) struct Plan {
    /// The members file: CSV or JSON lines
    #[arg(long, value_name = "FILE")]
    members: PathBuf,
    /// The folder of portraits
    #[arg(long, value_name = "DIR")]
    portraits: PathBuf,
    /// The member; the first good row if not given
    #[arg(long, value_name = "NUMBER")]
    member: Option<String>,
    /// For a chip with short APDUs only
    #[arg(long)]
    short: bool,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    plans: [plan::Plan; 2],
}

impl Plan {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let (prepare, write) = self.plans(&home, context)?;
        let mode = if self.short { LengthMode::Short } else { LengthMode::Extended };
        let plans = [prepare.describe(), write.describe(mode)];
        if self.json {
            context.out.json(&Shown { schema: "chipwright-plan/1", plans })?;
        } else {
            plans
                .iter()
                .flat_map(|plan| lines(plan, context.out))
                .try_for_each(|line| context.out.data(&line))?;
        }
        Ok(Exit::Success)
    }

    fn plans(&self, home: &Home, context: &Context) -> Result<(PreparePlan, WritePlan), Failure> {
        let language = context.out.language;
        let intake = Intake::open(&self.members, &self.portraits).map_err(|error| {
            let both = |l| error.cause(l);
            let what = crate::text::Text { en: both(Language::En), vi: both(Language::Vi) };
            Failure::new(Exit::Configuration, what, (error.remedy(Language::En), error.remedy(Language::Vi)))
        })?;
        for row in intake {
            let row = row.map_err(|error| {
                Failure::new(Exit::Configuration, error.cause(language).as_str(), error.remedy(language))
            })?;
            let Row::Good(applicant) = row else { continue };
            if self.member.as_ref().is_some_and(|wanted| applicant.member.number().as_str() != wanted) {
                continue;
            }
            let portrait = match applicant.portrait.fit(chipwright_profile::portrait::DEFAULT_BUDGET) {
                Ok(portrait) => portrait,
                Err(_) if self.member.is_none() => continue,
                Err(refused) => {
                    let what = refused.cause(language);
                    return Err(Failure::new(
                        Exit::Partial,
                        what.as_str(),
                        refused.remedy(language).as_str(),
                    ));
                }
            };
            let terms = home.terms(Zoned::now().date())?;
            let groups = DataGroups::build(
                &applicant.member,
                &portrait,
                &stand_in(),
                &terms,
                &ChipKeys::of_zeros(&terms.chip),
            )
            .map_err(|error| Failure::of(Exit::Partial, &error, ("Check this row.", "Kiểm tra dòng này.")))?;
            return plans_of(home, groups, &IssuerFiles::new(&terms));
        }
        Err(Failure::new(
            Exit::Partial,
            text!("no good row to plan for", "không có dòng nào hợp lệ để lập kế hoạch"),
            (
                "Check --member, or run `chipwright issue`, which explains every bad row.",
                "Kiểm tra --member, hoặc chạy `chipwright issue` để biết lý do từng dòng.",
            ),
        ))
    }
}

fn plans_of(
    home: &Home,
    groups: DataGroups,
    issuer: &IssuerFiles,
) -> Result<(PreparePlan, WritePlan), Failure> {
    let profile = home.configuration.chip_profile()?;
    let authority = Authority::of(home);
    let signer = authority.signer(&authority.current_signer()?)?;
    let signed = signer.as_der().len() + groups.lds_security_object().len() + SIGNED_DATA_OVERHEAD;
    let card_security =
        groups.card_security_infos().map(|infos| signer.as_der().len() + infos.len() + SIGNED_DATA_OVERHEAD);
    let card_security = card_security.map(|length| vec![0; length]);
    let unsigned = groups.sign_with(&vec![0; signed], card_security.as_deref()).map_err(|error| {
        Failure::of(Exit::Partial, &error, ("Shorten what is too long in this row.", "Rút gọn dòng này."))
    })?;
    Ok((PreparePlan::new(profile.clone(), issuer), WritePlan::new(profile, &unsigned)))
}

/// What the registry would allocate: the same lengths, no number is taken.
fn stand_in() -> Allocation {
    let mut zeros = |bytes: &mut [u8]| bytes.fill(0);
    Allocation {
        card_number: CardNumber::draw(&mut zeros),
        can: Can::draw(&mut zeros),
        status: StatusReference { list: 0, index: 0 },
        salt: Salt::draw(&mut zeros),
    }
}

/// What a chip and its link would take for a plan. Answers count as their status alone; what the secure channel adds to a command is not in the plan.
fn modelled(plan: &plan::Plan) -> Meter {
    let mut meter = Meter::default();
    for command in plan.steps.iter().flat_map(|step| &step.commands) {
        let Ok([cla, ins, p1, p2]) = <[u8; 4]>::try_from(hex::decode(&command.header).unwrap_or_default())
        else {
            continue;
        };
        // a stream is cut into as many blocks; a key pair has a command of its own
        let whole = command.data.iter().map(length).sum::<usize>();
        let makes_key = command.name.contains("GENERATE KEY PAIR");
        let bytes = if makes_key { whole } else { whole.div_ceil(command.times.max(1)) };
        for _ in 0..command.times {
            let sent = vec![0; bytes];
            let sent = Command::new(cla | 0x04, Ins(ins), p1, p2).with_data(sent);
            let length = sent.to_bytes().map_or(0, |encoded| encoded.len());
            meter.add(&sent, length, 2);
            if makes_key {
                meter.add_work(&Work { key_pairs: 1, signatures: 1, ..Work::default() });
            }
        }
    }
    meter
}

const fn length(span: &Span) -> usize {
    match span {
        Span::Known { hex } => hex.len() / 2,
        Span::Chip { bytes, .. } | Span::Random { bytes, .. } | Span::Confidential { bytes, .. } => *bytes,
    }
}

fn lines(plan: &plan::Plan, out: Output) -> Vec<String> {
    let fresh = out.pick("commands on a fresh chip", "lệnh trên chip mới");
    let mut lines = vec![format!("{}: {} {fresh}", out.words(plan.name).to_uppercase(), plan.round_trips())];
    lines.push(format!(
        "  {}: {}",
        out.pick("time, modelled", "thời gian theo mô hình"),
        cost::modelled(&modelled(plan), out)
    ));
    for (number, step) in plan.steps.iter().enumerate() {
        let undo = match step.reversibility {
            Reversibility::ReadsOnly => out.pick("reads only", "chỉ đọc"),
            Reversibility::Reversible => {
                out.pick("can be undone with the issuer's keys", "hoàn lại được bằng khóa của đơn vị")
            }
            Reversibility::Irreversible => out.pick("CAN NEVER BE UNDONE", "KHÔNG THỂ HOÀN LẠI"),
        };
        lines.push(format!("  {}. {}: {}", number + 1, out.words(step.name), out.words(&step.purpose)));
        let (before, read_back) = (out.words(step.precondition), out.words(step.read_back));
        let labels = (out.pick("before", "trước đó"), out.pick("read back", "đọc lại"));
        lines.push(format!("     {undo}; {}: {before}; {}: {read_back}", labels.0, labels.1));
        for command in &step.commands {
            let times = if command.times == 1 { String::new() } else { format!(" × {}", command.times) };
            lines.push(format!("     {} {}{times}", command.header, out.words(command.name)));
            lines.extend(command.data.iter().map(|span| format!("         {}", words(span, out))));
        }
    }
    lines
}

fn words(span: &Span, out: Output) -> String {
    let (bytes, kind, what) = match span {
        Span::Known { hex } if hex.len() > 64 => {
            return format!("{}… ({} {})", &hex[..64], hex.len() / 2, out.pick("bytes", "byte"));
        }
        Span::Known { hex } => return hex.clone(),
        Span::Chip { bytes, what } => {
            (bytes, out.pick("bytes of the chip", "byte của chip"), out.words(what))
        }
        Span::Random { bytes, what } => (bytes, out.pick("random bytes", "byte ngẫu nhiên"), out.words(what)),
        Span::Confidential { bytes, what } => {
            (bytes, out.pick("bytes, not shown", "byte, không hiện"), out.words(what))
        }
    };
    format!("<{bytes} {kind}: {what}>")
}
