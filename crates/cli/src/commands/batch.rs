//! `batch`: what one registrar prepares and another one approves.

mod approve;
mod granted;
mod prepare;
mod show;

use crate::authority;
use crate::commands::issue::policy;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::text::text;
use chipwright_issuance::batch::{BatchError, BatchFile, MOST_FILE_BYTES, Rules};
use chipwright_pki::{Policy, TrustStore};
use jiff::Timestamp;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

pub(crate) use granted::Granted;

/// Prepare a batch of cards, have it approved by a second registrar, look at it
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Batch {
    /// Sign what is to be issued: the digests of a members file and of every good row with its photograph; or a change of one card
    Prepare(Box<prepare::Prepare>),
    /// Compare a prepared batch with the files, and sign it as the second registrar
    Approve(approve::Approve),
    /// Show what a batch is of and who signed it
    Show(show::Show),
}

impl Batch {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Prepare(prepare) => prepare.run(context),
            Self::Approve(approve) => approve.run(context),
            Self::Show(show) => show.run(context),
        }
    }
}

/// What the batches of a home are checked against, now.
pub(super) struct Checks {
    trust: TrustStore,
    policy: Policy,
    valid_days: u16,
    at: Timestamp,
}

impl Checks {
    fn of(home: &Home) -> Result<Self, Failure> {
        Ok(Self {
            trust: authority::trust(home.path())?,
            policy: policy(home),
            valid_days: home.configuration.approval.valid_days,
            at: Timestamp::now(),
        })
    }

    const fn rules(&self) -> Rules<'_> {
        Rules { trust: &self.trust, policy: &self.policy, at: self.at, valid_days: self.valid_days }
    }
}

/// The batch that lies beside a members file.
pub(super) fn beside(members: &Path) -> PathBuf {
    members.with_extension("batch")
}

fn read(path: &Path) -> Result<BatchFile, Failure> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| home::not_read(path, &error))?;
    if bytes.len() as u64 > MOST_FILE_BYTES {
        return Err(Failure::new(
            Exit::Configuration,
            text!("{} is larger than any batch file", "{} lớn hơn mọi tệp đợt cấp", path.display()),
            (
                "Take the file that `chipwright batch prepare` wrote.",
                "Dùng tệp do `chipwright batch prepare` ghi.",
            ),
        ));
    }
    BatchFile::from_bytes(&bytes).map_err(|error| refused(path, &error))
}

/// A batch that does not count, in the words of the command line.
fn refused(path: &Path, error: &BatchError) -> Failure {
    let what = text!("{} cannot be used", "không dùng được {}", path.display());
    Failure::new(Exit::Configuration, what, crate::vietnamese::text(error.remedy())).because(error)
}
