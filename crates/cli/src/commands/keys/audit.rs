//! `keys audit`: every use of every key, and what the ledger is compared with.

use super::compared::{self, Uses};
use super::{ShownKey, keys_of, table};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::keyring::ledger::KeyLedger;
use crate::output::pairs;
use crate::text::{Text, text};
use crate::vietnamese;
use chipwright_issuance::Language;
use chipwright_keystore::uses::{Digest, Entry, Event, History, Ledger, State, Use, UsesError};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::BTreeMap;

/// Options of `keys audit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Audit {
    /// Show only the uses of this key
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Show only uses from this day on
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// One JSON object a line: every use, and the result last
    #[arg(long)]
    json: bool,
}

/// One use.
#[derive(Serialize)]
struct ShownUse<'a> {
    schema: &'static str,
    line: u64,
    at: Timestamp,
    who: &'a str,
    key: &'a str,
    spki_sha256: String,
    purpose: Use,
    signed_sha256: String,
    left: Option<u64>,
}

/// What the audit came to.
#[derive(Serialize)]
struct Summary<'a> {
    schema: &'static str,
    lines: u64,
    head: String,
    older_home: bool,
    keys: Vec<ShownKey<'a>>,
    purposes: Vec<Purpose<'a>>,
    numbers: BTreeMap<&'a str, u64>,
    serial_numbers: usize,
    compared: &'a compared::Counts,
    own_counters: Option<u64>,
    findings: Vec<&'a str>,
    notes: Vec<&'a str>,
}

#[derive(Serialize)]
struct Purpose<'a> {
    key: &'a str,
    purpose: Use,
    uses: u64,
}

impl Audit {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let (file, marker) = (KeyLedger::file(&home), KeyLedger::marker(&home));
        if !Ledger::was_begun(&file, &marker) {
            context.out.say(context.out.pick(
                "no key was used since this home was made by an older program: the ledger begins with the first use",
                "chưa khóa nào được dùng từ khi chương trình cũ tạo thư mục này: sổ bắt đầu từ lần dùng đầu tiên",
            ));
            return Ok(Exit::Success);
        }
        let since = self.since.map(start_of).transpose()?;
        let mut labels = BTreeMap::new();
        let mut uses = Uses::default();
        let mut told = Ok(());
        let read = History::read(&file, &mut |entry| {
            if let Event::Key { key, label, .. } = &entry.did {
                labels.insert(*key, label.clone());
            }
            uses.take(entry);
            if told.is_ok() && since.is_none_or(|since| entry.at >= since) {
                told = self.tell(entry, &labels, context);
            }
        });
        told?;
        let history = match read {
            Ok(history) => history,
            Err(fault) => return broken(&fault, context, self.json),
        };
        if let Err(fault) = history.belongs(&file, &marker) {
            uses.findings.push(vietnamese::text(fault.to_string()));
        }
        uses.compare(&home, &history);
        self.result(&history, &uses, context)?;
        Ok(if uses.findings.is_empty() { Exit::Success } else { Exit::Partial })
    }

    /// One line for a use.
    fn tell(
        &self,
        entry: &Entry,
        labels: &BTreeMap<Digest, String>,
        context: &Context,
    ) -> Result<(), Failure> {
        let Event::Used { key, of, signed, left, .. } = &entry.did else { return Ok(()) };
        let label = labels.get(key).map_or("", String::as_str);
        if self.key.as_deref().is_some_and(|wanted| wanted != label) {
            return Ok(());
        }
        if self.json {
            return context.out.json(&ShownUse {
                schema: "chipwright-key-use/1",
                line: entry.n,
                at: entry.at,
                who: &entry.who,
                key: label,
                spki_sha256: key.to_string(),
                purpose: *of,
                signed_sha256: signed.to_string(),
                left: *left,
            });
        }
        let at = entry.at.strftime("%Y-%m-%d %H:%M:%S");
        let purpose = purpose(*of).pick(context.out.language).to_owned();
        let left = match (left, context.out.language) {
            (None, _) => String::new(),
            (Some(left), Language::En) => format!(", {left} left"),
            (Some(left), Language::Vi) => format!(", còn {left}"),
        };
        context.out.data(&format!("{at}  {}  {label}  {purpose}{left}", entry.who))
    }

    fn result(&self, history: &History, uses: &Uses, context: &Context) -> Result<(), Failure> {
        let state = &history.state;
        let purposes = purposes(state, uses);
        if self.json {
            let language = Language::En;
            return context.out.json(&Summary {
                schema: "chipwright-key-audit/1",
                lines: history.lines,
                head: history.head.to_string(),
                older_home: state.older_home(),
                keys: keys_of(state),
                purposes,
                numbers: state.numbers().collect(),
                serial_numbers: state.serials(),
                compared: &uses.counts,
                own_counters: None,
                findings: uses.findings.iter().map(|text| text.pick(language)).collect(),
                notes: uses.notes.iter().map(|text| text.pick(language)).collect(),
            });
        }
        let (out, language) = (context.out, context.out.language);
        out.data("")?;
        table(state, context).iter().try_for_each(|line| out.data(line))?;
        out.data("")?;
        let mut rows = Vec::new();
        for Purpose { key, purpose: of, uses } in &purposes {
            rows.push((*key, format!("{}: {uses}", purpose(*of).pick(language))));
        }
        let numbers: Vec<String> = state.numbers().map(|(name, last)| format!("{name} {last}")).collect();
        if !numbers.is_empty() {
            rows.push((out.pick("last numbers", "số cuối"), numbers.join(", ")));
        }
        rows.push((out.pick("ledger", "sổ ghi"), whole(history).pick(language).to_owned()));
        rows.push((out.pick("compared", "đối chiếu"), uses.counts.text().pick(language).to_owned()));
        rows.push((out.pick("own counters", "bộ đếm riêng"), own_counters().pick(language).to_owned()));
        pairs(&rows).iter().try_for_each(|line| out.data(line))?;
        for note in &uses.notes {
            out.say(&format!("{}: {}", out.pick("note", "lưu ý"), note.pick(language)));
        }
        for finding in &uses.findings {
            out.say(&format!("{}: {}", out.pick("finding", "phát hiện"), finding.pick(language)));
        }
        if !uses.findings.is_empty() {
            out.say(out.pick(
                "next: use no key of this home until this is explained; the keys named may have been used elsewhere",
                "làm tiếp: không dùng khóa nào của thư mục này cho đến khi rõ nguyên nhân; các khóa nêu trên có thể đã bị dùng ở nơi khác",
            ));
        }
        Ok(())
    }
}

