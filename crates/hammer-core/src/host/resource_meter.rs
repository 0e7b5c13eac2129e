//! The resources that the process uses during a run.

use std::time::Duration;

use crate::host::host_stats::{HostReading, HostStats};
use crate::host::process;

/// Measures the resources that the process uses from an instant on.
#[derive(Debug, Clone)]
pub(crate) struct ResourceMeter {
    cpu: Duration,
    /// `None` where the figures of the host have no meaning, such as under a paused clock.
    host: Option<HostReading>,
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

impl ResourceMeter {
    /// Starts measuring, with the figures of the host if `with_host` is true.
    pub(crate) fn start(with_host: bool) -> Self {
        Self {
            cpu: process::cpu_time(),
            host: with_host.then(HostReading::take),
        }
    }

    /// The resources that were used since the start.
    pub(crate) fn usage(&self) -> ResourceUsage {
        ResourceUsage {
            cpu: process::cpu_time().saturating_sub(self.cpu),
            peak_rss_bytes: process::peak_rss_bytes(),
            host: (self.host.as_ref())
                .map(|before| before.stats_until(&HostReading::take()))
                .unwrap_or_default(),
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
}
