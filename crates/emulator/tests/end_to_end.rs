//! Blank chip → card manager → install → STORE DATA → FINALISE → PACE → read.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::{Interface, PageSize, PersonalisationPath};
use chipwright_iso7816::Transport;
use host::*;

/// FILE-01 to FILE-08, ACC-01, ACC-05, PERSO-01 to PERSO-09.
#[test]
fn a_card_is_made_and_read() {
    for page_size in [PageSize::Bytes64, PageSize::Bytes128, PageSize::Bytes256] {
        let mut card = issued_with(|chip| chip.page_size = page_size);
        for (set_at, secret) in [(pace::SET_AT_CAN, &CAN[..]), (pace::SET_AT_MRZ, &MRZ_KEY[..])] {
            card.reset().unwrap();
            let access = send(&mut card, "00B09C0000");
            assert_eq!(access, (content()[2].1.clone(), 0x9000));
            let mut sm = pace::establish(&mut card, set_at, secret).unwrap();
            let select = sm.send(&mut card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None);
            assert_eq!(select, (vec![], 0x9000));
            for (id, value) in content().iter().filter(|(id, _)| id >> 8 == 0x01) {
                assert_eq!(sm.read(&mut card, (id & 0x1F) as u8).unwrap(), *value, "{id:04X}");
            }
        }
    }
}

/// The other personalisation path, on the contactless interface.
#[test]
fn a_card_is_made_through_the_application() {
    let mut card = blank_with(|chip| {
        chip.personalisation = PersonalisationPath::ThroughApplication;
        chip.interface = Interface::Contactless;
    });
    let mut session = installed(&mut card);
    assert_eq!(session.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x6A86);
    assert_eq!(status(&mut card, &format!("00A4040007{INSTANCE}00")), 0x9000);
    let mut session = scp03::Host::open(&mut card, 0x33);
    assert_eq!(session.store(&mut card, &stream(&content()), 223), (vec![], 0x9000));
    assert_eq!(session.store(&mut card, &dgi(0x7F0F, &manifest(&content())), 223), (vec![], 0x9000));
    let mut sm = pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(sm.send(&mut card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None).1, 0x9000);
    assert_eq!(sm.read(&mut card, 2).unwrap(), content()[6].1);
}

/// One worker thread owns one reader.
#[test]
fn a_card_can_be_given_to_a_thread() {
    let mut card = issued();
    let worker = std::thread::spawn(move || send(&mut card, "00B09C0000").0);
    assert_eq!(worker.join().unwrap(), content()[2].1);
}
