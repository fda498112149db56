//! `ca crl` and `ca revoke-signer`: revocation lists, one of each generation of the root.

use super::{RootUse, show};
use crate::authority::Authority;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::keyring::Key;
use crate::second::SecondAuthority;
use crate::text::text;
use chipwright_keystore::uses::Use;
use chipwright_pki::crl::{Reason, RevokedCertificate};
use chipwright_pki::{Certificate, Crl, TrustStore};
use jiff::Timestamp;

/// Options of `ca crl`.
#[derive(Debug, clap::Args)]
pub(crate) struct NewLists {
    /// Only if less than a third of a list's time is left; to be run every day
    #[arg(long)]
    if_due: bool,
    #[command(flatten)]
    root: RootUse,
}

/// Options of `ca revoke-signer`.
#[derive(Debug, clap::Args)]
pub(crate) struct RevokeSigner {
    /// The signer, as `ca show` names it; the newest if not given
    #[arg(value_name = "SIGNER")]
    signer: Option<String>,
    /// Why
    #[arg(long, value_enum, default_value = "key-compromise")]
    reason: Why,
    #[command(flatten)]
    root: RootUse,
}

/// Why a signer is revoked.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Why {
    /// The key is, or may be, in other hands
    KeyCompromise,
    /// Replaced by another
    Superseded,
    /// No longer used
    Cessation,
    /// No reason given
    Unspecified,
}

impl NewLists {
    pub(super) fn run(&self, home: &Home, context: &Context) -> Outcome {
        let authority = Authority::of(home);
        let at = Timestamp::now();
        clock_is_credible(&authority, at)?;
        let mut wanted = Vec::new();
        let mut next_due = Timestamp::MAX;
        for generation in authority.generations()? {
            // an expired root vouches for nothing any more
            if authority.root_of(generation)?.validity().not_after < at {
                continue;
            }
            if self.if_due {
                let due = due_from(&authority.crl_of(generation)?);
                if at < due {
                    next_due = next_due.min(due);
                    continue;
                }
            }
            wanted.push(generation);
        }
        if wanted.is_empty() {
            let day = next_due.strftime("%Y-%m-%d");
            let said =
                text!("no list is due before {day}", "chưa đến hạn ký danh sách nào, sớm nhất là {day}");
            context.out.say(said.pick(context.out.language));
        } else {
            let passphrase = self.root.key.passphrase(home, context)?;
            let second = SecondAuthority::of(home);
            if second.exists() {
                second.renew_crl(&passphrase, at)?;
            }
            for generation in wanted {
                let key = authority.root_key_of(generation, &passphrase, Use::Crl)?;
                next_crl(&authority, generation, &key, None, at)?;
            }
        }
        show(home, context, self.root.json)?;
        Ok(Exit::Success)
    }
}

/// Nothing is signed by a clock that is behind the last list: what is signed so would begin before it, or end too early.
pub(super) fn clock_is_credible(authority: &Authority, at: Timestamp) -> Result<(), Failure> {
    for generation in authority.generations()? {
        let last = authority.crl_of(generation)?.this_update();
        if at < last {
            let (now, last) = (at.strftime("%Y-%m-%dT%H:%MZ"), last.strftime("%Y-%m-%dT%H:%MZ"));
            return Err(Failure::new(
                Exit::Configuration,
                text!(
                    "this clock shows {now}, but the last revocation list was signed on {last}",
                    "đồng hồ này chỉ {now}, nhưng danh sách thu hồi cuối cùng được ký lúc {last}"
                ),
                ("Set the clock right; nothing was signed.", "Chỉnh lại đồng hồ; không ký gì."),
            ));
        }
    }
    Ok(())
}

/// When less than a third of a list's time is left.
pub(super) fn due_from(crl: &Crl) -> Timestamp {
    let (from, until) = (crl.this_update().as_second(), crl.next_update().as_second());
    Timestamp::from_second(until - (until - from) / 3).unwrap_or(crl.this_update())
}

