//! Sessions with the software card, its state in a file, inspections.

use super::Seeds;
use chipwright_fuzz::card_dispatcher::{Seed, Step};
use chipwright_fuzz::card_state::header_end;
use chipwright_fuzz::fixture::fixture;
use chipwright_fuzz::input::put_long;
use chipwright_fuzz::mutation::Mutation;
use chipwright_iso7816::{Command, Ins, Le};
use sha2::{Digest, Sha256};

pub(super) fn add(seeds: &mut Seeds) {
    sessions(seeds);
    states(seeds);
    inspections(seeds);
}

/// Where the input starts: an issued card, one ready for a member, a blank chip.
const ISSUED: &[u8] = &[0, 0];
const INSTALLED: &[u8] = &[1, 0];
/// Parameter 70, ten tries, short APDUs.
const BLANK: &[u8] = &[2, 0, 5, 2, 0];
/// Parameter 71, one try, counted at INITIALIZE UPDATE, no load file, larger pages.
const OTHER_BLANK: &[u8] = &[3, 49, 11, 0, 0];

fn sessions(seeds: &mut Seeds) {
    let mut add = |name: &str, start: &[u8], steps: Seed| {
        let steps: Vec<u8> = steps.iter().flat_map(Step::put).collect();
        seeds.push(("card_dispatcher", name.to_owned(), [start, &steps].concat()));
    };
    use Step::{
        Begin, ClearFaults, CutAtPageWrite, FaultAt, Issuer, OpenPace, OpenScp03, OtherInterface, Plain, Raw,
        Read, Reload, Reset, Select, Store, Wrapped,
    };
    let read = Command::new(0, Ins::READ_BINARY, 0x81, 0).with_le(Le::Max);
    add(
        "pace-can",
        ISSUED,
        vec![Select(1), OpenPace(0, false), Read(0x1E, 0), Read(1, 0), Read(2, 0), Read(13, 0)],
    );
    add(
        "pace-mrz",
        ISSUED,
        vec![OpenPace(1, true), Read(0x1D, 0), Raw(vec![0, 0xB0, 0x81, 0, 0]), Read(1, 0)],
    );
    add(
        "pace-wrong",
        ISSUED,
        vec![OpenPace(2, false), OpenPace(2, false), Reload, OpenPace(0, false), Read(1, 0)],
    );
    add(
        "pace-in-pace",
        ISSUED,
        vec![OpenPace(0, false), OpenPace(0, true), Select(1), Read(1, 0), Reset, Read(1, 0)],
    );
    let changed = Wrapped(read.clone(), vec![Mutation::Flip(9, 1)]);
    add("pace-changed", ISSUED, vec![OpenPace(0, false), changed.clone(), Read(1, 0), Plain(read.clone())]);
    add(
        "contactless",
        ISSUED,
        vec![OtherInterface, Select(0), OpenPace(0, false), Read(1, 0), OtherInterface, Select(0)],
    );
    add(
        "issued-domain",
        ISSUED,
        vec![Select(0), OpenScp03(1, 2, false), Issuer(3, 1), Issuer(4, 3), Reload, Select(1), Issuer(4, 2)],
    );
    add(
        "issued-delete",
        ISSUED,
        vec![Select(0), OpenScp03(1, 2, false), Issuer(2, 0), Reload, Select(1), Read(1, 0)],
    );
    add(
        "wrong-keys",
        ISSUED,
        vec![Select(0), OpenScp03(2, 1, false), Begin(1), Begin(1), OpenScp03(1, 5, false), Issuer(8, 4)],
    );
    let whole = vec![
        Select(0),
        OpenScp03(1, 2, false),
        Issuer(1, 0),
        Issuer(10, 0),
        Issuer(5, 7),
        Issuer(6, 0),
        Reload,
    ];
    add("whole-card", INSTALLED, whole.clone());
    add(
        "whole-card-and-read",
        INSTALLED,
        [&whole[..], &[OpenPace(0, false), Read(1, 0), Read(2, 0)]].concat(),
    );
    let torn = [
        &[CutAtPageWrite(9)],
        &whole[..],
        &[Reset, Select(0), OpenScp03(1, 2, false), Issuer(1, 0), Issuer(5, 1)],
    ]
    .concat();
    add("torn-card", INSTALLED, torn);
    add(
        "stores",
        INSTALLED,
        vec![
            Select(0),
            OpenScp03(1, 3, false),
            Issuer(1, 0),
            Store(0),
            Store(2),
            Store(0),
            Store(5),
            Issuer(6, 3),
            Reload,
        ],
    );
    let begin = vec![Select(0), OpenScp03(0, 2, false), Issuer(0, 0), Issuer(7, 0), Issuer(4, 1), Reload];
    add("blank", BLANK, begin.clone());
    add(
        "blank-cut",
        BLANK,
        [&[CutAtPageWrite(2)], &begin[..], &[ClearFaults, Select(0), OpenScp03(1, 1, false), Issuer(3, 1)]]
            .concat(),
    );
    add(
        "blank-terminated",
        BLANK,
        vec![Select(0), OpenScp03(0, 1, false), Issuer(4, 4), Reload, Select(0), Issuer(8, 0), Select(1)],
    );
    add(
        "blank-locked",
        BLANK,
        vec![
            Select(0),
            OpenScp03(0, 2, false),
            Issuer(4, 1),
            Issuer(4, 2),
            Issuer(4, 3),
            Reload,
            Select(0),
            OpenScp03(0, 2, false),
            Issuer(4, 2),
        ],
    );
    add(
        "other-blank",
        OTHER_BLANK,
        vec![Select(0), OpenScp03(0, 5, true), Issuer(9, 0), Issuer(9, 0x81), Issuer(0, 0), Reload],
    );
    add("blocked", OTHER_BLANK, vec![Select(0), Begin(0), Begin(0), OpenScp03(0, 1, true), Reload]);
    add(
        "keys",
        BLANK,
        vec![Select(0), OpenScp03(0, 4, false), Issuer(7, 1), Issuer(8, 4), Issuer(7, 2), Issuer(8, 4)],
    );
    let faults = (0..6).flat_map(|kind| [FaultAt(1, kind), Begin(0), Select(0), ClearFaults]).collect();
    add("faults", BLANK, faults);
    let part = Command::new(0x10, Ins::SELECT, 4, 0).with_data([0xF0, 0x43, 0x48]);
    add(
        "chains",
        ISSUED,
        vec![Plain(part.clone()), Plain(read), Plain(part), OpenPace(0, false), Read(1, 0)],
    );
    add("load", OTHER_BLANK, {
        let install = Command::new(0x80, Ins::INSTALL, 2, 0)
            .with_data([7, 0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0, 0, 0, 0, 0]);
        vec![
            Select(0),
            OpenScp03(0, 1, true),
            Wrapped(install, vec![]),
            Issuer(9, 0),
            Issuer(9, 0x81),
            Issuer(3, 2),
        ]
    });
}

