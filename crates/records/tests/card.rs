//! From terminal to card and back: the general authentication procedure, rights, records, room, roll, replay.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod house;

use chipwright_channel::pace::{PaceError, Password};
use chipwright_channel::terminal_authentication::TerminalAuthenticationError;
use chipwright_emulator::Card;
use chipwright_iso7816::tlv::{Tag, Tlv, encode};
use chipwright_iso7816::{Exchanger, LengthMode, Transport, TransportError};
use chipwright_pki::cv::{
    AuthorityProfile, Category, Chain, ChainFault, CvPeriod, FileRights, HolderProfile, Reference, Right,
    Rights, prepare_cvca, prepare_dv, prepare_link, prepare_terminal,
};
use chipwright_pki::policy::CrlRule;
use chipwright_pki::{Policy, SignKey};
use chipwright_profile::{ChipFeatures, FileId};
use chipwright_records::{Head, OpenError, RecordsError, RecordsSession, SignedRecord, Tail, Terminal};
use chipwright_testkit::{CvAuthority, Order, SoftKey, World, chip_config, random};
use house::{House, commendation, now, party_life, training};
use jiff::civil::date;

const READ_LIFE: Right = Right::Read(Category::PartyLife);
const APPEND_LIFE: Right = Right::Append(Category::PartyLife);
const READ_TRAINING: Right = Right::Read(Category::Training);
const APPEND_TRAINING: Right = Right::Append(Category::Training);

fn everything() -> Vec<Right> {
    Right::all().collect()
}

#[test]
fn records_are_appended_listed_and_verified() {
    let house = House::new(&everything());
    let mut card = house.card();
    let mut head = Head::EMPTY;
    for year in [2023, 2024, 2025] {
        house
            .with(&mut card, |mut session| {
                assert_eq!(session.card_number(), house.number());
                assert_eq!(session.head(Category::PartyLife).unwrap(), head);
                let record = house.signer.record(house.number(), &head, party_life(year));
                session.append(&record, &house.signer.certificate).unwrap();
                head = record.head();
            })
            .unwrap();
    }
    let (records, certificates, citizen) = house
        .with(&mut card, |mut session| {
            let inventory = session.inventory().unwrap();
            assert_eq!(inventory.count(Category::PartyLife), Some(3));
            assert_eq!(inventory.count(Category::Training), Some(0));
            assert_eq!(inventory.count(Category::CitizenNumber), Some(1));
            let records = session.list(Category::PartyLife).unwrap();
            (records, session.certificates().unwrap(), session.list(Category::CitizenNumber).unwrap())
        })
        .unwrap();
    assert_eq!(certificates, house.certificates(), "the record signer's certificate was brought once");
    let report = house.check_with(Category::PartyLife, &records, Some(&head), &certificates);
    assert!(report.is_good(), "{:?}", report.findings);
    assert_eq!((report.head, report.tail), (head, Tail::Anchored { newer: 0 }));
    assert!(house.check_with(Category::CitizenNumber, &citizen, None, &certificates).is_good());
}

#[test]
fn each_category_needs_its_own_right() {
    let house = House::new(&[Right::CanAllowed, READ_LIFE, APPEND_LIFE, READ_TRAINING]);
    let mut card = house.card();
    house
        .with(&mut card, |mut session| {
            let record = house.signer.record(house.number(), &Head::EMPTY, party_life(2025));
            session.append(&record, &house.signer.certificate).unwrap();
            let other = house.signer.record(house.number(), &Head::EMPTY, training("Lớp A"));
            let refused = session.append(&other, &house.signer.certificate);
            assert!(matches!(refused, Err(RecordsError::NotPermitted(APPEND_TRAINING))));
            assert!(session.list(Category::Training).unwrap().is_empty());
            let refused = session.list(Category::Commendation);
            assert!(matches!(refused, Err(RecordsError::NotPermitted(Right::Read(Category::Commendation)))));
            let inventory = session.inventory().unwrap();
            assert_eq!(inventory.count(Category::PartyLife), Some(1));
            assert_eq!(inventory.count(Category::Training), Some(0));
            assert_eq!(inventory.count(Category::Commendation), None, "what may not be read is not counted");
        })
        .unwrap();
}

