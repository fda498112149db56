//! An issued card in a PC/SC reader, managed with the issuer's keys as somebody else derived them.

use scll::CardManager;
use scll::backend::{KeyBackend, KeyHandle, KeyKind};
use scll::backend_rustcrypto::RustCryptoBackend;
use scll::report::ScpTargetKind;
use scll::workflow::{NewKeyset, OpenScpArgs, PutSdKeysArgs, SdKeys};

use crate::cases::{Counter, ISSUER_DOMAIN, Manager, Outcome, expect, said};
use crate::chip::Chip;

/// What is known about the card.
pub struct Issued {
    /// The reader.
    pub reader: String,
    /// AID of the identity application.
    pub application: Vec<u8>,
    /// Key version number.
    pub version: u8,
    /// Key-ENC, Key-MAC, Key-DEK of this chip.
    pub keys: [Vec<u8>; 3],
    /// Whether keys and data may be changed; the card stays good.
    pub change: bool,
}

/// The version that a second key set gets.
const SECOND: u8 = 0x21;
/// Personalised (GP 2.3.1, application specific states).
const PERSONALISED: u8 = 0x0F;
const LEVEL: u8 = 0x33;

/// Every case, by name.
pub fn all(card: &Issued) -> Vec<(String, Outcome)> {
    let mut desk = match Desk::new(card) {
        Ok(desk) => desk,
        Err(fault) => return vec![("discovery without a key".into(), Err(fault))],
    };
    let mut cases = vec![
        ("discovery without a key".into(), desk.sets(card)),
        ("a session with the derived keys; the applications are listed".into(), desk.inventory(card)),
        ("GET STATUS 80, 40, 20 and 10 are answered".into(), desk.every_status(card)),
    ];
    if card.change {
        cases.push(("STORE DATA sets and resets the issuer identification number".into(), desk.store_data()));
        cases.push(("PUT KEY adds a key set, and it opens the card".into(), desk.change_keys(card)));
        cases.push(("and lists the same applications with it".into(), desk.inventory(card)));
    }
    cases
}

struct Desk {
    manager: Manager,
    advertised: Vec<scll::model::ScpVariant>,
    sets: Vec<(u8, usize)>,
    kind: KeyKind,
    keys: SdKeys,
    version: u8,
}

impl Desk {
    fn new(card: &Issued) -> Result<Self, String> {
        let chip = Chip::in_reader(&card.reader).map_err(|fault| format!("{}: {fault}", card.reader))?;
        let mut manager = CardManager::new(chip, RustCryptoBackend::new(Counter(1)));
        let found = manager.discover(None).map_err(said("discover"))?;
        expect("the issuer domain", found.isd_aid.as_bytes() == ISSUER_DOMAIN)?;
        let kind = match card.keys[0].len() {
            16 => KeyKind::Aes128,
            24 => KeyKind::Aes192,
            _ => KeyKind::Aes256,
        };
        let [enc, mac, dek] = &card.keys;
        let keys = SdKeys {
            enc: import(&manager, kind, enc)?,
            mac: import(&manager, kind, mac)?,
            dek: import(&manager, kind, dek)?,
        };
        Ok(Self {
            advertised: found.scp_supported.to_vec(),
            sets: found.isd_keysets.iter().map(|set| (set.kvn, set.keys.len())).collect(),
            manager,
            kind,
            keys,
            version: card.version,
        })
    }

    fn sets(&self, card: &Issued) -> Outcome {
        expect("three keys of the issuer's version and no others", self.sets == [(card.version, 3)])?;
        Ok(String::new())
    }

    fn open(&mut self) -> Result<(), String> {
        self.manager.close_channel();
        let opened = self
            .manager
            .open_scp(&OpenScpArgs {
                target_aid: &ISSUER_DOMAIN,
                target_kind: ScpTargetKind::SecurityDomainAid,
                sd_keys: self.keys,
                advertised: &self.advertised,
                force_scp: None,
                kvn: self.version,
                requested_level: LEVEL,
            })
            .map_err(said("open"))?;
        expect("the level asked for", opened.security_level_effective == LEVEL)
    }

