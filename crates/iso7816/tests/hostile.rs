//! Data that lies about its lengths and its depth, and cards that never come to an end.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]

use chipwright_iso7816::tlv::{MAX_DEPTH, Reader, Tlv, TlvErrorKind, encode};
use chipwright_iso7816::{
    Atr, Command, ExchangeError, Exchanger, Ins, Le, LengthMode, Tag, Transport, TransportError,
};

/// `tag` nested in itself, from the inside out.
fn nested(tag: u32, depth: usize) -> Vec<u8> {
    (0..depth).fold(Vec::new(), |inside, _| encode(Tag(tag), &inside))
}

/// How deep one gets, and what stops it.
fn descend(data: &[u8]) -> (usize, Option<TlvErrorKind>) {
    let mut reader = Reader::new(data);
    for depth in 0.. {
        let tlv = match reader.next() {
            Ok(Some(tlv)) => tlv,
            Ok(None) => return (depth, None),
            Err(error) => return (depth, Some(error.kind)),
        };
        reader = match tlv.children() {
            Ok(inside) => inside,
            Err(error) => return (depth, Some(error.kind)),
        };
    }
    unreachable!()
}

#[test]
fn nesting_ends_at_its_bound() {
    let deep = nested(0x31, 10_000);
    assert_eq!(descend(&deep), (usize::from(MAX_DEPTH), Some(TlvErrorKind::TooDeep)));
    assert_eq!(descend(&nested(0x31, 5)), (5, None));
    assert_eq!(descend(&[0x31, 0x80].repeat(10_000)), (0, Some(TlvErrorKind::IndefiniteLength)));
}

#[test]
fn lengths_that_lie_are_refused() {
    for (data, kind) in [
        (vec![0x31, 0xFF], TlvErrorKind::LengthTooLong(127)),
        (vec![0x31, 0x85, 0, 0, 0, 0, 0], TlvErrorKind::LengthTooLong(5)),
        (
            vec![0x31, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 7],
            TlvErrorKind::TruncatedValue { said: 0xFFFF_FFFF, left: 1 },
        ),
        (vec![0x31, 0x84, 0xFF], TlvErrorKind::TruncatedLength),
        (vec![0x31, 0x80, 0, 0], TlvErrorKind::IndefiniteLength),
        (vec![0x31], TlvErrorKind::TruncatedLength),
        (vec![0x1F, 0x80, 1, 0], TlvErrorKind::InvalidTag),
        (vec![0x1F, 0xFF, 0xFF, 0xFF, 0x01, 0], TlvErrorKind::InvalidTag),
        (vec![0x1F], TlvErrorKind::TruncatedTag),
    ] {
        assert_eq!(Tlv::parse_one(&data).unwrap_err().kind, kind, "{data:02X?}");
    }
    let padded = [0x31, 0x84, 0, 0, 0, 1, 9];
    assert!(Tlv::parse_one(&padded).is_ok(), "cards in the field send them");
    assert_eq!(Reader::strict(&padded).next().unwrap_err().kind, TlvErrorKind::NotMinimal);
}

#[test]
fn data_cut_anywhere_is_an_error_and_never_more_than_was_there() {
    let whole = encode(Tag(0x7F61), &[encode(Tag(0x02), &[1]), encode(Tag(0x5F2E), &[7; 300])].concat());
    for end in 1..whole.len() {
        let error = Tlv::parse_one(&whole[..end]).unwrap_err();
        assert!(error.offset <= end, "{end}: {error}");
    }
    let mut zeros = Reader::new(&[0; 64]);
    let mut count = 0;
    while let Some(object) = zeros.next().unwrap() {
        assert!(object.value.is_empty());
        count += 1;
    }
    assert_eq!(count, 32, "a zero tag is an object like others, and each takes its two bytes");
}

/// A card whose answers are a function of their number.
struct Script<F>(F, u64);

impl<F: FnMut(u64) -> Vec<u8>> Transport for Script<F> {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.1 += 1;
        Ok((self.0)(self.1 - 1))
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        Err(TransportError::CardMute)
    }
}

fn asked(answer: impl FnMut(u64) -> Vec<u8>) -> (Result<usize, ExchangeError>, u64) {
    let mut card = Exchanger::new(Script(answer, 0), LengthMode::Short);
    let outcome = card.exchange(&Command::new(0, Ins::GET_DATA, 0, 0x66).with_le(Le::Max));
    (outcome.map(|response| response.data.len()), card.round_trips())
}

#[test]
fn endless_answers_end() {
    let with = |length: usize, status: [u8; 2]| move |_| [vec![0; length], status.to_vec()].concat();
    assert_eq!(asked(with(255, [0x61, 0xFF])), (Err(ExchangeError::Endless), 258));
    assert_eq!(asked(with(1, [0x61, 0x01])), (Err(ExchangeError::Endless), 17));
    assert_eq!(asked(with(0, [0x61, 0x01])), (Err(ExchangeError::Endless), 2));
    assert_eq!(asked(with(0, [0x6C, 0x10])), (Ok(0), 2), "a wrong Le is mended once, then it is the answer");
    let in_turn = |number: u64| if number.is_multiple_of(2) { vec![0x61, 1] } else { vec![0x6C, 1] };
    assert_eq!(asked(in_turn), (Ok(0), 2));
    let (outcome, _) =
        asked(|number| [vec![0; 100], if number < 200 { vec![0x61, 100] } else { vec![0x90, 0] }].concat());
    assert_eq!(outcome, Ok(20_100), "a long answer in reasonable portions is none of it");
}

#[test]
fn no_status_word_misleads() {
    for value in 0..=u16::MAX {
        let (outcome, round_trips) = asked(|_| value.to_be_bytes().to_vec());
        assert!(round_trips <= 2, "{value:04X}");
        assert!(matches!(outcome, Ok(0) | Err(ExchangeError::Endless)), "{value:04X}: {outcome:?}");
    }
}
