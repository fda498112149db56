//! Help and messages: ceremonies and custodians.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[];
