//! Short campaigns by default, full ones on request.

/// Whether the long campaigns were asked for (`tools/test --long` sets `CHIPWRIGHT_LONG=1`).
#[must_use]
pub fn is_long() -> bool {
    std::env::var("CHIPWRIGHT_LONG").is_ok_and(|value| value == "1")
}

/// How many cases to run: `short` usually, `long` in the long campaigns.
#[must_use]
pub fn cases(short: usize, long: usize) -> usize {
    if is_long() { long } else { short }
}
