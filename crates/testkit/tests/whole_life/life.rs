//! The life of one card, from blank to terminated.

use crate::quarry::Quarry;
use crate::wire::{Drawn, Exchange, Wire, listened};
use chipwright_channel::diversify::{LABEL, MasterKeys, SoftMasterKeys};
use chipwright_channel::pace::{self, PaceError, Password, Preference};
use chipwright_channel::pin::{self, PinState};
use chipwright_channel::scp03::KeyRole;
use chipwright_emulator::Interface::{self, Contact, Contactless};
use chipwright_emulator::Randomness;
use chipwright_iso7816::{Command, Exchanger, Ins, Le, LengthMode};
use chipwright_perso::life::change;
use chipwright_perso::update::update;
use chipwright_perso::{
    Change, ChipIdentifier, ChipProfile, Freshness, JournalError, LifeJournal, Stage, UpdatePlan, WritePlan,
    prepare, write,
};
use chipwright_pki::Policy;
use chipwright_pki::cv::{Category, Chain, Rights};
use chipwright_profile::{
    ChipFeatures, CitizenNumber, FileId, FirstRecords, Pin, Salt, SignedProfile, Unit, read,
};
use chipwright_reader::trace::{Recorder, Redaction};
use chipwright_records::{
    CitizenSecret, Commendation, Day, Draft, Grade, Head, Line, PartyLife, Payload, RecordsSession,
    SignedRecord, Terminal, Training, Year,
};
use chipwright_testkit::{ChipKeys, CvAuthority, MemoryJournal, Order, World, chip_config};
use chipwright_verify::{Inspection, Proof, Proofs, Verdict, inspect};
use jiff::civil::date;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The PINs that the member and the terminal choose.
const CHOSEN: &str = "739184";
const SET: &str = "918273";
const WRONG: &str = "604957";

/// A life, as it was heard.
pub(crate) struct Life {
    /// Every exchange.
    pub(crate) heard: Vec<Exchange>,
    /// The recording with its default redaction.
    pub(crate) recording: String,
    /// What must not be in either.
    pub(crate) quarry: Quarry,
    /// What must not be in the recording, though a wire has it.
    pub(crate) chip: ChipIdentifier,
    /// The files of the card before and after the update.
    pub(crate) files: Vec<Vec<u8>>,
}

type Reader = Exchanger<Recorder<Wire>>;

