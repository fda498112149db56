//! What a station may sign: a batch that was approved, or, in a test home that says so, anything.

use super::{Checks, beside, read, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::Home;
use crate::text::text;
use chipwright_issuance::batch::{Approval, ApprovedBatch, ApprovedChange, ApprovedList, BatchError, Rules};
use std::path::Path;

/// What a second person has approved.
pub(crate) enum Granted {
    /// A list of members.
    List(ApprovedList),
    /// A change of one card.
    Change(ApprovedChange),
    /// Nothing, which suffices for what is not signed.
    Nothing,
    /// Nobody has to.
    Waived,
}

impl Granted {
    /// For the members of this list: the batch named, or the one beside the list.
    pub(crate) fn list(home: &Home, members: &Path, batch: Option<&Path>) -> Result<Self, Failure> {
        let beside = beside(members);
        let path = match batch {
            Some(path) => path,
            None if beside.exists() => &beside,
            None if !required(home)? => return Ok(Self::Waived),
            None => return Err(not_approved(members, &beside)),
        };
        approved(home, path, ApprovedBatch::into_list).map(Self::List)
    }

    /// For a change of one card.
    pub(crate) fn change(home: &Home, batch: Option<&Path>) -> Result<Self, Failure> {
        match batch {
            Some(path) => approved(home, path, ApprovedBatch::into_change).map(Self::Change),
            None if !required(home)? => Ok(Self::Waived),
            None => Ok(Self::Nothing),
        }
    }

    /// As the library takes it.
    pub(crate) const fn approval(&self) -> Approval<'_> {
        match self {
            Self::List(list) => Approval::of_list(list),
            Self::Change(change) => Approval::of_change(change),
            Self::Nothing => Approval::nothing(),
            Self::Waived => Approval::danger_waived(),
        }
    }
}

fn approved<T>(
    home: &Home,
    path: &Path,
    take: impl FnOnce(ApprovedBatch, &Rules<'_>) -> Result<T, BatchError>,
) -> Result<T, Failure> {
    let checks = Checks::of(home)?;
    let approved = read(path)?.approved(&checks.rules());
    approved.and_then(|batch| take(batch, &checks.rules())).map_err(|error| refused(path, &error))
}

fn required(home: &Home) -> Result<bool, Failure> {
    let configuration = &home.configuration;
    configuration.approval.is_required(configuration.issuer.mode)
}

fn not_approved(members: &Path, beside: &Path) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!(
            "nobody has approved {}: there is no {}",
            "chưa ai phê duyệt {}: không có {}",
            members.display(),
            beside.display()
        ),
        (
            "Let one registrar prepare the list with `chipwright batch prepare`, and another one approve it with `chipwright batch approve`.",
            "Một cán bộ lập đợt cấp bằng `chipwright batch prepare`, một cán bộ khác phê duyệt bằng `chipwright batch approve`.",
        ),
    )
}