impl RevokeSigner {
    pub(super) fn run(&self, home: &Home, context: &Context) -> Outcome {
        let authority = Authority::of(home);
        let at = Timestamp::now();
        clock_is_credible(&authority, at)?;
        let name = match &self.signer {
            Some(name) => name.clone(),
            None => authority.newest_signer()?,
        };
        let second = SecondAuthority::of(home);
        let of_second = second.signers()?.into_iter().find(|(label, _)| *label == name);
        if let Some((_, signer)) = of_second {
            let passphrase = self.root.key.passphrase(home, context)?;
            second.revoke(&passphrase, &signer, self.reason.for_crl(), at)?;
            show(home, context, self.root.json)?;
            return Ok(Exit::Success);
        }
        let Some((generation, signer)) = named(&authority, &name)? else {
            return Err(Failure::new(
                Exit::Usage,
                text!("there is no document signer {name}", "không có người ký {name}"),
                ("`chipwright ca show` lists them.", "`chipwright ca show` liệt kê tất cả."),
            ));
        };
        let passphrase = self.root.key.passphrase(home, context)?;
        let key = authority.root_key_of(generation, &passphrase, Use::Crl)?;
        let entry =
            RevokedCertificate { serial: signer.serial().clone(), date: at, reason: self.reason.for_crl() };
        next_crl(&authority, generation, &key, Some(entry), at)?;
        show(home, context, self.root.json)?;
        Ok(Exit::Success)
    }
}

/// Puts whoever holds this certificate on the list of the root that issued it.
pub(crate) fn revoke(
    home: &Home,
    context: &Context,
    held: &Certificate,
    reason: Why,
    root: &RootUse,
) -> Result<(), Failure> {
    let authority = Authority::of(home);
    let at = Timestamp::now();
    clock_is_credible(&authority, at)?;
    let Some((generation, _)) = authority.issuer_of(held)? else {
        return Err(Failure::new(
            Exit::Configuration,
            (
                "no root of this home issued that certificate",
                "không có gốc nào của thư mục này cấp chứng thư đó",
            ),
            ("Revoke it where it was issued.", "Thu hồi tại nơi đã cấp."),
        ));
    };
    let passphrase = root.key.passphrase(home, context)?;
    let key = authority.root_key_of(generation, &passphrase, Use::Crl)?;
    let entry = RevokedCertificate { serial: held.serial().clone(), date: at, reason: reason.for_crl() };
    next_crl(&authority, generation, &key, Some(entry), at).map(drop)
}

/// A signer of ours by its label, or by its serial number, and the generation of the root that issued it.
fn named(authority: &Authority, name: &str) -> Result<Option<(u32, Certificate)>, Failure> {
    let own = authority.all_signers()?;
    let elsewhere = authority.issued_elsewhere()?;
    let signer = own.into_iter().find(|(label, _)| label == name).map(|(_, held)| held).or_else(|| {
        let mut all = elsewhere.into_iter().map(|(_, held)| held);
        all.find(|held| held.serial().to_string().eq_ignore_ascii_case(name))
    });
    let Some(signer) = signer else { return Ok(None) };
    Ok(authority.issuer_of(&signer)?.map(|(generation, _)| (generation, signer)))
}

impl Why {
    const fn for_crl(self) -> Reason {
        match self {
            Self::KeyCompromise => Reason::KeyCompromise,
            Self::Superseded => Reason::Superseded,
            Self::Cessation => Reason::CessationOfOperation,
            Self::Unspecified => Reason::Unspecified,
        }
    }
}

/// The list after the one held, with everything that is on it and perhaps one more.
fn next_crl(
    authority: &Authority,
    generation: u32,
    key: &Key,
    more: Option<RevokedCertificate>,
    at: Timestamp,
) -> Result<Crl, Failure> {
    let held = authority.crl_of(generation)?;
    let root = authority.root_of(generation)?;
    let mut trust = TrustStore::new();
    trust.add_root(root.clone()).and_then(|()| trust.add_crl(held.clone())).map_err(|error| {
        Failure::new(
            Exit::Configuration,
            (
                "the revocation list held is not this root's",
                "danh sách thu hồi đang giữ không phải của gốc này",
            ),
            (
                "Put the last list that this root signed back in its place; nothing was changed.",
                "Đặt lại danh sách cuối cùng do gốc này ký; không có gì bị thay đổi.",
            ),
        )
        .because(&error)
    })?;
    let mut revoked: Vec<RevokedCertificate> = held
        .revocations()
        .map(|(serial, why)| RevokedCertificate {
            serial: serial.clone(),
            date: why.date,
            reason: why.reason,
        })
        .collect();
    revoked.sort_by_key(|entry| entry.date);
    if let Some(more) = more.filter(|more| revoked.iter().all(|entry| entry.serial != more.serial)) {
        revoked.push(more);
    }
    authority.issue_crl_of(generation, &root, key, held.number() + 1, revoked, at)
}
