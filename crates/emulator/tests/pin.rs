//! Chapter 7 of the contract: PIN and PUK.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::{Card, seeded_rng};
use chipwright_iso7816::Transport;
use host::*;
use std::time::Duration;

const SET_NEW: [u8; 4] = [0x00, 0x2C, 0x02, 0x03];
const RESTORE: [u8; 4] = [0x00, 0x2C, 0x03, 0x03];
const FIRST_STEP: &str = "10860000027C0000";

fn card() -> Card {
    static STATE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    let state = STATE.get_or_init(|| issued_holding(&content_with_pin(), |_| {}).save());
    Card::load(state, seeded_rng(1)).unwrap()
}

fn with_pin(card: &mut Card, pin: &[u8]) -> Result<pace::Messaging, u16> {
    pace::establish(card, pace::SET_AT_PIN, pin)
}

fn with_puk(card: &mut Card, puk: &[u8]) -> Result<pace::Messaging, u16> {
    pace::establish(card, pace::SET_AT_PUK, puk)
}

/// What MSE:Set AT says of the tries (PIN-02).
fn told(card: &mut Card) -> u16 {
    status(card, pace::SET_AT_PIN)
}

/// PACE with the CAN, then with this PIN inside.
fn resumed(card: &mut Card, pin: &[u8]) -> Result<pace::Messaging, u16> {
    let mut can = pace::establish(card, pace::SET_AT_CAN, CAN).unwrap();
    pace::establish_within(card, &mut can, pace::SET_AT_PIN, pin)
}

#[test]
fn pin_01_passwords_are_those_the_card_holds() {
    let mut card = card();
    assert!(with_pin(&mut card, PIN).is_ok());
    assert!(with_puk(&mut card, PUK).is_ok());
    let mut plain = issued();
    assert_eq!(with_pin(&mut plain, PIN).err(), Some(0x6A88));
    assert_eq!(with_puk(&mut plain, PUK).err(), Some(0x6A88));
    let only_pin = [content(), vec![(0x8012, PIN.to_vec())]].concat();
    let mut card = issued_holding(&only_pin, |_| {});
    assert!(with_pin(&mut card, PIN).is_ok());
    assert_eq!(with_puk(&mut card, PUK).err(), Some(0x6A88));
}

#[test]
fn pin_01_access_with_the_pin_is_that_of_pace() {
    let mut card = card();
    let mut sm = with_pin(&mut card, PIN).unwrap();
    assert_eq!(sm.send(&mut card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None).1, 0x9000);
    assert_eq!(sm.read(&mut card, 1).unwrap(), content()[5].1);
}

#[test]
fn pin_02_three_tries_are_counted_before_the_answer_and_survive() {
    let mut card = card();
    assert_eq!(told(&mut card), 0x9000);
    assert_eq!(with_pin(&mut card, b"000000").err(), Some(0x63C2));
    assert_eq!(told(&mut card), 0x63C2);
    card.reset().unwrap();
    assert_eq!(told(&mut card), 0x63C2);
    let mut card = Card::load(&card.save(), seeded_rng(4)).unwrap();
    assert_eq!(told(&mut card), 0x63C2);
    assert_eq!(with_pin(&mut card, b"000000").err(), Some(0x63C1));
    assert_eq!(told(&mut card), 0x63C1);
    assert_eq!(resumed(&mut card, b"000000").err(), Some(0x63C0));
    assert_eq!(told(&mut card), 0x63C0);
}

/// Power fails at the page write that counts: the token has not been looked at yet, and the try is not spent; power fails
/// at any later moment: it is.
#[test]
fn pin_02_a_try_is_spent_before_the_token_is_looked_at() {
    let mut right = card();
    right.cut_at_page_write(1);
    assert_eq!(with_pin(&mut right, PIN).err(), Some(NO_ANSWER));
    right.reset().unwrap();
    assert_eq!(told(&mut right), 0x9000);
    // The second write restores the tries after success: until it is done the try is spent.
    right.cut_at_page_write(2);
    assert_eq!(with_pin(&mut right, PIN).err(), Some(NO_ANSWER));
    right.reset().unwrap();
    assert_eq!(told(&mut right), 0x63C2);
    let mut wrong = card();
    wrong.cut_at_page_write(2);
    assert_eq!(with_pin(&mut wrong, b"000000").err(), Some(0x63C2), "a wrong PIN needs one write");
}

