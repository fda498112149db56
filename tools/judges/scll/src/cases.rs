//! What is tried.

use std::path::Path;

use scll::CardManager;
use scll::backend::{KeyBackend, KeyHandle, KeyKind};
use scll::backend_rustcrypto::RustCryptoBackend;
use scll::error::ScllError;
use scll::model::{CardInfo, ScpVariant};
use scll::report::{CardLifeCycle, DeleteCascade, OpenScpParams, ScpTargetKind};
use scll::workflow::{
    DeleteAppletArgs, InstallAppletArgs, NewKeyset, OpenScpArgs, PutSdKeysArgs, SdKeys, SetCardStatusArgs,
};

use crate::chip::{Blank, Chip, Source};

pub(crate) const ISSUER_DOMAIN: [u8; 8] = [0xA0, 0, 0, 1, 0x51, 0, 0, 0];
const LOAD_FILE: [u8; 7] = [0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0x00];
const MODULE: [u8; 8] = [0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0x00, 0x01];
const INSTANCE: [u8; 7] = [0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0x01];
const CHIP_IDENTIFIER_AND_CPLC: usize = 3 + 42;

/// What a case found worth telling, or why it failed.
pub(crate) type Outcome = Result<String, String>;

/// Every case, by name.
pub fn all(program: &Path) -> Vec<(String, Outcome)> {
    let mut cases = Vec::new();
    for key_bits in [128, 192, 256] {
        for parameter in [0x00, 0x10, 0x20, 0x30, 0x60, 0x70] {
            for s16 in [0x00, 0x01] {
                let blank =
                    Blank { source: Source::Pipe(program.to_owned()), parameter: parameter | s16, key_bits };
                let name = |what: &str| format!("AES-{key_bits}, i = {:02X}: {what}", blank.parameter);
                cases.push((name("every level"), levels(&blank)));
                cases.push((name("a whole management session"), management(&blank)));
            }
        }
        let blank = Blank { source: Source::Pipe(program.to_owned()), parameter: 0x70, key_bits };
        cases.push((format!("AES-{key_bits}: a wrong key is refused"), wrong_key(&blank)));
    }
    let blank = Blank { source: Source::Pipe(program.to_owned()), parameter: 0x70, key_bits: 128 };
    cases.push(("discovery without a key".into(), discovery(&blank)));
    cases.push(("what a level forbids is refused".into(), forbidden(&blank)));
    cases.push(("S16 as scll looks for it is not what the card says".into(), untranslated(&blank)));
    cases
}

/// The cases that one blank in a PC/SC reader can go through, in this order: the last one changes it for good.
pub fn blank_in_reader(name: &str, key_bits: u16) -> Vec<(String, Outcome)> {
    let blank = Blank { source: Source::Reader(name.to_owned()), parameter: 0x70, key_bits };
    vec![
        ("discovery without a key".into(), discovery(&blank)),
        ("every level".into(), levels(&blank)),
        ("a wrong key is refused".into(), wrong_key(&blank)),
        ("what a level forbids is refused".into(), forbidden(&blank)),
        (
            "a whole management session: inventory, PUT KEY, INSTALL, SET STATUS, DELETE".into(),
            management(&blank),
        ),
    ]
}

/// Bytes that do not repeat. Challenges here need no secrecy.
pub(crate) struct Counter(pub(crate) u64);

impl rand_core::RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        out.chunks_mut(8).for_each(|chunk| {
            let bytes = self.next_u64().to_be_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        });
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl rand_core::CryptoRng for Counter {}

pub(crate) type Manager = CardManager<Chip, RustCryptoBackend<Counter>>;

/// scll at a fresh blank that it has discovered.
struct Desk {
    manager: Manager,
    card: CardInfo,
    kind: KeyKind,
    /// Version 01: 40 41 42 …, three times.
    development: SdKeys,
}

impl Desk {
    fn new(blank: &Blank) -> Result<Self, String> {
        let mut chip = Chip::start(blank).map_err(|fault| format!("{:?}: {fault}", blank.source))?;
        if blank.parameter & 0x01 != 0 {
            chip = chip.with_s16_translated();
        }
        let mut manager = CardManager::new(chip, RustCryptoBackend::new(Counter(1)));
        let card = manager.discover(None).map_err(|fault| format!("discover: {fault}"))?;
        let kind = match blank.key_bits {
            128 => KeyKind::Aes128,
            192 => KeyKind::Aes192,
            _ => KeyKind::Aes256,
        };
        let development = import(&manager, kind, 0x40)?;
        Ok(Self {
            manager,
            card,
            kind,
            development: SdKeys { enc: development, mac: development, dek: development },
        })
    }

    fn open(&mut self, keys: SdKeys, version: u8, level: u8) -> Result<OpenScpParams, ScllError> {
        self.manager.close_channel();
        let advertised = self.card.scp_supported.clone();
        self.manager.open_scp(&OpenScpArgs {
            target_aid: &ISSUER_DOMAIN,
            target_kind: ScpTargetKind::SecurityDomainAid,
            sd_keys: keys,
            advertised: advertised.as_slice(),
            force_scp: None,
            kvn: version,
            requested_level: level,
        })
    }

