//! What the system tells about this process.

use std::time::Duration;

use crate::host_stats::parse_kib_field;

/// Processor time that the process has used; zero where the system does not tell.
pub(crate) fn cpu_time() -> Duration {
    #[cfg(unix)]
    {
        use rustix::time::{ClockId, clock_gettime};
        let used = clock_gettime(ClockId::ProcessCPUTime);
        Duration::new(
            u64::try_from(used.tv_sec).unwrap_or(0),
            u32::try_from(used.tv_nsec).unwrap_or(0),
        )
    }
    #[cfg(not(unix))]
    Duration::ZERO
}

/// Largest resident size so far, in bytes; 0 where the system does not tell (proc(5), `VmHWM`).
pub(crate) fn peak_rss_bytes() -> u64 {
    status_bytes("VmHWM:")
}

/// Resident size now, in bytes; 0 where the system does not tell (proc(5), `VmRSS`).
pub(crate) fn rss_bytes() -> u64 {
    status_bytes("VmRSS:")
}

fn status_bytes(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    parse_kib_field(&status, name).unwrap_or(0)
}
