use super::trust_points::TrustPoints;
use super::*;
use crate::memory::PageSize;
use crate::tables::InstanceLifeCycle;
use chipwright_iso7816::Aid;

const SIZES: [PageSize; 3] = [PageSize::Bytes64, PageSize::Bytes128, PageSize::Bytes256];

fn instance() -> Instance {
    Instance {
        aid: Aid::literal(&[0xF0, 1, 2, 3, 4]),
        privileges: [0; 3],
        life_cycle: InstanceLifeCycle::Personalized,
        load_file: 0,
        record_pages: 0,
    }
}

fn store(page: PageSize) -> Store {
    let mut store = Store::new(Memory::erased(page));
    store.power_up().unwrap();
    store.commit(Changes::default().instance(1, Some(&instance()))).unwrap();
    store
}

fn copy(store: &Store) -> Store {
    let memory = store.memory();
    let mut copy = Store::new(Memory::from_bytes(memory.page_size(), memory.bytes().to_vec()).unwrap());
    copy.power_up().unwrap();
    copy
}

/// A value that tells which it is.
fn value(n: usize, length: usize) -> Vec<u8> {
    (0..length).map(|i| (n * 31 + i) as u8).collect()
}

/// A state whose digest is right says more pages than there are.
#[test]
fn rec_05_more_pages_than_the_area_has_are_no_room() {
    let mut store = store(PageSize::Bytes64);
    let used = Instance { record_pages: u16::MAX, ..*store.instance(1).unwrap() };
    store.commit(Changes::default().instance(1, Some(&used))).unwrap();
    assert_eq!(store.free_for_records(1), 0);
    assert!(matches!(store.append_record(1, 0x0202, b"\x30\x00"), Err(AppendRefused::NoRoom)));
}

/// The first record of file 0201 as STORE DATA leaves it: on pages inside the area.
fn with_first_record(store: &mut Store, first: &[u8]) {
    let extents = store.allocation().allocate(Area::Records, first.len() + RECORD_OVERHEAD).unwrap();
    store.write_pages(extents.pages(), first).unwrap();
    let object = Object {
        owner: 1,
        dgi: 0x0201,
        length: first.len() as u16,
        hash: [0; 32],
        body: Body::Pages(extents),
    };
    store.commit(Changes::default().object(3, &object)).unwrap();
}

#[test]
fn rec_05_rec_06_records_fill_the_area_and_are_read_by_file_and_number() {
    for page in SIZES {
        let mut store = store(page);
        let first = value(99, 300);
        with_first_record(&mut store, &first);
        let size = page.bytes();
        let all = budget(page) - (300 + 4usize).div_ceil(size);
        assert_eq!(store.free_for_records(1), all * size - 4);
        let mut appended: Vec<(u16, Vec<u8>)> = Vec::new();
        let mut pages = 0;
        for n in 0.. {
            let record = value(n, [2, 60, 61, 700, 1000][n % 5]);
            let fid = 0x0202 + (n % 3) as u16;
            let needed = (record.len() + 4).div_ceil(size);
            let free = store.free_for_records(1);
            match store.append_record(1, fid, &record) {
                Ok(()) => appended.push((fid, record)),
                Err(refused) => {
                    assert_eq!(refused, AppendRefused::NoRoom);
                    assert!(record.len() > free && pages + needed > all, "{page:?}");
                    assert_eq!(store.free_for_records(1), free);
                    break;
                }
            }
            pages += needed;
            assert_eq!(store.free_for_records(1), ((all - pages) * size).saturating_sub(4));
        }
        assert!(appended.len() > 20, "{}", appended.len());
        let store = copy(&store);
        for fid in 0x0200..=0x0207 {
            let wanted: Vec<&Vec<u8>> = appended.iter().filter(|(f, _)| *f == fid).map(|(_, r)| r).collect();
            let before = u16::from(fid == 0x0201);
            assert_eq!(store.record_count(1, fid), wanted.len() as u16 + before);
            for (n, record) in wanted.iter().enumerate() {
                assert_eq!(store.read_record(1, fid, n as u16 + 1 + before).as_ref(), Some(*record));
            }
            assert_eq!(store.read_record(1, fid, wanted.len() as u16 + before + 1), None);
            assert_eq!(store.read_record(1, fid, 0), None);
        }
        assert_eq!(store.read_record(1, 0x0201, 1), Some(first));
        assert_eq!(store.record_count(0, 0x0202), 0, "another instance");
        assert_eq!(store.free_for_records(0), 0, "the area belongs to one");
        assert_eq!(store.read_record(0, 0x0202, 1), None);
    }
}

fn budget(page: PageSize) -> usize {
    Area::Records.pages(page).len()
}

