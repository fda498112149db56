//! The measured job.

use super::bare::{Amounts, Bare};
use super::timed::Timed;
use crate::exit::Exit;
use crate::failure::Failure;
use chipwright_channel::diversify::{self, SoftMasterKeys, diversify};
use chipwright_channel::pace::Password;
use chipwright_channel::scp03::{KeyError, KeySet, SoftKeys, StaticKeys};
use chipwright_emulator::{Card, ChipConfig};
use chipwright_iso7816::link::{Meter, Work};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_keystore::SoftKey;
use chipwright_perso::{
    BudgetError, CardKeys, ChipIdentifier, ChipProfile, FinaliseIntent, Freshness, Journal, JournalError,
    KeyMark, PreparePlan, Surroundings, TryBudget, WritePlan, prepare, write,
};
use chipwright_pki::certificate::{self, AltName, DocumentSignerProfile, RootKind, RootProfile};
use chipwright_pki::crl::{self, CrlProfile};
use chipwright_pki::{
    Name, Period, Policy, SerialNumber, SignKey, SignatureAlgorithm, SignerTemplate, TrustStore,
};
use chipwright_profile::{
    Allocation, Can, CardNumber, ChipKeys, CitizenNumber, DataGroups, FittedPortrait, IssueTerms,
    IssuerFiles, Member, MemberNumber, MemberParts, PartialDate, PersonName, Portrait, Salt, Sex,
    SignedProfile, StateCode, StatusReference, Unit,
};
use chipwright_verify::{Inspection, inspect};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use std::error::Error;
use std::time::{Duration, Instant};

/// What was measured, per card.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figures {
    pub(crate) schema: &'static str,
    pub(crate) cards: u32,
    pub(crate) lengths: &'static str,
    /// Bytes of all files of a card.
    pub(crate) bytes: usize,
    pub(crate) cards_per_second: f64,
    /// Microseconds.
    pub(crate) whole_card: f64,
    pub(crate) of_which_emulated_card: f64,
    pub(crate) host: f64,
    pub(crate) bare_cryptography: f64,
    pub(crate) host_over_bare: f64,
    pub(crate) round_trips_prepare: u64,
    pub(crate) round_trips_write: u64,
    pub(crate) round_trips_verify: u64,
    /// The fewest that verifying could take.
    pub(crate) least_round_trips_verify: u64,
    /// A chip and its link, as modelled and not measured, per card.
    pub(crate) modelled: Vec<Modelled>,
}

/// Modelled milliseconds on one link.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Modelled {
    pub(crate) link: String,
    pub(crate) prepare_and_write: u64,
    pub(crate) verify: u64,
}