    fn inventory(&mut self, card: &Issued) -> Outcome {
        self.open()?;
        let inventory = self.manager.get_card_inventory(&ISSUER_DOMAIN).map_err(said("inventory"))?.inventory;
        expect("one security domain", inventory.security_domains.len() == 1)?;
        expect("one load file", inventory.elfs.len() == 1)?;
        let found: Vec<(&[u8], u8)> =
            inventory.applets.iter().map(|entry| (entry.aid.as_bytes(), entry.life_cycle_state)).collect();
        expect("the identity application, personalised", found == [(&card.application[..], PERSONALISED)])?;
        Ok(String::new())
    }

    fn every_status(&mut self, card: &Issued) -> Outcome {
        self.open()?;
        for (kind, tag) in [(0x80, &ISSUER_DOMAIN[..]), (0x40, &card.application), (0x20, &[]), (0x10, &[])] {
            let answer = self
                .manager
                .transmit(&[0x80, 0xF2, kind, 0x02, 0x02, 0x4F, 0x00, 0x00])
                .map_err(said("GET STATUS"))?;
            expect(&format!("{kind:02X} is answered 9000, not {:04X}", answer.sw), answer.sw == 0x9000)?;
            expect(
                "an E3 with a 4F inside",
                answer.rapdu.starts_with(&[0xE3]) && answer.rapdu.get(2) == Some(&0x4F),
            )?;
            let names_it =
                answer.rapdu.windows(tag.len().max(1)).any(|window| tag.is_empty() || window == tag);
            expect(&format!("{kind:02X} names its application"), names_it)?;
        }
        Ok(String::new())
    }

    fn get(&mut self, tag: u8) -> Result<Vec<u8>, String> {
        let answer = self.manager.transmit(&[0x80, 0xCA, 0x00, tag, 0x00]).map_err(said("GET DATA"))?;
        expect("GET DATA", answer.sw == 0x9000)?;
        Ok(answer.rapdu.to_vec())
    }

    fn store(&mut self, object: &[u8]) -> Result<(), String> {
        let length = u8::try_from(object.len()).map_err(|fault| fault.to_string())?;
        let command = [&[0x80, 0xE2, 0x90, 0x00, length], object].concat();
        let answer = self.manager.transmit(&command).map_err(said("STORE DATA"))?;
        expect(&format!("STORE DATA is answered 9000, not {:04X}", answer.sw), answer.sw == 0x9000)
    }

    fn store_data(&mut self) -> Outcome {
        self.open()?;
        let before = self.get(0x42)?;
        self.store(&[0x42, 0x03, 0x12, 0x34, 0x56])?;
        expect("the number that was stored", self.get(0x42)? == [0x42, 0x03, 0x12, 0x34, 0x56])?;
        self.store(&before)?;
        expect("the former number", self.get(0x42)? == before)?;
        Ok(String::new())
    }

    /// scll adds key sets only; the issuer's stays.
    fn change_keys(&mut self, card: &Issued) -> Outcome {
        self.open()?;
        let new = |desk: &Self, first: u8| {
            let key: Vec<u8> = (first..).take(desk.kind.clear_len()).collect();
            import(&desk.manager, desk.kind, &key)
        };
        let (enc, mac, dek) = (new(self, 0xA0)?, new(self, 0xB0)?, new(self, 0xC0)?);
        let put = PutSdKeysArgs {
            dek: self.keys.dek,
            new_keys: NewKeyset { enc, mac, dek, kind: self.kind },
            new_kvn: SECOND,
            target_sd_aid: &ISSUER_DOMAIN,
        };
        self.manager.put_sd_keys(&put).map_err(said("PUT KEY"))?;
        self.open()?;
        let issuer = std::mem::replace(&mut self.keys, SdKeys { enc, mac, dek });
        self.version = SECOND;
        self.open()?;
        self.keys = issuer;
        expect("the issuer's keys are not those of the new set", self.open().is_err())?;
        self.version = card.version;
        self.open()?;
        Ok(String::new())
    }
}

fn import(manager: &Manager, kind: KeyKind, key: &[u8]) -> Result<KeyHandle, String> {
    manager.backend().import_key(kind, key).map_err(|fault| fault.to_string())
}
