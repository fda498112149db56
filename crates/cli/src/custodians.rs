//! The root's key in the hands of several custodians: `ca/custody/`.
//!
//! ```text
//! custodians.toml         who they are, how many are needed, check values; sealed with the secret itself
//! NAME.key                a custodian's own key, under a passphrase that nobody else knows
//! NAME.ID.share           the share of the root's passphrase, sealed for that key
//! ceremony-ID.json        what is known to everybody of a ceremony over a master key
//! transcript-N.jsonl      what was done, and beside it the signatures of two custodians
//! ```
//!
//! The root's passphrase (or PIN) is made of 32 random bytes that were never shown. They exist while custodians open the root's key, in
//! the memory of that command alone.

pub(crate) mod enrol;
pub(crate) mod opening;
pub(crate) mod roster;
pub(crate) mod transcript;
pub(crate) mod voice;

use crate::authority::Authority;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::Home;
use crate::secret::Source;
use crate::text::Text;
use chipwright_keystore::Passphrase;
use roster::Roster;
use std::path::PathBuf;
use voice::Present;

/// The folder of a home.
pub(crate) fn folder(home: &Home) -> PathBuf {
    home.authority().join("custody")
}

/// How the root's key is opened: by its passphrase, or in a home with custodians by them.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct RootAccess {
    /// Read the passphrase of the root's key from this file descriptor
    #[arg(long, value_name = "N")]
    pub(crate) root_passphrase_fd: Option<u32>,
    /// A custodian who is present, again for each; with =N the passphrase is read from that file descriptor
    #[arg(long = "custodian", value_name = "NAME[=N]", conflicts_with = "root_passphrase_fd")]
    pub(crate) custodians: Vec<Present>,
}

/// The passphrase of the root's key. In a home with custodians it is put together from the shares of as many of them as are needed.
pub(crate) fn root_passphrase(
    home: &Home,
    context: &Context,
    access: &RootAccess,
) -> Result<Passphrase, Failure> {
    if let Some(roster) = Roster::of(home)? {
        if access.root_passphrase_fd.is_some() {
            return Err(no_passphrase());
        }
        let opened = opening::open(home, context, &roster, &access.custodians)?;
        transcript::append(home, &transcript::Event::root_opened(&opened))?;
        return Ok(opened.secret.to_passphrase());
    }
    if home.configuration.custody.required {
        return Err(Failure::new(
            Exit::Configuration,
            (
                "the root's key of this home is opened by custodians, and ca/custody/custodians.toml is not there",
                "khóa gốc của thư mục này do những người giữ khóa cùng mở, nhưng không có ca/custody/custodians.toml",
            ),
            ("Bring the folder ca/custody from its backup.", "Lấy lại thư mục ca/custody từ bản sao lưu."),
        ));
    }
    if let Some(named) = access.custodians.first() {
        return Err(roster::nobody(&named.name));
    }
    let source = Source {
        descriptor: access.root_passphrase_fd,
        file: Some(Authority::of(home).root_passphrase_file()),
        option: "--root-passphrase-fd",
    };
    source.open(&Text::from(("Passphrase of the root's key", "Mật khẩu khóa gốc")), context.out.language)
}

fn no_passphrase() -> Failure {
    Failure::new(
        Exit::Configuration,
        (
            "nobody knows a passphrase of this home's root key: custodians open it together",
            "không ai biết mật khẩu khóa gốc của thư mục này: những người giữ khóa cùng nhau mở",
        ),
        ("Name those who are present with --custodian.", "Nêu những người có mặt bằng --custodian."),
    )
}
