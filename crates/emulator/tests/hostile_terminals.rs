//! Terminals that send the commands of chapters 8 and 9 in any order, rightly or wrongly made: records are told only at the
//! end of the whole procedure, and the card stays what it is.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::{Card, seeded_rng};
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::encode;
use host::cv::{CVCA, Holder, holder};
use host::terminal::*;
use host::*;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::Cell;
use std::sync::OnceLock;

fn a_card() -> RecordsCard {
    static STATE: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
    let (state, chip_key) = STATE.get_or_init(|| {
        let issued = issued_with_records();
        (issued.card.save(), issued.chip_key)
    });
    RecordsCard { card: Card::load(state, seeded_rng(4)).unwrap(), chip_key: chip_key.clone() }
}

/// One command, or the few that belong together.
#[derive(Debug, Clone)]
enum Act {
    /// What the procedure has next.
    Next,
    Present {
        dv: bool,
        forged: bool,
    },
    PresentStranger,
    SetAt {
        known: bool,
    },
    Challenge,
    Authenticate {
        right_key: bool,
    },
    SetChipAuthentication,
    Agree {
        right_point: bool,
    },
    Append,
    Information,
    Raw([u8; 4], Vec<u8>),
}

fn act() -> impl Strategy<Value = Act> {
    let good = prop::sample::select(vec![true, true, true, false]);
    let ins = prop::sample::select(vec![0x22, 0x2A, 0x82, 0x84, 0x86, 0x88, 0xB2, 0xCA, 0xE2, 0xA4]);
    let p1 = prop::sample::select(vec![0x00, 0x01, 0x41, 0x7F, 0x81]);
    let p2 = prop::sample::select(vec![0x00, 0x0C, 0x10, 0x78, 0xA4, 0xB6, 0xBE]);
    prop_oneof![
        12 => Just(Act::Next),
        6 => (any::<bool>(), good.clone()).prop_map(|(dv, good)| Act::Present { dv, forged: !good }),
        1 => Just(Act::PresentStranger),
        4 => good.clone().prop_map(|known| Act::SetAt { known }),
        4 => Just(Act::Challenge),
        4 => good.clone().prop_map(|right_key| Act::Authenticate { right_key }),
        4 => Just(Act::SetChipAuthentication),
        4 => good.prop_map(|right_point| Act::Agree { right_point }),
        1 => Just(Act::Append),
        1 => Just(Act::Information),
        2 => (ins, p1, p2, prop::collection::vec(any::<u8>(), 0..60))
            .prop_map(|(ins, p1, p2, data)| Act::Raw([0, ins, p1, p2], data)),
    ]
}

/// What must have gone well, and how far that has come.
#[derive(Default)]
struct Progress {
    dv: bool,
    terminal: bool,
    named: bool,
    challenge: Option<Vec<u8>>,
    authenticated: bool,
    chip: bool,
    complete: bool,
}

impl Progress {
    /// The act itself, or the one that the procedure has next.
    fn next(&self, act: Act) -> Act {
        match act {
            Act::Next if self.complete => Act::Next,
            Act::Next if self.chip => Act::Agree { right_point: true },
            Act::Next if self.authenticated => Act::SetChipAuthentication,
            Act::Next if self.challenge.is_some() => Act::Authenticate { right_key: true },
            Act::Next if self.named => Act::Challenge,
            Act::Next if self.terminal => Act::SetAt { known: true },
            Act::Next => Act::Present { dv: !self.dv, forged: false },
            other => other,
        }
    }
}

fn stranger() -> Holder {
    holder("VNCVCA00001", CVCA, 9)
}

/// The record of the citizen number is told, however the terminal got here.
fn reads(inside: &mut Inside, card: &mut Card) -> bool {
    let selected = inside.select_records(card);
    assert_eq!(selected, 0x9000);
    match inside.read_record(card, 0x01, 1) {
        (bytes, 0x9000) => {
            assert_eq!(bytes, record(0x21, 120));
            true
        }
        (bytes, status) => {
            assert_eq!((bytes.len(), status), (0, 0x6982));
            false
        }
    }
}

