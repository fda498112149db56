//! `trust build`: a bundle of what the home publishes.

use super::archive::Archive;
use crate::authority::{Authority, keystore};
use crate::certify;
use crate::configuration::ChipProof;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::output::pairs;
use crate::status_lists::MOST_ENTRIES;
use crate::text::{Text, text};
use chipwright_keystore::KioskSealer;
use chipwright_keystore::uses::Use;
use chipwright_pki::bundle::{
    Bundle, BundleError, ChipProofRule, DeltaBundle, FullBundle, Header, KioskPolicy, StatusListToken,
    StatusRule, TrustData, prepare,
};
use chipwright_pki::cv::CvCertificate;
use chipwright_pki::policy::CrlRule;
use chipwright_pki::status_list::{Expectation, verify};
use chipwright_pki::{Certificate, Policy, Role};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// The row of numbers in the ledger.
const ROW: &str = "trust-bundle";

/// Options of `trust build`.
#[derive(Debug, clap::Args)]
pub(crate) struct Build {
    /// Only what changed since the bundle with this number
    #[arg(long, value_name = "N")]
    delta_from: Option<u64>,
    /// Seal the bundle for the kiosk with this public key (kiosk.pub)
    #[arg(long, value_name = "FILE")]
    seal_to: Option<PathBuf>,
    /// Where to write the bundle; its name should end in .ctb
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// In how many days the next bundle comes at the latest
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=366))]
    valid_days: u16,
    /// For how many days after that the bundle still counts
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(0..=366))]
    grace_days: u16,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Built {
    schema: &'static str,
    number: u64,
    delta_from: Option<u64>,
    signer: String,
    issued: Timestamp,
    next_update: Timestamp,
    end_of_grace: Timestamp,
    roots_sha256: Vec<String>,
    sha256: String,
    sealed_for: Option<String>,
    bytes: usize,
    file: String,
}

impl Build {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let authority = Authority::of(&home);
        let _lock = authority.lock()?;
        let at = now();
        let (label, signer) = signer(&authority, at)?;
        let archive = Archive::of(&home);
        let base = self.delta_from.map(|number| archive.base(number)).transpose()?;
        let sealer = self.seal_to.as_ref().map(KioskSealer::load).transpose();
        let sealer = sealer.map_err(|error| keystore(&error))?;
        if self.out.exists() {
            return Err(taken(&self.out));
        }
        let (data, ends) = data(&home, &archive, at)?;
        // tried before a number is taken for it
        bundle(self.header(archive.highest()? + 1, at), &data)?;
        let passphrase = context.station_passphrase(&home, self.passphrase_fd)?;
        let key = authority.signer_key(&label, &passphrase, Use::Bundle)?;
        let number = authority.keyring().next_number(ROW, archive.highest()?)?;
        let full = bundle(self.header(number, at), &data)?;
        let signed: Bundle = match &base {
            Some(base) => DeltaBundle::between(base, &full).map_err(|error| not_made(&error))?.into(),
            None => full.clone().into(),
        };
        let prepared = prepare(&signed, &signer).map_err(|error| certify::refused(&error))?;
        let signed = prepared.sign_with(&key).map_err(|error| certify::refused(&error))?.into_der();
        archive.keep(&full)?;
        let file = match &sealer {
            Some(sealer) => sealer.seal(&signed).map_err(|error| keystore(&error))?,
            None => signed,
        };
        home::write_file(&self.out, &file, 0o644)?;
        let header = full.header();
        if let Some(warning) = uncovered(&data.policy, ends, header) {
            context.out.say(warning.pick(context.out.language));
        }
        self.show(
            &Built {
                schema: "chipwright-trust-bundle/1",
                number,
                delta_from: self.delta_from,
                signer: label,
                issued: header.issued,
                next_update: header.next_update,
                end_of_grace: header.end_of_grace,
                roots_sha256: data.roots.iter().map(|root| hex::encode(root.fingerprint())).collect(),
                sha256: hex::encode(full.digest()),
                sealed_for: sealer.map(|sealer| hex::encode(&sealer.id()[..8])),
                bytes: file.len(),
                file: self.out.display().to_string(),
            },
            context,
        )
    }

    fn header(&self, number: u64, issued: Timestamp) -> Header {
        let days = |days: u16| SignedDuration::from_hours(24 * i64::from(days));
        let next_update = issued + days(self.valid_days);
        Header { number, issued, next_update, end_of_grace: next_update + days(self.grace_days) }
    }

    fn show(&self, built: &Built, context: &Context) -> Outcome {
        let out = context.out;
        if self.json {
            out.json(built)?;
            return Ok(Exit::Success);
        }
        let kind = match built.delta_from {
            Some(base) => text!("delta on number {base}", "gói thay đổi trên số {base}"),
            None => ("full", "đầy đủ").into(),
        };
        let mut rows = vec![
            (
                out.pick("trust bundle", "gói tin cậy"),
                format!("{} ({})", built.number, kind.pick(out.language)),
            ),
            (out.pick("signed by", "người ký"), built.signer.clone()),
            (out.pick("next by", "gói sau trước"), built.next_update.to_string()),
            (out.pick("counts until", "có giá trị đến"), built.end_of_grace.to_string()),
        ];
        rows.extend(
            built.roots_sha256.iter().map(|root| (out.pick("root SHA-256", "SHA-256 gốc"), root.clone())),
        );
        rows.extend(
            built.sealed_for.iter().map(|kiosk| (out.pick("sealed for", "niêm phong cho"), kiosk.clone())),
        );
        rows.push((out.pick("file", "tệp"), format!("{}, {} byte", built.file, built.bytes)));
        pairs(&rows).iter().try_for_each(|line| out.data(line))?;
        out.say(out.pick(
            "tell officers of new kiosks the number and the root's SHA-256 another way than the bundle goes",
            "báo số gói và SHA-256 của gốc cho cán bộ phụ trách máy mới bằng đường khác với đường gửi gói",
        ));
        Ok(Exit::Success)
    }
}

