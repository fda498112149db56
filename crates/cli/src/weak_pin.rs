//! PINs that somebody would guess.

use crate::text::{Text, text};

/// Why a PIN is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weak {
    /// 000000, 777777
    OneDigit,
    /// 123456, 890123, 654321
    Sequence,
    /// 121212, 123123
    Pattern,
    /// Of the holder, in any usual order.
    BirthDate,
    /// The number printed on the card.
    AccessNumber,
    /// What the card has already.
    Former,
}

impl Weak {
    /// In words.
    pub(crate) fn text(self) -> Text {
        match self {
            Self::OneDigit => text!("all its digits are the same", "các chữ số giống hệt nhau"),
            Self::Sequence => text!("its digits count up or down", "các chữ số liền nhau theo thứ tự"),
            Self::Pattern => text!("it repeats a short pattern", "một nhóm chữ số ngắn được lặp lại"),
            Self::BirthDate => text!("it is the date of birth on the card", "trùng ngày sinh ghi trên thẻ"),
            Self::AccessNumber => {
                text!(
                    "it is the card access number, which is printed on the card",
                    "trùng số CAN in trên thẻ"
                )
            }
            Self::Former => text!("the card has it now", "chính là mã PIN đang dùng"),
        }
    }
}

/// What anybody would try first, whoever holds the card.
pub(crate) fn guessable(pin: &str) -> Option<Weak> {
    let digits = pin.as_bytes();
    let steps = |by: u8| digits.windows(2).all(|pair| (pair[0] - b'0' + by) % 10 == pair[1] - b'0');
    let repeats = |length: usize| digits.chunks(length).all(|part| part == &digits[..length]);
    match () {
        () if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) => None,
        () if steps(0) => Some(Weak::OneDigit),
        () if steps(1) || steps(9) => Some(Weak::Sequence),
        () if digits.len() == 6 && (repeats(2) || repeats(3)) => Some(Weak::Pattern),
        () => None,
    }
}

/// Whether the PIN is the day of birth; `birth` is YYMMDD as the machine readable zone has it, `<<` for what is not known.
pub(crate) fn is_birth_date(pin: &str, birth: &str) -> bool {
    let parts = (birth.get(..2), birth.get(2..4), birth.get(4..6));
    let (Some(year), Some(month), Some(day)) = parts else { return false };
    let orders = [[day, month, year], [year, month, day], [month, day, year]];
    let centuries = ["19", "20"].map(|century| format!("{century}{year}"));
    let of_year = |year: &String| pin == format!("{month}{year}") || pin == format!("{year}{month}");
    orders.iter().any(|order| order.concat() == pin) || centuries.iter().any(of_year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first() {
        for (pins, why) in [
            (["000000", "777777"], Some(Weak::OneDigit)),
            (["123456", "890123"], Some(Weak::Sequence)),
            (["654321", "210987"], Some(Weak::Sequence)),
            (["121212", "123123"], Some(Weak::Pattern)),
            (["314159", "100000"], None),
            (["112233", "482901"], None),
        ] {
            for pin in pins {
                assert_eq!(guessable(pin), why, "{pin}");
            }
        }
        assert_eq!(guessable(""), None);
        assert_eq!(guessable("12345a"), None);
    }

    #[test]
    fn dates_of_birth() {
        for pin in ["030279", "790203", "020379", "021979", "197902"] {
            assert!(is_birth_date(pin, "790203"), "{pin}");
        }
        assert!(!is_birth_date("030280", "790203"));
        assert!(!is_birth_date("030279", "79<<<<") && !is_birth_date("030279", ""));
        assert!(is_birth_date("051979", "7905<<"));
    }
}
