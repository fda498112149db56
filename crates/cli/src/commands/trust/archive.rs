//! What the centre keeps about bundles: `trust/` of a home.
//!
//! ```text
//! trust/bundle-N.der              the content of bundle N, on which a later delta builds
//! trust/still-good/SHA-256.json   security objects of one signer that are still good
//! ```

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::text::text;
use chipwright_pki::bundle::{Digest, FullBundle};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const FORMAT: &str = "chipwright-still-good/1";
/// How many bundles are kept as bases of deltas.
const KEPT: usize = 60;

/// The folder `trust/`.
pub(super) struct Archive {
    folder: PathBuf,
}

/// One file of `still-good/`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    format: String,
    /// As `ca show` names it.
    name: String,
    /// SHA-256 of its certificate.
    signer: String,
    /// SHA-256 of EF.SOD files.
    objects: Vec<String>,
}

impl Archive {
    pub(super) fn of(home: &Home) -> Self {
        Self { folder: home.path().join("trust") }
    }

    /// The numbers of the bundles that are kept.
    fn numbers(&self) -> Result<BTreeSet<u64>, Failure> {
        let names = names(&self.folder)?;
        let number = |name: &String| name.strip_prefix("bundle-")?.strip_suffix(".der")?.parse().ok();
        Ok(names.iter().filter_map(number).collect())
    }

    /// The highest number that was ever kept.
    pub(super) fn highest(&self) -> Result<u64, Failure> {
        Ok(self.numbers()?.last().copied().unwrap_or(0))
    }

    /// The bundle on which a delta is to build.
    pub(super) fn base(&self, number: u64) -> Result<FullBundle, Failure> {
        let path = self.file(number);
        if !path.exists() {
            return Err(Failure::new(
                Exit::Usage,
                text!("bundle {number} is not kept here", "ở đây không còn gói tin cậy số {number}"),
                ("Make a full bundle: leave out --delta-from.", "Hãy tạo gói đầy đủ: bỏ --delta-from."),
            ));
        }
        let bytes = fs::read(&path).map_err(|error| home::not_read(&path, &error))?;
        FullBundle::from_der(&bytes).map_err(|error| damaged(&path).because(&error))
    }

    /// Keeps a bundle, and only the newest of them.
    pub(super) fn keep(&self, bundle: &FullBundle) -> Result<(), Failure> {
        home::make_folder(&self.folder)?;
        home::write_file(&self.file(bundle.header().number), bundle.as_der(), 0o644)?;
        let numbers = self.numbers()?;
        for number in numbers.iter().rev().skip(KEPT) {
            let path = self.file(*number);
            fs::remove_file(&path).map_err(|error| home::not_written(&path, &error))?;
        }
        Ok(())
    }

    fn file(&self, number: u64) -> PathBuf {
        self.folder.join(format!("bundle-{number}.der"))
    }

    /// Lists what is still good of a signer; an older list is replaced.
    pub(super) fn list_still_good(
        &self,
        name: &str,
        signer: &Digest,
        objects: &BTreeSet<Digest>,
    ) -> Result<PathBuf, Failure> {
        let folder = self.folder.join("still-good");
        home::make_folder(&folder)?;
        let path = folder.join(format!("{}.json", hex::encode(signer)));
        let listed = Listed {
            format: FORMAT.to_owned(),
            name: name.to_owned(),
            signer: hex::encode(signer),
            objects: objects.iter().map(hex::encode).collect(),
        };
        let text = serde_json::to_vec(&listed).map_err(|error| damaged(&path).because(&error))?;
        home::write_file(&path, &text, 0o644)?;
        Ok(path)
    }

    /// Everything that is listed.
    pub(super) fn still_good(&self) -> Result<BTreeMap<Digest, BTreeSet<Digest>>, Failure> {
        let folder = self.folder.join("still-good");
        let mut lists = BTreeMap::new();
        for name in names(&folder)?.iter().filter(|name| name.ends_with(".json")) {
            let path = folder.join(name);
            let bytes = fs::read(&path).map_err(|error| home::not_read(&path, &error))?;
            let listed: Listed =
                serde_json::from_slice(&bytes).map_err(|error| damaged(&path).because(&error))?;
            let objects: Option<BTreeSet<Digest>> = listed.objects.iter().map(|text| digest(text)).collect();
            let (Some(signer), Some(objects), FORMAT) = (digest(&listed.signer), objects, &*listed.format)
            else {
                return Err(damaged(&path));
            };
            // a signer none of whose cards is good has no list
            if !objects.is_empty() {
                lists.insert(signer, objects);
            }
        }
        Ok(lists)
    }
}

fn digest(text: &str) -> Option<Digest> {
    hex::decode(text).ok()?.try_into().ok()
}

/// The names in a folder; none if there is no such folder.
fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(home::not_read(folder, &error)),
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.collect())
}

fn damaged(path: &Path) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!("{} is damaged", "{} bị hỏng", path.display()),
        (
            "Bring the file from its backup, or take it away and make it anew.",
            "Lấy lại tệp từ bản sao lưu, hoặc bỏ đi rồi tạo lại.",
        ),
    )
}