/// In whole seconds, as bundles and signatures write it.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// Where kiosks demand a status list: that the bundle brings none, or one that ends before the bundle does.
fn uncovered(policy: &KioskPolicy, ends: Option<Timestamp>, header: &Header) -> Option<Text> {
    if policy.status != StatusRule::Required {
        return None;
    }
    let Some(ends) = ends else {
        return Some(text!(
            "the bundle has no status list, and kiosks demand one: to them the trust data of every card are stale; run `chipwright status publish`, then build again",
            "gói không có danh sách trạng thái nào mà máy kiểm tra lại đòi hỏi: với mọi thẻ, máy sẽ báo dữ liệu tin cậy đã cũ; hãy chạy `chipwright status publish` rồi tạo lại gói"
        ));
    };
    let counts = ends + SignedDuration::from_hours(24 * i64::from(policy.grace_days));
    (counts < header.end_of_grace).then(|| {
        text!(
            "the status lists in the bundle count until {counts}, and the bundle until {}: publish and build again before that",
            "danh sách trạng thái trong gói có giá trị đến {counts}, còn gói đến {}: hãy phát hành danh sách và tạo gói mới trước lúc đó",
            header.end_of_grace
        )
    })
}

/// Everything that kiosks are to trust, as the home has it now, and when the first status list ends.
fn data(home: &Home, archive: &Archive, at: Timestamp) -> Result<(TrustData, Option<Timestamp>), Failure> {
    let authority = Authority::of(home);
    let mut data = TrustData {
        policy: policy(home)?,
        roots: Vec::new(),
        links: authority.links()?.into_iter().map(|(_, link)| link).collect(),
        crls: Vec::new(),
        status_lists: Vec::new(),
        cv_points: cv_points(home)?,
        still_good: archive.still_good()?,
    };
    for generation in authority.generations()? {
        data.roots.push(authority.root_of(generation)?);
        data.crls.push(authority.crl_of(generation)?);
    }
    let lists = status_lists(home, &data, at)?;
    let ends = lists.iter().map(|(_, ends)| *ends).min();
    data.status_lists = lists.into_iter().map(|(list, _)| list).collect();
    Ok((data, ends))
}

