//! `init`: makes an issuer's home.

mod token;

use super::delivery::typed::announced;
use super::{ca, terminal};
use crate::authority::{Authority, keystore};
use crate::certify;
use crate::configuration::{Configuration, Mode};
use crate::context::Context;
use crate::custodians::enrol::Founders;
use crate::custodians::voice::Present;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::keyring::Keyring;
use crate::keyring::ledger::KeyLedger;
use crate::registrars::Registrars;
use crate::secret::{self, Source};
use crate::station_keys::{passphrase_file, transport_file};
use crate::text::{Text, text};
use chipwright_channel::KeySize;
use chipwright_keystore::uses::Use;
use chipwright_keystore::{CardKeyFile, CardKeyPurpose, NewCardKeys, Passphrase};
use chipwright_pki::Certificate;
use chipwright_registry::{Issuer, Registry};
use jiff::Timestamp;
use std::fs;
use std::path::PathBuf;
use token::Token;

/// Make an issuer's home: configuration, certification authority, card keys, registry
///
/// A home is whole or not there, and an existing one is never overwritten. --test (the default) makes a test
/// root, which every real verifier refuses, and keeps generated passphrases in files; --real asks for them and needs custodians.
#[derive(Debug, clap::Args)]
pub(crate) struct Init {
    /// The folder to make
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Test cards (the default)
    #[arg(long, conflicts_with = "real")]
    test: bool,
    /// Real cards; needs --transport-keys
    #[arg(long, requires = "transport_keys")]
    real: bool,
    /// The organisation's name, as in its certificates
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Bits of the card keys
    #[arg(long, value_name = "BITS", default_value = "128", value_parser = ["128", "192", "256"])]
    aes: String,
    /// AID of the identity application, hexadecimal
    #[arg(long, value_name = "HEX")]
    aid: Option<String>,
    /// The keys of the delivered blanks: a TOML file with enc, mac and dek in hexadecimal.
    /// Without it, those of the software cards
    #[arg(long, value_name = "FILE")]
    transport_keys: Option<PathBuf>,
    /// New cards carry the records application: also make the CVCA of its terminals
    #[arg(long)]
    records: bool,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
    /// Read the passphrase of the root's key from this file descriptor
    #[arg(long, value_name = "N")]
    root_passphrase_fd: Option<u32>,
    /// A custodian of the root's key, again for each: nobody learns its passphrase, and they open it together. A home for real cards
    /// needs two at least. With =N what he or she types is read from that file descriptor
    #[arg(long = "custodian", value_name = "NAME[=N]")]
    custodians: Vec<Present>,
    /// How many of the custodians must be present whenever the root's key is opened
    #[arg(long, value_name = "M", default_value_t = 2, requires = "custodians")]
    threshold: u8,
    #[command(flatten)]
    token: Token,
    /// Print what was made as JSON
    #[arg(long)]
    json: bool,
}

