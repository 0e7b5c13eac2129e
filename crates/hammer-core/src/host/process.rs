//! CPU time and memory of this process.

use std::time::Duration;

use crate::host::kib_field::parse_kib_field;

/// CPU time of the process; zero if unknown.
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

/// Peak resident size, in bytes; 0 if unknown (proc(5), `VmHWM`).
pub(crate) fn peak_rss_bytes() -> u64 {
    status_bytes("VmHWM:")
}

/// Current resident size, in bytes; 0 if unknown (proc(5), `VmRSS`).
pub(crate) fn rss_bytes() -> u64 {
    status_bytes("VmRSS:")
}

fn status_bytes(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    parse_kib_field(&status, name).unwrap_or(0)
}
