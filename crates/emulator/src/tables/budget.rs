//! `tables/budget.toml`: bytes.

/// Non-volatile memory.
pub const TOTAL: usize = 81_920;
/// Load files.
pub const CODE: usize = 32_768;
/// DG2.
pub const PORTRAIT: usize = 14_336;
/// All other files together.
pub const FILES: usize = 8_192;
/// A second area of the size of [`FILES`], for updates.
pub const UPDATE_SLOT: usize = 8_192;
/// Records.
pub const RECORDS: usize = 12_288;
/// Keys, counters, registry, directory and journal.
pub const RESERVE: usize = 6_144;
/// Volatile memory.
pub const VOLATILE: usize = 2_560;
/// Data field of a command or response.
pub const DATA_FIELD: usize = 1_024;
/// Command APDU.
pub const COMMAND_APDU: usize = 1_033;
/// Response APDU.
pub const RESPONSE_APDU: usize = 1_026;
/// Bytes written at once.
pub const PAGE: usize = 64;
