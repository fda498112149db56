//! The root's generations: `root.pem`, `root-2.pem`, …, each with its revocation list; and the links between them.
//!
//! ```text
//! root.pem   root.key    crl.pem       the first
//! root-2.pem root-2.key  crl-2.pem     the second, which signs now
//! link-2-by-1.pem                      the second root's key, certified by the first
//! link-1-by-2.pem                      the first root's key, certified by the second
//! issued/SERIAL.pem                    what was certified for a key of another place
//! ```

use super::{Authority, certificate, unusable};
use crate::failure::Failure;
use crate::home;
use crate::keyring::{Key, KeyName};
use chipwright_keystore::Passphrase;
use chipwright_keystore::uses::Use;
use chipwright_pki::{Certificate, Crl, SerialNumber};
use std::fs;
use std::path::{Path, PathBuf};

impl Authority {
    /// The generations, oldest first; the first is always one of them.
    pub(crate) fn generations(&self) -> Result<Vec<u32>, Failure> {
        let mut found = vec![1];
        found.extend(self.numbered("root-")?.into_iter().filter(|generation| *generation > 1));
        Ok(found)
    }

    /// The generation that signs now. A folder that cannot be read has the first.
    pub(crate) fn generation(&self) -> u32 {
        self.generations().ok().and_then(|all| all.last().copied()).unwrap_or(1)
    }

    /// The certificate file of this generation.
    pub(crate) fn root_file_of(&self, generation: u32) -> PathBuf {
        self.folder.join(format!("{}.pem", KeyName::Root(generation).label()))
    }

    /// The certificate of this generation.
    pub(crate) fn root_of(&self, generation: u32) -> Result<Certificate, Failure> {
        certificate(&self.root_file_of(generation))
    }

    /// The root that issued this certificate, if it is one of ours.
    pub(crate) fn issuer_of(&self, held: &Certificate) -> Result<Option<(u32, Certificate)>, Failure> {
        for generation in self.generations()? {
            let root = self.root_of(generation)?;
            if held.verify_issued_by(&root).is_ok() {
                return Ok(Some((generation, root)));
            }
        }
        Ok(None)
    }

    /// The private key of this generation.
    pub(crate) fn root_key_of(
        &self,
        generation: u32,
        passphrase: &Passphrase,
        purpose: Use,
    ) -> Result<Key, Failure> {
        self.keyring().key(&KeyName::Root(generation), passphrase, purpose)
    }

    /// The file of this generation's revocation list.
    pub(crate) fn crl_file_of(&self, generation: u32) -> PathBuf {
        match generation {
            1 => self.folder.join("crl.pem"),
            _ => self.folder.join(format!("crl-{generation}.pem")),
        }
    }

    /// This generation's revocation list.
    pub(crate) fn crl_of(&self, generation: u32) -> Result<Crl, Failure> {
        let path = self.crl_file_of(generation);
        let bytes = fs::read(&path).map_err(|error| home::not_read(&path, &error))?;
        let lists = Crl::from_file_bytes(&bytes).map_err(|error| unusable(&path).because(&error))?;
        lists.into_iter().next().ok_or_else(|| unusable(&path))
    }

    /// The file of a link: the key of one generation, certified by another.
    pub(crate) fn link_file(&self, subject: u32, issuer: u32) -> PathBuf {
        self.folder.join(format!("link-{subject}-by-{issuer}.pem"))
    }

    /// All links between our generations, by file.
    pub(crate) fn links(&self) -> Result<Vec<(PathBuf, Certificate)>, Failure> {
        self.certificates_named("link-")
    }

    /// Certificates of signers of every role in `ca/`, by the names of their files without `.pem`.
    pub(crate) fn all_signers(&self) -> Result<Vec<(String, Certificate)>, Failure> {
        let all = self.certificates_named("")?;
        let signers = all.into_iter().filter(|(_, held)| held.role().is_some());
        Ok(signers.filter_map(|(file, held)| Some((file.file_stem()?.to_str()?.to_owned(), held))).collect())
    }

    fn certificates_named(&self, prefix: &str) -> Result<Vec<(PathBuf, Certificate)>, Failure> {
        certificates_in(&self.folder, prefix)
    }

    /// What was certified for keys of other places.
    pub(crate) fn issued_elsewhere(&self) -> Result<Vec<(PathBuf, Certificate)>, Failure> {
        let folder = self.folder.join("issued");
        if folder.is_dir() { certificates_in(&folder, "") } else { Ok(Vec::new()) }
    }

    /// The file in which a certificate for a key of another place is kept.
    pub(crate) fn issued_file(&self, serial: &SerialNumber) -> PathBuf {
        self.folder.join("issued").join(format!("{serial}.pem"))
    }

    /// The request of a key that waits for its certificate.
    pub(crate) fn request_file(&self, label: &str) -> PathBuf {
        self.folder.join(format!("{label}.csr"))
    }

    /// Labels of the keys that have asked for a certificate.
    pub(crate) fn requested(&self) -> Result<Vec<String>, Failure> {
        let files = files_in(&self.folder)?;
        let labels = files.iter().filter_map(|file| file.file_name()?.to_str()?.strip_suffix(".csr"));
        Ok(labels.map(str::to_owned).collect())
    }

    /// The signed master list.
    pub(crate) fn master_list_file(&self) -> PathBuf {
        self.folder.join("master-list.ml")
    }
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| home::not_read(folder, &error))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    Ok(files)
}

/// Every readable certificate in `folder/prefix*.pem`; lists and other files are passed over.
fn certificates_in(folder: &Path, prefix: &str) -> Result<Vec<(PathBuf, Certificate)>, Failure> {
    let named = |file: &PathBuf| {
        let name = file.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(prefix) && name.ends_with(".pem"))
    };
    let mut found = Vec::new();
    for file in files_in(folder)?.into_iter().filter(named) {
        let bytes = fs::read(&file).map_err(|error| home::not_read(&file, &error))?;
        if let Some(held) = Certificate::from_file_bytes(&bytes).unwrap_or_default().into_iter().next() {
            found.push((file, held));
        }
    }
    Ok(found)
}
