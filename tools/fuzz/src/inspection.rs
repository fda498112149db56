//! The inspection of a card whose answers are changed on their way, or that is replaced by a liar.
//!
//! - The inspection ends, after a bounded number of round trips, with one verdict and every check reported.
//! - A card is valid only when every file that was read is the genuine one, but for EF.ATR/INFO.
//! - Without a change that reaches the host the card is valid.

use crate::fixture::fixture;
use crate::input::Input;
use crate::mutation::{Mutation, mutated};
use chipwright_emulator::{Card, seeded_rng};
use chipwright_iso7816::{Atr, Exchanger, LengthMode, Transport, TransportError};
use chipwright_pki::Policy;
use chipwright_verify::{ChipProofPolicy, Inspection, Verdict, inspect};

/// A genuine inspection with short APDUs takes about 90.
const MOST_ROUND_TRIPS: u64 = 34_000;

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mode = input.choose(&[LengthMode::Extended, LengthMode::Short]);
    let mut changes = Vec::new();
    while !input.is_empty() && changes.len() < 8 {
        changes.push((u64::from(input.byte()), input.mutations()));
    }
    let fixture = fixture();
    let card = Card::load(&fixture.issued, seeded_rng(8)).unwrap();
    let way = Way { card, changes, sent: 0, changed: false };
    let mut card = Exchanger::new(way, mode);
    let (password, policy) = (fixture.password(), Policy::real());
    let application = fixture.prepare.profile.instance;
    let mut ask = Inspection {
        chip_proof: ChipProofPolicy::IfPromised,
        ..Inspection::new(application, &password, &fixture.trust, &policy, fixture.at)
    };
    let (report, files) = inspect(&mut card, &mut ask, &mut seeded_rng(2));
    assert!(card.round_trips() <= MOST_ROUND_TRIPS, "{} round trips", card.round_trips());
    assert_eq!(report.cost.round_trips, card.round_trips());
    for vietnamese in [false, true] {
        assert!(!report.to_text(vietnamese).is_empty());
    }
    let valid = report.verdict() == Verdict::Valid;
    assert!(valid || card.transport().changed, "{}", report.to_text(false));
    assert_eq!(valid, report.decisive().is_none());
    if valid {
        assert!(files.iter().count() >= 8);
        // nothing signed speaks of EF.ATR/INFO, and nothing but lengths is taken from it
        for (file, content) in files.iter().filter(|(file, _)| file.to_string() != "EF.ATR/INFO") {
            assert_eq!(Some(content), fixture.signed.file(file), "{file} is not the genuine one");
        }
    }
    assert_eq!(report.into_accepted().is_ok(), valid);
}

struct Way {
    card: Card,
    changes: Vec<(u64, Vec<Mutation>)>,
    sent: u64,
    changed: bool,
}

impl Transport for Way {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let genuine = self.card.transmit(command)?;
        self.sent += 1;
        let mut answer = genuine.clone();
        for (at, mutations) in &self.changes {
            if *at == self.sent {
                answer = mutated(&answer, mutations);
            }
        }
        self.changed |= answer != genuine;
        Ok(answer)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.reset()
    }
}
