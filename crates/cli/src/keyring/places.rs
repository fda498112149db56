//! Where a home's keys are: in encrypted files, or in its tokens.

use super::person::{self, PersonToken};
use crate::authority::keystore;
use crate::configuration::{Keys, Tokens};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home;
use crate::text::text;
use chipwright_channel::KeySize;
use chipwright_keystore::store::{CardMasters, FileStore, KeyStore, StoredKey};
use chipwright_keystore::token::{TokenError, TokenName, TokenStore};
use chipwright_keystore::{CardKeyFile, CardKeyPurpose, FileKey, KeystoreError, NewCardKeys, Passphrase};
use chipwright_pki::{PublicKey, SignatureAlgorithm};
use std::fs;
use std::path::{Path, PathBuf};

/// The label of the card masters.
const MASTERS: &str = "master";

/// Which of the home's stores holds a key, where they are tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// Root and CVCA.
    Root,
    /// What works every day.
    Station,
    /// One person, who answers for it with a passphrase or a PIN of his or her own: a file, or a token that is nobody else's.
    Person,
    /// None: a file, whatever the home has.
    File,
}

/// The places of a home's keys.
#[derive(Debug, Clone)]
pub(super) struct Places {
    card_keys: PathBuf,
    keys: Keys,
    /// Where a person's key is made.
    of_person: Option<PersonToken>,
}

impl Places {
    pub(super) fn new(card_keys: PathBuf, keys: Keys) -> Self {
        Self { card_keys, keys, of_person: None }
    }

    /// The same, where a person's key is made in this token.
    pub(super) fn with_token_of_person(&self, token: Option<PersonToken>) -> Self {
        Self { of_person: token, ..self.clone() }
    }

    /// Makes a key: in this file, or in the token under this label, with its public half beside where the file would be.
    pub(super) fn create(
        &self,
        holder: Holder,
        label: &str,
        file: &Path,
        algorithm: SignatureAlgorithm,
        passphrase: &Passphrase,
    ) -> Result<StoredKey, Failure> {
        let Some(token) = self.token(holder, file)? else {
            let made = FileKey::create(file, algorithm, passphrase).map_err(|error| keystore(&error))?;
            return Ok(Box::new(made));
        };
        let made = TokenStore::open(&token.0, token.1, passphrase);
        let made = made.and_then(|store| store.create(label, algorithm)).map_err(|error| keystore(&error))?;
        if let (Holder::Person, Some(token)) = (holder, &self.of_person) {
            token.write(file)?;
        }
        home::write_file(&public_half(file), made.public_key().spki_der(), 0o644)?;
        Ok(made)
    }

    /// Opens a key.
    pub(super) fn open(
        &self,
        holder: Holder,
        label: &str,
        file: &Path,
        passphrase: &Passphrase,
    ) -> Result<StoredKey, Failure> {
        let Some(token) = self.token(holder, file)? else {
            let opened = FileKey::load(file, passphrase).map_err(|error| keystore(&error))?;
            return Ok(Box::new(opened));
        };
        let opened = TokenStore::open(&token.0, token.1, passphrase);
        let opened = opened.and_then(|store| store.open(label)).map_err(|error| keystore(&error))?;
        match is_of(&public_half(file), opened.public_key())? {
            true => Ok(opened),
            false => Err(another_key(label, &public_half(file))),
        }
    }

    /// Whether the key is there, as far as that can be told without opening anything.
    pub(super) fn exists(&self, file: &Path) -> bool {
        let in_token = self.keys.in_token() || person::beside(file).exists();
        file.exists() || (in_token && public_half(file).exists())
    }

    /// Makes the card masters and, in a token, what the files of transport keys are encrypted with.
    pub(super) fn create_masters(
        &self,
        label: &str,
        key_version: u8,
        size: KeySize,
        passphrase: &Passphrase,
    ) -> Result<(), Failure> {
        let made = match self.keys.tokens()? {
            Some(tokens) => open(&tokens, &tokens.station, passphrase).and_then(|store| {
                store.create_passphrase_of_files()?;
                store.generate_masters(MASTERS, key_version, size).map(drop)
            }),
            None => NewCardKeys::generate(size).and_then(|keys| {
                let file = self.card_keys.join(format!("{MASTERS}.json"));
                let purpose = CardKeyPurpose::Master;
                CardKeyFile::create(file, purpose, label, key_version, keys, passphrase).map(drop)
            }),
        };
        made.map_err(|error| keystore(&error))
    }

