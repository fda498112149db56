//! The form of the file: frozen, bounded, and no trouble when it cannot be written.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]

#[path = "trace/session.rs"]
mod session;

use chipwright_iso7816::{LengthMode, Transport, TransportError};
use chipwright_reader::trace::{
    Fault, Happening, Recorder, Recording, Redaction, Replay, TraceError, decode, show,
};
use chipwright_verify::Verdict;
use session::{Case, Script, clock, record, recorder};
use std::error::Error;
use std::io::{self, Write};

const V1: &str = include_str!("fixtures/trace-v1.jsonl");
const V1_SHOWN: &str = include_str!("fixtures/trace-v1.txt");

const HEADER: &str =
    r#"{"schema":"chipwright-trace/1","version":"0.1.0","reader":"a test","redaction":"placeholders"}"#;

/// The .jsonl is frozen: files of this form must be read for ever. A new form gets a new schema and a fixture of its own. Beside
/// it lies what `show` makes of it; `CHIPWRIGHT_WRITE_VECTORS=1` writes that again.
#[test]
fn version_1_is_read() {
    let recording = Recording::read(V1.as_bytes()).unwrap();
    assert_eq!(recording.header.schema, "chipwright-trace/1");
    assert_eq!((recording.header.reader.as_str(), recording.torn), ("Virtual PCD 00 00", false));
    assert_eq!(recording.steps.len(), 12);
    let faults: Vec<Fault> = recording
        .steps
        .iter()
        .filter_map(|step| match &step.happening {
            Happening::Command { answer: Err(fault), .. } | Happening::Reset { answer: Err(fault) } => {
                Some(*fault)
            }
            _ => None,
        })
        .collect();
    assert_eq!(faults, [Fault::TooLong(300), Fault::CardRemoved, Fault::CardMute]);
    let mut replay = Replay::new(recording.clone());
    assert_eq!(replay.reset().unwrap().to_string(), "3B858131FE458073D401C068");
    assert_eq!(replay.transmit(&[0x00, 0x20, 0x00, 0x00, 4, 1, 2, 3, 4]).unwrap(), [0x63, 0xC2]);
    let shown = show(&recording).join("\n") + "\n";
    if std::env::var("CHIPWRIGHT_WRITE_VECTORS").is_ok_and(|value| value == "1") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/trace-v1.txt");
        return std::fs::write(path, shown).unwrap();
    }
    assert_eq!(shown, V1_SHOWN);
    assert_eq!(decode(&recording).totals.redacted, 4 + 42 + 10 + 24 + 8 + 5 + 3 + 2 + 300);
}

/// What is written today is what is frozen.
#[test]
fn version_1_is_written() {
    let today =
        record(&[("0020000004 31323334", "63C2"), ("80CA9F7F00", "9F7F02AABB 9000")], Redaction::default());
    let (mut recorder, sink) = recorder(Script::new(&["63C2", "9F7F02AABB9000"]), Redaction::default());
    recorder.transmit(&hex::decode("002000000431323334").unwrap()).unwrap();
    recorder.transmit(&hex::decode("80ca9f7f00").unwrap()).unwrap();
    recorder.reset().unwrap();
    recorder.transmit(&[0, 0xA4, 0, 0]).unwrap_err();
    recorder.finish().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let lines = [
        format!(r#"{{"schema":"chipwright-trace/1","version":"{version}","reader":"a test","redaction":"placeholders"}}"#),
        r#"{"at":37,"took":37,"command":["0020000004",{"secret":"pin","length":4}],"response":"63c2"}"#.to_owned(),
        r#"{"at":111,"took":37,"command":"80ca9f7f00","response":["9f7f02",{"identifier":"production_data","length":2},"9000"]}"#.to_owned(),
        r#"{"at":185,"took":37,"reset":true,"atr":"3B8580018073D401C0E2"}"#.to_owned(),
        r#"{"at":259,"took":37,"command":"00a40000","fault":"card_mute"}"#.to_owned(),
    ];
    let written = String::from_utf8(sink.bytes()).unwrap();
    assert_eq!(written.lines().collect::<Vec<_>>(), lines);
    assert_eq!(today.steps, sink.recording().steps[..2]);
}

fn refusal(text: &str) -> TraceError {
    Recording::read(text.as_bytes()).expect_err(text)
}

#[test]
fn files_that_are_no_recordings_are_refused() {
    assert!(matches!(refusal(""), TraceError::NotARecording(None)));
    assert!(matches!(refusal("hello\n"), TraceError::NotARecording(Some(_))));
    assert!(matches!(refusal("{\"schema\":\"chipwright-trace/2\"}\n"), TraceError::Schema(_)));
    assert!(matches!(
        refusal(&HEADER.replace("\"reader\"", "\"lector\"")),
        TraceError::NotARecording(Some(_))
    ));
    for line in [
        "{}",
        r#"{"at":1,"took":1}"#,
        r#"{"at":1,"took":1,"command":"00"}"#,
        r#"{"at":1,"took":1,"command":"00","response":"9000","fault":"card_mute"}"#,
        r#"{"at":1,"took":1,"reset":true,"atr":"00"}"#,
        r#"{"at":1,"took":1,"reset":true,"command":"00","response":"9000"}"#,
        r#"{"at":1,"took":1,"command":"0","response":"9000"}"#,
        r#"{"at":1,"took":1,"command":"00","response":"9000","more":1}"#,
        r#"{"at":-1,"took":1,"command":"00","response":"9000"}"#,
        r#"{"at":1,"took":1,"command":[{"secret":"pin"}],"response":"9000"}"#,
        r#"{"at":1,"took":1,"command":[{"length":4}],"response":"9000"}"#,
        r#"{"at":1,"took":1,"command":[{"secret":"pin","sealed":"scp03","length":4}],"response":"9000"}"#,
        r#"{"at":1,"took":1,"command":[{"secret":"\u001b[2J","length":4}],"response":"9000"}"#,
        r#"{"at":1,"took":1,"command":[{"secret":"pin","length":0}],"response":"9000"}"#,
        r#"{"at":1,"took":1,"command":[{"secret":"pin","length":9999999999}],"response":"9000"}"#,
        r#"{"at":1,"took":1,"command":[{"secret":"a","length":40000},{"secret":"b","length":40000}],"response":"9000"}"#,
    ] {
        let error = refusal(&format!("{HEADER}\n{line}\n"));
        assert!(
            matches!(error, TraceError::Line { line: 2, .. } | TraceError::Shape { line: 2 }),
            "{line}: {error}"
        );
    }
}

#[test]
fn an_endless_line_is_not_collected() {
    struct Endless(u64);
    impl io::Read for Endless {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            to.fill(b'0');
            self.0 += to.len() as u64;
            assert!(self.0 < 1 << 22, "the reader goes on and on");
            Ok(to.len())
        }
    }
    let error = Recording::read(io::BufReader::new(Endless(0))).unwrap_err();
    assert!(matches!(error, TraceError::TooLong { line: 1 }));
}

