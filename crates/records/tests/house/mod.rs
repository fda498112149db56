//! An organisation with signers of documents and records, a card of its own, and terminals.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "tests; each binary uses a part"
)]

mod gap;

use chipwright_channel::pace::Password;
use chipwright_emulator::Card;
use chipwright_iso7816::{Command, Exchanger, LengthMode};
use chipwright_pki::certificate::AltName;
use chipwright_pki::cv::{Category, Chain, FileRights, Right, Rights};
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::{Certificate, Name, Period, Policy, SerialNumber, SignKey, TrustStore};
use chipwright_profile::mrz::MrzInformation;
use chipwright_profile::{CardNumber, ChipFeatures, CitizenNumber, FileId, FirstRecords, Salt, Unit};
use chipwright_records::{
    CitizenSecret, Commendation, Day, Draft, Expectation, FileReport, Grade, Head, Line, OpenError,
    PartyLife, Payload, RecordsSession, SignedRecord, Terminal, Training, Year, verify,
};
use chipwright_testkit::{Authority, CvAuthority, Order, SoftKey, World, chip_config, random};
use jiff::Timestamp;
use jiff::civil::date;

pub fn now() -> Timestamp {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

pub fn line(text: &str) -> Line {
    Line::new(text).unwrap()
}

pub fn unit() -> Unit {
    Unit::new("54.042", "Chi bộ Làng Bò").unwrap()
}

pub fn party_life(year: u16) -> Payload {
    Payload::PartyLife(PartyLife { year: Year::new(year).unwrap(), grade: Grade::Excellent, note: None })
}

pub fn training(course: &str) -> Payload {
    Payload::Training(Training {
        course: line(course),
        provider: line("Trung tâm Chính trị huyện"),
        from: Day(date(2026, 3, 2)),
        until: Day(date(2026, 3, 13)),
        certificate: Some(line("123/CN")),
    })
}

pub fn commendation() -> Payload {
    Payload::Commendation(Commendation {
        title: line("Huy hiệu 30 năm tuổi Đảng"),
        decision: line("45-QĐ/TW"),
        decided_on: Day(date(2026, 9, 2)),
        decided_by: line("Ban Bí thư"),
    })
}

/// A record signer under an authority's root.
pub struct Signer {
    pub key: SoftKey,
    pub certificate: Certificate,
}

impl Signer {
    pub fn new(authority: &Authority, seed: u64) -> Self {
        let mut random = random(seed);
        let key = SoftKey::generate(&mut random);
        let profile = RoleProfile {
            role: Role::RecordSigner,
            subject: Name::new("VN", "Example Party", Some("Chi bộ Làng Bò"), "Người ký hồ sơ 1").unwrap(),
            serial: SerialNumber::new(&[0x40, seed as u8]).unwrap(),
            key_usage: Period::months_from("2026-11-01T00:00:00Z".parse().unwrap(), 12).unwrap(),
            valid_days: 3660,
            alt_name: AltName::with_uri("VNM", "https://pki.example.invalid/").unwrap(),
            crl_addresses: vec!["https://pki.example.invalid/root.crl".to_owned()],
        };
        let certificate = role_signer(&profile, key.public_key(), &authority.root).unwrap();
        Self { key, certificate: certificate.sign_with(&authority.root_key).unwrap() }
    }

    pub fn record(&self, card: &CardNumber, head: &Head, payload: Payload) -> SignedRecord {
        let draft = Draft { card: card.clone(), recorded_on: date(2026, 11, 22), unit: unit(), payload };
        draft.prepare(head, &self.certificate).unwrap().sign_with(&self.key).unwrap()
    }

    /// A chain of records, each after the other.
    pub fn chain(&self, card: &CardNumber, payloads: impl IntoIterator<Item = Payload>) -> Vec<Vec<u8>> {
        let mut head = Head::EMPTY;
        let mut records = Vec::new();
        for payload in payloads {
            let record = self.record(card, &head, payload);
            head = record.head();
            records.push(record.as_der().to_vec());
        }
        records
    }
}

/// Everything a card with records comes from.
pub struct House {
    pub order: Order,
    pub cv: CvAuthority,
    pub signer: Signer,
    pub trust: TrustStore,
    pub policy: Policy,
}

impl House {
    /// Whose terminal has these rights.
    pub fn new(rights: &[Right]) -> Self {
        Self::narrowed(rights, None)
    }

    pub fn narrowed(rights: &[Right], files: Option<FileRights>) -> Self {
        Self::with_features(rights, files, |chip| chip)
    }

    pub fn with_features(
        rights: &[Right],
        files: Option<FileRights>,
        chip: impl FnOnce(ChipFeatures) -> ChipFeatures,
    ) -> Self {
        let cv = CvAuthority::new(9, Rights::of(rights.iter().copied()), files);
        let features = ChipFeatures { records: Some(cv.trust_point()), ..ChipFeatures::PROVEN };
        let mut order = Order::new(chip(features));
        let number = order.allocation.card_number.clone();
        let secret = CitizenSecret {
            number: CitizenNumber::parse(order.member.citizen_number().expose()).unwrap(),
            salt: Salt::new(*order.allocation.salt.expose()),
        };
        let draft = Draft {
            card: number,
            recorded_on: date(2026, 11, 22),
            unit: unit(),
            payload: Payload::CitizenNumber(secret),
        };
        let authority = &order.authority;
        let first = draft.prepare(&Head::EMPTY, &authority.signer).unwrap();
        let first = first.sign_with(&authority.signer_key).unwrap();
        order.records = Some(FirstRecords {
            certificate: order.authority.signer.as_der().to_vec(),
            citizen_number: first.as_der().to_vec(),
        });
        let signer = Signer::new(&order.authority, 77);
        let trust = order.authority.trust(now());
        Self { order, cv, signer, trust, policy: Policy::real() }
    }

    pub fn card(&self) -> Exchanger<Card> {
        self.order.issue_on(chip_config(1), LengthMode::Extended, &mut World::new(3)).card
    }

    pub fn number(&self) -> &CardNumber {
        &self.order.allocation.card_number
    }

    pub fn chain(&self) -> Chain {
        Chain::new(self.cv.cvca.certificate.clone(), self.cv.chain())
    }

    /// Opens the records with the CAN, and does something with them.
    pub fn with<R>(
        &self,
        card: &mut Exchanger<Card>,
        act: impl FnOnce(RecordsSession<'_, Card>) -> R,
    ) -> Result<R, OpenError> {
        card.reset().unwrap();
        self.open_with(card, &self.chain(), &self.cv.terminal.key, now(), &self.order.can(), act)
    }

    pub fn open_with<R>(
        &self,
        card: &mut Exchanger<Card>,
        chain: &Chain,
        key: &dyn SignKey,
        at: Timestamp,
        password: &Password,
        act: impl FnOnce(RecordsSession<'_, Card>) -> R,
    ) -> Result<R, OpenError> {
        let terminal = Terminal {
            chain,
            key,
            trust: &self.trust,
            policy: &self.policy,
            application: &self.order.terms.application,
            at,
        };
        let mut random = random(11);
        RecordsSession::open(card, password, &terminal, &mut random).map(act)
    }

    /// The MRZ information of the card.
    pub fn mrz(&self) -> MrzInformation {
        let signed = self.order.issue_on(chip_config(1), LengthMode::Extended, &mut World::new(3)).signed;
        let dg1 = chipwright_profile::read::dg1(signed.file(FileId::Dg(1)).unwrap()).unwrap();
        dg1.mrz_information()
    }

    /// One command to the records of the card, under the papers of `other`: data and status, whatever they are.
    pub fn raw(&self, card: &mut Exchanger<Card>, other: &Self, command: &[u8]) -> (Vec<u8>, u16) {
        card.reset().unwrap();
        let session = gap::open(card, self, other);
        let command = Command::from_bytes(command).unwrap();
        let (waiting, wrapped) = session.wrap(&command).unwrap();
        let response = card.exchange(&wrapped).unwrap();
        let (_, plain) = waiting.unwrap(response).unwrap();
        (plain.data, u16::from_be_bytes(plain.status.to_bytes()))
    }

    pub fn certificates(&self) -> Vec<Certificate> {
        vec![self.order.authority.signer.clone(), self.signer.certificate.clone()]
    }

    pub fn check(&self, category: Category, records: &[Vec<u8>], anchor: Option<&Head>) -> FileReport {
        self.check_with(category, records, anchor, &self.certificates())
    }

    pub fn check_with(
        &self,
        category: Category,
        records: &[Vec<u8>],
        anchor: Option<&Head>,
        certificates: &[Certificate],
    ) -> FileReport {
        let policy = Policy::real();
        let expected =
            Expectation { card: self.number(), certificates, trust: &self.trust, policy: &policy, at: now() };
        verify(category, records, anchor, &expected)
    }
}
