//! What the examination came to, for people and for programs.

use super::catalogue::Name;
use super::finding::{Finding, State, many};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::text::{Text, text};
use jiff::Timestamp;
use serde::Serialize;

/// Every check with its finding.
pub(crate) struct Report {
    pub(crate) station: String,
    pub(crate) at: Timestamp,
    pub(crate) checks: Vec<(Name, Finding)>,
}

#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    station: &'a str,
    at: String,
    version: &'static str,
    state: State,
    checks: Vec<ShownCheck<'a>>,
    summary: Counts,
}

#[derive(Serialize)]
struct ShownCheck<'a> {
    name: Name,
    state: State,
    found: Words<'a>,
    remedy: Option<Words<'a>>,
}

#[derive(Serialize)]
struct Words<'a> {
    en: &'a str,
    vi: &'a str,
}

#[derive(Serialize)]
struct Counts {
    well: usize,
    warning: usize,
    must_be_mended: usize,
    not_checked: usize,
}

impl<'a> From<&'a Text> for Words<'a> {
    fn from(text: &'a Text) -> Self {
        Self { en: &text.en, vi: &text.vi }
    }
}

impl Report {
    /// 0, 3 or 5.
    pub(crate) fn exit(&self) -> Exit {
        match self.worst() {
            State::MustBeMended => Exit::Configuration,
            State::Warning => Exit::Partial,
            State::Well | State::NotChecked => Exit::Success,
        }
    }

    /// One JSON object.
    pub(crate) fn json(&self, out: Output) -> Result<(), Failure> {
        let checks = self
            .checks
            .iter()
            .map(|(name, finding)| ShownCheck {
                name: *name,
                state: finding.state,
                found: (&finding.found).into(),
                remedy: finding.remedy.as_ref().map(Into::into),
            })
            .collect();
        out.json(&Shown {
            schema: "chipwright-doctor/1",
            station: &self.station,
            at: format!("{:.0}", self.at),
            version: env!("CARGO_PKG_VERSION"),
            state: self.worst(),
            checks,
            summary: Counts {
                well: self.count(State::Well),
                warning: self.count(State::Warning),
                must_be_mended: self.count(State::MustBeMended),
                not_checked: self.count(State::NotChecked),
            },
        })
    }

    /// A line a check, the remedies, a sentence.
    pub(crate) fn print(&self, out: Output) -> Result<(), Failure> {
        let width = State::ALL.iter().map(|state| state.word(out).chars().count()).max().unwrap_or(0);
        for (name, finding) in &self.checks {
            let (mark, word) = (finding.state.mark(), finding.state.word(out));
            let (title, found) = (title(*name, out), finding.found.pick(out.language));
            out.data(&format!("{mark} {word:<width$}  {title}: {found}"))?;
        }
        self.remedies(out)?;
        out.data("")?;
        out.data(self.sentence().pick(out.language))
    }

    fn remedies(&self, out: Output) -> Result<(), Failure> {
        let mut number = 0;
        for state in [State::MustBeMended, State::Warning] {
            let of_state = self.checks.iter().filter(|(_, finding)| finding.state == state);
            for (name, remedy) in
                of_state.filter_map(|(name, finding)| Some((name, finding.remedy.as_ref()?)))
            {
                if number == 0 {
                    out.data("")?;
                    out.data(out.pick("What to do, most urgent first:", "Việc cần làm, gấp nhất trước:"))?;
                }
                number += 1;
                out.data(&format!("{number:>3}. {}: {}", title(*name, out), remedy.pick(out.language)))?;
            }
        }
        Ok(())
    }

    fn sentence(&self) -> Text {
        let (mend, warnings) = (self.count(State::MustBeMended), self.count(State::Warning));
        let (faults, cautions) = (many(mend, "fault", "faults"), many(warnings, "warning", "warnings"));
        let said = match (mend, warnings) {
            (0, 0) => Text::from(("This station is well", "Trạm này hoạt động tốt")),
            (0, n) => {
                text!("This station can work, with {n} {cautions}", "Trạm vẫn làm việc được, có {n} cảnh báo")
            }
            (m, 0) => text!(
                "This station must be mended before it issues cards: {m} {faults}",
                "Phải sửa trạm này trước khi cấp thẻ: {m} lỗi"
            ),
            (m, n) => text!(
                "This station must be mended before it issues cards: {m} {faults}, {n} {cautions}",
                "Phải sửa trạm này trước khi cấp thẻ: {m} lỗi, {n} cảnh báo"
            ),
        };
        match self.count(State::NotChecked) {
            0 => Text { en: format!("{}.", said.en), vi: format!("{}.", said.vi) },
            n => Text {
                en: format!("{} ({n} not checked).", said.en),
                vi: format!("{} ({n} mục chưa kiểm tra được).", said.vi),
            },
        }
    }

    fn worst(&self) -> State {
        let bad = |state: &State| *state > State::NotChecked;
        self.checks.iter().map(|(_, finding)| finding.state).filter(bad).max().unwrap_or(State::Well)
    }

    fn count(&self, state: State) -> usize {
        self.checks.iter().filter(|(_, finding)| finding.state == state).count()
    }
}

impl State {
    const ALL: [Self; 4] = [Self::Well, Self::NotChecked, Self::Warning, Self::MustBeMended];

    const fn mark(self) -> &'static str {
        match self {
            Self::Well => "✓",
            Self::NotChecked => "–",
            Self::Warning => "!",
            Self::MustBeMended => "✗",
        }
    }

    const fn word(self, out: Output) -> &'static str {
        match self {
            Self::Well => out.pick("well", "tốt"),
            Self::NotChecked => out.pick("not checked", "chưa kiểm tra"),
            Self::Warning => out.pick("warning", "cảnh báo"),
            Self::MustBeMended => out.pick("must be mended", "phải sửa"),
        }
    }
}

/// What this check is called.
pub(crate) fn title(name: Name, out: Output) -> &'static str {
    let (en, vi) = name.title();
    out.pick(en, vi)
}
