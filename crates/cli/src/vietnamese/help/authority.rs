//! Help and messages: requests, signatures, rollover, master list.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[];
