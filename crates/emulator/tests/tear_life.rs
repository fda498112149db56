//! Power cut at every page write and around every command of what happens to an issued card: a new PIN, tries, an update, a
//! suspension, new keys (CHIP-04). After it the card is as before or as after, and works.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod host;

use chipwright_emulator::{Card, Fault, PageSize, seeded_rng};
use chipwright_iso7816::Transport;
use host::*;

type Content = Vec<(u16, Vec<u8>)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    Old,
    New,
}

/// Cuts everywhere; how often at a page write, at a page write of the recovery, around a command.
fn tear(
    name: &str,
    prepare: fn(&mut Card),
    change: fn(&mut Card) -> Result<(), u16>,
    look: fn(&mut Card, &str) -> Is,
) {
    for page_size in [PageSize::Bytes64, PageSize::Bytes128, PageSize::Bytes256] {
        let mut card = issued_holding(&small(), |chip| chip.page_size = page_size);
        prepare(&mut card);
        let state = card.save();
        let load = || Card::load(&state, seeded_rng(1)).unwrap();
        assert_eq!(look(&mut load(), name), Is::Old, "{name}");
        let (mut writes, mut recoveries, mut commands) = (0, 0, 0);
        let mut seen = Vec::new();
        for n in 1.. {
            let mut card = load();
            card.cut_at_page_write(n);
            if change(&mut card).is_ok() && card.is_powered() {
                card.clear_faults();
                assert_eq!(look(&mut card, name), Is::New);
                break;
            }
            writes = n;
            recoveries += power_up_through_cuts(&mut card);
            seen.push(look(&mut card, &format!("{name}: page write {n} ({page_size:?})")));
        }
        assert!(seen.is_sorted_by_key(|is| *is == Is::New), "{name}: {seen:?}");
        for fault in [Fault::CutBefore, Fault::CutAfter] {
            for n in 1.. {
                let mut card = load();
                card.fault_at_apdu(n, fault.clone());
                if change(&mut card).is_ok() && card.is_powered() {
                    break;
                }
                commands += 1;
                recoveries += power_up_through_cuts(&mut card);
                seen.push(look(&mut card, &format!("{name}: {fault:?} {n}")));
            }
        }
        assert!(seen.contains(&Is::Old) && seen.contains(&Is::New), "{name}: {seen:?}");
        println!(
            "{name}, {page_size:?}: {writes} page writes, {commands} cuts around commands, {recoveries} during recovery"
        );
    }
}

fn power_up_through_cuts(card: &mut Card) -> u64 {
    for n in 1.. {
        card.clear_faults();
        card.cut_at_page_write(n);
        if card.reset().is_ok() {
            card.clear_faults();
            return n - 1;
        }
    }
    0
}

fn small() -> Content {
    let mut content = content_with_pin();
    for (id, value) in &mut content {
        match id {
            0x0102 => value.truncate(700),
            0x011D | 0x010D | 0x010E => value.truncate(300),
            _ => {}
        }
    }
    content
}

