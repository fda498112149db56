//! `ceremony form`: forms read back.

use super::record::Record;
use super::sheets;
use crate::context::Context;
use crate::custodians::voice::{Present, Voice};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::text::text;
use chipwright_keystore::ceremony::{Ceremony, Sheet};

/// The forms that custodians keep
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Form {
    /// Type a form's lines in and hear whether they are right; nothing is combined or kept
    Check {
        /// Read the lines from this file descriptor
        #[arg(long, value_name = "N")]
        lines_fd: Option<u32>,
    },
}

impl Form {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let Self::Check { lines_fd } = self;
        let name = context.out.pick("form", "phiếu").to_owned();
        let sheet = sheets::read(&mut Voice::of(&Present { name, descriptor: *lines_fd })?, context)?;
        context.out.data(&told(&sheet, context))?;
        // a form can be checked without the home it belongs to
        if let Ok(home) = context.home() {
            match Record::find(&home, sheet.ceremony())? {
                Some(record) => handed_out(&record.ceremony, &sheet)?,
                None => context.out.say(context.out.pick(
                    "no record of this ceremony is in this home: only the form itself was checked",
                    "thư mục này không có ghi chép của phiên: mới kiểm tra được bản thân phiếu",
                )),
            }
        }
        Ok(Exit::Success)
    }
}

fn told(sheet: &Sheet, context: &Context) -> String {
    let (id, number, total) = (sheet.ceremony(), sheet.number(), sheet.scheme().total());
    let (own, whole) = (sheet.check_value(), sheet.whole());
    match context.out.language {
        chipwright_issuance::Language::En => format!(
            "right: form {number} of {total} of ceremony {id}, check value {own}, of the whole key {whole}"
        ),
        chipwright_issuance::Language::Vi => format!(
            "đúng: phiếu {number} trong {total} của phiên {id}, giá trị kiểm tra {own}, của cả khóa {whole}"
        ),
    }
}

/// Whether it is the form that was handed out.
fn handed_out(ceremony: &Ceremony, sheet: &Sheet) -> Result<(), Failure> {
    let recorded = ceremony.sheets.get(usize::from(sheet.number()).saturating_sub(1));
    if recorded.is_some_and(|recorded| recorded.is(sheet.check_value()))
        && ceremony.check_value.is(sheet.whole())
    {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Configuration,
        text!(
            "form {} is not the one that was handed out in ceremony {}",
            "phiếu {} không phải phiếu đã phát ở phiên {}",
            sheet.number(),
            ceremony.id
        ),
        (
            "Find the right form; if it is lost, hold the ceremony again.",
            "Tìm đúng phiếu; nếu đã mất thì làm lại nghi thức.",
        ),
    ))
}