impl Init {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let half = home::workshop(&self.directory);
        if half.exists() {
            return Err(home::half_made(&self.directory, &half));
        }
        if self.directory.exists() {
            return Err(Failure::new(
                Exit::Configuration,
                text!(
                    "{} exists already; nothing was changed",
                    "đã có {}; không có gì bị thay đổi",
                    self.directory.display()
                ),
                (
                    "Choose another folder; a home is never overwritten.",
                    "Chọn thư mục khác; thư mục phát hành không bao giờ bị ghi đè.",
                ),
            ));
        }
        self.enough_custodians()?;
        let making = Home::being_made(half.clone(), self.configuration()?);
        home::claim(&self.directory, &half)?;
        match self.make(&making, context) {
            Ok(()) => {}
            Err(failure) => {
                // it was ours and is worth nothing
                let _ = fs::remove_dir_all(&half);
                return Err(failure);
            }
        }
        fs::rename(&half, &self.directory).map_err(|error| home::not_written(&self.directory, &error))?;
        let home = Home::open(&self.directory)?;
        ca::show(&home, context, self.json)?;
        Ok(Exit::Success)
    }

    fn configuration(&self) -> Result<Configuration, Failure> {
        let mut configuration = Configuration::new(self.mode());
        if let Some(name) = &self.name {
            configuration.issuer.name.clone_from(name);
        }
        if let Some(aid) = &self.aid {
            configuration.application.instance = aid.to_uppercase();
        }
        configuration.card_keys.size = self.aes.parse().unwrap_or(128);
        configuration.chip.records = self.records;
        if let Some(keys) = self.token.section() {
            configuration.keys = keys;
        }
        configuration.chip_profile()?;
        Ok(configuration)
    }

    const fn mode(&self) -> Mode {
        if self.real { Mode::Real } else { Mode::Test }
    }

    fn make(&self, home: &Home, context: &Context) -> Result<(), Failure> {
        let at = Timestamp::now();
        let authority = Authority::of(home);
        for folder in [home.path().to_owned(), home.authority(), home.keys(), home.emulator()] {
            home::make_folder(&folder)?;
        }
        KeyLedger::begin(home)?;
        let founders = match self.custodians.is_empty() {
            true => None,
            false => Some(Founders::ask(context, &self.custodians, self.threshold)?),
        };
        let (root_passphrase, station_passphrase) =
            self.passphrases(home, &authority, founders.as_ref(), context)?;
        let configuration = &home.configuration;
        let (root_key, root) = certify::make_root(&authority, configuration, &root_passphrase, at)?;
        certify::make_signer(&authority, configuration, 1, (&root_key, &root), &station_passphrase, at)?;
        authority.issue_crl(&root, &root_key.used_for(Use::Crl), 1, Vec::new(), at)?;
        if self.mode() == Mode::Test {
            let tokens = self.token.of_registrars();
            Registrars::of(home).make_for_tests((&root_key, &root), &tokens, context, at)?;
        }
        if let Some(founders) = &founders {
            founders.establish(home, (&root_key, &root), at)?;
        }
        self.make_card_keys(home, &station_passphrase)?;
        if self.records {
            terminal::make_first(home, &root_passphrase, &station_passphrase)?;
        }
        make_registry(home, &root, at)?;
        let text =
            configuration.to_toml().map_err(|error| Failure::of(Exit::Ours, &error, "Report this."))?;
        home::write_file(&home.path().join("config.toml"), text.as_bytes(), 0o644)?;
        // last, as it cannot be taken back: the shares are on the disk by now
        founders.map_or(Ok(()), |founders| {
            Token::hand_over(home, &root_passphrase, &founders.root_passphrase(), context)
        })
    }

    fn passphrases(
        &self,
        home: &Home,
        authority: &Authority,
        founders: Option<&Founders>,
        context: &Context,
    ) -> Result<(Passphrase, Passphrase), Failure> {
        if home.configuration.keys.in_token() {
            let pins = self.token.pins(home, (self.passphrase_fd, self.root_passphrase_fd), context)?;
            if let Some(founders) = founders {
                Token::takes(home, &pins.0, &founders.root_passphrase())?;
            }
            return Ok(pins);
        }
        let generated =
            self.mode() == Mode::Test && self.passphrase_fd.is_none() && self.root_passphrase_fd.is_none();
        let root = match founders {
            Some(founders) => founders.root_passphrase(),
            None if generated => secret::generate(&authority.root_passphrase_file())?,
            None => chosen(
                self.root_passphrase_fd,
                "--root-passphrase-fd",
                ("New passphrase of the root's key", "Mật khẩu mới cho khóa gốc"),
                context,
            )?,
        };
        let station = match generated {
            true => secret::generate(&passphrase_file(home))?,
            false => chosen(
                self.passphrase_fd,
                "--passphrase-fd",
                ("New passphrase of the station's keys", "Mật khẩu mới cho khóa của trạm"),
                context,
            )?,
        };
        Ok((root, station))
    }

    /// A home for real cards is not made for one person.
    fn enough_custodians(&self) -> Result<(), Failure> {
        if !self.custodians.is_empty() {
            self.token.fits_custodians()?;
            if self.root_passphrase_fd.is_some() && !self.token.is_named() {
                return Err(nobodys_passphrase());
            }
        }
        if !self.real || self.custodians.len() >= 2 {
            return Ok(());
        }
        Err(Failure::new(
            Exit::Usage,
            (
                "the root's key for real cards is in the hands of two custodians at least; nothing was made",
                "khóa gốc của thẻ thật phải do ít nhất hai người giữ khóa nắm; chưa tạo gì",
            ),
            (
                "Name them: --custodian NAME --custodian NAME; each types a passphrase of his or her own.",
                "Nêu tên: --custodian TÊN --custodian TÊN; mỗi người nhập mật khẩu riêng.",
            ),
        ))
    }

    fn make_card_keys(&self, home: &Home, passphrase: &Passphrase) -> Result<(), Failure> {
        let bytes = usize::from(home.configuration.card_keys.size) / 8;
        let size = KeySize::of(bytes).unwrap_or(KeySize::Aes128);
        let profile = home.configuration.chip_profile()?;
        let keyring = Keyring::of(home);
        keyring.create_masters("generation 1", profile.issuer_version, size, passphrase)?;
        let passphrase = &keyring.passphrase_of_files(passphrase)?;
        let (label, keys) = match &self.transport_keys {
            Some(path) => (format!("from {}", path.display()), announced(path)?),
            // 40 41 42 …: what blank software cards are delivered with
            None => {
                let key: Vec<u8> = (0x40..).take(bytes).collect();
                let keys = NewCardKeys::from_keys(&key, &key, &key).map_err(|error| keystore(&error))?;
                ("published development keys".to_owned(), keys)
            }
        };
        let transport = CardKeyPurpose::Transport;
        CardKeyFile::create(
            transport_file(home),
            transport,
            &label,
            profile.transport_versions.first().copied().unwrap_or_default(),
            keys,
            passphrase,
        )
        .map_err(|error| keystore(&error))?;
        Ok(())
    }
}

fn nobodys_passphrase() -> Failure {
    Failure::new(
        Exit::Usage,
        (
            "nobody gives the passphrase of a root's key that custodians open; nothing was made",
            "khóa gốc do những người giữ khóa cùng mở thì không ai nhập mật khẩu; chưa tạo gì",
        ),
        (
            "Leave out either --root-passphrase-fd or --custodian.",
            "Bỏ --root-passphrase-fd hoặc bỏ --custodian.",
        ),
    )
}

fn chosen(
    descriptor: Option<u32>,
    option: &'static str,
    what: (&str, &str),
    context: &Context,
) -> Result<Passphrase, Failure> {
    Source { descriptor, file: None, option }.choose(&Text::from(what), context.out.language)
}

fn make_registry(home: &Home, root: &Certificate, at: Timestamp) -> Result<(), Failure> {
    let issuer = Issuer::new(&home.configuration.issuer.name, root.fingerprint());
    Registry::create(&home.registry(), &issuer, at)
        .map(drop)
        .map_err(|error| Failure::of(Exit::Configuration, &error, error.remedy()))
}
