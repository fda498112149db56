//! `ca`: the certification authority of the home.

use crate::authority::{Authority, signer_name};
use crate::certify;
use crate::context::Context;
use crate::evidence;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::keyring::Key;
use crate::output::pairs;
use crate::secret::Source;
use crate::text::{Text, text};
use chipwright_keystore::uses::Use;
use chipwright_pki::crl::{Reason, RevokedCertificate};
use chipwright_pki::{Crl, TrustStore};
use jiff::Timestamp;
use serde::Serialize;

/// The certification authority: root, document signers, revocation list
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Ca {
    /// Show the root, the document signers and the revocation list
    Show {
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Sign a new revocation list (it is valid for 90 days)
    Crl(RootUse),
    /// Make a new document signer; its key signs for three months
    NewSigner {
        #[command(flatten)]
        root: RootUse,
        /// Read the passphrase of the station's keys from this file descriptor
        #[arg(long, value_name = "N")]
        passphrase_fd: Option<u32>,
    },
    /// Make the key pair that evidence of inspections is sealed for: keys/evidence.pem opens, keys/evidence.pub seals
    EvidenceKey {
        /// Read the passphrase of the evidence key from this file descriptor
        #[arg(long, value_name = "N")]
        evidence_passphrase_fd: Option<u32>,
    },
    /// Revoke a document signer and sign a new revocation list: all its cards become invalid
    RevokeSigner {
        /// The signer, as `ca show` names it; the current one if not given
        #[arg(value_name = "SIGNER")]
        signer: Option<String>,
        /// Why
        #[arg(long, value_enum, default_value = "key-compromise")]
        reason: Why,
        #[command(flatten)]
        root: RootUse,
    },
}

/// Options of commands that sign with the root's key.
#[derive(Debug, clap::Args)]
pub(crate) struct RootUse {
    /// Read the passphrase of the root's key from this file descriptor
    #[arg(long, value_name = "N")]
    root_passphrase_fd: Option<u32>,
    /// Print the authority afterwards as JSON
    #[arg(long)]
    json: bool,
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

impl Ca {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let at = Timestamp::now();
        let _lock = match self {
            Self::Show { .. } => None,
            _ => Some(Authority::of(&home).lock()?),
        };
        let json = match self {
            Self::Show { json } => *json,
            Self::Crl(root) => {
                let key = root.key(&home, context, Use::Crl)?;
                next_crl(&home, &key, None, at)?;
                root.json
            }
            Self::NewSigner { root, passphrase_fd } => {
                let authority = Authority::of(&home);
                let number = authority.next_signer()?;
                let key = root.key(&home, context, Use::Certificate)?;
                let passphrase = context.station_passphrase(&home, *passphrase_fd)?;
                let issuer = (&key as _, &authority.root()?);
                certify::make_signer(&authority, &home.configuration, number, issuer, &passphrase, at)?;
                root.json
            }
            Self::EvidenceKey { evidence_passphrase_fd } => {
                let source = evidence::source(&home, *evidence_passphrase_fd);
                evidence::make_key(&home, &source.choose(&evidence::asked(), context.out.language)?)?;
                context.out.say(context.out.pick(
                    "keys/evidence.pem opens evidence: keep it away from stations; they need keys/evidence.pub",
                    "keys/evidence.pem mở được bằng chứng: không để ở trạm; trạm chỉ cần keys/evidence.pub",
                ));
                return Ok(Exit::Success);
            }
            Self::RevokeSigner { signer, reason, root } => {
                let authority = Authority::of(&home);
                let name = match signer {
                    Some(name) => name.clone(),
                    None => authority.current_signer()?,
                };
                if !authority.signers()?.iter().any(|number| signer_name(*number) == name) {
                    return Err(Failure::new(
                        Exit::Usage,
                        text!("there is no document signer {name}", "không có người ký {name}"),
                        ("`chipwright ca show` lists them.", "`chipwright ca show` liệt kê tất cả."),
                    ));
                }
                let serial = authority.signer(&name)?.serial().clone();
                let key = root.key(&home, context, Use::Crl)?;
                let entry = RevokedCertificate { serial, date: at, reason: reason.for_crl() };
                next_crl(&home, &key, Some(entry), at)?;
                root.json
            }
        };
        show(&home, context, json)?;
        Ok(Exit::Success)
    }
}

impl RootUse {
    fn key(&self, home: &Home, context: &Context, purpose: Use) -> Result<Key, Failure> {
        let authority = Authority::of(home);
        let source = Source {
            descriptor: self.root_passphrase_fd,
            file: Some(authority.root_passphrase_file()),
            option: "--root-passphrase-fd",
        };
        let what = Text::from(("Passphrase of the root's key", "Mật khẩu khóa gốc"));
        authority.root_key(&source.open(&what, context.out.language)?, purpose)
    }
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
fn next_crl(home: &Home, key: &Key, more: Option<RevokedCertificate>, at: Timestamp) -> Result<Crl, Failure> {
    let authority = Authority::of(home);
    let held = authority.crl()?;
    let root = authority.root()?;
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
    authority.issue_crl(&root, key, held.number() + 1, revoked, at)
}

#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    home: String,
    issuer: &'a str,
    mode: crate::configuration::Mode,
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

/// Shows the authority: the end of `init` and of every `ca` command.
pub(crate) fn show(home: &Home, context: &Context, json: bool) -> Result<(), Failure> {
    let authority = Authority::of(home);
    let (root, crl) = (authority.root()?, authority.crl()?);
    let certificate = |name: String, held: &chipwright_pki::Certificate| ShownCertificate {
        name,
        fingerprint_sha256: hex::encode(held.fingerprint()),
        valid_until: held.validity().not_after,
        signs_until: held.private_key_usage().unwrap_or(held.validity()).not_after,
        revoked: crl.revocation(held.serial()).is_some(),
    };
    let mut signers = Vec::new();
    for number in authority.signers()? {
        let name = signer_name(number);
        let held = authority.signer(&name)?;
        signers.push(certificate(name, &held));
    }
    let shown = Shown {
        schema: "chipwright-authority/1",
        home: home.path().display().to_string(),
        issuer: &home.configuration.issuer.name,
        mode: home.configuration.issuer.mode,
        root: certificate("root".into(), &root),
        signers,
        crl: ShownCrl {
            number: crl.number(),
            this_update: crl.this_update(),
            next_update: crl.next_update(),
            revoked: crl.len(),
        },
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
    for signer in &shown.signers {
        let revoked = if signer.revoked { out.pick("REVOKED, ", "ĐÃ THU HỒI, ") } else { "" };
        let times =
            format!("{revoked}{until} {}, {valid} {}", day(signer.signs_until), day(signer.valid_until));
        rows.push((&signer.name, times));
    }
    let crl = &shown.crl;
    rows.push((
        out.pick("revocation list", "danh sách thu hồi"),
        match out.language {
            chipwright_issuance::Language::En => {
                format!("number {}, {} revoked, next by {}", crl.number, crl.revoked, day(crl.next_update))
            }
            chipwright_issuance::Language::Vi => {
                format!(
                    "số {}, {} bị thu hồi, bản tiếp theo trước {}",
                    crl.number,
                    crl.revoked,
                    day(crl.next_update)
                )
            }
        },
    ));
    pairs(&rows)
}
