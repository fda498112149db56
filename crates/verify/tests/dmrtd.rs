//! dmrtd, a passport reader that nobody here wrote, opens our finished card, reads it and authenticates it passively.
//!
//! dmrtd looks for the LDS application under its ICAO identifier only, so these cards are installed under that one.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::cell::RefCell;
use std::rc::Rc;

use chipwright_emulator::{Card, ChipConfig, Interface, seeded_rng};
use chipwright_iso7816::{Aid, Exchanger, LengthMode, Transport};
use chipwright_perso::dgi::Object;
use chipwright_perso::{ChipProfile, Dgi, Freshness, PreparePlan, WritePlan, prepare, write};
use chipwright_profile::security_infos::authentication::CARD_SECURITY_KEYS;
use chipwright_profile::{
    ChipFeatures, FileId, IssueTerms, IssuerFiles, PaceParameters, PaceProtocol, SignedProfile, read,
};
use chipwright_testkit::{
    Authority, AuthorityOptions, ChipKeys, CvAuthority, Issued, MemoryJournal, Order, World, chip_config,
};
use dmrtd::auth::passive::{ChainStatus, DataGroup, PassiveAuthError, TrustAnchor, verify};
use dmrtd::com::{TransceiveError, Transceiver};
use dmrtd::lds::asn1_object_identifiers::KeyLength;
use dmrtd::lds::df1::efdg2::ImageType;
use dmrtd::lds::ef::ElementaryFile;
use dmrtd::lds::efcard_access::EfCardAccess;
use dmrtd::lds::mrz::Mrz;
use dmrtd::passport::Passport;
use dmrtd::proto::access_key::AccessKey;
use dmrtd::proto::can_key::CanKey;
use dmrtd::proto::dba_key::DBAKey;
use dmrtd::proto::iso7816::response_apdu::StatusWord;
use jiff::Timestamp;
use jiff::civil::date;

/// eMRTD application, ICAO Doc 9303-10, 3.6.
const LDS1: Aid = Aid::literal(&[0xA0, 0, 0, 2, 0x47, 0x10, 0x01]);

const AES_128: PaceParameters = PaceParameters { protocol: PaceProtocol::Aes128, parameter_id: 12 };
const AES_256: PaceParameters = PaceParameters { protocol: PaceProtocol::Aes256, parameter_id: 12 };

/// Every data group of a card of ours.
const GROUPS: [u8; 6] = [1, 2, 11, 12, 13, 14];

fn at() -> Timestamp {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

fn authority(seed: u64) -> Authority {
    let from = "2026-11-01T00:00:00Z".parse().unwrap();
    Authority::new(&AuthorityOptions::real("Example Party", seed, from))
}

fn terms(pace: &[PaceParameters]) -> IssueTerms {
    let terms = chipwright_testkit::terms(date(2026, 11, 22));
    IssueTerms { pace: pace.to_vec(), application: LDS1, ..terms }
}

struct Sample {
    terms: IssueTerms,
    signed: SignedProfile,
    can: String,
}

fn sample(authority: &Authority, member: u32, pace: &[PaceParameters]) -> Sample {
    let allocation = chipwright_testkit::allocation(&mut chipwright_testkit::random(u64::from(member)));
    let can = String::from_utf8(allocation.can.expose().to_vec()).unwrap();
    let (terms, portrait) = (terms(pace), chipwright_testkit::portrait(member));
    let signed = authority.sign(&chipwright_testkit::member(member), &portrait, &allocation, &terms, at());
    Sample { terms, signed, can }
}

/// A finished card; `change` may alter what is written, as somebody with the chip's keys could.
fn card(sample: &Sample, interface: Interface, change: impl FnOnce(&mut WritePlan)) -> Card {
    let profile = ChipProfile { instance: LDS1, ..ChipProfile::default() };
    let config = ChipConfig { interface: Interface::Contact, ..chip_config(1) };
    let mut card = Exchanger::new(Card::blank(config, seeded_rng(9)), LengthMode::Extended);
    card.reset().unwrap();
    let (keys, mut world, mut journal) = (ChipKeys::default(), World::new(4), MemoryJournal::default());
    let mut plan = WritePlan::new(profile.clone(), &sample.signed);
    change(&mut plan);
    let mut first = PreparePlan::new(profile, &IssuerFiles::new(&sample.terms));
    first.files.clone_from(&plan.shared);
    let ready = prepare(&mut card, &first, &keys, &mut world.surroundings()).unwrap();
    write(&mut card, &ready, &plan, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())
        .unwrap();
    let mut card = card.into_transport();
    card.set_interface(interface);
    card.reset().unwrap();
    card
}

/// Commands and responses, as they went over the wire.
type Log = Rc<RefCell<Vec<(Vec<u8>, Vec<u8>)>>>;

/// The card in dmrtd's reader.
struct Wire {
    card: Card,
    log: Log,
}

impl Transceiver for Wire {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        let response =
            self.card.transmit(command).map_err(|error| TransceiveError::new(error.to_string()))?;
        self.log.borrow_mut().push((command.to_vec(), response.clone()));
        Ok(response)
    }
}

