//! Lines for people.

use crate::output::Output;
use crate::pcsc_feeder::Call;
use crate::text::text;
use chipwright_issuance::intake::BadRow;
use chipwright_issuance::issue::{Event, Failure, Summary};
use chipwright_registry::{ChipId, Reason};

/// The lines for an event; none for steps on the way.
pub(super) fn people(event: &Event<'_>, out: Output) -> Vec<String> {
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
            vec![format!("{}  {}", out.pick("repeated", "làm lại "), out.words(failure))]
        }
        Event::Spoiled { chip, why, failure } => {
            vec![format!(
                "{}  {}, {}",
                out.pick("spoiled ", "hỏng    "),
                named(*chip, out),
                reason(why, *failure, out)
            )]
        }
        Event::SetAside { chip, why, failure } => {
            let why = match (chip, why.as_str()) {
                // nothing on this reader tells the two apart
                (None, "finished-card") => out
                    .pick(
                        "a finished card, or a card of another kind",
                        "là thẻ đã hoàn tất, hoặc thẻ loại khác",
                    )
                    .to_owned(),
                _ => reason(why, *failure, out),
            };
            let first = format!("{}  {}, {why}", out.pick("aside   ", "để riêng"), named(*chip, out));
            let remedy = failure.map(|failure| format!("          {}", out.words(failure.remedy())));
            [first].into_iter().chain(remedy).collect()
        }
        Event::Revoked { card, why } => {
            vec![format!("{}  {card}, {}", out.pick("revoked ", "thu hồi "), class(why, out))]
        }
        Event::Abandoned { card, why } => {
            vec![format!("{}  {card}, {}", out.pick("dropped ", "bỏ      "), class(why, out))]
        }
        Event::LetterVoid { card, replaced } => {
            let words = match replaced {
                true => text!(
                    "letter    {card}, a new PIN letter was printed; if there is an earlier one, it no longer holds: destroy it",
                    "thư PIN   {card}, đã in thư mới; nếu có thư trước thì thư đó không còn giá trị: hãy hủy đi"
                ),
                false => text!(
                    "letter    {card}, if a PIN letter of this card was printed, it does not hold: destroy it",
                    "thư PIN   {card}, nếu đã in thư PIN của thẻ này thì thư không còn giá trị: hãy hủy đi"
                ),
            };
            vec![words.pick(out.language).to_owned()]
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
                "{}  {} {line}, {member}: {}",
                out.pick("failed  ", "lỗi     "),
                out.pick("line", "dòng"),
                out.words(failure)
            ),
            format!("          {}", out.words(failure.remedy())),
        ],
        _ => Vec::new(),
    }
}

fn named(chip: Option<&ChipId>, out: Output) -> String {
    match chip {
        Some(chip) => format!("chip {chip}"),
        None => out.pick("unknown chip", "chip không rõ").to_owned(),
    }
}

fn reason(why: &Reason, failure: Option<&Failure>, out: Output) -> String {
    let class = class(why, out);
    match failure {
        Some(failure) => format!("{class}: {}", out.words(failure)),
        None => class,
    }
}

/// A class of reasons is words with hyphens between them.
fn class(why: &Reason, out: Output) -> String {
    out.pick(&why.as_str().replace('-', " "), &out.words(why)).to_owned()
}

/// The lines for a refused row.
pub(crate) fn rejected(row: &BadRow, out: Output) -> Vec<String> {
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

/// The line for what the person at the reader is asked to do.
pub(super) fn call_line(call: &Call, out: Output) -> String {
    format!("{}  {}", out.pick("reader  ", "đầu đọc "), call.words().pick(out.language))
}

/// The lines for the end of a run.
pub(super) fn summary_lines(summary: &Summary, out: Output) -> Vec<String> {
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
    let noun = if rows == 1 { "row" } else { "rows" };
    let first = text!("{rows} {noun}: {counts}", "{rows} dòng: {counts}");
    let second = text!(
        "blanks: {taken} taken = {good} good + {spoiled} spoiled + {left} left ({balance})",
        "thẻ trắng: {taken} đã lấy = {good} tốt + {spoiled} hỏng + {left} còn lại ({balance})"
    );
    vec![first.pick(out.language).to_owned(), second.pick(out.language).to_owned()]
}