/// The card itself refuses, not only our own look at the certificate.
#[test]
fn a_terminal_without_the_right_reads_nothing_and_learns_nothing() {
    let rich = House::new(&everything());
    let poor = House::new(&[Right::CanAllowed, APPEND_TRAINING]);
    let mut card = rich.card();
    rich.with(&mut card, |mut session| {
        let record = rich.signer.record(rich.number(), &Head::EMPTY, party_life(2025));
        session.append(&record, &rich.signer.certificate).unwrap();
    })
    .unwrap();
    let mut answers = Vec::new();
    for file in [1, 2, 3, 5, 7, 8, 9, 30] {
        for number in [1, 2] {
            answers.push(rich.raw(&mut card, &poor, &[0x00, 0xB2, number, file << 3 | 4, 0x00]));
        }
    }
    assert!(answers.iter().all(|answer| *answer == (vec![], 0x6982)), "{answers:02X?}");
    // what may not be read is not counted either, and what may be appended to is not told from what may not
    let (inventory, status) = rich.raw(&mut card, &poor, &[0x00, 0xCA, 0x7F, 0x78, 0x00]);
    assert_eq!((inventory.len(), status), (7, 0x9000), "free bytes alone: {inventory:02X?}");
    let append = |file: u8| [&[0x00, 0xE2, 0x00, file << 3, 0x02, 0x30, 0x00][..]].concat();
    for file in [1, 2, 4, 7, 9] {
        assert_eq!(rich.raw(&mut card, &poor, &append(file)), (vec![], 0x6982), "file {file}");
    }
    assert_eq!(rich.raw(&mut card, &poor, &append(3)), (vec![], 0x9000));
}

#[test]
fn before_chip_authentication_there_are_no_rights() {
    let house = House::new(&everything());
    let mut card = house.card();
    card.reset().unwrap();
    let select = [&[0x00, 0xA4, 0x04, 0x0C, 0x07][..], chipwright_records::RECORDS.as_bytes()].concat();
    assert_eq!(card.transport().transmit(&select).unwrap(), [0x90, 0x00]);
    for command in
        [&[0x00, 0xB2, 1, 0x14, 0][..], &[0x00, 0xCA, 0x7F, 0x78, 0], &[0x00, 0xE2, 0, 0x10, 2, 0x30, 0]]
    {
        assert_eq!(card.transport().transmit(command).unwrap(), [0x69, 0x82], "{command:02X?}");
    }
}

#[test]
fn the_extension_narrows_by_file() {
    let rights = [
        Right::CanAllowed,
        Right::Append(Category::Rights),
        Right::Append(Category::Transfer),
        READ_LIFE,
        READ_TRAINING,
    ];
    let files = FileRights::of([Right::Append(Category::Rights), READ_TRAINING]);
    let house = House::narrowed(&rights, Some(files));
    let mut card = house.card();
    let permissions = house.with(&mut card, |session| session.permissions()).unwrap();
    assert_eq!(
        permissions.iter().collect::<Vec<_>>(),
        [Right::CanAllowed, READ_TRAINING, Right::Append(Category::Rights)]
    );
    // one bit of id-AT covers both files; the card tells them apart by the extension
    let append = |file: u8| [0x00, 0xE2, 0x00, file << 3, 0x02, 0x30, 0x00];
    assert_eq!(house.raw(&mut card, &house, &append(7)).1, 0x6982);
    assert_eq!(house.raw(&mut card, &house, &append(6)).1, 0x9000);
    assert_eq!(
        house.raw(&mut card, &house, &[0x00, 0xB2, 1, 0x14, 0]).1,
        0x6982,
        "party life has its bit, and not its file"
    );
    assert_eq!(house.raw(&mut card, &house, &[0x00, 0xB2, 1, 0x1C, 0]).1, 0x6A83, "training has both");
}

