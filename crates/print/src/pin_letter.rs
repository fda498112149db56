//! The letter that brings a member the first PIN of the card.
//!
//! One A4 sheet, folded twice to DIN lang. The upper third carries the address and shows in the window; the PIN stands in the
//! middle third, on the inside; the lower third is hatched and folded over it, so that the PIN cannot be read against the light.

use crate::font::printable;
use crate::page::{Page, a4};
use crate::window::{self, Fitted, Steps, fit};
use std::fmt;
use zeroize::Zeroizing;

/// Where the sheet is folded, mm.
const FOLDS: [f32; 2] = [105.0, 210.0];
const LEFT: f32 = 25.0;

/// Digits that only the member may read.
#[derive(Clone, Copy)]
pub struct Secrets<'a> {
    /// The PIN, six digits.
    pub pin: &'a str,
    /// The PUK, ten digits, where the card has one.
    pub puk: Option<&'a str>,
}

impl fmt::Debug for Secrets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(..)")
    }
}

/// What stands in the letter.
#[derive(Debug, Clone, Copy)]
pub struct PinLetter<'a> {
    /// The member's name.
    pub name: &'a str,
    /// The member's unit.
    pub unit: &'a str,
    /// The number printed on the card.
    pub card_number: &'a str,
    /// Date and time of the letter, as they are to be printed: of two letters of a card the later one holds.
    pub issued: &'a str,
    /// Who sends it.
    pub issuer: &'a str,
    /// What it is for.
    pub secrets: Secrets<'a>,
}

/// Why there is no letter.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrintError {
    /// Not the digits a card takes.
    #[error("a PIN has six digits, and a PUK ten; nothing was printed")]
    Digits,
    /// A text is longer than the window of the envelope, in the smallest type.
    #[error("{what} has {characters} characters, more than the window of the PIN letter's envelope shows")]
    TooLong {
        /// Which.
        what: &'static str,
        /// How long it is.
        characters: usize,
    },
    /// A character that the font does not have.
    #[error("the font of the PIN letter has no {character:?}, which is in {what}")]
    Character {
        /// Where it stands.
        what: &'static str,
        /// The character.
        character: char,
    },
    /// The font of this crate cannot be loaded: a fault of ours.
    #[error("the font of the letter cannot be loaded")]
    Font,
    /// The PDF could not be made: a fault of ours.
    #[error("the PDF could not be made: {0}")]
    Pdf(String),
}

impl PinLetter<'_> {
    /// The letter as PDF, one page; wiped when dropped.
    ///
    /// # Errors
    /// [`PrintError`].
    pub fn to_pdf(&self) -> Result<Zeroizing<Vec<u8>>, PrintError> {
        let address = self.address()?;
        a4("PIN", |page| {
            Self::outside(page, &address);
            self.inside(page);
            back(page);
            FOLDS.into_iter().for_each(|y| page.fold(y));
        })
    }

    /// What stands in the window; the secrets and short texts are checked as well.
    fn address(&self) -> Result<[Fitted; 3], PrintError> {
        let digits =
            |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(self.secrets.pin, 6) || !self.secrets.puk.is_none_or(|puk| digits(puk, 10)) {
            return Err(PrintError::Digits);
        }
        fitted("the card number", self.card_number, &[(10, 1)])?;
        fitted("the date", self.issued, &[(10, 1)])?;
        Ok([
            fitted("the issuer", self.issuer, window::ISSUER)?,
            fitted("the name", self.name, window::NAME)?,
            fitted("the unit", self.unit, window::UNIT)?,
        ])
    }

    fn outside(page: &mut Page<'_>, [issuer, name, unit]: &[Fitted; 3]) {
        let mut put =
            |at, text: &Fitted| page.lines(LEFT, at, text.size, text.lines.iter().map(String::as_str));
        put(22.0, issuer);
        let below = put(52.0, name);
        put(below, unit);
        page.lines(
            LEFT,
            86.0,
            8.0,
            [
                "Thư kín: chỉ người có tên trên đây được mở. Nếu thư đã bị mở, hãy báo cho nơi cấp thẻ.",
                "Sealed: to be opened by the addressee only. If it has been opened, tell the issuer of the card.",
            ],
        );
    }

    fn inside(&self, page: &mut Page<'_>) {
        let numbers =
            format!("Thẻ / Card  {}     Ngày giờ / Date and time  {}", self.card_number, self.issued);
        page.text(LEFT, 116.0, 10.0, &numbers);
        page.frame(LEFT, 122.0, 160.0, 30.0);
        page.text(LEFT + 6.0, 131.0, 9.0, "Mã PIN / PIN");
        page.text(LEFT + 6.0, 145.0, 22.0, &spaced(self.secrets.pin, 3));
        if let Some(puk) = self.secrets.puk {
            page.text(LEFT + 72.0, 131.0, 9.0, "Mã mở khóa / PUK");
            page.text(LEFT + 72.0, 145.0, 22.0, &spaced(puk, 5));
        }
        page.lines(
            LEFT,
            162.0,
            9.0,
            [
                "Hãy đổi mã PIN trước khi dùng lần đầu, rồi hủy thư này. Không ai được hỏi mã PIN của đồng chí.",
                "Sau hai lần nhập sai, cần nhập số truy cập in trên thẻ trước lần thử cuối cùng. Sau ba lần sai,",
                "mã PIN bị khóa; mã mở khóa dùng được mười lần. Nếu thẻ này có nhiều thư, chỉ thư có ngày giờ muộn",
                "nhất còn giá trị; hãy hủy các thư trước.",
                "",
                "Change the PIN before you first use it, then destroy this letter. Nobody may ask you for the PIN.",
                "After two wrong tries the access number printed on the card is asked for before the last one. After",
                "three the PIN is blocked; the PUK can be used ten times. If there are several letters of this card,",
                "only the one of the latest date and time holds; destroy those before it.",
            ],
        );
    }
}

/// The third that is folded over the PIN.
fn back(page: &mut Page<'_>) {
    page.hatch(LEFT - 5.0, 222.0, 170.0, 70.0);
}

/// Groups of digits.
fn spaced(digits: &str, group: usize) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(digits.len() * 2));
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % group == 0 {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

fn fitted(what: &'static str, text: &str, steps: Steps) -> Result<Fitted, PrintError> {
    let printable = printable(text).map_err(|character| PrintError::Character { what, character })?;
    fit(&printable, steps).ok_or(PrintError::TooLong { what, characters: text.chars().count() })
}
