//! What a process has held in memory at the most.

/// The highest resident size since the beginning or the last [`restart_peak`], KiB; none where the system does not tell.
#[must_use]
pub fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Forgets the highest size so far. Whether the system lets us.
#[must_use]
pub fn restart_peak() -> bool {
    std::fs::write("/proc/self/clear_refs", "5").is_ok()
}
