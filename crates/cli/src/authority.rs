//! The certification authority's files in `ca/`: roots, signers, revocation lists.

mod generations;

use crate::configuration::Mode;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::keyring::ledger::CRL_NUMBERS;
use crate::keyring::{Key, Keyring};
use crate::text::text;
use chipwright_keystore::uses::Use;
use chipwright_keystore::{KeystoreError, Passphrase};
use chipwright_pki::crl::{self, CrlProfile, RevokedCertificate};
use chipwright_pki::{Certificate, Crl, SignKey, TrustStore};
use jiff::{SignedDuration, Timestamp};
use std::fs;
use std::path::{Path, PathBuf};

/// How long a revocation list says it is the newest: 90 days (9303-12, 7.2).
const CRL_DAYS: i64 = 90;

/// The folder `ca/` of a home.
pub(crate) struct Authority {
    folder: PathBuf,
    keyring: Keyring,
}

impl Authority {
    /// Of this home.
    pub(crate) fn of(home: &Home) -> Self {
        Self { folder: home.authority(), keyring: Keyring::of(home) }
    }

    /// The certificate of the root that signs now.
    pub(crate) fn root_file(&self) -> PathBuf {
        self.root_file_of(self.generation())
    }

    /// The encrypted private key of the root that signs now.
    pub(crate) fn root_key_file(&self) -> PathBuf {
        self.root_file().with_extension("key")
    }

    /// The generated passphrase of a test root.
    pub(crate) fn root_passphrase_file(&self) -> PathBuf {
        self.folder.join("root.passphrase")
    }

    /// The newest revocation list of the root that signs now.
    pub(crate) fn crl_file(&self) -> PathBuf {
        self.crl_file_of(self.generation())
    }

    /// A home that calls itself a test home has test roots only: real cards are made by the rules of real homes.
    pub(crate) fn must_be_of(&self, mode: Mode) -> Result<(), Failure> {
        if mode == Mode::Real {
            return Ok(());
        }
        for generation in self.generations().unwrap_or_default() {
            // what cannot be read is told where it is used
            let root = self.root_of(generation);
            if root.is_ok_and(|root| !root.is_test_root()) {
                let file = self.root_file_of(generation);
                return Err(Failure::new(
                    Exit::Configuration,
                    text!(
                        "config.toml says issuer.mode = \"test\", but {} is the root of real cards",
                        "config.toml ghi issuer.mode = \"test\", trong khi {} là gốc của thẻ thật",
                        file.display()
                    ),
                    (
                        "Put issuer.mode = \"real\" back; a test home is made with `chipwright init`.",
                        "Đặt lại issuer.mode = \"real\"; thư mục thử nghiệm được tạo bằng `chipwright init`.",
                    ),
                ));
            }
        }
        Ok(())
    }