#[test]
fn pin_03_the_last_try_needs_the_can() {
    let mut card = card();
    for _ in 0..2 {
        assert!(with_pin(&mut card, b"000000").is_err());
    }
    // In plain, and under sessions of another password, it is suspended.
    assert_eq!(with_pin(&mut card, PIN).err(), Some(0x6985));
    for (set_at, secret) in [(pace::SET_AT_MRZ, &MRZ_KEY[..]), (pace::SET_AT_PUK, PUK)] {
        let mut other = pace::establish(&mut card, set_at, secret).unwrap();
        assert_eq!(
            pace::establish_within(&mut card, &mut other, pace::SET_AT_PIN, PIN).err(),
            Some(0x6985),
            "{set_at}"
        );
    }
    // A session of the CAN that has ended does not count.
    assert!(pace::establish(&mut card, pace::SET_AT_CAN, CAN).is_ok());
    assert_eq!(with_pin(&mut card, PIN).err(), Some(0x6985));
    assert_eq!(told(&mut card), 0x63C1, "nothing of this was a try");
    let mut sm = resumed(&mut card, PIN).unwrap();
    assert_eq!(sm.send(&mut card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None).1, 0x9000);
    assert_eq!(told(&mut card), 0x9000);
    assert!(with_pin(&mut card, PIN).is_ok());
}

/// Whoever goes on in plain with a run that the CAN's session began, does not know the CAN.
#[test]
fn pin_03_every_step_runs_under_the_session_of_the_can() {
    let mut card = card();
    for _ in 0..2 {
        assert!(with_pin(&mut card, b"000000").is_err());
    }
    let mut sm = pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(sm.send(&mut card, [0, 0x22, 0xC1, 0xA4], &hex(pace::SET_AT_PIN)[5..], None).1, 0x63C1);
    assert_eq!(sm.send(&mut card, [0x10, 0x86, 0, 0], &hex("7C00"), Some(&[0])).1, 0x9000);
    let mapping = format!("1086000045 7C43 8141 {}00", hex::encode(host::cv::public_point(1)));
    assert_eq!(status(&mut card, &mapping), 0x6985);
    assert_eq!(status(&mut card, &mapping), 0x6985);
    assert_eq!(told(&mut card), 0x63C1);
    assert!(resumed(&mut card, PIN).is_ok());
}

#[test]
fn pin_04_no_try_left_is_blocked() {
    let mut card = card();
    for _ in 0..2 {
        assert!(with_pin(&mut card, b"000000").is_err());
    }
    assert_eq!(resumed(&mut card, b"000000").err(), Some(0x63C0));
    assert_eq!(with_pin(&mut card, PIN).err(), Some(0x6983));
    assert_eq!(resumed(&mut card, PIN).err(), Some(0x6983));
    card.reset().unwrap();
    assert_eq!(status(&mut card, pace::SET_AT_PIN), 0x63C0, "the protocol could go on");
    assert_eq!(status(&mut card, FIRST_STEP), 0x6983);
    assert_eq!(status(&mut card, FIRST_STEP), 0x6985, "PACE has ended");
    // Other passwords go on.
    assert!(pace::establish(&mut card, pace::SET_AT_CAN, CAN).is_ok());
}

#[test]
fn pin_05_success_restores_the_tries() {
    let mut card = card();
    assert_eq!(with_pin(&mut card, b"000000").err(), Some(0x63C2));
    assert!(with_pin(&mut card, PIN).is_ok());
    assert_eq!(told(&mut card), 0x9000);
    // A run that is broken off, or whose token cannot be read, is no try.
    assert_eq!(status(&mut card, pace::SET_AT_PIN), 0x9000);
    assert_eq!(status(&mut card, FIRST_STEP), 0x9000);
    assert_eq!(status(&mut card, "0084000008"), 0x9000);
    assert_eq!(told(&mut card), 0x9000);
    assert_eq!(card.modelled_delay(), Duration::ZERO, "the PIN has tries, not delays");
}

