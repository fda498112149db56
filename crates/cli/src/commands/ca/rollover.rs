//! `ca rollover`: the next root, and the word of each root for the other's key.

use super::lists::clock_is_credible;
use super::{RootUse, show};
use crate::authority::Authority;
use crate::certify::{self, ROOT_CURVE};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Outcome;
use crate::home::{self, Home};
use crate::keyring::KeyName;
use crate::text::text;
use chipwright_keystore::uses::Use;
use jiff::Timestamp;

/// Options of `ca rollover`.
#[derive(Debug, clap::Args)]
pub(crate) struct Rollover {
    #[command(flatten)]
    root: RootUse,
}

impl Rollover {
    /// The root's certificate is written last: until then nothing has changed, and a stopped command is repeated with the same key.
    pub(super) fn run(&self, home: &Home, context: &Context) -> Outcome {
        let authority = Authority::of(home);
        let configuration = &home.configuration;
        let at = Timestamp::now();
        clock_is_credible(&authority, at)?;
        let old = authority.generation();
        let new = old + 1;
        let old_root = authority.root()?;
        let passphrase = self.root.key.passphrase(home, context)?;
        let old_key = authority.root_key_of(old, &passphrase, Use::Link)?;
        let keyring = authority.keyring();
        let take_up = |purpose| keyring.take_up(&KeyName::Root(new), ROOT_CURVE, &passphrase, purpose);
        let new_key = take_up(Use::Certificate)?;
        let new_root = certify::root_certificate(configuration, old_root.subject().clone(), &new_key, at)?;
        let forward = certify::link_certificate(configuration, &new_root, (&old_key, &old_root), at)?;
        let new_key = take_up(Use::Link)?;
        let backward = certify::link_certificate(configuration, &old_root, (&new_key, &new_root), at)?;
        for (file, link) in
            [(authority.link_file(new, old), forward), (authority.link_file(old, new), backward)]
        {
            home::write_file(&file, link.to_pem().as_bytes(), 0o644)?;
        }
        let new_key = take_up(Use::Crl)?;
        authority.issue_crl_of(new, &new_root, &new_key, 1, Vec::new(), at)?;
        home::write_file(&authority.root_file_of(new), new_root.to_pem().as_bytes(), 0o644)?;
        let said = text!(
            "Root generation {new} signs from now on. Take ca/link-{new}-by-{old}.pem, ca/root-{new}.pem and ca/crl-{new}.pem to every station and verifier; the old root still signs its own revocation list.",
            "Từ nay gốc thế hệ {new} ký. Chuyển ca/link-{new}-by-{old}.pem, ca/root-{new}.pem và ca/crl-{new}.pem đến mọi trạm và máy kiểm tra; gốc cũ vẫn ký danh sách thu hồi của nó."
        );
        context.out.say(said.pick(context.out.language));
        show(home, context, self.root.json)?;
        Ok(Exit::Success)
    }
}
