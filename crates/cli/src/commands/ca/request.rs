//! `ca request`: at a station, a new key and the request for its certificate.

use super::carried;
use super::sign::in_groups;
use crate::authority::Authority;
use crate::certify;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::keyring::{Key, KeyName};
use crate::registrars::{RegistrarName, Registrars};
use crate::text::text;
use chipwright_keystore::uses::Use;
use chipwright_pki::request::{RequestProfile, request};
use chipwright_pki::{Certificate, Name, Request, Role, SignKey, SignatureAlgorithm};
use std::fs;
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
    /// Read the registrar's passphrase from this file descriptor
    #[arg(long, value_name = "N")]
    registrar_passphrase_fd: Option<u32>,
}

impl Ask {
    pub(super) fn run(&self, home: &Home, context: &Context) -> Outcome {
        let authority = Authority::of(home);
        let role = Role::from(self.role);
        let root = authority.root()?;
        carried::may_write(&self.out)?;
        let (label, made) = match self.waiting(home, &authority, role, &root)? {
            Some(waiting) => waiting,
            None => self.make(home, context, &authority, (role, &root))?,
        };
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
        context.out.say(&in_groups(&fingerprint));
        let file = self.out.display();
        let said = text!(
            "{label} waits for its certificate. Carry {file} to the root, and tell its officer this fingerprint by another way.",
            "{label} đang chờ chứng thư. Chuyển {file} đến nơi giữ khóa gốc, và báo mã SHA-256 này cho người phụ trách bằng đường khác."
        );
        context.out.say(said.pick(context.out.language));
        Ok(Exit::Success)
    }

    /// The request of a key of the same role and name that waits for its certificate, to this root.
    fn waiting(
        &self,
        home: &Home,
        authority: &Authority,
        role: Role,
        root: &Certificate,
    ) -> Result<Option<(String, Request)>, Failure> {
        for label in authority.requested()? {
            let path = authority.request_file(&label);
            let bytes = fs::read(&path).map_err(|error| home::not_read(&path, &error))?;
            let Ok(held) = Request::from_file_bytes(&bytes) else { continue };
            if held.role() != role || !held.is_to(root) || authority.signer_file(&label).exists() {
                continue;
            }
            let number = label.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(0);
            let name = match role {
                Role::Registrar => registrar(&self.name)?.key(),
                Role::DocumentSigner => KeyName::DocumentSigner(number),
                Role::RecordSigner => KeyName::RecordSigner(number),
                _ => KeyName::Role(role, number),
            };
            if name.label() == label && *held.subject() == self.subject(home, role, &name)? {
                return Ok(Some((label, held)));
            }
        }
        Ok(None)
    }

    /// A new key and its request, which is kept.
    fn make(
        &self,
        home: &Home,
        context: &Context,
        authority: &Authority,
        (role, root): (Role, &Certificate),
    ) -> Result<(String, Request), Failure> {
        let name = authority.next_key(role, &self.name)?;
        let profile = RequestProfile {
            role,
            subject: self.subject(home, role, &name)?,
            document_types: match role {
                Role::DocumentSigner => vec![home.configuration.document.document_code.clone()],
                _ => Vec::new(),
            },
        };
        let key = self.key(home, context, authority, (role, &name))?;
        let made = request(&profile, key.public_key(), root)
            .map_err(|error| certify::refused(&error))?
            .sign_with(&key)
            .map_err(|error| certify::refused(&error))?;
        let label = name.label();
        home::write_file(&authority.request_file(&label), made.to_pem().as_bytes(), 0o644)?;
        Ok((label, made))
    }

    fn subject(&self, home: &Home, role: Role, name: &KeyName) -> Result<Name, Failure> {
        certify::subject(&home.configuration, role, name, Some(&self.name))
    }

    /// A registrar's key lies under a passphrase that nobody at the station needs to know; one that a stopped command left is taken up.
    fn key(
        &self,
        home: &Home,
        context: &Context,
        authority: &Authority,
        (role, name): (Role, &KeyName),
    ) -> Result<Key, Failure> {
        let curve = SignatureAlgorithm::EcdsaP256Sha256;
        if role == Role::Registrar {
            let (registrars, own) = (Registrars::of(home), registrar(&self.name)?);
            registrars.may_be_made(&own, None)?;
            let passphrase = registrars.choose(&own, None, self.registrar_passphrase_fd, context)?;
            return authority.keyring().take_up(name, curve, &passphrase, Use::Request);
        }
        let passphrase = context.station_passphrase(home, self.passphrase_fd)?;
        authority.keyring().create(name, curve, &passphrase)
    }
}

/// The name of a registrar, as every other command knows it.
fn registrar(name: &str) -> Result<RegistrarName, Failure> {
    name.parse().map_err(|_| {
        Failure::new(
            Exit::Usage,
            text!("{name:?} cannot be the name of a registrar", "{name:?} không thể làm tên cán bộ đăng ký"),
            (
                "Use 1 to 32 letters a to z, digits and hyphens, a letter first, for instance tran-hoa.",
                "Dùng 1 đến 32 chữ cái a đến z không dấu, chữ số và gạch nối, bắt đầu bằng chữ cái, ví dụ tran-hoa.",
            ),
        )
    })
}

/// A custodian's keys are made where the custodian is.
pub(super) fn custodians_enrol() -> Failure {
    Failure::new(
        Exit::Usage,
        (
            "the key of a custodian is made when he or she is added, and not here",
            "khóa của người giữ khóa được tạo khi thêm người đó, không phải ở đây",
        ),
        (
            "Add the custodian with `chipwright ceremony custodian add`.",
            "Thêm người giữ khóa bằng `chipwright ceremony custodian add`.",
        ),
    )
}

impl Authority {
    /// The name of the next key of a role; that of a registrar is the person's own.
    pub(crate) fn next_key(&self, role: Role, name: &str) -> Result<KeyName, Failure> {
        Ok(match role {
            Role::DocumentSigner => KeyName::DocumentSigner(self.next_signer()?),
            Role::RecordSigner => KeyName::RecordSigner(self.next_record_signer()?),
            Role::StatusListSigner | Role::BundleSigner | Role::MasterListSigner => {
                let label = KeyName::Role(role, 0).label();
                KeyName::Role(role, self.next(label.trim_end_matches('0'))?)
            }
            Role::Registrar => {
                let own = registrar(name)?;
                if self.signer_file(&own.key().label()).exists() {
                    let label = own.key().label();
                    return Err(Failure::new(
                        Exit::Usage,
                        text!("there is a key {label} already", "đã có khóa {label}"),
                        (
                            "Choose another name; no key is overwritten.",
                            "Chọn tên khác; không khóa nào bị ghi đè.",
                        ),
                    ));
                }
                own.key()
            }
            Role::Custodian => return Err(custodians_enrol()),
        })
    }
}
