//! The card's command dispatcher, from steps: plain bytes, sessions with the known keys and the known CAN, protected
//! commands, personalisation, power cuts, faults, the state through a file.
//!
//! - Every command is answered with at least a status and at most what the card's buffer holds.
//! - No response ever shows a run of bytes that only a protected file has.
//! - The life cycle moves only as CM-11 allows; a terminated card stays so; PERSONALIZED never goes back to SELECTABLE;
//!   without a session under the keys, life cycle and applications stay as they are.
//! - A saved card loads, and what it saves is the same again; after power-up it answers.

mod observe;
mod steps;
mod watched;

pub use steps::{Seed, Step};

use crate::fixture::fixture;
use crate::input::Input;
use chipwright_emulator::scp03::Parameter;
use chipwright_emulator::{
    Card, ChipConfig, CountAt, Interface, Package, PageSize, PersonalisationPath, Randomness, seeded_rng,
};
use chipwright_iso7816::{Exchanger, LengthMode};
use observe::Observation;
use std::sync::OnceLock;
use steps::Host;
use watched::Watched;

/// More would only repeat.
const MOST_STEPS: usize = 48;

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (card, mut before) = start(&mut input);
    let mode = input.choose(&[LengthMode::Short, LengthMode::Extended]);
    let mut host = Host::new(Exchanger::new(Watched::new(card, data), mode));
    for _ in 0..MOST_STEPS {
        if input.is_empty() {
            break;
        }
        let step = Step::read(&mut input);
        let observes = matches!(step, Step::Reload);
        host.take(step);
        if observes {
            before = compare(before, &mut host);
        }
    }
    compare(before, &mut host);
}

fn compare(before: Observation, host: &mut Host) -> Observation {
    let after = Observation::of(host.card());
    before.may_become(&after, std::mem::take(&mut host.authenticated));
    after
}

static ISSUED: OnceLock<Observation> = OnceLock::new();
static INSTALLED: OnceLock<Observation> = OnceLock::new();

/// A card from its state, observed once.
fn known(observed: &'static OnceLock<Observation>, state: &[u8], rng: Randomness) -> (Card, Observation) {
    let card = Card::load(state, rng).unwrap();
    let observed = observed.get_or_init(|| Observation::of(&card)).clone();
    (card, observed)
}

/// A blank chip of any kind, one ready for a member, or an issued card.
fn start(input: &mut Input<'_>) -> (Card, Observation) {
    let kind = input.byte();
    let rng = || seeded_rng(u64::from(kind));
    match kind % 4 {
        0 => known(&ISSUED, &fixture().issued, rng()),
        1 => known(&INSTALLED, &fixture().installed, rng()),
        _ => {
            let bits = input.byte();
            let pick = |bit: u8| bits & bit != 0;
            let config = ChipConfig {
                parameter: input.choose(&Parameter::ALL),
                failure_limit: input.choose(&[1, 2, 10, 255]),
                count_at: if pick(1) { CountAt::InitializeUpdate } else { CountAt::ExternalAuthenticate },
                interface: if pick(2) { Interface::Contactless } else { Interface::Contact },
                personalisation: if pick(4) {
                    PersonalisationPath::ThroughApplication
                } else {
                    PersonalisationPath::ThroughIssuerDomain
                },
                extended_length: !pick(8),
                package: if pick(16) { Package::Absent } else { Package::Preloaded },
                page_size: if pick(32) { PageSize::Bytes128 } else { PageSize::Bytes64 },
                ..ChipConfig::default()
            };
            let card = Card::blank(config, rng());
            let observed = Observation::of(&card);
            (card, observed)
        }
    }
}
