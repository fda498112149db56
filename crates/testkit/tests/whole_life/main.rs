//! The whole life of a card as a wire hears it, from blank to terminated: prepared, written, read by every proof, its PIN changed, suspended,
//! blocked and unblocked, records appended, its name updated, suspended, resumed, blocked, ended; by contact and without. Nothing that passes holds
//! a name, a number, a part of the portrait, a secret or a key in clear, in any form; nor does a recording of it.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests that print their figures")]

mod life;
mod quarry;
mod wire;

use chipwright_emulator::Interface;
use chipwright_iso7816::LengthMode;
use life::{Life, live};
use quarry::{Found, Quarry};
use std::collections::BTreeSet;
use wire::Exchange;

const STEPS: [&str; 15] = [
    "prepare",
    "write",
    "read back",
    "read by a kiosk",
    "read by its MRZ",
    "a wrong CAN",
    "PIN change",
    "PIN suspended and resumed",
    "PIN blocked and unblocked",
    "records",
    "update of name and PIN",
    "read renamed",
    "life after issuance",
    "read in its new stage",
    "read in its new stage by a kiosk",
];

#[test]
fn nothing_personal_passes_in_clear_in_extended_apdus() {
    nothing_personal_passes_in_clear(LengthMode::Extended);
}

#[test]
fn nothing_personal_passes_in_clear_in_short_apdus() {
    nothing_personal_passes_in_clear(LengthMode::Short);
}

/// Two lives of one person with different randomness: what is too short to be certain counts if it is found in the same step of both.
fn nothing_personal_passes_in_clear(mode: LengthMode) {
    let lives = [1, 2].map(|seed| live(seed, mode));
    for life in &lives {
        let steps: BTreeSet<&str> = life.heard.iter().map(|exchange| exchange.step).collect();
        assert_eq!(steps, STEPS.into_iter().collect());
        let bytes: usize = life.heard.iter().map(|e| e.command.len() + e.response.len()).sum();
        let without = life.heard.iter().filter(|e| e.interface == Interface::Contactless).count();
        let (things, windows) = life.quarry.size();
        println!(
            "{mode:?}: {} exchanges ({without} contactless), {bytes} bytes; {things} forms and {windows} windows looked for; recording of {} bytes",
            life.heard.len(),
            life.recording.len()
        );
    }
    let [one, other] = &lives;
    assert_eq!(in_both(on_wire(one), on_wire(other)), BTreeSet::new(), "on the wire, {mode:?}");
    let recorded = in_both(in_recording(one), in_recording(other));
    assert_eq!(recorded, BTreeSet::new(), "in the recording, {mode:?}");
}

/// What is certain in either, and what is found in both.
fn in_both(one: BTreeSet<(&str, Found)>, other: BTreeSet<(&str, Found)>) -> BTreeSet<(String, Found)> {
    let certain = one.union(&other).filter(|(_, found)| found.certain);
    let both = one.intersection(&other);
    certain.chain(both).map(|(step, found)| ((*step).to_owned(), found.clone())).collect()
}

/// Every command and every response, and what each step sent and received in one piece.
fn on_wire(life: &Life) -> BTreeSet<(&str, Found)> {
    let mut found = BTreeSet::new();
    for step in STEPS {
        let (mut sent, mut received) = (Vec::new(), Vec::new());
        for exchange in life.heard.iter().filter(|exchange| exchange.step == step) {
            for bytes in [&exchange.command, &exchange.response] {
                found.extend(life.quarry.search(bytes).into_iter().map(|found| (step, found)));
            }
            let data_at = if exchange.command.get(4) == Some(&0) { 7 } else { 5 };
            sent.extend_from_slice(exchange.command.get(data_at..).unwrap_or_default());
            received.extend_from_slice(&exchange.response[..exchange.response.len() - 2]);
        }
        for bytes in [sent, received] {
            found.extend(life.quarry.search(&bytes).into_iter().map(|found| (step, found)));
        }
    }
    found
}

/// The text, and the bytes that stand in it in hexadecimal. The recording does not tell which chip it was either.
fn in_recording(life: &Life) -> BTreeSet<(&str, Found)> {
    let mut chip = Quarry::default();
    chip.bytes("the chip's identifier", &life.chip.0);
    let mut found = BTreeSet::new();
    let mut look = |bytes: &[u8]| {
        found.extend(life.quarry.search(bytes).into_iter().map(|found| ("", found)));
        found.extend(chip.search(bytes).into_iter().map(|found| ("", found)));
    };
    let (mut kept, mut text) = (0, String::new());
    for run in life.recording.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
        let digits = run.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        match hex::decode(digits) {
            Ok(bytes) if bytes.len() >= 8 => {
                kept += bytes.len();
                look(&bytes);
                text.push_str(&run[digits.len()..]);
            }
            _ => text.push_str(run),
        }
    }
    // long hexadecimal aside: any six digits stand in it by chance
    look(text.as_bytes());
    assert!(kept > 20_000, "{kept}");
    found
}