/// Everything that can be read is this.
fn readable(card: &mut Card, content: &[(u16, Vec<u8>)]) -> bool {
    assert_eq!(status(card, &format!("00A4040C07{INSTANCE}")), 0x9000);
    let mut sm = pace::establish(card, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(sm.send(card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None).1, 0x9000);
    content
        .iter()
        .filter(|(id, _)| id >> 8 == 1)
        .all(|(id, value)| sm.read(card, (id & 0x1F) as u8).as_ref() == Ok(value))
}

fn ok(status: u16) -> Result<(), u16> {
    if status == 0x9000 { Ok(()) } else { Err(status) }
}

#[test]
fn a_new_pin() {
    tear(
        "new PIN",
        |_| {},
        |card| {
            let mut sm = pace::establish(card, pace::SET_AT_PIN, PIN)?;
            let command = sm.wrap([0, 0x2C, 2, 3], b"111222", None, false);
            ok(raw(card, &command).1)
        },
        |card, point| {
            assert!(readable(card, &small()), "{point}");
            let answers = [&PIN[..], b"111222"].map(|pin| {
                // A try may have been lost with the power, not more.
                let can = &mut pace::establish(card, pace::SET_AT_CAN, CAN).unwrap();
                pace::establish_within(card, can, pace::SET_AT_PIN, pin).is_ok()
            });
            match answers {
                [true, false] => Is::Old,
                [false, true] => Is::New,
                other => panic!("{point}: {other:?}"),
            }
        },
    );
}

#[test]
fn tries_restored_with_the_puk() {
    tear(
        "tries restored",
        |card| {
            for _ in 0..2 {
                assert!(pace::establish(card, pace::SET_AT_PIN, b"000000").is_err());
            }
        },
        |card| {
            let mut sm = pace::establish(card, pace::SET_AT_PUK, PUK)?;
            let command = sm.wrap([0, 0x2C, 3, 3], &[], None, false);
            ok(raw(card, &command).1)
        },
        |card, point| match status(card, pace::SET_AT_PIN) {
            0x63C1 => Is::Old,
            0x9000 => Is::New,
            other => panic!("{point}: {other:04X}"),
        },
    );
}

fn new_values() -> Content {
    vec![
        (0x0101, (0..110).collect()),
        (0x010D, vec![0xD1; 520]),
        (0x011D, vec![0x50; 260]),
        (0x010B, vec![0xB0; 90]),
        (0x8012, b"777888".to_vec()),
    ]
}

fn updated() -> Content {
    let mut held: Content =
        small().into_iter().filter(|(id, _)| new_values().iter().all(|(new, _)| new != id)).collect();
    held.extend(new_values());
    held.sort();
    held
}

#[test]
fn an_update() {
    tear(
        "update",
        |card| assert_eq!(pace::establish(card, pace::SET_AT_PIN, b"000000").err(), Some(0x63C2)),
        |card| {
            ok(status(card, ISSUER))?;
            let mut session = scp03::Host::open_with(card, 0, &DEVELOPMENT_KEY, 0x03)?;
            for part in [stream(&new_values()), dgi(0x7F0E, &manifest(&updated()))] {
                ok(session.send(card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1)?;
                ok(session.store(card, &part, 223).1)?;
            }
            Ok(())
        },
        |card, point| {
            assert_eq!(status(card, &format!("00A4040C07{INSTANCE}")), 0x9000);
            let pin = status(card, pace::SET_AT_PIN);
            let is = match pin {
                0x63C2 => Is::Old,
                0x9000 => Is::New,
                other => panic!("{point}: {other:04X}"),
            };
            let held = if is == Is::Old { small() } else { updated() };
            assert!(readable(card, &held), "{point}");
            let pin = held.iter().find(|(id, _)| *id == 0x8012).unwrap().1.clone();
            assert!(pace::establish(card, pace::SET_AT_PIN, &pin).is_ok(), "{point}");
            is
        },
    );
}

#[test]
fn a_suspension() {
    tear(
        "suspension",
        |_| {},
        |card| {
            ok(status(card, ISSUER))?;
            let mut session = scp03::Host::open_with(card, 0, &DEVELOPMENT_KEY, 0x01)?;
            ok(session.send(card, 0xF0, 0x40, 0x8F, &hex(INSTANCE)).1)
        },
        |card, point| match status(card, &format!("00A4040C07{INSTANCE}")) {
            0x9000 => {
                assert!(readable(card, &small()), "{point}");
                Is::Old
            }
            0x6283 => Is::New,
            other => panic!("{point}: {other:04X}"),
        },
    );
}

const NEW_KEY: [u8; 16] = [0x77; 16];

#[test]
fn new_keys() {
    tear(
        "key replacement",
        |_| {},
        |card| {
            ok(status(card, ISSUER))?;
            let mut session = scp03::Host::open_with(card, 0, &DEVELOPMENT_KEY, 0x33)?;
            let key = [
                &[0x88, 0x11, 0x10][..],
                &cbc_encrypt(&DEVELOPMENT_KEY, [0; 16], &NEW_KEY),
                &[3],
                &encrypt_block(&NEW_KEY, [1; 16])[..3],
            ]
            .concat();
            let data = [vec![0x02], key.repeat(3)].concat();
            let command = session.wrap(0xD8, 0x01, 0x81, &data);
            ok(raw(card, &command).1)
        },
        |card, point| {
            assert!(readable(card, &small()), "{point}");
            assert_eq!(status(card, ISSUER), 0x9000);
            let answers = [&DEVELOPMENT_KEY, &NEW_KEY].map(|key| {
                assert_eq!(status(card, ISSUER), 0x9000);
                scp03::Host::begin(card, 0, key).unwrap().finish(card, 0x33).is_ok()
            });
            match answers {
                [true, false] => Is::Old,
                [false, true] => Is::New,
                other => panic!("{point}: {other:?}"),
            }
        },
    );
}
