//! Generations of card masters: `master` is the first, `master-2` the next.
//!
//! A chip says by its key version number which generation it was made with. New cards carry the newest, whose version is
//! `card_keys.issuer_version` of config.toml; those before it stand in `card_keys.former_versions`, and none is ever deleted, so that
//! older cards stay operable.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::keyring::Keyring;
use crate::text::text;
use chipwright_keystore::store::CardMasters;
use chipwright_keystore::{NewCardKeys, Passphrase};
use std::fs;

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

/// The masters of every generation, the newest first.
pub(crate) fn open(
    home: &Home,
    keyring: &Keyring,
    passphrase: &Passphrase,
) -> Result<Vec<Box<dyn CardMasters>>, Failure> {
    (1..=newest(home)).rev().map(|number| keyring.masters(number, passphrase)).collect()
}

/// Whether this passphrase opens the newest masters.
pub(crate) fn check_passphrase(home: &Home, passphrase: &Passphrase) -> Result<(), Failure> {
    Keyring::of(home).masters(newest(home), passphrase).map(drop)
}

/// Masters that a stopped command left before they counted are in nobody's way: no card carries them. Their file is put aside; in a
/// token they are for its officer to remove.
pub(crate) fn make_way(home: &Home, passphrase: &Passphrase) -> Result<(), Failure> {
    let number = newest(home) + 1;
    let file = home.keys().join(format!("master-{number}.json"));
    if file.exists() {
        let mut aside = (1_u32..).map(|left| home.keys().join(format!("master-{number}.unused-{left}")));
        let aside = aside.find(|path| !path.exists()).unwrap_or_else(|| file.with_extension("unused"));
        return fs::rename(&file, &aside).map_err(|error| home::not_written(&aside, &error));
    }
    if home.configuration.keys.in_token() && Keyring::of(home).masters(number, passphrase).is_ok() {
        return Err(Failure::new(
            Exit::Configuration,
            text!(
                "a command that was stopped left masters master-{number} in the token, which no card carries; nothing was made",
                "một lệnh dở dang đã để lại khóa chủ master-{number} trong token, không thẻ nào dùng; chưa tạo gì"
            ),
            (
                "Let the token's officer remove the objects of that label, then repeat.",
                "Nhờ người quản lý token xóa các đối tượng mang nhãn đó, rồi thử lại.",
            ),
        ));
    }
    Ok(())
}

/// Brings in a new generation under the same passphrase. It counts once config.toml says so.
pub(crate) fn make(home: &Home, keys: NewCardKeys, passphrase: &Passphrase) -> Result<Generation, Failure> {
    let profile = home.configuration.chip_profile()?;
    let free = |version: &u8| {
        *version <= LAST_VERSION
            && !profile.transport_versions.contains(version)
            && !profile.former_versions.contains(version)
    };
    let key_version = (profile.issuer_version.saturating_add(1)..=LAST_VERSION).find(free);
    let key_version = key_version.ok_or_else(no_version)?;
    let number = newest(home) + 1;
    Keyring::of(home).import_masters(number, key_version, keys, passphrase)?;
    Ok(Generation { number, key_version })
}

fn newest(home: &Home) -> u32 {
    u32::try_from(home.configuration.card_keys.former_versions.len()).unwrap_or(u32::MAX).saturating_add(1)
}

fn no_version() -> Failure {
    Failure::new(
        Exit::Configuration,
        (
            "there is no key version number left for another generation of masters",
            "không còn số phiên bản khóa cho thế hệ khóa chủ mới",
        ),
        (
            "Make a new home for new cards; the cards of this one stay operable here.",
            "Tạo thư mục phát hành mới cho thẻ mới; thẻ của thư mục này vẫn dùng được tại đây.",
        ),
    )
}
