//! `batch show`: what a batch is of, and who signed it.

use super::{Checks, read, refused};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::output::{Output, pairs};
use chipwright_issuance::batch::{BatchError, BatchFile, Content, Registrar};
use jiff::Timestamp;
use serde::Serialize;
use std::path::PathBuf;

/// One batch file.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The batch file
    #[arg(value_name = "BATCH")]
    batch: PathBuf,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let file = read(&self.batch)?;
        let checks = Checks::of(&home)?;
        let report = Report::of(&file, &checks, None).map_err(|error| refused(&self.batch, &error))?;
        report.tell(context, self.json)?;
        Ok(Exit::Success)
    }
}

/// A batch whose signatures were checked (`schema/batch.schema.json`).
#[derive(Serialize)]
pub(super) struct Report {
    schema: &'static str,
    batch: String,
    kind: &'static str,
    members: Option<usize>,
    members_file_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected: Option<u64>,
    change: Option<Change>,
    prepared: Signed,
    approved: Option<Signed>,
    good_until: Option<Timestamp>,
}

#[derive(Serialize)]
struct Change {
    card: String,
    name: Option<String>,
    unit_code: Option<String>,
    unit_name: Option<String>,
}

#[derive(Serialize)]
struct Signed {
    by: String,
    at: Timestamp,
    certificate_sha256: String,
}

impl Signed {
    fn of(registrar: &Registrar) -> Self {
        Self {
            by: registrar.certificate.subject().to_string(),
            at: registrar.at,
            certificate_sha256: hex::encode(registrar.certificate.fingerprint()),
        }
    }
}

impl Report {
    /// Checks what signatures there are; one that does not count is an error.
    pub(super) fn of(file: &BatchFile, checks: &Checks, rejected: Option<u64>) -> Result<Self, BatchError> {
        let approved = match file.has_approval() {
            true => Some(file.approved(&checks.rules())?),
            false => None,
        };
        let prepared = match &approved {
            Some(approved) => approved.prepared().clone(),
            None => file.prepared(&checks.rules())?,
        };
        let manifest = prepared.manifest();
        let (mut list, mut change) = (None, None);
        match &manifest.content {
            Content::List(content) => list = Some(content),
            Content::Change(wanted) => {
                change = Some(Change {
                    card: wanted.card.to_string(),
                    name: wanted.name.as_ref().map(|name| name.as_str().to_owned()),
                    unit_code: wanted.unit.as_ref().map(|unit| unit.code().to_owned()),
                    unit_name: wanted.unit.as_ref().map(|unit| unit.name().to_owned()),
                });
            }
        }
        Ok(Self {
            schema: "chipwright-batch/1",
            batch: manifest.id.to_string(),
            kind: if list.is_some() { "list" } else { "change" },
            members: list.map(|list| list.len()),
            members_file_sha256: list.map(|list| hex::encode(list.members())),
            rejected,
            change,
            prepared: Signed::of(prepared.preparer()),
            good_until: approved.as_ref().map(|approved| approved.good_until()),
            approved: approved.map(|approved| Signed::of(approved.approver())),
        })
    }

    /// For people or for scripts.
    pub(super) fn tell(&self, context: &Context, json: bool) -> Result<(), Failure> {
        if json {
            return context.out.json(self);
        }
        self.lines(context.out).iter().try_for_each(|line| context.out.data(line))
    }

    fn lines(&self, out: Output) -> Vec<String> {
        let minute = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M UTC").to_string();
        let mut rows = vec![(out.pick("batch", "đợt cấp"), self.batch.clone())];
        if let (Some(members), Some(digest)) = (self.members, &self.members_file_sha256) {
            rows.push((out.pick("members", "số đảng viên"), members.to_string()));
            rows.push((out.pick("members file", "tệp danh sách"), format!("SHA-256 {digest}")));
        }
        if let Some(rejected) = self.rejected.filter(|rejected| *rejected > 0) {
            rows.push((out.pick("rejected rows", "dòng bị từ chối"), rejected.to_string()));
        }
        if let Some(change) = &self.change {
            rows.push((out.pick("card", "thẻ"), change.card.clone()));
            if let Some(name) = &change.name {
                rows.push((out.pick("new name", "họ tên mới"), name.clone()));
            }
            if let (Some(code), Some(name)) = (&change.unit_code, &change.unit_name) {
                rows.push((out.pick("new unit", "đơn vị mới"), format!("{code} {name}")));
            }
        }
        let signed = |signed: &Signed| format!("{}, {}", signed.by, minute(signed.at));
        rows.push((out.pick("prepared", "người lập"), signed(&self.prepared)));
        let approved = match &self.approved {
            Some(approved) => signed(approved),
            None => out.pick("not yet", "chưa có").to_owned(),
        };
        rows.push((out.pick("approved", "người phê duyệt"), approved));
        if let Some(until) = self.good_until {
            rows.push((out.pick("good until", "dùng được đến"), minute(until)));
        }
        pairs(&rows)
    }
}