/// PIN-08: no proof of the chip either.
#[test]
fn pin_08_the_puk_proves_nothing() {
    let all = [chip_keys::ACTIVE_AUTHENTICATION, chip_keys::CHIP_AUTHENTICATION];
    let (mut card, mut session, keys) = chip_keys::prepared(&all);
    let held = [chip_keys::with_keys(&keys), vec![(0x8012, PIN.to_vec()), (0x8013, PUK.to_vec())]].concat();
    let stored: Vec<_> = held.iter().filter(|(id, _)| id >> 4 != 0x810).cloned().collect();
    chip_keys::associate(&mut card, &mut session);
    let bytes = [stream(&stored), dgi(0x7F0F, &manifest(&held))].concat();
    assert_eq!(session.store(&mut card, &bytes, 223), (vec![], 0x9000));
    card.reset().unwrap();
    for (secret, set_at, expected) in [(&PIN[..], pace::SET_AT_PIN, 0x9000), (PUK, pace::SET_AT_PUK, 0x6982)]
    {
        let mut sm = pace::establish(&mut card, set_at, secret).unwrap();
        assert_eq!(sm.send(&mut card, [0, 0x88, 0, 0], &[7; 8], Some(&[0])).1, expected, "{set_at}");
        let set = hex("800A04007F00070202030202 840102");
        assert_eq!(sm.send(&mut card, [0, 0x22, 0x41, 0xA4], &set, None).1, expected, "{set_at}");
    }
}

#[test]
fn pin_06_the_holder_changes_the_pin() {
    let mut card = card();
    assert_eq!(with_pin(&mut card, b"000000").err(), Some(0x63C2));
    let mut sm = with_pin(&mut card, PIN).unwrap();
    for bad in [&b"12345"[..], b"1234567", b"12345a", b"12 456", b""] {
        assert_eq!(sm.send(&mut card, SET_NEW, bad, None).1, 0x6A80, "{bad:?}");
    }
    assert_eq!(sm.send(&mut card, SET_NEW, b"111222", None), (vec![], 0x9000));
    assert_eq!(with_pin(&mut card, PIN).err(), Some(0x63C2));
    card.reset().unwrap();
    let mut sm = with_pin(&mut card, b"111222").unwrap();
    assert_eq!(sm.send(&mut card, SET_NEW, b"333444", None).1, 0x9000);
    assert_eq!(sm.send(&mut card, SET_NEW, b"555666", None).1, 0x9000, "as often as is wished");
    let mut card = Card::load(&card.save(), seeded_rng(4)).unwrap();
    assert!(with_pin(&mut card, b"555666").is_ok());
}