fn reader(card: Card) -> (Passport<Wire>, Log) {
    let log = Log::default();
    (Passport::new(Wire { card, log: Rc::clone(&log) }), log)
}

fn open(card: Card, key: impl AccessKey) -> (Passport<Wire>, EfCardAccess) {
    let (mut passport, _) = reader(card);
    let access = passport.read_ef_card_access().unwrap();
    passport.start_session_pace(key, &access).unwrap();
    (passport, access)
}

fn mrz(sample: &Sample) -> Mrz {
    let dg1 = chipwright_profile::read::dg1(sample.signed.file(FileId::Dg(1)).unwrap()).unwrap();
    Mrz::from_bytes(dg1.lines().concat()).unwrap()
}

fn mrz_key(sample: &Sample) -> DBAKey {
    let mrz = mrz(sample);
    DBAKey::new(mrz.document_number(), mrz.date_of_birth, mrz.date_of_expiry, true).unwrap()
}

/// EF.SOD and the data groups, as dmrtd read them.
struct Contents {
    sod: Vec<u8>,
    groups: Vec<(u8, Vec<u8>)>,
}

impl Contents {
    fn read(passport: &mut Passport<Wire>) -> Self {
        let sod = passport.read_ef_sod().unwrap().to_bytes().to_vec();
        let groups = vec![
            (1, passport.read_ef_dg1().unwrap().to_bytes().to_vec()),
            (2, passport.read_ef_dg2().unwrap().to_bytes().to_vec()),
            (11, passport.read_ef_dg11().unwrap().to_bytes().to_vec()),
            (12, passport.read_ef_dg12().unwrap().to_bytes().to_vec()),
            (13, passport.read_ef_dg13().unwrap().to_bytes().to_vec()),
            (14, passport.read_ef_dg14().unwrap().to_bytes().to_vec()),
        ];
        Self { sod, groups }
    }

    fn authenticate(&self, root: &Authority) -> Result<dmrtd::auth::passive::PassiveAuth, PassiveAuthError> {
        let groups: Vec<DataGroup<'_>> =
            self.groups.iter().map(|(number, bytes)| DataGroup { number: *number, bytes }).collect();
        verify(&self.sod, &groups, &[TrustAnchor::from_certificate(root.root.as_der()).unwrap()])
    }
}

#[test]
fn every_value_is_read_as_it_was_issued() {
    let ours = authority(1);
    for number in 0..5 {
        let sample = sample(&ours, number, &PaceParameters::DEFAULT);
        let member = chipwright_testkit::member(number);
        let card = card(&sample, Interface::Contactless, |_| {});
        let (mut passport, _) = open(card, CanKey::new(&sample.can).unwrap());

        let com = passport.read_ef_com().unwrap();
        assert_eq!((com.version(), com.unicode_version()), ("0107", "040000"));
        let tags: Vec<u32> = com.dg_tags().iter().map(|tag| tag.value()).collect();
        assert_eq!(tags, [0x61, 0x6B, 0x6C, 0x6D, 0x6E, 0x75]);

        let dg1 = passport.read_ef_dg1().unwrap();
        let mrz = dg1.mrz();
        assert_eq!((mrz.document_code.as_str(), mrz.country.as_str()), ("CM", "VNM"));
        assert_eq!(mrz.date_of_birth.to_string(), member.birth().exact().unwrap().to_string());
        assert_eq!(mrz.date_of_expiry.to_string(), sample.terms.expires.to_string());
        assert_eq!(mrz.gender, if number.is_multiple_of(2) { "F" } else { "M" });
        assert!(member.number().as_str().len() == 12 && mrz.nationality == "VNM");
        let issued = chipwright_profile::read::dg1(sample.signed.file(FileId::Dg(1)).unwrap()).unwrap();
        assert_eq!(mrz.document_number(), issued.document_number());
        let (last, first) = issued.name();
        assert_eq!((mrz.last_name.as_str(), mrz.first_name.as_str()), (last.as_str(), first.as_str()));

        let dg2 = passport.read_ef_dg2().unwrap();
        let portrait = chipwright_testkit::portrait(number);
        assert_eq!(dg2.image_type(), Some(ImageType::Jpeg));
        assert_eq!(dg2.image_data.as_deref(), Some(portrait.jpeg()));
        assert_eq!(dg2.image_width, i32::from(portrait.width()));
        assert_eq!(dg2.image_height, i32::from(portrait.height()));

        let dg11 = passport.read_ef_dg11().unwrap();
        let name = [member.name().primary(), member.name().secondary()].join("<<").replace(' ', "<");
        assert_eq!(dg11.name_of_holder.unwrap(), name);
        assert_eq!(dg11.full_date_of_birth.unwrap().to_string(), mrz.date_of_birth.to_string());
        assert_eq!(dg11.place_of_birth, ["Sơn La"]);
        assert_eq!(dg11.personal_number, None, "the citizen number is not on the card in clear");

        let dg12 = passport.read_ef_dg12().unwrap();
        assert_eq!(dg12.issuing_authority.unwrap(), "Tỉnh ủy Sơn La");
        assert_eq!(dg12.date_of_issue.unwrap().to_string(), "2026-11-22");
        assert_eq!(passport.read_ef_dg15().unwrap_err().code, Some(StatusWord::FILE_NOT_FOUND));

        let contents = Contents::read(&mut passport);
        for (group, bytes) in &contents.groups {
            assert_eq!(Some(bytes.as_slice()), sample.signed.file(FileId::Dg(*group)), "DG{group}");
        }
        let verified = contents.authenticate(&ours).unwrap();
        assert!(verified.is_authentic() && verified.covers_all_groups());
        assert_eq!(verified.verified_groups, GROUPS);
    }
}

