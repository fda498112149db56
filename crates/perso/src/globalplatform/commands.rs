//! Command builders. All are plain: the secure channel wraps them.

use super::CardLifeCycle;
use chipwright_iso7816::tlv::{self, Tag};
use chipwright_iso7816::{Aid, Command, Ins, Le};

/// P1 b8 of STORE DATA: the last block.
pub const STORE_DATA_LAST: u8 = 0x80;
/// P1 b1 of STORE DATA: a response is expected.
pub const STORE_DATA_RESPONSE: u8 = 0x01;
/// P1 b5–b4 of STORE DATA: the data is a stream of DGI objects.
const STORE_DATA_DGI: u8 = 0x08;

/// SELECT by AID, first occurrence, with the FCI (7816-4, 11.1.1).
#[must_use]
pub fn select(aid: &Aid) -> Command {
    Command::new(0x00, Ins::SELECT, 0x04, 0x00).with_data(aid.as_bytes()).with_le(Le::Max)
}

/// GET DATA of a tag of one or two bytes (11.3).
#[must_use]
pub const fn get_data(tag: u16) -> Command {
    let [p1, p2] = tag.to_be_bytes();
    Command::new(0x80, Ins::GET_DATA, p1, p2).with_le(Le::Max)
}

/// GET STATUS: P1 80 issuer domain, 40 applications, 20 load files, 10 load files and modules; P2 02 first, 03 next (11.4).
#[must_use]
pub fn get_status(p1: u8, next: bool) -> Command {
    Command::new(0x80, Ins::GET_STATUS, p1, 0x02 | u8::from(next)).with_data([0x4F, 0x00]).with_le(Le::Max)
}

/// SET STATUS of the card (11.10).
#[must_use]
pub const fn set_card_status(state: CardLifeCycle) -> Command {
    Command::new(0x80, Ins::SET_STATUS, 0x80, state.0)
}

/// Life cycle of a personalised application.
pub const APPLICATION_PERSONALIZED: u8 = 0x0F;
/// The same, locked (b8).
pub const APPLICATION_LOCKED: u8 = 0x8F;

/// SET STATUS of an application (11.10, LIFE-01).
#[must_use]
pub fn set_application_status(aid: &Aid, state: u8) -> Command {
    Command::new(0x80, Ins::SET_STATUS, 0x40, state).with_data(aid.as_bytes())
}

/// INSTALL [for install and make selectable] (11.5.2.3.2), the instance selected by default.
#[must_use]
pub fn install_for_install(load_file: &Aid, module: &Aid, instance: &Aid) -> Command {
    const DEFAULT_SELECTED: u8 = 0x04;
    let mut data = Vec::new();
    for aid in [load_file, module, instance] {
        put(&mut data, aid.as_bytes());
    }
    put(&mut data, &[DEFAULT_SELECTED]);
    put(&mut data, &[0xC9, 0x00]);
    data.push(0x00);
    Command::new(0x80, Ins::INSTALL, 0x0C, 0x00).with_data(data).with_le(Le::Max)
}

/// INSTALL [for personalization] (11.5.2.3.6).
#[must_use]
pub fn install_for_personalization(instance: &Aid) -> Command {
    let mut data = vec![0x00, 0x00];
    put(&mut data, instance.as_bytes());
    data.extend_from_slice(&[0x00, 0x00, 0x00]);
    Command::new(0x80, Ins::INSTALL, 0x20, 0x00).with_data(data).with_le(Le::Max)
}

/// DELETE of one object: `4F` AID (11.2).
#[must_use]
pub fn delete(aid: &Aid) -> Command {
    Command::new(0x80, Ins::DELETE, 0x00, 0x00)
        .with_data(tlv::encode(Tag(0x4F), aid.as_bytes()))
        .with_le(Le::Max)
}

/// STORE DATA, one block of a DGI stream; `flags` of [`STORE_DATA_LAST`] and [`STORE_DATA_RESPONSE`] (11.11, PERSO-03).
#[must_use]
pub fn store_data(flags: u8, block: u8, data: &[u8]) -> Command {
    let command =
        Command::new(0x80, Ins::STORE_DATA, STORE_DATA_DGI | flags, block).with_data(data).sensitive();
    if flags & STORE_DATA_RESPONSE == 0 { command } else { command.with_le(Le::Max) }
}

#[allow(clippy::cast_possible_truncation)] // AIDs and parameters are far below 256 bytes
fn put(out: &mut Vec<u8>, value: &[u8]) {
    out.push(value.len() as u8);
    out.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Independent of us: the install data of a GlobalPlatform tool for the same AIDs, by GP 2.3.1 table 11-45.
    #[test]
    fn install_data_is_laid_out_by_the_table() {
        let aid = Aid::literal(&[0xF0, 1, 2, 3, 4]);
        let command = install_for_install(&aid, &aid, &aid);
        assert_eq!(hex::encode(&command.data), "05f00102030405f00102030405f001020304010402c90000");
        let command = install_for_personalization(&aid);
        assert_eq!(hex::encode(&command.data), "000005f001020304000000");
    }

    #[test]
    fn store_data_is_marked_sensitive() {
        let command = store_data(STORE_DATA_LAST, 3, &[1, 2]);
        assert!(command.is_sensitive());
        assert_eq!(command.header(), [0x80, 0xE2, 0x88, 3]);
    }
}
