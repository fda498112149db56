//! `ca accept`: at a station, what the root has signed: its certificate, a revocation list, a new root with its link.

use super::carried::{self, Carried, NOTHING_CHANGED};
use crate::authority::Authority;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::text::{Text, text};
use chipwright_pki::check::check_signer;
use chipwright_pki::{Certificate, Crl, Policy, Request, TrustStore};
use jiff::Timestamp;
use std::fs;
use std::path::PathBuf;

/// Options of `ca accept`.
#[derive(Debug, clap::Args)]
pub(crate) struct Accept {
    /// The file from the root
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Accept {
    pub(super) fn run(&self, home: &Home, context: &Context) -> Outcome {
        let authority = Authority::of(home);
        let said = match Carried::read(&self.file)? {
            Carried::Certificate(held) if held.is_link() => self.link(&authority, &held)?,
            Carried::Certificate(held) if held.is_root() => self.root(&authority, &held)?,
            Carried::Certificate(held) => self.certificate(&authority, &held)?,
            Carried::Crl(crl) => self.crl(&authority, &crl)?,
            other @ Carried::Request(_) => {
                let wanted = ("what a root has signed", "tệp do gốc ký");
                return Err(carried::other_kind(&self.file, wanted, &other));
            }
        };
        context.out.say(said.pick(context.out.language));
        Ok(Exit::Success)
    }

    fn refuse(&self, found: &Text, en: &str, vi: &str, next: (&str, &str)) -> Failure {
        let file = self.file.display();
        let what = Text {
            en: format!("{file} is {}, {en}", found.en),
            vi: format!("{file} là {}, {vi}", found.vi),
        };
        Failure::new(Exit::Usage, what, next)
    }

    fn certificate(&self, authority: &Authority, held: &Certificate) -> Result<Text, Failure> {
        let at = Timestamp::now();
        let found = Carried::Certificate(Box::new(held.clone())).what();
        let refuse = |en, vi| Err(self.refuse(&found, en, vi, NOTHING_CHANGED));
        let Some((generation, _)) = authority.issuer_of(held)? else {
            return refuse("and another home's root signed it", "do gốc của nơi khác ký");
        };
        let same = |(_, own): &(String, Certificate)| own.public_key() == held.public_key();
        if let Some((label, _)) = authority.all_signers()?.iter().find(|signer| same(signer)) {
            return Err(self.refuse(
                &found,
                &format!("and the key {label} has its certificate already"),
                &format!("và khóa {label} đã có chứng thư"),
                ("Nothing is overwritten; nothing was changed.", "Không ghi đè; không có gì bị thay đổi."),
            ));
        }
        let Some((label, request)) = requested(authority, held)? else {
            return refuse(
                "and it is for a key that this home does not have",
                "cho một khóa mà nơi này không có",
            );
        };
        if authority.signer_file(&label).exists() {
            return Err(self.refuse(
                &found,
                &format!("and {label} has a certificate already"),
                &format!("nhưng {label} đã có chứng thư"),
                ("Nothing is overwritten; nothing was changed.", "Không ghi đè; không có gì bị thay đổi."),
            ));
        }
        if held.role() != Some(request.role()) {
            let asked = Text::from(request.role().name());
            return Err(self.refuse(
                &found,
                &format!("and {label} asked to be a {}", asked.en),
                &format!("nhưng {label} xin làm {}", asked.vi),
                NOTHING_CHANGED,
            ));
        }
        let mut trust = TrustStore::new();
        let root = authority.root_of(generation)?;
        trust.add_root(root).map_err(|error| unusable_root(&error))?;
        if let Ok(crl) = authority.crl_of(generation) {
            trust.add_crl(crl).map_err(|error| unusable_root(&error))?;
        }
        let policy = Policy::test().with_crl(chipwright_pki::policy::CrlRule::IfPresent);
        // of several faults the gravest is told
        let mut failures = check_signer(held, at, &trust, &policy, at);
        failures.sort_by_key(|failure| failure.conclusion() as u8);
        if at < held.validity().not_before {
            let (en, vi) = ("and it is not valid yet by this clock", "chưa có hiệu lực theo đồng hồ này");
            return Err(self.refuse(&found, en, vi, CLOCK));
        }
        if let Some(failure) = failures.first() {
            return Err(self
                .refuse(&found, "and it cannot be used", "và không dùng được", NOTHING_CHANGED)
                .because(failure));
        }
        home::write_file(&authority.signer_file(&label), held.to_pem().as_bytes(), 0o644)?;
        let _ = fs::remove_file(authority.request_file(&label));
        let until = held.private_key_usage().unwrap_or(held.validity()).not_after.strftime("%Y-%m-%d");
        Ok(text!(
            "{label} has its certificate and signs until {until}.",
            "{label} đã có chứng thư, ký đến {until}."
        ))
    }

    fn crl(&self, authority: &Authority, crl: &Crl) -> Result<Text, Failure> {
        let found = Carried::Crl(crl.clone()).what();
        for generation in authority.generations()? {
            let mut trust = TrustStore::new();
            trust.add_root(authority.root_of(generation)?).map_err(|error| unusable_root(&error))?;
            if trust.add_crl(crl.clone()).is_err() {
                continue;
            }
            if crl.this_update() > Timestamp::now() {
                return Err(self.refuse(
                    &found,
                    "and it is not valid yet by this clock",
                    "chưa có hiệu lực theo đồng hồ này",
                    CLOCK,
                ));
            }
            let held = authority.crl_of(generation).ok();
            if let Some(held) = held.filter(|held| held.number() >= crl.number()) {
                let number = held.number();
                return Err(self.refuse(
                    &found,
                    &format!("and number {number} is held already"),
                    &format!("trong khi đang giữ số {number}"),
                    (
                        "An older list would forget revocations; nothing was changed.",
                        "Danh sách cũ sẽ bỏ sót chứng thư bị thu hồi; không có gì bị thay đổi.",
                    ),
                ));
            }
            home::write_file(&authority.crl_file_of(generation), crl.to_pem().as_bytes(), 0o644)?;
            let (number, next) = (crl.number(), crl.next_update().strftime("%Y-%m-%d"));
            return Ok(text!(
                "Revocation list number {number} is in force; the next is due by {next}.",
                "Danh sách thu hồi số {number} đã có hiệu lực; bản tiếp theo trước {next}."
            ));
        }
        Err(self.refuse(
            &found,
            "and no root of this home signed it",
            "không do gốc nào của nơi này ký",
            NOTHING_CHANGED,
        ))
    }

    /// A link from the newest root held: it names the root that may follow.
    fn link(&self, authority: &Authority, link: &Certificate) -> Result<Text, Failure> {
        let found = Carried::Certificate(Box::new(link.clone())).what();
        let generation = authority.generation();
        let mut trust = TrustStore::new();
        trust.add_root(authority.root_of(generation)?).map_err(|error| unusable_root(&error))?;
        trust.add_crl(authority.crl_of(generation)?).map_err(|error| unusable_root(&error))?;
        trust.add_link(link.clone(), Timestamp::now()).map_err(|error| {
            let refused = ("and it may not be followed here", "và không được dùng ở đây");
            self.refuse(&found, refused.0, refused.1, NOTHING_CHANGED).because(&error)
        })?;
        let file = authority.link_file(generation + 1, generation);
        home::write_file(&file, link.to_pem().as_bytes(), 0o644)?;
        Ok(text!(
            "The link is kept. Now accept the root that it leads to.",
            "Đã lưu chứng thư nối. Tiếp theo hãy cài chứng thư gốc mà nó dẫn tới."
        ))
    }

    /// A root that a link held leads to.
    fn root(&self, authority: &Authority, root: &Certificate) -> Result<Text, Failure> {
        let found = Carried::Certificate(Box::new(root.clone())).what();
        for generation in authority.generations()? {
            if authority.root_of(generation)? == *root {
                return Err(self.refuse(
                    &found,
                    "which this home has already",
                    "đã có ở đây",
                    NOTHING_CHANGED,
                ));
            }
        }
        let linked = authority
            .links()?
            .into_iter()
            .any(|(_, link)| link.subject() == root.subject() && link.public_key() == root.public_key());
        if !linked {
            return Err(self.refuse(
                &found,
                "and no link held here leads to it",
                "và không có chứng thư nối nào ở đây dẫn tới nó",
                (
                    "Accept its link by the old root first, the file link-N-by-N.pem; nothing was changed.",
                    "Trước hết hãy cài chứng thư nối do gốc cũ ký, tệp link-N-by-N.pem; không có gì bị thay đổi.",
                ),
            ));
        }
        TrustStore::new().add_root(root.clone()).map_err(|error| {
            self.refuse(&found, "and it cannot be trusted", "và không đáng tin", NOTHING_CHANGED)
                .because(&error)
        })?;
        let generation = authority.generation() + 1;
        home::write_file(&authority.root_file_of(generation), root.to_pem().as_bytes(), 0o644)?;
        Ok(text!(
            "Root generation {generation} is trusted here. Accept its revocation list too.",
            "Gốc thế hệ {generation} đã được tin cậy ở đây. Hãy cài cả danh sách thu hồi của nó."
        ))
    }
}

const CLOCK: (&str, &str) = (
    "Check this machine's clock; nothing was changed.",
    "Kiểm tra đồng hồ máy này; không có gì bị thay đổi.",
);

/// The label and the request of the key in this certificate.
fn requested(authority: &Authority, held: &Certificate) -> Result<Option<(String, Request)>, Failure> {
    for label in authority.requested()? {
        let path = authority.request_file(&label);
        let bytes = fs::read(&path).map_err(|error| home::not_read(&path, &error))?;
        if let Ok(request) = Request::from_file_bytes(&bytes)
            && request.public_key() == held.public_key()
        {
            return Ok(Some((label, request)));
        }
    }
    Ok(None)
}

fn unusable_root(error: &dyn std::error::Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        (
            "the root or its list in ca/ cannot be used",
            "không dùng được chứng thư gốc hoặc danh sách thu hồi trong ca/",
        ),
        ("Bring ca/ from its backup.", "Lấy lại ca/ từ bản sao lưu."),
    )
    .because(error)
}