struct Scene {
    order: Order,
    renamed: Order,
    cv: CvAuthority,
    profile: ChipProfile,
    wire: Wire,
    card: Reader,
    mode: LengthMode,
    host: Drawn,
    seed: u64,
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Noted;

impl LifeJournal for Noted {
    fn intend(&mut self, _: &ChipIdentifier, _: Change) -> Result<(), JournalError> {
        Ok(())
    }
}

/// One life with the randomness of this seed; the person is always the same.
pub(crate) fn live(seed: u64, mode: LengthMode) -> Life {
    let cv = CvAuthority::new(8, Rights::all(), None);
    let features =
        ChipFeatures { cam: true, records: Some(cv.trust_point()), pin: true, ..ChipFeatures::PROVEN };
    let order = |n| Order { member: chipwright_testkit::member(n), ..Order::new(features.clone()) };
    let (mut order, renamed) = (order(0), order(4));
    let first = first_record(&order);
    order.records = Some(FirstRecords {
        certificate: order.authority.signer.as_der().to_vec(),
        citizen_number: first.as_der().to_vec(),
    });
    let (host, chip) = (Drawn::default(), Drawn::default());
    let wire = Wire::blank(chip_config(1), listened(seed, &chip));
    let sink = Sink::default();
    let recorder = Recorder::new(wire.clone(), sink.clone(), Redaction::default(), || Duration::ZERO);
    let card = Exchanger::new(recorder, mode);
    let profile = ChipProfile { instance: order.terms.application, ..ChipProfile::default() };
    let mut scene = Scene { order, renamed, cv, profile, wire, card, mode, host, seed };

    let (identifier, signed) = scene.issue();
    scene.read("read back", Contact, &scene.order.can(), Verdict::Valid);
    scene.read("read by a kiosk", Contactless, &scene.order.can(), Verdict::Valid);
    let zone = read::dg1(signed.file(FileId::Dg(1)).unwrap()).unwrap().mrz_information();
    let zone = Password::Mrz(pace::MrzKey::from_information(zone.expose()));
    scene.read("read by its MRZ", Contactless, &zone, Verdict::Valid);
    scene.wrong_can();
    scene.pin();
    let records = scene.records(&first);
    let new = scene.rename(identifier, &signed);
    scene.read("read renamed", Contactless, &scene.order.can(), Verdict::Valid);
    for (wanted, stage, verdict) in [
        (Change::Suspend, Stage::Suspended, Verdict::Suspended),
        (Change::Resume, Stage::Finished, Verdict::Valid),
        (Change::Block, Stage::Blocked, Verdict::Revoked),
        (Change::Unblock, Stage::Finished, Verdict::Valid),
        (Change::Terminate, Stage::Terminated, Verdict::Revoked),
    ] {
        scene.change(identifier, wanted, stage);
        scene.read("read in its new stage", Contact, &scene.order.can(), verdict);
        scene.read("read in its new stage by a kiosk", Contactless, &scene.order.can(), verdict);
    }

    let mut quarry = Quarry::default();
    person(&mut quarry, &scene.order, &signed);
    person(&mut quarry, &scene.renamed, &new);
    secrets(&mut quarry, &scene, &identifier);
    for record in &records {
        quarry.blob("a record", record);
    }
    // the host draws its challenges with 16 bytes and sends the first 8; a card sends none that it keeps for its keys
    for (name, drawn, least) in [("the host", &scene.host, 32), ("the card", &chip, 16)] {
        for key in drawn.lock().unwrap().iter().filter(|key| key.len() >= least) {
            quarry.blob(&format!("a key or nonce that {name} drew"), key);
        }
    }
    let files = signed.files().chain(new.files()).map(|(_, content)| content.to_vec()).collect();
    let Scene { card, wire, .. } = scene;
    card.into_transport().finish().unwrap();
    let recording = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    Life { heard: wire.into_heard(), recording, quarry, chip: identifier, files }
}

fn first_record(order: &Order) -> SignedRecord {
    let secret = CitizenSecret {
        number: CitizenNumber::parse(order.member.citizen_number().expose()).unwrap(),
        salt: Salt::new(*order.allocation.salt.expose()),
    };
    record(order, &Head::EMPTY, Payload::CitizenNumber(secret))
}

fn record(order: &Order, head: &Head, payload: Payload) -> SignedRecord {
    let unit = Unit::new("54.042", "Chi bộ Làng Bò").unwrap();
    let card = order.allocation.card_number.clone();
    let draft = Draft { card, recorded_on: date(2026, 11, 22), unit, payload };
    let prepared = draft.prepare(head, &order.authority.signer).unwrap();
    prepared.sign_with(&order.authority.signer_key).unwrap()
}

fn payloads() -> [(Category, Payload); 3] {
    let line = |text| Line::new(text).unwrap();
    let life = PartyLife {
        year: Year::new(2025).unwrap(),
        grade: Grade::Excellent,
        note: Some(line("Gương mẫu trong công tác")),
    };
    let training = Training {
        course: line("Bồi dưỡng lý luận chính trị"),
        provider: line("Trung tâm Chính trị huyện"),
        from: Day(date(2026, 3, 2)),
        until: Day(date(2026, 3, 13)),
        certificate: Some(line("123/CN")),
    };
    let commendation = Commendation {
        title: line("Huy hiệu 30 năm tuổi Đảng"),
        decision: line("45-QĐ/TW"),
        decided_on: Day(date(2026, 2, 3)),
        decided_by: line("Tỉnh ủy Sơn La"),
    };
    [
        (Category::PartyLife, Payload::PartyLife(life)),
        (Category::Training, Payload::Training(training)),
        (Category::Commendation, Payload::Commendation(commendation)),
    ]
}

impl Scene {
    /// Another source for each use.
    fn random(&self) -> Randomness {
        let drawn = self.host.lock().unwrap().len() as u64;
        listened(self.seed << 32 | drawn << 16 | self.seed, &self.host)
    }

    fn world(&self) -> World {
        let mut world = World::new(0);
        world.random = self.random();
        world
    }

    fn begin(&mut self, step: &'static str, interface: Interface) {
        self.wire.begin(step, interface);
        self.card.set_mode(self.mode);
        self.card.reset().unwrap();
    }

    fn issue(&mut self) -> (ChipIdentifier, SignedProfile) {
        let (keys, mut world) = (ChipKeys::default(), self.world());
        self.begin("prepare", Contact);
        let plan = self.order.prepare_plan(&self.profile);
        let ready = prepare(&mut self.card, &plan, &keys, &mut world.surroundings()).unwrap();
        let signed = self.order.sign(ready.keys());
        let plan = WritePlan::new(self.profile.clone(), &signed);
        let mut journal = MemoryJournal::default();
        self.begin("write", Contact);
        let card = &mut self.card;
        write(card, &ready, &plan, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings()).unwrap();
        (ready.chip(), signed)
    }

