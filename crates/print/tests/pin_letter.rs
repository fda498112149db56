//! The letter as a PDF reader that nobody here wrote sees it (poppler's `pdftotext`, `pdfinfo`).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::print_stdout, reason = "a skip says why")]

use chipwright_print::{PinLetter, PrintError, Secrets};
use chipwright_profile::{PersonName, Unit};
use std::io::Write as _;
use std::process::{Command, Stdio};

const LETTER: PinLetter<'static> = PinLetter {
    name: "Nguyễn Thị Ánh Tuyết",
    unit: "Đảng bộ xã Bắc Yên",
    card_number: "K7T0RX2M9",
    issued: "22/11/2026 09:30:00",
    issuer: "Tỉnh ủy Sơn La",
    secrets: Secrets { pin: "482901", puk: Some("5500129834") },
};

/// Whether the foreign reader is there (`tools/setup` installs it).
fn there() -> bool {
    let there = Command::new("pdftotext").arg("-v").stderr(Stdio::null()).status().is_ok();
    if !there {
        println!("skipped: pdftotext of poppler-utils is not installed");
    }
    there
}

fn through(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let mut reader =
        Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    reader.stdin.take().unwrap().write_all(pdf).unwrap();
    let done = reader.wait_with_output().unwrap();
    assert!(done.status.success(), "{program}: {}", done.status);
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn the_letter_is_one_page_that_says_everything_once() {
    let pdf = LETTER.to_pdf().unwrap();
    if !there() {
        return;
    }
    let facts = through("pdfinfo", &["-"], &pdf);
    assert!(facts.contains("Pages:           1") && facts.contains("(A4)"), "{facts}");
    assert!(!facts.contains("Tuyết") && !facts.contains("482901"), "{facts}");
    let text = through("pdftotext", &["-layout", "-", "-"], &pdf);
    for wanted in
        [LETTER.name, LETTER.unit, LETTER.card_number, LETTER.issued, LETTER.issuer, "482 901", "55001 29834"]
    {
        assert_eq!(text.matches(wanted).count(), 1, "{wanted} in {text}");
    }
}

#[test]
fn without_a_puk_there_is_none() {
    let letter = PinLetter { secrets: Secrets { pin: "000000", puk: None }, ..LETTER };
    let pdf = letter.to_pdf().unwrap();
    if !there() {
        return;
    }
    let text = through("pdftotext", &["-", "-"], &pdf);
    assert!(text.contains("000 000") && !text.contains("Mã mở khóa / PUK"), "{text}");
}

#[test]
fn names_of_all_peoples_can_be_printed() {
    let there = there();
    for name in [
        "Y Bhĭt Êban",
        "H'Hen Niê",
        "Y Ƀlŏ Ɓuôn",
        "Ê̆ Ô̆ Ư̆ ʼBơm",
        "K’Să Hă Thŏng",
        "Giàng A Páo",
        "Thạch Sô Phi",
    ] {
        let pdf = PinLetter { name, ..LETTER }.to_pdf().unwrap();
        assert!(!there || through("pdftotext", &["-", "-"], &pdf).contains(name), "{name}");
    }
}

#[test]
fn what_cannot_be_printed_is_refused_and_the_secret_not_shown() {
    let refused = |letter: PinLetter<'_>| {
        assert!(!format!("{letter:?}").contains("482901"));
        letter.to_pdf().unwrap_err()
    };
    let pin = |pin| PinLetter { secrets: Secrets { pin, puk: None }, ..LETTER };
    for digits in ["", "12345", "1234567", "12345a", "１２"] {
        assert!(matches!(refused(pin(digits)), PrintError::Digits), "{digits}");
    }
    let puk = PinLetter { secrets: Secrets { pin: "482901", puk: Some("123") }, ..LETTER };
    assert!(matches!(refused(puk), PrintError::Digits));
    let long = "Nguyễn ".repeat(60);
    let what = refused(PinLetter { name: &long, ..LETTER });
    assert!(matches!(what, PrintError::TooLong { what: "the name", characters: 420 }), "{what}");
    let what = refused(PinLetter { unit: "Chi bộ 李", ..LETTER });
    assert!(matches!(what, PrintError::Character { what: "the unit", character: '李' }), "{what}");
}

/// Names and units of the length that the profile allows, however they are made up: each has a letter with every character of it.
#[test]
fn the_longest_names_and_units() {
    let there = there();
    let of = |words: &str| words.repeat(120).chars().take(120).collect::<String>().trim().to_owned();
    for words in ["Nguyễn ", "W", "W ", "Nghiêng", "ƯƠ Ữ", "Trường Phổ thông Dân tộc bán trú ", "m"]
    {
        let text = of(words);
        let (name, unit) = (PersonName::new(&text).unwrap(), Unit::new("1", &text).unwrap());
        let pdf = PinLetter { name: name.as_str(), unit: unit.name(), ..LETTER }.to_pdf().unwrap();
        if there {
            let read = through("pdftotext", &["-raw", "-", "-"], &pdf);
            let close = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(close(&read).matches(&close(&text)).count(), 2, "{text}\n{read}");
        }
    }
}

/// Every letter that a name may have is in the font, and found again in the PDF.
#[test]
fn every_letter_of_a_name() {
    let letters: Vec<char> =
        ('\u{20}'..='\u{FFFF}').filter(|c| PersonName::new(&c.to_string()).is_ok()).collect();
    assert!(letters.len() > 500, "{}", letters.len());
    let there = there();
    for some in letters.chunks(100) {
        let name: String = some.iter().collect();
        let pdf = PinLetter { name: &name, ..LETTER }.to_pdf().unwrap();
        let read = if there { through("pdftotext", &["-raw", "-", "-"], &pdf) } else { continue };
        some.iter().for_each(|c| assert!(read.contains(*c), "{c}: {read}"));
    }
}
