//! What `issue` tells: lines for people or JSON lines, the rejects file, the progress bar.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home;
use crate::output::Output;
use crate::text::{Text, text};
use chipwright_issuance::Language;
use chipwright_issuance::intake::{BadRow, Intake, IntakeError, Notice, RejectsFile};
use chipwright_issuance::issue::{Event, MembersFile, Summary};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::fs::File;
use std::path::{Path, PathBuf};

/// The form of the JSON lines (`schema/issue.schema.json`).
const SCHEMA: &str = "chipwright-issue/1";

/// Hears what happens in a run and tells it.
pub(super) struct Teller {
    out: Output,
    json: bool,
    rejects: Option<PathBuf>,
    columns: Vec<String>,
    open_rejects: Option<RejectsFile<File>>,
    bar: ProgressBar,
    member: String,
    broken: Option<Failure>,
}

impl Teller {
    /// Looks at the members file first: its header decides the columns of the rejects file.
    pub(super) fn new(
        out: Output,
        json: bool,
        rejects: Option<&Path>,
        source: &MembersFile,
    ) -> Result<Self, Failure> {
        if let Some(path) = rejects.filter(|path| path.exists()) {
            return Err(Failure::new(
                Exit::Usage,
                text!("{} exists already", "đã có {}", path.display()),
                (
                    "Name another rejects file; one that may have been mended is never overwritten.",
                    "Chọn tên khác; tệp có thể đã được sửa sẽ không bị ghi đè.",
                ),
            ));
        }
        let intake =
            Intake::open(&source.members, &source.portraits).map_err(|error| intake_failure(&error))?;
        for notice in intake.notices() {
            out.say(notice_text(notice).pick(out.language));
        }
        let columns = intake.columns();
        let bar = if out.is_watched() { bar(intake.count()) } else { ProgressBar::hidden() };
        let rejects = rejects.map(Path::to_owned);
        let (member, broken) = (String::new(), None);
        Ok(Self { out, json, rejects, columns, open_rejects: None, bar, member, broken })
    }

    /// Tells one event.
    pub(super) fn hear(&mut self, event: &Event<'_>) {
        if let Event::Rejected(row) = event {
            self.keep(row);
        }
        self.move_bar(event);
        let told = if self.json { self.tell_json(event) } else { self.tell_people(event) };
        if let Err(failure) = told {
            // the cards go on; that nobody could be told is said at the end
            self.broken.get_or_insert(failure);
        }
    }

    /// Ends the run with its summary.
    pub(super) fn finish(mut self, summary: &Summary) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        if let Some(rejects) = self.open_rejects.take() {
            let path = self.rejects.clone().unwrap_or_default();
            rejects.finish().map_err(|error| home::not_written(&path, &error))?;
        }
        if let Some(failure) = self.broken {
            return Err(failure);
        }
        if self.json {
            return self.out.json(&summary_json(summary));
        }
        summary_lines(summary, self.out).iter().try_for_each(|line| self.out.data(line))?;
        if let Some(path) = self.rejects.filter(|path| path.exists()) {
            let words = text!("refused rows: {}", "các dòng bị từ chối: {}", path.display());
            self.out.say(words.pick(self.out.language));
        }
        Ok(())
    }

    fn keep(&mut self, row: &BadRow) {
        let Some(path) = &self.rejects else { return };
        let kept = match self.open_rejects.take() {
            Some(file) => Ok(file),
            None => RejectsFile::create(path, &self.columns, self.out.language),
        };
        match kept.and_then(|mut file| file.add(row).map(|()| file)) {
            Ok(file) => self.open_rejects = Some(file),
            Err(error) => {
                self.broken.get_or_insert(home::not_written(path, &error));
            }
        }
    }

    fn move_bar(&mut self, event: &Event<'_>) {
        match event {
            Event::Began { member, .. } => self.member = member.to_string(),
            Event::Progress(progress) => {
                let step = step_text(progress.step);
                self.bar.set_message(format!("{}  {}", self.member, step.pick(self.out.language)));
            }
            Event::Issued { .. }
            | Event::AlreadyIssued { .. }
            | Event::Rejected(_)
            | Event::Failed { .. } => {
                self.bar.inc(1);
            }
            _ => {}
        }
    }

    fn tell_people(&self, event: &Event<'_>) -> Result<(), Failure> {
        let lines = people(event, self.out);
        self.bar.suspend(|| lines.iter().try_for_each(|line| self.out.data(line)))
    }

    fn tell_json(&self, event: &Event<'_>) -> Result<(), Failure> {
        machine(event, self.out.language).iter().try_for_each(|line| self.out.json(line))
    }
}

