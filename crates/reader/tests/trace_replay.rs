//! Recorded sessions as cards.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]

#[path = "trace/session.rs"]
mod session;

use chipwright_emulator::Fault as CardFault;
use chipwright_iso7816::{LengthMode, Transport, TransportError};
use chipwright_perso::PersoError;
use chipwright_reader::trace::{Happening, Redaction, Replay, show};
use chipwright_verify::Verdict;
use session::{Case, record, recorder};

#[test]
fn a_verification_replays_to_the_same_report() {
    for (n, mode) in [(10, LengthMode::Short), (11, LengthMode::Extended)] {
        let case = Case::new(n);
        let mut card = case.finished();
        let (mut recorder, sink) = recorder(&mut card, Redaction::default());
        let report = case.verify(&mut recorder, mode, 5);
        recorder.finish().unwrap();
        assert_eq!(report.verdict(), Verdict::Valid);
        let mut replay = Replay::new(sink.recording());
        let again = case.verify(&mut replay, mode, 5);
        assert_eq!((replay.mismatch(), replay.left()), (None, 0));
        assert_eq!(again.to_text(true), report.to_text(true));

        let mut replay = Replay::new(sink.recording());
        let other = case.verify(&mut replay, mode, 6);
        assert_eq!(other.verdict(), Verdict::Unreadable, "other randomness");
        let mismatch = replay.mismatch().expect("the host draws another key").to_string();
        assert!(
            mismatch.contains("GENERAL AUTHENTICATE") && mismatch.contains("with other data"),
            "{mismatch}"
        );
    }
}

#[test]
fn a_personalisation_with_identifiers_kept_replays_to_its_end() {
    for (n, mode) in [(12, LengthMode::Short), (13, LengthMode::Extended)] {
        let case = Case::new(n);
        let (mut recorder, sink) = recorder(case.blank(), Redaction::KeepIdentifiers);
        case.personalise(&mut recorder, mode).unwrap();
        let written = recorder.finish().unwrap();
        let mut replay = Replay::new(sink.recording());
        case.personalise(&mut replay, mode).unwrap();
        assert_eq!((replay.mismatch(), replay.left()), (None, 0), "{written} exchanges");
    }
}

#[test]
fn by_default_a_personalisation_replays_to_its_first_protected_answer() {
    let case = Case::new(14);
    let (mut recorder, sink) = recorder(case.blank(), Redaction::default());
    case.personalise(&mut recorder, LengthMode::Short).unwrap();
    recorder.finish().unwrap();
    let recording = sink.recording();
    let authenticated = recording.steps.iter().position(|step| match &step.happening {
        Happening::Command { command, .. } => command.filled()[..2] == [0x84, 0x82],
        Happening::Reset { .. } => false,
    });
    let mut replay = Replay::new(recording.clone());
    let error = case.personalise(&mut replay, LengthMode::Short).unwrap_err();
    assert!(matches!(error, PersoError::Channel { .. }), "{error}");
    let asked = recording.steps.len() - replay.left();
    assert_eq!((replay.mismatch(), Some(asked)), (None, authenticated.map(|index| index + 2)));
}

#[test]
fn a_torn_card_is_torn_again() {
    let case = Case::new(15);
    for at in [3, 20, 40] {
        let mut card = case.blank();
        card.fault_at_apdu(at, CardFault::CutAfter);
        let (mut recorder, sink) = recorder(card, Redaction::KeepIdentifiers);
        let torn = case.personalise(&mut recorder, LengthMode::Short).unwrap_err();
        recorder.finish().unwrap();
        let mut replay = Replay::new(sink.recording());
        let again = case.personalise(&mut replay, LengthMode::Short).unwrap_err();
        assert_eq!(again.to_string(), torn.to_string());
        assert_eq!(replay.left(), 0);
    }
}