    fn read(&mut self, step: &'static str, interface: Interface, password: &Password, wanted: Verdict) {
        self.begin(step, interface);
        let trust = self.order.authority.trust(self.order.at);
        let policy = Policy::real();
        let mut ask = Inspection {
            proofs: Proofs::All,
            ..Inspection::new(self.profile.instance, password, &trust, &policy, self.order.at)
        };
        let mut random = self.random();
        let (report, _) = inspect(&mut self.card, &mut ask, &mut random);
        assert_eq!(report.verdict(), wanted, "{step}: {}", report.to_text(false));
        if wanted == Verdict::Valid {
            assert_eq!(report.proofs().len(), Proof::BY_COST.len(), "{step}");
        }
    }

    fn establish(
        &mut self,
        within: Option<&Password>,
        password: &Password,
    ) -> Result<chipwright_channel::sm::Session, PaceError> {
        self.card.reset().unwrap();
        let access = Command::new(0x00, Ins::READ_BINARY, 0x9C, 0).with_le(Le::Max);
        let access = self.card.exchange(&access).unwrap().data;
        let info = pace::choose_with(&access, Preference { cam: false }).unwrap();
        let mut random = self.random();
        let within = match within {
            None => None,
            Some(can) => Some(pace::establish(&mut self.card, &info, can, &mut random)?),
        };
        let established = pace::establish_with(&mut self.card, within, &info, password, None, &mut random)?;
        Ok(established.session)
    }

    fn wrong_can(&mut self) {
        self.begin("a wrong CAN", Contactless);
        let error = self.establish(None, &Password::can("000000").unwrap()).unwrap_err();
        assert!(matches!(error, PaceError::WrongPassword { .. }), "{error}");
        self.establish(None, &self.order.can()).unwrap();
    }

    /// Changed by the member, suspended, resumed, blocked, unblocked.
    fn pin(&mut self) {
        let (first, puk) = self.order.pin.as_ref().unwrap();
        let text = |digits: &[u8]| String::from_utf8(digits.to_vec()).unwrap();
        let first = Password::pin(&text(first.expose())).unwrap();
        let puk = Password::puk(&text(puk.expose())).unwrap();
        let [chosen, wrong] = [CHOSEN, WRONG].map(|digits| Password::pin(digits).unwrap());
        let can = self.order.can();
        self.begin("PIN change", Contactless);
        let session = self.establish(None, &first).unwrap();
        pin::change(&mut self.card, session, &pace::Pin::new(CHOSEN).unwrap()).unwrap();
        self.begin("PIN suspended and resumed", Contact);
        for _ in 0..2 {
            self.establish(None, &wrong).unwrap_err();
        }
        assert_eq!(self.establish(None, &chosen).unwrap_err(), PaceError::PinSuspended);
        self.establish(Some(&can), &chosen).unwrap();
        self.begin("PIN blocked and unblocked", Contactless);
        for within in [None, None, Some(&can)] {
            self.establish(within, &wrong).unwrap_err();
        }
        assert_eq!(self.establish(None, &chosen).unwrap_err(), PaceError::PinBlocked);
        let session = self.establish(None, &puk).unwrap();
        pin::unblock(&mut self.card, session).unwrap();
        self.establish(None, &chosen).unwrap();
    }

    /// The records that a terminal appended and those that lay there.
    fn records(&mut self, first: &SignedRecord) -> Vec<Vec<u8>> {
        self.begin("records", Contactless);
        let chain = Chain::new(self.cv.cvca.certificate.clone(), self.cv.chain());
        let trust = self.order.authority.trust(self.order.at);
        let policy = Policy::real();
        let terminal = Terminal {
            chain: &chain,
            key: &self.cv.terminal.key,
            trust: &trust,
            policy: &policy,
            application: &self.order.terms.application,
            at: self.order.at,
        };
        let mut random = self.random();
        let can = self.order.can();
        let mut session = RecordsSession::open(&mut self.card, &can, &terminal, &mut random).unwrap();
        let mut written = vec![first.as_der().to_vec()];
        for (category, payload) in payloads() {
            let record = record(&self.order, &session.head(category).unwrap(), payload);
            session.append(&record, &self.order.authority.signer).unwrap();
            written.push(record.as_der().to_vec());
        }
        let listed: usize =
            Category::ALL.into_iter().map(|category| session.list(category).unwrap().len()).sum();
        assert_eq!(listed, written.len());
        session.set_pin(&pace::Pin::new(SET).unwrap()).unwrap();
        drop(session);
        self.establish(None, &Password::pin(SET).unwrap()).unwrap();
        let access = Command::new(0x00, Ins::READ_BINARY, 0x9C, 0).with_le(Le::Max);
        self.card.reset().unwrap();
        let info = pace::choose(&self.card.exchange(&access).unwrap().data).unwrap();
        assert_eq!(pin::state(&mut self.card, &info).unwrap(), PinState::Full);
        written
    }

