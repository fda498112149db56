//! Help and messages: deliveries of blanks, tries, transport keys.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[];
