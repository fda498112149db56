//! Generations of card masters: `keys/master.json` is the first, `keys/master-2.json` the next.
//!
//! A chip says by its key version number which generation it was made with: generation *n* has the version of the first plus *n* − 1.
//! New cards carry the newest; none is ever deleted, so that older cards stay operable.

use crate::authority::keystore;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::Home;
use crate::station_keys::master_file;
use crate::text::text;
use chipwright_keystore::{CardKeyFile, CardKeyPurpose, NewCardKeys, Passphrase};
use std::path::PathBuf;

/// The last key version number that keys of ours may have (GlobalPlatform Card Specification 2.3.1, 11.8.2.2).
const LAST_VERSION: u8 = 0x7F;

/// One generation of masters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generation {
    /// 1 is the first.
    pub(crate) number: u32,
    /// The key version number of chips made with it.
    pub(crate) key_version: u8,
}

/// The file of a generation.
pub(crate) fn file(home: &Home, number: u32) -> PathBuf {
    match number {
        1 => master_file(home),
        _ => home.keys().join(format!("master-{number}.json")),
    }
}

/// The masters of every generation, oldest first.
pub(crate) fn open(home: &Home, passphrase: &Passphrase) -> Result<Vec<CardKeyFile>, Failure> {
    (1..=newest(home)).map(|number| load(home, number, passphrase)).collect()
}

/// Whether this passphrase opens the newest masters.
pub(crate) fn check_passphrase(home: &Home, passphrase: &Passphrase) -> Result<(), Failure> {
    load(home, newest(home), passphrase).map(drop)
}

/// Writes a new generation under the same passphrase. One that a stopped command has left without making it the newest of config.toml
/// is taken up if it is of the same ceremony.
pub(crate) fn make(
    home: &Home,
    label: &str,
    keys: NewCardKeys,
    passphrase: &Passphrase,
) -> Result<Generation, Failure> {
    let last = newest(home);
    let held = load(home, last, passphrase)?;
    let profile = home.configuration.chip_profile()?;
    if last > 1 && held.label() == label {
        if held.key_version() == profile.issuer_version {
            return Err(held_already(label, last));
        }
        return Ok(Generation { number: last, key_version: held.key_version() });
    }
    let taken = |version: &u8| !profile.transport_versions.contains(version) && *version <= LAST_VERSION;
    let key_version = held.key_version().checked_add(1).filter(taken).ok_or_else(no_version)?;
    let number = last + 1;
    CardKeyFile::create(file(home, number), CardKeyPurpose::Master, label, key_version, keys, passphrase)
        .map_err(|error| keystore(&error))?;
    Ok(Generation { number, key_version })
}

fn newest(home: &Home) -> u32 {
    (2..).take_while(|number| file(home, *number).exists()).last().unwrap_or(1)
}

fn load(home: &Home, number: u32, passphrase: &Passphrase) -> Result<CardKeyFile, Failure> {
    CardKeyFile::load(file(home, number), passphrase).map_err(|error| keystore(&error))
}

fn held_already(label: &str, number: u32) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!(
            "the master of {label} is generation {number} already; nothing was changed",
            "khóa chủ của {label} đã là thế hệ {number}; không có gì bị thay đổi"
        ),
        (
            "Hold another ceremony with `chipwright ceremony master new`.",
            "Mở phiên khác bằng `chipwright ceremony master new`.",
        ),
    )
}

fn no_version() -> Failure {
    Failure::new(
        Exit::Configuration,
        (
            "there is no key version number left for another generation of masters",
            "không còn số phiên bản khóa cho thế hệ khóa chủ mới",
        ),
        (
            "Give the transport keys another version in config.toml, or make a new home.",
            "Đổi phiên bản khóa vận chuyển trong config.toml, hoặc tạo thư mục phát hành mới.",
        ),
    )
}
