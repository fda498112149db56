//! `ceremony sign-transcript`, `ceremony check-transcript`.

use super::super::issue::policy;
use crate::authority::{self, Authority};
use crate::context::Context;
use crate::custodians::roster::{self, Roster};
use crate::custodians::transcript::{check, closed, newest};
use crate::custodians::voice::{Present, Voice};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::keyring::KeyName;
use crate::text::text;
use chipwright_keystore::uses::Use;
use chipwright_pki::oid::CEREMONY_TRANSCRIPT;
use chipwright_pki::statement::{self, Verified};
use chipwright_pki::{Certificate, Role};
use jiff::Timestamp;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// How many custodians must sign.
const SIGNATURES: usize = 2;

/// Options of `ceremony sign-transcript`.
#[derive(Debug, clap::Args)]
pub(crate) struct Sign {
    /// The transcript; the newest of this home if not given
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Who signs; with =N the passphrase is read from that file descriptor
    #[arg(long = "custodian", value_name = "NAME[=N]")]
    custodian: Present,
}

/// Options of `ceremony check-transcript`.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The transcript; the newest of this home if not given
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Sign {
    /// Closes the transcript if it is open, and puts a signature beside it.
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let authority = Authority::of(&home);
        let _lock = authority.lock()?;
        let path = self.file.clone().map_or_else(|| newest(&home), Ok)?;
        let name = KeyName::Custodian(self.custodian.name.clone());
        let certificate = match authority.signer_file(&name.label()).exists() {
            true => authority.signer(&name.label())?,
            false => return Err(roster::nobody(&self.custodian.name)),
        };
        if let Some(roster) = Roster::of(&home)? {
            roster.member(&self.custodian.name)?;
        }
        not_signed_by(&home, &path, &certificate, &self.custodian.name)?;
        let passphrase = Voice::of(&self.custodian)?.passphrase(context.out.language)?;
        let key = authority.keyring().key(&name, &passphrase, Use::Transcript)?;
        let content = closed(&path)?;
        let signed = statement::prepare(CEREMONY_TRANSCRIPT, &content, &certificate, Timestamp::now())
            .map_err(|error| refused(&error))?
            .sign_with(&key)
            .map_err(|error| refused(&error))?;
        let file = path.with_extension(format!("{}.p7s", self.custodian.name));
        home::write_file(&file, signed.as_der(), 0o644)?;
        context.out.data(&file.display().to_string())?;
        Ok(Exit::Success)
    }
}

/// Whoever has signed does not sign again: two signatures are to be two people.
fn not_signed_by(home: &Home, path: &Path, own: &Certificate, name: &str) -> Result<(), Failure> {
    let same = |found: &Verified| found.signer.public_key() == own.public_key();
    let signed =
        signatures(path)?.iter().filter_map(|file| verified(home, path, file).ok()).any(|found| same(&found));
    if !signed {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Configuration,
        text!(
            "custodian {name} has signed this transcript already; nothing was changed",
            "người giữ khóa {name} đã ký biên bản này rồi; không có gì bị thay đổi"
        ),
        ("The second signature is another custodian's.", "Chữ ký thứ hai phải của người giữ khóa khác."),
    ))
}

impl Check {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let path = self.file.clone().map_or_else(|| newest(&home), Ok)?;
        let text = fs::read_to_string(&path).map_err(|error| home::not_read(&path, &error))?;
        let events = check(&path, &text)?;
        let mut signers: Vec<Verified> = Vec::new();
        for file in signatures(&path)? {
            let found = verified(&home, &path, &file)?;
            if signers.iter().all(|other| other.signer.public_key() != found.signer.public_key()) {
                signers.push(found);
            }
        }
        if signers.len() < SIGNATURES {
            return Err(Failure::new(
                Exit::Configuration,
                text!(
                    "{} is signed by {} custodian, and two different ones must sign it",
                    "{} mới có {} người giữ khóa ký, cần hai người khác nhau",
                    path.display(),
                    signers.len()
                ),
                (
                    "Have another custodian sign it with `chipwright ceremony sign-transcript`.",
                    "Đề nghị người giữ khóa khác ký bằng `chipwright ceremony sign-transcript`.",
                ),
            ));
        }
        let out = context.out;
        out.data(text!("{events} events, unaltered", "{events} sự kiện, không bị sửa").pick(out.language))?;
        for found in &signers {
            let at = found.signed_at.strftime("%Y-%m-%d %H:%M:%S UTC");
            let who = found.signer.subject();
            out.data(text!("signed by {who} at {at}", "{who} ký lúc {at}").pick(out.language))?;
        }
        Ok(Exit::Success)
    }
}

/// The signatures beside a transcript: `transcript-1.NAME.p7s`.
fn signatures(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let start = format!("{stem}.");
    let entries = fs::read_dir(folder).map_err(|error| home::not_read(folder, &error))?;
    let is_signature = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(&start) && name.ends_with(".p7s")
    };
    let mut found: Vec<PathBuf> =
        entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).filter(is_signature).collect();
    found.sort();
    Ok(found)
}

/// One signature: by a custodian of this home's root, over this very transcript.
fn verified(home: &Home, path: &Path, signature: &Path) -> Result<Verified, Failure> {
    let der = fs::read(signature).map_err(|error| home::not_read(signature, &error))?;
    let worthless = || {
        Failure::new(
            Exit::Configuration,
            text!("{} proves nothing", "{} không chứng minh được gì", signature.display()),
            (
                "Take this file away, and have a custodian sign the transcript.",
                "Bỏ tệp này đi và đề nghị người giữ khóa ký biên bản.",
            ),
        )
    };
    let trust = authority::trust(home.path())?;
    let at = Timestamp::now();
    let verified = statement::verify(&der, CEREMONY_TRANSCRIPT, Role::Custodian, &trust, &policy(home), at)
        .map_err(|error| worthless().because(&error))?;
    let content = fs::read(path).map_err(|error| home::not_read(path, &error))?;
    if verified.content == content {
        return Ok(verified);
    }
    Err(Failure::new(
        Exit::Configuration,
        text!(
            "{} is the signature of another transcript, or {} was altered since",
            "{} là chữ ký của biên bản khác, hoặc {} đã bị sửa sau khi ký",
            signature.display(),
            path.display()
        ),
        ("Bring the transcript from the copy that was signed.", "Lấy lại bản biên bản đã được ký."),
    ))
}

fn refused(error: &dyn Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        ("the transcript could not be signed", "không ký được biên bản"),
        (
            "See whether the custodian's certificate still signs; another custodian can sign instead.",
            "Xem chứng thư của người giữ khóa còn ký được không; người giữ khóa khác có thể ký thay.",
        ),
    )
    .because(error)
}
