//! Blank to finished card.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use aes::{Aes128, Aes256};
use chipwright_channel::scp03::{KeyError, KeyRole, KeySet, SoftKeys, StaticKeys};
use chipwright_emulator::scp03::Parameter;
use chipwright_emulator::{Card, ChipConfig, Cplc, Randomness, TransportKeys};
use chipwright_iso7816::{Aid, Exchanger, Transport};
use chipwright_perso::dgi::Object;
use chipwright_perso::{
    CardKeys, ChipIdentifier, ChipProfile, Dgi, Freshness, Leftovers, PersoError, PreparePlan, Surroundings,
    WritePlan, prepare, write,
};
use chipwright_profile::{
    ChipFeatures, ChipKeys, FittedPortrait, IssueTerms, IssuerFiles, KeyReference, PaceParameters,
    PaceProtocol,
};
use chipwright_testkit::{Authority, AuthorityOptions, MemoryJournal, TryCount, random};
use cmac::{Cmac, KeyInit, Mac};
use jiff::civil::date;

use crate::format::{AT, Octets, Personalisation, SOURCE, Stored, vectors};
use crate::record::{Recorder, Step, mode, recording, taken};

/// The keys of a transcript.
pub(crate) struct Keys<'a>(&'a Personalisation);

impl CardKeys for Keys<'_> {
    fn transport(&self, _: &ChipIdentifier, _: u8) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        let file = self.0;
        let (enc, mac, dek) = (&file.transport_enc.0, &file.transport_mac.0, &file.transport_dek.0);
        Ok(Box::new(SoftKeys::new(file.transport_key_version, enc, mac, dek)?))
    }

    fn issuer(&self, chip: &ChipIdentifier) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        Ok(Box::new(self.new_keys(chip)?.to_static_keys(self.0.issuer_key_version)?))
    }

    fn new_keys(&self, _chip: &ChipIdentifier) -> Result<KeySet, KeyError> {
        KeySet::new(&self.0.issuer_enc.0, &self.0.issuer_mac.0, &self.0.issuer_dek.0)
    }
}

/// SP 800-108 in counter mode with AES-CMAC, written out: counter ‖ label ‖ role ‖ 00 ‖ chip identifier ‖ bits.
pub(crate) fn derive(master: &[u8], role: u8, chip: &[u8]) -> Octets {
    let bits = u32::try_from(master.len() * 8).unwrap();
    let block = |counter: u32| {
        let parts =
            [&counter.to_be_bytes()[..], b"CHIPWRIGHT-CARD-KEY", &[role, 0], chip, &bits.to_be_bytes()];
        let input = parts.concat();
        match master.len() {
            16 => {
                Cmac::<Aes128>::new_from_slice(master).unwrap().chain_update(&input).finalize().into_bytes()
            }
            _ => Cmac::<Aes256>::new_from_slice(master).unwrap().chain_update(&input).finalize().into_bytes(),
        }
    };
    let mut key: Vec<u8> = (1..=2).flat_map(block).collect();
    key.truncate(master.len());
    Octets(key)
}

/// Blank to finished card, by the file alone.
pub(crate) fn personalise<T: Transport>(
    transport: T,
    file: &Personalisation,
    host: &mut dyn FnMut(&mut [u8]),
    step: &Step,
) -> Result<T, PersoError> {
    let mut card = Exchanger::new(transport, mode(&file.length_form));
    card.reset().unwrap();
    let profile = ChipProfile { instance: Aid::new(&file.instance_aid.0).unwrap(), ..ChipProfile::default() };
    let (shared, objects) = file
        .objects
        .iter()
        .map(|stored| {
            let dgi = Dgi(u16::from_be_bytes(stored.dgi.0.as_slice().try_into().unwrap()));
            assert_eq!(dgi.name(), Some(stored.name.as_str()));
            Object::confidential(dgi, stored.value.0.clone())
        })
        .partition(|object| object.dgi.0 >> 8 == 0x2F);
    let mut plan = WritePlan { profile: profile.clone(), objects, shared, keys: ChipKeys::default() };
    let wanted = |pair: &KeyReference| file.key_pairs.contains(&pair.number());
    let key_pairs = KeyReference::ALL.into_iter().filter(wanted).collect();
    let first =
        PreparePlan { profile, files: plan.shared.clone(), key_pairs, leftovers: Leftovers::default() };
    let (keys, mut budget, mut journal) = (Keys(file), TryCount::default(), MemoryJournal::default());
    let pass = Rc::new(RefCell::new("prepare"));
    let named = |name: &str| *step.borrow_mut() = format!("{}: {name}", pass.borrow());
    named("survey");
    let mut world = Surroundings {
        random: host,
        clock: &mut || Duration::ZERO,
        budget: &mut budget,
        progress: &mut |progress| named(progress.step),
    };
    let ready = prepare(&mut card, &first, &keys, &mut world)?;
    plan.keys = *ready.keys();
    *pass.borrow_mut() = "write";
    named("open session");
    write(&mut card, &ready, &plan, Freshness::Fresh, &keys, &mut journal, &mut world)?;
    Ok(card.into_transport())
}

