//! The letter that brings a member the first PIN of the card.
//!
//! One A4 sheet, folded twice to DIN lang. The upper third carries the address and shows in the window; the PIN stands in the
//! middle third, on the inside; the lower third is hatched and folded over it, so that the PIN cannot be read against the light.

use crate::page::{Page, a4};
use std::fmt;
use zeroize::Zeroizing;

/// Where the sheet is folded, mm.
const FOLDS: [f32; 2] = [105.0, 210.0];
const LEFT: f32 = 25.0;
/// Characters of a line in the window.
const ADDRESS: usize = 44;
/// Lines that the window has for the name, and for the unit.
const ADDRESS_LINES: usize = 2;

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
    /// Date of the letter, as it is to be printed.
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
    /// The name or unit is longer than the window of the envelope.
    #[error("{what} has {characters} characters, and the window of the envelope shows {}; shorten it for the letter", ADDRESS * ADDRESS_LINES)]
    TooLong {
        /// Which.
        what: &'static str,
        /// How long it is.
        characters: usize,
    },
    /// A character that the font does not have.
    #[error("the font of the letter has no {0:?}; write the name in Latin letters")]
    Character(char),
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
        self.check()?;
        a4("PIN", |page| {
            self.address(page);
            self.inside(page);
            back(page);
            FOLDS.into_iter().for_each(|y| page.fold(y));
        })
    }

    fn check(&self) -> Result<(), PrintError> {
        let digits =
            |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(self.secrets.pin, 6) || !self.secrets.puk.is_none_or(|puk| digits(puk, 10)) {
            return Err(PrintError::Digits);
        }
        for (what, text) in [
            ("the name", self.name),
            ("the unit", self.unit),
            ("the issuer", self.issuer),
            ("the card number", self.card_number),
            ("the date", self.issued),
        ] {
            if wrap(text).len() > ADDRESS_LINES {
                return Err(PrintError::TooLong { what, characters: text.chars().count() });
            }
            if let Some(odd) = text.chars().find(|c| !has(*c)) {
                return Err(PrintError::Character(odd));
            }
        }
        Ok(())
    }

    fn address(&self, page: &mut Page<'_>) {
        page.lines(LEFT, 22.0, 8.0, wrap(self.issuer).iter().map(String::as_str));
        let below = page.lines(LEFT, 52.0, 12.0, wrap(self.name).iter().map(String::as_str));
        page.lines(LEFT, below, 10.0, wrap(self.unit).iter().map(String::as_str));
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
        let numbers = format!("Thẻ / Card  {}     Ngày / Date  {}", self.card_number, self.issued);
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
                "mã PIN bị khóa; mã mở khóa dùng được mười lần.",
                "",
                "Change the PIN before you first use it, then destroy this letter. Nobody may ask you for the PIN.",
                "After two wrong tries the access number printed on the card is asked for before the last one. After",
                "three the PIN is blocked; the PUK can be used ten times.",
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

/// Lines of the window, broken at spaces.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let fits =
            |line: &String| line.is_empty() || line.chars().count() + 1 + word.chars().count() <= ADDRESS;
        if !lines.last().is_some_and(fits) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    // a word that is longer than a line counts as the lines it would take
    let overlong = lines.iter().filter(|line| line.chars().count() > ADDRESS).count();
    lines.extend(std::iter::repeat_n(String::new(), overlong * ADDRESS_LINES));
    lines
}

/// Whether the font has it (`fonts/README.md`).
const fn has(c: char) -> bool {
    matches!(c,
        '\u{20}'..='\u{7E}' | '\u{A0}'..='\u{17F}' | '\u{1A0}'..='\u{1A1}' | '\u{1AF}'..='\u{1B0}'
        | '\u{300}'..='\u{304}' | '\u{306}' | '\u{309}' | '\u{323}' | '\u{1E00}'..='\u{1EFF}' | '\u{2010}'..='\u{2026}')
}
