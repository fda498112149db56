//! `status check`: what a published status list says.

use crate::commands::card::number;
use crate::commands::verify::{Trusted, exit};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::output::pairs;
use crate::registry;
use crate::status_lists;
use crate::status_lists::folder::StatusFolder;
use crate::text::{Text, text};
use chipwright_pki::status_list::{Freshness, Status, StatusListToken, TokenFormat, list_number};
use chipwright_profile::StatusReference;
use chipwright_verify::Verdict;
use jiff::Timestamp;
use serde::Serialize;
use std::path::PathBuf;

/// Options of `status check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The card's number, as printed on it; the registry knows its place
    #[arg(long, value_name = "CARD", required_unless_present = "list", conflicts_with_all = ["list", "index"])]
    card: Option<String>,
    /// The list
    #[arg(long, value_name = "N", requires = "index")]
    list: Option<u32>,
    /// The place in the list
    #[arg(long, value_name = "I", requires = "list")]
    index: Option<u32>,
    /// Ask this token (JWT or CWT); what the home published last if not given
    #[arg(long, value_name = "FILE")]
    token: Option<PathBuf>,
    #[command(flatten)]
    trusted: Trusted,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    list: u32,
    index: u32,
    status: String,
    fresh: bool,
    format: &'static str,
    uri: &'a str,
    publication: Option<u64>,
    issued_at: Timestamp,
    expires_at: Option<Timestamp>,
    next_due: Option<Timestamp>,
    entries: usize,
    signer_sha256: String,
    token: String,
}

impl Check {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let StatusReference { list, index } = self.place(&home)?;
        let judge = self.trusted.judge(&home)?;
        let file = match &self.token {
            Some(file) => file.clone(),
            None => published(&home, list)?,
        };
        let (trust, policy, at) = judge.against();
        let token = status_lists::read(&file, trust, policy, at).map_err(|why| refused(&file, why))?;
        if list_number(&token.claims().subject) != Some(list) {
            return Err(other_list(&token, list));
        }
        let freshness = token.freshness(at, policy.crl_grace, policy.clock_skew);
        let status = token.list().status(index);
        let claims = token.claims();
        let shown = Shown {
            schema: "chipwright-status-check/1",
            list,
            index,
            status: word(status),
            fresh: freshness == Freshness::Fresh,
            format: match token.format() {
                TokenFormat::Jwt => "jwt",
                TokenFormat::Cwt => "cwt",
            },
            uri: &claims.subject,
            publication: claims.number,
            issued_at: claims.issued_at,
            expires_at: claims.expires,
            next_due: claims.next_due(),
            entries: token.list().len(),
            signer_sha256: hex::encode(token.signer().fingerprint()),
            token: file.display().to_string(),
        };
        let out = context.out;
        if self.json {
            out.json(&shown)?;
        } else {
            let (answer, date) = (answer(status), date(freshness));
            let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
            pairs(&[
                (out.pick("status", "trạng thái"), answer.pick(out.language).to_owned()),
                (out.pick("list", "danh sách"), format!("{list} ({})", shown.uri)),
                (out.pick("date", "thời hạn"), date.pick(out.language).to_owned()),
                (out.pick("issued", "lập lúc"), shown.issued_at.to_string()),
                (out.pick("expires", "hết hạn"), time(shown.expires_at)),
                (out.pick("next due", "lần tiếp theo"), time(shown.next_due)),
            ])
            .iter()
            .try_for_each(|line| out.data(line))?;
        }
        Ok(exit(verdict(status, freshness)))
    }

    fn place(&self, home: &Home) -> Result<StatusReference, Failure> {
        if let (Some(list), Some(index)) = (self.list, self.index) {
            return Ok(StatusReference { list, index });
        }
        let number = number(self.card.as_deref().unwrap_or_default())?;
        let failed = |error: chipwright_registry::Error| registry::failure(&error);
        let known = registry::view(home)?.card(&number).map_err(failed)?;
        known
            .map(|card| card.reference)
            .ok_or_else(|| failed(chipwright_registry::Error::UnknownCard(number)))
    }
}

/// The verdict that the list alone calls for.
const fn verdict(status: Option<Status>, freshness: Freshness) -> Verdict {
    match (status, freshness) {
        (Some(Status::Invalid), _) => Verdict::Revoked,
        (Some(Status::Suspended), _) => Verdict::Suspended,
        (_, Freshness::Ahead { .. }) => Verdict::ClockNotCredible,
        (Some(Status::Valid), Freshness::Fresh) => Verdict::Valid,
        _ => Verdict::TrustDataStale,
    }
}

fn word(status: Option<Status>) -> String {
    match status {
        Some(Status::Valid) => "valid".to_owned(),
        Some(Status::Invalid) => "invalid".to_owned(),
        Some(Status::Suspended) => "suspended".to_owned(),
        Some(Status::Other(value)) => format!("value-{value}"),
        None => "no-entry".to_owned(),
    }
}

fn answer(status: Option<Status>) -> Text {
    match status {
        Some(Status::Valid) => ("VALID", "CÒN HIỆU LỰC").into(),
        Some(Status::Invalid) => ("INVALID: revoked for ever", "KHÔNG HỢP LỆ: bị thu hồi vĩnh viễn").into(),
        Some(Status::Suspended) => ("SUSPENDED", "TẠM NGỪNG").into(),
        Some(Status::Other(value)) => text!(
            "{value}: a value that this program does not know",
            "{value}: giá trị mà chương trình này không biết"
        ),
        None => ("the list has no such entry", "danh sách không có mục này").into(),
    }
}

fn date(freshness: Freshness) -> Text {
    match freshness {
        Freshness::Fresh => ("fresh", "còn hạn").into(),
        Freshness::Stale { expired } => text!("EXPIRED on {expired}", "ĐÃ HẾT HẠN lúc {expired}"),
        Freshness::Ahead { issued } => {
            text!("AHEAD of this clock: issued on {issued}", "SỚM HƠN đồng hồ máy: lập lúc {issued}")
        }
    }
}

fn published(home: &Home, list: u32) -> Result<PathBuf, Failure> {
    let folder = StatusFolder::of(home.path().join("status"));
    let current = folder.current().map_err(|error| home::not_read(folder.path(), &error))?;
    let file = current.map(|current| current.path.join(format!("{list}.cwt"))).filter(|file| file.exists());
    file.ok_or_else(|| {
        Failure::new(
            Exit::Configuration,
            text!(
                "this home has published no status list {list}",
                "thư mục này chưa phát hành danh sách trạng thái {list}"
            ),
            (
                "Publish with `chipwright status publish`, or name a token with --token.",
                "Phát hành bằng `chipwright status publish`, hoặc chỉ ra tệp bằng --token.",
            ),
        )
    })
}

fn refused(file: &std::path::Path, why: String) -> Failure {
    Failure::new(
        Exit::Configuration,
        Text {
            en: format!("{} does not count: {why}", file.display()),
            vi: format!("{} không có giá trị: {}", file.display(), crate::vietnamese::said(&why)),
        },
        (
            "Fetch the list again from its issuer; what it says must not be used.",
            "Lấy lại danh sách từ nơi phát hành; không được dùng nội dung của nó.",
        ),
    )
}

fn other_list(token: &StatusListToken, list: u32) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!(
            "the token is of {}, and not of list {list}",
            "tệp này là của {}, không phải của danh sách {list}",
            token.claims().subject
        ),
        ("Name the token of that list.", "Chỉ ra đúng tệp của danh sách đó."),
    )
}
