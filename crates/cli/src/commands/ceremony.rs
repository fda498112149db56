//! `ceremony`: keys in the hands of several people.

mod custodian;
mod form;
mod load;
mod master;
mod paper;
mod record;
mod sheets;
mod transcript;

use crate::context::Context;
use crate::failure::Outcome;

/// Keys in the hands of several people: custodians, components and shares, transcripts
///
/// No custodian alone can open the root's key or change a card master: what each one holds says nothing of the key.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Ceremony {
    /// The custodians of the root's key
    #[command(subcommand)]
    Custodian(custodian::Custodian),
    /// Card masters from components or shares
    #[command(subcommand)]
    Master(master::Master),
    /// The forms that custodians keep
    #[command(subcommand)]
    Form(form::Form),
    /// Sign the transcript of what was done; two different custodians must
    SignTranscript(transcript::Sign),
    /// Check a transcript and the signatures of two custodians beside it
    CheckTranscript(transcript::Check),
}

impl Ceremony {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Custodian(custodian) => custodian.run(context),
            Self::Master(master) => master.run(context),
            Self::Form(form) => form.run(context),
            Self::SignTranscript(sign) => sign.run(context),
            Self::CheckTranscript(check) => check.run(context),
        }
    }
}
