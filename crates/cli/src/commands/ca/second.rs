//! `ca second-signer`: who signs a second time, with ML-DSA-65.

use super::RootKey;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Outcome;
use crate::home::Home;
use crate::second::SecondAuthority;
use crate::text::text;
use jiff::Timestamp;

/// Options of `ca second-signer`.
#[derive(Debug, clap::Args)]
pub(crate) struct NewSecondSigner {
    #[command(flatten)]
    root: RootKey,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

impl NewSecondSigner {
    pub(super) fn run(&self, home: &Home, context: &Context) -> Outcome {
        let root = self.root.passphrase(home, context)?;
        let station = context.station_passphrase(home, self.passphrase_fd)?;
        let signer = SecondAuthority::of(home).new_signer(home, (&root, &station), Timestamp::now())?;
        let usage = signer.private_key_usage().unwrap_or(signer.validity());
        context.out.data(&hex::encode(signer.fingerprint()))?;
        let day = usage.not_after.strftime("%Y-%m-%d").to_string();
        let said = text!(
            "The second signer signs until {day}. New cards get its signature with second_signature.sign = true in config.toml; verifiers need the certificates and the list in ca/second/.",
            "Người ký thứ hai ký đến {day}. Thẻ mới có chữ ký này khi đặt second_signature.sign = true trong config.toml; máy kiểm tra cần các chứng thư và danh sách trong ca/second/."
        );
        context.out.say(said.pick(context.out.language));
        Ok(Exit::Success)
    }
}