    fn open_development(&mut self, level: u8) -> Result<OpenScpParams, String> {
        self.open(self.development, 0x01, level)
            .map_err(|fault| format!("open at level {level:02X}: {fault}"))
    }

    fn status(&mut self) -> Result<CardLifeCycle, String> {
        self.manager.get_card_status(&ISSUER_DOMAIN).map(|report| report.state).map_err(said("GET STATUS"))
    }
}

/// `first`, `first` + 1, … for as many bytes as the key has.
fn import(manager: &Manager, kind: KeyKind, first: u8) -> Result<KeyHandle, String> {
    let key: Vec<u8> = (first..).take(kind.clear_len()).collect();
    manager.backend().import_key(kind, &key).map_err(|fault| fault.to_string())
}

pub(crate) fn said(what: &str) -> impl Fn(ScllError) -> String {
    move |fault| format!("{what}: {fault}")
}

pub(crate) fn expect(what: &str, holds: bool) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("not so: {what}")) }
}

/// Every level that "i" allows, each in a session of its own, with commands and long answers inside.
fn levels(blank: &Blank) -> Outcome {
    let mut desk = Desk::new(blank)?;
    let mut allowed = vec![0x01, 0x03];
    if blank.parameter & 0x20 != 0 {
        allowed.extend([0x11, 0x13]);
    }
    if blank.parameter & 0x40 != 0 {
        allowed.push(0x33);
    }
    for level in &allowed {
        let opened = desk.open_development(*level)?;
        expect("the level asked for", opened.security_level_effective == *level)?;
        expect("key version 01", opened.kvn_effective == 0x01)?;
        expect("OP_READY", desk.status()? == CardLifeCycle::OpReady)?;
        let cplc = desk.manager.transmit(&[0x80, 0xCA, 0x9F, 0x7F, 0x00]).map_err(said("GET DATA"))?;
        expect("CPLC in the session", (cplc.sw, cplc.rapdu.len()) == (0x9000, CHIP_IDENTIFIER_AND_CPLC))?;
        let unknown = desk.manager.transmit(&[0x80, 0xCA, 0x00, 0x99, 0x00]).map_err(said("GET DATA"))?;
        expect("an unknown object is 6A88, protected", unknown.sw == 0x6A88)?;
        expect("the session goes on", desk.status()? == CardLifeCycle::OpReady)?;
    }
    let shown: Vec<String> = allowed.iter().map(|level| format!("{level:02X}")).collect();
    Ok(format!(" ({})", shown.join(" ")))
}

/// Keys, application, life cycle.
fn management(blank: &Blank) -> Outcome {
    let mut desk = Desk::new(blank)?;
    let level = 0x33;
    desk.open_development(level)?;
    let inventory = desk.manager.get_card_inventory(&ISSUER_DOMAIN).map_err(said("inventory"))?.inventory;
    expect("one security domain", inventory.security_domains.len() == 1)?;
    expect("no application", inventory.applets.is_empty())?;
    let file = inventory.elfs.first().ok_or("no load file")?;
    expect("the load file", file.aid.as_bytes() == LOAD_FILE)?;
    expect("its module", file.modules.iter().map(|aid| aid.as_bytes()).eq([&MODULE[..]]))?;

    let (enc, mac, dek) = (
        import(&desk.manager, desk.kind, 0xA0)?,
        import(&desk.manager, desk.kind, 0xB0)?,
        import(&desk.manager, desk.kind, 0xC0)?,
    );
    let put = PutSdKeysArgs {
        dek: desk.development.dek,
        new_keys: NewKeyset { enc, mac, dek, kind: desk.kind },
        new_kvn: 0x11,
        target_sd_aid: &ISSUER_DOMAIN,
    };
    let report = desk.manager.put_sd_keys(&put).map_err(said("PUT KEY"))?;
    expect("the version that was put", report.effective.new_kvn == 0x11)?;
    let again = desk.manager.put_sd_keys(&put);
    expect(
        "the same version is not added twice (6A80)",
        matches!(again, Err(ScllError::Card { sw: 0x6A80 })),
    )?;
    let issuer = SdKeys { enc, mac, dek };
    desk.open(issuer, 0x11, level).map_err(said("open with the new keys"))?;
    let old = desk.open(desk.development, 0x11, level);
    expect("the old keys are not those of version 11", matches!(old, Err(ScllError::CardCryptogramFail)))?;
    desk.open(issuer, 0x11, level).map_err(said("open again with the new keys"))?;

    let install = InstallAppletArgs {
        parent_sd_aid: &ISSUER_DOMAIN,
        package_aid: &LOAD_FILE,
        module_aid: &MODULE,
        instance_aid: &INSTANCE,
        privileges: [0; 3],
        system_install_params: &[],
        applet_install_params: &[],
    };
    desk.manager.install_applet(&install).map_err(said("INSTALL"))?;
    let twice = desk.manager.install_applet(&install);
    expect("an instance is made once (6985)", matches!(twice, Err(ScllError::ConditionsNotSatisfied)))?;
    let inventory = desk.manager.get_card_inventory(&ISSUER_DOMAIN).map_err(said("inventory"))?.inventory;
    expect("the instance", inventory.applets.iter().map(|entry| entry.aid.as_bytes()).eq([&INSTANCE[..]]))?;
    for state in [CardLifeCycle::Initialized, CardLifeCycle::Secured] {
        let set = SetCardStatusArgs {
            target_state: state,
            current_state: None,
            force: false,
            isd_aid: &ISSUER_DOMAIN,
        };
        desk.manager.set_card_status(&set).map_err(said("SET STATUS"))?;
        expect("the state that was set", desk.status()? == state)?;
    }
    let delete =
        DeleteAppletArgs { instance_aid: &INSTANCE, elf_aid: None, cascade_elf: DeleteCascade::Never };
    desk.manager.delete_applet(&delete).map_err(said("DELETE"))?;
    let gone = desk.manager.delete_applet(&delete);
    expect("a deleted instance is unknown (6A88)", matches!(gone, Err(ScllError::TargetNoLongerExists)))?;
    let inventory = desk.manager.get_card_inventory(&ISSUER_DOMAIN).map_err(said("inventory"))?.inventory;
    expect("no application again", inventory.applets.is_empty())?;
    Ok(format!(" ({} exchanges)", desk.manager.transport().exchanges))
}

