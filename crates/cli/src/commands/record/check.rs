//! `record verify`.

use super::unread::Unread;
use super::{Way, categories, known_head, refused, words};
use crate::authority::Authority;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::registry;
use chipwright_pki::Certificate;
use chipwright_pki::cv::Category;
use chipwright_records::{FileReport, Finding, Tail};
use jiff::Timestamp;
use serde::Serialize;

/// Options of `record verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// Which categories; all that the terminal may read if none is named
    #[arg(value_name = "CATEGORY")]
    categories: Vec<Category>,
    #[command(flatten)]
    way: Way,
    /// Keep the end of each good file in the registry, to tell later whether records were taken from the end
    #[arg(long)]
    anchor: bool,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    card_number: String,
    good: bool,
    categories: Vec<ShownFile>,
}

#[derive(Serialize)]
struct ShownFile {
    category: &'static str,
    records: usize,
    good: bool,
    tail: &'static str,
    newer: Option<u16>,
    head_number: u16,
    head_sha256: String,
    findings: Vec<ShownFinding>,
}

#[derive(Serialize)]
struct ShownFinding {
    kind: &'static str,
    text: String,
}

impl Check {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let others = of_home(&home)?;
        let judge = self.way.against.judge(&home)?;
        let (card, reports) = self.way.with(&home, context, |session| {
            let card = session.card_number().clone();
            let mut certificates = session.certificates().map_err(|error| refused(&error))?;
            certificates.extend(others);
            let mut reports = Vec::new();
            for category in categories(&self.categories, session)? {
                let records = session.list(category).map_err(|error| refused(&error))?;
                let anchor = known_head(&home, &card, category)?;
                let expected = judge.expectation(&card, &certificates);
                reports.push(chipwright_records::verify(category, &records, anchor.as_ref(), &expected));
            }
            Ok((card, reports))
        })?;
        if self.anchor {
            let mut registry = registry::open(&home)?;
            for report in reports.iter().filter(|report| report.is_good() && report.head.number > 0) {
                let head = &report.head;
                registry
                    .note_record_head(
                        &card,
                        report.category.file(),
                        head.number,
                        &head.hash,
                        Timestamp::now(),
                    )
                    .map_err(|error| registry::failure(&error))?;
                Unread::of(&home, &card).end(report.category)?;
            }
        }
        let shown = Shown {
            schema: "chipwright-record-check/1",
            card_number: card.to_string(),
            good: reports.iter().all(FileReport::is_good),
            categories: reports.iter().map(ShownFile::of).collect(),
        };
        if self.json {
            context.out.json(&shown)?;
        } else {
            for report in &reports {
                for line in words::judgement(report, context.out) {
                    context.out.data(&line)?;
                }
            }
        }
        Ok(exit(&reports))
    }
}

/// The signers that the home itself knows: cards bring theirs, and may lack one.
pub(super) fn of_home(home: &Home) -> Result<Vec<Certificate>, Failure> {
    let authority = Authority::of(home);
    let documents = authority.signers()?.into_iter().map(crate::authority::signer_name);
    let records = authority.record_signers()?.into_iter();
    let records = records.map(|number| format!("record-{}", crate::authority::signer_name(number)));
    documents.chain(records).map(|name| authority.signer(&name)).collect()
}

fn exit(reports: &[FileReport]) -> Exit {
    let mut findings = reports.iter().flat_map(|report| &report.findings).peekable();
    if findings.peek().is_none() {
        return Exit::Success;
    }
    let about_signers = findings.all(|finding| {
        matches!(
            finding,
            Finding::UnknownSigner { .. } | Finding::UntrustedSigner { .. } | Finding::NotASigner { .. }
        )
    });
    Exit::Verdict(if about_signers { 16 } else { 15 })
}

impl ShownFile {
    fn of(report: &FileReport) -> Self {
        let (tail, newer) = match report.tail {
            Tail::Anchored { newer } => ("anchored", Some(newer)),
            Tail::NotAnchored => ("not-anchored", None),
            Tail::Broken => ("broken", None),
        };
        Self {
            category: report.category.name(),
            records: report.records.len(),
            good: report.is_good(),
            tail,
            newer,
            head_number: report.head.number,
            head_sha256: hex::encode(report.head.hash),
            findings: report
                .findings
                .iter()
                .map(|finding| ShownFinding { kind: kind(finding), text: finding.to_string() })
                .collect(),
        }
    }
}

/// Stable names of findings.
const fn kind(finding: &Finding) -> &'static str {
    match finding {
        Finding::Unreadable { .. } => "unreadable",
        Finding::Removed { .. } => "removed",
        Finding::Reordered { .. } => "reordered",
        Finding::Repeated { .. } => "repeated",
        Finding::Altered { .. } => "altered",
        Finding::Unlinked { .. } => "unlinked",
        Finding::ForeignCard { .. } => "foreign-card",
        Finding::OtherCategory { .. } => "other-category",
        Finding::UnknownSigner { .. } => "unknown-signer",
        Finding::NotASigner { .. } => "not-a-signer",
        Finding::UntrustedSigner { .. } => "untrusted-signer",
        Finding::TailRemoved { .. } => "tail-removed",
        Finding::TailReplaced { .. } => "tail-replaced",
    }
}
