//! The private keys of a home, all of them: here they are made, and here they are opened.
//!
//! | key | label | file |
//! |---|---|---|
//! | root | `root`, `root-2`, … | `ca/LABEL.key` |
//! | document signer, record signer | `signer-N`, `record-signer-N` | `ca/LABEL.key` |
//! | signer of status lists, trust bundles, master lists | `status-signer-N`, `bundle-signer-N`, `master-list-signer-N` | `ca/LABEL.key` |
//! | registrar, custodian | `registrar-NAME`, `custodian-NAME` | `ca/LABEL.key` |
//! | CVCA, document verifier | `cvca-N`, `dv-N` | `ca/LABEL.key` |
//! | root and signer of second signatures | `second-root`, `second-signer-N` | `ca/second/LABEL.key` |
//! | terminal | `terminal-NAME-NNNNN` | beside its chain: `terminals/NAME-NNNNN.key` |
//! | card masters of each generation | `master`, `master-2`, … | `keys/LABEL.json` |
//!
//! Where `[keys] store = "token"` stands in the configuration, the keys live in a PKCS#11 token instead, and the passphrase is its
//! PIN; the public half of each is kept in `LABEL.pub`, with which the token's is compared. Root and CVCA may have a token, and so a
//! PIN, of their own; whoever has the PIN of a token has all keys in it. Registrars and custodians answer for themselves: their keys are
//! files with a passphrase of their own; a registrar's may be in a token of the registrar's own, which `LABEL.token` names. A key that
//! has a file is in no token. Those of second signatures are always files; in a home with tokens their passphrases are told by the tokens.

pub(crate) mod ledger;
mod operator;
pub(crate) mod person;
pub(crate) mod places;

use crate::failure::Failure;
use crate::home::Home;
use chipwright_channel::KeySize;
use chipwright_keystore::store::{CardMasters, StoredKey};
use chipwright_keystore::uses::{Use, UsedFor};
use chipwright_keystore::{NewCardKeys, Passphrase};
use chipwright_pki::{PublicKey, Role, SignError, SignKey, SignatureAlgorithm};
use ledger::{CountedKey, KeyLedger};
use person::PersonToken;
use places::{Holder, Places};
use std::fmt;
use std::path::PathBuf;

/// A private key of a home by what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(dead_code, reason = "every kind of key has its name before a command makes it")]
pub(crate) enum KeyName {
    /// The root of this generation; 1 is the first.
    Root(u32),
    /// A document signer.
    DocumentSigner(u32),
    /// A record signer.
    RecordSigner(u32),
    /// The root of the second, post-quantum signature.
    SecondRoot,
    /// A signer of second signatures.
    SecondSigner(u32),
    /// A numbered signer of another role.
    Role(Role, u32),
    /// A registrar, who prepares or approves.
    Registrar(String),
    /// A custodian of shares and components.
    Custodian(String),
    /// A CVCA of the terminals.
    Cvca(u32),
    /// A document verifier of the terminals.
    Dv(u32),
    /// A terminal, by the file of its chain.
    Terminal(PathBuf),
}

impl KeyName {
    /// The name of the key in its store, and of its files.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Root(1) => "root".to_owned(),
            Self::Root(generation) => format!("root-{generation}"),
            Self::DocumentSigner(number) => format!("signer-{number}"),
            Self::RecordSigner(number) => format!("record-signer-{number}"),
            Self::SecondRoot => "second-root".to_owned(),
            Self::SecondSigner(number) => format!("second-signer-{number}"),
            Self::Role(role, number) => format!("{}-{number}", role_name(*role)),
            Self::Registrar(name) => format!("registrar-{name}"),
            Self::Custodian(name) => format!("custodian-{name}"),
            Self::Cvca(number) => format!("cvca-{number}"),
            Self::Dv(number) => format!("dv-{number}"),
            Self::Terminal(chain) => {
                format!("terminal-{}", chain.file_stem().unwrap_or_default().to_string_lossy())
            }
        }
    }
}

impl KeyName {
    /// What a key that was just made signs.
    const fn first_use(&self) -> Use {
        match self {
            Self::Root(_) | Self::SecondRoot => Use::Certificate,
            Self::DocumentSigner(_) | Self::SecondSigner(_) => Use::SecurityObjects,
            Self::RecordSigner(_) => Use::Record,
            Self::Role(Role::StatusListSigner, _) => Use::StatusList,
            Self::Role(Role::BundleSigner, _) => Use::Bundle,
            Self::Role(Role::MasterListSigner, _) => Use::MasterList,
            Self::Role(..) | Self::Registrar(_) => Use::Batch,
            Self::Custodian(_) => Use::Transcript,
            Self::Cvca(_) | Self::Dv(_) => Use::CvCertificate,
            Self::Terminal(_) => Use::Request,
        }
    }

