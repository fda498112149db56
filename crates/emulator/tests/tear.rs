//! Power cut at every page write and around every command of a whole personalisation (CHIP-04, PERSO-07, PERSO-11, RST-01).
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod host;

use chipwright_emulator::{Card, Fault, PageSize};
use chipwright_iso7816::Transport;
use host::*;
use sha2::{Digest, Sha256};

const K: [u8; 16] = [0x3C; 16];

/// Small values of every kind: in the directory, on one page, on several.
fn values() -> Vec<(u16, Vec<u8>)> {
    let mut values = content();
    for (id, value) in &mut values {
        match id {
            0x0102 => value.truncate(700),
            0x011D | 0x010D | 0x010E => value.truncate(130),
            _ => {}
        }
    }
    values
}

/// Goes on with whatever the card holds, until it is OPERATIONAL. The status that stopped it otherwise.
fn attempt(card: &mut Card) -> Result<(), u16> {
    let ok = |status: u16| if status == 0x9000 { Ok(()) } else { Err(status) };
    ok(status(card, ISSUER))?;
    let mut session = scp03::Host::open_with(card, 0, &DEVELOPMENT_KEY, 0x03)?;
    match session.send(card, 0xE6, 0x0C, 0, &install_data(INSTANCE, 0x04)).1 {
        0x9000 | 0x6985 => {}
        status => return Err(status),
    }
    match session.send(card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1 {
        0x9000 => {}
        status => return Err(status),
    }
    let (report, status) = session.send(card, 0xE2, 0x89, 0, &dgi(0x7F01, &K));
    ok(status)?;
    let held = held(&report);
    if report[0] == 0x0F {
        return Ok(()); // OPERATIONAL already
    }
    let missing: Vec<_> = values().into_iter().filter(|(id, _)| !held.contains(id)).collect();
    for part in [stream(&missing), dgi(0x7F0F, &manifest(&values()))] {
        ok(session.send(card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1)?;
        if !part.is_empty() {
            ok(session.store(card, &part, 223).1)?;
        }
    }
    Ok(())
}

/// The DGIs of a REPORT; every MAC must be that of the value that was meant.
fn held(report: &[u8]) -> Vec<u16> {
    let (entries, rest) = report[1..].as_chunks::<12>();
    assert!(rest.is_empty());
    let ids = entries.iter().map(|entry| {
        let id = u16::from_be_bytes([entry[0], entry[1]]);
        let value = values().into_iter().find(|(known, _)| *known == id).unwrap().1;
        assert_eq!(entry[2..4], (value.len() as u16).to_be_bytes());
        let mac = cmac(&K, &[&entry[..2], &Sha256::digest(&value)].concat());
        assert_eq!(entry[4..], mac[..8], "{id:04X} is held with another value");
        id
    });
    ids.collect()
}

/// Powers up, cutting at every page write of the recovery first; how often it was cut.
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

/// What must hold after a cut, and that the card can be finished and read.
fn survives(card: &mut Card, point: &str) -> u64 {
    let cuts = power_up_through_cuts(card);
    assert_eq!(status(card, ISSUER), 0x9000, "{point}");
    let name = format!("00A4040C07{INSTANCE}");
    match status(card, &name) {
        0x6A82 => {}
        0x9000 => {
            let operational = status(card, "00A4000C023F00") == 0x9000;
            assert_eq!(status(card, &name), 0x9000);
            let expected = if operational { 0x6982 } else { 0x6985 };
            for command in ["00B0810000", "00B0820000", "00A4020C020101"] {
                assert_eq!(status(card, command), expected, "{point}: {command}");
            }
        }
        other => panic!("{point}: {other:04X}"),
    }
    assert_eq!(attempt(card), Ok(()), "{point}");
    let mut sm = pace::establish(card, pace::SET_AT_CAN, CAN);
    if sm.is_err() {
        assert_eq!(status(card, &name), 0x9000, "{point}");
        sm = pace::establish(card, pace::SET_AT_CAN, CAN);
    }
    let mut sm = sm.unwrap_or_else(|status| panic!("{point}: {status:04X}"));
    assert_eq!(sm.send(card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None).1, 0x9000);
    for (id, value) in values().iter().filter(|(id, _)| id >> 8 == 1) {
        assert_eq!(sm.read(card, (id & 0x1F) as u8).as_ref(), Ok(value), "{point}: {id:04X}");
    }
    cuts
}

#[test]
fn power_is_cut_at_every_page_write() {
    let mut recoveries = 0;
    for page_size in [PageSize::Bytes64, PageSize::Bytes256] {
        let mut recovery_cuts = 0;
        let mut points = 0;
        for n in 1.. {
            let mut card = blank_with(|chip| chip.page_size = page_size);
            card.cut_at_page_write(n);
            if attempt(&mut card).is_ok() && card.is_powered() {
                break;
            }
            points = n;
            recovery_cuts += survives(&mut card, &format!("page write {n} ({page_size:?})"));
        }
        println!("{page_size:?}: {points} page writes, {recovery_cuts} cuts during recovery");
        assert!(points > 15, "{points}");
        recoveries += recovery_cuts;
    }
    assert!(recoveries > 0);
}

#[test]
fn power_is_cut_before_and_after_every_command() {
    for fault in [Fault::CutBefore, Fault::CutAfter] {
        let mut points = 0;
        for n in 1.. {
            let mut card = blank();
            card.fault_at_apdu(n, fault.clone());
            if attempt(&mut card).is_ok() && card.is_powered() {
                break;
            }
            points = n;
            survives(&mut card, &format!("{fault:?} {n}"));
        }
        println!("{fault:?}: {points} commands");
        assert!(points > 10);
    }
}

/// A delete of everything that belongs to a load file is one transaction over many pages.
#[test]
fn a_torn_delete_leaves_all_or_nothing() {
    let filled = filled().save();
    for n in 1.. {
        let mut card = Card::load(&filled, chipwright_emulator::seeded_rng(1)).unwrap();
        assert_eq!(status(&mut card, ISSUER), 0x9000);
        let mut session = scp03::Host::open(&mut card, 0x01);
        card.cut_at_page_write(n);
        if session.send(&mut card, 0xE4, 0, 0x80, &hex("4F07F0434849505700")).1 == 0x9000 {
            assert!(n > 20, "{n}");
            break;
        }
        power_up_through_cuts(&mut card);
        assert_eq!(status(&mut card, ISSUER), 0x9000);
        let mut session = scp03::Host::open(&mut card, 0x03);
        if session.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1 == 0x9000 {
            let finalise = dgi(0x7F0F, &manifest(&content()));
            assert_eq!(session.store(&mut card, &finalise, 223).1, 0x9000, "all of it, write {n}");
        } else {
            assert_eq!(session.send(&mut card, 0xF2, 0x40, 0x02, &[0x4F, 0]).1, 0x6A88, "write {n}");
            assert_eq!(session.send(&mut card, 0xF2, 0x20, 0x02, &[0x4F, 0]).1, 0x6A88, "write {n}");
        }
    }
}
