//! The registrars of a home: `ca/registrar-NAME.pem`, and their keys, in files or in a token of each one's own.

use crate::authority::Authority;
use crate::certify::{self, Asked};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::keyring::person::PersonToken;
use crate::keyring::{Key, KeyName, Keyring};
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

    /// What the key is called.
    pub(crate) fn key(&self) -> KeyName {
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
        names.iter().map(|name| name.parse().map_err(|_| misnamed(name))).collect()
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
        let keyring = Keyring::of(self.home);
        let asked = asked(name, keyring.token_of_person(&name.key())?.as_ref());
        let source = self.source(name, descriptor);
        let passphrase = source.open_of(&name.key().label(), &asked, context.out.language)?;
        keyring.key(&name.key(), &passphrase, Use::Batch)
    }

    /// The passphrase for a key that is made now, or the PIN of the token that it is made in.
    pub(crate) fn choose(
        &self,
        name: &RegistrarName,
        token: Option<&PersonToken>,
        descriptor: Option<u32>,
        context: &Context,
    ) -> Result<Passphrase, Failure> {
        let (source, whose, language) =
            (self.source(name, descriptor), name.key().label(), context.out.language);
        match token {
            None => source.choose_of(&whose, &asked(name, None), language),
            Some(_) => source.open_of(&whose, &asked(name, token), language),
        }
    }

    /// Whether a new registrar's key may be made there: a token of one's own, and not elsewhere than a stopped command made it.
    pub(crate) fn may_be_made(
        &self,
        name: &RegistrarName,
        token: Option<&PersonToken>,
    ) -> Result<(), Failure> {
        let keyring = Keyring::of(self.home);
        let held = keyring.token_of_person(&name.key())?;
        let left = held.is_some() || keyring.exists(&name.key());
        if left && held.as_ref() != token {
            return Err(made_elsewhere(name));
        }
        let Some(token) = token else { return Ok(()) };
        if let Some(tokens) = self.home.configuration.keys.tokens()?
            && (token.may_be(&tokens.station) || token.may_be(&tokens.root))
        {
            return Err(not_ones_own(token, "the issuer", "nơi phát hành"));
        }
        for other in self.names()?.iter().filter(|other| *other != name) {
            let held = keyring.token_of_person(&other.key())?;
            if held.is_some_and(|held| token.may_be(&held.name())) {
                let other = other.as_str();
                return Err(not_ones_own(token, &format!("registrar {other}"), &format!("cán bộ {other}")));
            }
        }
        Ok(())
    }

    /// Makes the key and the certificate. The certificate comes last: a stopped command leaves no registrar.
    pub(crate) fn make(
        &self,
        name: &RegistrarName,
        root: (&dyn SignKey, &Certificate),
        (token, passphrase): (Option<&PersonToken>, &Passphrase),
        at: Timestamp,
    ) -> Result<(), Failure> {
        let configuration = &self.home.configuration;
        let (role, label, curve) = (Role::Registrar, name.key(), SignatureAlgorithm::EcdsaP256Sha256);
        let keyring = Keyring::of(self.home).with_token_of_person(token.cloned());
        let key = keyring.take_up(&label, curve, passphrase, Use::Request)?;
        let subject = certify::subject(configuration, role, &label, None)?;
        let asked = Asked { role, subject, key: key.public_key(), document_types: &[] };
        let certificate = certify::certificate(configuration, &asked, root, at)?;
        home::write_file(&self.certificate_file(name), certificate.to_pem().as_bytes(), 0o644)
    }

    /// Makes the registrars of a test home: in these tokens, or with generated passphrases in files.
    pub(crate) fn make_for_tests(
        &self,
        root: (&dyn SignKey, &Certificate),
        tokens: &[(RegistrarName, PersonToken)],
        context: &Context,
        at: Timestamp,
    ) -> Result<(), Failure> {
        for name in OF_TEST_HOMES {
            let name = RegistrarName(name.to_owned());
            let token = tokens.iter().find(|(of, _)| *of == name).map(|(_, token)| token);
            self.may_be_made(&name, token)?;
            let passphrase = match token {
                Some(_) => self.choose(&name, token, None, context)?,
                None => secret::generate(&self.passphrase_file(&name))?,
            };
            self.make(&name, root, (token, &passphrase), at)?;
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

fn asked(name: &RegistrarName, token: Option<&PersonToken>) -> Text {
    let name = name.as_str();
    match token {
        None => text!("Passphrase of registrar {name}", "Mật khẩu của cán bộ đăng ký {name}"),
        Some(token) => text!(
            "PIN of {}, the token of registrar {name}",
            "Mã PIN của {}, token của cán bộ đăng ký {name}",
            token.label
        ),
    }
}

fn not_ones_own(token: &PersonToken, english: &str, vietnamese: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        Text {
            en: format!("the token {} holds keys of {english}; nothing was made", token.label),
            vi: format!("token {} chứa khóa của {vietnamese}; chưa tạo gì", token.label),
        },
        (
            "Give every registrar a token of his or her own, whose PIN nobody else knows.",
            "Mỗi cán bộ đăng ký phải có token riêng với mã PIN không ai khác biết.",
        ),
    )
}

fn made_elsewhere(name: &RegistrarName) -> Failure {
    let name = name.as_str();
    Failure::new(
        Exit::Configuration,
        text!(
            "a command that was stopped made the key of registrar {name} elsewhere; nothing was changed",
            "một lệnh dở dang đã tạo khóa của cán bộ đăng ký {name} ở chỗ khác; không có gì bị thay đổi"
        ),
        (
            "Repeat the command as it was given then, or choose another name.",
            "Chạy lại lệnh như lần trước, hoặc chọn tên khác.",
        ),
    )
}

/// A certificate that no command could name, and whose batches would count, is not passed over.
fn misnamed(name: &str) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!(
            "ca/{PREFIX}{name}.pem has a name that no registrar can have",
            "ca/{PREFIX}{name}.pem mang tên không thể là tên cán bộ đăng ký"
        ),
        (
            "Revoke it by its serial number with `chipwright ca revoke-signer`, then move the file away.",
            "Thu hồi chứng thư theo số sê-ri bằng `chipwright ca revoke-signer`, rồi chuyển tệp đi nơi khác.",
        ),
    )
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
