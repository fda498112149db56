//! `batch approve`: the second of the two registrars.

use super::prepare::of_files;
use super::show::Report;
use super::{Checks, read, refused};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home;
use crate::registrars::{RegistrarName, Registrars};
use crate::text::text;
use chipwright_issuance::batch::{Content, Difference, List};
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// What is approved, with the files it was prepared from.
#[derive(Debug, clap::Args)]
pub(crate) struct Approve {
    /// The batch file; the approval is added to it
    #[arg(value_name = "BATCH")]
    batch: PathBuf,
    /// The members file that is approved; not for a change of one card
    #[arg(long, value_name = "FILE", requires = "portraits")]
    members: Option<PathBuf>,
    /// The folder of portraits
    #[arg(long, value_name = "DIR", requires = "members")]
    portraits: Option<PathBuf>,
    /// The registrar who approves: not the one who prepared
    #[arg(long, value_name = "NAME")]
    registrar: RegistrarName,
    /// Read the registrar's passphrase from this file descriptor
    #[arg(long, value_name = "N")]
    registrar_passphrase_fd: Option<u32>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

impl Approve {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let registrars = Registrars::of(&home);
        let certificate = registrars.certificate(&self.registrar)?;
        let checks = Checks::of(&home)?;
        let file = read(&self.batch)?;
        let fails = |error| refused(&self.batch, &error);
        let prepared = file.prepared(&checks.rules()).map_err(fails)?;
        let now = Timestamp::now();
        // refused before anybody types a passphrase
        let to_sign = prepared.approve(&certificate, now).map_err(fails)?;
        let mut rejected = None;
        if let Content::List(list) = &prepared.manifest().content {
            let (members, portraits) = self.files()?;
            let mut refused = 0;
            let shown = of_files(members, portraits, context, &mut refused)?;
            rejected = Some(refused);
            same(list, &shown, members)?;
        }
        let report = Report::of(&file, &checks, rejected).map_err(fails)?;
        if !self.json {
            report.tell(context, false)?;
        }
        let key = registrars.key(&self.registrar, self.registrar_passphrase_fd, context)?;
        let signed = to_sign.sign_with(&key).map_err(|error| refused(&self.batch, &error.into()))?;
        let file = file.approved_by(&signed);
        let checks = Checks::of(&home)?;
        let approved = Report::of(&file, &checks, rejected).map_err(fails)?;
        // what the signer would refuse is not written
        file.approved(&checks.rules()).map_err(fails)?;
        home::write_file(&self.batch, file.to_pem().as_bytes(), 0o600)?;
        if self.json {
            approved.tell(context, true)?;
        } else {
            context.out.say(
                text!("{} is approved", "đã phê duyệt {}", self.batch.display()).pick(context.out.language),
            );
        }
        Ok(Exit::Success)
    }

    fn files(&self) -> Result<(&Path, &Path), Failure> {
        match (&self.members, &self.portraits) {
            (Some(members), Some(portraits)) => Ok((members, portraits)),
            _ => Err(Failure::new(
                Exit::Usage,
                (
                    "this batch is a list of members, and is approved by somebody who has the files",
                    "đợt cấp này là một danh sách đảng viên; người phê duyệt phải có các tệp đó",
                ),
                ("Give --members and --portraits.", "Dùng --members và --portraits."),
            )),
        }
    }
}

/// What is approved is what is shown.
fn same(prepared: &List, shown: &List, members: &Path) -> Result<(), Failure> {
    let Difference { added, missing, file } = prepared.difference(shown);
    if added == 0 && missing == 0 && !file {
        return Ok(());
    }
    let members = members.display();
    Err(Failure::new(
        Exit::Configuration,
        text!(
            "the batch was prepared from other files: {members} and its photographs have {added} good rows that were not prepared, and {missing} that were prepared are not there",
            "đợt cấp được lập từ các tệp khác: {members} và ảnh kèm theo có {added} dòng hợp lệ chưa được lập, và thiếu {missing} dòng đã được lập"
        ),
        (
            "Take the files that were prepared, or prepare the batch anew from these.",
            "Dùng đúng các tệp đã được lập, hoặc lập lại đợt cấp từ các tệp này.",
        ),
    ))
}
