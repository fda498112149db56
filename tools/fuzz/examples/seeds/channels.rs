//! Data objects, APDUs, secure messaging, SCP03.

use super::Seeds;
use chipwright_fuzz::input::{put, put_command, put_long};
use chipwright_fuzz::mutation::Mutation;
use chipwright_iso7816::tlv::{Tag, Writer, encode};
use chipwright_iso7816::{Atr, Command, Ins, Le};

pub(super) fn add(seeds: &mut Seeds) {
    data_objects(seeds);
    apdus(seeds);
    secure_messaging(seeds);
    scp03(seeds);
}

fn data_objects(seeds: &mut Seeds) {
    let mut add = |name: &str, input: Vec<u8>| seeds.push(("tlv", name.to_owned(), input));
    let mut nested = vec![0x04, 1, 0];
    for depth in 1..=18 {
        nested = encode(Tag(0x30), &nested);
        if depth >= 15 {
            add(&format!("nested-{depth}"), nested.clone());
        }
    }
    let mut writer = Writer::new();
    writer.put(Tag(0x5F1F), &[1; 90]).nest(Tag(0x7F49), |inner| {
        inner.put(Tag(0x5F8101), &[2; 130]).put(Tag(0x86), &[3; 300]);
    });
    add("several", writer.into_bytes());
    add("padded-length", hex::decode("0483000001AA7F6182000404020101").unwrap());
    add("buffer-sizes", hex::decode("43010302047f66080202040902020402").unwrap());
    add("atr-contactless", Atr::contactless(&[0x80, 0x73, 0xD4, 1, 0xC0]).as_bytes().to_vec());
    add("atr-contact", hex::decode("3b858131fe458073d401c04e").unwrap());
    add("aid", hex::decode("a0000002471001").unwrap());
    for (name, bad) in [("indefinite", "3080000030"), ("long-tag", "5fffffff7f00"), ("cut", "7c82ffff00")] {
        add(name, hex::decode(bad).unwrap());
    }
}

fn apdus(seeds: &mut Seeds) {
    let mut add = |name: &str, input: Vec<u8>| seeds.push(("apdu", name.to_owned(), input));
    let base = Command::new(0, Ins::READ_BINARY, 1, 2);
    let commands = [
        ("case-1", base.clone()),
        ("case-2", base.clone().with_le(Le::Max)),
        ("case-3", base.clone().with_data([9; 20])),
        ("case-4", base.clone().with_data([9; 20]).with_le(Le::Exact(5))),
        ("case-2-extended", base.clone().with_le(Le::Exact(300))),
        ("case-3-extended", base.clone().with_data([9; 300])),
        ("case-4-extended", base.clone().with_data([9; 300]).with_le(Le::Max)),
    ];
    for (name, command) in &commands {
        add(name, command.to_bytes().unwrap());
    }
    // What the scripted card answers: short forms, or FE and bytes, or FF for silence.
    let scripts: [(&str, Vec<u8>); 6] = [
        ("waiting", [&[0x01, 0x61, 0x10, 0x02][..], &[0x61, 0x00, 0x01, 0x90, 0x00]].concat()),
        ("wrong-le", vec![0x00, 0x6C, 0x10, 0x01, 0x90, 0x00]),
        ("endless", vec![0x08, 0x61, 0x00]),
        ("refused-in-chain", vec![0x00, 0x90, 0x00, 0x00, 0x6A, 0x80]),
        ("silent", vec![0xFF]),
        ("too-short", [&[0xFE][..], &put_long(&[0x90])].concat()),
    ];
    for (mode, mode_name) in [(0, "short"), (1, "extended")] {
        for ((name, script), (form, command)) in
            scripts.iter().flat_map(|s| commands.iter().skip(1).step_by(2).map(move |c| (s, c)))
        {
            let input = [&[mode], &put_command(command)[..], script].concat();
            add(&format!("{name}-{mode_name}-{form}"), input);
        }
    }
}