fn states(seeds: &mut Seeds) {
    let mut add = |name: &str, input: Vec<u8>| seeds.push(("card_state", name.to_owned(), input));
    let changes = |kind: u8, whole: u8, list: &[Mutation]| {
        let list_bytes: Vec<u8> = list.iter().flat_map(Mutation::put).collect();
        [&[kind, list.len() as u8], &list_bytes[..], &[whole], &put_long(&[0, 0xB0, 0x9E, 0, 0])].concat()
    };
    for kind in [0, 1] {
        add(&format!("genuine-{kind}"), changes(kind, 0, &[]));
    }
    // The directory, the journal and the header are where the pages begin and end.
    let pages = fixture().issued.len() - header_end(&fixture().issued) - 32;
    for offset in (0..pages as u16).step_by(pages / 16) {
        add(
            &format!("page-{offset}"),
            changes(0, 0, &[Mutation::Set(offset, 0xFF), Mutation::Flip(offset + 70, 0x81)]),
        );
    }
    let journal = Mutation::Insert(0, b"REDO\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF".to_vec());
    add("journal", changes(1, 0, &[journal, Mutation::Truncate(pages as u16)]));
    for (name, change) in [
        ("mark", Mutation::Flip(3, 1)),
        ("header-length", Mutation::Set(16, 0xFF)),
        ("format", Mutation::Set(31, b'9')),
        ("header", Mutation::Flip(40, 0x20)),
        ("cut", Mutation::Truncate(30)),
    ] {
        add(name, changes(0, 1, &[change]));
    }
    let header = br#"{"format":1,"chip":{}}"#;
    let mut small = b"CHIPWRIGHT CARD\n".to_vec();
    small.extend((header.len() as u32).to_be_bytes());
    small.extend(header);
    small.extend(Sha256::digest(&small));
    add("small", [&[2], &small[..]].concat());
}

fn inspections(seeds: &mut Seeds) {
    let mut add = |name: &str, input: Vec<u8>| seeds.push(("inspection", name.to_owned(), input));
    let change = |at: u8, list: &[Mutation]| {
        let bytes: Vec<u8> = list.iter().flat_map(Mutation::put).collect();
        [&[at, list.len() as u8], &bytes[..]].concat()
    };
    add("genuine-extended", vec![0]);
    add("genuine-short", vec![1]);
    for at in [1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 60] {
        add(&format!("flip-{at}"), [&[1], &change(at, &[Mutation::Flip(5, 1)])[..]].concat());
        add(&format!("cut-{at}"), [&[0], &change(at, &[Mutation::Truncate(2)])[..]].concat());
    }
    let refused = [Mutation::Truncate(0), Mutation::Append(vec![0x69, 0x82])];
    add("refused", [&[0], &change(8, &refused)[..]].concat());
    let endless = [Mutation::Truncate(0), Mutation::Append(vec![0x30, 0x82, 0x7F, 0xFF, 0x90, 0])];
    add("long-file", [&[1], &change(1, &endless)[..]].concat());
}
