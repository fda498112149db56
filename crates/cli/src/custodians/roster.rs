//! Who the custodians of the root's key are: `ca/custody/custodians.toml`.

use super::folder;
use crate::authority::keystore;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::text::text;
use chipwright_keystore::ceremony::{Ceremony, CustodianSeal, Scheme, Secret, Sheet, Subject, split};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// The whole file. It holds no secret; whoever changes it cannot seal it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Roster {
    version: u32,
    /// HMAC-SHA-256 of the rest as JSON under a key that is derived from the shared secret.
    seal: String,
    pub(crate) ceremony: Ceremony,
    #[serde(rename = "custodian")]
    pub(crate) custodians: Vec<Member>,
}

/// A custodian.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// As on forms.
    pub(crate) full_name: String,
    pub(crate) since: Timestamp,
    /// The public half of the key in `NAME.key` (PEM).
    pub(crate) key: String,
}

impl Roster {
    /// Of this home, if it has custodians.
    pub(crate) fn of(home: &Home) -> Result<Option<Self>, Failure> {
        let path = file(home);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(home::not_read(&path, &error)),
        };
        let roster: Self = toml::from_str(&text).map_err(|error| unusable(&path).because(&error))?;
        if roster.version == 1 && roster.ceremony.sheets.len() == roster.custodians.len() {
            Ok(Some(roster))
        } else {
            Err(unusable(&path))
        }
    }

    /// The custodian of this name.
    pub(crate) fn member(&self, name: &str) -> Result<&Member, Failure> {
        self.custodians.iter().find(|held| held.name == name).ok_or_else(|| nobody(name))
    }

    /// How many must be present.
    pub(crate) const fn needed(&self) -> u8 {
        self.ceremony.scheme.needed()
    }

    /// Where the share of a custodian lies.
    pub(crate) fn share_file(&self, home: &Home, name: &str) -> PathBuf {
        share_file(home, name, &self.ceremony)
    }

    /// Whether the list is the one that was sealed with this secret.
    pub(crate) fn is_sealed(&self, secret: &Secret) -> Result<bool, Failure> {
        let seal = hex::decode(&self.seal).unwrap_or_default();
        Ok(secret.sealed(&sealed_text(&self.ceremony, &self.custodians)?, &seal))
    }
}

/// Deals the secret anew among these custodians. Whole or not at all: the list names the ceremony whose shares count, and is written
/// last; the shares of the ceremony before are deleted afterwards.
pub(crate) fn deal(
    home: &Home,
    secret: &Secret,
    custodians: Vec<Member>,
    threshold: u8,
) -> Result<Ceremony, Failure> {
    let scheme = scheme(threshold, u8::try_from(custodians.len()).unwrap_or(u8::MAX))?;
    let former = Roster::of(home)?;
    let (ceremony, sheets) = split(secret, Subject::RootAccess, scheme).map_err(|error| keystore(&error))?;
    let mut sealed = Vec::new();
    for (member, sheet) in custodians.iter().zip(&sheets) {
        sealed.push((share_file(home, &member.name, &ceremony), seal(home, member, sheet, &ceremony)?));
    }
    let seal = hex::encode(secret.seal_text(&sealed_text(&ceremony, &custodians)?));
    let roster = Roster { version: 1, seal, ceremony, custodians };
    let text = toml::to_string(&roster).map_err(|error| Failure::of(Exit::Ours, &error, "Report this."))?;
    home::write_file(&file(home), text.as_bytes(), 0o644)?;
    // the shares of before are the only other way to the secret
    sealed.push((file(home), text.into_bytes()));
    for (path, written) in sealed {
        if fs::read(&path).map_err(|error| home::not_read(&path, &error))? != written {
            return Err(unusable(&path));
        }
    }
    for member in former.iter().flat_map(|former| &former.custodians) {
        if let Some(former) = &former {
            // a share that stays is of no use with those that count now
            let _ = fs::remove_file(former.share_file(home, &member.name));
        }
    }
    Ok(roster.ceremony)
}

/// How many of how many, within the bounds.
pub(crate) fn scheme(threshold: u8, total: u8) -> Result<Scheme, Failure> {
    Scheme::shares(threshold, total).map_err(|error| {
        Failure::of(
            Exit::Usage,
            &error,
            (
                "Name two to nine custodians with --custodian, and with --threshold how many of them must be present.",
                "Nêu từ hai đến chín người giữ khóa bằng --custodian, và dùng --threshold cho biết cần có mặt bao nhiêu người.",
            ),
        )
    })
}

fn seal(home: &Home, member: &Member, sheet: &Sheet, ceremony: &Ceremony) -> Result<Vec<u8>, Failure> {
    let key = CustodianSeal::from_pem(&member.key).ok_or_else(|| unusable(&file(home)))?;
    let sealed = key.seal(sheet).map_err(|error| keystore(&error))?;
    home::write_file(&share_file(home, &member.name, ceremony), &sealed, 0o600)?;
    Ok(sealed)
}

/// What the seal is over.
fn sealed_text(ceremony: &Ceremony, custodians: &[Member]) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(&(ceremony, custodians))
        .map_err(|error| Failure::of(Exit::Ours, &error, "Report this."))
}

/// A custodian's own key.
pub(crate) fn key_file(home: &Home, name: &str) -> PathBuf {
    folder(home).join(format!("{name}.key"))
}

fn file(home: &Home) -> PathBuf {
    folder(home).join("custodians.toml")
}

fn share_file(home: &Home, name: &str, ceremony: &Ceremony) -> PathBuf {
    folder(home).join(format!("{name}.{}.share", ceremony.id))
}

fn unusable(path: &Path) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!("{} cannot be used", "không dùng được {}", path.display()),
        ("Bring the file from its backup.", "Lấy lại tệp từ bản sao lưu."),
    )
}

/// No such custodian.
pub(crate) fn nobody(name: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        text!("there is no custodian {name} in this home", "thư mục này không có người giữ khóa {name}"),
        (
            "`chipwright ceremony custodian list` shows them.",
            "`chipwright ceremony custodian list` liệt kê tất cả.",
        ),
    )
}