/// The blank that the file is about.
pub(crate) fn blank(file: &Personalisation, rng: Randomness) -> Card {
    let keys = TransportKeys::new(
        file.transport_key_version,
        &file.transport_enc.0,
        &file.transport_mac.0,
        &file.transport_dek.0,
    );
    let config = ChipConfig {
        cplc: Cplc::of_chip(file.chip_identifier.0.as_slice().try_into().unwrap()),
        transport_keys: keys.unwrap(),
        parameter: Parameter::new(file.parameter_i).unwrap(),
        ..ChipConfig::default()
    };
    Card::blank(config, rng)
}

pub(crate) fn authority() -> Authority {
    let from = "2026-11-01T00:00:00Z".parse().unwrap();
    Authority::new(&AuthorityOptions::real("Example Party", 1, from))
}

/// A small portrait from the vectors of the data groups, so that these files stay small.
pub(crate) fn portrait() -> FittedPortrait {
    let path = vectors().join("data-groups/member-whole.json");
    let vector: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    FittedPortrait::from_fitted(hex::decode(vector["portrait"].as_str().unwrap()).unwrap()).unwrap()
}

/// What is personalised: parameter, key size, form of lengths, ciphers of PACE.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) parameter_i: u8,
    pub(crate) key_bytes: u8,
    pub(crate) length_form: &'static str,
    pub(crate) pace: &'static [PaceProtocol],
    pub(crate) chip: ChipFeatures,
    pub(crate) seed: u64,
}

pub(crate) const CASES: [Case; 4] = [
    Case {
        name: "personalise-i70-aes128-short.json",
        parameter_i: 0x70,
        key_bytes: 16,
        length_form: "short",
        pace: &[PaceProtocol::Aes128],
        chip: ChipFeatures::NONE,
        seed: 70,
    },
    Case {
        name: "personalise-i71-aes256-extended.json",
        parameter_i: 0x71,
        key_bytes: 32,
        length_form: "extended",
        pace: &[PaceProtocol::Aes256],
        chip: ChipFeatures::NONE,
        seed: 71,
    },
    Case {
        name: "personalise-i00-aes128-short.json",
        parameter_i: 0x00,
        key_bytes: 16,
        length_form: "short",
        pace: &[PaceProtocol::Aes128, PaceProtocol::Aes256],
        chip: ChipFeatures::NONE,
        seed: 100,
    },
    Case {
        name: "personalise-proven-i70-aes128-short.json",
        parameter_i: 0x70,
        key_bytes: 16,
        length_form: "short",
        pace: &[PaceProtocol::Aes128, PaceProtocol::Aes256],
        chip: ChipFeatures::PROVEN,
        seed: 72,
    },
];

impl Case {
    /// The keys that the chip will make: what is signed is known only when the chip has been asked.
    fn rehearse(&self) -> ChipKeys {
        let file = self.inputs_for(&ChipKeys::of_zeros(&self.chip));
        let (mut host, rng) = (random(self.seed + 1000), random(self.seed + 2000));
        let mut card = Exchanger::new(blank(&file, rng), mode(&file.length_form));
        card.reset().unwrap();
        let plan = PreparePlan::new(ChipProfile::default(), &IssuerFiles::new(&self.terms()));
        let mut budget = TryCount::default();
        let mut world = Surroundings {
            random: &mut *host,
            clock: &mut || Duration::ZERO,
            budget: &mut budget,
            progress: &mut |_| {},
        };
        *prepare(&mut card, &plan, &Keys(&file), &mut world).unwrap().keys()
    }

