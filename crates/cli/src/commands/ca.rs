//! `ca`: the certification authority of the home.

mod accept;
mod carried;
mod check;
mod lists;
mod master_list;
mod request;
mod rollover;
mod second;
mod show;
mod sign;

use crate::authority::Authority;
use crate::certify;
use crate::context::Context;
use crate::custodians::{self, RootAccess};
use crate::evidence;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::keyring::Key;
use chipwright_keystore::Passphrase;
use chipwright_keystore::uses::Use;
use chipwright_pki::Role;
use jiff::Timestamp;
pub(crate) use lists::{Why, revoke};
use request::RoleName;
pub(crate) use show::show;

/// The certification authority: root, document signers, revocation list
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Ca {
    /// Show the root, the document signers and the revocation list
    Show {
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Check every chain, revocation list, link and the master list, and when they end
    Check(check::CheckAll),
    /// Sign a new revocation list (it is valid for 90 days)
    Crl(lists::NewLists),
    /// Make a new document signer; its key signs for three months
    NewSigner(NewSigner),
    /// At a station: make a key and a request for its certificate, to be carried to the root
    Request(request::Ask),
    /// At the root: sign a request that a station has made, once its name, role and fingerprint are confirmed
    Sign(sign::Sign),
    /// At a station: take in what the root has signed, a certificate, a revocation list, or a new root after its link
    Accept(accept::Accept),
    /// Make the next root, the links between the two, and its first revocation list; the old root stays
    Rollover(rollover::Rollover),
    /// Sign the list of this organisation's roots and links (ICAO master list)
    MasterList(master_list::SignList),
    /// Make a signer of second, post-quantum signatures (ML-DSA-65), and its root if there is none
    SecondSigner(second::NewSecondSigner),
    /// Make the key pair that evidence of inspections is sealed for: keys/evidence.pem opens, keys/evidence.pub seals
    EvidenceKey {
        /// Read the passphrase of the evidence key from this file descriptor
        #[arg(long, value_name = "N")]
        evidence_passphrase_fd: Option<u32>,
    },
    /// Revoke a document signer and sign a new revocation list: all its cards become invalid
    RevokeSigner(lists::RevokeSigner),
}

/// The root's key.
#[derive(Debug, clap::Args)]
pub(crate) struct RootKey {
    #[command(flatten)]
    access: RootAccess,
}

/// Options of commands that sign with the root's key.
#[derive(Debug, clap::Args)]
pub(crate) struct RootUse {
    #[command(flatten)]
    key: RootKey,
    /// Print the authority afterwards as JSON
    #[arg(long)]
    json: bool,
}

/// Options of `ca new-signer`.
#[derive(Debug, clap::Args)]
pub(crate) struct NewSigner {
    /// What the key is for
    #[arg(long, value_enum, default_value = "documents")]
    role: RoleName,
    /// The station's or the person's name, as it is to stand in the certificate
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    root: RootUse,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

impl Ca {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let _lock = match self {
            Self::Show { .. } | Self::Check(_) => None,
            _ => Some(Authority::of(&home).lock()?),
        };
        match self {
            Self::Show { json } => show(&home, context, *json).map(|()| Exit::Success),
            Self::Check(check) => check.run(&home, context),
            Self::Crl(lists) => lists.run(&home, context),
            Self::NewSigner(signer) => signer.run(&home, context),
            Self::Request(request) => request.run(&home, context),
            Self::Sign(sign) => sign.run(&home, context),
            Self::Accept(accept) => accept.run(&home, context),
            Self::Rollover(rollover) => rollover.run(&home, context),
            Self::SecondSigner(signer) => signer.run(&home, context),
            Self::MasterList(list) => list.run(&home, context),
            Self::EvidenceKey { evidence_passphrase_fd } => {
                let source = evidence::source(&home, *evidence_passphrase_fd);
                evidence::make_key(&home, &source.choose(&evidence::asked(), context.out.language)?)?;
                context.out.say(context.out.pick(
                    "keys/evidence.pem opens evidence: keep it away from stations; they need keys/evidence.pub",
                    "keys/evidence.pem mở được bằng chứng: không để ở trạm; trạm chỉ cần keys/evidence.pub",
                ));
                Ok(Exit::Success)
            }
            Self::RevokeSigner(revoke) => revoke.run(&home, context),
        }
    }
}

impl NewSigner {
    fn run(&self, home: &Home, context: &Context) -> Outcome {
        let authority = Authority::of(home);
        let at = Timestamp::now();
        lists::clock_is_credible(&authority, at)?;
        let role = Role::from(self.role);
        match role {
            Role::Registrar => return Err(registrars_are_added()),
            Role::Custodian => return Err(request::custodians_enrol()),
            _ => {}
        }
        let name = authority.next_key(role, self.name.as_deref().unwrap_or_default())?;
        let key = self.root.key.open(home, context, Use::Certificate)?;
        let passphrase = context.station_passphrase(home, self.passphrase_fd)?;
        let issuer = (&key as _, &authority.root()?);
        let asked = (role, &name, self.name.as_deref());
        certify::make_role(&authority, &home.configuration, asked, issuer, &passphrase, at)?;
        show(home, context, self.root.json)?;
        Ok(Exit::Success)
    }
}

/// A registrar's key is not under the passphrase of the station.
fn registrars_are_added() -> Failure {
    Failure::new(
        Exit::Usage,
        (
            "the key of a registrar is made under his or her own passphrase, and not here",
            "khóa của cán bộ đăng ký được tạo dưới mật khẩu riêng của người đó, không phải ở đây",
        ),
        (
            "Add the registrar with `chipwright registrar add`.",
            "Thêm cán bộ đăng ký bằng `chipwright registrar add`.",
        ),
    )
}

impl RootUse {
    /// The key of the root that signs now.
    pub(crate) fn open(&self, home: &Home, context: &Context, purpose: Use) -> Result<Key, Failure> {
        self.key.open(home, context, purpose)
    }

    /// Whether what there is afterwards is printed as JSON.
    pub(crate) const fn json(&self) -> bool {
        self.json
    }
}

impl RootKey {
    /// The passphrase, which every generation of the root's key has.
    fn passphrase(&self, home: &Home, context: &Context) -> Result<Passphrase, Failure> {
        custodians::root_passphrase(home, context, &self.access)
    }

    /// The key of the root that signs now.
    fn open(&self, home: &Home, context: &Context, purpose: Use) -> Result<Key, Failure> {
        Authority::of(home).root_key(&self.passphrase(home, context)?, purpose)
    }
}
