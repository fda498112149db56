//! The ledger of a home's key uses, `keys/uses.jsonl`, and how an older home comes to have one.
//!
//! `ca/uses.begun` says that there is a ledger: a home without one, whose keys have certificates, is an older home only if that file is
//! not there either.

use super::operator;
use crate::authority::Authority;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::Home;
use crate::registry;
use chipwright_keystore::uses::{Beginning, Counted, Digest, Ledger, OlderKey, Use, UsesError};
use chipwright_pki::cv::CvCertificate;
use chipwright_pki::{Certificate, Crl, PublicKey, SignKey};
use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A key whose uses are counted.
pub(super) type CountedKey = Counted<Box<dyn SignKey + Send + Sync>>;

/// The row of numbers of the revocation lists.
pub(crate) const CRL_NUMBERS: &str = "crl";

/// The ledger of a home, opened when it is first needed.
#[derive(Debug, Clone)]
pub(crate) struct KeyLedger {
    home: Home,
    who: String,
    opened: Arc<OnceLock<Ledger>>,
}

impl KeyLedger {
    /// Of this home.
    pub(crate) fn of(home: &Home) -> Self {
        Self { home: home.clone(), who: operator::name(), opened: Arc::default() }
    }

    /// The ledger's file.
    pub(crate) fn file(home: &Home) -> PathBuf {
        home.keys().join("uses.jsonl")
    }

    /// What says that there is a ledger.
    pub(crate) fn marker(home: &Home) -> PathBuf {
        home.authority().join("uses.begun")
    }

    /// Begins the ledger of a home that is being made.
    pub(crate) fn begin(home: &Home) -> Result<(), Failure> {
        let (file, marker) = (Self::file(home), Self::marker(home));
        let begun = Ledger::begin(&file, &marker, &operator::name(), &Beginning::NewHome);
        begun.map(drop).map_err(|error| failure(&error))
    }

    /// The ledger. An older home gets one, once, with all its keys in it.
    pub(crate) fn get(&self) -> Result<&Ledger, Failure> {
        if let Some(ledger) = self.opened.get() {
            return Ok(ledger);
        }
        let (file, marker) = (Self::file(&self.home), Self::marker(&self.home));
        if !Ledger::was_begun(&file, &marker) {
            let with = older(&self.home);
            match Ledger::begin(&file, &marker, &self.who, &with) {
                // another process was first
                Err(_) if file.exists() => {}
                begun => drop(begun.map_err(|error| failure(&error))?),
            }
        }
        let ledger = Ledger::open(&file, &marker, &self.who).map_err(|error| failure(&error))?;
        Ok(self.opened.get_or_init(|| ledger))
    }

    /// Counts the uses of a key. One that is new, or that a stopped command left without a certificate, is counted from here on.
    pub(super) fn counted(
        &self,
        key: Box<dyn SignKey + Send + Sync>,
        label: &str,
        acting: Option<&str>,
        certificate: &[PathBuf],
        purpose: Use,
    ) -> Result<CountedKey, Failure> {
        let ledger = match acting {
            Some(acting) => self.get()?.used_by(&format!("{}, {acting}", self.who)),
            None => self.get()?.clone(),
        };
        let name = Digest::of_key(key.public_key());
        let counted = || {
            if certificate.iter().all(|file| !file.exists()) {
                ledger.adopt(name, label, limit(&self.home, label))?;
            }
            Counted::new(key, &ledger, label, purpose)
        };
        counted().map_err(|error| failure(&error))
    }
}

/// How often a key may be used: document signers have a limit.
fn limit(home: &Home, label: &str) -> Option<u64> {
    is_document_signer(label).then_some(home.configuration.key_limits.signer)
}

/// Those of second signatures are document signers too.
fn is_document_signer(label: &str) -> bool {
    let number = label.strip_prefix("second-signer-").or_else(|| label.strip_prefix("signer-"));
    number.is_some_and(|number| number.parse::<u32>().is_ok())
}

