//! A line that alters, cuts or repeats answers: the records never open, and nothing panics.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod house;

use chipwright_emulator::Card;
use chipwright_iso7816::{Exchanger, LengthMode, Transport, TransportError};
use chipwright_pki::cv::{Category, Right};
use chipwright_records::{Head, OpenError, RecordsSession, Terminal};
use chipwright_testkit::random;
use house::{House, now, party_life};

/// What happens to one answer.
#[derive(Debug, Clone, Copy)]
enum Harm {
    /// One bit of a byte, counted from the front, is another.
    Bit(usize),
    /// The same, counted from the end.
    BitFromEnd(usize),
    /// Nothing but the status is left.
    Empty,
    /// Half of it is left.
    Half,
    /// It is the answer before it.
    Repeated,
}

struct Line {
    card: Card,
    at: usize,
    harm: Option<Harm>,
    seen: usize,
    last: Vec<u8>,
    changed: bool,
}

impl Transport for Line {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut answer = self.card.transmit(command)?;
        let genuine = answer.clone();
        if self.seen == self.at {
            let length = answer.len();
            match self.harm {
                Some(Harm::Bit(place)) => answer[place.min(length - 1)] ^= 0x01,
                Some(Harm::BitFromEnd(place)) => answer[length - 1 - place.min(length - 1)] ^= 0x80,
                Some(Harm::Empty) => answer.drain(..length - 2).for_each(drop),
                Some(Harm::Half) => answer.truncate(length / 2),
                Some(Harm::Repeated) => answer.clone_from(&self.last),
                None => {}
            }
        }
        self.seen += 1;
        // data beside a status that promises none is passed over
        let same = answer == genuine || (genuine.len() == 2 && answer.ends_with(&genuine));
        self.changed |= !same;
        self.last = genuine;
        Ok(answer)
    }

    fn reset(&mut self) -> Result<chipwright_iso7816::Atr, TransportError> {
        self.card.reset()
    }
}

fn open(house: &House, line: Line) -> (Result<usize, OpenError>, usize, bool) {
    let chain = house.chain();
    let terminal = Terminal {
        chain: &chain,
        key: &house.cv.terminal.key,
        trust: &house.trust,
        policy: &house.policy,
        application: &house.order.terms.application,
        at: now(),
    };
    let mut card = Exchanger::new(line, LengthMode::Extended);
    card.reset().unwrap();
    let mut draw = random(17);
    let opened = RecordsSession::open(&mut card, &house.order.can(), &terminal, &mut draw)
        .map(|mut session| session.list(Category::PartyLife).map_or(usize::MAX, |records| records.len()));
    let line = card.into_transport();
    (opened, line.seen, line.changed)
}

#[test]
fn no_harmed_answer_opens_the_records() {
    let house = House::new(&[
        Right::CanAllowed,
        Right::Read(Category::PartyLife),
        Right::Append(Category::PartyLife),
    ]);
    let mut card = house.card();
    house
        .with(&mut card, |mut session| {
            let record = house.signer.record(house.number(), &Head::EMPTY, party_life(2025));
            session.append(&record, &house.signer.certificate).unwrap();
        })
        .unwrap();
    let saved = card.into_transport().save();
    let line = |at, harm| {
        let card = Card::load(&saved, chipwright_emulator::seeded_rng(5)).unwrap();
        Line { card, at, harm, seen: 0, last: vec![0x90, 0x00], changed: false }
    };
    let (opened, answers, _) = open(&house, line(usize::MAX, None));
    assert_eq!(opened.unwrap(), 1);
    assert!(answers > 20, "{answers} answers");
    let mut refused = 0;
    for at in 0..answers {
        for harm in [
            Harm::Bit(0),
            Harm::Bit(9),
            Harm::BitFromEnd(0),
            Harm::BitFromEnd(3),
            Harm::Empty,
            Harm::Half,
            Harm::Repeated,
        ] {
            // a bare status may be what an answer is without harm
            match open(&house, line(at, Some(harm))) {
                (Err(_), _, true) => refused += 1,
                (Ok(records), _, changed) => {
                    // harm to the answers that list the records is found there
                    assert!(!changed || records == usize::MAX, "answer {at}, {harm:?}: {records} records");
                }
                (Err(error), _, false) => panic!("answer {at}, {harm:?}: {error}"),
            }
        }
    }
    assert!(refused > answers * 5, "{refused} of {}", answers * 7);
}
