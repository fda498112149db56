//! Help and messages: PKCS#11 tokens.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[];
