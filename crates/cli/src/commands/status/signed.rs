//! From a snapshot of the registry to signed lists.

use crate::authority::Authority;
use crate::configuration::status_list::StatusListPolicy;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::keyring::KeyName;
use chipwright_pki::role::Role;
use chipwright_pki::status_list::{
    Claims, CompressedList, Cwt, Jwt, SetError, Status, StatusList, list_uri, prepare_cwt, prepare_jwt,
};
use chipwright_pki::{Certificate, SignError, SignKey};
use chipwright_registry::{EntryStatus, SignedList, StatusSnapshot};
use jiff::Timestamp;
use ring::digest::SHA256;
use std::error::Error;

/// The most signers of lists that a home ever has.
const MOST_SIGNERS: u32 = 999;

/// One list in both formats.
pub(super) struct Signed {
    pub(super) list: u32,
    pub(super) uri: String,
    pub(super) entries: u32,
    pub(super) revoked: usize,
    pub(super) suspended: usize,
    pub(super) content: StatusList,
    pub(super) jwt: Jwt,
    pub(super) cwt: Cwt,
    expires_at: Timestamp,
}

impl Signed {
    /// What goes on record.
    pub(super) fn record(&self) -> SignedList {
        SignedList {
            list: self.list,
            expires_at: self.expires_at,
            jwt: digest(self.jwt.as_str().as_bytes()),
            cwt: digest(self.cwt.as_bytes()),
        }
    }
}

/// SHA-256.
pub(super) fn digest(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    digest.copy_from_slice(ring::digest::digest(&SHA256, bytes).as_ref());
    digest
}

/// When the tokens of this snapshot are issued: whole seconds.
pub(super) fn issued_at(snapshot: &StatusSnapshot) -> Timestamp {
    Timestamp::from_second(snapshot.at.as_second()).unwrap_or(snapshot.at)
}

/// The files of a publication.
pub(super) fn files(made: &[Signed]) -> Vec<(String, Vec<u8>)> {
    made.iter()
        .flat_map(|signed| {
            [
                (format!("{}.jwt", signed.list), signed.jwt.as_str().as_bytes().to_vec()),
                (format!("{}.cwt", signed.list), signed.cwt.as_bytes().to_vec()),
            ]
        })
        .collect()
}

/// Signs every list of a snapshot.
pub(super) fn sign(
    snapshot: &StatusSnapshot,
    policy: &StatusListPolicy,
    signer: &Certificate,
    key: &dyn SignKey,
) -> Result<Vec<Signed>, Failure> {
    let issued_at = issued_at(snapshot);
    let expires_at = issued_at + policy.valid();
    snapshot
        .lists
        .iter()
        .map(|list| {
            let mut content = StatusList::new(list.size);
            for (index, status) in &list.entries {
                content.set(*index, pki_status(*status)).map_err(|error: SetError| damaged(&error))?;
            }
            let count = |wanted| list.entries.iter().filter(|(_, status)| *status == wanted).count();
            let compressed = CompressedList::of(&content);
            let claims = Claims {
                subject: list_uri(&policy.address, list.list),
                issued_at,
                expires: Some(expires_at),
                time_to_live: Some(policy.due_seconds()),
                number: Some(snapshot.number.into()),
            };
            let jwt = prepare_jwt(&compressed, &claims, signer).map_err(|error| not_signed(&error))?;
            let cwt = prepare_cwt(&compressed, &claims, signer).map_err(|error| not_signed(&error))?;
            let failed = |error: SignError| not_signed(&error);
            Ok(Signed {
                list: list.list,
                uri: claims.subject,
                entries: list.size,
                revoked: count(EntryStatus::Invalid),
                suspended: count(EntryStatus::Suspended),
                content,
                jwt: jwt.sign_with(key).map_err(failed)?,
                cwt: cwt.sign_with(key).map_err(failed)?,
                expires_at,
            })
        })
        .collect()
}

const fn pki_status(status: EntryStatus) -> Status {
    match status {
        EntryStatus::Valid => Status::Valid,
        EntryStatus::Suspended => Status::Suspended,
        EntryStatus::Invalid => Status::Invalid,
    }
}

/// The newest signer of lists that may sign now: its label and certificate.
pub(super) fn current_signer(authority: &Authority, at: Timestamp) -> Result<(String, Certificate), Failure> {
    let crl = authority.crl()?;
    let mut late = None;
    for number in (1..=MOST_SIGNERS).rev() {
        let label = KeyName::Role(Role::StatusListSigner, number).label();
        if !authority.signer_file(&label).exists() {
            continue;
        }
        let certificate = authority.signer(&label)?;
        let usage = certificate.private_key_usage().unwrap_or(certificate.validity());
        if crl.revocation(certificate.serial()).is_none() && usage.contains(at) {
            return Ok((label, certificate));
        }
        late.get_or_insert(label);
    }
    Err(no_signer(late.as_deref()))
}

fn no_signer(late: Option<&str>) -> Failure {
    let what = match late {
        Some(label) => crate::text::text!(
            "{label} may not sign any more: its time is over, or it was revoked",
            "{label} không còn được ký: đã hết thời hạn hoặc bị thu hồi"
        ),
        None => {
            ("this home has no signer of status lists", "thư mục này chưa có người ký danh sách trạng thái")
                .into()
        }
    };
    Failure::new(
        Exit::Configuration,
        what,
        (
            "Make one with `chipwright ca new-signer --role status-list`.",
            "Tạo bằng `chipwright ca new-signer --role status-list`.",
        ),
    )
}

fn not_signed(error: &dyn Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        (
            "the status lists were not signed; nothing was published",
            "chưa ký được danh sách trạng thái; chưa phát hành gì",
        ),
        ("Check the signer of status lists and its key.", "Kiểm tra người ký danh sách trạng thái và khóa."),
    )
    .because(error)
}

fn damaged(error: &dyn Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        (
            "the registry holds an entry that its status list cannot have",
            "sổ đăng ký có mục không thể nằm trong danh sách trạng thái",
        ),
        ("Keep the registry as it is and report this.", "Giữ nguyên sổ đăng ký và báo lại lỗi này."),
    )
    .because(error)
}
