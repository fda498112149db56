//! Vietnamese for what the libraries say in English.
//!
//! The libraries speak English only, and hand part of their words on as plain text: details of checks, steps of plans, errors that
//! became a string on the way through a trait. So words are what is translated: every sentence a library can say stands in a table
//! with its Vietnamese, values in it are carried over as they are, and a test compares the tables with the sources, so that a new
//! or changed sentence is noticed. Words that no table knows stay English.

mod channel;
pub(crate) mod command_line;
mod conformance;
mod emulator;
mod help;
mod iso7816;
mod issuance;
mod keystore;
mod perso;
mod phrase;
mod pki;
mod profile;
mod reader;
mod records;
mod registry;
mod system;
#[cfg(test)]
mod tests;
mod trace;
mod trust;
mod verify;

use crate::text::Text;
use chipwright_verify::Report;
use phrase::Phrases;
use std::sync::LazyLock;

/// A sentence as the source says it, `{holes}` included, and its Vietnamese with the same holes. A hole without a name has its
/// number. One that ends in `!` in the Vietnamese must itself be something that is translated, or names: it keeps rows that are hardly more
/// than punctuation from taking what is not theirs.
type Row = (&'static str, &'static str);

const TABLES: [&[Row]; 26] = [
    iso7816::ROWS,
    channel::ROWS,
    pki::ROWS,
    profile::ROWS,
    perso::ROWS,
    verify::ROWS,
    keystore::ROWS,
    registry::ROWS,
    issuance::ROWS,
    conformance::ROWS,
    emulator::ROWS,
    reader::ROWS,
    records::ROWS,
    trace::ROWS,
    trust::ROWS,
    help::ROWS,
    help::authority::ROWS,
    help::batch::ROWS,
    help::card_keys::ROWS,
    help::ceremony::ROWS,
    help::keys::ROWS,
    help::post_quantum::ROWS,
    help::status_list::ROWS,
    help::token::ROWS,
    help::trust::ROWS,
    system::ROWS,
];

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(TABLES.into_iter().flatten()));

/// The Vietnamese of a library's words, if they are known.
pub(crate) fn of(english: &str) -> Option<String> {
    PHRASES.translate(english)
}

/// The Vietnamese of words without values in them.
fn whole(english: &str) -> Option<&'static str> {
    PHRASES.whole(english)
}

/// The Vietnamese of a library's words, or the words themselves.
pub(crate) fn said(english: &str) -> String {
    of(english).unwrap_or_else(|| english.to_owned())
}

/// The report on a card, the details of its checks included.
pub(crate) fn report(report: &Report) -> String {
    let details = report.checks().iter().filter_map(|check| check.detail.as_deref());
    details.fold(report.to_text(true), |text, detail| {
        text.replace(&format!("({detail})"), &format!("({})", said(detail)))
    })
}

/// A library's words in both languages.
pub(crate) fn text(english: impl Into<String>) -> Text {
    let en = english.into();
    Text { vi: said(&en), en }
}
