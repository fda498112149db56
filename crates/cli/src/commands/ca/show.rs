//! `ca show`: the authority as it stands.

use crate::authority::{Authority, signer_name};
use crate::context::Context;
use crate::failure::Failure;
use crate::home::Home;
use crate::keyring::KeyName;
use crate::output::pairs;
use crate::second::SecondAuthority;
use crate::text::text;
use chipwright_pki::{Certificate, Crl, Role};
use jiff::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    home: String,
    issuer: &'a str,
    mode: crate::configuration::Mode,
    root: ShownCertificate,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    earlier_roots: Vec<ShownCertificate>,
    signers: Vec<ShownCertificate>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_signers: Vec<ShownCertificate>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    elsewhere: Vec<ShownCertificate>,
    crl: ShownCrl,
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<ShownSecond>,
}

/// Who signs with ML-DSA-65.
#[derive(Serialize)]
struct ShownSecond {
    root: ShownCertificate,
    signers: Vec<ShownCertificate>,
    crl: ShownCrl,
}

#[derive(Serialize)]
struct ShownCertificate {
    name: String,
    fingerprint_sha256: String,
    valid_until: Timestamp,
    signs_until: Timestamp,
    revoked: bool,
}

#[derive(Serialize)]
struct ShownCrl {
    number: u64,
    this_update: Timestamp,
    next_update: Timestamp,
    revoked: usize,
}

impl ShownCertificate {
    fn new(name: String, held: &Certificate, revoked: bool) -> Self {
        Self {
            name,
            fingerprint_sha256: hex::encode(held.fingerprint()),
            valid_until: held.validity().not_after,
            signs_until: held.private_key_usage().unwrap_or(held.validity()).not_after,
            revoked,
        }
    }
}

impl ShownCrl {
    fn new(crl: &Crl) -> Self {
        Self {
            number: crl.number(),
            this_update: crl.this_update(),
            next_update: crl.next_update(),
            revoked: crl.len(),
        }
    }
}

impl ShownSecond {
    fn of(home: &Home) -> Result<Option<Self>, Failure> {
        let second = SecondAuthority::of(home);
        if !second.exists() {
            return Ok(None);
        }
        let crl = second.crl()?;
        let shown = |(name, held): (String, Certificate)| {
            ShownCertificate::new(name, &held, crl.revocation(held.serial()).is_some())
        };
        let root = shown((KeyName::SecondRoot.label(), second.root()?));
        let signers = second.signers()?.into_iter().map(shown).collect();
        Ok(Some(Self { root, signers, crl: ShownCrl::new(&crl) }))
    }
}

/// Shows the authority: the end of `init` and of every `ca` command.
pub(crate) fn show(home: &Home, context: &Context, json: bool) -> Result<(), Failure> {
    let authority = Authority::of(home);
    let crl = authority.crl()?;
    let mut lists = Vec::new();
    for generation in authority.generations()? {
        lists.extend(authority.crl_of(generation).ok().map(|list| (generation, list)));
    }
    let certificate = |name: String, held: &Certificate, issuer: Option<u32>| {
        let mut issuers = lists.iter().filter(|(of, _)| Some(*of) == issuer);
        let revoked = issuers.any(|(_, list)| list.revocation(held.serial()).is_some());
        ShownCertificate::new(name, held, revoked)
    };
    let current = authority.generation();
    let mut earlier_roots = Vec::new();
    for generation in authority.generations()?.into_iter().filter(|generation| *generation != current) {
        let held = authority.root_of(generation)?;
        earlier_roots.push(certificate(KeyName::Root(generation).label(), &held, Some(generation)));
    }
    let issuer = |held: &Certificate| Ok::<_, Failure>(authority.issuer_of(held)?.map(|(of, _)| of));
    let mut signers = Vec::new();
    for number in authority.signers()? {
        let name = signer_name(number);
        let held = authority.signer(&name)?;
        signers.push(certificate(name, &held, issuer(&held)?));
    }
    let mut other_signers = Vec::new();
    for (name, held) in authority.all_signers()? {
        if held.role() != Some(Role::DocumentSigner) {
            other_signers.push(certificate(name, &held, issuer(&held)?));
        }
    }
    let mut elsewhere = Vec::new();
    for (_, held) in authority.issued_elsewhere()? {
        elsewhere.push(certificate(format!("{} {}", held.serial(), held.subject()), &held, issuer(&held)?));
    }
    let shown = Shown {
        schema: "chipwright-authority/1",
        home: home.path().display().to_string(),
        issuer: &home.configuration.issuer.name,
        mode: home.configuration.issuer.mode,
        root: certificate(KeyName::Root(current).label(), &authority.root()?, Some(current)),
        earlier_roots,
        signers,
        other_signers,
        elsewhere,
        crl: ShownCrl::new(&crl),
        second: ShownSecond::of(home)?,
    };
    if json {
        return context.out.json(&shown);
    }
    lines(&shown, context).iter().try_for_each(|line| context.out.data(line))
}

