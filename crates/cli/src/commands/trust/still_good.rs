//! `trust still-good`: the cards of a signer that are known to be good, by the registry.

use super::archive::Archive;
use crate::authority::Authority;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::registry;
use crate::text::text;
use chipwright_pki::bundle::Digest;
use chipwright_profile::CardNumber;
use chipwright_registry::CardStatus;
use serde::Serialize;
use std::collections::BTreeSet;

/// Options of `trust still-good`.
#[derive(Debug, clap::Args)]
pub(crate) struct StillGood {
    /// The document signer, as `ca show` names it
    #[arg(value_name = "SIGNER")]
    signer: String,
    /// A card that is not to be listed, though the registry has it as issued; again for each
    #[arg(long, value_name = "CARD", value_parser = card)]
    except: Vec<CardNumber>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

fn card(text: &str) -> Result<CardNumber, String> {
    CardNumber::parse(text).map_err(|error| error.to_string())
}

#[derive(Serialize)]
struct Listed {
    schema: &'static str,
    signer: String,
    signer_sha256: String,
    listed: usize,
    left_out: usize,
    file: String,
}

impl StillGood {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let authority = Authority::of(&home);
        let _lock = authority.lock()?;
        let known =
            authority.signers()?.iter().any(|number| crate::authority::signer_name(*number) == self.signer);
        if !known {
            return Err(Failure::new(
                Exit::Usage,
                text!("there is no document signer {}", "không có người ký {}", self.signer),
                ("`chipwright ca show` lists them.", "`chipwright ca show` liệt kê tất cả."),
            ));
        }
        let signer = authority.signer(&self.signer)?.fingerprint();
        let (mut listed, mut left_out) = (BTreeSet::<Digest>::new(), 0);
        let view = registry::view(&home)?;
        let mut unread = None;
        view.for_each_card(&mut |card| {
            // what an update left on the card, and who signed that
            let updated = view.updated_seal_of(&card.number).unwrap_or_else(|error| {
                unread = Some(error);
                None
            });
            let Some(seal) = updated.or(card.seal).filter(|seal| seal.signer == signer) else { return };
            if card.status == CardStatus::Issued && !self.except.contains(&card.number) {
                listed.insert(seal.security_object);
            } else {
                left_out += 1;
            }
        })
        .and_then(|()| unread.map_or(Ok(()), Err))
        .map_err(|error| registry::failure(&error))?;
        let file = Archive::of(&home).list_still_good(&self.signer, &signer, &listed)?;
        let shown = Listed {
            schema: "chipwright-still-good-list/1",
            signer: self.signer.clone(),
            signer_sha256: hex::encode(signer),
            listed: listed.len(),
            left_out,
            file: file.display().to_string(),
        };
        let out = context.out;
        if self.json {
            out.json(&shown)?;
            return Ok(Exit::Success);
        }
        let said = text!(
            "{}: {} cards are listed as still good, {left_out} are not",
            "{}: {} thẻ được ghi là vẫn tốt, {left_out} thẻ thì không",
            self.signer,
            listed.len()
        );
        out.data(said.pick(out.language))?;
        out.say(out.pick(
            "kiosks learn it with the next `chipwright trust build`; until the signer is revoked the list changes nothing",
            "máy kiểm tra sẽ biết khi có gói tiếp theo từ `chipwright trust build`; khi người ký chưa bị thu hồi thì danh sách không có tác dụng",
        ));
        Ok(Exit::Success)
    }
}
