//! Whatever is sent, the card answers, stays legal, and shows nothing without access.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::tables::budget;
use chipwright_emulator::{Card, Interface, seeded_rng};
use chipwright_iso7816::Transport;
use host::*;
use proptest::prelude::*;
use std::sync::OnceLock;

fn copy(make: fn() -> Card, state: &'static OnceLock<Vec<u8>>) -> Card {
    Card::load(state.get_or_init(|| make().save()), seeded_rng(4)).unwrap()
}

fn an_issued_card() -> Card {
    static STATE: OnceLock<Vec<u8>> = OnceLock::new();
    copy(issued, &STATE)
}

fn a_filling_card() -> Card {
    static STATE: OnceLock<Vec<u8>> = OnceLock::new();
    fn make() -> Card {
        let mut card = blank();
        let mut session = installed(&mut card);
        assert_eq!(session.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x9000);
        assert_eq!(session.store(&mut card, &stream(&content()), 900).1, 0x9000);
        card
    }
    copy(make, &STATE)
}

/// Headers that exist, and others.
fn command() -> impl Strategy<Value = Vec<u8>> {
    let cla = prop_oneof![
        4 => prop::sample::select(vec![0x00, 0x0C, 0x10, 0x1C, 0x80, 0x84]),
        1 => any::<u8>(),
    ];
    let ins = prop_oneof![
        6 => prop::sample::select(vec![
            0x22, 0x50, 0x82, 0x84, 0x86, 0x88, 0xA4, 0xB0, 0xB1, 0xCA, 0xD8, 0xE2, 0xE4, 0xE6, 0xE8, 0xF0, 0xF2,
        ]),
        1 => any::<u8>(),
    ];
    let p1 = prop_oneof![
        prop::sample::select(vec![0x00, 0x02, 0x04, 0x08, 0x0C, 0x20, 0x80, 0x81, 0x41, 0x82, 0x9C, 0xC1]),
        any::<u8>(),
    ];
    let p2 = prop_oneof![prop::sample::select(vec![0x00, 0x02, 0x0C, 0x80, 0x81, 0xA4]), any::<u8>()];
    let data = prop_oneof![
        Just(Vec::new()),
        Just(hex(INSTANCE)),
        Just(hex("A000000151000000")),
        Just(hex("011C")),
        Just(hex("800A04007F00070202040202830102")),
        Just(hex("800A04007F00070202030202840102")),
        Just(hex("F173589974BF40C6")),
        Just(hex("7C00")),
        Just(hex("540100")),
        prop::collection::vec(any::<u8>(), 0..300),
    ];
    (cla, ins, p1, p2, data, prop::option::of(any::<u8>())).prop_map(|(cla, ins, p1, p2, data, le)| {
        let mut out = vec![cla, ins, p1, p2];
        if data.len() > 255 {
            out.extend([0, (data.len() >> 8) as u8, data.len() as u8]);
        } else if !data.is_empty() {
            out.push(data.len() as u8);
        }
        out.extend_from_slice(&data);
        if data.len() <= 255 {
            out.extend(le);
        }
        out
    })
}

fn shows(response: &[u8]) -> bool {
    content()
        .iter()
        .filter(|(id, _)| id >> 8 != 0x2F)
        .any(|(_, value)| value.windows(12).any(|window| response.windows(12).any(|other| other == window)))
}

