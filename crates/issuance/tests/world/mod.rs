//! A station, its members and its chips, which survive when the process does not.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "tests; each binary uses a part")]

use chipwright_channel::pace::Password;
use chipwright_emulator::{Card, Interface};
use chipwright_iso7816::{Atr, Exchanger, LengthMode, Transport, TransportError};
use chipwright_issuance::batch::{
    Approval, ApprovedChange, ApprovedList, BatchFile, BatchId, CardChange, Content, List as Rows, Manifest,
    RowDigest, Rules,
};
use chipwright_issuance::intake::{Intake, IntakeError, Row};
use chipwright_issuance::issue::{
    Clock, Contact, Event, Failure, FeedError, Feeder, Letter, LetterError, Letters, Options, Pile, Signer,
    Source, Station, Summary, run,
};
use chipwright_perso::{ChipProfile, Stage, survey};
use chipwright_pki::role::Role;
use chipwright_pki::{Policy, TrustStore};
use chipwright_profile::{ChipFeatures, IssueTerms, MemberNumber};
use chipwright_registry::{CardStatus, ChipId, Commit, Issuer, Registry, View};
use chipwright_testkit::{Authority, AuthorityOptions, ChipKeys, random};
use chipwright_verify::{ChipProofPolicy, Inspection, Verdict, inspect};
use jiff::Timestamp;
use jiff::civil::date;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use zeroize::Zeroizing;

pub const NOW: &str = "2026-11-22T08:00:00Z";
const HEADER: &str =
    "member_number,citizen_number,name,birth_date,sex,unit_code,unit_name,admitted_on,official_on,portrait";

/// Moments at which the process can die: before and after every commit, before a command leaves and after its answer was made.
#[derive(Clone, Default)]
pub struct Reaper {
    moments: Arc<AtomicU64>,
    at: Arc<AtomicU64>,
}

impl Reaper {
    /// Dies at the `n`-th moment from now, counted from 1; 0: never.
    pub fn arm(&self, n: u64) {
        self.moments.store(0, Ordering::SeqCst);
        self.at.store(n, Ordering::SeqCst);
    }

    pub fn moments(&self) -> u64 {
        self.moments.load(Ordering::SeqCst)
    }

    pub fn tick(&self) {
        if self.moments.fetch_add(1, Ordering::SeqCst) + 1 == self.at.load(Ordering::SeqCst) {
            std::panic::resume_unwind(Box::new("killed"));
        }
    }
}

type Answer = Box<dyn FnMut(u64, Vec<u8>) -> Vec<u8>>;
type Refusal = Box<dyn FnMut(&[u8]) -> Option<TransportError>>;

/// A chip on the table or in the reader.
#[derive(Clone)]
pub struct Chip {
    pub card: Rc<RefCell<Card>>,
    /// Changes what the reader hears, by number of command.
    pub noise: Rc<RefCell<Option<Answer>>>,
    /// Commands that the reader does not carry.
    pub refused: Rc<RefCell<Option<Refusal>>>,
    heard: Rc<Cell<u64>>,
    reaper: Reaper,
}

impl Chip {
    pub fn id(&self) -> ChipId {
        ChipId(self.card.borrow().chip_identifier())
    }
}

impl Transport for Chip {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if let Some(refused) = self.refused.borrow_mut().as_mut().and_then(|refuses| refuses(command)) {
            return Err(refused);
        }
        self.reaper.tick();
        let answer = self.card.borrow_mut().transmit(command)?;
        self.reaper.tick();
        self.heard.set(self.heard.get() + 1);
        match self.noise.borrow_mut().as_mut() {
            Some(noise) => Ok(noise(self.heard.get(), answer)),
            None => Ok(answer),
        }
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.borrow_mut().reset()
    }
}

/// The chip in the reader, the stack before it, the piles behind it.
#[derive(Default)]
pub struct Table {
    pub in_place: Option<Chip>,
    pub stack: Vec<Chip>,
    pub piles: Vec<(Pile, Chip)>,
    /// What is done about a broken contact.
    pub hand: Option<Hand>,
}

/// Changes the chip in place and the stack, and says what came of it.
pub type Hand = Box<dyn FnMut(&mut Option<Chip>, &mut Vec<Chip>) -> Contact>;

impl Table {
    pub fn pile(&self, wanted: Pile) -> usize {
        self.piles.iter().filter(|(pile, _)| *pile == wanted).count()
    }

    pub fn all(&self) -> impl Iterator<Item = &Chip> {
        self.in_place.iter().chain(&self.stack).chain(self.piles.iter().map(|(_, chip)| chip))
    }
}

