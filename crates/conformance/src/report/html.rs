//! The report as a page: one table a chapter, every word in it, no script, nothing fetched.

use super::{Report, Row, State};
use crate::run::Outcome;
use std::fmt::Write as _;

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --good: #197b30; --bad: #b3261e; --quiet: #777; }
@media (prefers-color-scheme: dark) { :root { --good: #6fce86; --bad: #ff8a80; --quiet: #aaa; } }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
.vi { color: var(--quiet); font-weight: normal; }
table { border-collapse: collapse; width: 100%; } td, th { border-top: 1px solid var(--line); padding: .45rem .6rem; text-align: left; vertical-align: top; }
th { font-weight: 600; } td.id { white-space: nowrap; font-weight: 600; } td.state { white-space: nowrap; width: 9rem; }
td.text { width: 45%; } .passed, .partly { color: var(--good); } .failed { color: var(--bad); font-weight: 600; } .skipped, .not-run { color: var(--quiet); }
ul { margin: 0; padding-left: 1.1rem; } .why { display: block; } code { font-size: .92em; }
.count { display: flex; gap: 2rem; margin: 1rem 0; } .count b { font-size: 1.6rem; display: block; }
";

pub(super) fn page(report: &Report) -> String {
    let mut out = String::new();
    out.push_str("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    let _ = write!(out, "<title>Conformance of a card</title><style>{STYLE}</style></head><body>");
    out.push_str("<h1>Conformance of a card <span class=\"vi\" lang=\"vi\">Mức tuân thủ của thẻ</span></h1>");
    let _ = write!(out, "<p>{}</p>", escape(&report.card));
    counts(&mut out, report);
    let mut chapter = "";
    for row in &report.requirements {
        if row.chapter != chapter {
            if !chapter.is_empty() {
                out.push_str("</tbody></table>");
            }
            chapter = &row.chapter;
            let _ = write!(
                out,
                "<h2>{} <span class=\"vi\" lang=\"vi\">{}</span></h2><table><thead><tr>",
                escape(chapter),
                chapter_in_vietnamese(chapter)
            );
            for (english, vietnamese) in
                [("No.", "Số"), ("Requirement", "Yêu cầu"), ("Result", "Kết quả"), ("Scenarios", "Kịch bản")]
            {
                let _ = write!(out, "<th>{english} <span class=\"vi\" lang=\"vi\">{vietnamese}</span></th>");
            }
            out.push_str("</tr></thead><tbody>");
        }
        requirement(&mut out, report, row);
    }
    out.push_str("</tbody></table></body></html>\n");
    out
}

/// The headings of the contract; another one has none.
fn chapter_in_vietnamese(chapter: &str) -> &'static str {
    let name = chapter.split_once(". ").map_or(chapter, |(_, name)| name);
    match name {
        "The chip" => "Chip",
        "Card manager" => "Trình quản lý thẻ",
        "Personalisation" => "Cá thể hóa",
        "The identity application: files" => "Ứng dụng định danh: các tệp",
        "The identity application: access" => "Ứng dụng định danh: quyền truy cập",
        "Proof that the chip is genuine" => "Bằng chứng chip là thật",
        "PIN and PUK" => "PIN và PUK",
        "The records application" => "Ứng dụng hồ sơ",
        "Terminal Authentication and Chip Authentication version 2" => {
            "Xác thực thiết bị và xác thực chip phiên bản 2"
        }
        "Life after issuance" => "Vòng đời sau khi cấp",
        "Privacy" => "Quyền riêng tư",
        "Reset" => "Khởi động lại",
        _ => "",
    }
}

const fn words(state: State) -> (&'static str, &'static str, &'static str, &'static str) {
    match state {
        State::Passed => ("passed", "✓", "passed", "đạt"),
        State::Partly => ("partly", "◐", "partly run, passed", "chạy một phần, đạt"),
        State::Failed => ("failed", "✗", "failed", "không đạt"),
        State::Skipped => ("skipped", "–", "skipped", "bỏ qua"),
        State::NotRun => ("not-run", "·", "not run", "chưa chạy"),
    }
}

fn counts(out: &mut String, report: &Report) {
    out.push_str("<div class=\"count\">");
    for (state, number) in [
        (State::Passed, report.count.passed),
        (State::Partly, report.count.partly),
        (State::Failed, report.count.failed),
        (State::Skipped, report.count.skipped),
        (State::NotRun, report.count.not_run),
    ] {
        let (class, sign, english, vietnamese) = words(state);
        let _ = write!(
            out,
            "<div class=\"{class}\"><b>{number}</b>{sign} {english} <span class=\"vi\" lang=\"vi\">{vietnamese}</span></div>"
        );
    }
    out.push_str("</div>");
}

fn requirement(out: &mut String, report: &Report, row: &Row) {
    let (class, sign, english, vietnamese) = words(row.state);
    let _ = write!(
        out,
        "<tr id=\"{0}\"><td class=\"id\">{0}</td><td class=\"text\">{1}</td>\
         <td class=\"state {class}\">{sign} {english}<br><span class=\"vi\" lang=\"vi\">{vietnamese}</span></td><td><ul>",
        escape(&row.id),
        marked(&row.text),
    );
    for name in &row.scenarios {
        let Some(finding) = report.finding(name) else { continue };
        let _ = write!(
            out,
            "<li><code>{}</code>: {} <span class=\"vi\" lang=\"vi\">{}</span>",
            escape(name),
            escape(&finding.what),
            escape(&finding.what_vi)
        );
        if finding.cuts > 0 {
            let _ = write!(
                out,
                " ({0} losses of power <span class=\"vi\" lang=\"vi\">{0} lần mất điện</span>)",
                finding.cuts
            );
        }
        match &finding.outcome {
            Outcome::Passed => finding.skipped_cases.iter().for_each(|reason| why(out, "skipped", reason)),
            Outcome::Failed { reason } => why(out, "failed", reason),
            Outcome::Skipped { reason } => why(out, "skipped", reason),
        }
        out.push_str("</li>");
    }
    out.push_str("</ul></td></tr>");
}

fn why(out: &mut String, class: &str, reason: &str) {
    let _ = write!(out, "<span class=\"why {class}\">{}</span>", escape(reason));
}

/// Text of the contract with its `code` and **strong** words.
fn marked(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in escape(text).split('`').enumerate() {
        let _ = if index % 2 == 1 {
            write!(out, "<code>{part}</code>")
        } else {
            write!(out, "{}", part.replace("**", "").replace('*', ""))
        };
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chapter_has_two_headings() {
        let contract = crate::requirement::Requirement::parse(crate::embedded::CONTRACT).unwrap();
        for requirement in contract {
            assert_ne!(chapter_in_vietnamese(&requirement.chapter), "", "{}", requirement.chapter);
        }
    }

    #[test]
    fn what_a_card_says_cannot_become_markup() {
        assert_eq!(escape("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
        assert_eq!(marked("`7C` <x> **shall**"), "<code>7C</code> &lt;x&gt; shall");
    }
}
