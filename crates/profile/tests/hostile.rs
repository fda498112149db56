//! Files that lie, given to every reader there is: an error that names the file, never a panic, never an overflow of the stack.
#![allow(clippy::unwrap_used, reason = "a fault here is a fault of the test")]

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::encode;
use chipwright_profile::read::{self, ReadError};

type Reader = fn(&[u8]) -> Option<ReadError>;

/// Every reader of one template, with the tag its file begins with.
const READERS: [(u8, Reader); 10] = [
    (0x61, |data| read::dg1(data).err()),
    (0x75, |data| read::dg2(data).err()),
    (0x6B, |data| read::dg11(data).err()),
    (0x6C, |data| read::dg12(data).err()),
    (0x6D, |data| read::dg13(data).err()),
    (0x6E, |data| read::dg14(data).err()),
    (0x60, |data| read::com(data).err()),
    (0x77, |data| read::sod(data).err()),
    (0x30, |data| read::security_object(data).err()),
    (0x31, |data| read::card_access(data).err()),
];

fn nested(tag: u8, depth: usize) -> Vec<u8> {
    (0..depth).fold(Vec::new(), |inside, _| encode(Tag(u32::from(tag)), &inside))
}

#[test]
fn lying_headers() {
    for (tag, read) in READERS {
        let lies = [
            vec![tag],
            vec![tag, 0x80],
            vec![tag, 0xFF],
            vec![tag, 0x81],
            [vec![tag, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], vec![0; 100]].concat(),
            [vec![tag, 0x7F], vec![0; 126]].concat(),
            [tag, 0x80].repeat(5000),
            vec![tag, 2, 0, 0, 0],
            vec![0; 500],
            vec![0xFF; 500],
        ];
        for lie in lies {
            let error = read(&lie)
                .unwrap_or_else(|| panic!("tag {tag:02X}: {:02X?} was read", &lie[..lie.len().min(8)]));
            assert!(error.to_string().len() < 300, "{error}");
        }
    }
}

#[test]
fn ten_thousand_levels() {
    for (tag, read) in READERS {
        for inside in [tag, 0x30, 0x31, 0x7C, 0x60] {
            let file = encode(Tag(u32::from(tag)), &nested(inside, 10_000));
            // an EF.SOD is an envelope around a CMS that is judged elsewhere
            assert!(tag == 0x77 || read(&file).is_some(), "tag {tag:02X} around {inside:02X}");
        }
    }
}

#[test]
fn thousands_of_entries() {
    // SecurityInfo { 1.2.840, NULL }: known to nobody, and right
    let info = [0x30, 7, 6, 3, 0x2A, 0x86, 0x48, 5, 0];
    let many = encode(Tag(0x31), &info.repeat(3000));
    assert_eq!(read::card_access(&many).unwrap().iter().count(), 1, "equal elements are one");
    let hash = encode(Tag(0x30), &[encode(Tag(2), &[1]), encode(Tag(4), &[7; 32])].concat());
    let algorithm = encode(Tag(0x30), &encode(Tag(6), &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]));
    let object = |count| {
        let hashes = encode(Tag(0x30), &hash.repeat(count));
        encode(Tag(0x30), &[encode(Tag(2), &[0]), algorithm.clone(), hashes].concat())
    };
    assert!(read::security_object(&object(1)).unwrap_err().to_string().contains("1 hashes"));
    assert!(read::security_object(&object(10_000)).unwrap_err().to_string().contains("data group 1"));
}