impl Feeder for Table {
    fn load(&mut self) -> Result<Option<&mut dyn Transport>, FeedError> {
        if self.in_place.is_none() {
            self.in_place = self.stack.pop();
        }
        Ok(self.in_place.as_mut().map(|chip| chip as &mut dyn Transport))
    }

    fn restore(&mut self, _: &TransportError) -> Result<Contact, FeedError> {
        match &mut self.hand {
            Some(hand) => Ok(hand(&mut self.in_place, &mut self.stack)),
            None => Ok(Contact::InPlace),
        }
    }

    fn eject(&mut self, pile: Pile) -> Result<(), FeedError> {
        self.piles.extend(self.in_place.take().map(|chip| (pile, chip)));
        Ok(())
    }
}

/// A clock that stands still until it is set.
#[derive(Clone)]
pub struct Hands(pub Rc<Cell<Timestamp>>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        self.0.get()
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// A members list in memory over a folder of portraits.
pub struct List {
    pub text: String,
    pub portraits: PathBuf,
}

impl Source for List {
    fn rows(&mut self) -> Result<Box<dyn Iterator<Item = Result<Row, IntakeError>> + '_>, IntakeError> {
        Ok(Box::new(Intake::read(Cursor::new(self.text.clone()), &self.portraits)?))
    }
}

pub fn row(n: u32) -> String {
    format!(
        "52021000{n:04},05218837{n:04},Nguyễn Thị Ẩn,1988-09-29,F,520210,Chi bộ 5,2016-05-19,2017-05-19,p.jpg\n"
    )
}

pub fn member(n: u32) -> MemberNumber {
    MemberNumber::parse(&format!("52021000{n:04}")).unwrap()
}

pub fn list_of(members: impl IntoIterator<Item = u32>) -> String {
    members.into_iter().fold(format!("{HEADER}\n"), |text, n| text + &row(n))
}

/// A printer, and PIN and PUK of every card on its latest letter.
#[derive(Default)]
pub struct Drawer {
    pub letters: BTreeMap<String, ([u8; 6], [u8; 10])>,
    pub kept: u32,
    /// It is jammed.
    pub jammed: bool,
    /// What no letter has room for.
    pub unfit: Option<&'static str>,
}

impl Letters for Drawer {
    fn compose(&mut self, letter: &Letter<'_>) -> Result<Zeroizing<Vec<u8>>, LetterError> {
        if self.unfit.is_some_and(|unfit| letter.unit.contains(unfit)) {
            return Err(LetterError::Content("there is no room for the unit".into()));
        }
        let parts: [&[u8]; 3] = [letter.pin.expose(), letter.puk.expose(), letter.card.as_str().as_bytes()];
        Ok(Zeroizing::new(parts.concat()))
    }

    fn print(&mut self, sheet: &[u8]) -> Result<(), LetterError> {
        if self.jammed {
            return Err(LetterError::Printer("the drawer is jammed".into()));
        }
        self.kept += 1;
        let (pin, rest) = sheet.split_first_chunk().unwrap();
        let (puk, card) = rest.split_first_chunk().unwrap();
        self.letters.insert(String::from_utf8(card.to_vec()).unwrap(), (*pin, *puk));
        Ok(())
    }
}

pub struct World {
    pub folder: tempfile::TempDir,
    pub authority: Authority,
    pub trust: TrustStore,
    pub keys: ChipKeys,
    pub table: Table,
    pub list: List,
    pub reaper: Reaper,
    pub options: Options,
    pub profile: ChipProfile,
    /// What the chips of new cards can do.
    pub chip: ChipFeatures,
    /// The PIN letters that were kept.
    pub letters: Drawer,
    pub log: Vec<String>,
    /// What a kiosk demands of chips.
    pub kiosk: ChipProofPolicy,
    pub stop_after_issued: u32,
    pub clock: Hands,
    /// The clock shows this after the first card.
    pub then: Option<Timestamp>,
    pub kill_when_finalised: bool,
    /// Tells the run to stop.
    pub stop: Arc<AtomicBool>,
    /// The list that was approved; what is in `list` at the moment if none.
    pub approved: Option<ApprovedList>,
    /// Nothing was approved.
    pub nothing_approved: bool,
    /// One person suffices.
    pub waived: bool,
    seed: u64,
}