/// A card with every proof and with records: SecurityInfos of protocols that dmrtd does not know, and one of our own in DG14 (CAM-03).
#[test]
fn infos_of_ours_are_passed_over() {
    let cv = CvAuthority::new(3, chipwright_pki::cv::Rights::all(), None);
    let chip = ChipFeatures { cam: true, records: Some(cv.trust_point()), ..ChipFeatures::PROVEN };
    let mut order = Order::new(chip);
    order.terms.application = LDS1;
    let Issued { card, signed, .. } =
        order.issue_on(chip_config(1), LengthMode::Extended, &mut World::new(4));
    let named = read::dg14(signed.file(FileId::Dg(14)).unwrap()).unwrap();
    assert!(named.iter().any(|(protocol, _)| protocol == CARD_SECURITY_KEYS));
    let (mut passport, _) = open(card.into_transport(), CanKey::new(order.can_digits()).unwrap());
    let mut contents = Contents::read(&mut passport);
    contents.groups.push((15, passport.read_ef_dg15().unwrap().to_bytes().to_vec()));
    for (group, bytes) in &contents.groups {
        assert_eq!(Some(bytes.as_slice()), signed.file(FileId::Dg(*group)), "DG{group}");
    }
    let verified = contents.authenticate(&order.authority).unwrap();
    assert!(verified.is_authentic() && verified.covers_all_groups());
}

#[test]
fn pace_with_both_ciphers_and_both_passwords() {
    let ours = authority(1);
    for (pace, length) in [
        (&[AES_128][..], KeyLength::S128),
        (&[AES_256][..], KeyLength::S256),
        // a SET OF in DER: the shorter key stands first, and dmrtd takes the first it knows
        (&PaceParameters::DEFAULT[..], KeyLength::S128),
    ] {
        let sample = sample(&ours, 3, pace);
        for interface in [Interface::Contact, Interface::Contactless] {
            let by_can = CanKey::new(&sample.can).unwrap();
            let (mut passport, access) = open(card(&sample, interface, |_| {}), by_can);
            assert_eq!(access.pace_info().unwrap().protocol.key_length, length);
            assert!(Contents::read(&mut passport).authenticate(&ours).unwrap().covers_all_groups());
            let (mut passport, _) = open(card(&sample, interface, |_| {}), mrz_key(&sample));
            assert!(Contents::read(&mut passport).authenticate(&ours).unwrap().covers_all_groups());
        }
    }
}

