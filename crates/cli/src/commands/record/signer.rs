//! `record new-signer`.

use super::{Root, Station};
use crate::authority::Authority;
use crate::certify;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Outcome;
use crate::keyring::KeyName;
use crate::text::text;
use chipwright_keystore::uses::Use;
use chipwright_pki::Role;
use jiff::Timestamp;

/// Options of `record new-signer`.
#[derive(Debug, clap::Args)]
pub(crate) struct NewSigner {
    #[command(flatten)]
    root: Root,
    #[command(flatten)]
    station: Station,
}

impl NewSigner {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let authority = Authority::of(&home);
        let _lock = authority.lock()?;
        let number = authority.next_record_signer()?;
        let root_key = authority.root_key(&self.root.passphrase(&home, context)?, Use::Certificate)?;
        let passphrase = context.station_passphrase(&home, self.station.passphrase())?;
        let issuer = (&root_key as _, &authority.root()?);
        let name = KeyName::RecordSigner(number);
        let made = certify::make_role(
            &authority,
            &home.configuration,
            (Role::RecordSigner, &name, None),
            issuer,
            &passphrase,
            Timestamp::now(),
        )?;
        let until = made.private_key_usage().unwrap_or(made.validity()).not_after.strftime("%Y-%m-%d");
        let said =
            text!("record-signer-{number} signs until {until}", "record-signer-{number} ký đến {until}");
        context.out.data(said.pick(context.out.language))?;
        Ok(Exit::Success)
    }
}
