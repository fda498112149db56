//! What an operator is told of a fault, in both languages at once, and where it is kept.

use crate::house::{House, redacted};
use chipwright_channel::pace::Password;
use chipwright_emulator::{Card, seeded_rng};
use chipwright_iso7816::{Atr, Exchanger, LengthMode, Transport, TransportError};
use chipwright_perso::ChipProfile;
use chipwright_pki::{Policy, TrustStore};
use chipwright_reader::pcsc::{self, Service};
use chipwright_reader::vpcd::{FIRST_PORT, Slot, SlotState};
use chipwright_registry::{ChipId, View};
use chipwright_testkit::hostile::Model;
use chipwright_verify::{ChipProofPolicy, Inspection, inspect};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Output;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

/// A card that a slot can show.
pub(crate) type AnyCard = Box<dyn Transport + Send>;

/// The two languages; each has a reader of its own.
pub(crate) const LANGUAGES: [&str; 2] = ["en", "vi"];

/// One reader of the stand, spoken about in one language.
pub(crate) struct Desk {
    pub(crate) slot: Slot,
    pub(crate) reader: &'static str,
    pub(crate) language: &'static str,
    /// 0 or 1.
    pub(crate) number: usize,
    /// Where the desks meet when both have shown their cards. The driver serves both readers, one command at a time: while the
    /// card in one of them is silent, a card that is put into the other is not noticed.
    shown: Option<Arc<Barrier>>,
}

impl Desk {
    /// At the two slots of vpcd; each card shown at one is shown together with one at the other.
    pub(crate) fn both() -> [Self; 2] {
        let shown = Arc::new(Barrier::new(2));
        Self::apart().map(|desk| Self { shown: Some(Arc::clone(&shown)), ..desk })
    }

    /// At the two slots of vpcd, each for itself.
    pub(crate) fn apart() -> [Self; 2] {
        Self::at([(FIRST_PORT, "pcsc:0"), (FIRST_PORT + 1, "pcsc:1")])
    }