impl World {
    /// `members` applicants and `chips` blanks.
    pub fn new(members: u32, chips: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let picture = image::RgbImage::from_fn(120, 160, |x, y| image::Rgb([x as u8, y as u8, 120]));
        picture.save(folder.path().join("p.jpg")).unwrap();
        let from = "2026-11-01T00:00:00Z".parse().unwrap();
        let authority = Authority::new(&AuthorityOptions::real("Example Party", 1, from));
        let trust = authority.trust(NOW.parse().unwrap());
        let reaper = Reaper::default();
        let stack = (1..=chips).rev().map(|serial| chip(serial, &reaper)).collect();
        let world = Self {
            list: List { text: list_of(1..=members), portraits: folder.path().to_owned() },
            table: Table { stack, ..Table::default() },
            keys: ChipKeys::default(),
            options: Options::default(),
            profile: ChipProfile::default(),
            chip: ChipFeatures::PROVEN,
            letters: Drawer::default(),
            log: Vec::new(),
            kiosk: ChipProofPolicy::Required,
            stop_after_issued: u32::MAX,
            clock: Hands(Rc::new(Cell::new(NOW.parse().unwrap()))),
            then: None,
            kill_when_finalised: false,
            stop: Arc::default(),
            approved: None,
            nothing_approved: false,
            waived: false,
            seed: 1,
            folder,
            authority,
            trust,
            reaper,
        };
        let issuer = Issuer::new("Example Party", world.authority.root.fingerprint());
        Registry::create(&world.path(), &issuer, NOW.parse().unwrap()).unwrap();
        world
    }

    /// All chips lie on a contactless reader, where the card manager of a finished card does not answer.
    pub fn contactless(self) -> Self {
        self.set_interface(Interface::Contactless);
        self
    }

    fn set_interface(&self, interface: Interface) {
        for chip in self.table.all() {
            let mut card = chip.card.borrow_mut();
            card.set_interface(interface);
            card.reset().unwrap();
        }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("registry.db")
    }

    pub fn view(&self) -> View {
        View::open(&self.path()).unwrap()
    }

    pub fn chip(&self, serial: u32) -> Chip {
        chip(serial, &self.reaper)
    }

    /// Starts the process, which lives until the run ends or the reaper comes.
    pub fn run(&mut self) -> Result<Summary, Failure> {
        self.with_station(|station, list, table, stop| run(station, list, table, stop))
    }

    pub fn with_station<R>(
        &mut self,
        work: impl FnOnce(Station<'_>, &mut List, &mut Table, &AtomicBool) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let mut registry = Registry::open(&self.path(), NOW.parse().unwrap()).unwrap();
        let reaper = self.reaper.clone();
        registry.watch(move |_: Commit| reaper.tick());
        self.seed += 1;
        let mut rng = random(self.seed);
        let signer = Signer::new(self.authority.signer.clone(), &self.authority.signer_key)?;
        let stop = Arc::clone(&self.stop);
        stop.store(false, Ordering::SeqCst);
        let (log, mut issued, after) = (&mut self.log, 0, self.stop_after_issued);
        let kill = self.kill_when_finalised;
        let (hands, then) = (self.clock.clone(), self.then);
        let mut events = |event: Event<'_>| {
            if kill && matches!(event, Event::Finalised { .. }) {
                std::panic::resume_unwind(Box::new("killed"));
            }
            if matches!(event, Event::Issued { .. }) {
                issued += 1;
                then.iter().for_each(|then| hands.0.set(*then));
                stop.store(issued >= after, Ordering::SeqCst);
            }
            if !matches!(event, Event::Progress(_)) {
                log.push(format!("{event:?}"));
            }
        };
        let approved = match &self.approved {
            Some(approved) => approved.clone(),
            None => approved(&self.authority, rows_of(&mut self.list)),
        };
        let terms = IssueTerms { chip: self.chip.clone(), ..chipwright_testkit::terms(date(2026, 11, 22)) };
        let station = Station {
            registry: &mut registry,
            profile: self.profile.clone(),
            terms: IssueTerms { application: self.profile.instance, ..terms },
            signer: &signer,
            approval: if self.waived {
                Approval::danger_waived()
            } else if self.nothing_approved {
                Approval::nothing()
            } else {
                Approval::of_list(&approved)
            },
            keys: &self.keys,
            trust: &self.trust,
            policy: &Policy::real(),
            clock: &self.clock,
            random: &mut *rng,
            events: &mut events,
            letters: Some(&mut self.letters),
            options: self.options,
        };
        work(station, &mut self.list, &mut self.table, &stop)
    }

