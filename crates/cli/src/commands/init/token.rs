//! `init --hsm`: a home whose keys live in a PKCS#11 token.

use crate::authority::keystore;
use crate::configuration::{Keys, Store};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::Home;
use crate::keyring::person::PersonToken;
use crate::registrars::{OF_TEST_HOMES, RegistrarName};
use crate::secret::Source;
use crate::text::Text;
use chipwright_keystore::Passphrase;
use chipwright_keystore::token::{CardKeys, TokenStore};
use std::path::PathBuf;
use std::str::FromStr;

/// The token of a new home.
#[derive(Debug, clap::Args)]
pub(super) struct Token {
    /// Keep the private keys and the card masters in a PKCS#11 token: its module, for example
    /// /usr/lib/softhsm/libsofthsm2.so. The token is there and has its PIN, which takes the place of the passphrases
    #[arg(long, value_name = "MODULE", requires = "token_label")]
    hsm: Option<PathBuf>,
    /// The label of the token
    #[arg(long, value_name = "LABEL", requires = "hsm")]
    token_label: Option<String>,
    /// Its serial number, where several tokens have the label
    #[arg(long, value_name = "SERIAL", requires = "hsm")]
    token_serial: Option<String>,
    /// The label of a token for the keys of the root and the CVCA alone: with a PIN of its own, and kept elsewhere. With custodians
    /// the PIN that is given now is replaced by one that nobody knows; whoever has the token's SO PIN can still set another
    #[arg(long, value_name = "LABEL", requires = "hsm")]
    root_token_label: Option<String>,
    /// Where the keys of chips may be. New cards cannot be made while they stay inside the token
    #[arg(long, value_name = "POLICY", value_enum, default_value = "inside", requires = "hsm")]
    card_keys: Policy,
    /// The label of a token for the key of a registrar of a test home, which has two: NAME=LABEL, again for each
    #[arg(long = "registrar-token", value_name = "NAME=LABEL", requires = "hsm", conflicts_with = "real")]
    registrars: Vec<OfRegistrar>,
}

/// `NAME=LABEL`.
#[derive(Debug, Clone)]
struct OfRegistrar {
    name: RegistrarName,
    label: String,
}

impl FromStr for OfRegistrar {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named =
            text.split_once('=').filter(|(name, label)| OF_TEST_HOMES.contains(name) && !label.is_empty());
        let (name, label) =
            named.ok_or("the registrars of a test home are lan and minh: lan=LABEL or minh=LABEL")?;
        Ok(Self { name: name.parse()?, label: label.to_owned() })
    }
}

/// The issuer's policy on card keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Policy {
    /// In the token alone
    Inside,
    /// The master in the token, the keys of the chip at work in the memory of this machine
    MasterInsideCardKeyInHost,
}

impl Token {
    /// `[keys]` of the configuration, if there is a token.
    pub(super) fn section(&self) -> Option<Keys> {
        self.hsm.as_ref().map(|module| Keys {
            store: Store::Token,
            module: Some(module.clone()),
            token_label: self.token_label.clone(),
            token_serial: self.token_serial.clone(),
            root_token_label: self.root_token_label.clone(),
            root_token_serial: None,
            card_keys: match self.card_keys {
                Policy::Inside => CardKeys::Inside,
                Policy::MasterInsideCardKeyInHost => CardKeys::InHost,
            },
        })
    }

    /// The tokens of registrars.
    pub(super) fn of_registrars(&self) -> Vec<(RegistrarName, PersonToken)> {
        let token = |of: &OfRegistrar| {
            let (module, label) = (self.hsm.clone()?, of.label.clone());
            Some((of.name.clone(), PersonToken { module, label, serial: None }))
        };
        self.registrars.iter().filter_map(token).collect()
    }

    /// Whether there is one.
    pub(super) const fn is_named(&self) -> bool {
        self.hsm.is_some()
    }

    /// Whether whoever works at the station cannot use the root's key.
    pub(super) fn keeps_the_root_apart(&self) -> bool {
        self.root_token_label.is_some() && self.root_token_label != self.token_label
    }

    /// Custodians have a secret in common that whoever works at the station must not have.
    pub(super) fn fits_custodians(&self) -> Result<(), Failure> {
        if self.hsm.is_none() || self.keeps_the_root_apart() {
            return Ok(());
        }
        Err(Failure::new(
            Exit::Usage,
            (
                "custodians share the PIN of a token that holds the root's key and no key of the station; nothing was made",
                "những người giữ khóa cùng nắm mã PIN của token chứa khóa gốc, token đó không được chứa khóa của trạm; chưa tạo gì",
            ),
            (
                "Name another token for the root with --root-token-label.",
                "Nêu một token khác cho khóa gốc bằng --root-token-label.",
            ),
        ))
    }

    /// Whether the root's token takes the PIN that custodians will share: known before anything is made in it.
    pub(super) fn takes(home: &Home, pin: &Passphrase, shared: &Passphrase) -> Result<(), Failure> {
        Self::of_root(home, pin)?
            .map_or(Ok(()), |store| store.takes(shared).map_err(|error| keystore(&error)))
    }

    /// From here on nobody knows the PIN of the root's token. Its SO PIN is not ours to change: whoever has it can set another PIN and
    /// sign alone, and this is said.
    pub(super) fn hand_over(
        home: &Home,
        pin: &Passphrase,
        shared: &Passphrase,
        context: &Context,
    ) -> Result<(), Failure> {
        let Some(store) = Self::of_root(home, pin)? else { return Ok(()) };
        store.change_pin(shared).map_err(|error| keystore(&error))?;
        context.out.say(context.out.pick(
            "Whoever has the SO PIN of the root's token can set another PIN and sign without the custodians: seal the SO PIN, and keep it with nobody who can reach the token.",
            "Ai có mã SO PIN của token chứa khóa gốc đều có thể đặt mã PIN khác và ký mà không cần người giữ khóa: hãy niêm phong mã SO PIN và giao cho người không tiếp cận được token.",
        ));
        Ok(())
    }

    fn of_root(home: &Home, pin: &Passphrase) -> Result<Option<TokenStore>, Failure> {
        let Some(tokens) = home.configuration.keys.tokens()? else { return Ok(None) };
        TokenStore::open(&tokens.module, tokens.root, pin).map(Some).map_err(|error| keystore(&error))
    }

    /// The PINs of the root's and the station's token; one, where they are the same.
    pub(super) fn pins(
        &self,
        home: &Home,
        (station, root): (Option<u32>, Option<u32>),
        context: &Context,
    ) -> Result<(Passphrase, Passphrase), Failure> {
        let language = context.out.language;
        let source = |descriptor, option| Source { descriptor, file: None, option };
        let asked = Text::from(("PIN of the token", "Mã PIN của token"));
        let station = source(station, "--passphrase-fd").open(&asked, language)?;
        let two = home.configuration.keys.tokens()?.is_some_and(|tokens| tokens.are_two());
        let root = match two {
            false => station.clone(),
            true => {
                let asked = Text::from(("PIN of the root's token", "Mã PIN của token chứa khóa gốc"));
                source(root, "--root-passphrase-fd").open(&asked, language)?
            }
        };
        Ok((root, station))
    }
}
