//! Evidence of inspections: kept sealed where the station's policy asks for it, deleted on its day, checked later by whoever holds the key.

use crate::authority::keystore;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::secret::Source;
use crate::station_keys;
use crate::text::{Text, text};
use chipwright_keystore::{EvidenceKey, EvidenceSealer, Passphrase, deletion_date};
use chipwright_verify::evidence::{Evidence, Request};
use jiff::civil::Date;
use jiff::{ToSpan, Zoned};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// How sealed records end.
const EXTENSION: &str = "evidence";

/// What a station keeps (`[evidence]` in `config.toml`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvidencePolicy {
    /// The station's name, which the chip signs.
    pub(crate) station: String,
    /// After how many days a record is deleted.
    pub(crate) keep_days: u16,
}

impl Default for EvidencePolicy {
    fn default() -> Self {
        Self { station: "station 1".to_owned(), keep_days: 30 }
    }
}

/// The private half: whoever judges evidence holds it, not the station.
pub(crate) fn key_file(home: &Home) -> PathBuf {
    home.keys().join("evidence.pem")
}

/// The public half, with which stations seal.
pub(crate) fn public_file(home: &Home) -> PathBuf {
    home.keys().join("evidence.pub")
}

/// A folder of sealed records.
pub(crate) struct Archive<'a> {
    folder: &'a Path,
    sealer: EvidenceSealer,
    policy: &'a EvidencePolicy,
    today: Date,
}

impl<'a> Archive<'a> {
    /// Opens the folder and deletes what must not be there any more.
    pub(crate) fn open(folder: &'a Path, home: &'a Home, context: &Context) -> Result<Self, Failure> {
        let public = public_file(home);
        let sealer = EvidenceSealer::load(&public).map_err(|error| {
            let next = (
                "Make the key pair with `chipwright ca evidence-key`, and give stations evidence.pub only.",
                "Tạo cặp khóa bằng `chipwright ca evidence-key`; trạm chỉ cần tệp evidence.pub.",
            );
            Failure::of(Exit::Configuration, &error, next)
        })?;
        home::make_folder(folder)?;
        let archive =
            Self { folder, sealer, policy: &home.configuration.evidence, today: Zoned::now().date() };
        let deleted = archive.sweep()?;
        if deleted > 0 {
            let said = text!(
                "{deleted} records of evidence were due and have been deleted",
                "đã xóa {deleted} bản ghi bằng chứng đến hạn"
            );
            context.out.say(said.pick(context.out.language));
        }
        Ok(archive)
    }

    /// What is asked of the next inspection.
    pub(crate) fn request(&self) -> Result<Request, Failure> {
        let delete_on = self.today.checked_add(i64::from(self.policy.keep_days).days()).map_err(|error| {
            Failure::of(Exit::Configuration, &error, ("Mend evidence.keep_days.", "Sửa evidence.keep_days."))
        })?;
        Ok(Request { station: self.policy.station.clone(), delete_on })
    }

    /// Seals a record and gives its name.
    pub(crate) fn keep(&self, evidence: &Evidence) -> Result<PathBuf, Failure> {
        let record = serde_json::to_vec(evidence).map_err(|error| ours(&error))?;
        let (time, _) = evidence.made();
        let mut mark = [0; 4];
        crate::randomness::fill(&mut mark);
        let name = format!("{}-{}.{EXTENSION}", time.strftime("%Y%m%dT%H%M%SZ"), hex::encode(mark));
        let path = self.folder.join(name);
        let delete_on = evidence.delete_on().to_string();
        self.sealer.seal(&record, &delete_on, &path).map_err(|error| keystore(&error))?;
        Ok(path)
    }

    /// Deletes the records whose day has passed; what is not a record is left alone.
    fn sweep(&self) -> Result<usize, Failure> {
        let unread = |error: &std::io::Error| home::not_read(self.folder, error);
        let mut deleted = 0;
        for entry in fs::read_dir(self.folder).map_err(|error| unread(&error))? {
            let path = entry.map_err(|error| unread(&error))?.path();
            if path.extension().is_none_or(|extension| extension != EXTENSION) {
                continue;
            }
            let due = deletion_date(&path).ok().and_then(|date| date.parse::<Date>().ok());
            if due.is_some_and(|due| due < self.today) {
                fs::remove_file(&path).map_err(|error| home::not_written(&path, &error))?;
                deleted += 1;
            }
        }
        Ok(deleted)
    }
}

/// The passphrase of the evidence key.
pub(crate) fn source(home: &Home, descriptor: Option<u32>) -> Source {
    // a test home has one generated passphrase for all its keys
    Source { descriptor, file: Some(station_keys::passphrase_file(home)), option: "--evidence-passphrase-fd" }
}

/// What is asked for.
pub(crate) fn asked() -> Text {
    Text::from(("Passphrase of the evidence key", "Mật khẩu khóa bằng chứng"))
}

/// Makes the key pair, or the public half of a key that has none: a command was stopped between the two.
pub(crate) fn make_key(home: &Home, passphrase: &Passphrase) -> Result<(), Failure> {
    let (key, public) = (key_file(home), public_file(home));
    let made = if key.is_file() && !public.exists() {
        EvidenceKey::load(key, passphrase).and_then(|key| key.publish(public))
    } else {
        EvidenceKey::create(key, public, passphrase).map(drop)
    };
    made.map_err(|error| keystore(&error))
}

/// Opens a sealed record.
pub(crate) fn opened(path: &Path, home: &Home, passphrase: &Passphrase) -> Result<Evidence, Failure> {
    let key = EvidenceKey::load(key_file(home), passphrase).map_err(|error| keystore(&error))?;
    let record = key.open(path).map_err(|error| keystore(&error))?;
    serde_json::from_slice(&record).map_err(|error| {
        Failure::of(
            Exit::Configuration,
            &error,
            ("Use the program that kept this record.", "Dùng chương trình đã lưu bản ghi này."),
        )
    })
}

fn ours(error: &dyn std::error::Error) -> Failure {
    Failure::of(
        Exit::Ours,
        error,
        ("This is a fault of the program: report it.", "Đây là lỗi của chương trình: hãy báo lại."),
    )
}
