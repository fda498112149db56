//! The software cards of the home.

use super::finding::Finding;
use crate::emulator_reader::{self, EmulatorReader};
use crate::home::Home;
use crate::text::text;

/// Can every one of them be put into a reader?
pub(crate) fn examine(home: &Home) -> Finding {
    let names = match emulator_reader::names(home) {
        Ok(names) => names,
        Err(failure) => return Finding::of_failure(&failure),
    };
    let damaged: Vec<&str> = names
        .iter()
        .filter(|name| EmulatorReader::look(home, name).is_err())
        .map(|name| name.as_str())
        .collect();
    let all = names.len();
    match damaged.as_slice() {
        [] if all == 0 => Finding::well(("there are none", "không có thẻ nào")),
        [] => Finding::well(text!("{all} can be used", "{all} thẻ dùng được")),
        [first, ..] => {
            let named = damaged.join(", ");
            Finding::warning(
                text!("damaged, of {all}: {named}", "bị hỏng, trong {all} thẻ: {named}"),
                text!(
                    "Delete what is damaged: `chipwright emulator delete {first}`.",
                    "Xóa thẻ hỏng: `chipwright emulator delete {first}`."
                ),
            )
        }
    }
}
