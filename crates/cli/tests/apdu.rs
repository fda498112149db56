//! `apdu`: what it shows, where its commands come from, and what of them nobody else sees. `trace show` in both languages.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod house;

use house::House;
use std::fs;
use std::io::Write;
use std::process::{Output, Stdio};

/// A home with one software card.
fn house() -> House {
    let house = House::with_home();
    assert!(house.output(&["emulator", "create", "a"]).status.success());
    house
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// With this on stdin.
fn with_stdin(house: &House, arguments: &[&str], given: &str) -> Output {
    let mut command = house.command(arguments);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    child.stdin.take().unwrap().write_all(given.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// A recorded session as a card: every command is answered, whatever a card would say.
fn replayed(exchanges: &[(&str, &str)]) -> String {
    let mut lines = vec![
        r#"{"schema":"chipwright-trace/1","version":"0.1.0","reader":"a test","redaction":"personal_data"}"#
            .to_owned(),
        r#"{"at":1,"took":1,"reset":true,"atr":"3B858131FE458073D401C068"}"#.to_owned(),
    ];
    lines.extend(exchanges.iter().map(|(command, response)| {
        format!(r#"{{"at":1,"took":1,"command":"{command}","response":"{response}"}}"#)
    }));
    lines.join("\n") + "\n"
}

const NAME: &str = "314e475559454e2056414e20534543524554";
const CARD_ACCESS: &str = "31143012060a04007f0007020204020202010202010d";

#[test]
fn persons_are_lengths_unless_asked_for() {
    let house = house();
    let hidden = [
        "00b0000000",
        "00ca006500",
        "00b0810000",
        "00cb3fff045c025f2000",
        "01b09c0000",
        "e0ca006600",
        "80ca006600",
        "00b2010400",
        "00a4040000",
        "0cb0000000",
        "60b0000000",
        "84ca006600",
        "00b09c0000",
    ];
    for command in hidden {
        let answers = [(command, &*format!("{NAME}9000")), ("00c0000012", &*format!("{NAME}9000"))];
        fs::write(house.path().join("r.jsonl"), replayed(&answers)).unwrap();
        for json in [&["--json"][..], &[]] {
            let arguments = [&["apdu", "--reader", "replay:r.jsonl", command, "00c0000012"], json].concat();
            let said = house.output(&arguments);
            assert!(said.status.success(), "{command}: {}", text(&said.stderr));
            assert!(
                !text(&said.stdout).to_lowercase().contains("4e4755"),
                "{command}: {}",
                text(&said.stdout)
            );
        }
        let shown = house.stdout(&["apdu", "--reader", "replay:r.jsonl", "--show-data", command]);
        assert!(shown.to_lowercase().contains("4e4755"), "{command}: {shown}");
    }
    // GET RESPONSE goes on with the command before it
    let answers = [("00b0810000", "61016112"), ("00c0000012", &*format!("{NAME}9000"))];
    fs::write(house.path().join("r.jsonl"), replayed(&answers)).unwrap();
    let said = house.stdout(&["apdu", "--reader", "replay:r.jsonl", "00b0810000", "00c0000012"]);
    assert!(said.contains("18 bytes, not shown"), "{said}");
    let answers = [("00b09c0000", "31146114"), ("00c0000014", &*format!("{}9000", &CARD_ACCESS[4..]))];
    fs::write(house.path().join("r.jsonl"), replayed(&answers)).unwrap();
    let said = house.stdout(&["apdu", "--reader", "replay:r.jsonl", "00b09c0000", "00c0000014"]);
    assert!(said.contains("04007F00070202040202"), "{said}");
}

#[test]
fn public_objects_are_shown() {
    let house = house();
    let said = house.stdout(&["apdu", "--reader", "emulator:a", "00A4040000", "80CA9F7F00", "80CA006600"]);
    assert!(said.contains("84 (8 bytes) A000000151000000") && said.contains("9F7F (42 bytes) "), "{said}");
    assert!(!said.contains("bytes, not shown"), "{said}");
}

#[test]
fn a_mistyped_command_is_not_repeated() {
    let house = house();
    for command in
        ["002000000631323334353g", "0020000006313233343", "00200000073132333435", "0020 0000 06 3132 33 X"]
    {
        for language in ["en", "vi"] {
            let said =
                house.output(&["--lang", language, "apdu", "--reader", "emulator:a", "00A4040000", command]);
            assert_eq!(said.status.code(), Some(2));
            let words = text(&said.stderr);
            assert!(said.stdout.is_empty() && words.contains(" 2 "), "{words}");
            assert!(!words.contains("3132") && !words.contains("2000"), "{words}");
        }
    }
}

#[test]
fn commands_come_from_stdin_or_a_descriptor() {
    let house = house();
    let list = "# the card manager\n00 A4 04 00 00\n\n80:CA:9F:7F:00\n";
    let wanted = house.output(&["apdu", "--reader", "emulator:a", "00A4040000", "80CA9F7F00"]);
    assert!(wanted.status.success());
    let from_stdin = with_stdin(&house, &["apdu", "--reader", "emulator:a", "-"], list);
    assert_eq!(text(&from_stdin.stdout), text(&wanted.stdout), "{}", text(&from_stdin.stderr));
    let mixed = with_stdin(&house, &["apdu", "--reader", "emulator:a", "00A4040000", "-"], "80CA9F7F00\n");
    assert_eq!(text(&mixed.stdout), text(&wanted.stdout));
    fs::write(house.path().join("list"), list).unwrap();
    let script = r#""$0" apdu --reader emulator:a --commands-fd 7 7<list"#;
    let from_descriptor = house.shell(script, &[]).output().unwrap();
    assert_eq!(text(&from_descriptor.stdout), text(&wanted.stdout), "{}", text(&from_descriptor.stderr));
    let mistyped =
        with_stdin(&house, &["apdu", "--reader", "emulator:a", "-"], "00A4040000\n00200000063132g\n");
    assert_eq!(mistyped.status.code(), Some(2));
    assert!(text(&mistyped.stderr).contains("command 2") && !text(&mistyped.stderr).contains("3132"));
    let none = with_stdin(&house, &["apdu", "--reader", "emulator:a", "-"], "\n");
    assert_eq!(none.status.code(), Some(2), "{}", text(&none.stderr));
    let help = house.stdout(&["apdu", "--help"]);
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("Other users of this machine can see"), "{help}");
}

/// What the frame says is in the language of the person; names of commands and objects stay.
#[test]
fn a_recording_is_shown_in_both_languages() {
    let house = house();
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../reader/tests/fixtures/trace-v1.jsonl");
    let english = house.stdout(&["trace", "show", fixture]);
    let shown = concat!(env!("CARGO_MANIFEST_DIR"), "/../reader/tests/fixtures/trace-v1.txt");
    assert_eq!(english, fs::read_to_string(shown).unwrap());
    let vietnamese = house.stdout(&["--lang", "vi", "trace", "show", fixture]);
    for words in [
        "chipwright-trace/1, do phiên bản 0.1.0 ghi, đầu đọc Virtual PCD 00 00",
        "2  VERIFY  lúc 1300 µs, mất 85 µs",
        "> 00 20 00 00, 4 byte",
        "‹bí mật pin, 4 byte›",
        "‹mã nhận dạng production_data, 42 byte›",
        "‹niêm phong scp03, 24 byte›",
        "‹dữ liệu cá nhân dg1, 5 byte›",
        "‹chưa phân loại không rõ, 3 byte›",
        "< 9000 Xong.",
        "không có câu trả lời: thẻ im lặng",
        "10 lệnh, 2 lần đặt lại, 2 bị từ chối, 3 không có câu trả lời; gửi 410 byte, nhận 164 byte, trong đó 398 byte không hiện",
        "lâu nhất: 5 STORE DATA, 15.2 ms",
    ] {
        assert!(vietnamese.contains(words), "{words}\n{vietnamese}");
    }
    for words in ["bytes", "took", "recorded", "no answer", "in all", "answer-to-reset"] {
        assert!(!vietnamese.contains(words), "{words}\n{vietnamese}");
    }
    fs::write(house.path().join("one.jsonl"), replayed(&[])).unwrap();
    let one = house.stdout(&["trace", "show", "one.jsonl"]);
    assert!(one.contains("0 commands, 1 reset, ") && !one.contains("1 resets"), "{one}");
}
