//! Help and messages: the status list.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[];