#[test]
fn running_out_of_space_is_said_before_anything_is_written() {
    let house = House::new(&everything());
    let mut card = house.card();
    let long = "Lớp bồi dưỡng lý luận chính trị và nghiệp vụ công tác đảng dành cho cấp ủy viên cơ sở";
    let (mut head, mut written) = (Head::EMPTY, 0);
    let (needed, free) = loop {
        let outcome = house
            .with(&mut card, |mut session| {
                for _ in 0..8 {
                    let record = house.signer.record(house.number(), &head, training(long));
                    let before = session.inventory().unwrap();
                    match session.append(&record, &house.signer.certificate) {
                        Ok(()) => (head, written) = (record.head(), written + 1),
                        Err(RecordsError::NoRoom { needed, free }) => {
                            assert_eq!(session.inventory().unwrap(), before, "nothing changed");
                            return Some((needed, free));
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
                None
            })
            .unwrap();
        if let Some(found) = outcome {
            break found;
        }
    };
    assert!(needed > free && written > 15, "{written} records, {needed} bytes wanted, {free} free");
    let report = house.with(&mut card, |mut session| session.list(Category::Training).unwrap()).unwrap();
    assert!(house.check(Category::Training, &report, Some(&head)).is_good());
    // a smaller one still fits, and the card is no liar about it
    house
        .with(&mut card, |mut session| {
            let free = session.inventory().unwrap().free.unwrap();
            let record = house.signer.record(house.number(), &Head::EMPTY, party_life(2025));
            let outcome = session.append(&record, &house.signer.certificate);
            assert_eq!(outcome.is_ok(), record.as_der().len() <= free, "{free} bytes, {outcome:?}");
        })
        .unwrap();
}

#[test]
fn records_that_do_not_belong_are_not_written() {
    let house = House::new(&everything());
    let mut card = house.card();
    house
        .with(&mut card, |mut session| {
            let other = chipwright_profile::CardNumber::parse("A2B3C4D5E").unwrap();
            let foreign = house.signer.record(&other, &Head::EMPTY, party_life(2025));
            assert!(matches!(
                session.append(&foreign, &house.signer.certificate),
                Err(RecordsError::OtherCard)
            ));
            let late =
                house.signer.record(house.number(), &Head { number: 4, hash: [7; 32] }, party_life(2025));
            assert!(matches!(session.append(&late, &house.signer.certificate), Err(RecordsError::NotNext)));
            let first = SignedRecord::parse(&house.order.records.as_ref().unwrap().citizen_number).unwrap();
            let refused = session.append(&first, &house.order.authority.signer);
            assert!(matches!(refused, Err(RecordsError::CitizenNumber)));
            assert_eq!(session.inventory().unwrap().count(Category::PartyLife), Some(0));
        })
        .unwrap();
}

#[test]
fn wrong_papers_are_refused_before_the_card_is_asked() {
    let house = House::new(&everything());
    let mut card = house.card();
    card.reset().unwrap();
    let trips = card.round_trips();
    let stranger = CvAuthority::new(33, Rights::all(), None);
    let mixed = Chain::new(house.cv.cvca.certificate.clone(), stranger.chain());
    let open = |card: &mut Exchanger<Card>, chain: &Chain, at| {
        house.open_with(card, chain, &house.cv.terminal.key, at, &house.order.can(), |_| ()).unwrap_err()
    };
    let OpenError::Chain(error) = open(&mut card, &mixed, now()) else { panic!() };
    assert_eq!((error.position, error.fault), (1, ChainFault::SignatureWrong));
    let OpenError::Chain(error) = open(&mut card, &house.chain(), "2027-09-01T00:00:00Z".parse().unwrap())
    else {
        panic!()
    };
    assert!(matches!((error.position, error.fault), (1, ChainFault::Expired(_))));
    assert_eq!(card.round_trips(), trips, "nothing was sent");
}

#[test]
fn the_card_refuses_what_its_own_papers_do_not_cover() {
    let house = House::new(&everything());
    let mut card = house.card();
    // another organisation with the same names: its chain is good in itself, and the card's trust point did not sign it
    let stranger = CvAuthority::new(33, Rights::all(), None);
    let chain = Chain::new(stranger.cvca.certificate.clone(), stranger.chain());
    let error = house
        .open_with(&mut card, &chain, &stranger.terminal.key, now(), &house.order.can(), |_| ())
        .unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::Terminal(TerminalAuthenticationError::CertificateRefused { number: 1, .. })
        ),
        "{error:?}"
    );
    // the right papers, another's key
    card.reset().unwrap();
    let error = house
        .open_with(&mut card, &house.chain(), &stranger.terminal.key, now(), &house.order.can(), |_| ())
        .unwrap_err();
    assert!(
        matches!(error, OpenError::Terminal(TerminalAuthenticationError::SignatureRefused { .. })),
        "{error:?}"
    );
    // a wrong CAN
    card.reset().unwrap();
    let wrong =
        Password::can(if house.order.can_digits() == "000000" { "000001" } else { "000000" }).unwrap();
    let error = house
        .open_with(&mut card, &house.chain(), &house.cv.terminal.key, now(), &wrong, |_| ())
        .unwrap_err();
    assert!(matches!(error, OpenError::Pace(PaceError::WrongPassword { .. })), "{error:?}");
    // and then all is well
    assert!(house.with(&mut card, |_| ()).is_ok());
}

#[test]
fn the_can_needs_its_own_right() {
    let house = House::new(&[READ_LIFE]);
    let mut card = house.card();
    assert!(matches!(house.with(&mut card, |_| ()), Err(OpenError::CanNotAllowed)));
}

/// Who has seen the card knows its MRZ: it gets round neither that right nor the PIN, and the card is not asked.
#[test]
fn the_mrz_opens_no_records() {
    for rights in [vec![READ_LIFE], everything()] {
        let house = House::new(&rights);
        let mut card = house.card();
        let mrz = Password::Mrz(chipwright_channel::pace::MrzKey::from_information(house.mrz().expose()));
        let open = house.open_with(&mut card, &house.chain(), &house.cv.terminal.key, now(), &mrz, |_| ());
        assert!(matches!(open, Err(OpenError::Password)), "{open:?}");
    }
}

/// Whoever may read only is not told how full the card is.
#[test]
fn free_bytes_are_told_to_those_who_append() {
    let house = House::new(&[READ_LIFE, Right::CanAllowed]);
    let mut card = house.card();
    let inventory = house.with(&mut card, |mut session| session.inventory().unwrap()).unwrap();
    assert_eq!((inventory.free, inventory.count(Category::PartyLife)), (None, Some(0)));
}

/// The member's own secret needs no right of the terminal.
#[test]
fn the_pin_opens_records_and_a_wrong_one_costs_a_try() {
    let house = House::with_features(&[READ_LIFE], None, |chip| ChipFeatures { pin: true, ..chip });
    let mut card = house.card();
    let pin = std::str::from_utf8(house.order.pin.as_ref().unwrap().0.expose()).unwrap().to_owned();
    let wrong = Password::pin(if pin == "000000" { "000001" } else { "000000" }).unwrap();
    let open = |card: &mut Exchanger<Card>, password: &Password| {
        card.reset().unwrap();
        house.open_with(card, &house.chain(), &house.cv.terminal.key, now(), password, |mut session| {
            session.list(Category::PartyLife).unwrap().len()
        })
    };
    let error = open(&mut card, &wrong).unwrap_err();
    assert!(
        matches!(error, OpenError::Pace(PaceError::WrongPassword { tries_left: Some(2), .. })),
        "{error:?}"
    );
    assert_eq!(open(&mut card, &Password::pin(&pin).unwrap()).unwrap(), 0);
    let puk = std::str::from_utf8(house.order.pin.as_ref().unwrap().1.expose()).unwrap().to_owned();
    let puk = Password::puk(&puk).unwrap();
    assert!(matches!(open(&mut card, &puk), Err(OpenError::Password)), "the PUK opens nothing");
}

#[test]
fn a_card_without_records_says_so() {
    let house = House::new(&everything());
    let order = Order::new(ChipFeatures::PROVEN);
    let mut card = order.issue_on(chip_config(2), LengthMode::Extended, &mut World::new(4)).card;
    let error = house
        .open_with(&mut card, &house.chain(), &house.cv.terminal.key, now(), &order.can(), |_| ())
        .unwrap_err();
    assert!(matches!(error, OpenError::NoRecords), "{error:?}");
}

#[test]
fn a_card_of_an_issuer_that_is_not_trusted_is_not_authentic() {
    let mut house = House::new(&everything());
    let mut card = house.card();
    let from = "2026-11-01T00:00:00Z".parse().unwrap();
    let other = chipwright_testkit::AuthorityOptions::real("Another Party", 4, from);
    house.trust = chipwright_testkit::Authority::new(&other).trust(now());
    assert!(matches!(
        house.with(&mut card, |_| ()),
        Err(OpenError::NotAuthentic { file: chipwright_records::CardFile::CardSecurity, .. })
    ));
}

/// A thief's own card with the data of another: EF.CardSecurity is genuine and its key is there, but DG14 names others.
#[test]
fn card_security_of_another_card_opens_no_records() {
    let house = House::new(&everything());
    let victim = house.order.issue_on(chip_config(1), LengthMode::Extended, &mut World::new(3));
    let all = [1, 2, 11, 12, 13, 14, 15].map(FileId::Dg);
    let all = [&all[..], &[FileId::Sod]].concat();
    let but_14: Vec<FileId> = all.iter().copied().filter(|file| *file != FileId::Dg(14)).collect();
    let opened = |files: &[FileId]| {
        let mut world = World::new(3);
        let mut card =
            house.order.issue_with_files_of(&victim.signed, files, chip_config(2), &mut world).card;
        house.with(&mut card, |_| ())
    };
    assert!(opened(&[]).is_ok());
    assert!(matches!(opened(&all), Err(OpenError::OtherCardSecurity)));
    assert!(matches!(opened(&but_14), Err(OpenError::Dg14Altered)));
    // both files: the keys are named, and this chip does not have them
    let whole = [&all[..], &[FileId::CardSecurity]].concat();
    assert!(matches!(opened(&whole), Err(OpenError::NotGenuine(_))));
}

/// A new CVCA key: one link certificate rolls the card, and the former chain opens it no more once the card knows better.
#[test]
fn a_link_certificate_rolls_the_card() {
    let house = House::new(&everything());
    let mut card = house.card();
    let mut draw = random(55);
    let mut key = || SoftKey::generate(&mut draw);
    let (cvca_key, dv_key, terminal_key) = (key(), key(), key());
    let period = CvPeriod::new(date(2026, 11, 20), date(2029, 1, 1)).unwrap();
    let former = &house.cv.cvca;
    let profile = AuthorityProfile {
        holder: former.certificate.holder().successor().unwrap(),
        rights: Rights::all(),
        period,
    };
    let link = prepare_link(&profile, cvca_key.public_key(), &former.certificate).unwrap();
    let link = link.sign_with(&former.key).unwrap();
    let own = prepare_cvca(&profile, cvca_key.public_key()).unwrap().sign_with(&cvca_key).unwrap();
    let holder = |name, to| HolderProfile {
        holder: Reference::new("VN", name, 1).unwrap(),
        rights: Rights::all(),
        files: None,
        period: CvPeriod::new(date(2026, 11, 20), to).unwrap(),
    };
    let dv = prepare_dv(&holder("NEWDV", date(2027, 6, 1)), dv_key.public_key(), &own).unwrap();
    let dv = dv.sign_with(&cvca_key).unwrap();
    let own_terminal =
        prepare_terminal(&holder("NEWTERM", date(2027, 1, 1)), terminal_key.public_key(), &dv).unwrap();
    let own_terminal = own_terminal.sign_with(&dv_key).unwrap();
    let rolled = Chain::new(former.certificate.clone(), vec![link, dv.clone(), own_terminal.clone()]);
    let open = |card: &mut Exchanger<Card>, chain: &Chain| {
        card.reset().unwrap();
        let key: &dyn SignKey =
            if chain.certificates().len() == 2 && chain.trust_point() == &former.certificate {
                &house.cv.terminal.key
            } else {
                &terminal_key
            };
        house.open_with(card, chain, key, now(), &house.order.can(), |mut session| {
            session.inventory().unwrap().free
        })
    };
    open(&mut card, &rolled).unwrap();
    // the second time the card names the new trust point, and the link is not shown again
    let before = card.round_trips();
    open(&mut card, &rolled).unwrap();
    let direct = Chain::new(own, vec![dv, own_terminal]);
    open(&mut card, &direct).unwrap();
    assert!(card.round_trips() > before);
    // the former trust point still counts beside the new one, until it expires
    assert!(open(&mut card, &house.chain()).is_ok());
}

/// Everything a terminal said is said again to the same card: it does nothing.
#[test]
fn a_replayed_session_changes_nothing() {
    let house = House::new(&everything());
    let card = house.card();
    let mut card =
        Exchanger::new(Recorder { card: card.into_transport(), commands: Vec::new() }, LengthMode::Extended);
    let policy = Policy::real();
    let chain = house.chain();
    let terminal = Terminal {
        chain: &chain,
        key: &house.cv.terminal.key,
        trust: &house.trust,
        policy: &policy,
        application: &house.order.terms.application,
        at: now(),
    };
    card.reset().unwrap();
    let mut draw = random(12);
    let mut session = RecordsSession::open(&mut card, &house.order.can(), &terminal, &mut draw).unwrap();
    let record = house.signer.record(house.number(), &Head::EMPTY, commendation());
    session.append(&record, &house.signer.certificate).unwrap();
    let Recorder { card: mut chip, commands } = card.into_transport();
    chip.reset().unwrap();
    let mut statuses = Vec::new();
    for command in &commands {
        let answer = chip.transmit(command).unwrap();
        statuses.push(u16::from_be_bytes([answer[answer.len() - 2], answer[answer.len() - 1]]));
    }
    let protected = commands.iter().zip(&statuses).filter(|(command, _)| command[0] & 0x0C == 0x0C);
    let protected: Vec<u16> = protected.map(|(_, status)| *status).collect();
    assert!(protected.len() > 15 && protected.iter().all(|status| *status != 0x9000), "{protected:04X?}");
    let mut card = Exchanger::new(chip, LengthMode::Extended);
    let count = house
        .with(&mut card, |mut session| session.inventory().unwrap().count(Category::Commendation))
        .unwrap();
    assert_eq!(count, Some(1));
}

struct Recorder {
    card: Card,
    commands: Vec<Vec<u8>>,
}

impl Transport for Recorder {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.commands.push(command.to_vec());
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<chipwright_iso7816::Atr, TransportError> {
        self.card.reset()
    }
}

/// The card's date has moved on: a document verifier that has expired by it is refused, whatever the terminal's clock says.
#[test]
fn a_document_verifier_that_has_expired_by_the_cards_date_is_refused() {
    let mut house = House::new(&everything());
    house.policy = Policy::real().with_crl(CrlRule::IfPresent);
    let mut card = house.card();
    let mut draw = random(56);
    let (dv_key, terminal_key) = (SoftKey::generate(&mut draw), SoftKey::generate(&mut draw));
    let holder = |name| HolderProfile {
        holder: Reference::new("VN", name, 2).unwrap(),
        rights: Rights::all(),
        files: None,
        period: CvPeriod::new(date(2027, 6, 1), date(2027, 9, 1)).unwrap(),
    };
    let root = &house.cv.cvca;
    let dv = prepare_dv(&holder("DV"), dv_key.public_key(), &root.certificate).unwrap();
    let dv = dv.sign_with(&root.key).unwrap();
    let own = prepare_terminal(&holder("TERM"), terminal_key.public_key(), &dv).unwrap();
    let own = own.sign_with(&dv_key).unwrap();
    assert!(house.with(&mut card, |_| ()).is_ok());
    let newer = Chain::new(root.certificate.clone(), vec![dv, own]);
    card.reset().unwrap();
    let later = "2027-06-02T08:00:00Z".parse().unwrap();
    house.open_with(&mut card, &newer, &terminal_key, later, &house.order.can(), |_| ()).unwrap();
    // the former chain ends on 30 April 2027; a terminal whose clock stands still does not get in
    let error = house.with(&mut card, |_| ()).unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::Terminal(TerminalAuthenticationError::CertificateRefused { number: 1, .. })
        ),
        "{error:?}"
    );
}

