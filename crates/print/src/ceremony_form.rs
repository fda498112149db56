//! The form that a custodian takes from a key ceremony: one component or share of a key, to be kept sealed and typed back one day.
//!
//! One A4 sheet. The digits stand in groups of four on ruled lines with room below each, so that they can be copied by hand and compared.

use crate::PrintError;
use crate::font::printable;
use crate::page::{Page, a4};
use crate::window::{Fitted, Steps, fit};
use std::fmt;
use zeroize::Zeroizing;

const LEFT: f32 = 20.0;
const WIDTH: f32 = 170.0;
/// Where the values of the table begin, mm.
const VALUES: f32 = 78.0;
/// Between two digits, mm; every digit has the same room, so that groups stand under each other.
const PITCH: f32 = 4.4;
const TEXT: Steps = &[(11, 1), (10, 2), (8, 3)];
/// The most lines there is room for.
const MOST_LINES: usize = 10;

/// The lines of the form. They are a secret.
#[derive(Clone, Copy)]
pub struct FormLines<'a>(pub &'a [&'a str]);

impl fmt::Debug for FormLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FormLines({})", self.0.len())
    }
}

/// What stands on the form.
#[derive(Debug, Clone, Copy)]
pub struct CeremonyForm<'a> {
    /// Who holds the ceremony.
    pub issuer: &'a str,
    /// Which ceremony.
    pub ceremony: &'a str,
    /// Date and time, as they are to be printed.
    pub date: &'a str,
    /// What the key is for, in Vietnamese and English.
    pub purpose: [&'a str; 2],
    /// Which part of how many, and how many are needed.
    pub part: [u8; 3],
    /// Whose form it is.
    pub custodian: &'a str,
    /// The check value of this part.
    pub check_value: &'a str,
    /// The check value of the whole key.
    pub whole: &'a str,
    /// Groups of four digits between spaces, then a hyphen and the checksum.
    pub lines: FormLines<'a>,
}

/// Why there is no form.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// A text is longer than its place.
    #[error("{what} has {characters} characters, more than there is room for on the form")]
    TooLong {
        /// Which.
        what: &'static str,
        /// How long it is.
        characters: usize,
    },
    /// A character that the font does not have.
    #[error("the font of the form has no {character:?}, which is in {what}")]
    Character {
        /// Where it stands.
        what: &'static str,
        /// The character.
        character: char,
    },
    /// More lines than a page has room for.
    #[error("the form has {0} lines, more than there is room for")]
    Lines(usize),
    /// The page could not be made.
    #[error(transparent)]
    Page(#[from] PrintError),
}

impl CeremonyForm<'_> {
    /// The form as PDF, one page; wiped when dropped.
    ///
    /// # Errors
    /// [`FormError`].
    pub fn to_pdf(&self) -> Result<Zeroizing<Vec<u8>>, FormError> {
        if self.lines.0.len() > MOST_LINES {
            return Err(FormError::Lines(self.lines.0.len()));
        }
        let issuer = fitted("the issuer", self.issuer)?;
        let rows = self.rows()?;
        let pdf = a4("Ceremony", |page| {
            heading(page, &issuer);
            let below = table(page, &rows);
            let below = self.digits(page, below + 6.0);
            let below = self.checks(page, below + 4.0);
            signatures(page, below + 8.0);
            instructions(page);
        })?;
        Ok(pdf)
    }

    fn rows(&self) -> Result<[(&'static str, Fitted); 6], FormError> {
        let [part, total, needed] = self.part;
        let part = match needed == total {
            true => format!("{part} / {total}   (cần đủ {total} phần / all {total} are needed)"),
            false => format!("{part} / {total}   (cần {needed} phần / any {needed} are enough)"),
        };
        let [vi, en] = self.purpose;
        Ok([
            ("Phiên nghi thức / Ceremony", fitted("the ceremony", self.ceremony)?),
            ("Ngày giờ / Date and time", fitted("the date", self.date)?),
            ("Mục đích", fitted("the purpose", vi)?),
            ("Purpose", fitted("the purpose", en)?),
            ("Phần số / Part", fitted("the part", &part)?),
            ("Người giữ / Custodian", fitted("the custodian", self.custodian)?),
        ])
    }

    /// The lines in a frame, numbered; the checksum of each apart.
    fn digits(&self, page: &mut Page<'_>, top: f32) -> f32 {
        const STEP: f32 = 9.0;
        let lines = self.lines.0;
        let height = lines.len() as f32 * STEP + 7.0;
        page.frame(LEFT, top, WIDTH, height);
        page.text(LEFT + 4.0, top + 5.0, 7.0, "Dòng / Line");
        page.text(LEFT + 128.0, top + 5.0, 7.0, "Kiểm tra / Checksum");
        let mut y = top + 12.5;
        for (number, line) in (1_usize..).zip(lines) {
            page.text(LEFT + 6.0, y, 10.0, &format!("{number}"));
            let (value, sum) = line.split_once('-').unwrap_or((line, ""));
            spread(page, LEFT + 22.0, y, value.trim());
            spread(page, LEFT + 130.0, y, sum.trim());
            if number < lines.len() {
                page.rule(LEFT + 4.0, y + 2.6, WIDTH - 8.0);
            }
            y += STEP;
        }
        top + height
    }

    fn checks(&self, page: &mut Page<'_>, top: f32) -> f32 {
        let rows = [
            ("Giá trị kiểm tra của phần này / Check value of this part", self.check_value),
            ("Giá trị kiểm tra của cả khóa / Check value of the whole key", self.whole),
        ];
        let mut y = top + 4.0;
        for (name, value) in rows {
            page.text(LEFT, y, 9.0, name);
            spread(page, LEFT + 130.0, y, value);
            y += 7.5;
        }
        y - 7.5
    }
}

