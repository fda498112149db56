//! Help and messages: trust bundles.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[];
