//! The second, post-quantum authority in `ca/second/`: a root of its own, the signers under it, its revocation list.
//!
//! ```text
//! root.pem  second-root.key       signs with ML-DSA-65, and so does everything below it
//! signer-N.pem  second-signer-N.key
//! crl.pem
//! ```
//!
//! Its keys are encrypted files, wherever the other keys of the home live: tokens do not have this algorithm yet. Where the others are in tokens,
//! these files have the passphrase that the token alone can tell, never its PIN.

use crate::authority::unusable;
use crate::certify::{self, Asked};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::keyring::{Key, KeyName, Keyring};
use chipwright_keystore::Passphrase;
use chipwright_keystore::uses::Use;
use chipwright_pki::crl::{self, CrlProfile, Reason, RevokedCertificate};
use chipwright_pki::post_quantum::PostQuantumTrust;
use chipwright_pki::{Certificate, Crl, Role, SignKey, SignatureAlgorithm, TrustStore};
use jiff::{SignedDuration, Timestamp};
use std::fs;
use std::path::{Path, PathBuf};

/// How long its revocation list says it is the newest, as the first root's does.
const CRL_DAYS: i64 = 90;
/// The row of its revocation list's numbers.
const CRL_NUMBERS: &str = "second-crl";
const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::MlDsa65;

/// The folder.
pub(crate) struct SecondAuthority {
    folder: PathBuf,
    keyring: Keyring,
}

impl SecondAuthority {
    /// Of this home, whether it has one or not.
    pub(crate) fn of(home: &Home) -> Self {
        Self { folder: home.authority().join("second"), keyring: Keyring::of(home) }
    }

    /// Whether there is one.
    pub(crate) fn exists(&self) -> bool {
        self.root_file().exists()
    }

    fn root_file(&self) -> PathBuf {
        self.folder.join("root.pem")
    }

    fn crl_file(&self) -> PathBuf {
        self.folder.join("crl.pem")
    }

    fn signer_file(&self, number: u32) -> PathBuf {
        self.folder.join(format!("signer-{number}.pem"))
    }

    /// The number of the newest signer; 0 if there is none.
    fn newest(&self) -> u32 {
        (1..).take_while(|number| self.signer_file(*number).exists()).last().unwrap_or(0)
    }

    /// The root's certificate.
    pub(crate) fn root(&self) -> Result<Certificate, Failure> {
        certificate(&self.root_file())
    }

    /// The newest revocation list.
    pub(crate) fn crl(&self) -> Result<Crl, Failure> {
        list(&self.crl_file())
    }

    /// The signers by the labels of their keys, oldest first.
    pub(crate) fn signers(&self) -> Result<Vec<(String, Certificate)>, Failure> {
        (1..=self.newest())
            .map(|number| {
                Ok((KeyName::SecondSigner(number).label(), certificate(&self.signer_file(number))?))
            })
            .collect()
    }

    /// Makes the root, if there is none, and a new signer under it; and the first revocation list.
    pub(crate) fn new_signer(
        &self,
        home: &Home,
        (root_passphrase, station_passphrase): (&Passphrase, &Passphrase),
        at: Timestamp,
    ) -> Result<Certificate, Failure> {
        home::make_folder(&self.folder)?;
        let configuration = &home.configuration;
        let root_passphrase = &self.keyring.passphrase_of_root_files(root_passphrase)?;
        let station_passphrase = &self.keyring.passphrase_of_files(station_passphrase)?;
        let take_up =
            |purpose| self.keyring.take_up(&KeyName::SecondRoot, ALGORITHM, root_passphrase, purpose);
        let root_key = take_up(Use::Certificate)?;
        if !self.exists() {
            let subject = certify::second_root_name(configuration)?;
            let root = certify::root_certificate(configuration, subject, &root_key, at)?;
            self.issue_crl(&root, &take_up(Use::Crl)?, None, at)?;
            home::write_file(&self.root_file(), root.to_pem().as_bytes(), 0o644)?;
        }
        let root = certificate(&self.root_file())?;
        let number = self.newest() + 1;
        let name = KeyName::SecondSigner(number);
        let key = self.keyring.take_up(&name, ALGORITHM, station_passphrase, Use::SecurityObjects)?;
        let asked = Asked {
            role: Role::DocumentSigner,
            subject: certify::subject(configuration, Role::DocumentSigner, &name, Some("Second signature"))?,
            key: key.public_key(),
            document_types: std::slice::from_ref(&configuration.document.document_code),
        };
        let made = certify::certificate(configuration, &asked, (&root_key, &root), at)?;
        home::write_file(&self.signer_file(number), made.to_pem().as_bytes(), 0o644)?;
        Ok(made)
    }

    /// Signs the next revocation list with everything that is on the one held.
    pub(crate) fn renew_crl(&self, root_passphrase: &Passphrase, at: Timestamp) -> Result<(), Failure> {
        self.next_crl(root_passphrase, None, at)
    }

    /// The same with this signer on it.
    pub(crate) fn revoke(
        &self,
        root_passphrase: &Passphrase,
        signer: &Certificate,
        reason: Reason,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let entry = RevokedCertificate { serial: signer.serial().clone(), date: at, reason };
        self.next_crl(root_passphrase, Some(entry), at)
    }

