//! The registrars of a home: `ca/registrar-NAME.pem`, and their keys.

use crate::authority::Authority;
use crate::certify::{self, Asked};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::keyring::{Key, KeyName};
use crate::secret::{self, Source};
use crate::text::{Text, text};
use chipwright_keystore::Passphrase;
use chipwright_keystore::uses::Use;
use chipwright_pki::{Certificate, Role, SignKey, SignatureAlgorithm};
use jiff::Timestamp;
use std::fs;
use std::path::PathBuf;

/// The registrars that a test home begins with.
pub(crate) const OF_TEST_HOMES: [&str; 2] = ["lan", "minh"];

/// What the files of registrars begin with.
const PREFIX: &str = "registrar-";

/// The name of a registrar: 1 to 32 letters `a` to `z`, digits and hyphens, a letter first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegistrarName(String);

impl std::str::FromStr for RegistrarName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        match first && text.len() <= 32 && text.bytes().all(good) {
            true => Ok(Self(text.to_owned())),
            false => Err("a registrar's name has 1 to 32 letters a to z, digits and hyphens, a letter first"),
        }
    }
}

impl RegistrarName {
    /// As it was given.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn key(&self) -> KeyName {
        KeyName::Registrar(self.0.clone())
    }
}

/// The registrars of a home.
pub(crate) struct Registrars<'a> {
    home: &'a Home,
}

impl<'a> Registrars<'a> {
    /// Of this home.
    pub(crate) const fn of(home: &'a Home) -> Self {
        Self { home }
    }

    /// Everybody who has a certificate, by name.
    pub(crate) fn names(&self) -> Result<Vec<RegistrarName>, Failure> {
        let folder = self.home.authority();
        let entries = fs::read_dir(&folder).map_err(|error| home::not_read(&folder, &error))?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| {
                let name = entry.ok()?.file_name();
                Some(name.to_str()?.strip_prefix(PREFIX)?.strip_suffix(".pem")?.to_owned())
            })
            .collect();
        names.sort();
        Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
    }

    /// The certificate.
    pub(crate) fn certificate(&self, name: &RegistrarName) -> Result<Certificate, Failure> {
        let path = self.certificate_file(name);
        if !path.exists() {
            let name = name.as_str();
            return Err(Failure::new(
                Exit::Configuration,
                text!("there is no registrar {name}", "không có cán bộ đăng ký {name}"),
                (
                    "`chipwright registrar list` shows the names; `chipwright registrar add` makes one.",
                    "`chipwright registrar list` liệt kê các tên; `chipwright registrar add` thêm người.",
                ),
            ));
        }
        Authority::of(self.home).signer(&name.key().label())
    }

    /// Whether the name is taken, by a certificate or by a key that a stopped command left.
    pub(crate) fn is_taken(&self, name: &RegistrarName) -> bool {
        self.certificate_file(name).exists()
    }

    /// The private key, opened with this registrar's own passphrase.
    pub(crate) fn key(
        &self,
        name: &RegistrarName,
        descriptor: Option<u32>,
        context: &Context,
    ) -> Result<Key, Failure> {
        let passphrase = self.source(name, descriptor).open(&asked(name), context.out.language)?;
        Authority::of(self.home).keyring().key(&name.key(), &passphrase, Use::Batch)
    }

    /// The passphrase for a key that is made now.
    pub(crate) fn choose(
        &self,
        name: &RegistrarName,
        descriptor: Option<u32>,
        context: &Context,
    ) -> Result<Passphrase, Failure> {
        self.source(name, descriptor).choose(&asked(name), context.out.language)
    }

    /// Makes the key and the certificate. The certificate comes last: a stopped command leaves no registrar.
    pub(crate) fn make(
        &self,
        name: &RegistrarName,
        root: (&dyn SignKey, &Certificate),
        passphrase: &Passphrase,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let configuration = &self.home.configuration;
        let (role, label, curve) = (Role::Registrar, name.key(), SignatureAlgorithm::EcdsaP256Sha256);
        let key = Authority::of(self.home).keyring().take_up(&label, curve, passphrase, Use::Request)?;
        let subject = certify::subject(configuration, role, &label, None)?;
        let asked = Asked { role, subject, key: key.public_key(), document_types: &[] };
        let certificate = certify::certificate(configuration, &asked, root, at)?;
        home::write_file(&self.certificate_file(name), certificate.to_pem().as_bytes(), 0o644)
    }

    /// Makes the registrars of a test home, with generated passphrases in files.
    pub(crate) fn make_for_tests(
        &self,
        root: (&dyn SignKey, &Certificate),
        at: Timestamp,
    ) -> Result<(), Failure> {
        for name in OF_TEST_HOMES {
            let name = RegistrarName(name.to_owned());
            let passphrase = secret::generate(&self.passphrase_file(&name))?;
            self.make(&name, root, &passphrase, at)?;
        }
        Ok(())
    }

    fn source(&self, name: &RegistrarName, descriptor: Option<u32>) -> Source {
        Source { descriptor, file: Some(self.passphrase_file(name)), option: "--registrar-passphrase-fd" }
    }

    fn passphrase_file(&self, name: &RegistrarName) -> PathBuf {
        self.home.authority().join(format!("{PREFIX}{}.passphrase", name.as_str()))
    }

    fn certificate_file(&self, name: &RegistrarName) -> PathBuf {
        self.home.authority().join(format!("{PREFIX}{}.pem", name.as_str()))
    }
}

fn asked(name: &RegistrarName) -> Text {
    let name = name.as_str();
    text!("Passphrase of registrar {name}", "Mật khẩu của cán bộ đăng ký {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        for good in ["lan", "nguyen-thi-lan", "a1"] {
            assert_eq!(good.parse::<RegistrarName>().unwrap().as_str(), good);
        }
        for bad in ["", "Lan", "1a", "../a", "lan.old", "ánh", &"a".repeat(33)] {
            assert!(bad.parse::<RegistrarName>().is_err(), "{bad}");
        }
    }
}