    fn terms(&self) -> IssueTerms {
        let pace = self.pace.iter().map(|protocol| PaceParameters { protocol: *protocol, parameter_id: 12 });
        let terms = chipwright_testkit::terms(date(2026, 11, 22));
        IssueTerms { pace: pace.collect(), chip: self.chip.clone(), ..terms }
    }

    /// The file without its exchanges.
    pub(crate) fn inputs(&self) -> Personalisation {
        self.inputs_for(&self.rehearse())
    }

    fn inputs_for(&self, keys: &ChipKeys) -> Personalisation {
        let key = |first: u8| Octets((first..).take(self.key_bytes.into()).collect());
        let mut chip_identifier = ChipConfig::default().cplc.chip_identifier();
        chip_identifier[7] = u8::try_from(self.seed).unwrap();
        let terms = self.terms();
        let allocation = chipwright_testkit::allocation(&mut random(self.seed));
        let member = chipwright_testkit::member(u32::try_from(self.seed).unwrap());
        let signed =
            authority().sign_for(&member, &portrait(), &allocation, &terms, keys, AT.parse().unwrap());
        let profile = ChipProfile::default();
        let plan = WritePlan::new(profile.clone(), &signed);
        let issued = PreparePlan::new(profile.clone(), &IssuerFiles::new(&terms)).files;
        assert!(issued.iter().map(|object| object.dgi).eq(plan.shared.iter().map(|object| object.dgi)));
        let objects = plan.shared.iter().chain(&plan.objects).map(|object| Stored {
            dgi: Octets(object.dgi.0.to_be_bytes().to_vec()),
            name: object.dgi.name().unwrap().into(),
            value: Octets(object.value().to_vec()),
        });
        let issuer = |first: u8, role: KeyRole| derive(&key(first).0, role.identifier(), &chip_identifier);
        let proven = if keys.iter().next().is_some() { ", whose chip makes two key pairs" } else { "" };
        let s16 = if self.parameter_i & 1 == 0 { "" } else { ", S16" };
        Personalisation {
            source: SOURCE.into(),
            expect: "pass".into(),
            comment: format!(
                "A blank becomes the finished card of an invented member{proven}: i = {:02X}{s16}, AES-{}, {} lengths. \
                 The transport keys are published development keys and the master keys test keys: they protect nothing.",
                self.parameter_i,
                u16::from(self.key_bytes) * 8,
                self.length_form,
            ),
            kind: "personalisation-transcript".into(),
            parameter_i: self.parameter_i,
            key_bits: u16::from(self.key_bytes) * 8,
            length_form: self.length_form.into(),
            chip_identifier: Octets(chip_identifier.to_vec()),
            transport_key_version: profile.transport_versions[0],
            transport_enc: key(0x40),
            transport_mac: key(0x40),
            transport_dek: key(0x40),
            issuer_key_version: profile.issuer_version,
            master_enc: key(0xA0),
            master_mac: key(0xB0),
            master_dek: key(0xC0),
            issuer_enc: issuer(0xA0, KeyRole::Enc),
            issuer_mac: issuer(0xB0, KeyRole::Mac),
            issuer_dek: issuer(0xC0, KeyRole::Dek),
            instance_aid: Octets(profile.instance.as_bytes().to_vec()),
            key_pairs: self.chip.key_pairs().map(KeyReference::number).collect(),
            objects: objects.collect(),
            host_random: Vec::new(),
            card_random: Vec::new(),
            exchanges: Vec::new(),
        }
    }

    /// The whole file, and the card.
    pub(crate) fn record(&self) -> (Personalisation, Card) {
        let mut file = self.inputs();
        let (mut host, host_draws) = recording(random(self.seed + 1000));
        let (rng, card_draws) = recording(random(self.seed + 2000));
        let step = Step::default();
        let recorder = personalise(Recorder::new(blank(&file, rng), &step), &file, &mut host, &step).unwrap();
        file.host_random = taken(&host_draws);
        file.card_random = taken(&card_draws);
        file.exchanges = recorder.exchanges;
        (file, recorder.card)
    }
}
