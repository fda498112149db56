//! Forms typed back.

use crate::context::Context;
use crate::custodians::voice::Voice;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::text::{Text, text};
use chipwright_keystore::ceremony::{CheckValue, LineError, Sheet, SheetReader, Step};

/// Reads a whole form from somebody. At a prompt a wrong line is typed again; from a descriptor it is refused.
pub(super) fn read(voice: &mut Voice, context: &Context) -> Result<Sheet, Failure> {
    let mut reader = SheetReader::new();
    let mut of = None;
    loop {
        let line = reader.next_line();
        let what = match of {
            Some(of) => text!("line {line} of {of}", "dòng {line} trong {of}"),
            None => text!("line {line} of the form", "dòng {line} của phiếu"),
        };
        match reader.line(&voice.ask(&what, context.out.language)?) {
            Ok(Step::Done(sheet)) => return Ok(sheet),
            Ok(Step::More { of: lines, .. }) => of = Some(lines),
            Err(fault) if voice.can_repeat() && !matches!(fault, LineError::Sheet(_)) => {
                context.out.say(&context.out.words(fault));
            }
            Err(fault) => return Err(wrong(&fault)),
        }
    }
}

/// A line that is not as it was printed.
fn wrong(fault: &LineError) -> Failure {
    let next = match fault {
        LineError::OutOfPlace { .. } => {
            ("Type the lines in their order, from 1.", "Nhập các dòng theo thứ tự, từ dòng 1.")
        }
        LineError::Sheet(_) => (
            "Compare every line with the form; if all are right, the form is not one of ours.",
            "So từng dòng với phiếu; nếu đều đúng thì đây không phải phiếu của nghi thức.",
        ),
        _ => (
            "Compare this line with the form, group by group, and type it again.",
            "So dòng này với phiếu theo từng nhóm rồi nhập lại.",
        ),
    };
    Failure::of(Exit::Usage, fault, next)
}

/// Has somebody confirm the check value of the whole key as it stands on the form.
pub(super) fn confirm(voice: &mut Voice, wanted: CheckValue, context: &Context) -> Result<(), Failure> {
    let what = Text::from((
        "check value of the whole key, as on the form",
        "giá trị kiểm tra của cả khóa, như ghi trên phiếu",
    ));
    let typed = voice.ask(&what, context.out.language)?;
    let again = (
        "Compare the check values of all forms; nothing was written.",
        "So giá trị kiểm tra trên tất cả các phiếu; chưa ghi gì.",
    );
    let given: CheckValue = typed.parse().map_err(|error| Failure::of(Exit::Usage, &error, again))?;
    if given.is(wanted) {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Configuration,
        text!(
            "custodian {} reads the check value {given}, and the combined key has {wanted}; nothing was written",
            "người giữ khóa {} đọc giá trị kiểm tra {given}, nhưng khóa ghép được có {wanted}; chưa ghi gì",
            voice.name
        ),
        again,
    ))
}