#[test]
fn everything_after_pace_is_protected() {
    let sample = sample(&authority(1), 3, &[AES_256]);
    let (mut passport, log) = reader(card(&sample, Interface::Contactless, |_| {}));
    let access = passport.read_ef_card_access().unwrap();
    passport.start_session_pace(CanKey::new(&sample.can).unwrap(), &access).unwrap();
    let opening = log.borrow().len();
    Contents::read(&mut passport);
    assert_eq!(passport.read_ef_dg15().unwrap_err().code, Some(StatusWord::FILE_NOT_FOUND));
    let log = log.borrow();
    assert!(log.len() > opening + 60, "{} exchanges", log.len());
    for (command, response) in &log[opening..] {
        assert_eq!(command[0], 0x0C);
        let status = &response[response.len() - 2..];
        let sealed = [&[0x99, 0x02][..], status, &[0x8E, 0x08]].concat();
        assert_eq!(response[response.len() - 16..][..6], sealed, "an answer without DO 99 and DO 8E");
    }
    // the nonce of a 256-bit protocol has two blocks: 7C 22 80 20
    let nonce = &log.iter().find(|(command, _)| command[1] == 0x86).unwrap().1;
    assert_eq!((&nonce[..4], nonce.len()), (&[0x7C, 0x22, 0x80, 0x20][..], 4 + 32 + 2));
}

#[test]
fn an_altered_data_group_is_refused() {
    let ours = authority(1);
    let (mine, other) =
        (sample(&ours, 3, &PaceParameters::DEFAULT), sample(&ours, 4, &PaceParameters::DEFAULT));
    for number in GROUPS {
        let mut altered = mine.signed.file(FileId::Dg(number)).unwrap().to_vec();
        match number {
            // DG1 has check digits of its own: take a whole one
            1 => altered = other.signed.file(FileId::Dg(1)).unwrap().to_vec(),
            _ => *altered.last_mut().unwrap() ^= 0x01,
        }
        let written = card(&mine, Interface::Contactless, |plan| {
            let dgi = Dgi(FileId::Dg(number).dgi());
            let object = plan.objects.iter_mut().find(|object| object.dgi == dgi).unwrap();
            *object = Object::confidential(dgi, altered);
        });
        let (mut passport, _) = open(written, CanKey::new(&mine.can).unwrap());
        let contents = Contents::read(&mut passport);
        let refused = contents.authenticate(&ours);
        assert!(
            matches!(refused, Err(PassiveAuthError::DataGroupHashMismatch(group)) if group == number),
            "DG{number}: {refused:?}"
        );
    }
}

#[test]
fn an_altered_security_object_and_a_foreign_root_are_refused() {
    let (ours, impostor) = (authority(1), authority(2));
    let mine = sample(&ours, 3, &PaceParameters::DEFAULT);
    let mut sod = mine.signed.file(FileId::Sod).unwrap().to_vec();
    *sod.last_mut().unwrap() ^= 0x01;
    let written = card(&mine, Interface::Contactless, |plan| {
        let dgi = Dgi(FileId::Sod.dgi());
        let object = plan.objects.iter_mut().find(|object| object.dgi == dgi).unwrap();
        *object = Object::confidential(dgi, sod);
    });
    let (mut passport, _) = open(written, CanKey::new(&mine.can).unwrap());
    let refused = Contents::read(&mut passport).authenticate(&ours);
    assert!(matches!(refused, Err(PassiveAuthError::BadDocumentSignature)), "{refused:?}");

    // a root of the same name and another key
    let (mut passport, _) =
        open(card(&mine, Interface::Contactless, |_| {}), CanKey::new(&mine.can).unwrap());
    let verified = Contents::read(&mut passport).authenticate(&impostor).unwrap();
    assert_eq!(verified.chain, ChainStatus::Unverified);
    assert!(!verified.is_authentic());
}

#[test]
fn without_the_right_password_nothing_is_read() {
    let ours = authority(1);
    for pace in [AES_128, AES_256] {
        let mine = sample(&ours, 3, &[pace]);
        let wrong = if mine.can == "123456" { "654321" } else { "123456" };
        let (mut passport, log) = reader(card(&mine, Interface::Contactless, |_| {}));
        assert_eq!(
            passport.read_ef_dg1().unwrap_err().code,
            Some(StatusWord::SECURITY_STATUS_NOT_SATISFIED),
            "without PACE"
        );
        let access = passport.read_ef_card_access().unwrap();
        assert!(passport.start_session_pace(CanKey::new(wrong).unwrap(), &access).is_err());
        assert_eq!(log.borrow().last().unwrap().1, [0x63, 0x00], "the card saw a wrong token (ACC-03)");
        let stranger = mrz_key(&sample(&ours, 4, &[pace]));
        assert!(passport.start_session_pace(stranger, &access).is_err(), "the MRZ of another card");
        assert_eq!(passport.read_ef_dg1().unwrap_err().code, Some(StatusWord::SECURITY_STATUS_NOT_SATISFIED));
        let access = passport.read_ef_card_access().unwrap();
        passport.start_session_pace(CanKey::new(&mine.can).unwrap(), &access).unwrap();
        assert!(Contents::read(&mut passport).authenticate(&ours).unwrap().covers_all_groups());
    }
}
