//! `delivery add`.

use super::typed;
use crate::authority::keystore;
use crate::context::Context;
use crate::deliveries::{self, FIRST};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::keyring::Keyring;
use crate::registry;
use crate::text::{Text, text};
use chipwright_keystore::{CardKeyFile, CardKeyPurpose, KeystoreError, NewCardKeys, Passphrase};
use chipwright_registry::{ChipId, Delivery};
use jiff::Timestamp;
use std::collections::HashSet;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Add a delivery of blanks with its transport keys
///
/// The keys are kept encrypted under the passphrase of the station's keys, and never change. Before a stack is used,
/// try them on one chip with `delivery check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// A short name: a-z, 0-9 and '-'
    #[arg(long, value_name = "LABEL")]
    label: String,
    /// The keys: a TOML file with enc, mac and dek in hexadecimal
    #[arg(long, value_name = "FILE", required_unless_present = "components")]
    keys: Option<PathBuf>,
    /// Custodians type so many components of each key instead; their exclusive or is the key
    #[arg(long, value_name = "N", conflicts_with = "keys", value_parser = clap::value_parser!(u8).range(2..=5))]
    components: Option<u8>,
    /// Read the components from this file descriptor, one a line: those of Key-ENC, of Key-MAC, of Key-DEK
    #[arg(long, value_name = "N", requires = "components")]
    components_fd: Option<u32>,
    /// The key version number of the chips, two hexadecimal digits, 01 to 7F
    #[arg(long, value_name = "NN")]
    key_version: String,
    /// The chips of the delivery: a file with one chip identifier a line. Without it, any chip of this key version
    #[arg(long, value_name = "FILE")]
    chips: Option<PathBuf>,
    /// The check values that the supplier states: of Key-ENC, Key-MAC and Key-DEK, separated by commas; one if the three keys
    /// are the same. Without it they are shown, and asked for on a terminal
    #[arg(long, value_name = "KCV")]
    check_value: Option<String>,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

