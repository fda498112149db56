//! Life cycle of the card, and where the card manager is reached.

use crate::host::*;
use crate::{GET_STATUS_ALL, key_data, session};
use chipwright_emulator::{Card, Interface};
use chipwright_iso7816::Transport;

#[test]
fn cm_20_what_a_locked_card_refuses() {
    let mut card = blank();
    let mut open = session(&mut card, 0x03);
    assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data(INSTANCE, 0)).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x9000);
    for state in [0x07, 0x0F, 0x7F] {
        assert_eq!(open.send(&mut card, 0xF0, 0x80, state, &[]).1, 0x9000);
    }
    let commands: [(u8, u8, u8, Vec<u8>); 8] = [
        (0xE2, 0x88, 0x00, dgi(0x8010, CAN)),
        (0xD8, 0x00, 0x81, key_data(2, &[7; 16])),
        (0xE4, 0x00, 0x00, hex("4F07F0434849505701")),
        (0xE4, 0x00, 0x80, hex("4F07F0434849505700")),
        (0xE6, 0x0C, 0x00, install_data("F0434849505712", 0)),
        (0xE6, 0x20, 0x00, personalize_data(INSTANCE)),
        (0xE6, 0x02, 0x00, hex("05F000000001 00 00 00 00")),
        (0xE8, 0x80, 0x00, hex("C40101")),
    ];
    let before = card.save();
    for (ins, p1, p2, data) in &commands {
        assert_eq!(open.send(&mut card, *ins, *p1, *p2, data).1, 0x6985, "{ins:02X} {p1:02X}");
    }
    assert!(card.save() == before);
    // The issuer domain's own data, with no application bound.
    let mut open = scp03::Host::open(&mut card, 0x03);
    assert_eq!(open.send(&mut card, 0xE2, 0x90, 0x00, &hex("420101")).1, 0x6985);
    assert_eq!(open.send(&mut card, 0xF2, 0x80, 0x02, &GET_STATUS_ALL).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xF0, 0x80, 0x0F, &[]).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xE2, 0x90, 0x00, &hex("420101")).1, 0x9000, "no longer locked");
    assert_eq!(open.send(&mut card, 0xE4, 0x00, 0x00, &hex("4F07F0434849505701")).1, 0x9000, "still there");
}

#[test]
fn cm_15_cm_21_finalise_on_the_contactless_interface_ends_the_card_manager() {
    for (privileges, after_reset) in [(0x04, 0x6E00), (0x00, 0x6985)] {
        let mut card = blank_with(|chip| chip.interface = Interface::Contactless);
        let mut open = session(&mut card, 0x33);
        assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data(INSTANCE, privileges)).1, 0x9000);
        assert_eq!(open.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x9000);
        let mut bytes = stream(&content());
        bytes.extend(dgi(0x7F0F, &manifest(&content())));
        assert_eq!(
            open.store(&mut card, &bytes, 223),
            (vec![], 0x9000),
            "FINALISE is answered in its session"
        );
        let protected = open.wrap(0xCA, 0x9F, 0x7F, &[]);
        assert_eq!(raw(&mut card, &protected), (vec![], 0x6985));
        assert_eq!(send(&mut card, "80CA9F7F00"), (vec![], 0x6985));
        assert_eq!(status(&mut card, "8050000008112233445566778800"), 0x6985);
        assert_eq!(status(&mut card, ISSUER), 0x6A82);
        assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x9000);
        assert_eq!(status(&mut card, "00B0810000"), 0x6982);
        card.reset().unwrap();
        assert_eq!(status(&mut card, "80CA9F7F00"), after_reset);
    }
}

#[test]
fn cm_11_cm_20_life_cycle() {
    let mut card = issued();
    let set = |card: &mut Card, state: u8| session(card, 0x01).send(card, 0xF0, 0x80, state, &[]).1;
    let select = |card: &mut Card| status(card, &format!("00A4040007{INSTANCE}00"));
    assert_eq!(set(&mut card, 0x0F), 0x6985);
    assert_eq!(set(&mut card, 0x55), 0x6A80);
    assert_eq!(set(&mut card, 0x07), 0x9000);
    assert_eq!(set(&mut card, 0x01), 0x6985);
    assert_eq!(set(&mut card, 0x0F), 0x9000);
    assert_eq!(set(&mut card, 0x7F), 0x9000);
    assert_eq!(select(&mut card), 0x6A81);
    card.reset().unwrap();
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x9000, "the issuer domain is selected after power-up");
    let (fci, locked) = send(&mut card, ISSUER);
    assert_eq!((fci[0], locked), (0x6F, 0x6283));
    let mut open = scp03::Host::open(&mut card, 0x03);
    assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data("F04348495057AA", 0)).1, 0x6985);
    assert_eq!(open.send(&mut card, 0xD8, 0x00, 0x81, &key_data(2, &[7; 16])).1, 0x6985);
    assert_eq!(open.send(&mut card, 0xF0, 0x80, 0x0F, &[]).1, 0x9000);
    assert_eq!(select(&mut card), 0x9000);
    assert_eq!(set(&mut card, 0xFF), 0x9000);
    assert_eq!(select(&mut card), 0x6985);
    card.reset().unwrap();
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x9000);
    assert_eq!(status(&mut card, "8050000008112233445566778800"), 0x6985);
    assert_eq!(status(&mut card, "00A4000C023F00"), 0x6985);
}

#[test]
fn cm_15_cm_21_the_card_manager_hides_on_the_contactless_interface() {
    let mut card = blank_with(|chip| chip.interface = Interface::Contactless);
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    let mut card = issued();
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    card.set_interface(Interface::Contactless);
    card.reset().unwrap();
    assert_eq!(status(&mut card, ISSUER), 0x6A82);
    assert_eq!(status(&mut card, "00A4040000"), 0x6A82);
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x6E00);
    assert_eq!(status(&mut card, "8050000008112233445566778800"), 0x6E00);
    assert_eq!(status(&mut card, "00B09C0001"), 0x9000);
    // Locked, nothing is left to select.
    card.set_interface(Interface::Contact);
    card.reset().unwrap();
    for state in [0x07, 0x0F, 0x7F] {
        send(&mut card, ISSUER);
        assert_eq!(scp03::Host::open(&mut card, 1).send(&mut card, 0xF0, 0x80, state, &[]).1, 0x9000);
    }
    card.set_interface(Interface::Contactless);
    card.reset().unwrap();
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x6985);
    assert_eq!(status(&mut card, ISSUER), 0x6A82);
}

#[test]
fn cm_16_selected_after_power_up() {
    let mut card = blank();
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x9000);
    installed(&mut card);
    card.reset().unwrap();
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x6985, "the instance is selected, and not OPERATIONAL");
    let mut card = issued();
    assert_eq!(status(&mut card, "00B09C0001"), 0x9000);
}
