//! What one check found, and what to do about it.

use crate::failure::Failure;
use crate::text::{Text, text};
use crate::vietnamese;
use chipwright_issuance::Language;
use serde::Serialize;
use std::error::Error;

/// How one thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Well,
    /// Could not be looked at; what was found says why.
    NotChecked,
    /// Work goes on, but somebody should look.
    Warning,
    /// Work stops, or must not go on.
    MustBeMended,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) state: State,
    pub(crate) found: Text,
    pub(crate) remedy: Option<Text>,
}

impl Finding {
    pub(crate) fn well(found: impl Into<Text>) -> Self {
        Self { state: State::Well, found: found.into(), remedy: None }
    }

    pub(crate) fn not_checked(why: impl Into<Text>) -> Self {
        Self { state: State::NotChecked, found: why.into(), remedy: None }
    }

    pub(crate) fn warning(found: impl Into<Text>, remedy: impl Into<Text>) -> Self {
        Self { state: State::Warning, found: found.into(), remedy: Some(remedy.into()) }
    }

    pub(crate) fn mend(found: impl Into<Text>, remedy: impl Into<Text>) -> Self {
        Self { state: State::MustBeMended, found: found.into(), remedy: Some(remedy.into()) }
    }

    /// With another remedy than what was found calls for by itself.
    pub(crate) fn with_remedy(self, remedy: impl Into<Text>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    /// What a command would have said.
    pub(crate) fn of_failure(failure: &Failure) -> Self {
        let (en, vi) = (told(failure, Language::En), told(failure, Language::Vi));
        Self::mend(Text { en: en.0, vi: vi.0 }, Text { en: en.1, vi: vi.1 })
    }
}

/// What happened with its reasons behind it, and the next step, without the marks of a command's last words.
fn told(failure: &Failure, language: Language) -> (String, String) {
    let lines: Vec<String> = failure
        .lines(language)
        .iter()
        .map(|line| on_one_line(line.split_once(": ").map_or(line.as_str(), |(_, words)| words)))
        .collect();
    match lines.as_slice() {
        [what, next] => (what.clone(), next.clone()),
        [what, reasons @ .., next] => (format!("{what} ({})", reasons.join("; ")), next.clone()),
        _ => (lines.join("; "), String::new()),
    }
}

/// Without the lines that a parser draws under the place of a fault.
fn on_one_line(words: &str) -> String {
    let drawn =
        |line: &&str| line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').starts_with('|');
    let lines = words.lines().filter(|line| !drawn(line)).map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(": ")
}

/// An error and everything behind it, in both languages.
pub(crate) fn words(error: &dyn Error) -> Text {
    let mut said = vietnamese::text(error.to_string());
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = vietnamese::text(error.to_string());
        if !said.en.contains(&more.en) {
            said = Text { en: format!("{}: {}", said.en, more.en), vi: format!("{}: {}", said.vi, more.vi) };
        }
        cause = error.source();
    }
    said
}

/// What happened, with its reason behind it.
pub(crate) fn because(what: impl Into<Text>, error: &dyn Error) -> Text {
    let (what, why) = (what.into(), words(error));
    Text { en: format!("{} ({})", what.en, why.en), vi: format!("{} ({})", what.vi, why.vi) }
}

/// Several findings about one thing: the worst state, every finding, every remedy once.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    pub(crate) fn extend(&mut self, finding: Option<Finding>) {
        self.0.extend(finding);
    }

    /// All of them as one; `well` if there was nothing to say.
    pub(crate) fn or_well(self, well: impl Into<Text>) -> Finding {
        let Some(state) = self.0.iter().map(|finding| finding.state).max() else {
            return Finding::well(well);
        };
        let mut findings = self.0;
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.state));
        let remedies: Vec<&Text> = findings.iter().filter_map(|finding| finding.remedy.as_ref()).collect();
        let remedy = (!remedies.is_empty()).then(|| joined(&remedies, " "));
        let found: Vec<&Text> = findings.iter().map(|finding| &finding.found).collect();
        Finding { state, found: joined(&found, "; "), remedy }
    }
}

fn joined(texts: &[&Text], between: &str) -> Text {
    let mut different: Vec<&Text> = Vec::new();
    for text in texts {
        if !different.contains(text) {
            different.push(text);
        }
    }
    let all =
        |pick: fn(&Text) -> &str| different.iter().map(|text| pick(text)).collect::<Vec<_>>().join(between);
    Text { en: all(|text| &text.en), vi: all(|text| &text.vi) }
}

/// The English of one or of several.
pub(crate) fn many<'a>(n: impl TryInto<u64>, one: &'a str, more: &'a str) -> &'a str {
    if n.try_into().is_ok_and(|n| n == 1) { one } else { more }
}

/// Seconds, minutes, hours or days, as long as it is.
pub(crate) fn span(seconds: i64) -> Text {
    match seconds.abs() {
        n @ 0..=119 => text!("{n} s", "{n} giây"),
        n @ 120..=7_199 => text!("{} minutes", "{} phút", n / 60),
        n @ 7_200..=172_799 => text!("{} hours", "{} giờ", n / 3_600),
        n => text!("{} days", "{} ngày", n / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn the_worst_of_several_comes_first_and_remedies_once() {
        let mut several = Findings::default();
        several.add(Finding::warning("a", "Do this."));
        several.add(Finding::mend("b", "Do that."));
        several.add(Finding::mend("c", "Do that."));
        let one = several.or_well("fine");
        assert_eq!((one.state, one.found.en.as_str()), (State::MustBeMended, "b; c; a"));
        assert_eq!(one.remedy.unwrap().en, "Do that. Do this.");
        assert_eq!(Findings::default().or_well("fine"), Finding::well("fine"));
    }

    #[test]
    fn a_failure_is_told_without_its_marks() {
        let inner = std::io::Error::other("the cause: a disk");
        let failure = Failure::new(Exit::Ours, ("it broke", "hỏng"), ("Mend it.", "Sửa.")).because(&inner);
        let finding = Finding::of_failure(&failure);
        assert_eq!(finding.found.en, "it broke (the cause: a disk)");
        assert_eq!(finding.remedy, Some(("Mend it.", "Sửa.").into()));
        assert_eq!(on_one_line("at line 3\n  |\n3 | a = \n  |   ^\nno value\n"), "at line 3: no value");
    }

    #[test]
    fn spans_are_said_in_their_own_unit() {
        for (seconds, words) in [(5, "5 s"), (-600, "10 minutes"), (7_200, "2 hours"), (864_000, "10 days")] {
            assert_eq!(span(seconds).en, words);
        }
    }
}