fn lines(shown: &Shown<'_>, context: &Context) -> Vec<String> {
    let out = context.out;
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    let mode = match shown.mode {
        crate::configuration::Mode::Test => out.pick(
            "test: every real verifier refuses these cards",
            "thử nghiệm: máy kiểm tra thật sẽ từ chối các thẻ này",
        ),
        crate::configuration::Mode::Real => out.pick("real", "thật"),
    };
    let until = out.pick("signs until", "ký đến");
    let valid = out.pick("valid until", "hiệu lực đến");
    let mut rows = vec![
        (out.pick("home", "thư mục"), shown.home.clone()),
        (out.pick("issuer", "nơi cấp"), shown.issuer.to_owned()),
        (out.pick("mode", "chế độ"), mode.to_owned()),
        (
            out.pick("root", "gốc"),
            format!("{until} {}, {valid} {}", day(shown.root.signs_until), day(shown.root.valid_until)),
        ),
        ("", format!("SHA-256 {}", shown.root.fingerprint_sha256)),
    ];
    for earlier in &shown.earlier_roots {
        rows.push((
            &earlier.name,
            format!("{until} {}, {valid} {}", day(earlier.signs_until), day(earlier.valid_until)),
        ));
        rows.push(("", format!("SHA-256 {}", earlier.fingerprint_sha256)));
    }
    for signer in shown.signers.iter().chain(&shown.other_signers).chain(&shown.elsewhere) {
        let revoked = if signer.revoked { out.pick("REVOKED, ", "ĐÃ THU HỒI, ") } else { "" };
        let times =
            format!("{revoked}{until} {}, {valid} {}", day(signer.signs_until), day(signer.valid_until));
        rows.push((&signer.name, times));
    }
    rows.push((out.pick("revocation list", "danh sách thu hồi"), list(&shown.crl, context)));
    if let Some(second) = &shown.second {
        for held in std::iter::once(&second.root).chain(&second.signers) {
            let revoked = if held.revoked { out.pick("REVOKED, ", "ĐÃ THU HỒI, ") } else { "" };
            let (signs, valid_until) = (day(held.signs_until), day(held.valid_until));
            rows.push((&held.name, format!("{revoked}{until} {signs}, {valid} {valid_until}")));
        }
        rows.push((out.pick("its list", "danh sách của nó"), list(&second.crl, context)));
    }
    pairs(&rows)
}

fn list(crl: &ShownCrl, context: &Context) -> String {
    let next = crl.next_update.strftime("%Y-%m-%d");
    let said = text!(
        "number {}, {} revoked, next by {next}",
        "số {}, {} bị thu hồi, bản tiếp theo trước {next}",
        crl.number,
        crl.revoked
    );
    said.pick(context.out.language).to_owned()
}
