//! Help and messages: batches and their approval.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[];
