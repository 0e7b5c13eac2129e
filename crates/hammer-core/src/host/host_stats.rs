//! Host figures: stolen CPU time, throttling and memory.

use serde::{Deserialize, Serialize};

use crate::host::cgroup;
use crate::host::cgroup::CpuThrottling;
use crate::host::kib_field::parse_kib_field;
use crate::host::process;

/// CPU time that others took from the generator, and the memory available to it.
///
/// A figure is `None` if the system does not report it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HostStats {
    /// The share of CPU time that the host of a virtual machine gave to others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stolen: Option<f64>,
    /// The share of periods in which the generator's control group used up its CPU time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttled: Option<f64>,
    /// The memory available to the process at the start, in bytes: of the machine or the limit of
    /// its control group, if smaller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
}

/// The figures at one instant; empty by default.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HostReading {
    cpu_ticks: Option<CpuTicks>,
    throttling: Option<CpuThrottling>,
}

/// CPU time of all cores, in ticks of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CpuTicks {
    total: u64,
    stolen: u64,
}

/// The memory available to the process, in bytes: of the machine or the limit of its control group, if
/// smaller.
pub(crate) fn available_memory() -> Option<u64> {
    // Available memory, plus what the process already uses.
    let available = std::fs::read_to_string("/proc/meminfo").ok();
    let available = available
        .and_then(|text| parse_kib_field(&text, "MemAvailable:"))
        .map(|left| left + process::rss_bytes());
    match (available, cgroup::memory_limit()) {
        (Some(available), Some(limit)) => Some(available.min(limit)),
        (available, limit) => available.or(limit),
    }
}

impl HostReading {
    pub(crate) fn take() -> Self {
        let ticks = std::fs::read_to_string("/proc/stat").ok();
        Self {
            cpu_ticks: ticks.and_then(|text| parse_cpu_ticks(&text)),
            throttling: cgroup::cpu_throttling(),
        }
    }

    /// The changes from this reading to `now`, with the memory that was available at the start.
    pub(crate) fn stats_until(&self, now: &Self, memory_bytes: Option<u64>) -> HostStats {
        let increase = |before: u64, after: u64| after.saturating_sub(before);
        let stolen = self
            .cpu_ticks
            .zip(now.cpu_ticks)
            .and_then(|(before, after)| {
                let stolen = increase(before.stolen, after.stolen);
                share(stolen, increase(before.total, after.total))
            });
        let throttled = self
            .throttling
            .zip(now.throttling)
            .and_then(|(before, after)| {
                let throttled = increase(before.throttled, after.throttled);
                share(throttled, increase(before.periods, after.periods))
            });
        HostStats {
            stolen,
            throttled,
            memory_bytes,
        }
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Parses the first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal, and
/// guest times, which user includes (proc_stat(5)).
fn parse_cpu_ticks(stat: &str) -> Option<CpuTicks> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = fields
        .split_whitespace()
        .take(8)
        .map_while(|ticks| ticks.parse().ok())
        .collect();
    Some(CpuTicks {
        stolen: *ticks.get(7)?,
        total: ticks.iter().sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_ticks_are_parsed() {
        let stat = "cpu  100 20 30 400 5 0 7 38 12 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n";
        let expected = CpuTicks {
            total: 600,
            stolen: 38,
        };
        assert_eq!(parse_cpu_ticks(stat), Some(expected));
        assert_eq!(parse_cpu_ticks("cpu  1 2 3 4\n"), None, "an old kernel");
        assert_eq!(parse_cpu_ticks(""), None);
    }

    #[test]
    fn shares_are_of_the_increase() {
        let reading = |all, stolen, periods, throttled| HostReading {
            cpu_ticks: Some(CpuTicks { total: all, stolen }),
            throttling: Some(CpuThrottling { periods, throttled }),
        };
        let host = reading(100, 10, 5, 5).stats_until(&reading(300, 30, 25, 10), Some(1));
        assert_eq!(host.stolen, Some(0.1));
        assert_eq!(host.throttled, Some(0.25));
        assert_eq!(host.memory_bytes, Some(1));
        let idle = reading(100, 10, 5, 5).stats_until(&reading(100, 10, 5, 5), None);
        assert_eq!((idle.stolen, idle.throttled), (None, None));
    }
}
