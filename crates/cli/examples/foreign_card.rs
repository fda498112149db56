//! The files and keys of a card that another program plays (`tools/judges/libeac/card`), and our host before that card.
//!
//! ```text
//! foreign_card make FOLDER            writes the files, keys and settings of an invented member's card
//! foreign_card open READER            verifies the card in that PC/SC reader, opens its records, appends one
//! ```
//!
//! `open` says a line a case, then `N passed, M failed`; exit code 1 if one failed.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a tool of the tests")]

use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_pki::certificate::AltName;
use chipwright_pki::cv::{Category, Chain, Right, Rights};
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::{Certificate, Name, Period, Policy, SerialNumber, SignKey, TrustStore};
use chipwright_profile::{ChipFeatures, ChipKeys, CitizenNumber, FileId, FirstRecords, Salt, Unit};
use chipwright_reader::pcsc::{PcscCard, Service};
use chipwright_records::{
    CitizenSecret, Draft, Expectation, Grade, Head, PartyLife, Payload, RecordsSession, SignedRecord,
    Terminal, Year, verify,
};
use chipwright_testkit::{CvAuthority, Order, SoftKey, random};
use chipwright_verify::{Inspection, Proof, Verdict, inspect};
use jiff::Timestamp;
use jiff::civil::date;
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::pkcs8::EncodePrivateKey as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// The chip's keys: scalars that nobody else has any use for.
const AA_SCALAR: [u8; 32] = [0x11; 32];
const CA2_SCALAR: [u8; 32] = [0x22; 32];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", folder] => {
            make(&Issuer::new(), Path::new(folder));
            ExitCode::SUCCESS
        }
        ["open", reader] => open(&Issuer::new(), reader),
        _ => ExitCode::from(2),
    }
}

/// Who issued the card, and the terminal that may use its records.
struct Issuer {
    order: Order,
    cv: CvAuthority,
    signer_key: SoftKey,
    signer: Certificate,
    trust: TrustStore,
}

impl Issuer {
    fn new() -> Self {
        let rights = Category::ALL.into_iter().map(Right::Read);
        let rights = rights.chain([Right::CanAllowed, Right::Append(Category::PartyLife)]);
        let cv = CvAuthority::new(9, Rights::of(rights), None);
        let chip = ChipFeatures {
            active_authentication: true,
            records: Some(cv.trust_point()),
            ..ChipFeatures::NONE
        };
        let order = Order::new(chip);
        let mut random = random(77);
        let signer_key = SoftKey::generate(&mut random);
        let profile = RoleProfile {
            role: Role::RecordSigner,
            subject: Name::new("VN", "Example Party", Some("Records"), "Record Signer 1").unwrap(),
            serial: SerialNumber::new(&[0x40, 0x4D]).unwrap(),
            key_usage: Period::months_from("2026-11-01T00:00:00Z".parse().unwrap(), 12).unwrap(),
            valid_days: 3660,
            alt_name: AltName::with_uri("VNM", "https://pki.example.invalid/").unwrap(),
            crl_addresses: vec!["https://pki.example.invalid/root.crl".to_owned()],
        };
        let signer = role_signer(&profile, signer_key.public_key(), &order.authority.root).unwrap();
        let signer = signer.sign_with(&order.authority.root_key).unwrap();
        let trust = order.authority.trust(order.at);
        Self { order, cv, signer_key, signer, trust }
    }

    fn at(&self) -> Timestamp {
        self.order.at
    }

    fn draft(&self, payload: Payload) -> Draft {
        Draft {
            card: self.order.allocation.card_number.clone(),
            recorded_on: date(2026, 11, 22),
            unit: Unit::new("54.042", "Chi bộ Làng Bò").unwrap(),
            payload,
        }
    }

    fn first_records(&self) -> FirstRecords {
        let order = &self.order;
        let secret = CitizenSecret {
            number: CitizenNumber::parse(order.member.citizen_number().expose()).unwrap(),
            salt: Salt::new(*order.allocation.salt.expose()),
        };
        let first = self.draft(Payload::CitizenNumber(secret));
        let first = first.prepare(&Head::EMPTY, &order.authority.signer).unwrap();
        FirstRecords {
            certificate: order.authority.signer.as_der().to_vec(),
            citizen_number: first.sign_with(&order.authority.signer_key).unwrap().as_der().to_vec(),
        }
    }
}

fn secret(scalar: [u8; 32]) -> SecretKey {
    SecretKey::from_slice(&scalar).unwrap()
}

fn point(key: &SecretKey) -> [u8; 65] {
    key.public_key().to_sec1_point(false).as_bytes().try_into().unwrap()
}

