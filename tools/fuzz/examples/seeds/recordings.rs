//! Recorded sessions, and sessions to be recorded.

use super::Seeds;
use chipwright_fuzz::input::{put_command, put_long};
use chipwright_iso7816::{Atr, Command, Ins, Le};

const HEADER: &str =
    r#"{"schema":"chipwright-trace/1","version":"0.1.0","reader":"a reader","redaction":"placeholders"}"#;

pub(super) fn add(seeds: &mut Seeds) {
    let mut add = |name: &str, input: Vec<u8>| seeds.push(("trace", name.to_owned(), input));
    let lines = |lines: &[&str]| [&[0], [&[HEADER], lines].concat().join("\n").as_bytes(), b"\n"].concat();
    let reset = r#"{"at":1,"took":2,"reset":true,"atr":"3b8580018073d401c064"}"#;
    let select = r#"{"at":9,"took":2,"command":["00a4040c07a0000002471001"],"response":["9000"]}"#;
    let verify =
        r#"{"at":20,"took":3,"command":["0020000106",{"secret":"pin","length":6}],"response":["63c2"]}"#;
    let lost = r#"{"at":30,"took":3,"command":["00b0810000"],"fault":"card_removed"}"#;
    add("read", lines(&[reset, select, verify, lost]));
    add("read-empty", lines(&[]));
    add("read-torn", [lines(&[reset]), verify.as_bytes()[..20].to_vec()].concat());
    add("read-shape", lines(&[r#"{"at":1,"took":2,"reset":true,"command":[]}"#]));
    add("read-other", [&[0], HEADER.replace("/1", "/2").as_bytes()].concat());

    let plain =
        |command: Command, answer: &[u8]| [&[2], &put_command(&command)[..], &put_long(answer)].concat();
    let atr = Atr::contactless(&[0x80, 0x73, 0xD4, 1, 0xC0]);
    let start = [&[0], &put_long(atr.as_bytes())[..]].concat();
    let app = Command::new(0, Ins::SELECT, 4, 0)
        .with_data([0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 1])
        .with_le(Le::Max);
    let read = |sfi: u8| Command::new(0, Ins::READ_BINARY, 0x80 | sfi, 0).with_le(Le::Max);
    let secret = |group: u8, ins: u8| [&[1, group, 0, ins, 0, 1, 0], &put_long(&[0x90, 0])[..]].concat();
    let update = Command::new(0x80, Ins::INITIALIZE_UPDATE, 1, 0).with_data([1; 8]).with_le(Le::Max);
    let answer = [&[7; 10][..], &[1, 3, 0x70], &[9; 16], &[0, 0, 1, 0x90, 0]].concat();
    for (mode, name) in [(1, "placeholders"), (2, "identifiers"), (3, "personal")] {
        let session = [
            start.clone(),
            plain(app.clone(), &[0x6F, 9, 0x84, 7, 0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 1, 0x90, 0]),
            plain(read(0x1C), &[0x31, 2, 0x30, 0, 0x90, 0]),
            plain(read(1), &[0x61, 5, 0x5F, 0x1F, 2, 65, 66, 0x90, 0]),
            secret(0, 0),
            plain(update.clone(), &answer),
            secret(1, 0),
            secret(1, 1),
            plain(read(1), &[]),
        ];
        add(&format!("record-{name}"), [&[mode], &session.concat()[..]].concat());
    }
}