    /// Which store of the home it is in.
    const fn holder(&self) -> Holder {
        match self {
            Self::Root(_) | Self::Cvca(_) => Holder::Root,
            Self::Registrar(_) | Self::Custodian(_) => Holder::Person,
            Self::SecondRoot | Self::SecondSigner(_) => Holder::File,
            _ => Holder::Station,
        }
    }

    /// Whose key it is, where it is one person's.
    fn acting(&self) -> Option<String> {
        match self {
            Self::Registrar(name) => Some(format!("registrar {name}")),
            Self::Custodian(name) => Some(format!("custodian {name}")),
            _ => None,
        }
    }
}

/// What the label of a role's keys begins with.
const fn role_name(role: Role) -> &'static str {
    match role {
        Role::DocumentSigner => "signer",
        Role::RecordSigner => "record-signer",
        Role::StatusListSigner => "status-signer",
        Role::BundleSigner => "bundle-signer",
        Role::MasterListSigner => "master-list-signer",
        Role::Registrar => "registrar",
        Role::Custodian => "custodian",
    }
}

/// The private keys of a home.
#[derive(Debug, Clone)]
pub(crate) struct Keyring {
    authority: PathBuf,
    places: Places,
    ledger: KeyLedger,
}

impl Keyring {
    /// Of this home. Nothing is opened before a key is asked for.
    pub(crate) fn of(home: &Home) -> Self {
        let places = Places::new(home.keys(), home.configuration.keys.clone());
        Self { authority: home.authority(), places, ledger: KeyLedger::of(home) }
    }

    /// The same, where a person's key is made in this token.
    pub(crate) fn with_token_of_person(&self, token: Option<PersonToken>) -> Self {
        Self { places: self.places.with_token_of_person(token), ..self.clone() }
    }

    /// The token of a person's key; none of a key in a file, or of nobody's.
    pub(crate) fn token_of_person(&self, name: &KeyName) -> Result<Option<PersonToken>, Failure> {
        PersonToken::of_key(&self.file(name))
    }

    /// Takes the next number of a row for good; `published` is the highest that is seen anywhere.
    pub(crate) fn next_number(&self, row: &str, published: u64) -> Result<u64, Failure> {
        self.ledger.get()?.next_number(row, published).map_err(|error| ledger::failure(&error))
    }

    /// Makes a key; none is ever overwritten.
    pub(crate) fn create(
        &self,
        name: &KeyName,
        algorithm: SignatureAlgorithm,
        passphrase: &Passphrase,
    ) -> Result<Key, Failure> {
        self.create_for(name, algorithm, passphrase, name.first_use())
    }

    fn create_for(
        &self,
        name: &KeyName,
        algorithm: SignatureAlgorithm,
        passphrase: &Passphrase,
        purpose: Use,
    ) -> Result<Key, Failure> {
        let made =
            self.places.create(name.holder(), &name.label(), &self.file(name), algorithm, passphrase)?;
        self.counted(made, name, purpose)
    }

    /// Opens a key for this use.
    pub(crate) fn key(&self, name: &KeyName, passphrase: &Passphrase, purpose: Use) -> Result<Key, Failure> {
        let key = self.places.open(name.holder(), &name.label(), &self.file(name), passphrase)?;
        self.counted(key, name, purpose)
    }

    /// Opens the key of a signer by the name its certificate has in `ca/`.
    pub(crate) fn labelled(
        &self,
        label: &str,
        passphrase: &Passphrase,
        purpose: Use,
    ) -> Result<Key, Failure> {
        let key = self.places.open(Holder::Station, label, &self.labelled_file(label), passphrase)?;
        let counted = self.ledger.counted(key, label, None, &self.certificates(label), purpose)?;
        Ok(Key { counted })
    }

    /// Whether the key is there.
    pub(crate) fn exists(&self, name: &KeyName) -> bool {
        self.places.exists(&self.file(name))
    }

    /// Makes the card masters.
    pub(crate) fn create_masters(
        &self,
        label: &str,
        key_version: u8,
        size: KeySize,
        passphrase: &Passphrase,
    ) -> Result<(), Failure> {
        self.places.create_masters(label, key_version, size, passphrase)
    }

