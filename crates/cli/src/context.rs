//! What every command is given.

use crate::failure::Failure;
use crate::home::Home;
use crate::output::Output;
use crate::recording::Unrecorded;
use crate::secret::Source;
use crate::station_keys;
use crate::text::Text;
use chipwright_keystore::Passphrase;
use std::path::PathBuf;

/// Where to speak, and which home.
pub(crate) struct Context {
    pub(crate) out: Output,
    pub(crate) home: PathBuf,
    /// What a recorded card was asked beside what was recorded.
    pub(crate) unrecorded: Unrecorded,
}

impl Context {
    /// The home, which must be there.
    pub(crate) fn home(&self) -> Result<Home, Failure> {
        Home::open(&self.home)
    }

    /// The passphrase of the station: document signer and card keys.
    pub(crate) fn station_passphrase(
        &self,
        home: &Home,
        descriptor: Option<u32>,
    ) -> Result<Passphrase, Failure> {
        let file = Some(station_keys::passphrase_file(home));
        Source { descriptor, file, option: "--passphrase-fd" }.open(
            &Text::from(("Passphrase of the station's keys", "Mật khẩu khóa của trạm")),
            self.out.language,
        )
    }
}