impl Add {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        if !Delivery::is_label(&self.label) || self.label == FIRST {
            return Err(usage(
                text!("{:?} is no label for a delivery", "{:?} không dùng làm tên lô được", self.label),
                text!(
                    "Give 1 to 40 of a-z, 0-9 and '-'; {FIRST:?} is the first delivery's.",
                    "Dùng 1 đến 40 ký tự a-z, 0-9 và '-'; {FIRST:?} là tên của lô đầu tiên."
                ),
            ));
        }
        let version = self.version(&home)?;
        let chips = self.chips.as_deref().map(chips).transpose()?;
        let mut registry = registry::open(&home)?;
        let failed = |error| registry::failure(&error);
        if registry.delivery(&self.label).map_err(failed)?.is_some() {
            return Err(failed(chipwright_registry::Error::DeliveryExists(self.label.clone())));
        }
        let keys = match (&self.keys, self.components) {
            (Some(path), _) => typed::announced(path)?,
            (None, count) => typed::components(count.unwrap_or(2), self.components_fd, context)?,
        };
        let values = keys.check_values().map_err(|error| keystore(&error))?;
        self.confirm(values, context)?;
        let passphrase = context.station_passphrase(&home, self.passphrase_fd)?;
        let passphrase = Keyring::of(&home).passphrase_of_files(&passphrase)?;
        let made = self.keep(&home, version, keys, values, &passphrase)?;
        if let Err(error) =
            registry.add_delivery(&self.label, version, &values, chips.as_deref(), Timestamp::now())
        {
            if made {
                // a label whose delivery was refused stays free
                let path = deliveries::file(&home, &self.label);
                std::fs::remove_file(&path).map_err(|error| home::not_written(&path, &error))?;
            }
            return Err(failed(error));
        }
        let label = &self.label;
        let said = match chips {
            Some(chips) => text!(
                "delivery {label}: key version {version:02X}, {} chips",
                "lô {label}: khóa phiên bản {version:02X}, {} chip",
                chips.len()
            ),
            None => text!(
                "delivery {label}: key version {version:02X}, any chip",
                "lô {label}: khóa phiên bản {version:02X}, chip bất kỳ"
            ),
        };
        context.out.data(said.pick(context.out.language))?;
        context.out.say(context.out.pick(
            "before the stack is used, try the keys on one of its chips with `chipwright delivery check`",
            "trước khi dùng cả chồng, hãy thử khóa trên một chip bằng `chipwright delivery check`",
        ));
        Ok(Exit::Success)
    }

    /// What the station already knows under another meaning is refused.
    fn version(&self, home: &Home) -> Result<u8, Failure> {
        let version = match self.key_version.len() {
            2 => {
                u8::from_str_radix(&self.key_version, 16).ok().filter(|version| (1..=0x7F).contains(version))
            }
            _ => None,
        };
        let version = version.ok_or_else(|| {
            usage(
                text!("{:?} is no key version number", "{:?} không phải số phiên bản khóa", self.key_version),
                Text::from((
                    "Give two hexadecimal digits, 01 to 7F.",
                    "Dùng hai chữ số hệ mười sáu, 01 đến 7F.",
                )),
            )
        })?;
        if version == home.configuration.chip_profile()?.issuer_version {
            return Err(usage(
                text!(
                    "key version {version:02X} is that of the issuer's own keys: a torn card could not say which keys it holds",
                    "khóa phiên bản {version:02X} là của chính đơn vị: thẻ bị ngắt giữa chừng không cho biết đang giữ khóa nào"
                ),
                Text::from((
                    "Ask the supplier for another key version, or set another card_keys.issuer_version before the first card.",
                    "Đề nghị nhà cung cấp dùng phiên bản khác, hoặc đặt card_keys.issuer_version khác trước khi làm thẻ đầu tiên.",
                )),
            ));
        }
        Ok(version)
    }

    /// The check values are those of the supplier, or somebody says so.
    fn confirm(&self, values: [[u8; 3]; 3], context: &Context) -> Result<(), Failure> {
        let out = context.out;
        let shown = shown(&values);
        if let Some(stated) = &self.check_value {
            let stated: String = stated.split_whitespace().collect::<String>().to_uppercase();
            let one = values.iter().all(|value| *value == values[0]).then(|| hex::encode_upper(values[0]));
            if stated == shown || Some(&stated) == one.as_ref() {
                return Ok(());
            }
            return Err(Failure::new(
                Exit::Configuration,
                text!(
                    "the keys have the check values {shown}, and {stated} was stated; nothing was kept",
                    "khóa có giá trị kiểm tra {shown}, nhưng giá trị đã khai là {stated}; không lưu gì"
                ),
                (
                    "Compare the keys with what the supplier sent; one digit or one component is wrong.",
                    "Đối chiếu khóa với bản nhà cung cấp gửi; có một chữ số hoặc một thành phần bị sai.",
                ),
            ));
        }
        let said = text!(
            "check values of Key-ENC, Key-MAC, Key-DEK: {shown}",
            "giá trị kiểm tra của Key-ENC, Key-MAC, Key-DEK: {shown}"
        );
        out.say(said.pick(out.language));
        let agreed = io::stdin().is_terminal() && {
            let question =
                out.pick("are these the supplier's? [y/N] ", "có đúng của nhà cung cấp không? [c/K] ");
            let _ = write!(io::stderr(), "{question}");
            let mut answer = String::new();
            io::stdin().read_line(&mut answer).is_ok()
                && ["y", "yes", "c", "có"].contains(&answer.trim().to_lowercase().as_str())
        };
        if agreed {
            return Ok(());
        }
        Err(Failure::new(
            Exit::Usage,
            (
                "nobody confirmed the check values; nothing was kept",
                "chưa ai xác nhận giá trị kiểm tra; không lưu gì",
            ),
            (
                "Give the supplier's check values with --check-value.",
                "Cung cấp giá trị kiểm tra của nhà cung cấp bằng --check-value.",
            ),
        ))
    }

    /// Writes the key file; one that an interrupted run left is taken if it holds the same keys. Whether it
    /// was written now.
    fn keep(
        &self,
        home: &Home,
        version: u8,
        keys: NewCardKeys,
        values: [[u8; 3]; 3],
        passphrase: &Passphrase,
    ) -> Result<bool, Failure> {
        // the other key files are under the same passphrase
        CardKeyFile::load(deliveries::file(home, FIRST), passphrase).map_err(|error| keystore(&error))?;
        home::make_folder(&deliveries::folder(home))?;
        let path = deliveries::file(home, &self.label);
        let purpose = CardKeyPurpose::Transport;
        match CardKeyFile::create(&path, purpose, &self.label, version, keys, passphrase) {
            Ok(_) => Ok(true),
            Err(KeystoreError::AlreadyExists { .. }) => {
                let left = CardKeyFile::load(&path, passphrase).map_err(|error| keystore(&error))?;
                let same = left.key_version() == version && left.check_values().is_ok_and(|of| of == values);
                if same { Ok(false) } else { Err(keystore(&KeystoreError::AlreadyExists { path })) }
            }
            Err(error) => Err(keystore(&error)),
        }
    }
}

/// `ENC,MAC,DEK`.
pub(super) fn shown(values: &[[u8; 3]; 3]) -> String {
    values.map(hex::encode_upper).join(",")
}

/// The chip identifiers of a list, each once.
fn chips(path: &Path) -> Result<Vec<ChipId>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| home::not_read(path, &error))?;
    let (mut chips, mut seen) = (Vec::new(), HashSet::new());
    for (number, line) in text.lines().enumerate() {
        let digits = line.trim().to_uppercase();
        if digits.is_empty() || digits.starts_with('#') {
            continue;
        }
        let chip = ChipId::from_digits(&digits).filter(|chip| seen.insert(*chip)).ok_or_else(|| {
            usage(
                text!(
                    "line {} of {} is no chip identifier, or one that stands there twice",
                    "dòng {} của {} không phải mã chip, hoặc bị lặp lại",
                    number + 1,
                    path.display()
                ),
                Text::from((
                    "Write one chip identifier of 20 hexadecimal digits a line, as `card info` shows it.",
                    "Mỗi dòng ghi một mã chip gồm 20 chữ số hệ mười sáu, như `card info` hiển thị.",
                )),
            )
        })?;
        chips.push(chip);
    }
    Ok(chips)
}

fn usage(what: Text, next: Text) -> Failure {
    Failure::new(Exit::Usage, what, next)
}