/// What a home without a ledger brings into its first: every key that has a certificate, and how often it was used at least.
fn older(home: &Home) -> Beginning {
    let mut keys = BTreeMap::new();
    let certificates = certificates(&home.authority());
    let mut add = |key: &PublicKey, label: String, before: u64| {
        let key = Digest::of_key(key);
        let limit = limit(home, &label);
        keys.entry(key).or_insert(OlderKey { key, label, limit, before });
    };
    let lists = Authority::of(home).crl().ok().map_or(0, |crl| crl.number());
    for (file, certificate) in certificates.iter().filter(|(file, _)| has_key(file)) {
        let signed =
            certificates.iter().filter(|(_, other)| other.issuer() == certificate.subject()).count() as u64;
        let before = match certificate.is_authority() {
            true => signed + lists,
            false => finalised(home, certificate.fingerprint()),
        };
        add(certificate.public_key(), stem(file), before);
    }
    for file in files(&home.authority(), "cvcert").filter(|file| has_key(file)) {
        let read = fs::read(&file).ok().and_then(|bytes| CvCertificate::parse(&bytes).ok());
        if let Some(key) = read.and_then(|certificate| certificate.public_key().as_p256()) {
            add(&key, stem(&file), 0);
        }
    }
    for file in files(&home.path().join("terminals"), "chain").filter(|file| has_key(file)) {
        let read = fs::read(&file).ok().and_then(|bytes| CvCertificate::parse_all(&bytes).ok());
        let terminal = read.as_ref().and_then(|chain| chain.last());
        if let Some(key) = terminal.and_then(|terminal| terminal.public_key().as_p256()) {
            add(&key, format!("terminal-{}", stem(&file)), 0);
        }
    }
    let numbers = if lists > 0 { vec![(CRL_NUMBERS.to_owned(), lists)] } else { Vec::new() };
    Beginning::OlderHome { keys: keys.into_values().collect(), numbers }
}

/// Every certificate in files `NAME.pem` of this folder.
pub(crate) fn certificates(folder: &Path) -> Vec<(PathBuf, Certificate)> {
    let read = |file: PathBuf| {
        let held = Certificate::from_file_bytes(&fs::read(&file).ok()?).ok()?;
        Some((file, held.into_iter().next()?))
    };
    files(folder, "pem").filter_map(read).collect()
}

/// Every revocation list in files `NAME.pem` of this folder.
pub(crate) fn lists(folder: &Path) -> Vec<(PathBuf, Crl)> {
    let read = |file: PathBuf| {
        let held = Crl::from_file_bytes(&fs::read(&file).ok()?).ok()?;
        Some((file, held.into_iter().next()?))
    };
    files(folder, "pem").filter_map(read).collect()
}

/// How many cards the registry knows that carry a security object of this signer.
pub(crate) fn finalised(home: &Home, signer: [u8; 32]) -> u64 {
    let mut cards = 0;
    let count = |card: chipwright_registry::Card| {
        cards += u64::from(card.seal.is_some_and(|seal| seal.signer == signer));
    };
    let mut count = count;
    // a home without a registry has no cards
    let _ = registry::view(home).map(|view| view.for_each_card(&mut count));
    cards
}

fn files(folder: &Path, ending: &'static str) -> impl Iterator<Item = PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files.into_iter().filter(move |file| file.extension() == Some(OsStr::new(ending)))
}

fn has_key(certificate: &Path) -> bool {
    certificate.with_extension("key").exists()
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// What the ledger advises, where it is behind an error.
pub(crate) fn remedy(error: &dyn Error) -> Option<&'static str> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(fault) = error.downcast_ref::<UsesError>() {
            return Some(fault.remedy());
        }
        cause = error.source();
    }
    None
}

/// The ledger's own words.
pub(crate) fn failure(error: &UsesError) -> Failure {
    Failure::of(Exit::Configuration, error, error.remedy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_signers_have_a_limit() {
        for (label, has) in [
            ("signer-1", true),
            ("second-signer-12", true),
            ("record-signer-1", false),
            ("second-root", false),
            ("signer-", false),
        ] {
            assert_eq!(is_document_signer(label), has, "{label}");
        }
    }
}