/// Somebody between terminal and card who shows another EF.CardAccess.
struct Between {
    card: Card,
    edit: fn(&[u8]) -> Vec<u8>,
}

impl Transport for Between {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.transmit(command)?;
        if command.starts_with(&[0x00, 0xB0, 0x9C]) {
            let file = &answer[..answer.len() - 2];
            return Ok([(self.edit)(file), vec![0x90, 0x00]].concat());
        }
        Ok(answer)
    }

    fn reset(&mut self) -> Result<chipwright_iso7816::Atr, TransportError> {
        self.card.reset()
    }
}

/// The infos of EF.CardAccess, each whole.
fn infos(file: &[u8]) -> Vec<Vec<u8>> {
    let mut set = Tlv::parse_expected(file, Tag(0x31)).unwrap().children().unwrap();
    std::iter::from_fn(|| set.next().unwrap().map(|info| info.encoded.to_vec())).collect()
}

#[test]
fn an_altered_card_access_is_found_whether_it_offers_less_or_more() {
    let without_the_longest_keys = |file: &[u8]| {
        // id-PACE-ECDH-GM-AES-CBC-CMAC-256
        let strong = [0x06, 0x0A, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x04];
        let left: Vec<Vec<u8>> =
            infos(file).into_iter().filter(|info| !info.windows(12).any(|part| part == strong)).collect();
        assert_eq!(left.len() + 1, infos(file).len());
        encode(Tag(0x31), &left.concat())
    };
    let with_another = |file: &[u8]| {
        let mut all = infos(file);
        all.push(vec![0x30, 0x05, 0x06, 0x03, 0x2A, 0x03, 0x04]);
        encode(Tag(0x31), &all.concat())
    };
    for edit in [without_the_longest_keys as fn(&[u8]) -> Vec<u8>, with_another] {
        let house = House::new(&everything());
        let mut card =
            Exchanger::new(Between { card: house.card().into_transport(), edit }, LengthMode::Extended);
        card.reset().unwrap();
        let chain = house.chain();
        let terminal = Terminal {
            chain: &chain,
            key: &house.cv.terminal.key,
            trust: &house.trust,
            policy: &house.policy,
            application: &house.order.terms.application,
            at: now(),
        };
        let mut draw = random(13);
        let error = RecordsSession::open(&mut card, &house.order.can(), &terminal, &mut draw)
            .map(|_| ())
            .unwrap_err();
        assert!(matches!(error, OpenError::CardAccessAltered), "{error:?}");
    }
}
