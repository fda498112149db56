//! `trace`: recorded sessions.

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Outcome;
use crate::recording;
use chipwright_reader::trace;
use serde::Serialize;
use std::path::PathBuf;

/// Recorded sessions
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Trace {
    /// Show a session that `--record` kept: every command by name, its answer, its data objects and its time
    Show {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    #[serde(flatten)]
    decoded: trace::Decoded,
}

impl Trace {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let Self::Show { file, json } = self;
        let recording = recording::read(file)?;
        if *json {
            context
                .out
                .json(&Shown { schema: "chipwright-trace-shown/1", decoded: trace::decode(&recording) })?;
        } else {
            let lines = trace::decode(&recording).lines_in(&|words| context.out.words(words));
            lines.iter().try_for_each(|line| context.out.data(line))?;
        }
        Ok(Exit::Success)
    }
}
