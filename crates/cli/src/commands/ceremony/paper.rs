//! Forms on their way to paper.

use crate::configuration::Mode;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::letters::LetterPrinter;
use crate::text::text;
use chipwright_issuance::issue::Letters;
use chipwright_keystore::ceremony::{Sheet, Subject};
use chipwright_print::{CeremonyForm, FormLines};
use jiff::Timestamp;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Where forms go.
#[derive(Debug, clap::Args)]
pub(super) struct Paper {
    /// The command that prints a form: it is given the PDF on its standard input, and nothing touches a disk
    #[arg(long, value_name = "COMMAND", required_unless_present = "form_out")]
    form_printer: Option<String>,
    /// Write the forms into this folder instead; in a home of test cards only
    #[arg(long, value_name = "DIR", conflicts_with = "form_printer")]
    form_out: Option<PathBuf>,
}

/// A way to paper that is there.
pub(super) enum Desk {
    Printer(LetterPrinter),
    Folder(PathBuf),
}

impl Paper {
    /// The printer, or the folder of a test home.
    pub(super) fn desk(&self, home: &Home) -> Result<Desk, Failure> {
        if let Some(folder) = &self.form_out {
            if home.configuration.issuer.mode != Mode::Test {
                return Err(Failure::new(
                    Exit::Usage,
                    (
                        "forms of real keys are not written to files; nothing was made",
                        "phiếu của khóa thật không được ghi ra tệp; chưa tạo gì",
                    ),
                    ("Print them with --form-printer.", "In bằng --form-printer."),
                ));
            }
            home::make_folder(folder)?;
            return Ok(Desk::Folder(folder.clone()));
        }
        let command = self.form_printer.as_deref().unwrap_or_default();
        let printer = LetterPrinter::new(command, &home.configuration.issuer.name);
        printer.map(Desk::Printer).ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                ("--form-printer names no command", "--form-printer không nêu lệnh nào"),
                ("For instance: --form-printer 'lp -d forms'.", "Ví dụ: --form-printer 'lp -d forms'."),
            )
        })
    }
}

impl Desk {
    /// Brings one form to paper.
    pub(super) fn print(
        &mut self,
        home: &Home,
        sheet: &Sheet,
        custodian: &str,
        purpose: [&str; 2],
        at: Timestamp,
    ) -> Result<(), Failure> {
        let pdf = composed(home, sheet, custodian, purpose, at)?;
        match self {
            Self::Printer(printer) => printer.print(&pdf).map_err(|error| {
                Failure::new(
                    Exit::Configuration,
                    text!(
                        "form {} was not printed; the ceremony does not count",
                        "phiếu {} chưa in được; phiên này không có giá trị",
                        sheet.number()
                    ),
                    (
                        "Destroy the forms already printed, mend the printer and begin again.",
                        "Hủy các phiếu đã in, sửa máy in rồi làm lại từ đầu.",
                    ),
                )
                .because(&error)
            }),
            Self::Folder(folder) => {
                let name = format!("form-{}-{}.pdf", sheet.ceremony(), sheet.number());
                home::write_file(&folder.join(name), &pdf, 0o600)
            }
        }
    }
}

fn composed(
    home: &Home,
    sheet: &Sheet,
    custodian: &str,
    purpose: [&str; 2],
    at: Timestamp,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let lines = sheet.lines();
    let lines: Vec<&str> = lines.iter().map(|line| line.as_str()).collect();
    CeremonyForm {
        issuer: &home.configuration.issuer.name,
        ceremony: &sheet.ceremony().to_string(),
        date: &at.to_zoned(jiff::tz::TimeZone::system()).strftime("%d/%m/%Y %H:%M").to_string(),
        purpose,
        part: [sheet.number(), sheet.scheme().total(), sheet.scheme().needed()],
        custodian,
        check_value: &sheet.check_value().to_string(),
        whole: &sheet.whole().to_string(),
        lines: FormLines(&lines),
    }
    .to_pdf()
    .map_err(|error| {
        Failure::of(
            Exit::Usage,
            &error,
            (
                "Shorten the custodian's name on forms; nothing was printed.",
                "Rút gọn tên người giữ khóa trên phiếu; chưa in gì.",
            ),
        )
    })
}

/// What a sheet is for, in Vietnamese and English.
pub(super) fn purpose(subject: Subject, bits: usize) -> [String; 2] {
    match subject {
        Subject::CardMaster => {
            [format!("khóa chủ của thẻ, AES-{bits}"), format!("card master key, AES-{bits}")]
        }
        Subject::RootAccess => ["mở khóa gốc".to_owned(), "opening the root's key".to_owned()],
        Subject::Other => ["bí mật khác".to_owned(), "another secret".to_owned()],
    }
}
