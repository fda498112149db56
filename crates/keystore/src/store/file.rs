//! A folder of encrypted files under one passphrase.

use std::fs;
use std::path::{Path, PathBuf};

use chipwright_channel::KeySize;
use chipwright_channel::diversify::{ChipIdentifier, diversify};
use chipwright_channel::scp03::{KeyError, KeySet, StaticKeys};
use chipwright_pki::SignatureAlgorithm;

use super::{CardMasters, KeyStore, StoredKey};
use crate::{CardKeyFile, CardKeyPurpose, FileKey, KeystoreError, NewCardKeys, Passphrase};

/// Keys in the encrypted files of a folder: `LABEL.key` and, of card keys, `LABEL.json`.
#[derive(Debug)]
pub struct FileStore<'a> {
    folder: PathBuf,
    passphrase: &'a Passphrase,
}

impl<'a> FileStore<'a> {
    /// Of a folder that is there; the passphrase opens every key that is asked for and protects every key that is made.
    #[must_use]
    pub fn new(folder: impl AsRef<Path>, passphrase: &'a Passphrase) -> Self {
        Self { folder: folder.as_ref().to_owned(), passphrase }
    }

    fn key(&self, label: &str) -> PathBuf {
        self.folder.join(format!("{label}.key"))
    }

    fn card_keys(&self, label: &str) -> PathBuf {
        self.folder.join(format!("{label}.json"))
    }

    fn write(
        &self,
        purpose: CardKeyPurpose,
        label: &str,
        key_version: u8,
        keys: NewCardKeys,
    ) -> Result<CardKeyFile, KeystoreError> {
        CardKeyFile::create(self.card_keys(label), purpose, label, key_version, keys, self.passphrase)
    }
}

impl KeyStore for FileStore<'_> {
    fn create(&self, label: &str, algorithm: SignatureAlgorithm) -> Result<StoredKey, KeystoreError> {
        Ok(Box::new(FileKey::create(self.key(label), algorithm, self.passphrase)?))
    }

    fn open(&self, label: &str) -> Result<StoredKey, KeystoreError> {
        Ok(Box::new(FileKey::load(self.key(label), self.passphrase)?))
    }

    fn list(&self) -> Result<Vec<String>, KeystoreError> {
        let fail = |error| KeystoreError::io(crate::error::READ, &self.folder, error);
        let mut labels = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(fail)? {
            let name = entry.map_err(fail)?.file_name();
            labels.extend(name.to_str().and_then(|name| name.strip_suffix(".key")).map(str::to_owned));
        }
        labels.sort_unstable();
        Ok(labels)
    }

    fn uses(&self, label: &str) -> Result<Option<u64>, KeystoreError> {
        let path = self.key(label);
        fs::metadata(&path).map(|_| None).map_err(|error| KeystoreError::io(crate::error::READ, &path, error))
    }

    fn generate_masters(
        &self,
        label: &str,
        key_version: u8,
        size: KeySize,
    ) -> Result<Box<dyn CardMasters>, KeystoreError> {
        self.import_masters(label, key_version, NewCardKeys::generate(size)?)
    }

    fn import_masters(
        &self,
        label: &str,
        key_version: u8,
        keys: NewCardKeys,
    ) -> Result<Box<dyn CardMasters>, KeystoreError> {
        Ok(Box::new(self.write(CardKeyPurpose::Master, label, key_version, keys)?))
    }

    fn masters(&self, label: &str) -> Result<Box<dyn CardMasters>, KeystoreError> {
        let file = CardKeyFile::load(self.card_keys(label), self.passphrase)?;
        file.master_keys()?;
        Ok(Box::new(file))
    }

    fn import_transport(
        &self,
        label: &str,
        key_version: u8,
        keys: NewCardKeys,
    ) -> Result<Box<dyn StaticKeys>, KeystoreError> {
        Ok(Box::new(self.write(CardKeyPurpose::Transport, label, key_version, keys)?.transport_keys()?))
    }

    fn transport(&self, label: &str) -> Result<Box<dyn StaticKeys>, KeystoreError> {
        let file = CardKeyFile::load(self.card_keys(label), self.passphrase)?;
        Ok(Box::new(file.transport_keys()?))
    }
}

impl CardMasters for CardKeyFile {
    fn key_version(&self) -> u8 {
        Self::key_version(self)
    }

    fn size(&self) -> KeySize {
        self.key_size()
    }

    fn card_keys(&self, chip: &ChipIdentifier) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        Ok(Box::new(self.new_keys(chip)?.to_static_keys(self.key_version())?))
    }

    fn new_keys(&self, chip: &ChipIdentifier) -> Result<KeySet, KeyError> {
        diversify(self.master_keys().map_err(|fault| KeyError::Store(Box::new(fault)))?, chip)
    }

    fn stay_inside(&self) -> bool {
        false
    }
}