    /// A document signer's certificate.
    pub(crate) fn signer_file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.pem"))
    }

    /// A document signer's encrypted private key.
    pub(crate) fn signer_key_file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.key"))
    }

    /// The document signers, oldest first: their numbers.
    pub(crate) fn signers(&self) -> Result<Vec<u32>, Failure> {
        self.numbered("signer-")
    }

    fn numbered(&self, prefix: &str) -> Result<Vec<u32>, Failure> {
        let entries = fs::read_dir(&self.folder).map_err(|error| home::not_read(&self.folder, &error))?;
        let mut numbers: Vec<u32> = entries
            .filter_map(|entry| {
                entry.ok()?.file_name().to_str()?.strip_prefix(prefix)?.strip_suffix(".pem")?.parse().ok()
            })
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The record signers, oldest first: their numbers.
    pub(crate) fn record_signers(&self) -> Result<Vec<u32>, Failure> {
        self.numbered("record-signer-")
    }

    /// The number of the next signer: after every certificate and every key, so that a key left by a stopped command is in nobody's way.
    pub(crate) fn next_signer(&self) -> Result<u32, Failure> {
        self.next("signer-")
    }

    /// The number of the next record signer, in the same way.
    pub(crate) fn next_record_signer(&self) -> Result<u32, Failure> {
        self.next("record-signer-")
    }

    pub(crate) fn next(&self, prefix: &str) -> Result<u32, Failure> {
        let entries = fs::read_dir(&self.folder).map_err(|error| home::not_read(&self.folder, &error))?;
        let last = entries
            .filter_map(|entry| {
                let name = entry.ok()?.file_name();
                let name = name.to_str()?.strip_prefix(prefix)?;
                name.split('.').next()?.parse::<u32>().ok()
            })
            .max();
        Ok(last.unwrap_or(0) + 1)
    }

    /// Held while anything of the authority changes: two commands at once could lose a revocation.
    pub(crate) fn lock(&self) -> Result<fs::File, Failure> {
        home::try_lock(&self.folder.join("lock"))?.ok_or_else(|| {
            Failure::new(
                Exit::Configuration,
                (
                    "another command is changing this authority",
                    "một lệnh khác đang thay đổi cơ quan chứng thực này",
                ),
                ("Wait until it is done, then repeat.", "Chờ lệnh kia xong rồi thử lại."),
            )
        })
    }

    /// The signer that signs now: the newest whose key may sign and who is not revoked. Where there is none such it is the newest, so that what signs
    /// with it says why it is refused.
    pub(crate) fn current_signer(&self) -> Result<String, Failure> {
        let at = Timestamp::now();
        for number in self.signers()?.into_iter().rev() {
            let name = signer_name(number);
            let held = self.signer(&name)?;
            let signs = held.private_key_usage().unwrap_or(held.validity()).contains(at);
            if signs && held.validity().contains(at) && !self.is_revoked(&held)? {
                return Ok(name);
            }
        }
        self.newest_signer()
    }

    /// The newest signer, whether it may sign or not.
    pub(crate) fn newest_signer(&self) -> Result<String, Failure> {
        self.signers()?.last().map(|number| signer_name(*number)).ok_or_else(|| {
            Failure::new(
                Exit::Configuration,
                ("there is no document signer in ca/", "không có người ký tài liệu nào trong ca/"),
                ("Make one with `chipwright ca new-signer`.", "Tạo bằng `chipwright ca new-signer`."),
            )
        })
    }

    /// Whether the list of the root that issued this certificate names it. A list that cannot be read says nothing.
    fn is_revoked(&self, held: &Certificate) -> Result<bool, Failure> {
        let Some((generation, _)) = self.issuer_of(held)? else { return Ok(false) };
        Ok(self.crl_of(generation).is_ok_and(|list| list.revocation(held.serial()).is_some()))
    }

    /// The root's certificate, read.
    pub(crate) fn root(&self) -> Result<Certificate, Failure> {
        certificate(&self.root_file())
    }

    /// A document signer's certificate, read.
    pub(crate) fn signer(&self, name: &str) -> Result<Certificate, Failure> {
        certificate(&self.signer_file(name))
    }

    /// The newest revocation list of the root that signs now, read.
    pub(crate) fn crl(&self) -> Result<Crl, Failure> {
        self.crl_of(self.generation())
    }

    /// The private keys of the home.
    pub(crate) const fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The private key of the root that signs now.
    pub(crate) fn root_key(&self, passphrase: &Passphrase, purpose: Use) -> Result<Key, Failure> {
        self.root_key_of(self.generation(), passphrase, purpose)
    }

    /// A document signer's private key.
    pub(crate) fn signer_key(
        &self,
        name: &str,
        passphrase: &Passphrase,
        purpose: Use,
    ) -> Result<Key, Failure> {
        self.keyring.labelled(name, passphrase, purpose)
    }

    /// Signs and stores the first root's first revocation list.
    pub(crate) fn issue_crl(
        &self,
        root: &Certificate,
        key: &dyn SignKey,
        number: u64,
        revoked: Vec<RevokedCertificate>,
        at: Timestamp,
    ) -> Result<Crl, Failure> {
        self.issue_crl_of(1, root, key, number, revoked, at)
    }

    /// Signs and stores a revocation list of this generation, which follows the one held.
    pub(crate) fn issue_crl_of(
        &self,
        generation: u32,
        root: &Certificate,
        key: &dyn SignKey,
        number: u64,
        revoked: Vec<RevokedCertificate>,
        at: Timestamp,
    ) -> Result<Crl, Failure> {
        let fails = |error: &dyn std::error::Error| {
            Failure::new(
                Exit::Configuration,
                ("the revocation list could not be made", "không lập được danh sách thu hồi"),
                ("Check the root's key and certificate in ca/.", "Kiểm tra khóa và chứng thư gốc trong ca/."),
            )
            .because(error)
        };
        let next =
            at.checked_add(SignedDuration::from_hours(24 * CRL_DAYS)).map_err(|error| fails(&error))?;
        // a number that a stopped command took is not taken again
        let number = self.keyring.next_number(&crl_row(generation), number.saturating_sub(1))?;
        let profile = CrlProfile { number, this_update: at, next_update: next, revoked };
        let crl = crl::issue(&profile, root)
            .map_err(|error| fails(&error))?
            .sign_with(key)
            .map_err(|error| fails(&error))?;
        home::write_file(&self.crl_file_of(generation), crl.to_pem().as_bytes(), 0o644)?;
        Ok(crl)
    }
}