fn make(issuer: &Issuer, folder: &Path) {
    let (aa, ca2) = (secret(AA_SCALAR), secret(CA2_SCALAR));
    let keys = ChipKeys { aa: Some(point(&aa)), ca2: Some(point(&ca2)), ..ChipKeys::default() };
    fs::create_dir_all(folder).unwrap();
    let put = |name: &str, content: &[u8]| fs::write(folder.join(name), content).unwrap();
    let signed = issuer.order.sign(&keys);
    for (file, content) in signed.files() {
        if !matches!(file, FileId::Dir | FileId::AtrInfo) {
            put(&format!("{}.bin", file.to_string().replace('.', "-")), content);
        }
    }
    let records = issuer.first_records();
    put("0200-1.bin", &records.certificate);
    put("0201-1.bin", &records.citizen_number);
    put("cvca.cvcert", &issuer.cv.trust_point());
    put("aa.der", aa.to_pkcs8_der().unwrap().as_bytes());
    put("ca2.der", ca2.to_pkcs8_der().unwrap().as_bytes());
    let mrz = &signed.file(FileId::Dg(1)).unwrap()[5..];
    put("can", issuer.order.can_digits().as_bytes());
    put("mrz", mrz);
}

struct Tally {
    passed: u32,
    failed: u32,
}

impl Tally {
    fn check(&mut self, holds: bool, case: &str, note: &str) {
        println!("  {}  {case}{note}", if holds { "ok    " } else { "FAILED" });
        if holds { self.passed += 1 } else { self.failed += 1 }
    }
}

fn open(issuer: &Issuer, reader: &str) -> ExitCode {
    let service = Service::connect().unwrap();
    let mut card = Exchanger::new(service.open(reader).unwrap(), LengthMode::Short);
    let mut tally = Tally { passed: 0, failed: 0 };
    inspected(issuer, &mut card, &mut tally);
    records(issuer, &mut card, &mut tally);
    println!("{} passed, {} failed", tally.passed, tally.failed);
    ExitCode::from(u8::from(tally.failed > 0))
}

fn inspected(issuer: &Issuer, card: &mut Exchanger<PcscCard>, tally: &mut Tally) {
    let (password, policy) = (issuer.order.can(), Policy::real());
    let application = issuer.order.terms.application;
    let mut ask = Inspection::new(application, &password, &issuer.trust, &policy, issuer.at());
    let (report, _) = inspect(card, &mut ask, &mut system_random);
    let proven = report.proofs() == [Proof::ActiveAuthentication];
    let text = report.to_text(false);
    tally.check(
        report.verdict() == Verdict::Valid && proven,
        "verified, the chip by Active Authentication",
        if proven { "" } else { &text },
    );
}

fn records(issuer: &Issuer, card: &mut Exchanger<PcscCard>, tally: &mut Tally) {
    let (chain, policy) = (Chain::new(issuer.cv.cvca.certificate.clone(), issuer.cv.chain()), Policy::real());
    let terminal = Terminal {
        chain: &chain,
        key: &issuer.cv.terminal.key,
        trust: &issuer.trust,
        policy: &policy,
        application: &issuer.order.terms.application,
        at: issuer.at(),
    };
    card.reset().unwrap();
    let opened = RecordsSession::open(card, &issuer.order.can(), &terminal, &mut system_random);
    let mut session = match opened {
        Ok(session) => session,
        Err(error) => {
            return tally.check(
                false,
                "PACE with CHAT, Terminal and Chip Authentication 2",
                &format!(": {error}"),
            );
        }
    };
    tally.check(true, "PACE with CHAT, Terminal and Chip Authentication 2", "");
    let record = SignedRecord::parse(&session.list(Category::CitizenNumber).unwrap()[0]);
    tally.check(record.is_ok(), "the citizen number's record is read", "");
    let party_life = PartyLife { year: Year::new(2026).unwrap(), grade: Grade::Excellent, note: None };
    let draft = issuer.draft(Payload::PartyLife(party_life));
    let record = draft.prepare(&Head::EMPTY, &issuer.signer).unwrap().sign_with(&issuer.signer_key).unwrap();
    let appended = session.append(&record, &issuer.signer);
    tally.check(
        appended.is_ok(),
        "a record is appended",
        &appended.err().map_or(String::new(), |e| format!(": {e}")),
    );
    let listed = session.list(Category::PartyLife).unwrap_or_default();
    let certificates = session.certificates().unwrap_or_default();
    let expected = Expectation {
        card: &issuer.order.allocation.card_number,
        certificates: &certificates,
        trust: &issuer.trust,
        policy: &policy,
        at: issuer.at(),
    };
    let report = verify(Category::PartyLife, &listed, Some(&record.head()), &expected);
    let good = listed.len() == 1 && report.findings.is_empty();
    tally.check(good, "and read back, its chain and signer checked", "");
}

fn system_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).unwrap();
}
