//! What is said when a command cannot do its work: what happened, why, what to do next.

use crate::exit::Exit;
use crate::text::{Text, pick};
use crate::vietnamese;
use chipwright_issuance::Language;
use std::error::Error;
use std::io;

/// A command that did not do its work.
#[derive(Debug)]
pub(crate) struct Failure(Box<Told>);

#[derive(Debug)]
struct Told {
    exit: Exit,
    what: Text,
    because: Vec<Text>,
    next: Text,
    silent: bool,
}

/// What most commands return.
pub(crate) type Outcome = Result<Exit, Failure>;

impl Failure {
    /// What happened, and what to do next.
    pub(crate) fn new(exit: Exit, what: impl Into<Text>, next: impl Into<Text>) -> Self {
        Self(Box::new(Told {
            exit,
            what: what.into(),
            because: Vec::new(),
            next: next.into(),
            silent: false,
        }))
    }

    /// The exit code.
    pub(crate) const fn exit(&self) -> Exit {
        self.0.exit
    }

    /// With the error behind it and everything behind that, each once.
    pub(crate) fn because(mut self, error: &dyn Error) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            let words = error.to_string();
            let said = |text: &Text| text.en.contains(&words);
            if !said(&self.0.what) && !self.0.because.iter().any(said) {
                self.0.because.push(vietnamese::text(words));
            }
            cause = error.source();
        }
        self
    }

    /// With everything behind the error, when its own words are said already, in two languages.
    pub(crate) fn because_of_source(self, error: &dyn Error) -> Self {
        match error.source() {
            Some(source) => self.because(source),
            None => self,
        }
    }

    /// An error whose own words say what happened.
    pub(crate) fn of(exit: Exit, error: &dyn Error, next: impl Into<Text>) -> Self {
        Self::new(exit, vietnamese::text(error.to_string()), next).because(error)
    }

    /// Whoever read our output has gone: nothing to say to anybody.
    pub(crate) fn of_output(error: &io::Error) -> Self {
        let mut failure = Self::new(
            Exit::Ours,
            ("the output could not be written", "không ghi được kết quả"),
            (
                "Check the disk or the program that reads the output.",
                "Kiểm tra ổ đĩa hoặc chương trình nhận kết quả.",
            ),
        );
        failure.0.silent = error.kind() == io::ErrorKind::BrokenPipe;
        failure.because(error)
    }

    /// What happened and what to do next, for whoever passes them on.
    pub(crate) fn told(&self) -> (Text, Text) {
        (self.0.what.clone(), self.0.next.clone())
    }

    /// Whoever read our output has gone.
    pub(crate) const fn is_silent(&self) -> bool {
        self.0.silent
    }

    /// The lines for stderr.
    pub(crate) fn lines(&self, language: Language) -> Vec<String> {
        if self.0.silent {
            return Vec::new();
        }
        let mut lines = vec![format!("{}: {}", pick(language, "error", "lỗi"), self.0.what.pick(language))];
        for reason in &self.0.because {
            lines.push(format!("  {}: {}", pick(language, "because", "vì"), reason.pick(language)));
        }
        lines.push(format!("{}: {}", pick(language, "next", "làm tiếp"), self.0.next.pick(language)));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] io::Error);

    #[test]
    fn every_cause_is_told_once_and_the_next_step_last() {
        let error = Outer(io::Error::other("inner"));
        let failure = Failure::new(Exit::Ours, "it broke", "Mend it.").because(&error);
        assert_eq!(
            failure.lines(Language::En),
            ["error: it broke", "  because: outer", "  because: inner", "next: Mend it."]
        );
        let failure = Failure::of(Exit::Ours, &error, "Mend it.");
        assert_eq!(failure.lines(Language::Vi), ["lỗi: outer", "  vì: inner", "làm tiếp: Mend it."]);
    }
}
