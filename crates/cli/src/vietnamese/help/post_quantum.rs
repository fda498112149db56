//! Help and messages: the second signature.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[];