    fn next_crl(
        &self,
        root_passphrase: &Passphrase,
        more: Option<RevokedCertificate>,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let root = self.root()?;
        let passphrase = self.keyring.passphrase_of_root_files(root_passphrase)?;
        let key = self.keyring.key(&KeyName::SecondRoot, &passphrase, Use::Crl)?;
        // a list of another root, or one that was changed, is not continued
        let mut trust = TrustStore::new();
        let held = self.crl()?;
        let taken = trust.add_root(root.clone()).and_then(|()| trust.add_crl(held));
        taken.map_err(|error| unusable(&self.crl_file()).because(&error))?;
        self.issue_crl(&root, &key, more, at)
    }

    fn issue_crl(
        &self,
        root: &Certificate,
        key: &Key,
        more: Option<RevokedCertificate>,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let held = match self.crl_file().exists() {
            true => Some(self.crl()?),
            false => None,
        };
        let on_it = held.iter().flat_map(Crl::revocations).map(|(serial, why)| RevokedCertificate {
            serial: serial.clone(),
            date: why.date,
            reason: why.reason,
        });
        let mut revoked: Vec<RevokedCertificate> = on_it.collect();
        revoked.sort_by_key(|entry| entry.date);
        if let Some(more) = more.filter(|more| revoked.iter().all(|entry| entry.serial != more.serial)) {
            revoked.push(more);
        }
        let published = held.as_ref().map_or(0, Crl::number);
        let profile = CrlProfile {
            number: self.keyring.next_number(CRL_NUMBERS, published)?,
            this_update: at,
            next_update: at
                .checked_add(SignedDuration::from_hours(24 * CRL_DAYS))
                .map_err(|error| certify::refused(&error))?,
            revoked,
        };
        let prepared = crl::issue(&profile, root).map_err(|error| certify::refused(&error))?;
        let crl = prepared.sign_with(key).map_err(|error| certify::refused(&error))?;
        home::write_file(&self.crl_file(), crl.to_pem().as_bytes(), 0o644)
    }

    /// The signer that signs now, and its key: the newest that is not revoked.
    pub(crate) fn signer(&self, passphrase: &Passphrase) -> Result<(Certificate, Key), Failure> {
        let mut held = None;
        for number in (1..=self.newest()).rev() {
            let certificate = certificate(&self.signer_file(number))?;
            if self.crl()?.revocation(certificate.serial()).is_none() {
                held = Some((number, certificate));
                break;
            }
        }
        let Some((number, certificate)) = held else {
            return Err(Failure::new(
                Exit::Configuration,
                (
                    "config.toml demands a second signature, and there is no second signer in ca/second/",
                    "config.toml đòi chữ ký thứ hai, nhưng không có người ký thứ hai nào trong ca/second/",
                ),
                ("Make one with `chipwright ca second-signer`.", "Tạo bằng `chipwright ca second-signer`."),
            ));
        };
        let passphrase = self.keyring.passphrase_of_files(passphrase)?;
        let key = self.keyring.key(&KeyName::SecondSigner(number), &passphrase, Use::SecurityObjects)?;
        Ok((certificate, key))
    }
}

/// The second signer of this home, if new cards are to have its signature.
pub(crate) fn signer(home: &Home, passphrase: &Passphrase) -> Result<Option<(Certificate, Key)>, Failure> {
    let wanted = home.configuration.second_signature.sign;
    wanted.then(|| SecondAuthority::of(home).signer(passphrase)).transpose()
}

/// What second signatures are judged by: of a home, or of the folder `second/` of a folder of trust data.
pub(crate) fn trust(path: &Path) -> Result<PostQuantumTrust, Failure> {
    let folder =
        if path.join("config.toml").is_file() { path.join("ca/second") } else { path.join("second") };
    let mut store = TrustStore::new();
    let unusable = |error: &dyn std::error::Error| unusable(&folder).because(error);
    if !folder.is_dir() {
        return Ok(PostQuantumTrust::new(store));
    }
    store.add_root(certificate(&folder.join("root.pem"))?).map_err(|error| unusable(&error))?;
    store.add_crl(list(&folder.join("crl.pem"))?).map_err(|error| unusable(&error))?;
    let mut trust = PostQuantumTrust::new(store);
    for number in 1.. {
        let file = folder.join(format!("signer-{number}.pem"));
        if !file.exists() {
            break;
        }
        trust.add_signer(certificate(&file)?).map_err(|error| unusable(&error))?;
    }
    Ok(trust)
}

fn certificate(path: &Path) -> Result<Certificate, Failure> {
    let bytes = fs::read(path).map_err(|error| home::not_read(path, &error))?;
    let found = Certificate::from_file_bytes(&bytes).map_err(|error| unusable(path).because(&error))?;
    found.into_iter().next().ok_or_else(|| unusable(path))
}

fn list(path: &Path) -> Result<Crl, Failure> {
    let bytes = fs::read(path).map_err(|error| home::not_read(path, &error))?;
    let found = Crl::from_file_bytes(&bytes).map_err(|error| unusable(path).because(&error))?;
    found.into_iter().next().ok_or_else(|| unusable(path))
}
