//! `schema`: the JSON schemas of the output.

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Outcome;

/// Print the JSON schema of a command's output
#[derive(Debug, clap::Args)]
pub(crate) struct Schema {
    /// Of which command
    #[arg(value_enum)]
    of: Of,
}

/// Commands whose JSON has a schema.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Of {
    Verify,
    Issue,
    Batch,
    Doctor,
    Conformance,
    Terminal,
    Record,
    Status,
}

impl Schema {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let text = match self.of {
            Of::Verify => include_str!("../../../verify/schema/report.schema.json"),
            Of::Issue => include_str!("../../schema/issue.schema.json"),
            Of::Batch => include_str!("../../schema/batch.schema.json"),
            Of::Terminal => include_str!("../../schema/terminal.schema.json"),
            Of::Record => include_str!("../../schema/record.schema.json"),
            Of::Status => include_str!("../../schema/status.schema.json"),
            Of::Doctor => include_str!("../../schema/doctor.schema.json"),
            Of::Conformance => include_str!("../../../conformance/schema/report.schema.json"),
        };
        context.out.data(text.trim_end())?;
        Ok(Exit::Success)
    }
}
