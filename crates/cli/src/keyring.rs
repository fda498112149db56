//! The private keys of a home, all of them: here they are made, and here they are opened.
//!
//! | key | label | file |
//! |---|---|---|
//! | root | `root`, `root-2`, … | `ca/LABEL.key` |
//! | document signer, record signer | `signer-N`, `record-signer-N` | `ca/LABEL.key` |
//! | signer of status lists, trust bundles, master lists | `status-signer-N`, `bundle-signer-N`, `master-list-signer-N` | `ca/LABEL.key` |
//! | registrar, custodian | `registrar-NAME`, `custodian-NAME` | `ca/LABEL.key` |
//! | CVCA, document verifier | `cvca-N`, `dv-N` | `ca/LABEL.key` |
//! | terminal | `terminal-NAME-NNNNN` | beside its chain: `terminals/NAME-NNNNN.key` |

use crate::authority::keystore;
use crate::failure::Failure;
use crate::home::Home;
use chipwright_keystore::uses::Use;
use chipwright_keystore::{FileKey, Passphrase};
use chipwright_pki::{PublicKey, Role, SignError, SignKey, SignatureAlgorithm};
use std::fmt;
use std::path::{Path, PathBuf};

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
}

impl Keyring {
    /// Of this home. Nothing is opened before a key is asked for.
    pub(crate) fn of(home: &Home) -> Self {
        Self { authority: home.authority() }
    }

    /// Makes a key; none is ever overwritten.
    pub(crate) fn create(
        &self,
        name: &KeyName,
        algorithm: SignatureAlgorithm,
        passphrase: &Passphrase,
    ) -> Result<Key, Failure> {
        let made = FileKey::create(self.file(name), algorithm, passphrase);
        made.map(Key::of_file).map_err(|error| keystore(&error))
    }

    /// Opens a key for this use.
    pub(crate) fn key(&self, name: &KeyName, passphrase: &Passphrase, purpose: Use) -> Result<Key, Failure> {
        self.open(&self.file(name), passphrase, purpose)
    }

    /// Opens the key of a signer by the name its certificate has in `ca/`.
    pub(crate) fn labelled(
        &self,
        label: &str,
        passphrase: &Passphrase,
        purpose: Use,
    ) -> Result<Key, Failure> {
        self.open(&self.labelled_file(label), passphrase, purpose)
    }

    /// Whether the key is there.
    pub(crate) fn exists(&self, name: &KeyName) -> bool {
        self.file(name).exists()
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
            false => self.create(name, algorithm, passphrase),
        }
    }

    fn open(&self, file: &Path, passphrase: &Passphrase, _purpose: Use) -> Result<Key, Failure> {
        FileKey::load(file, passphrase).map(Key::of_file).map_err(|error| keystore(&error))
    }

    fn file(&self, name: &KeyName) -> PathBuf {
        match name {
            KeyName::Terminal(chain) => chain.with_extension("key"),
            _ => self.labelled_file(&name.label()),
        }
    }

    fn labelled_file(&self, label: &str) -> PathBuf {
        self.authority.join(format!("{label}.key"))
    }
}

/// An opened private key.
pub(crate) struct Key {
    opened: Box<dyn SignKey + Send + Sync>,
}

impl Key {
    fn of_file(key: FileKey) -> Self {
        Self { opened: Box::new(key) }
    }
}

impl SignKey for Key {
    fn public_key(&self) -> &PublicKey {
        self.opened.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.opened.sign(message)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?})", self.opened.public_key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_the_names_of_the_files() {
        for (name, label) in [
            (KeyName::Root(1), "root"),
            (KeyName::Root(2), "root-2"),
            (KeyName::DocumentSigner(3), "signer-3"),
            (KeyName::RecordSigner(1), "record-signer-1"),
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
