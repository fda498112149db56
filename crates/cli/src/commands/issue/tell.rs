//! What `issue` tells: lines for people or JSON lines, the rejects file, the progress bar.

mod machine;
mod people;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home;
use crate::output::Output;
use crate::pcsc_feeder::Call;
use crate::text::{Text, text};
use chipwright_issuance::Language;
use chipwright_issuance::intake::{BadRow, Intake, IntakeError, Notice, RejectsFile};
use chipwright_issuance::issue::{Event, MembersFile, Summary};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::path::{Path, PathBuf};

pub(crate) use people::rejected;

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

    /// Tells what the person at the reader is asked to do.
    pub(super) fn call(&mut self, call: &Call) {
        let told = if self.json {
            self.out.json(&machine::call_json(call, self.out.language))
        } else {
            let line = people::call_line(call, self.out);
            self.bar.suspend(|| self.out.data(&line))
        };
        if let Err(failure) = told {
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
            return self.out.json(&machine::summary_json(summary));
        }
        people::summary_lines(summary, self.out).iter().try_for_each(|line| self.out.data(line))?;
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
                self.bar.set_message(format!("{}  {}", self.member, self.out.words(progress.step)));
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
        let lines = people::people(event, self.out);
        self.bar.suspend(|| lines.iter().try_for_each(|line| self.out.data(line)))
    }

    fn tell_json(&self, event: &Event<'_>) -> Result<(), Failure> {
        machine::machine(event, self.out.language).iter().try_for_each(|line| self.out.json(line))
    }
}

fn bar(rows: usize) -> ProgressBar {
    let bar = ProgressBar::new(rows as u64);
    let style = ProgressStyle::with_template("{pos}/{len} {bar:30} {elapsed} (+{eta})  {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// An unusable members file in the words of the command line.
pub(crate) fn intake_failure(error: &IntakeError) -> Failure {
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