fn fitted(what: &'static str, text: &str) -> Result<Fitted, FormError> {
    let text = printable(text).map_err(|character| FormError::Character { what, character })?;
    fit(&text, TEXT).ok_or_else(|| FormError::TooLong { what, characters: text.chars().count() })
}

fn heading(page: &mut Page<'_>, issuer: &Fitted) {
    page.lines(LEFT, 18.0, 9.0_f32.min(issuer.size), issuer.lines.iter().map(String::as_str));
    page.text(LEFT, 32.0, 17.0, "PHIẾU GIỮ PHẦN KHÓA");
    page.text(LEFT, 39.0, 11.0, "Key ceremony form");
    page.text(LEFT + 106.0, 32.0, 11.0, "MẬT – chỉ người giữ được đọc");
    page.text(LEFT + 106.0, 38.0, 9.0, "SECRET – for the custodian only");
}

fn table(page: &mut Page<'_>, rows: &[(&str, Fitted)]) -> f32 {
    let mut y = 51.0;
    for (name, value) in rows {
        page.text(LEFT, y, 9.0, name);
        let below = page.lines(VALUES, y, value.size, value.lines.iter().map(String::as_str));
        y = below.max(y + 6.5);
    }
    y - 5.0
}

/// Digits one by one, each in the same room, a group apart from the next.
fn spread(page: &mut Page<'_>, x: f32, y: f32, digits: &str) {
    let mut at = x;
    for digit in digits.chars() {
        if digit == ' ' {
            at += PITCH * 0.8;
            continue;
        }
        let mut text = Zeroizing::new([0; 4]);
        page.text(at, y, 14.0, digit.encode_utf8(text.as_mut_slice()));
        at += PITCH;
    }
}

fn signatures(page: &mut Page<'_>, top: f32) {
    for (x, name) in [
        (LEFT, "Người giữ ký / Custodian's signature"),
        (LEFT + 90.0, "Người chứng kiến ký / Witness's signature"),
    ] {
        page.text(x, top, 8.0, name);
        page.rule(x, top + 16.0, 80.0);
    }
}

fn instructions(page: &mut Page<'_>) {
    page.lines(
        LEFT,
        244.0,
        8.0,
        [
            "Đọc lại từng nhóm trước khi ký. Cho phiếu vào phong bì niêm phong, cất ở nơi không ai khác mở được; không",
            "chụp ảnh, không sao chép bằng máy. Phiếu này một mình không cho biết gì về khóa. Muốn thử lại phiếu:",
            "`chipwright ceremony form check` cho biết dòng nào sai; chỉ có chữ số 0 đến 9 và chữ A đến F, dấu cách",
            "không quan trọng. Nếu mất phiếu, báo ngay cho những người giữ khác.",
            "",
            "Read every group once more before you sign. Seal the form in an envelope and keep it where nobody else can",
            "open it; take no picture and no copy by machine. This form alone says nothing of the key. To check it:",
            "`chipwright ceremony form check` tells the line of a wrong digit; digits are 0 to 9 and A to F only,",
            "spaces do not matter. If the form is lost, tell the other custodians at once.",
        ],
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form<'a>(lines: &'a [&'a str], custodian: &'a str) -> CeremonyForm<'a> {
        CeremonyForm {
            issuer: "Tỉnh ủy Sơn La",
            ceremony: "7F3A-09C2",
            date: "22/11/2026 15:00",
            purpose: ["khóa chủ của thẻ, AES-128", "card master key, AES-128"],
            part: [2, 3, 2],
            custodian,
            check_value: "50 4A 77",
            whole: "8B AF 47",
            lines: FormLines(lines),
        }
    }

    #[test]
    fn a_form_has_room_for_the_longest_secret() {
        let line = "1234 5678 9ABC DEF0 - 5A2C";
        assert!(form(&[line; 10], "Nguyễn Thị Ánh Tuyết").to_pdf().unwrap().starts_with(b"%PDF-"));
        assert!(matches!(form(&[line; 11], "an").to_pdf(), Err(FormError::Lines(11))));
        assert!(matches!(form(&[line], "李").to_pdf(), Err(FormError::Character { character: '李', .. })));
        let long = "W".repeat(300);
        assert!(matches!(
            form(&[line], &long).to_pdf(),
            Err(FormError::TooLong { what: "the custodian", .. })
        ));
        assert_eq!(format!("{:?}", FormLines(&[line])), "FormLines(1)");
    }
}
