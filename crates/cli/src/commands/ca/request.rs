//! `ca request`: at a station, a new key and the request for its certificate.

use super::carried;
use crate::authority::Authority;
use crate::certify;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::keyring::KeyName;
use crate::text::text;
use chipwright_pki::request::{RequestProfile, request};
use chipwright_pki::{Role, SignKey, SignatureAlgorithm};
use std::path::PathBuf;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum RoleName {
    /// Signs cards
    Documents,
    /// Signs records of cards
    Records,
    /// Signs the status list
    StatusList,
    /// Signs trust bundles
    Bundle,
    /// Signs the master list
    MasterList,
    /// Prepares or approves batches
    Registrar,
    /// Holds components and shares of keys
    Custodian,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Documents => Self::DocumentSigner,
            RoleName::Records => Self::RecordSigner,
            RoleName::StatusList => Self::StatusListSigner,
            RoleName::Bundle => Self::BundleSigner,
            RoleName::MasterList => Self::MasterListSigner,
            RoleName::Registrar => Self::Registrar,
            RoleName::Custodian => Self::Custodian,
        }
    }
}

/// Options of `ca request`.
#[derive(Debug, clap::Args)]
pub(crate) struct Ask {
    /// What the key is for
    #[arg(long, value_enum)]
    role: RoleName,
    /// The station's or the person's name, as it is to stand in the certificate
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Where to write the request
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

impl Ask {
    pub(super) fn run(&self, home: &Home, context: &Context) -> Outcome {
        let authority = Authority::of(home);
        let role = Role::from(self.role);
        let key_name = authority.next_key(role, &self.name)?;
        let label = key_name.label();
        let root = authority.root()?;
        let profile = RequestProfile {
            role,
            subject: certify::subject(&home.configuration, role, &key_name, Some(&self.name))?,
            document_types: match role {
                Role::DocumentSigner => vec![home.configuration.document.document_code.clone()],
                _ => Vec::new(),
            },
        };
        if self.out.exists() {
            return carried::write(&self.out, &[]).map(|()| Exit::Success);
        }
        let passphrase = context.station_passphrase(home, self.passphrase_fd)?;
        let curve = SignatureAlgorithm::EcdsaP256Sha256;
        let key = authority.keyring().create(&key_name, curve, &passphrase)?;
        let made = request(&profile, key.public_key(), &root)
            .map_err(|error| certify::refused(&error))?
            .sign_with(&key)
            .map_err(|error| certify::refused(&error))?;
        home::write_file(&authority.request_file(&label), made.to_pem().as_bytes(), 0o644)?;
        let fingerprint = hex::encode(made.fingerprint());
        let lines = [
            ("role", role.name().to_owned()),
            ("subject", made.subject().to_string()),
            ("root SHA-256", hex::encode(root.fingerprint())),
            ("request SHA-256", fingerprint.clone()),
        ];
        let title = "Chipwright: request for a certificate, for `chipwright ca sign` at the root";
        carried::write(&self.out, carried::labelled(title, &lines, &made.to_pem()).as_bytes())?;
        context.out.data(&fingerprint)?;
        let file = self.out.display();
        let said = text!(
            "{label} waits for its certificate. Carry {file} to the root, and tell its officer this fingerprint by another way.",
            "{label} đang chờ chứng thư. Chuyển {file} đến nơi giữ khóa gốc, và báo mã SHA-256 này cho người phụ trách bằng đường khác."
        );
        context.out.say(said.pick(context.out.language));
        Ok(Exit::Success)
    }
}

impl Authority {
    /// The name of the next key of a role; that of a registrar or a custodian is the person's own.
    pub(crate) fn next_key(&self, role: Role, name: &str) -> Result<KeyName, Failure> {
        let personal = |key: KeyName| match self.keyring().exists(&key)
            || self.signer_file(&key.label()).exists()
        {
            true => Err(Failure::new(
                Exit::Usage,
                text!("there is a key {} already", "đã có khóa {}", key.label()),
                ("Choose another name; no key is overwritten.", "Chọn tên khác; không khóa nào bị ghi đè."),
            )),
            false => Ok(key),
        };
        Ok(match role {
            Role::DocumentSigner => KeyName::DocumentSigner(self.next_signer()?),
            Role::RecordSigner => KeyName::RecordSigner(self.next_record_signer()?),
            Role::StatusListSigner | Role::BundleSigner | Role::MasterListSigner => {
                let label = KeyName::Role(role, 0).label();
                KeyName::Role(role, self.next(label.trim_end_matches('0'))?)
            }
            Role::Registrar => personal(KeyName::Registrar(file_name(name)?))?,
            Role::Custodian => personal(KeyName::Custodian(file_name(name)?))?,
        })
    }
}

/// A name that is part of the name of a file.
fn file_name(name: &str) -> Result<String, Failure> {
    let good = |c: char| c.is_alphanumeric() || "-_ ".contains(c);
    if !name.trim().is_empty() && name.chars().count() <= 32 && name.chars().all(good) {
        return Ok(name.trim().to_lowercase().replace(' ', "-"));
    }
    Err(Failure::new(
        Exit::Usage,
        text!("{name:?} cannot be the name of a key", "{name:?} không thể làm tên khóa"),
        (
            "Use 1 to 32 letters, digits, spaces, hyphens or underscores.",
            "Dùng 1 đến 32 chữ cái, chữ số, dấu cách, gạch nối hoặc gạch dưới.",
        ),
    ))
}