#[test]
fn placeholders_match_their_length_and_nothing_else() {
    let recording =
        record(&[("0020000004 31323334", "9000"), ("80CA9F7F00", "9F7F02AABB 9000")], Redaction::default());
    let mut replay = Replay::new(recording.clone());
    assert_eq!(replay.transmit(&[0, 0x20, 0, 0, 4, 9, 9, 9, 9]).unwrap(), [0x90, 0x00]);
    assert_eq!(replay.transmit(&[0x80, 0xCA, 0x9F, 0x7F, 0]).unwrap(), [0x9F, 0x7F, 2, 0, 0, 0x90, 0x00]);
    assert_eq!(replay.left(), 0);
    let error = replay.transmit(&[0, 0x84, 0, 0, 8]).unwrap_err();
    assert_eq!(
        error,
        TransportError::Reader(
            "the recording ends before step 3, where the host does GET CHALLENGE (00 84 00 00, 5 bytes)"
                .to_owned()
        )
    );
    let mut replay = Replay::new(recording);
    let error = replay.transmit(&[0, 0x20, 0, 0, 5, 9, 9, 9, 9, 9]).unwrap_err().to_string();
    assert!(error.contains("step 1 of the recording is INS 20 (00 20 00 00, 9 bytes)"), "{error}");
    assert!(
        replay.transmit(&[0, 0x20, 0, 0, 4, 9, 9, 9, 9]).is_err(),
        "after a mismatch nothing is answered"
    );
    assert!(replay.reset().is_err());
}

#[test]
fn a_decoded_verification_names_everything() {
    let case = Case::new(16);
    let mut card = case.finished();
    let (mut recorder, sink) = recorder(&mut card, Redaction::default());
    case.verify(&mut recorder, LengthMode::Short, 5);
    recorder.finish().unwrap();
    let lines = show(&sink.recording());
    let text = lines.join("\n");
    for wanted in [
        "RESET",
        "READ BINARY",
        "short identifier 1C (EF.CardAccess), from byte 0",
        "0.4.0.127.0.7.2.2.4.2.2, PACE, ECDH, Generic Mapping, AES-128",
        "MANAGE SECURITY ENVIRONMENT (Set AT for PACE)",
        "83 password or key [1] 02  = the CAN",
        "GENERAL AUTHENTICATE (PACE 1: the nonce)",
        "80 encrypted nonce [32]",
        "GENERAL AUTHENTICATE (PACE 2: mapping of the nonce)",
        "GENERAL AUTHENTICATE (PACE 3: key agreement)",
        "GENERAL AUTHENTICATE (PACE 4: authentication tokens)",
        "86 authentication token of the card [8]",
        "secure messaging",
        "87 padding indicator and cryptogram",
        "8E checksum (MAC) [8]",
        "97 Le [1] 00",
        "99 status [2] 90 00  = Done.",
        "took 37 µs",
        "slowest:",
        "READ BINARY: 68×",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
    }
    assert!(!text.contains(&case.can()));
}

#[test]
fn a_decoded_personalisation_names_everything() {
    let case = Case::new(8);
    let (mut recorder, sink) = recorder(case.blank(), Redaction::default());
    case.personalise(&mut recorder, LengthMode::Short).unwrap();
    recorder.finish().unwrap();
    let text = show(&sink.recording()).join("\n");
    for wanted in [
        "SELECT",
        "by name, the issuer security domain",
        "6F file control information",
        "GET DATA",
        "object 9F7F (production data)",
        "‹identifier production_data, 42 bytes›",
        "INITIALIZE UPDATE",
        "key version 01",
        "‹identifier diversification_data, 10 bytes›",
        "EXTERNAL AUTHENTICATE",
        "security level 33: C-MAC, C-DECRYPTION, R-MAC, R-ENCRYPTION",
        "PUT KEY",
        "replaces key version 01 from identifier 01 on",
        "INSTALL",
        "for install and make selectable",
        "SET STATUS",
        "SECURED",
        "STORE DATA",
        "SCP03 secure messaging; block 0",
        "‹sealed scp03, ",
        "6A82 The file or application was not found.",
        "of them not shown",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
    }
}

#[test]
fn chains_and_get_response_are_recognised() {
    let recording = record(
        &[
            ("108600000A 7C08810611223344 5566", "9000"),
            ("80CA006600", "6602 6102"),
            ("00C0000002", "7300 9000"),
            ("00A4040C07 A0000002471001", "6A82"),
            ("00B0810000", "6103 5F1F41 9000"),
        ],
        Redaction::default(),
    );
    let text = show(&recording).join("\n");
    for wanted in [
        "part of a chain, more follows",
        "GET RESPONSE",
        "the rest of the answer to 2",
        "6102 2 more bytes wait on the card.",
        "by name, the eMRTD application, without file control information",
        "‹personal dg1, 3 bytes›",
        "5 commands, 0 resets, 1 refused",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
    }
}