#[test]
fn records_are_told_at_the_end_of_the_procedure_only() {
    let complete = Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 150,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let outcome = runner.run(&prop::collection::vec(act(), 1..60), |acts| {
        let RecordsCard { mut card, chip_key } = a_card();
        let card = &mut card;
        let mut inside = Inside::by_can(card);
        let mut was = Progress::default();
        for act in acts {
            match was.next(act) {
                Act::Next => {}
                Act::Present { dv, forged } => {
                    let mut certificate =
                        if dv { verifier().issued_by(&cvca()) } else { terminal().issued_by(&verifier()) };
                    if forged {
                        *certificate.last_mut().unwrap() ^= 1;
                    }
                    let ok = inside.present(card, &certificate) == 0x9000;
                    prop_assert!(!ok || !forged && !was.authenticated && (dv || was.dv));
                    if ok && dv {
                        was.dv = true;
                    } else if ok {
                        was.terminal = true;
                    }
                    if !was.authenticated {
                        // MSE:Set DST begins anew with certificates.
                        was.named = false;
                        was.challenge = None;
                    }
                }
                Act::PresentStranger => {
                    prop_assert!(inside.present(card, &stranger().self_signed()) != 0x9000);
                    was.named &= was.authenticated;
                    was.challenge = None;
                }
                Act::SetAt { known } => {
                    let name = if known { "VNTERM00001" } else { "VNTERM00009" };
                    let ok = inside.set_at(card, name) == 0x9000;
                    prop_assert!(!ok || known && was.dv && was.terminal && !was.authenticated);
                    was.named |= ok;
                    if ok {
                        was.challenge = None;
                    }
                }
                Act::Challenge => was.challenge = inside.challenge(card).ok().filter(|_| was.named),
                Act::Authenticate { right_key } => {
                    let challenge = was.challenge.take();
                    let key = if right_key { 3 } else { 2 };
                    let answer =
                        inside.external_authenticate(card, key, challenge.as_deref().unwrap_or(&[0; 8]));
                    let due = right_key && was.named && challenge.is_some() && !was.authenticated;
                    prop_assert_eq!(answer == 0x9000, due);
                    was.authenticated |= due;
                    if answer == 0x6300 {
                        was = Progress::default();
                    }
                }
                Act::SetChipAuthentication => {
                    let ok = inside.set_chip_authentication(card, 0x04) == 0x9000;
                    prop_assert_eq!(ok, was.authenticated && !was.complete);
                    was.chip = ok;
                }
                Act::Agree { right_point } => {
                    if right_point && was.authenticated && !was.complete {
                        prop_assert_eq!(inside.authenticate_chip(card, &chip_key), Ok(()));
                        was.complete = true;
                    } else {
                        let point = cv::public_point(if right_point { 0x65 } else { 0x66 });
                        let (answer, status) = inside.agree(card, &point);
                        prop_assert!(answer.is_empty() && status != 0x9000);
                    }
                    was.chip = false;
                }
                Act::Append => {
                    let status = inside.append_record(card, 0x02, &record(7, 20));
                    let selected = inside.select_records(card) == 0x9000;
                    prop_assert!(selected && (status == 0x6982 || was.complete && status == 0x9000));
                }
                Act::Information => prop_assert_eq!(inside.information(card).is_ok(), was.complete),
                Act::Raw(header, data) => {
                    let (answer, status) = inside.sm.send(card, header, &data, Some(&[0]));
                    prop_assert!(status != 0x9000 || header[1] == 0x84 || header[1] == 0xA4 || was.complete);
                    prop_assert!(was.complete || answer.len() <= 20);
                    was.challenge = None;
                }
            }
            prop_assert_eq!(reads(&mut inside, card), was.complete);
        }
        complete.set(complete.get() + usize::from(was.complete));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(complete.get() > 10, "{} of 150 came to the end", complete.get());
}

proptest! {
    #[test]
    fn any_record_is_answered(bytes in prop::collection::vec(any::<u8>(), 0..1000), first in 0u8..=0x31) {
        let mut issued = a_card();
        let mut inside = whole_procedure(&mut issued, &verifier(), &terminal()).unwrap();
        let card = &mut issued.card;
        let mut held = 0;
        let whole = encode(Tag(0x30), &bytes);
        let begun = [&[first], bytes.as_slice()].concat();
        for data in [bytes, begun, whole[..whole.len() - 1].to_vec(), whole] {
            let is_record = (2..=4).any(|head| data.get(head..).is_some_and(|value| encode(Tag(0x30), value) == data));
            let due = if is_record && data.len() <= 991 { 0x9000 } else { 0x6A80 };
            prop_assert_eq!(inside.append_record(card, 0x02, &data), due);
            if due == 0x9000 {
                held += 1;
                prop_assert_eq!(inside.read_record(card, 0x02, held), (data, 0x9000));
            }
        }
        prop_assert_eq!(inside.read_record(card, 0x02, held + 1), (vec![], 0x6A83));
    }

    #[test]
    fn any_certificate_is_answered(
        bytes in prop::collection::vec(any::<u8>(), 0..900),
        at in 0usize..500,
        mask in 1u8..,
    ) {
        let RecordsCard { mut card, .. } = a_card();
        let mut inside = Inside::by_can(&mut card);
        prop_assert_eq!(inside.set_dst(&mut card, b"VNCVCA00001"), 0x9000);
        let status = inside.pso_data(&mut card, &bytes);
        prop_assert_eq!(status, 0x6A80);
        let mut certificate = cv::parts(&verifier().issued_by(&cvca()));
        let length = certificate.len();
        certificate[at % length] ^= mask;
        let status = inside.pso_data(&mut card, &certificate);
        prop_assert!(matches!(status, 0x6A80 | 0x6300), "{:04X}", status);
        let writes = card.page_writes();
        prop_assert_eq!(inside.pso(&mut card, &verifier().issued_by(&cvca())), 0x9000);
        prop_assert_eq!(card.page_writes(), writes);
    }
}
