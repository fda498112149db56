//! `trust kiosk-key`: the key that bundles are sealed for.

use crate::authority::keystore;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home;
use crate::output::pairs;
use crate::secret::Source;
use crate::text::Text;
use chipwright_keystore::KioskKey;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Options of `trust kiosk-key`.
#[derive(Debug, clap::Args)]
pub(crate) struct MakeKey {
    /// The kiosk's folder of trust data
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    key: KeyUse,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// How the kiosk's key is opened.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyUse {
    /// Read the passphrase of the kiosk's key from this file descriptor
    #[arg(long, value_name = "N")]
    kiosk_passphrase_fd: Option<u32>,
}

impl KeyUse {
    /// The kiosk's key, if there is one.
    pub(super) fn open(&self, folder: &Path, context: &Context) -> Result<Option<KioskKey>, Failure> {
        let path = key_file(folder);
        if !path.is_file() {
            return Ok(None);
        }
        let passphrase = self.source().open(&asked(), context.out.language)?;
        KioskKey::load(path, &passphrase).map(Some).map_err(|error| keystore(&error))
    }

    const fn source(&self) -> Source {
        Source { descriptor: self.kiosk_passphrase_fd, file: None, option: "--kiosk-passphrase-fd" }
    }
}

#[derive(Serialize)]
struct Made {
    schema: &'static str,
    id: String,
    public: String,
}

impl MakeKey {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        home::make_folder(&self.folder)?;
        let public = self.folder.join("kiosk.pub");
        let passphrase = self.key.source().choose(&asked(), context.out.language)?;
        let path = key_file(&self.folder);
        let made = if path.is_file() && !public.exists() {
            // a command was stopped between the two
            KioskKey::load(path, &passphrase).and_then(|key| key.publish(&public).map(|()| key))
        } else {
            KioskKey::create(path, &public, &passphrase)
        };
        let id = made.map_err(|error| keystore(&error))?.sealer().id();
        let out = context.out;
        let made = Made {
            schema: "chipwright-kiosk-key/1",
            id: hex::encode(&id[..8]),
            public: public.display().to_string(),
        };
        if self.json {
            out.json(&made)?;
            return Ok(Exit::Success);
        }
        let rows = [
            (out.pick("kiosk's key", "khóa của máy"), made.id),
            (out.pick("for the centre", "gửi trung tâm"), made.public),
        ];
        pairs(&rows).iter().try_for_each(|line| out.data(line))?;
        Ok(Exit::Success)
    }
}

fn key_file(folder: &Path) -> PathBuf {
    folder.join("kiosk.key")
}

fn asked() -> Text {
    Text::from(("Passphrase of the kiosk's key", "Mật khẩu khóa của máy kiểm tra"))
}