    /// Opens the card masters of a generation; 1 is the first.
    pub(super) fn masters(
        &self,
        generation: u32,
        passphrase: &Passphrase,
    ) -> Result<Box<dyn CardMasters>, Failure> {
        let label = masters_of(generation);
        let opened = match self.keys.tokens()? {
            Some(tokens) => {
                open(&tokens, &tokens.station, passphrase).and_then(|store| store.masters(&label))
            }
            None => FileStore::new(&self.card_keys, passphrase).masters(&label),
        };
        opened.map_err(|error| keystore(&error))
    }

    /// Brings in the card masters of another generation.
    pub(super) fn import_masters(
        &self,
        generation: u32,
        key_version: u8,
        keys: NewCardKeys,
        passphrase: &Passphrase,
    ) -> Result<(), Failure> {
        let label = masters_of(generation);
        let brought = match self.keys.tokens()? {
            Some(tokens) => open(&tokens, &tokens.station, passphrase)
                .and_then(|store| store.import_masters(&label, key_version, keys)),
            None => FileStore::new(&self.card_keys, passphrase).import_masters(&label, key_version, keys),
        };
        brought.map(drop).map_err(|error| keystore(&error))
    }

    /// What the files of transport keys are encrypted with: the passphrase itself, or one that the token alone can tell, as a PIN
    /// would be found by trying it on a file.
    pub(super) fn passphrase_of_files(&self, passphrase: &Passphrase) -> Result<Passphrase, Failure> {
        match self.keys.tokens()? {
            None => Ok(passphrase.clone()),
            Some(tokens) => open(&tokens, &tokens.station, passphrase)
                .and_then(|store| store.passphrase_of_files())
                .map_err(|error| keystore(&error)),
        }
    }

    /// The same of files of the root; the root's token gets what tells it when it is first asked for.
    pub(super) fn passphrase_of_root_files(&self, passphrase: &Passphrase) -> Result<Passphrase, Failure> {
        let Some(tokens) = self.keys.tokens()? else { return Ok(passphrase.clone()) };
        let told =
            open(&tokens, &tokens.root, passphrase).and_then(|store| match store.passphrase_of_files() {
                Err(KeystoreError::Token(fault)) if matches!(*fault, TokenError::NoKey { .. }) => {
                    store.create_passphrase_of_files()?;
                    store.passphrase_of_files()
                }
                told => told,
            });
        told.map_err(|error| keystore(&error))
    }

    /// The token of a key and the module that reaches it, unless it has a file.
    fn token(&self, holder: Holder, file: &Path) -> Result<Option<(PathBuf, TokenName)>, Failure> {
        if file.exists() || holder == Holder::File {
            return Ok(None);
        }
        if holder == Holder::Person {
            let token = PersonToken::of_key(file)?.or_else(|| self.of_person.clone());
            return Ok(token.map(|token| (token.module.clone(), token.name())));
        }
        Ok(self.keys.tokens()?.map(|tokens| match holder {
            Holder::Root => (tokens.module, tokens.root),
            _ => (tokens.module, tokens.station),
        }))
    }
}

/// The label of the card masters of a generation.
fn masters_of(generation: u32) -> String {
    match generation {
        1 => MASTERS.to_owned(),
        _ => format!("{MASTERS}-{generation}"),
    }
}

fn open(tokens: &Tokens, name: &TokenName, pin: &Passphrase) -> Result<TokenStore, KeystoreError> {
    let store = TokenStore::open(&tokens.module, name.clone(), pin)?;
    Ok(store.with_card_keys(tokens.card_keys))
}

/// The file with the public half of a key in a token: SubjectPublicKeyInfo in DER.
pub(crate) fn public_half(file: &Path) -> PathBuf {
    file.with_extension("pub")
}

/// Whether this file holds the public half of that key.
fn is_of(public: &Path, key: &PublicKey) -> Result<bool, Failure> {
    let held = fs::read(public).map_err(|error| home::not_read(public, &error))?;
    Ok(held == key.spki_der())
}

fn another_key(label: &str, public: &Path) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!(
            "the key {label} in the token is not the one that {} belongs to",
            "khóa {label} trong token không phải khóa ứng với {}",
            public.display()
        ),
        (
            "Insert the token of this home, or bring token and home from the same backup; nothing was signed.",
            "Cắm đúng token của thư mục này, hoặc lấy lại token và thư mục từ cùng một bản sao lưu; chưa ký gì.",
        ),
    )
}
