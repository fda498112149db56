//! `batch prepare`: the first of the two registrars.

use super::show::Report;
use super::{Checks, beside};
use crate::commands::card::{desk, update};
use crate::commands::issue::{failed, tell};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::registrars::{RegistrarName, Registrars};
use crate::text::text;
use crate::vietnamese;
use crate::{randomness, registry};
use chipwright_issuance::batch::{
    BatchError, BatchFile, BatchId, CardChange, Content, ListError, Listed, Manifest, list,
};
use chipwright_issuance::life::security_object_of;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// What is to be issued or changed, and who says so.
#[derive(Debug, clap::Args)]
pub(crate) struct Prepare {
    /// The members file: CSV with a header, or JSON lines
    #[arg(long, value_name = "FILE", requires = "portraits", required_unless_present = "card")]
    members: Option<PathBuf>,
    /// The folder of portraits
    #[arg(long, value_name = "DIR")]
    portraits: Option<PathBuf>,
    /// Change this issued card instead
    #[arg(long, value_name = "CARD", conflicts_with = "members", requires = "out")]
    card: Option<String>,
    /// The member's new name, in national characters
    #[arg(long, value_name = "NAME", requires = "card")]
    name: Option<String>,
    /// Code of the member's new unit
    #[arg(long, value_name = "CODE", requires = "unit_name")]
    unit_code: Option<String>,
    /// Name of the member's new unit
    #[arg(long, value_name = "NAME", requires_all = ["unit_code", "card"])]
    unit_name: Option<String>,
    /// The registrar who prepares
    #[arg(long, value_name = "NAME")]
    registrar: RegistrarName,
    /// The batch file to write; the members file's name with .batch if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Read the registrar's passphrase from this file descriptor
    #[arg(long, value_name = "N")]
    registrar_passphrase_fd: Option<u32>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

impl Prepare {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let registrars = Registrars::of(&home);
        let certificate = registrars.certificate(&self.registrar)?;
        let (content, rejected) = self.content(&home, context)?;
        let mut id = [0; 16];
        randomness::fill(&mut id);
        let manifest = Manifest { id: BatchId(id), content };
        let key = registrars.key(&self.registrar, self.registrar_passphrase_fd, context)?;
        let not_made =
            |error: &BatchError| Failure::of(Exit::Configuration, error, vietnamese::text(error.remedy()));
        let prepared = manifest.prepare(&certificate, Timestamp::now()).map_err(|error| not_made(&error))?;
        let signed = prepared.sign_with(&key).map_err(|error| not_made(&error.into()))?;
        let file = BatchFile::new(&signed);
        // what nobody could approve is not written
        let checks = Checks::of(&home)?;
        file.prepared(&checks.rules()).map_err(|error| not_made(&error))?;
        let out = self.out();
        home::write_file(&out, file.to_pem().as_bytes(), 0o600)?;
        Report::of(&file, &checks, Some(rejected))
            .map_err(|error| not_made(&error))?
            .tell(context, self.json)?;
        context.out.say(
            text!(
                "{} is written; a second registrar looks at it and signs: chipwright batch approve",
                "đã ghi {}; một cán bộ thứ hai xem lại rồi ký: chipwright batch approve",
                out.display()
            )
            .pick(context.out.language),
        );
        Ok(if rejected > 0 { Exit::Partial } else { Exit::Success })
    }

    fn out(&self) -> PathBuf {
        match (&self.out, &self.members) {
            (Some(out), _) => out.clone(),
            (None, Some(members)) => beside(members),
            (None, None) => PathBuf::from("card.batch"),
        }
    }

    fn content(&self, home: &Home, context: &Context) -> Result<(Content, u64), Failure> {
        match (&self.members, &self.portraits, &self.card) {
            (Some(members), Some(portraits), _) => {
                let mut rejected = 0;
                let listed = of_files(members, portraits, context, &mut rejected)?;
                Ok((Content::List(listed), rejected))
            }
            (_, _, Some(card)) => Ok((Content::Change(self.change(card, home)?), 0)),
            _ => Err(Failure::new(
                Exit::Usage,
                (
                    "there is neither a members file nor a card",
                    "không có danh sách đảng viên mà cũng không có thẻ",
                ),
                ("Give --members and --portraits, or --card.", "Dùng --members và --portraits, hoặc --card."),
            )),
        }
    }

    fn change(&self, card: &str, home: &Home) -> Result<CardChange, Failure> {
        let card = desk::number(card)?;
        let name = update::name(self.name.as_deref())?;
        let unit = update::unit(self.unit_code.as_deref(), self.unit_name.as_deref())?;
        if name.is_none() && unit.is_none() {
            return Err(Failure::new(
                Exit::Usage,
                ("nothing of the card is to be changed", "không có gì trên thẻ cần đổi"),
                (
                    "Give --name, or --unit-code and --unit-name.",
                    "Dùng --name, hoặc --unit-code và --unit-name.",
                ),
            ));
        }
        let view = registry::view(home)?;
        let security_object = security_object_of(&view, &card).map_err(|failure| failed(&failure))?;
        Ok(CardChange { card, security_object, name, unit })
    }
}

/// The list of these files; rows that are refused are told.
pub(super) fn of_files(
    members: &Path,
    portraits: &Path,
    context: &Context,
    rejected: &mut u64,
) -> Result<chipwright_issuance::batch::List, Failure> {
    let mut each = |row: Listed<'_>| {
        if let Listed::Rejected(bad) = row {
            *rejected += 1;
            tell::rejected(bad, context.out).iter().for_each(|line| context.out.say(line));
        }
    };
    list(members, portraits, &mut each).map_err(|error| match error {
        ListError::Intake(error) => tell::intake_failure(&error),
        ListError::Manifest(error) => {
            let error = BatchError::Manifest(error);
            Failure::of(Exit::Configuration, &error, vietnamese::text(error.remedy()))
        }
    })
}
