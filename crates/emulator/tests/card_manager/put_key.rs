//! PUT KEY.

use crate::host::*;
use crate::{GET_STATUS_ALL, key_data, session};
use chipwright_iso7816::Transport;

#[test]
fn cm_09_put_key_replaces_in_one_step() {
    let mut card = blank();
    let mut open = session(&mut card, 0x33);
    let new = [0x77; 16];
    let mut wrong = key_data(0x30, &new);
    let last = wrong.len() - 1;
    wrong[last] ^= 1;
    let writes = card.page_writes();
    assert_eq!(open.send(&mut card, 0xD8, 0x01, 0x81, &wrong).1, 0x6A80);
    assert_eq!(open.send(&mut card, 0xD8, 0x02, 0x81, &key_data(0x30, &new)).1, 0x6A88);
    assert_eq!(open.send(&mut card, 0xD8, 0x00, 0x81, &key_data(0x01, &new)).1, 0x6A80);
    assert_eq!(open.send(&mut card, 0xD8, 0x00, 0x82, &key_data(0x30, &new)).1, 0x6A86);
    assert_eq!(open.send(&mut card, 0xD8, 0x00, 0x81, &key_data(0x80, &new)).1, 0x6A80);
    assert_eq!(card.page_writes(), writes);
    let check = &encrypt_block(&new, [1; 16])[..3];
    let answer = [&[0x30], check, check, check].concat();
    assert_eq!(open.send(&mut card, 0xD8, 0x01, 0x81, &key_data(0x30, &new)), (answer, 0x9000));
    assert_eq!(open.send(&mut card, 0xF2, 0x80, 0x02, &GET_STATUS_ALL).1, 0x9000, "the session goes on");
    assert_eq!(scp03::Host::open_with(&mut card, 0x01, &DEVELOPMENT_KEY, 3).err(), Some(0x6A88));
    assert!(scp03::Host::open_with(&mut card, 0x30, &new, 3).is_ok());
}

/// CM-09 and CHIP-04: PUT KEY cut at every page write leaves one whole set.
#[test]
fn cm_09_a_torn_put_key_leaves_the_old_set_or_the_new() {
    let new = [0x77; 16];
    let mut outcomes = Vec::new();
    for n in 1..=6 {
        let mut card = blank();
        let mut open = session(&mut card, 0x03);
        card.cut_at_page_write(n);
        let command = open.wrap(0xD8, 0x01, 0x81, &key_data(0x30, &new));
        assert!(card.transmit(&command).is_err());
        card.reset().unwrap();
        let old_works = scp03::Host::open_with(&mut card, 0x01, &DEVELOPMENT_KEY, 3).is_ok();
        let new_works = scp03::Host::open_with(&mut card, 0x30, &new, 3).is_ok();
        assert!(old_works ^ new_works, "cut at write {n}");
        outcomes.push(new_works);
    }
    assert_eq!(outcomes, [false, false, false, true, true, true]);
}