fn bar(rows: usize) -> ProgressBar {
    let bar = ProgressBar::new(rows as u64);
    let style = ProgressStyle::with_template("{pos}/{len} {bar:30} {elapsed} (+{eta})  {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// An unusable members file in the words of the command line.
pub(super) fn intake_failure(error: &IntakeError) -> Failure {
    let both = |say: &dyn Fn(Language) -> String| Text { en: say(Language::En), vi: say(Language::Vi) };
    Failure::new(
        Exit::Configuration,
        both(&|language| error.cause(language)),
        both(&|language| error.remedy(language).to_owned()),
    )
    .because_of_source(error)
}

fn notice_text(notice: &Notice) -> Text {
    match notice {
        Notice::UnknownColumn { name, nearest: Some(nearest), .. } => text!(
            "note: column “{name}” is not known and not used; did you mean “{nearest}”?",
            "lưu ý: cột “{name}” không rõ, không dùng đến; có phải “{nearest}” không?"
        ),
        Notice::UnknownColumn { name, .. } => text!(
            "note: column “{name}” is not known and not used",
            "lưu ý: cột “{name}” không rõ, không dùng đến"
        ),
    }
}

fn people(event: &Event<'_>, out: Output) -> Vec<String> {
    match event {
        Event::Rejected(row) => rejected(row, out),
        Event::Issued { member, card, chip, .. } => {
            vec![format!(
                "{}  {card}  {} {member}, chip {chip}",
                out.pick("issued  ", "đã cấp  "),
                out.pick("member", "đảng viên")
            )]
        }
        Event::Resumed { chip, card, member } => {
            vec![format!(
                "{}  {card}  {} {member}, chip {chip}",
                out.pick("resumed ", "làm tiếp"),
                out.pick("member", "đảng viên")
            )]
        }
        Event::Retry { failure } => {
            vec![format!("{}  {failure}", out.pick("repeated", "làm lại "))]
        }
        Event::Spoiled { chip, why, failure } => {
            let chip = chip.map_or_else(|| "?".to_owned(), ToString::to_string);
            let cause = failure.map(|failure| format!(": {failure}")).unwrap_or_default();
            vec![format!("{}  chip {chip}, {why}{cause}", out.pick("spoiled ", "hỏng    "))]
        }
        Event::SetAside { chip, why, failure } => {
            let chip = chip.map_or_else(|| "?".to_owned(), ToString::to_string);
            let cause = failure.map(|failure| format!(": {failure}")).unwrap_or_default();
            vec![format!("{}  chip {chip}, {why}{cause}", out.pick("aside   ", "để riêng"))]
        }
        Event::Revoked { card, why } => vec![format!("{}  {card}, {why}", out.pick("revoked ", "thu hồi "))],
        Event::Abandoned { card, why } => {
            vec![format!("{}  {card}, {why}", out.pick("dropped ", "bỏ      "))]
        }
        Event::Waiting { member, chip } => {
            let words = text!(
                "waiting   member {member}: put chip {chip} into a reader",
                "chờ       đảng viên {member}: đưa chip {chip} vào đầu đọc"
            );
            vec![words.pick(out.language).to_owned()]
        }
        Event::Failed { line, member, failure } => vec![
            format!(
                "{}  {} {line}, {member}: {failure}",
                out.pick("failed  ", "lỗi     "),
                out.pick("line", "dòng")
            ),
            format!("          {}", failure.remedy()),
        ],
        _ => Vec::new(),
    }
}

fn rejected(row: &BadRow, out: Output) -> Vec<String> {
    let language = out.language;
    let mut lines = Vec::new();
    for (index, rejection) in row.rejections.iter().enumerate() {
        let head = if index == 0 { out.pick("rejected", "từ chối ") } else { "        " };
        let line = out.pick("line", "dòng");
        let place = rejection.place.as_ref().map_or_else(String::new, |place| {
            format!(", {} {} “{}”", out.pick("column", "cột"), place.number, place.name)
        });
        lines.push(format!("{head}  {line} {}{place}: {}", row.line, rejection.cause(language)));
        lines.push(format!("          {}", rejection.remedy(language)));
    }
    lines
}

/// The event as JSON, one object for each problem of a refused row; nothing for steps on the way.
fn machine(event: &Event<'_>, language: Language) -> Vec<Value> {
    let one = |value: Value| vec![value];
    match event {
        Event::Rejected(row) => row
            .rejections
            .iter()
            .map(|rejection| {
                let place = rejection.place.as_ref();
                json!({
                    "schema": SCHEMA, "event": "rejected", "line": rejection.line,
                    "column": place.map(|place| &place.name), "column_number": place.map(|place| place.number),
                    "class": rejection.class(), "cause": rejection.cause(language),
                    "remedy": rejection.remedy(language),
                })
            })
            .collect(),
        Event::AlreadyIssued { line, member, card } => one(json!({
            "schema": SCHEMA, "event": "already_issued", "line": line, "member": member.as_str(), "card": card.as_str(),
        })),
        Event::Issued { member, card, chip, accepted } => one(json!({
            "schema": SCHEMA, "event": "issued", "member": member.as_str(), "card": card.as_str(),
            "chip": chip.to_string(), "security_object_sha256": hex::encode(accepted.security_object_digest()),
            "status_list": accepted.status().list, "status_index": accepted.status().index,
            "accepted_at": accepted.at(),
        })),
        Event::Finalised { card, chip, cost } => one(json!({
            "schema": SCHEMA, "event": "finalised", "card": card.as_str(), "chip": chip.to_string(), "cost": cost,
        })),
        Event::Prepared { chip, cost } => one(json!({
            "schema": SCHEMA, "event": "prepared", "chip": chip.to_string(), "cost": cost,
        })),
        Event::Resumed { chip, card, member } => one(json!({
            "schema": SCHEMA, "event": "resumed", "member": member.as_str(), "card": card.as_str(), "chip": chip.to_string(),
        })),
        Event::Retry { failure } => {
            one(json!({ "schema": SCHEMA, "event": "retry", "cause": failure.to_string() }))
        }
        Event::Spoiled { chip, why, failure } => one(json!({
            "schema": SCHEMA, "event": "spoiled", "chip": chip.map(ToString::to_string), "reason": why.as_str(),
            "cause": failure.map(ToString::to_string),
        })),
        Event::SetAside { chip, why, failure } => one(json!({
            "schema": SCHEMA, "event": "set_aside", "chip": chip.map(ToString::to_string), "reason": why.as_str(),
            "cause": failure.map(ToString::to_string),
        })),
        Event::Revoked { card, why } => {
            one(json!({ "schema": SCHEMA, "event": "revoked", "card": card.as_str(), "reason": why.as_str() }))
        }
        Event::Abandoned { card, why } => {
            one(json!({ "schema": SCHEMA, "event": "abandoned", "card": card.as_str(), "reason": why.as_str() }))
        }
        Event::Waiting { member, chip } => one(json!({
            "schema": SCHEMA, "event": "waiting", "member": member.as_str(), "chip": chip.to_string(),
        })),
        Event::Failed { line, member, failure } => one(json!({
            "schema": SCHEMA, "event": "failed", "line": line, "member": member.as_str(),
            "cause": failure.to_string(), "remedy": failure.remedy(),
        })),
        _ => Vec::new(),
    }
}

fn summary_json(summary: &Summary) -> Value {
    let blanks = &summary.blanks;
    json!({
        "schema": SCHEMA, "event": "summary", "rows": summary.rows, "issued": summary.issued,
        "resumed": summary.resumed, "already_issued": summary.already_issued, "rejected": summary.rejected,
        "failed": summary.failed, "waiting": summary.waiting, "interrupted": summary.interrupted,
        "revoked": summary.revoked,
        "blanks": { "taken": blanks.taken, "good": blanks.good, "spoiled": blanks.spoiled, "left": blanks.left,
            "balanced": blanks.balanced() },
        "stopped": summary.stopped.as_ref().map(ToString::to_string),
    })
}

fn summary_lines(summary: &Summary, out: Output) -> Vec<String> {
    let mut counts = vec![format!("{} {}", summary.issued, out.pick("issued", "đã cấp"))];
    for (count, name) in [
        (summary.resumed, out.pick("left by an earlier run and issued now", "dở từ lần trước, nay đã cấp")),
        (summary.already_issued, out.pick("had a card already", "đã có thẻ từ trước")),
        (summary.rejected, out.pick("rejected", "bị từ chối")),
        (summary.failed, out.pick("failed", "lỗi")),
        (summary.waiting, out.pick("waiting for a chip", "chờ một chip")),
        (summary.interrupted, out.pick("interrupted", "bị ngắt")),
        (summary.revoked, out.pick("revoked", "bị thu hồi")),
    ] {
        if count > 0 {
            counts.push(format!("{count} {name}"));
        }
    }
    let blanks = &summary.blanks;
    let (rows, counts) = (summary.rows, counts.join(", "));
    let balance = if blanks.balanced() {
        out.pick("balanced", "khớp")
    } else {
        out.pick("NOT BALANCED", "KHÔNG KHỚP")
    };
    let (taken, good, spoiled, left) = (blanks.taken, blanks.good, blanks.spoiled, blanks.left);
    let first = text!("{rows} rows: {counts}", "{rows} dòng: {counts}");
    let second = text!(
        "blanks: {taken} taken = {good} good + {spoiled} spoiled + {left} left ({balance})",
        "thẻ trắng: {taken} đã lấy = {good} tốt + {spoiled} hỏng + {left} còn lại ({balance})"
    );
    vec![first.pick(out.language).to_owned(), second.pick(out.language).to_owned()]
}

fn step_text(step: &'static str) -> Text {
    let vi = match step {
        "survey" => "xem chip",
        "replace transport keys" => "thay khóa vận chuyển",
        "open session" => "mở phiên",
        "install" => "cài ứng dụng",
        "secure card manager" => "khóa trình quản lý thẻ",
        "store shared files" | "confirm shared files" => "ghi tệp chung",
        "store member files" => "ghi dữ liệu đảng viên",
        "finalise" => "hoàn tất",
        other => other,
    };
    Text { en: step.to_owned(), vi: vi.to_owned() }
}
