//! The two paddings of a command that is only a header, and the send sequence counter.

use super::{Live, Session, SmFailure};
use crate::aes_key::AesKey;
use crate::iso9797;
use chipwright_iso7816::{Command, Ins, Response};

fn live(ssc: u128) -> Live {
    Live { enc: AesKey::Aes128([1; 16]), mac: AesKey::Aes128([2; 16]), ssc }
}

fn header_only(padded_again: bool) -> Command {
    let command = Command::new(0x0C, Ins(0x44), 0, 0);
    let mut message = command.header().to_vec();
    iso9797::pad(&mut message);
    if padded_again {
        iso9797::pad(&mut message);
    }
    let checksum = live(1).checksum(&message);
    command.with_data([&[0x8E, 8], checksum.as_slice()].concat())
}

#[test]
fn both_paddings_of_a_bare_header_are_accepted() {
    for padded_again in [false, true] {
        let mut session = Session(Some(live(0)));
        let plain = session.unwrap(&header_only(padded_again)).unwrap();
        assert_eq!(plain.to_bytes().unwrap(), [0x00, 0x44, 0, 0]);
        assert_eq!(session.unwrap(&header_only(padded_again)), Err(SmFailure::Incorrect));
    }
}

#[test]
fn the_counter_counts_commands_and_responses() {
    let mut session = Session(Some(live(0)));
    let plain = session.unwrap(&header_only(true)).unwrap();
    let first = session.wrap(Response::ok(Vec::new()), &plain);
    assert_eq!(session.0.as_ref().map(|live| live.ssc), Some(2));
    let mut again = Session(Some(live(1)));
    assert_eq!(again.wrap(Response::ok(Vec::new()), &plain), first);
}

#[test]
fn debug_shows_no_keys() {
    assert_eq!(format!("{:?}", Session(Some(live(0)))), "Session(open, redacted)");
}