/// The search is aimed at what the card holds: in the files themselves it finds everything, and a slip among all that is enciphered.
#[test]
fn the_files_themselves_are_found() {
    let mut life = live(3, LengthMode::Extended);
    let found: BTreeSet<String> =
        life.files.iter().flat_map(|file| life.quarry.search(file)).map(|found| found.what).collect();
    let kinds = [
        "the name “Nguyễn”",
        "the name “Tuyết”",
        "the name “Toản”",
        "a line of the MRZ",
        "the Latin name “NGUYEN”",
        "the member number",
        "the card number",
        "the unit “Đảng bộ xã Bắc Yên”",
        "the place of birth",
        "a date",
        "the date of birth in the MRZ",
        "a part of DG1",
        "a part of DG2",
        "a part of DG11",
        "a part of DG12",
        "a part of DG13",
    ];
    for kind in kinds {
        assert!(found.iter().any(|found| found.starts_with(kind)), "{kind} is not in {found:#?}");
    }
    // neither the citizen number nor a secret is in any file
    for kind in [
        "the citizen number",
        "the CAN",
        "a PIN",
        "the salt",
        "a key",
        "the key",
        "the master",
        "the transport",
    ] {
        assert!(!found.iter().any(|found| found.starts_with(kind)), "{kind}: {found:#?}");
    }

    // and a slip of a host or of a card is heard: a PIN without secure messaging, a name cut in two
    assert_eq!(on_wire(&life).into_iter().filter(|(_, found)| found.certain).count(), 0);
    let mut passes = |step, command: &[u8], response: &[u8]| {
        let (command, response) = (command.to_vec(), response.to_vec());
        life.heard.push(Exchange { step, interface: Interface::Contactless, command, response });
    };
    passes("PIN change", b"\x00\x2C\x02\x03\x06739184", &[0x90, 0x00]);
    passes("records", &[0x00, 0xB0, 0x00, 0x00, 0x00], b"NGU\x90\x00");
    passes("records", &[0x00, 0xB0, 0x00, 0x03, 0x00], b"YEN<<THI\x90\x00");
    let heard: Vec<(&str, Found)> = on_wire(&life).into_iter().filter(|(_, found)| found.certain).collect();
    for (step, what) in [("PIN change", "a PIN or PUK “739184”"), ("records", "the Latin name “NGUYEN”")]
    {
        assert!(heard.iter().any(|(at, found)| *at == step && found.what == what), "{what}: {heard:#?}");
    }
}

/// Each form is found wherever it stands.
#[test]
fn every_form_is_found() {
    let mut quarry = Quarry::default();
    quarry.text("name", "Lò Văn Đức");
    quarry.digits("CAN", "604957");
    quarry.digits("odd", "1234567");
    quarry.blob("portrait", &(0..=255).collect::<Vec<u8>>());
    let utf16 = |text: &str, to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let hexadecimal = hex::encode("Lò Văn Đức");
    let clear: [&[u8]; 13] = [
        "Lò Văn Đức".as_bytes(),
        "LÒ VĂN ĐỨC".as_bytes(),
        "Đức".as_bytes(),
        &utf16("Lò Văn Đức", u16::to_be_bytes),
        &utf16("Văn", u16::to_le_bytes),
        hexadecimal.as_bytes(),
        b"604957",
        b"363034393537",
        &[0x60, 0x49, 0x57],
        &[0x06, 0x94, 0x75],
        &[0x09, 0x3B, 0x1D],
        &[0x01, 0x23, 0x45, 0x67],
        &[0x7F, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86],
    ];
    for planted in clear {
        for before in [0, 1, 17] {
            let mut bytes = vec![0xEE; before];
            bytes.extend_from_slice(planted);
            bytes.extend([0x90, 0x00]);
            assert_ne!(quarry.search(&bytes), BTreeSet::new(), "{planted:02X?}");
        }
    }
    assert_eq!(quarry.search(&[0xEE; 300]), BTreeSet::new());
    assert_eq!(quarry.search("Hà Văn Nam 604958".as_bytes()).len(), 1); // “Văn”
}