fn wrong_key(blank: &Blank) -> Outcome {
    let mut desk = Desk::new(blank)?;
    let wrong = import(&desk.manager, desk.kind, 0x41)?;
    let right = desk.development;
    let (wrong_enc, wrong_mac) = (SdKeys { enc: wrong, ..right }, SdKeys { mac: wrong, ..right });
    // Key-MAC makes the card cryptogram. Key-ENC makes the pseudo-random challenge, and is the host's only way to see a wrong one.
    let refused = desk.open(wrong_mac, 0x01, 0x33);
    expect("a wrong Key-MAC shows in the cryptogram", matches!(refused, Err(ScllError::CardCryptogramFail)))?;
    let refused = desk.open(wrong_enc, 0x01, 0x33);
    expect("a wrong Key-ENC shows in the challenge", matches!(refused, Err(ScllError::CardChallengeFail)))?;
    let unknown = desk.open(right, 0x22, 0x33);
    expect("an unknown version is refused (6A88)", matches!(unknown, Err(ScllError::Card { sw: 0x6A88 })))?;
    desk.open_development(0x33)?;
    Ok(String::new())
}

fn discovery(blank: &Blank) -> Outcome {
    let desk = Desk::new(blank)?;
    let card = &desk.card;
    expect("the issuer domain", card.isd_aid.as_bytes() == ISSUER_DOMAIN)?;
    expect("SCP03 with i = 70", card.scp_supported.as_slice() == [ScpVariant::Scp03 { i_param: 0x70 }])?;
    let sets: Vec<(u8, usize)> = card.isd_keysets.iter().map(|set| (set.kvn, set.keys.len())).collect();
    expect("three keys of version 01", sets == [(0x01, 3)])?;
    Ok(format!(" ({} warnings: {:?})", card.discovery_warnings.len(), card.discovery_warnings))
}

fn forbidden(blank: &Blank) -> Outcome {
    let mut desk = Desk::new(blank)?;
    desk.open_development(0x01)?;
    let key = import(&desk.manager, desk.kind, 0xA0)?;
    let put = desk.manager.put_sd_keys(&PutSdKeysArgs {
        dek: desk.development.dek,
        new_keys: NewKeyset { enc: key, mac: key, dek: key, kind: desk.kind },
        new_kvn: 0x11,
        target_sd_aid: &ISSUER_DOMAIN,
    });
    expect("PUT KEY below level 03 (CM-08)", matches!(put, Err(ScllError::SecurityStatusNotSatisfied)))?;
    desk.open_development(0x33)?;
    let set = SetCardStatusArgs {
        target_state: CardLifeCycle::Secured,
        current_state: Some(CardLifeCycle::Initialized),
        force: false,
        isd_aid: &ISSUER_DOMAIN,
    };
    let skipped = desk.manager.set_card_status(&set);
    expect("OP_READY to SECURED (CM-11)", matches!(skipped, Err(ScllError::IllegalLifecycleTransition)))?;
    Ok(String::new())
}

/// Without the translation scll finds nothing in common with a card whose "i" has bit b1.
fn untranslated(blank: &Blank) -> Outcome {
    let blank = Blank { parameter: 0x71, ..blank.clone() };
    let chip = Chip::start(&blank).map_err(|fault| fault.to_string())?;
    let mut manager = CardManager::new(chip, RustCryptoBackend::new(Counter(1)));
    let card = manager.discover(None).map_err(said("discover"))?;
    expect("card data say i = 71", card.scp_supported.as_slice() == [ScpVariant::Scp03 { i_param: 0x71 }])?;
    expect("scll has no such variant", scll::scp::select(&card.scp_supported, None).is_none())?;
    Ok(" (Amendment D 1.2: bit b1; scll: bit b4)".into())
}