#[test]
fn a_record_is_there_or_not_whenever_the_power_fails() {
    let mut points = 0;
    for page in SIZES {
        let mut store = store(page);
        for (n, length) in [(1, 90), (2, 400), (3, 1000), (4, 10)] {
            for cut in 1.. {
                let mut torn = copy(&store);
                torn.memory_mut().cut_at(cut);
                match torn.append_record(1, 0x0203, &value(n, length)) {
                    Ok(()) => {
                        store = copy(&torn);
                        break;
                    }
                    Err(refused) => assert_eq!(refused, AppendRefused::PowerLost),
                }
                points += 1;
                let mut torn = copy(&torn);
                assert_eq!(torn.record_count(1, 0x0203), n as u16 - 1);
                // What was written before the cut does not come back with another record.
                torn.append_record(1, 0x0204, &value(9, 5)).unwrap();
                assert_eq!(torn.record_count(1, 0x0203), n as u16 - 1);
                assert_eq!(torn.read_record(1, 0x0204, 1), Some(value(9, 5)));
            }
        }
        assert_eq!(store.record_count(1, 0x0203), 4);
    }
    assert!(points > 40, "{points}");
}

#[test]
fn ta_04_trust_points_change_as_a_whole() {
    let mut store = store(PageSize::Bytes64);
    let first = value(1, 300);
    let extents = store.allocation().allocate(Area::Files, first.len()).unwrap();
    store.write_pages(extents.pages(), &first).unwrap();
    let object = Object { owner: 1, dgi: CVCA_DGI, length: 300, hash: [0; 32], body: Body::Pages(extents) };
    store.commit(Changes::default().object(0, &object)).unwrap();
    let points = |current: &[u8], previous: Option<&[u8]>, date| TrustPoints {
        current: Some(current.to_vec()),
        previous: previous.map(<[u8]>::to_vec),
        date,
    };
    let mut expected = points(&first, None, [0; 6]);
    assert_eq!(store.trust_points(1), expected);
    let (second, third) = (value(2, 500), value(3, 200));
    for (n, change) in [
        NewTrustPoint::None,
        NewTrustPoint::Link(&second),
        NewTrustPoint::Link(&third),
        NewTrustPoint::ForgetPrevious,
    ]
    .into_iter()
    .enumerate()
    {
        let date = [2, 6, 0, 1, 0, n as u8];
        let after = match change {
            NewTrustPoint::None => points(&first, None, date),
            NewTrustPoint::Link(next) if next == second => points(&second, Some(&first), date),
            NewTrustPoint::Link(_) => points(&third, Some(&second), date),
            NewTrustPoint::ForgetPrevious => points(&third, None, date),
        };
        for cut in 1.. {
            let mut torn = copy(&store);
            torn.memory_mut().cut_at(cut);
            if torn.set_trust_points(1, change, date) == Ok(true) {
                store = copy(&torn);
                break;
            }
            assert_eq!(copy(&torn).trust_points(1), expected);
        }
        assert_eq!(store.trust_points(1), after);
        expected = after;
    }
    assert_eq!(
        store.allocation().free_bytes(Area::FileSlots),
        16_384 - 320 - 256,
        "the second is free again"
    );
    assert_eq!(store.trust_points(0), TrustPoints { current: None, previous: None, date: [0; 6] });
    // There is room for two instances.
    assert_eq!(store.set_trust_points(2, NewTrustPoint::None, [9; 6]), Ok(true));
    assert_eq!(store.set_trust_points(3, NewTrustPoint::None, [9; 6]), Ok(false));
    let mut changes = Changes::default();
    store.forget_keys_of(1, &mut changes);
    store.commit(&changes).unwrap();
    assert_eq!(store.trust_points(1), points(&first, None, [0; 6]));
}

#[test]
fn key_pairs_belong_to_instances_and_survive() {
    let mut store = store(PageSize::Bytes64);
    let pair = |byte: u8| KeyPairRecord::from_private(zeroize::Zeroizing::new([byte; 32])).unwrap();
    assert!(KeyPairRecord::from_private(zeroize::Zeroizing::new([0; 32])).is_none());
    assert!(KeyPairRecord::from_private(zeroize::Zeroizing::new([0xFF; 32])).is_none());
    use crate::tables::KeyReference::{ActiveAuthentication as A, ChipAuthentication1 as B};
    for (owner, reference, byte) in [(0, A, 1), (1, A, 2), (1, B, 3), (1, A, 4)] {
        let slot = store.key_pair_slot(owner, reference, &[]).unwrap();
        store.commit(Changes::default().key_pair(slot, owner, reference, &pair(byte))).unwrap();
    }
    let mut store = copy(&store);
    let public = |owner, reference| store.key_pair(owner, reference).map(|pair| pair.public);
    assert_eq!((public(0, A), public(0, B)), (Some(pair(1).public), None));
    assert_eq!((public(1, A), public(1, B)), (Some(pair(4).public), Some(pair(3).public)));
    assert_eq!(store.key_pairs(1).count(), 2);
    let free = store.key_pair_slot(2, A, &[]).unwrap();
    assert_eq!(store.key_pair_slot(2, B, &[free]), None, "three of four are taken");
    let mut changes = Changes::default();
    store.forget_keys_of(1, &mut changes);
    store.commit(&changes).unwrap();
    assert!(store.has_key_pair(0, A) && !store.has_key_pair(1, A) && !store.has_key_pair(1, B));
}

const CVCA_DGI: u16 = crate::tables::CVCA;