/// The row of numbers of a generation's revocation lists: the name of their file.
pub(crate) fn crl_row(generation: u32) -> String {
    match generation {
        1 => CRL_NUMBERS.to_owned(),
        _ => format!("{CRL_NUMBERS}-{generation}"),
    }
}

/// The name of the files of this signer.
pub(crate) fn signer_name(number: u32) -> String {
    format!("signer-{number}")
}

/// What a verifier trusts, from a home or from a folder of certificates and revocation lists.
pub(crate) fn trust(path: &Path) -> Result<TrustStore, Failure> {
    let folder = if path.join("config.toml").is_file() { path.join("ca") } else { path.to_owned() };
    let entries = fs::read_dir(&folder).map_err(|error| home::not_read(&folder, &error))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.sort();
    let mut store = TrustStore::new();
    let (mut lists, mut links) = (Vec::new(), Vec::new());
    for file in files.iter().filter(|file| file.is_file()) {
        let bytes = fs::read(file).map_err(|error| home::not_read(file, &error))?;
        // a signer's certificate, a key or any other file in the folder is not trust data
        for root in Certificate::from_file_bytes(&bytes).unwrap_or_default() {
            if root.is_link() {
                links.push(root);
            } else if root.is_authority() && root.issuer() == root.subject() {
                store.add_root(root).map_err(|error| unusable(file).because(&error))?;
            }
        }
        lists.extend(Crl::from_file_bytes(&bytes).unwrap_or_default().into_iter().map(|crl| (file, crl)));
    }
    // a link that leads nowhere from here is not trust data either
    store.add_links(links, Timestamp::now());
    // newest last, so that none is refused for being older
    lists.sort_by_key(|(_, crl)| crl.number());
    for (file, crl) in lists {
        store.add_crl(crl).map_err(|error| unusable(file).because(&error))?;
    }
    if store.roots().is_empty() {
        return Err(Failure::new(
            Exit::Configuration,
            text!("no root certificate in {}", "không có chứng thư gốc nào trong {}", folder.display()),
            (
                "Name with --trust a home, or a folder with the root's certificate and its revocation list.",
                "Dùng --trust chỉ ra thư mục phát hành, hoặc thư mục có chứng thư gốc và danh sách thu hồi.",
            ),
        ));
    }
    Ok(store)
}

fn certificate(path: &Path) -> Result<Certificate, Failure> {
    let bytes = fs::read(path).map_err(|error| home::not_read(path, &error))?;
    let found = Certificate::from_file_bytes(&bytes).map_err(|error| unusable(path).because(&error))?;
    found.into_iter().next().ok_or_else(|| unusable(path))
}

pub(crate) fn unusable(path: &Path) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!("{} cannot be used", "không dùng được {}", path.display()),
        ("Bring the file from its backup, or take it away.", "Lấy lại tệp từ bản sao lưu, hoặc bỏ tệp đi."),
    )
}

/// A key file's own words.
pub(crate) fn keystore(error: &KeystoreError) -> Failure {
    Failure::of(Exit::Configuration, error, error.remedy())
}