/// Personalises and verifies `cards` cards, then runs the bare loop as often.
pub(crate) fn measure(
    cards: u32,
    mode: LengthMode,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<Figures, Failure> {
    run(cards, mode, random).map_err(|error| {
        Failure::of(
            Exit::Ours,
            error.as_ref(),
            ("This is a fault of the program: report it.", "Đây là lỗi của chương trình: hãy báo lại."),
        )
    })
}

type Any = Box<dyn Error>;

fn run(cards: u32, mode: LengthMode, random: &mut dyn FnMut(&mut [u8])) -> Result<Figures, Any> {
    let bench = Bench::new(random)?;
    let mut totals = Totals::default();
    bench.card(0, mode, random, &mut Totals::default())?;
    let mut profile = None;
    let mut whole = Duration::ZERO;
    // interleaved, so that whatever else the machine does hits both alike
    let mut bare_time = Duration::ZERO;
    let bare = Bare::new(
        &bench.amounts(&bench.sign(&ChipKeys::of_zeros(&bench.terms.chip), random)?, mode),
        &bench.signer_key,
    )?;
    for serial in 1..=cards {
        let begin = Instant::now();
        profile = Some(bench.card(serial, mode, random, &mut totals)?);
        whole += begin.elapsed();
        let begin = Instant::now();
        bare.one_card(&bench.signer_key)?;
        bare_time += begin.elapsed();
    }
    let per_card = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(cards.max(1));
    // blanks are made inside the loop but are no work of a station
    let whole = whole.saturating_sub(totals.blank);
    let host = whole.saturating_sub(totals.in_card);
    let bytes = profile.map_or(0, |profile| profile.files().map(|(_, content)| content.len()).sum());
    let mean = |count: u64| count / u64::from(cards.max(1));
    Ok(Figures {
        schema: "chipwright-bench/1",
        cards,
        lengths: if mode == LengthMode::Short { "short" } else { "extended" },
        bytes,
        cards_per_second: f64::from(cards) / whole.as_secs_f64(),
        whole_card: per_card(whole),
        of_which_emulated_card: per_card(totals.in_card),
        host: per_card(host),
        bare_cryptography: per_card(bare_time),
        host_over_bare: host.as_secs_f64() / bare_time.as_secs_f64(),
        round_trips_prepare: mean(totals.prepare),
        round_trips_write: mean(totals.write),
        round_trips_verify: mean(totals.verify),
        least_round_trips_verify: mean(totals.least),
        modelled: modelled(&totals.written.mean(cards), &totals.read.mean(cards)),
    })
}

#[derive(Default)]
struct Totals {
    in_card: Duration,
    blank: Duration,
    prepare: u64,
    write: u64,
    verify: u64,
    least: u64,
    written: Meter,
    read: Meter,
}

fn modelled(written: &Meter, read: &Meter) -> Vec<Modelled> {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let both = written.links().zip(read.links());
    both.map(|((link, write), (_, read))| Modelled {
        link: link.to_string(),
        prepare_and_write: millis(write),
        verify: millis(read),
    })
    .collect()
}

/// An issuer in memory.
struct Bench {
    signer_key: SoftKey,
    template: SignerTemplate,
    trust: TrustStore,
    policy: Policy,
    keys: Keys,
    portrait: FittedPortrait,
    terms: IssueTerms,
    chip: ChipProfile,
    at: Timestamp,
}

impl Bench {
    fn new(random: &mut dyn FnMut(&mut [u8])) -> Result<Self, Any> {
        let at: Timestamp = "2026-01-15T09:00:00Z".parse()?;
        let root_key = SoftKey::generate(SignatureAlgorithm::EcdsaP256Sha256)?;
        let signer_key = SoftKey::generate(SignatureAlgorithm::EcdsaP256Sha256)?;
        let mut serial = || {
            let mut bytes = [0; 16];
            random(&mut bytes);
            SerialNumber::from_random(bytes)
        };
        let alt_name = AltName::with_uri("VNM", "https://pki.example.invalid/")?;
        let crl_addresses = vec!["https://pki.example.invalid/root.crl".to_owned()];
        let begin: Timestamp = "2026-01-01T00:00:00Z".parse()?;
        let root = certificate::root(
            &RootProfile {
                subject: Name::new("VN", "Bench", None, "Root")?,
                serial: serial(),
                validity: Period::months_from(begin, 240)?,
                key_usage: Period::months_from(begin, 60)?,
                alt_name: alt_name.clone(),
                crl_addresses: crl_addresses.clone(),
                kind: RootKind::Test,
            },
            root_key.public_key(),
        )?
        .sign_with(&root_key)?;
        let signer = certificate::document_signer(
            &DocumentSignerProfile {
                subject: Name::new("VN", "Bench", None, "Signer")?,
                serial: serial(),
                key_usage: Period::months_from(begin, 3)?,
                card_life_days: 3660,
                alt_name,
                crl_addresses,
                document_types: vec!["CM".to_owned()],
            },
            signer_key.public_key(),
            &root,
        )?
        .sign_with(&root_key)?;
        let list = CrlProfile {
            number: 1,
            this_update: at,
            next_update: Period::months_from(at, 1)?.not_after,
            revoked: Vec::new(),
        };
        let list = crl::issue(&list, &root)?.sign_with(&root_key)?;
        let mut trust = TrustStore::new();
        trust.add_root(root)?;
        trust.add_crl(list)?;
        let unit = Unit::new("BENCH", "Bench")?;
        let portrait = include_bytes!("../../../../test-vectors/samples/portraits/140118000001.jpg");
        Ok(Self {
            template: SignerTemplate::new(&signer)?,
            signer_key,
            trust,
            policy: Policy::test(),
            keys: Keys::new()?,
            portrait: Portrait::fit(portrait, chipwright_profile::portrait::DEFAULT_BUDGET)?,
            terms: IssueTerms::new(Date::new(2026, 1, 15)?, Date::new(2036, 1, 15)?, unit),
            chip: ChipProfile::default(),
            at,
        })
    }

    fn allocation(random: &mut dyn FnMut(&mut [u8])) -> Allocation {
        Allocation {
            card_number: CardNumber::draw(random),
            can: Can::draw(random),
            status: StatusReference { list: 1, index: 7 },
            salt: Salt::draw(random),
        }
    }

    fn sign(&self, keys: &ChipKeys, random: &mut dyn FnMut(&mut [u8])) -> Result<SignedProfile, Any> {
        let groups =
            DataGroups::build(&member()?, &self.portrait, &Self::allocation(random), &self.terms, keys)?;
        let signed =
            self.template.prepare(groups.lds_security_object(), self.at)?.sign_with(&self.signer_key)?;
        Ok(groups.sign_with(signed.as_der(), None)?)
    }

    /// What the bare loop has to do: the same amounts.
    fn amounts(&self, profile: &SignedProfile, mode: LengthMode) -> Amounts {
        Amounts::of(profile, mode, self.chip.command_limit)
    }

    fn card(
        &self,
        serial: u32,
        mode: LengthMode,
        random: &mut dyn FnMut(&mut [u8]),
        totals: &mut Totals,
    ) -> Result<SignedProfile, Any> {
        let begin = Instant::now();
        let blank = Card::blank(ChipConfig::with_serial_number(serial), Box::new(crate::randomness::fill));
        totals.blank += begin.elapsed();
        let mut card = Exchanger::new(Timed::new(blank), mode);
        card.reset()?;
        let first = PreparePlan::new(self.chip.clone(), &IssuerFiles::new(&self.terms));
        let started = Instant::now();
        let mut world = Surroundings {
            random: &mut *random,
            clock: &mut || started.elapsed(),
            budget: &mut Unlimited,
            progress: &mut |_| {},
        };
        let ready = prepare(&mut card, &first, &self.keys, &mut world)?;
        let signed = self.sign(ready.keys(), random)?;
        let plan = WritePlan::new(self.chip.clone(), &signed);
        let mut world = Surroundings {
            random: &mut *random,
            clock: &mut || started.elapsed(),
            budget: &mut Unlimited,
            progress: &mut |_| {},
        };
        let written =
            write(&mut card, &ready, &plan, Freshness::Fresh, &self.keys, &mut Unlimited, &mut world)?;
        let mut written_meter = *card.meter();
        for _ in ready.keys().iter() {
            written_meter.add_work(&Work { key_pairs: 1, signatures: 1, ..Work::default() });
        }
        card.reset()?;
        let digits = std::str::from_utf8(signed.access_secrets().can())?;
        let password = Password::can(digits)?;
        let mut ask = Inspection::new(self.chip.instance, &password, &self.trust, &self.policy, self.at);
        let (report, _) = inspect(&mut card, &mut ask, random);
        totals.prepare += ready.cost().round_trips();
        totals.write += written.cost.round_trips();
        totals.verify += report.cost.round_trips;
        totals.least += report.cost.least_round_trips;
        totals.written.add_meter(&written_meter);
        totals.read.add_meter(&report.cost.modelled);
        report.into_accepted().map_err(|report| report.to_text(false))?;
        totals.in_card += card.transport().spent;
        Ok(signed)
    }
}

fn member() -> Result<Member, Any> {
    Ok(Member::new(MemberParts {
        number: MemberNumber::parse("990000000001")?,
        citizen_number: CitizenNumber::parse("014090000001")?,
        name: PersonName::new("Nguyễn Thị Ánh Tuyết")?,
        birth: PartialDate::parse("1980-05-17")?,
        sex: Sex::Female,
        unit: Unit::new("BENCH", "Bench")?,
        admitted: Date::new(2010, 2, 3)?,
        official: None,
        place_of_birth: None,
        nationality: StateCode::VNM,
    })?)
}

/// Development transport keys and masters in memory.
struct Keys {
    transport: SoftKeys,
    masters: SoftMasterKeys,
}

impl Keys {
    fn new() -> Result<Self, KeyError> {
        let development: Vec<u8> = (0x40..0x50).collect();
        let transport = SoftKeys::new(0x01, &development, &development, &development)?;
        Ok(Self { transport, masters: SoftMasterKeys::new(&[0xA0; 16], &[0xB0; 16], &[0xC0; 16])? })
    }
}

impl CardKeys for Keys {
    fn transport(&self, _: &ChipIdentifier, _: u8) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        Ok(Box::new(&self.transport))
    }

    fn issuer(&self, chip: &ChipIdentifier) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        Ok(Box::new(self.new_keys(chip)?.to_static_keys(0x11)?))
    }

    fn new_keys(&self, chip: &ChipIdentifier) -> Result<KeySet, KeyError> {
        let chip =
            diversify::ChipIdentifier::new(&chip.0).map_err(|error| KeyError::Store(Box::new(error)))?;
        diversify(&self.masters, &chip)
    }
}

/// Nothing on disk: the bench measures the processor.
struct Unlimited;

impl TryBudget for Unlimited {
    fn spend(&mut self, _: &ChipIdentifier, _: u8, _: KeyMark) -> Result<(), BudgetError> {
        Ok(())
    }

    fn wrong(&mut self, _: &ChipIdentifier, _: u8, _: KeyMark) -> Result<(), BudgetError> {
        Ok(())
    }

    fn clear(&mut self, _: &ChipIdentifier, _: u8) -> Result<(), BudgetError> {
        Ok(())
    }
}

impl Journal for Unlimited {
    fn intend(&mut self, _: &FinaliseIntent) -> Result<(), JournalError> {
        Ok(())
    }
}
