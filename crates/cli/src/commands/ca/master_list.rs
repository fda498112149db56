//! `ca master-list`: the roots and links of this organisation, signed by its master-list signer.

use super::carried;
use crate::authority::Authority;
use crate::certify;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::text::text;
use chipwright_keystore::uses::Use;
use chipwright_pki::{Certificate, MasterList, Role};
use jiff::Timestamp;
use std::path::PathBuf;

/// Options of `ca master-list`.
#[derive(Debug, clap::Args)]
pub(crate) struct SignList {
    /// Where to write the list
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

impl SignList {
    pub(super) fn run(&self, home: &Home, context: &Context) -> Outcome {
        let authority = Authority::of(home);
        let at = Timestamp::now();
        let (label, signer) = signer(&authority, at)?;
        let mut all = Vec::new();
        for generation in authority.generations()? {
            all.push(authority.root_of(generation)?);
        }
        all.extend(authority.links()?.into_iter().map(|(_, link)| link));
        let list = MasterList::new(&all).map_err(|error| certify::refused(&error))?;
        let prepared = list.prepare(&signer, at).map_err(|error| certify::refused(&error))?;
        if self.out.exists() {
            return carried::write(&self.out, &[]).map(|()| Exit::Success);
        }
        let passphrase = context.station_passphrase(home, self.passphrase_fd)?;
        let key = authority.signer_key(&label, &passphrase, Use::MasterList)?;
        let signed = prepared.sign_with(&key).map_err(|error| certify::refused(&error))?;
        home::write_file(&authority.master_list_file(), signed.as_der(), 0o644)?;
        carried::write(&self.out, signed.as_der())?;
        let count = list.certificates().len();
        let said = text!("{label} signed a list of {count}", "{label} đã ký danh sách gồm {count}");
        context.out.data(said.pick(context.out.language))?;
        Ok(Exit::Success)
    }
}

/// The newest master-list signer whose key may sign now.
fn signer(authority: &Authority, at: Timestamp) -> Result<(String, Certificate), Failure> {
    let mut found: Vec<(String, Certificate)> = authority.all_signers()?;
    found.retain(|(_, held)| {
        let usage = held.private_key_usage().unwrap_or(held.validity());
        held.role() == Some(Role::MasterListSigner) && usage.contains(at)
    });
    found.into_iter().max_by_key(|(_, held)| held.validity().not_before).ok_or_else(|| {
        Failure::new(
            Exit::Configuration,
            (
                "there is no master-list signer whose key may sign now",
                "không có người ký danh sách gốc nào đang được ký",
            ),
            (
                "Make one with `chipwright ca new-signer --role master-list`.",
                "Tạo bằng `chipwright ca new-signer --role master-list`.",
            ),
        )
    })
}