    /// Runs until killed; `None` when the run ended before.
    pub fn run_until_killed(&mut self, moment: u64) -> Option<Summary> {
        self.reaper.arm(moment);
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.run()));
        self.reaper.arm(0);
        match ended {
            Ok(summary) => Some(summary.unwrap()),
            Err(killed) => {
                assert_eq!(killed.downcast_ref::<&str>(), Some(&"killed"), "a real panic");
                None
            }
        }
    }

    /// Dies between the outcome of FINALISE and the acceptance of the card.
    pub fn killed_at_finalised(&mut self) {
        self.kill_when_finalised = true;
        self.reaper.arm(0);
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.run()));
        assert!(ended.is_err(), "it was to die");
        self.kill_when_finalised = false;
    }

    /// For every member how many cards a kiosk accepts that are not revoked; nothing finalised is unknown to the record.
    pub fn valid_cards(&self) -> BTreeMap<String, u32> {
        self.set_interface(Interface::Contact);
        let view = self.view();
        let mut valid = BTreeMap::new();
        let mut records = Vec::new();
        view.for_each_card(&mut |card| records.push(card)).unwrap();
        for chip in self.table.all() {
            let mut card = Exchanger::new(chip.clone(), LengthMode::Extended);
            card.reset().unwrap();
            *chip.noise.borrow_mut() = None;
            let Ok(found) = survey(&mut card, &ChipProfile::default()) else { panic!("chip {}", chip.id()) };
            if found.stage != Stage::Finished {
                continue;
            }
            let mut known = false;
            for record in records.iter().filter(|record| record.chip == Some(chip.id())) {
                card.reset().unwrap();
                let can = view.allocation_of(&record.number).unwrap().can;
                let password = Password::can(std::str::from_utf8(can.expose()).unwrap()).unwrap();
                let policy = Policy::real();
                let at = NOW.parse().unwrap();
                let instance = ChipProfile::default().instance;
                let mut ask = Inspection::new(instance, &password, &self.trust, &policy, at);
                ask.chip_proof = self.kiosk;
                let (report, _) = inspect(&mut card, &mut ask, &mut *random(99));
                if report.verdict() == Verdict::Valid {
                    known = true;
                    let accepted = report.into_accepted().unwrap();
                    assert_eq!(accepted.card_number(), &record.number);
                    assert_eq!(accepted.status(), record.reference);
                    if record.status != CardStatus::Revoked {
                        assert_eq!(record.status, CardStatus::Issued, "a valid card is recorded as issued");
                        *valid.entry(record.member.to_string()).or_insert(0) += 1;
                    }
                }
            }
            assert!(known, "chip {} carries a card that nobody remembers", chip.id());
        }
        valid
    }
}

/// The digests of every good row.
pub fn rows_of(list: &mut List) -> Rows {
    let mut rows = Vec::new();
    if let Ok(source) = list.rows() {
        for row in source {
            let Ok(Row::Good(applicant)) = row else { continue };
            if let Ok(photograph) = applicant.portrait.read() {
                rows.push(RowDigest::of(&applicant.member, photograph.digest()));
            }
        }
    }
    Rows::new([0; 32], rows).unwrap()
}

/// The batch as "lan" prepares it and "minh" approves it.
pub fn signed(authority: &Authority, content: Content) -> BatchFile {
    let at = NOW.parse().unwrap();
    let (lan, lan_holds) = authority.holder(Role::Registrar, "lan");
    let (minh, minh_holds) = authority.holder(Role::Registrar, "minh");
    let manifest = Manifest { id: BatchId([1; 16]), content };
    let file = BatchFile::new(&manifest.prepare(&lan_holds, at).unwrap().sign_with(&lan).unwrap());
    let trust = authority.trust(at);
    let prepared = file.prepared(&rules(&trust, at)).unwrap();
    file.approved_by(&prepared.approve(&minh_holds, at).unwrap().sign_with(&minh).unwrap())
}

pub fn rules(trust: &TrustStore, at: Timestamp) -> Rules<'_> {
    static REAL: std::sync::LazyLock<Policy> = std::sync::LazyLock::new(Policy::real);
    Rules { trust, policy: &REAL, at, valid_days: 30 }
}

/// These rows, approved.
pub fn approved(authority: &Authority, rows: Rows) -> ApprovedList {
    let (at, file) = (NOW.parse().unwrap(), signed(authority, Content::List(rows)));
    let trust = authority.trust(at);
    let rules = rules(&trust, at);
    file.approved(&rules).unwrap().into_list(&rules).unwrap()
}

/// This change, approved.
pub fn approved_change(authority: &Authority, change: CardChange) -> ApprovedChange {
    let (at, file) = (NOW.parse().unwrap(), signed(authority, Content::Change(change)));
    let trust = authority.trust(at);
    let rules = rules(&trust, at);
    file.approved(&rules).unwrap().into_change(&rules).unwrap()
}

fn chip(serial: u32, reaper: &Reaper) -> Chip {
    Chip {
        card: Rc::new(RefCell::new(chipwright_testkit::blank(serial))),
        noise: Rc::default(),
        refused: Rc::default(),
        heard: Rc::default(),
        reaper: reaper.clone(),
    }
}