/// Command, changes, then status, filling and changes of the answer.
fn exchange(command: &Command, on_the_way: &[Mutation], answer: &[u8], back: &[Mutation]) -> Vec<u8> {
    let changes = |list: &[Mutation]| {
        let mut out = vec![list.len() as u8];
        list.iter().for_each(|change| out.extend(change.put()));
        out
    };
    [put_command(command), changes(on_the_way), answer.to_vec(), changes(back)].concat()
}

fn exchanges(class: u8) -> Vec<(&'static str, Vec<u8>)> {
    let read = Command::new(class, Ins::READ_BINARY, 0x81, 0).with_le(Le::Max);
    let read_extended = read.clone().in_extended_form();
    let odd = Command::new(class, Ins(0xB1), 0, 1).with_data([0x54, 1, 4]).with_le(Le::Max);
    let select = Command::new(class, Ins::SELECT, 4, 0x0C).with_data([0xA0, 0, 0, 2, 0x47, 0x10, 1]);
    let long = Command::new(class, Ins::STORE_DATA, 0x88, 0).with_data([5; 700]);
    // status, filler of the target's own, length, fill
    let (full, nothing) = ([0, 0, 0, 200, 7], [0, 0, 0, 0, 0]);
    vec![
        ("plain", [exchange(&select, &[], &nothing, &[]), exchange(&read, &[], &full, &[])].concat()),
        ("long", [exchange(&long, &[], &nothing, &[]), exchange(&read_extended, &[], &full, &[])].concat()),
        ("odd", exchange(&odd, &[], &[0, 0, 0, 16, 1], &[])),
        ("refusal", exchange(&read, &[], &[2, 0, 0, 0, 0], &[])),
        ("flipped-command", exchange(&select, &[Mutation::Flip(9, 1)], &nothing, &[])),
        ("flipped-header", exchange(&read, &[Mutation::Flip(2, 1)], &full, &[])),
        ("flipped-response", exchange(&read, &[], &full, &[Mutation::Flip(12, 0x80)])),
        ("cut-response", exchange(&read, &[], &full, &[Mutation::Truncate(30)])),
        (
            "naked-response",
            exchange(&read, &[], &full, &[Mutation::Truncate(0), Mutation::Append(vec![0x90, 0])]),
        ),
        ("lengthened", exchange(&read, &[], &full, &[Mutation::Insert(2, vec![0x81])])),
    ]
}

fn secure_messaging(seeds: &mut Seeds) {
    for (size, bits) in [128, 192, 256].into_iter().enumerate() {
        for (counter, tail) in exchanges(0).into_iter().enumerate() {
            let head = [size as u8, 0x11, 0x22, counter as u8 & 3];
            seeds.push(("secure_messaging", format!("{}-{bits}", tail.0), [&head, &tail.1[..]].concat()));
        }
    }
}

fn scp03(seeds: &mut Seeds) {
    for (size, bits) in [128, 192, 256].into_iter().enumerate() {
        for (index, (name, tail)) in exchanges(0x80).into_iter().enumerate() {
            // Parameters 30, 60, 70 of S8 and S16; every level in turn.
            let parameter = [3, 4, 5, 9, 10, 11][index % 6];
            let challenge = vec![0x5A; if parameter > 5 { 16 } else { 8 }];
            let level = (index + size) as u8 % 6;
            let head = [size as u8, parameter, level, 1];
            // SCP03 answers have no filler byte of the target's own.
            let input = [&head[..], &challenge, &[1, 0x33, 0, 0], &tail].concat();
            seeds.push(("scp03", format!("{name}-{bits}"), input));
        }
    }
    let altered = Mutation::Flip(20, 4).put();
    let head = [&[0, 5, 5, 0][..], &[1; 8], &[1, 0x33, 1], &altered, &[0]].concat();
    seeds.push(("scp03", "altered-card".to_owned(), head));
    let altered = Mutation::Flip(2, 0x30).put();
    let head = [&[0, 5, 5, 0][..], &[1; 8], &[1, 0x33, 0, 1], &altered].concat();
    seeds.push(("scp03", "altered-host".to_owned(), [head, put(&[])].concat()));
}
