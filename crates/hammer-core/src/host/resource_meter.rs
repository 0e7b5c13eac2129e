//! The resources that the process uses during a run.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::host::host_stats::{HostReading, HostStats, available_memory};
use crate::host::process;

/// The age up to which a reading of the system is good enough for a tick.
const MAX_READING_AGE: Duration = Duration::from_millis(100);

/// The last reading for a tick. The loads of a plan share it: they have their ticks at about the same time,
/// and a reading of a dozen files takes a third of a millisecond.
static LAST_READING: Mutex<Option<(Instant, SystemReading)>> = Mutex::new(None);

/// Measures the resources that the process uses from an instant on.
#[derive(Debug, Clone)]
pub(crate) struct ResourceMeter {
    cpu: Duration,
    /// `None` where the figures of the host have no meaning, such as under a paused clock.
    host: Option<HostReading>,
    /// The memory that was available at the start, if known.
    memory_bytes: Option<u64>,
}

/// The resources that the process has used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ResourceUsage {
    /// CPU time of all threads; zero if unknown.
    pub(crate) cpu: Duration,
    /// Peak resident size, in bytes; 0 if unknown.
    pub(crate) peak_rss_bytes: u64,
    pub(crate) host: HostStats,
}

/// Figures that the system has in files.
#[derive(Debug, Clone, Copy)]
struct SystemReading {
    peak_rss_bytes: u64,
    host: HostReading,
}

impl SystemReading {
    fn take() -> Self {
        Self {
            peak_rss_bytes: process::peak_rss_bytes(),
            host: HostReading::take(),
        }
    }

    /// A reading that is at most [`MAX_READING_AGE`] old.
    fn recent() -> Self {
        let mut last = LAST_READING.lock().unwrap_or_else(PoisonError::into_inner);
        match *last {
            Some((at, reading)) if at.elapsed() < MAX_READING_AGE => reading,
            _ => {
                let reading = Self::take();
                *last = Some((Instant::now(), reading));
                reading
            }
        }
    }
}

impl ResourceMeter {
    /// Starts measuring, with the figures of the host if `with_host` is true.
    pub(crate) fn start(with_host: bool) -> Self {
        Self {
            cpu: process::cpu_time(),
            host: with_host.then(HostReading::take),
            memory_bytes: with_host.then(available_memory).flatten(),
        }
    }

    /// The resources that were used since the start.
    pub(crate) fn usage(&self) -> ResourceUsage {
        self.usage_at(SystemReading::take())
    }

    /// The resources that were used since the start, some of them up to 100 ms ago, for a tick.
    pub(crate) fn recent_usage(&self) -> ResourceUsage {
        self.usage_at(SystemReading::recent())
    }

    fn usage_at(&self, now: SystemReading) -> ResourceUsage {
        let stats = |before: &HostReading| before.stats_until(&now.host, self.memory_bytes);
        ResourceUsage {
            cpu: process::cpu_time().saturating_sub(self.cpu),
            peak_rss_bytes: now.peak_rss_bytes,
            host: self.host.as_ref().map(stats).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_host_is_only_measured_where_it_has_a_meaning() {
        let meter = ResourceMeter::start(false);
        assert_eq!(meter.usage().host, HostStats::default());
        assert!(meter.usage().peak_rss_bytes > 0);
        assert!(ResourceMeter::start(true).usage().host.memory_bytes > Some(0));
    }

    /// 64 loads read the same files 64 times a second.
    #[cfg(target_os = "linux")]
    #[test]
    fn ticks_at_the_same_time_share_a_reading() {
        let meter = ResourceMeter::start(true);
        let read_at = || {
            meter.recent_usage();
            let last = LAST_READING.lock().expect("no panic");
            last.map(|(at, _)| at)
        };
        // One of two pairs is within the 100 ms, however slow the machine is.
        let is_shared = (0..10).any(|_| read_at() == read_at());
        assert!(is_shared);
        *LAST_READING.lock().expect("no panic") = Instant::now()
            .checked_sub(MAX_READING_AGE)
            .map(|old| (old, SystemReading::take()));
        let old = LAST_READING.lock().expect("no panic").map(|(at, _)| at);
        assert_ne!(read_at(), old);
    }
}