#[test]
fn a_line_torn_by_the_end_of_the_program_is_left_out() {
    let (whole, _) = V1.trim_end().rsplit_once('\n').unwrap();
    for cut in [1, 20, 40] {
        let recording = Recording::read(&V1.as_bytes()[..whole.len() + 1 + cut]).unwrap();
        assert_eq!((recording.steps.len(), recording.torn), (11, true));
        assert!(show(&recording).contains(&"The last exchange was not written to its end.".to_owned()));
    }
    assert!(matches!(refusal(&V1.replace("\"took\"", "\"tok")), TraceError::Line { .. }), "only at the end");
}

/// A disk with so much room.
struct Disk(usize);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 < bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_does_not_disturb_the_session() {
    let case = Case::new(20);
    let mut card = case.finished();
    for (room, least) in [(0, 0), (400, 1), (10_000, 20)] {
        let mut recorder = Recorder::new(&mut card, Disk(room), Redaction::default(), clock());
        let watch = recorder.watch();
        let report = case.verify(&mut recorder, LengthMode::Short, 5);
        assert_eq!(report.verdict(), Verdict::Valid);
        let error = recorder.finish().unwrap_err();
        let TraceError::NotWritten { written, .. } = &error else { panic!("{error}") };
        assert!(*written >= least, "{written} with room for {room} bytes");
        let source = error.source().unwrap().to_string();
        assert!(source.contains("no storage space"), "{source}");
        drop(recorder);
        assert!(watch.outcome().result().is_err(), "told after the recorder is gone, too");
    }
}

#[test]
fn faults_of_every_kind_are_recorded_without_their_words() {
    struct Faulty(Vec<TransportError>);
    impl Transport for Faulty {
        fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
            Err(self.0.remove(0))
        }
        fn reset(&mut self) -> Result<chipwright_iso7816::Atr, TransportError> {
            Err(self.0.remove(0))
        }
    }
    let faults = [
        TransportError::CardRemoved,
        TransportError::CardMute,
        TransportError::CardReset,
        TransportError::ReaderGone("/home/lan/cards/nguyen".to_owned()),
        TransportError::TooLong(7),
        TransportError::Reader("/home/lan/cards/nguyen.card was not saved".to_owned()),
        TransportError::CardMute,
    ];
    let (mut recorder, sink) = recorder(Faulty(faults.to_vec()), Redaction::default());
    for fault in &faults[..6] {
        assert_eq!(recorder.transmit(&[0, 0x84, 0, 0, 8]).unwrap_err(), *fault);
    }
    assert_eq!(recorder.reset().unwrap_err(), TransportError::CardMute);
    recorder.finish().unwrap();
    assert!(!String::from_utf8(sink.bytes()).unwrap().contains("nguyen"));
    let mut replay = Replay::new(sink.recording());
    for fault in &faults[..6] {
        let again = replay.transmit(&[0, 0x84, 0, 0, 8]).unwrap_err();
        assert_eq!(std::mem::discriminant(&again), std::mem::discriminant(fault));
    }
    assert_eq!(replay.reset().unwrap_err(), TransportError::CardMute);
}
