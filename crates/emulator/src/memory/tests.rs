use super::*;
use proptest::prelude::*;

const SIZES: [PageSize; 3] = [PageSize::Bytes64, PageSize::Bytes128, PageSize::Bytes256];

fn directory(memory: &Memory) -> Vec<u8> {
    memory.bytes[..RECORDS * RECORD].to_vec()
}

fn copy(memory: &Memory) -> Memory {
    Memory::from_bytes(memory.page, memory.bytes.clone()).unwrap()
}

fn changes(list: &[(usize, u8)]) -> Changes {
    let mut changes = Changes::default();
    for (index, value) in list {
        changes.set(*index, [*value; RECORD]);
    }
    changes
}

/// Powers up, cutting at the `n`-th page write of every attempt's recovery for n = 1, 2, … until one succeeds.
fn recover_through_cuts(memory: &mut Memory) -> u64 {
    let mut cuts = 0;
    for n in 1.. {
        memory.cut_at(n);
        if memory.recover().is_ok() {
            memory.cancel_cut();
            return cuts;
        }
        cuts += 1;
    }
    cuts
}

#[test]
fn the_areas_fill_the_chip_and_the_journal_fits_the_reserve() {
    let areas: usize = Area::ALL.iter().map(|area| area.span().1).sum();
    assert_eq!(areas + budget::RESERVE, budget::TOTAL);
    for page in SIZES {
        let directory_pages = (RECORDS * RECORD).div_ceil(page.bytes());
        assert!((2 * directory_pages + 1) * page.bytes() <= budget::RESERVE, "{page:?}");
        assert!(directory_pages <= 64);
        assert!(
            Area::ALL
                .iter()
                .all(|area| area.span().0 % page.bytes() == 0 && area.span().1 % page.bytes() == 0)
        );
    }
}

#[test]
fn a_change_of_one_page_is_one_write_and_of_none_no_write() {
    let mut memory = Memory::erased(PageSize::Bytes64);
    memory.commit(&changes(&[(3, 7)])).unwrap();
    assert_eq!(memory.writes(), 1);
    memory.commit(&changes(&[(3, 7)])).unwrap();
    assert_eq!(memory.writes(), 1);
    memory.commit(&changes(&[(3, 8), (4, 8)])).unwrap();
    assert_eq!(memory.writes(), 1 + 6);
}

proptest! {
    /// CHIP-04, RST-01: power is cut at every page write of every transaction, and at every page write of the recovery.
    #[test]
    fn old_or_new_never_mixed(
        page in prop::sample::select(SIZES.to_vec()),
        transactions in prop::collection::vec(
            prop::collection::vec((0..RECORDS, any::<u8>()), 1..12), 1..8),
    ) {
        let mut memory = Memory::erased(page);
        for list in &transactions {
            let old = directory(&memory);
            let mut whole = copy(&memory);
            whole.commit(&changes(list)).unwrap();
            let new = directory(&whole);
            for n in 1..=whole.writes() {
                let mut torn = copy(&memory);
                torn.cut_at(n);
                prop_assert_eq!(torn.commit(&changes(list)), Err(PowerLost));
                recover_through_cuts(&mut torn);
                let now = directory(&torn);
                prop_assert!(now == old || now == new, "cut at write {} of {}", n, whole.writes());
                // What recovery left behind must not spoil the next transaction.
                torn.commit(&changes(list)).unwrap();
                torn.recover().unwrap();
                prop_assert_eq!(directory(&torn), new.clone());
            }
            memory = whole;
        }
    }

    #[test]
    fn allocated_pages_never_overlap_and_stay_in_their_area(
        page in prop::sample::select(SIZES.to_vec()),
        steps in prop::collection::vec((any::<bool>(), 1usize..3000), 1..60),
    ) {
        let mut allocation = Allocation::empty(page);
        let mut held: Vec<Extents> = Vec::new();
        for (give_back, size) in steps {
            if give_back && !held.is_empty() {
                let extents = held.swap_remove(size % held.len());
                allocation.release(&extents);
            } else if let Some(extents) = allocation.allocate(Area::Files, size) {
                prop_assert!(extents.len() * page.bytes() >= size);
                prop_assert!(extents.pages().all(|p| Area::Files.pages(page).contains(&p)));
                prop_assert!(held.iter().all(|other| other.pages().all(|p| extents.pages().all(|q| p != q))));
                held.push(extents);
            }
        }
        let taken: usize = held.iter().map(Extents::len).sum();
        prop_assert_eq!(allocation.free_bytes(Area::Files), budget::FILES - taken * page.bytes());
    }
}

#[test]
fn recovery_is_cut_at_every_write_and_still_ends() {
    let mut memory = Memory::erased(PageSize::Bytes64);
    let list: Vec<(usize, u8)> = (0..10).map(|index| (index, 9)).collect();
    memory.cut_at(12); // ten shadows and the head are written, the first page in place is not
    assert_eq!(memory.commit(&changes(&list)), Err(PowerLost));
    assert_eq!(memory.record(0), [0; RECORD]);
    assert_eq!(recover_through_cuts(&mut memory), 11);
    assert!((0..10).all(|index| memory.record(index) == [9; RECORD]));
}
