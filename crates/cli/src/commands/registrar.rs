//! `registrar`: who prepares and approves batches.

use super::ca::{self, RootUse, Why};
use crate::authority::Authority;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::keyring::person::PersonToken;
use crate::output::Table;
use crate::registrars::{RegistrarName, Registrars};
use crate::text::text;
use chipwright_keystore::uses::Use;
use chipwright_pki::Certificate;
use jiff::Timestamp;
use serde::Serialize;
use std::path::PathBuf;

/// The registrars, who prepare and approve batches
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Registrar {
    /// Make a registrar's key, under a passphrase or in a token of their own, and the certificate
    Add {
        /// The registrar's name: letters a to z, digits, hyphens
        #[arg(value_name = "NAME")]
        name: RegistrarName,
        #[command(flatten)]
        root: RootUse,
        /// Read the registrar's passphrase from this file descriptor
        #[arg(long, value_name = "N")]
        registrar_passphrase_fd: Option<u32>,
        #[command(flatten)]
        token: Token,
    },
    /// Show the registrars
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Revoke a registrar's certificate and sign a new revocation list: nothing they prepared or approved counts any more
    Remove {
        /// The registrar's name
        #[arg(value_name = "NAME")]
        name: RegistrarName,
        /// Why
        #[arg(long, value_enum, default_value = "cessation")]
        reason: Why,
        #[command(flatten)]
        root: RootUse,
    },
}

/// The registrar's own token.
#[derive(Debug, clap::Args)]
pub(crate) struct Token {
    /// Keep the key in a PKCS#11 token of the registrar's own: its module. The token is there and has its PIN, which takes the place
    /// of the passphrase
    #[arg(long, value_name = "MODULE", requires = "token_label")]
    hsm: Option<PathBuf>,
    /// The label of the token
    #[arg(long, value_name = "LABEL", requires = "hsm")]
    token_label: Option<String>,
    /// Its serial number, where several tokens have the label
    #[arg(long, value_name = "SERIAL", requires = "hsm")]
    token_serial: Option<String>,
}

impl Token {
    fn named(&self) -> Option<PersonToken> {
        let (module, label) = (self.hsm.clone()?, self.token_label.clone()?);
        Some(PersonToken { module, label, serial: self.token_serial.clone() })
    }
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    name: String,
    status: &'static str,
    signs_until: Timestamp,
    certificate_sha256: String,
}

impl Registrar {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let at = Timestamp::now();
        let authority = Authority::of(&home);
        let registrars = Registrars::of(&home);
        let json = match self {
            Self::List { json } => *json,
            Self::Add { name, root, registrar_passphrase_fd, token } => {
                let _lock = authority.lock()?;
                if registrars.is_taken(name) {
                    return Err(taken(name));
                }
                let token = token.named();
                registrars.may_be_made(name, token.as_ref())?;
                let key = root.open(&home, context, Use::Certificate)?;
                let passphrase =
                    registrars.choose(name, token.as_ref(), *registrar_passphrase_fd, context)?;
                registrars.make(name, (&key, &authority.root()?), (token.as_ref(), &passphrase), at)?;
                root.json()
            }
            Self::Remove { name, reason, root } => {
                let _lock = authority.lock()?;
                let held = registrars.certificate(name)?;
                if is_revoked(&authority, &held)? {
                    return Err(removed(name));
                }
                ca::revoke(&home, context, &held, *reason, root)?;
                root.json()
            }
        };
        show(&home, context, json, at)?;
        Ok(Exit::Success)
    }
}

fn show(home: &Home, context: &Context, json: bool, at: Timestamp) -> Result<(), Failure> {
    let out = context.out;
    let registrars = Registrars::of(home);
    let authority = Authority::of(home);
    let mut table = Table::new(&[
        out.pick("registrar", "cán bộ"),
        out.pick("status", "tình trạng"),
        out.pick("signs until", "ký đến"),
    ]);
    for name in registrars.names()? {
        let held = registrars.certificate(&name)?;
        let until = held.private_key_usage().unwrap_or(held.validity()).not_after;
        let (status, words) = match () {
            () if is_revoked(&authority, &held)? => ("revoked", out.pick("revoked", "đã thu hồi")),
            () if at > until => ("expired", out.pick("expired", "hết hạn")),
            () => ("good", out.pick("good", "tốt")),
        };
        if json {
            out.json(&Shown {
                schema: "chipwright-registrar/1",
                name: name.as_str().to_owned(),
                status,
                signs_until: until,
                certificate_sha256: hex::encode(held.fingerprint()),
            })?;
        }
        let day = until.strftime("%Y-%m-%d").to_string();
        table.row(vec![name.as_str().to_owned(), words.to_owned(), day]);
    }
    if json {
        return Ok(());
    }
    if table.is_empty() {
        out.say(out.pick(
            "there are no registrars; make two with `chipwright registrar add`",
            "chưa có cán bộ đăng ký nào; thêm hai người bằng `chipwright registrar add`",
        ));
        return Ok(());
    }
    table.lines().iter().try_for_each(|line| out.data(line))
}

/// On the list of the root that issued it.
fn is_revoked(authority: &Authority, held: &Certificate) -> Result<bool, Failure> {
    match authority.issuer_of(held)? {
        Some((generation, _)) => Ok(authority.crl_of(generation)?.revocation(held.serial()).is_some()),
        None => Ok(false),
    }
}

fn taken(name: &RegistrarName) -> Failure {
    let name = name.as_str();
    Failure::new(
        Exit::Configuration,
        text!("there is a registrar {name} already", "đã có cán bộ đăng ký {name}"),
        (
            "Choose another name; the name of a registrar who was removed is not given again.",
            "Chọn tên khác; tên của người đã bị thu hồi không được dùng lại.",
        ),
    )
}

fn removed(name: &RegistrarName) -> Failure {
    let name = name.as_str();
    Failure::new(
        Exit::Configuration,
        text!("registrar {name} is revoked already", "cán bộ đăng ký {name} đã bị thu hồi từ trước"),
        ("Nothing is to be done.", "Không cần làm gì."),
    )
}