/// A ledger that cannot be read to its end.
fn broken(fault: &UsesError, context: &Context, json: bool) -> Outcome {
    let what = vietnamese::text(fault.to_string());
    if json {
        #[derive(Serialize)]
        struct Broken<'a> {
            schema: &'static str,
            findings: [&'a str; 1],
        }
        context.out.json(&Broken { schema: "chipwright-key-audit/1", findings: [&what.en] })?;
    }
    let language = context.out.language;
    context.out.say(&format!("{}: {}", context.out.pick("finding", "phát hiện"), what.pick(language)));
    let next = vietnamese::text(fault.remedy());
    context.out.say(&format!("{}: {}", context.out.pick("next", "làm tiếp"), next.pick(language)));
    Ok(Exit::Partial)
}

fn purposes<'a>(state: &'a State, uses: &Uses) -> Vec<Purpose<'a>> {
    let mut purposes: Vec<Purpose<'a>> = uses
        .purposes
        .iter()
        .filter_map(|((key, of), uses)| {
            Some(Purpose { key: &state.key(key)?.label, purpose: *of, uses: *uses })
        })
        .collect();
    purposes.sort_by_key(|purpose| (purpose.key, purpose.purpose));
    purposes
}

fn whole(history: &History) -> Text {
    let (lines, head) = (history.lines, history.head);
    let serials = history.state.serials();
    text!(
        "{lines} lines, the chain is whole; {serials} serial numbers of certificates; last link {head}",
        "{lines} dòng, chuỗi nguyên vẹn; {serials} số sê-ri chứng thư; mắt xích cuối {head}"
    )
}

/// Neither a file nor PKCS#11 counts signatures.
fn own_counters() -> Text {
    text!(
        "none: neither key files nor PKCS#11 tokens count their signatures",
        "không có: cả tệp khóa lẫn token PKCS#11 đều không đếm số lần ký"
    )
}

/// A use, for people.
pub(super) fn purpose(of: Use) -> Text {
    let vi = match of {
        Use::SecurityObjects => "đối tượng bảo mật",
        Use::Certificate => "chứng thư số",
        Use::Crl => "danh sách thu hồi",
        Use::Link => "chứng thư liên kết",
        Use::StatusList => "danh sách trạng thái",
        Use::Bundle => "gói tin cậy",
        Use::MasterList => "danh sách gốc ICAO",
        Use::Batch => "xác nhận lô",
        Use::Record => "hồ sơ",
        Use::Transcript => "biên bản nghi lễ khóa",
        Use::CvCertificate => "chứng thư CV",
        Use::TerminalAuthentication => "xác thực thiết bị đọc",
        Use::Request => "yêu cầu cấp chứng thư",
    };
    Text::from((of.name(), vi))
}

/// The first moment of a day where this machine is.
fn start_of(day: Date) -> Result<Timestamp, Failure> {
    day.to_zoned(TimeZone::system()).map(|start| start.timestamp()).map_err(|error| {
        Failure::of(Exit::Usage, &error, ("Give a day as 2026-11-22.", "Ghi ngày theo dạng 2026-11-22."))
    })
}
