//! `completions`: for shells.

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use clap::CommandFactory;
use std::io::{self, Write};

/// Print completions for a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell
    shell: clap_complete::Shell,
}

impl Completions {
    pub(crate) fn run(&self) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "chipwright", &mut script);
        io::stdout().lock().write_all(&script).map_err(|error| Failure::of_output(&error))?;
        Ok(Exit::Success)
    }
}