    /// Another name, and another PIN from the issuer.
    fn rename(&mut self, chip: ChipIdentifier, signed: &SignedProfile) -> SignedProfile {
        let (keys, mut world) = (ChipKeys::default(), self.world());
        self.begin("update of name and PIN", Contact);
        let new = self.renamed.sign(signed.chip_keys());
        let plan = UpdatePlan::new(self.profile.clone(), signed.files(), signed.chip_keys());
        let changed = new.files().filter(|(file, content)| signed.file(*file) != Some(content));
        let plan = changed.fold(plan, |plan, (file, content)| plan.with_file(file, content));
        let (_, puk) = self.renamed.pin.as_ref().unwrap();
        let plan = plan.with_pin(&Pin::parse(CHOSEN).unwrap(), puk);
        let mut journal = MemoryJournal::default();
        update(&mut self.card, &plan, chip, &keys, &mut journal, &mut world.surroundings()).unwrap();
        new
    }

    fn change(&mut self, chip: ChipIdentifier, wanted: Change, stage: Stage) {
        let (keys, mut world) = (ChipKeys::default(), self.world());
        self.begin("life after issuance", Contact);
        let surroundings = &mut world.surroundings();
        let done = change(&mut self.card, &self.profile, chip, wanted, &keys, &mut Noted, surroundings);
        assert_eq!(done.unwrap().now, stage);
    }
}

/// What the card says of its holder.
fn person(quarry: &mut Quarry, order: &Order, signed: &SignedProfile) {
    let member = &order.member;
    quarry.text("the name", member.name().as_str());
    let zone = read::dg1(signed.file(FileId::Dg(1)).unwrap()).unwrap();
    for line in zone.lines() {
        quarry.bytes("a line of the MRZ", line.as_bytes());
    }
    let (primary, secondary) = zone.name();
    quarry.text("the Latin name", &primary);
    quarry.text("the Latin name", &secondary);
    quarry.bytes("the MRZ information", zone.mrz_information().expose());
    quarry.blob("the key of the MRZ", &*zone.mrz_information().key());
    quarry.digits("the citizen number", member.citizen_number().expose());
    quarry.digits("the member number", &member.number().to_string());
    quarry.text("the card number", order.allocation.card_number.as_str());
    quarry.text("the unit", member.unit().name());
    quarry.text("the place of birth", "Sơn La");
    for day in [member.birth().to_string(), member.admitted().to_string()] {
        let (year, month, of_month) = (&day[..4], &day[5..7], &day[8..10]);
        quarry.bytes("a date", day.as_bytes());
        quarry.digits("a date", &format!("{year}{month}{of_month}"));
        quarry.digits("a date", &format!("{of_month}{month}{year}"));
        quarry.bytes("a date", format!("{of_month}/{month}/{year}").as_bytes());
    }
    quarry.bytes("the date of birth in the MRZ", zone.birth().as_bytes());
    for number in [1, 2, 11, 12, 13] {
        quarry.blob(&format!("DG{number}"), signed.file(FileId::Dg(number)).unwrap());
    }
}

/// Numbers and keys that open the card.
fn secrets(quarry: &mut Quarry, scene: &Scene, chip: &ChipIdentifier) {
    let order = &scene.order;
    quarry.digits("the CAN", order.can_digits());
    quarry.blob("the salt", order.allocation.salt.expose());
    let (pin, puk) = order.pin.as_ref().unwrap();
    for digits in [pin.expose().as_slice(), puk.expose(), CHOSEN.as_bytes(), SET.as_bytes(), WRONG.as_bytes()]
    {
        quarry.digits("a PIN or PUK", std::str::from_utf8(digits).unwrap());
    }
    let of_16 = |first: u8| (first..).take(16).collect::<Vec<u8>>();
    for (name, first) in [("transport key", 0x40), ("master", 0xA0), ("master", 0xB0), ("master", 0xC0)] {
        quarry.blob(&format!("the {name}"), &of_16(first));
    }
    let masters = SoftMasterKeys::new(&of_16(0xA0), &of_16(0xB0), &of_16(0xC0)).unwrap();
    for role in KeyRole::ALL {
        let input =
            [&1u32.to_be_bytes()[..], LABEL, &[role.identifier(), 0x00], &chip.0, &128u32.to_be_bytes()];
        quarry.blob("a key of the card", &*masters.cmac(role, &input.concat()).unwrap());
    }
}