/// The card still has power and a registry that makes sense, also after its state went through a file.
fn is_legal(card: &mut Card) {
    card.reset().unwrap();
    let state = card.save();
    let copy = Card::load(&state, seeded_rng(5)).unwrap();
    assert!(copy.save() == state);
    let answer = status(card, ISSUER);
    assert!(matches!(answer, 0x9000 | 0x6A82), "{answer:04X}");
    let (resources, status_word) = send(card, "80CAFF2100");
    if status_word == 0x9000 {
        assert!(resources[5] <= 4);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..1100)) {
        for mut card in [blank(), a_filling_card(), an_issued_card()] {
            let response = card.transmit(&bytes).unwrap();
            prop_assert!((2..=budget::RESPONSE_APDU).contains(&response.len()));
        }
    }

    #[test]
    fn random_commands_show_nothing_and_change_nothing_without_keys(
        commands in prop::collection::vec(command(), 1..30),
        contactless in any::<bool>(),
    ) {
        for mut card in [a_filling_card(), an_issued_card()] {
            if contactless {
                card.set_interface(Interface::Contactless);
                card.reset().unwrap();
            }
            for bytes in &commands {
                let response = card.transmit(bytes).unwrap();
                prop_assert!((2..=budget::RESPONSE_APDU).contains(&response.len()));
                prop_assert!(!shows(&response), "{}", hex::encode(bytes));
            }
            is_legal(&mut card);
        }
    }

    /// Valid sessions with one byte changed on the way, or a command lost, doubled or strange in between.
    #[test]
    fn mutated_secure_channel_sessions(
        level in prop::sample::select(vec![0x00u8, 0x01, 0x03, 0x13, 0x33]),
        steps in prop::collection::vec((0u8..12, any::<prop::sample::Index>(), 0u8..=255, command()), 1..25),
    ) {
        let mut card = a_filling_card();
        send(&mut card, ISSUER);
        let mut session = scp03::Host::open(&mut card, level);
        for (kind, at, mask, strange) in steps {
            let mut bytes = match kind {
                0 => session.wrap(0xE6, 0x20, 0, &personalize_data(INSTANCE)),
                1 => session.wrap(0xE2, 0x08, mask & 3, &dgi(0x8010, CAN)),
                2 => session.wrap(0xE2, 0x09, 0, &dgi(0x7F01, &[1; 16])),
                3 => session.wrap(0xE2, 0x88, 0, &dgi(0x7F0F, &manifest(&content()))),
                4 => session.wrap(0xF2, 0x40, 2, &[0x4F, 0]),
                5 => session.wrap(0xE4, 0, 0x80, &hex("4F07F0434849505700")),
                6 => session.wrap(0xE6, 0x0C, 0, &install_data("A0000002471001", mask & 4)),
                7 => session.wrap(0xE8, mask & 0x80, 0, &hex("C40401020304")),
                8 => session.wrap(strange[1], strange[2], strange[3], &strange[4..strange.len().min(200)]),
                9 => session.wrap(0xE2, 0x08, 0, &strange[..strange.len().min(200)]),
                10 => strange,
                _ => {
                    send(&mut card, ISSUER);
                    if let Ok(next) = scp03::Host::open_with(&mut card, 0, &DEVELOPMENT_KEY, level) {
                        session = next;
                    }
                    continue;
                }
            };
            if mask < 0x20 {
                let at = at.index(bytes.len());
                bytes[at] ^= mask;
            }
            let response = card.transmit(&bytes).unwrap();
            prop_assert!((2..=budget::RESPONSE_APDU).contains(&response.len()));
            prop_assert!(!shows(&response));
        }
        is_legal(&mut card);
    }

    #[test]
    fn mutated_pace_sessions(
        steps in prop::collection::vec((0u8..8, any::<prop::sample::Index>(), 0u8..=255, command()), 1..20),
    ) {
        let mut card = an_issued_card();
        let mut sm = pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
        for (kind, at, mask, strange) in steps {
            let mut bytes = match kind {
                0 => sm.wrap([0, 0xA4, 4, 0x0C], &hex(INSTANCE), None, false),
                1 => sm.wrap([0, 0xB0, 0x80 | mask & 0x1F, 0], &[], Some(&[0]), mask & 1 == 1),
                2 => sm.wrap([0, 0xB1, 0, mask], &[0x54, 1, mask], Some(&[0]), false),
                3 => sm.wrap([0, 0x22, 0xC1, 0xA4], &hex(pace::SET_AT_MRZ)[5..], None, false),
                4 => sm.wrap([0x10, 0x86, 0, 0], &[0x7C, 0], Some(&[0]), false),
                5 => sm.wrap([0, strange[1], strange[2], strange[3]], &strange[..8.min(strange.len())], None, true),
                6 => strange,
                _ => {
                    send(&mut card, &format!("00A4040C07{INSTANCE}"));
                    if let Ok(next) = pace::establish(&mut card, pace::SET_AT_CAN, CAN) {
                        sm = next;
                    }
                    continue;
                }
            };
            if mask < 0x20 {
                let at = at.index(bytes.len());
                bytes[at] ^= mask;
            }
            let response = card.transmit(&bytes).unwrap();
            prop_assert!((2..=budget::RESPONSE_APDU).contains(&response.len()));
            prop_assert!(!shows(&response), "personal data in plain");
        }
        is_legal(&mut card);
    }
}
