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

/// A command with these objects and the checksum over them that belongs there.
fn with_objects(ins: u8, objects: &[&[u8]]) -> Command {
    let command = Command::new(0x0C, Ins(ins), 0, 0);
    let mut message = command.header().to_vec();
    iso9797::pad(&mut message);
    let objects = objects.concat();
    message.extend_from_slice(&objects);
    iso9797::pad(&mut message);
    let checksum = live(1).checksum(&message);
    command.with_data([&objects, [0x8E, 8].as_slice(), &checksum].concat())
}

/// The checksum is right in all of these: only the form decides.
#[test]
fn forms_that_a_right_checksum_does_not_excuse() {
    let mut counted = live(0);
    counted.count();
    let enciphered = |plain: &[u8]| {
        let mut data = plain.to_vec();
        counted.enc.cbc_encrypt(&counted.iv(), &mut data);
        data
    };
    let mut padded = vec![0x3F, 0x00];
    iso9797::pad(&mut padded);
    let blocks = enciphered(&padded);
    let with_indicator = [&[0x87, 0x11, 0x01], blocks.as_slice()].concat();
    let without = [&[0x85, 0x10], blocks.as_slice()].concat();
    let le = [0x97, 0x01, 0x00];
    let outcome = |ins, objects: &[&[u8]]| Session(Some(live(0))).unwrap(&with_objects(ins, objects));

    assert_eq!(outcome(0xA4, &[&with_indicator, &le]).unwrap().data, [0x3F, 0x00]);
    assert_eq!(outcome(0xB1, &[&without, &le]).unwrap().data, [0x3F, 0x00]);
    let unpadded = [&[0x87, 0x11, 0x01], enciphered(&[0; 16]).as_slice()].concat();
    let only_padding = {
        let mut padding = Vec::new();
        iso9797::pad(&mut padding);
        [&[0x87, 0x11, 0x01], enciphered(&padding).as_slice()].concat()
    };
    let other_indicator = [&[0x87, 0x11, 0x02], blocks.as_slice()].concat();
    for (ins, objects) in [
        (0xA4, [le.as_slice(), &with_indicator].as_slice()),
        (0xA4, &[&with_indicator, &with_indicator]),
        (0xA4, &[&le, &le]),
        (0xA4, &[&with_indicator, &without]),
        (0xA4, &[&without]),
        (0xB1, &[&with_indicator]),
        (0xA4, &[&other_indicator]),
        (0xA4, &[&unpadded]),
        (0xA4, &[&only_padding]),
        (0xA4, &[&[0x87, 0x01, 0x01]]),
        (0xA4, &[&[0x87, 0x00]]),
        (0xA4, &[&with_indicator[..18]]),
        (0xA4, &[&[0x97, 0x00]]),
        (0xA4, &[&[0x97, 0x03, 0x00, 0x01, 0x00]]),
        (0xA4, &[&[0x97, 0x81, 0x01, 0x00]]),
        (0xA4, &[&[0x99, 0x02, 0x90, 0x00]]),
        (0xA4, &[&[0x80, 0x00]]),
    ] {
        assert_eq!(
            outcome(ins, objects),
            Err(SmFailure::Incorrect),
            "{ins:02X} {}",
            hex::encode(objects.concat())
        );
    }
}
