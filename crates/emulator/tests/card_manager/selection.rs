//! SELECT and GET DATA, what is not a command, and the issuer's numbers.

use crate::host::*;
use crate::{GET_STATUS_ALL, session};
use chipwright_iso7816::Transport;

#[test]
fn cm_01_select_returns_the_fci() {
    let mut card = blank();
    let (fci, status_word) = send(&mut card, ISSUER);
    let recognition = hex(
        "732F06072A864886FC6B01600C060A2A864886FC6B02020301630906072A864886FC6B03640B06092A864886FC6B040370",
    );
    assert_eq!(status_word, 0x9000);
    assert_eq!(fci, [hex("6F418408A000000151000000A535"), recognition.clone(), hex("9F6501FF")].concat());
    assert_eq!(send(&mut card, "00A4040C08A000000151000000"), (vec![], 0x9000));
    // CM-04: card data names SCP03 and i.
    assert_eq!(send(&mut card, "80CA006600").0, [hex("6631"), recognition].concat());
}

#[test]
fn cm_02_cm_22_names() {
    let mut card = issued();
    assert_eq!(status(&mut card, "00A4040005A000000003"), 0x6A82);
    assert_eq!(status(&mut card, "00B09C0001"), 0x9000, "the identity application is still selected");
    assert_eq!(status(&mut card, "00A4040004A0000001"), 0x6A82);
    assert_eq!(status(&mut card, "00A4040005A000000151"), 0x9000);
    assert_eq!(status(&mut card, "00A4040005F043484950"), 0x9000);
    assert_eq!(status(&mut card, "00A4040000"), 0x9000);
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x9000);
    assert_eq!(status(&mut card, "00A4040208A000000151000000"), 0x6A86);
}

#[test]
fn cm_03_cm_23_get_data() {
    let mut card = blank();
    let keys = hex("E012 C00401018810 C00402018810 C00403018810");
    assert_eq!(send(&mut card, "80CA00E000"), (keys, 0x9000));
    assert_eq!(send(&mut card, "00CA004200"), (hex("4200"), 0x9000));
    for unknown in ["80CA004600", "80CA9F7E00", "80CAFFFF00"] {
        assert_eq!(status(&mut card, unknown), 0x6A88);
    }
    assert_eq!(status(&mut card, "80CA9F7F05"), 0x6C2D);
    assert_eq!(status(&mut card, "80CA9F7F2D"), 0x9000);
    assert_eq!(status(&mut card, "80CA9F7F0100"), 0x6700);
    assert_eq!(status(&mut card, "81CA9F7F00"), 0x6881);
}

#[test]
fn cm_17_unknown_commands() {
    let mut card = blank();
    for (command, expected) in [
        ("8001000000", 0x6D00),
        ("00B0000000", 0x6D00),
        ("90CA9F7F00", 0x6E00),
        ("A0CA9F7F00", 0x6E00),
        ("FFCA9F7F00", 0x6E00),
        ("00500000", 0x6E00),
        ("00A4050C02011C", 0x6A86),
    ] {
        assert_eq!(status(&mut card, command), expected, "{command}");
    }
    let mut open = session(&mut card, 0x01);
    assert_eq!(open.send(&mut card, 0x01, 0, 0, &[]).1, 0x6D00);
    assert_eq!(open.send(&mut card, 0xF2, 0x80, 0x02, &GET_STATUS_ALL).1, 0x9000, "the session goes on");
}

#[test]
fn cm_22_there_are_no_files_to_select() {
    let mut card = blank();
    for command in ["00A4000C023F00", "00A4000C", "00A4020C02011C", "00A4020C022F00", "00A4080C022F00"] {
        assert_eq!(status(&mut card, command), 0x6A82, "{command}");
    }
    let (fci, _) = send(&mut card, "00A4040000");
    assert_eq!(fci[..2], [0x6F, 0x41], "the issuer domain stays selected");
}

#[test]
fn cm_18_the_issuer_sets_its_numbers() {
    let mut card = blank();
    let mut open = session(&mut card, 0x01);
    assert_eq!(open.send(&mut card, 0xE2, 0x90, 0, &hex("450811223344556677 88")).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xE2, 0x90, 0, &hex("42041234567F")).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xE2, 0x90, 0, &hex("660100")).1, 0x6A88);
    assert_eq!(open.send(&mut card, 0xE2, 0x88, 0, &hex("0101 0100")).1, 0x6985);
    assert_eq!(open.send(&mut card, 0xE2, 0x10, 0, &hex("420100")).1, 0x6A86);
    assert_eq!(open.send(&mut card, 0xE2, 0x90, 0, &[&hex("4211")[..], &[0; 17]].concat()).1, 0x6A80);
    card.reset().unwrap();
    assert_eq!(send(&mut card, "80CA004500").0, hex("45081122334455667788"));
    assert_eq!(send(&mut card, "80CA004200").0, hex("42041234567F"));
}