    /// Whose cards connect to these ports, and whose readers have these names.
    pub(crate) fn at(places: [(u16, &'static str); 2]) -> [Self; 2] {
        [0, 1].map(|number| {
            let (port, reader) = places[number];
            let slot = Slot::start(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
            Self { slot, reader, language: LANGUAGES[number], number, shown: None }
        })
    }

    /// Takes the card out and waits until the daemon has seen that: it looks now and then, and would take a card that is put
    /// in before its next look for the one that was there.
    pub(crate) fn clear(&self) {
        if self.slot.pull().is_none() {
            return;
        }
        let service = Service::connect().unwrap();
        let name = service.find(self.reader.trim_start_matches("pcsc:")).unwrap();
        let sees_it = || {
            let readers = service.readers().unwrap();
            readers.iter().any(|reader| reader.name == name && reader.slot != pcsc::Slot::Empty)
        };
        for _ in 0..1500 {
            if !sees_it() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the daemon does not see that the card was taken out of {name}");
    }

    /// Puts a card in and waits until the daemon has powered it.
    pub(crate) fn show(&self, card: AnyCard) {
        self.clear();
        self.slot.insert(card, None);
        for _ in 0..1500 {
            if matches!(self.slot.state(), SlotState::Powered { .. }) {
                // the daemon tells its clients a moment later
                thread::sleep(Duration::from_millis(50));
                if let Some(shown) = &self.shown {
                    shown.wait();
                }
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the daemon does not power the card: {:?}", self.slot.state());
    }

    /// What a command says that is of use to an operator, and its exit code.
    pub(crate) fn says(&self, house: &House, command: &[&str]) -> Said {
        let place: &[&str] = &["--lang", self.language];
        house.output(&[place, command, &["--reader", self.reader]].concat()).into()
    }
}

impl From<Output> for Said {
    fn from(done: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: done.status.code().unwrap_or(-1),
            stdout: text(&done.stdout),
            stderr: text(&done.stderr),
        }
    }
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: i32,
    stdout: String,
    stderr: String,
}

impl Said {
    /// Of the report the verdict, what to do and the checks that failed; of everything else all but what is told while one waits.
    fn words(&self) -> String {
        let decisive = |line: &&str| line.contains("FAILED") || line.contains("KHÔNG ĐẠT");
        let report = self.code >= 10;
        let head = self.stdout.lines().take(if report { 2 } else { usize::MAX });
        let failed = self.stdout.lines().skip(2).filter(|line| report && decisive(line));
        let waiting = |line: &&str| {
            !line.starts_with("insert a card into") && !line.starts_with("hãy đưa thẻ vào đầu đọc")
        };
        let lines = head.chain(failed).chain(self.stderr.lines().filter(waiting));
        lines.map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

/// A fault and what was said of it in each language.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) what: String,
    pub(crate) point: &'static str,
    pub(crate) command: &'static str,
    pub(crate) said: [Said; 2],
}

impl Entry {
    /// Compares with `snapshots/fault__NAME.snap`.
    pub(crate) fn check(&self) {
        let [en, vi] = &self.said;
        assert_eq!(en.code, vi.code, "{}: exit codes\n{}\n{}", self.name, en.words(), vi.words());
        let text = format!(
            "fault: {}\npoint: {}\ncommand: {}\nexit: {}\n--- en\n{}--- vi\n{}",
            self.what,
            self.point,
            self.command,
            en.code,
            settled(&en.words()),
            settled(&vi.words())
        );
        let readers = ["Virtual PCD 00 00", "Virtual PCD 00 01", "Desk Reader 00 00", "Gate Reader 00 00"];
        let text = readers.into_iter().fold(text, |text, reader| text.replace(reader, "READER"));
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_snapshot_path("../snapshots");
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("fault__{}", self.name), text));
    }
}

/// Without what differs from run to run; the length of EF.SOD, a little over 1,300 bytes, does.
fn settled(words: &str) -> String {
    let length =
        |word: &str| word.len() == 4 && word.starts_with("13") && word.bytes().all(|b| b.is_ascii_digit());
    let words = redacted(words);
    let pieces = words.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    pieces
        .map(|piece| match piece.get(..4) {
            Some(word) if length(word) && piece.len() <= 5 => piece.replacen(word, "[LENGTH]", 1),
            _ => piece.to_owned(),
        })
        .collect()
}

/// The files and the access number of a software card that this house has issued.
pub(crate) fn model(house: &House, name: &str) -> Model {
    let state = fs::read(house.path().join(format!("home/emulator/{name}.card"))).unwrap();
    let card = Card::load(&state, seeded_rng(1)).unwrap();
    let view = View::open(&house.path().join("home/registry.sqlite")).unwrap();
    let number = view.live_card_on(&ChipId(card.chip_identifier())).unwrap().unwrap().number;
    let can = String::from_utf8(view.allocation_of(&number).unwrap().can.expose().to_vec()).unwrap();
    let password = Password::can(&can).unwrap();
    let policy = Policy::test();
    let no_trust = TrustStore::new();
    let mut ask = Inspection {
        chip_proof: ChipProofPolicy::IfPromised,
        ..Inspection::new(
            ChipProfile::default().instance,
            &password,
            &no_trust,
            &policy,
            jiff::Timestamp::now(),
        )
    };
    let mut card = Exchanger::new(card, LengthMode::Extended);
    let (_, files) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(1));
    Model { files: files.iter().map(|(file, content)| (file, content.to_vec())).collect(), can }
}

/// A card to which something happens at one of its commands.
pub(crate) struct Moment<F> {
    card: AnyCard,
    left: u64,
    happens: Option<F>,
}

impl<F: FnOnce() -> Option<TransportError>> Moment<F> {
    /// Before command `at`, counted from 1 at the card's insertion.
    pub(crate) fn new(card: AnyCard, at: u64, happens: F) -> Self {
        Self { card, left: at, happens: Some(happens) }
    }
}

impl<F: FnOnce() -> Option<TransportError>> Transport for Moment<F> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.left = self.left.saturating_sub(1);
        if self.left == 0
            && let Some(happens) = self.happens.take()
            && let Some(error) = happens()
        {
            return Err(error);
        }
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.reset()
    }
}