    /// Opens the card masters of a generation; 1 is the first.
    pub(crate) fn masters(
        &self,
        generation: u32,
        passphrase: &Passphrase,
    ) -> Result<Box<dyn CardMasters>, Failure> {
        self.places.masters(generation, passphrase)
    }

    /// Brings in the card masters of another generation.
    pub(crate) fn import_masters(
        &self,
        generation: u32,
        key_version: u8,
        keys: NewCardKeys,
        passphrase: &Passphrase,
    ) -> Result<(), Failure> {
        self.places.import_masters(generation, key_version, keys, passphrase)
    }

    /// What the files of transport keys and of second signers are encrypted with.
    pub(crate) fn passphrase_of_files(&self, passphrase: &Passphrase) -> Result<Passphrase, Failure> {
        self.places.passphrase_of_files(passphrase)
    }

    /// The same of files whose keys belong to the root.
    pub(crate) fn passphrase_of_root_files(&self, passphrase: &Passphrase) -> Result<Passphrase, Failure> {
        self.places.passphrase_of_root_files(passphrase)
    }

    /// Opens a key, which a stopped command may have left without a certificate; makes it if there is none.
    pub(crate) fn take_up(
        &self,
        name: &KeyName,
        algorithm: SignatureAlgorithm,
        passphrase: &Passphrase,
        purpose: Use,
    ) -> Result<Key, Failure> {
        match self.exists(name) {
            true => self.key(name, passphrase, purpose),
            false => self.create_for(name, algorithm, passphrase, purpose),
        }
    }

    /// Every key goes through here: none signs uncounted.
    fn counted(&self, key: StoredKey, name: &KeyName, purpose: Use) -> Result<Key, Failure> {
        let label = name.label();
        let certificates = match name {
            KeyName::Terminal(chain) => vec![chain.clone()],
            _ => self.certificates(&label),
        };
        let acting = name.acting();
        let counted = self.ledger.counted(key, &label, acting.as_deref(), &certificates, purpose)?;
        Ok(Key { counted })
    }

    /// Where the certificate of a key is, if it has one.
    fn certificates(&self, label: &str) -> Vec<PathBuf> {
        ["pem", "cvcert"].map(|ending| self.authority.join(format!("{label}.{ending}"))).to_vec()
    }

    fn file(&self, name: &KeyName) -> PathBuf {
        match name {
            KeyName::Terminal(chain) => chain.with_extension("key"),
            KeyName::SecondRoot | KeyName::SecondSigner(_) => {
                self.authority.join("second").join(format!("{}.key", name.label()))
            }
            _ => self.labelled_file(&name.label()),
        }
    }

    fn labelled_file(&self, label: &str) -> PathBuf {
        self.authority.join(format!("{label}.key"))
    }
}

/// An opened private key.
///
/// Every signature is in the ledger of the home before the key is touched.
pub(crate) struct Key {
    counted: CountedKey,
}

impl Key {
    /// The same key for another thing than it was opened for.
    pub(crate) fn used_for(&self, purpose: Use) -> UsedFor<'_, Box<dyn SignKey + Send + Sync>> {
        self.counted.used_for(purpose)
    }
}

impl SignKey for Key {
    fn public_key(&self) -> &PublicKey {
        self.counted.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.counted.sign(message)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?})", self.counted.public_key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_second_signatures_are_in_no_token() {
        assert_eq!(KeyName::SecondRoot.holder(), Holder::File);
        assert_eq!(KeyName::SecondSigner(1).holder(), Holder::File);
        assert_eq!(KeyName::DocumentSigner(1).holder(), Holder::Station);
    }

    #[test]
    fn labels_are_the_names_of_the_files() {
        for (name, label) in [
            (KeyName::Root(1), "root"),
            (KeyName::Root(2), "root-2"),
            (KeyName::DocumentSigner(3), "signer-3"),
            (KeyName::RecordSigner(1), "record-signer-1"),
            (KeyName::SecondRoot, "second-root"),
            (KeyName::SecondSigner(2), "second-signer-2"),
            (KeyName::Role(Role::StatusListSigner, 1), "status-signer-1"),
            (KeyName::Registrar("lan".to_owned()), "registrar-lan"),
            (KeyName::Custodian("an".to_owned()), "custodian-an"),
            (KeyName::Cvca(2), "cvca-2"),
            (KeyName::Dv(1), "dv-1"),
            (KeyName::Terminal("terminals/gate-00001.chain".into()), "terminal-gate-00001"),
        ] {
            assert_eq!(name.label(), label);
        }
    }
}
