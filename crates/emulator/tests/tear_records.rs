//! Power cut at every page write and around every command of an append and of a roll of the CVCA (CHIP-04, REC-02, TA-04).
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod host;

use chipwright_emulator::{Card, Fault, PageSize, seeded_rng};
use chipwright_iso7816::Transport;
use host::cv::{CVCA, Holder, holder};
use host::terminal::*;
use host::*;

/// What a card is loaded from again and again.
struct Saved {
    state: Vec<u8>,
    chip_key: Vec<u8>,
}

impl Saved {
    fn of(issued: &RecordsCard) -> Self {
        Self { state: issued.card.save(), chip_key: issued.chip_key.clone() }
    }

    fn load(&self) -> RecordsCard {
        RecordsCard { card: Card::load(&self.state, seeded_rng(5)).unwrap(), chip_key: self.chip_key.clone() }
    }
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

/// Runs `attempt` with a cut at each point until it comes through, and looks at the card after each.
fn at_every_point(
    name: &str,
    saved: &Saved,
    attempt: impl Fn(&mut RecordsCard) -> Result<(), u16>,
    look: impl Fn(&mut RecordsCard, &str),
) -> (u64, u64, u64) {
    // The page writes of the last command alone: what comes before it writes too (TA-03, ACC-03).
    let mut recovery_cuts = 0;
    let mut page_writes = 0;
    for n in 1.. {
        let mut issued = saved.load();
        issued.card.cut_at_page_write(n);
        if attempt(&mut issued).is_ok() && issued.card.is_powered() {
            break;
        }
        page_writes = n;
        recovery_cuts += power_up_through_cuts(&mut issued.card);
        look(&mut issued, &format!("{name}: page write {n}"));
    }
    let mut commands = 0;
    for fault in [Fault::CutBefore, Fault::CutAfter] {
        for n in 1.. {
            let mut issued = saved.load();
            issued.card.fault_at_apdu(n, fault.clone());
            if attempt(&mut issued).is_ok() && issued.card.is_powered() {
                break;
            }
            commands += 1;
            recovery_cuts += power_up_through_cuts(&mut issued.card);
            look(&mut issued, &format!("{name}: {fault:?} {n}"));
        }
    }
    println!(
        "{name}: cut at {page_writes} page writes, {commands} times at a command, {recovery_cuts} times in recovery"
    );
    (page_writes, commands, recovery_cuts)
}

#[test]
fn rec_02_an_append_is_whole_or_not_at_all() {
    for page_size in [PageSize::Bytes64, PageSize::Bytes256] {
        let mut issued = issued_with_records_on(|chip| chip.page_size = page_size);
        let mut inside = whole_procedure(&mut issued, &verifier(), &terminal()).unwrap();
        for n in 0..3 {
            assert_eq!(inside.append_record(&mut issued.card, 0x02, &record(n, 90)), 0x9000);
        }
        let free = inside.information(&mut issued.card).unwrap().0;
        let saved = Saved::of(&issued);
        let new = record(9, 700);
        let attempt = |issued: &mut RecordsCard| {
            let mut inside = whole_procedure(issued, &verifier(), &terminal())?;
            match inside.append_record(&mut issued.card, 0x02, &new) {
                0x9000 => Ok(()),
                status => Err(status),
            }
        };
        let look = |issued: &mut RecordsCard, point: &str| {
            let mut inside = whole_procedure(issued, &verifier(), &terminal()).unwrap();
            let card = &mut issued.card;
            let (left, files) = inside.information(card).unwrap();
            let appended = match files[2] {
                (0x0202, 3) => false,
                (0x0202, 4) => true,
                other => panic!("{point}: {other:?}"),
            };
            assert_eq!(left < free, appended, "{point}");
            for n in 0..3 {
                assert_eq!(inside.read_record(card, 0x02, n + 1), (record(n, 90), 0x9000), "{point}");
            }
            let fourth = if appended { (new.clone(), 0x9000) } else { (vec![], 0x6A83) };
            assert_eq!(inside.read_record(card, 0x02, 4), fourth, "{point}");
            // The card goes on.
            let next = if appended { 5 } else { 4 };
            assert_eq!(inside.append_record(card, 0x02, &record(8, 300)), 0x9000, "{point}");
            assert_eq!(inside.read_record(card, 0x02, next), (record(8, 300), 0x9000), "{point}");
            assert_eq!(inside.read_record(card, 0x02, 4).0 == new, appended, "{point}");
            assert_eq!(inside.read_record(card, 0x08, 1), (record(0x20, 400), 0x9000), "{point}");
        };
        let name = format!("append of {} bytes, pages of {} bytes", new.len(), page_size.bytes());
        let (page_writes, commands, _) = at_every_point(&name, &saved, attempt, look);
        let content = new.len().div_ceil(page_size.bytes()) as u64;
        assert!(page_writes > content && commands > 20, "{page_writes} {commands}");
    }
}

#[test]
fn ta_04_a_roll_of_the_cvca_is_whole_or_not_at_all() {
    let next = |reference, key, from: u8| Holder {
        effective: [2, 6, 0, from, 0, 1],
        expiration: [3, 0, 0, 1, 0, 1],
        ..holder(reference, CVCA, key)
    };
    let second = next("VNCVCA00002", 6, 5);
    let third = next("VNCVCA00003", 7, 7);
    for page_size in [PageSize::Bytes64, PageSize::Bytes256] {
        let mut issued = issued_with_records_on(|chip| chip.page_size = page_size);
        // From DGI 8020 to the first link; from one link to the next, when the first trust point goes.
        for (before, after, former) in [(cvca(), &second, None), (second.clone(), &third, Some(cvca()))] {
            let saved = Saved::of(&issued);
            let link = after.issued_by(&before);
            let attempt = |issued: &mut RecordsCard| {
                let mut inside = Inside::open(&mut issued.card, pace::SET_AT_CAN, CAN, EVERYTHING)?;
                match inside.present(&mut issued.card, &link) {
                    0x9000 => Ok(()),
                    status => Err(status),
                }
            };
            let look = |issued: &mut RecordsCard, point: &str| {
                let mut inside = Inside::by_can(&mut issued.card);
                let name = |holder: &Holder| Some(holder.reference.as_bytes().to_vec());
                let old = [name(&before), former.as_ref().and_then(name)];
                let new = [name(after), name(&before)];
                let rolled = inside.authorities == new;
                assert!(rolled || inside.authorities == old, "{point}: {:?}", inside.authorities);
                // The date goes with the trust point.
                let mut day = after.effective;
                day[3] -= 1;
                let expired = Holder { effective: [2, 6, 0, 1, 0, 1], expiration: day, ..verifier() };
                let expected = if rolled { 0x6300 } else { 0x9000 };
                assert_eq!(
                    inside.present(&mut issued.card, &expired.issued_by(&before)),
                    expected,
                    "{point}"
                );
                // Whoever is announced is trusted, and the roll can be made or repeated.
                for authority in inside.authorities.clone().into_iter().flatten() {
                    assert_eq!(inside.set_dst(&mut issued.card, &authority), 0x9000, "{point}");
                }
                attempt(issued).unwrap();
                let mut inside = Inside::by_can(&mut issued.card);
                assert_eq!(inside.authorities, new, "{point}");
                let chain = [verifier().issued_by(after), terminal().issued_by(&verifier())];
                assert_eq!(inside.authenticate(&mut issued.card, &chain, &terminal()), Ok(()), "{point}");
            };
            let name = format!("roll to {}, pages of {} bytes", after.reference, page_size.bytes());
            let (page_writes, commands, _) = at_every_point(&name, &saved, attempt, look);
            let content = link.len().div_ceil(page_size.bytes()) as u64;
            assert!(page_writes > content && commands >= 14, "{page_writes} {commands}");
            attempt(&mut issued).unwrap();
        }
    }
}
