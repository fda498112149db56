//! A finished card is read and judged.

use chipwright_channel::pace::{MrzKey, Password};
use chipwright_emulator::{Card, Interface, Randomness};
use chipwright_iso7816::{Aid, Atr, Exchanger, Transport, TransportError};
use chipwright_pki::certificate::Certificate;
use chipwright_pki::crl::Crl;
use chipwright_pki::{Policy, TrustStore};
use chipwright_testkit::random;
use chipwright_verify::{ChipProofPolicy, Inspection, Report, Verdict, inspect};

use crate::format::{AT, Exchange, Octets, Personalisation, Reading, SOURCE};
use crate::personalisation::{CASES, authority};
use crate::record::{Recorder, Step, mode, recording, taken};

/// Who reads which card.
pub(crate) struct ReadingCase {
    pub(crate) name: &'static str,
    pub(crate) card: usize,
    pub(crate) length_form: &'static str,
    pub(crate) protocol: &'static str,
    pub(crate) by_mrz: bool,
    pub(crate) seed: u64,
}

pub(crate) const READINGS: [ReadingCase; 4] = [
    ReadingCase {
        name: "read-can-aes128-short.json",
        card: 0,
        length_form: "short",
        protocol: "id-PACE-ECDH-GM-AES-CBC-CMAC-128",
        by_mrz: false,
        seed: 128,
    },
    ReadingCase {
        name: "read-can-aes256-extended.json",
        card: 1,
        length_form: "extended",
        protocol: "id-PACE-ECDH-GM-AES-CBC-CMAC-256",
        by_mrz: false,
        seed: 256,
    },
    ReadingCase {
        name: "read-mrz-aes128-short.json",
        card: 0,
        length_form: "short",
        protocol: "id-PACE-ECDH-GM-AES-CBC-CMAC-128",
        by_mrz: true,
        seed: 129,
    },
    ReadingCase {
        name: "read-can-chip-authentication-short.json",
        card: 3,
        length_form: "short",
        by_mrz: false,
        protocol: "id-PACE-ECDH-GM-AES-CBC-CMAC-256, then id-CA-ECDH-AES-CBC-CMAC-128",
        seed: 93,
    },
];

/// The card on the contactless interface, its randomness from now on `rng`.
pub(crate) fn presented(card: &Card, rng: Randomness) -> Card {
    let mut card = Card::load(&card.save(), rng).unwrap();
    card.set_interface(Interface::Contactless);
    card
}

/// What a step of a reading is called.
pub(crate) fn reading_step(command: &[u8], before: &[Exchange]) -> String {
    let steps = ["nonce", "mapping", "agreement", "tokens"];
    let authenticated = before
        .iter()
        .filter(|exchange| exchange.command.as_ref().is_some_and(|command| command.0[1] == 0x86))
        .count();
    match (command[1], command[2]) {
        (0x22, 0x41) => "Chip Authentication: set_at".into(),
        (0x22, _) => "PACE: set_at".into(),
        (0x86, _) if authenticated == steps.len() => "Chip Authentication: agreement".into(),
        (0x86, _) => format!("PACE: {}", steps[authenticated]),
        (0xA4, _) => "select application".into(),
        (0xB0, 0x9C) if authenticated == 0 => "read EF.CardAccess".into(),
        (0xB0, 0x81) if authenticated == 0 => "read EF.ATR/INFO".into(),
        (0xB0, 0x9D) => "read EF.SOD".into(),
        (0xB0, p1) if p1 & 0x80 != 0 => format!("read DG{}", p1 & 0x1F),
        (0xB0, _) => before.last().unwrap().step.clone(),
        (ins, _) => panic!("instruction {ins:02X}"),
    }
}

impl Transport for Reader {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        *self.0.step.borrow_mut() = reading_step(command, &self.0.exchanges);
        self.0.transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.0.reset()
    }
}

/// A recorder that finds the names of the steps itself.
pub(crate) struct Reader(Recorder);

/// Reads and judges, by the file alone.
pub(crate) fn read<T: Transport>(
    transport: T,
    file: &Reading,
    host: &mut dyn FnMut(&mut [u8]),
) -> (T, Report) {
    let mut card = Exchanger::new(transport, mode(&file.length_form));
    let password = match file.password_type.as_str() {
        "can" => Password::can(file.can.as_ref().unwrap()).unwrap(),
        "mrz" => Password::Mrz(MrzKey::from_information(file.mrz_information.as_ref().unwrap().as_bytes())),
        other => panic!("password {other}"),
    };
    let mut trust = TrustStore::new();
    trust.add_root(Certificate::from_der(&file.root.0).unwrap()).unwrap();
    trust.add_crl(Crl::from_der(&file.crl.0).unwrap()).unwrap();
    let policy = Policy::real();
    let mut ask = Inspection {
        chip_proof: ChipProofPolicy::IfPromised,
        ..Inspection::new(
            Aid::new(&file.instance_aid.0).unwrap(),
            &password,
            &trust,
            &policy,
            file.at.parse().unwrap(),
        )
    };
    let report = inspect(&mut card, &mut ask, host).0;
    (card.into_transport(), report)
}

impl ReadingCase {
    pub(crate) fn record(&self, made: &[(Personalisation, Card)]) -> Reading {
        let (personalised, card) = &made[self.card];
        let value = |name: &str| {
            personalised.objects.iter().find(|object| object.name == name).unwrap().value.0.clone()
        };
        let can = String::from_utf8(value("CAN")).unwrap();
        let dg1 = chipwright_profile::read::dg1(&value("DG1")).unwrap();
        let information = String::from_utf8(dg1.mrz_information().expose().to_vec()).unwrap();
        let authority = authority();
        let mut file = Reading {
            source: SOURCE.into(),
            expect: "pass".into(),
            comment: format!(
                "The card of {} on the contactless interface, read and judged by the inspection procedure: PACE with the {}, {}.",
                CASES[self.card].name,
                if self.by_mrz { "MRZ" } else { "CAN" },
                self.protocol,
            ),
            kind: "reading-transcript".into(),
            card: CASES[self.card].name.into(),
            length_form: self.length_form.into(),
            instance_aid: personalised.instance_aid.clone(),
            protocol: self.protocol.into(),
            password_type: if self.by_mrz { "mrz" } else { "can" }.into(),
            can: (!self.by_mrz).then_some(can),
            mrz_information: self.by_mrz.then_some(information),
            at: AT.into(),
            root: Octets(authority.root.as_der().to_vec()),
            crl: Octets(authority.crl(AT.parse().unwrap(), false).as_der().to_vec()),
            host_random: Vec::new(),
            card_random: Vec::new(),
            exchanges: Vec::new(),
        };
        let (mut host, host_draws) = recording(random(self.seed + 1000));
        let (rng, card_draws) = recording(random(self.seed + 2000));
        let recorder = Reader(Recorder::new(presented(card, rng), &Step::default()));
        let (reader, report) = read(recorder, &file, &mut host);
        assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
        file.host_random = taken(&host_draws);
        file.card_random = taken(&card_draws);
        file.exchanges = reader.0.exchanges;
        file
    }
}
