//! Help and messages: the ledger of key uses.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[];