fn policy(home: &Home) -> Result<KioskPolicy, Failure> {
    let configuration = &home.configuration;
    let status = configuration.status_list.rule(configuration.issuer.mode);
    Ok(KioskPolicy {
        application: configuration.chip_profile()?.instance,
        document_types: vec![configuration.document.document_code.clone()],
        chip_proof: match configuration.trust.chip_proof {
            ChipProof::Required => ChipProofRule::Required,
            ChipProof::IfPromised => ChipProofRule::IfPromised,
        },
        crl: CrlRule::Required,
        grace_days: configuration.trust.crl_grace_days,
        status: match status {
            chipwright_verify::StatusRule::Required => StatusRule::Required,
            chipwright_verify::StatusRule::IfPresent => StatusRule::IfPresent,
        },
    })
}

/// The CVCA of the terminals, if there is one.
fn cv_points(home: &Home) -> Result<Vec<CvCertificate>, Failure> {
    let path = home.trust_point();
    match fs::read(&path) {
        Ok(bytes) => CvCertificate::parse_all(&bytes).map_err(|error| not_made(&error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(home::not_read(&path, &error)),
    }
}

/// The publication that counts, and when each list ends; a list that no kiosk would take is not sent to any.
fn status_lists(
    home: &Home,
    data: &TrustData,
    at: Timestamp,
) -> Result<Vec<(StatusListToken, Timestamp)>, Failure> {
    let folder = home.path().join("status").join("current");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(home::not_read(&folder, &error)),
    };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "cwt"));
    files.sort();
    let trust = data.trust_store(at).map_err(|error| not_made(&error))?;
    let expected = Expectation {
        trust: &trust,
        policy: &data.policy.demands(Policy::test()),
        at,
        most_entries: MOST_ENTRIES,
        signers: &[],
    };
    let mut lists = Vec::new();
    for file in files {
        let token = fs::read(&file).map_err(|error| home::not_read(&file, &error))?;
        let read = verify(&token, &expected).map_err(|error| {
            let next = (
                "Publish the status lists anew with `chipwright status publish`.",
                "Phát hành lại danh sách trạng thái bằng `chipwright status publish`.",
            );
            let what = text!(
                "{} is no status list of this home",
                "{} không phải danh sách trạng thái của nơi này",
                file.display()
            );
            Failure::new(Exit::Configuration, what, next).because(&error)
        })?;
        let claims = read.claims();
        let ends = claims.expires.unwrap_or(claims.issued_at).min(read.signer().validity().not_after);
        lists.push((StatusListToken { id: claims.subject.clone(), token }, ends));
    }
    Ok(lists)
}

fn bundle(header: Header, data: &TrustData) -> Result<FullBundle, Failure> {
    FullBundle::new(header, data).map_err(|error: BundleError| not_made(&error))
}

/// The newest trust-bundle signer that is not revoked and may sign now.
fn signer(authority: &Authority, at: Timestamp) -> Result<(String, Certificate), Failure> {
    let mut found = authority.all_signers()?;
    let mut revoked = Vec::new();
    for generation in authority.generations()? {
        revoked.push((authority.root_of(generation)?, authority.crl_of(generation)?));
    }
    found.retain(|(_, held)| {
        let usage = held.private_key_usage().unwrap_or(held.validity());
        let is_revoked = revoked.iter().any(|(root, crl)| {
            held.verify_issued_by(root).is_ok() && crl.revocation(held.serial()).is_some()
        });
        held.role() == Some(Role::BundleSigner) && usage.contains(at) && !is_revoked
    });
    found.into_iter().max_by_key(|(_, held)| held.validity().not_before).ok_or_else(|| {
        Failure::new(
            Exit::Configuration,
            (
                "there is no trust-bundle signer whose key may sign now",
                "không có người ký gói tin cậy nào đang được ký",
            ),
            (
                "Make one with `chipwright ca new-signer --role bundle`.",
                "Tạo bằng `chipwright ca new-signer --role bundle`.",
            ),
        )
    })
}

fn taken(path: &Path) -> Failure {
    Failure::new(
        Exit::Usage,
        text!("{} exists already and was left as it is", "đã có {}, tệp được giữ nguyên", path.display()),
        ("Choose another name.", "Chọn tên khác."),
    )
}

fn not_made(error: &dyn std::error::Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        ("the trust bundle was not made", "không tạo được gói tin cậy"),
        (
            "Mend what is named in ca/, status/ or trust/; nothing was signed.",
            "Sửa phần được nêu trong ca/, status/ hoặc trust/; chưa có gì được ký.",
        ),
    )
    .because(error)
}