#[test]
fn pin_06_who_may_do_what() {
    let mut card = card();
    let new = "002C020306 313131323232";
    // In plain, also right after PACE.
    for command in [new, "002C0303"] {
        with_pin(&mut card, PIN).unwrap();
        assert_eq!(status(&mut card, command), 0x6982, "{command}");
        with_puk(&mut card, PUK).unwrap();
        assert_eq!(status(&mut card, command), 0x6982, "{command}");
    }
    let pin = (pace::SET_AT_PIN, &PIN[..]);
    let puk = (pace::SET_AT_PUK, &PUK[..]);
    let can = (pace::SET_AT_CAN, &CAN[..]);
    let mrz = (pace::SET_AT_MRZ, &MRZ_KEY[..]);
    for ((set_at, secret), sets, restores) in
        [(pin, 0x9000, 0x6982), (puk, 0x6982, 0x9000), (can, 0x6982, 0x6982), (mrz, 0x6982, 0x6982)]
    {
        let mut sm = pace::establish(&mut card, set_at, secret).unwrap();
        assert_eq!(sm.send(&mut card, SET_NEW, PIN, None).1, sets, "{set_at}");
        let mut sm = pace::establish(&mut card, set_at, secret).unwrap();
        assert_eq!(sm.send(&mut card, RESTORE, &[], None).1, restores, "{set_at}");
    }
    // The session of the last PACE counts, not one it replaced.
    let mut can = pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
    let mut inner = pace::establish_within(&mut card, &mut can, pace::SET_AT_PIN, PIN).unwrap();
    assert_eq!(inner.send(&mut card, SET_NEW, PIN, None).1, 0x9000);
    let mut outer = pace::establish_within(&mut card, &mut inner, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(outer.send(&mut card, SET_NEW, PIN, None).1, 0x6982);
    for (header, data, expected) in
        [([0, 0x2C, 0, 3], &PIN[..], 0x6A86), ([0, 0x2C, 2, 2], PIN, 0x6A86), ([0, 0x2C, 3, 3], PIN, 0x6700)]
    {
        let mut sm = with_puk(&mut card, PUK).unwrap();
        assert_eq!(sm.send(&mut card, header, data, None).1, expected, "{header:?}");
    }
}

#[test]
fn pin_06_the_puk_restores_the_tries_of_the_same_pin() {
    let mut card = card();
    for _ in 0..2 {
        assert!(with_pin(&mut card, b"000000").is_err());
    }
    assert_eq!(resumed(&mut card, b"000000").err(), Some(0x63C0));
    let mut sm = with_puk(&mut card, PUK).unwrap();
    assert_eq!(sm.send(&mut card, RESTORE, &[], None), (vec![], 0x9000));
    assert_eq!(told(&mut card), 0x9000);
    assert!(with_pin(&mut card, PIN).is_ok());
}

#[test]
fn pin_07_the_puk_serves_ten_times() {
    let mut card = card();
    for n in 1..=10 {
        // PACE alone uses nothing.
        with_puk(&mut card, PUK).unwrap();
        let mut sm = with_puk(&mut card, PUK).unwrap();
        assert_eq!(sm.send(&mut card, RESTORE, &[], None).1, 0x9000, "{n}");
        if n == 10 {
            assert_eq!(
                sm.send(&mut card, RESTORE, &[], None).1,
                0x6983,
                "an eleventh time in the same session"
            );
        }
    }
    assert_eq!(with_puk(&mut card, PUK).err(), Some(0x6983));
    let mut card = Card::load(&card.save(), seeded_rng(4)).unwrap();
    assert_eq!(status(&mut card, pace::SET_AT_PUK), 0x9000);
    assert_eq!(status(&mut card, FIRST_STEP), 0x6983);
    assert!(with_pin(&mut card, PIN).is_ok());
}

#[test]
fn pin_07_wrong_puks_are_delayed_and_never_block() {
    let mut card = card();
    for n in 1..=8u32 {
        assert_eq!(with_puk(&mut card, b"0000000000").err(), Some(0x6300));
        card.reset().unwrap();
        let expected: u64 = (1..n).map(|k| 100 << (k - 1)).sum();
        assert_eq!(card.modelled_delay(), Duration::from_millis(expected));
    }
    let before = card.modelled_delay();
    assert!(with_puk(&mut card, PUK).is_ok());
    assert_eq!(card.modelled_delay() - before, Duration::from_secs(10));
    let before = card.modelled_delay();
    assert!(with_puk(&mut card, PUK).is_ok());
    assert_eq!(card.modelled_delay(), before, "success has cleared the count");
    assert!(pace::establish(&mut card, pace::SET_AT_CAN, CAN).is_ok());
    assert_eq!(card.modelled_delay(), before, "a count of its own");
}

#[test]
fn pin_08_the_puk_grants_nothing_else() {
    let mut card = card();
    let mut sm = with_puk(&mut card, PUK).unwrap();
    assert_eq!(sm.send(&mut card, [0, 0xB0, 0x9D, 0], &[], Some(&[0])).1, 0x6982, "EF.CardSecurity");
    assert_eq!(sm.read(&mut card, 0x1C).unwrap(), content()[2].1, "EF.CardAccess is everybody's");
    assert_eq!(sm.send(&mut card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None).1, 0x9000);
    for sfi in 1..=30 {
        assert_eq!(sm.send(&mut card, [0, 0xB0, 0x80 | sfi, 0], &[], Some(&[0])).1, 0x6982, "{sfi:02X}");
    }
    assert_eq!(sm.send(&mut card, [0, 0xA4, 2, 0x0C], &[1, 1], None).1, 0x6982);
    assert_eq!(sm.send(&mut card, [0, 0xB1, 1, 1], &[0x54, 1, 0], Some(&[0])).1, 0x6982);
    // PACE with another password within it grants what that grants.
    let mut inner = pace::establish_within(&mut card, &mut sm, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(inner.read(&mut card, 1).unwrap(), content()[5].1);
}
