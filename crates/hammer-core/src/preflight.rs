use std::fmt;
use std::time::Duration;

/// Files of a worker beside its connections: the runtime's epoll, its waker and its share of the
/// signals, the timer; and one more for what a hammer keeps open while it connects.
const FILES_PER_THREAD: u64 = 8;
/// Files of the process beside those of its workers: the standard streams, the outputs, the
/// signals, and what the readings of the verdict open for a moment.
const FILES_PER_PROCESS: u64 = 16;

/// What a run may need of what the system has only so much of, if the target leaves every hit
/// without an answer until its timeout.
///
/// In that case a rate r and a timeout T have r · T hits in flight (Little's law), but never more
/// than the bound on hits in flight; each has a connection, which is a file and a local port.
///
/// ```
/// use std::time::Duration;
/// use hammer_core::ResourceNeeds;
///
/// let timeout = Duration::from_secs(10);
/// let needs = ResourceNeeds::estimate(Some(50.0), timeout, 1024, 2);
/// assert_eq!(needs.ports, 500);
/// assert!(needs.files > 500);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResourceNeeds {
    /// Open files.
    pub files: u64,
    /// Local ports.
    pub ports: u64,
}

/// What the system has; absent where it does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResourceLimits {
    /// Files that the process may have open.
    pub files: Option<u64>,
    /// Local ports for connections to one address.
    pub ports: Option<u64>,
}

/// Something of which there may not be enough; as text, a sentence with its figures and what to
/// do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResourceShortage {
    /// Fewer files than connections.
    #[expect(missing_docs, reason = "the names say it")]
    Files { needed: u64, limit: u64 },
    /// Fewer ports than connections.
    #[expect(missing_docs, reason = "the names say it")]
    Ports { needed: u64, limit: u64 },
}

impl ResourceNeeds {
    /// What a run needs at most that goes up to `peak` hits per second; none is a closed loop.
    #[must_use]
    pub fn estimate(
        peak: Option<f64>,
        timeout: Duration,
        max_in_flight: usize,
        threads: usize,
    ) -> Self {
        let bound = max_in_flight as u64;
        let hits = peak.map_or(bound, |rate| {
            // A product that does not fit is beyond every bound.
            (rate * timeout.as_secs_f64()).ceil() as u64
        });
        let connections = hits.clamp(1, bound.max(1));
        let threads = (threads as u64).min(bound).saturating_mul(FILES_PER_THREAD);
        Self {
            files: connections
                .saturating_add(threads)
                .saturating_add(FILES_PER_PROCESS),
            ports: connections,
        }
    }

    /// What runs need together that share a process.
    #[must_use]
    pub fn combined(runs: impl IntoIterator<Item = Self>) -> Self {
        let none = Self {
            files: FILES_PER_PROCESS,
            ports: 0,
        };
        runs.into_iter().fold(none, |sum, run| Self {
            files: (sum.files).saturating_add(run.files.saturating_sub(FILES_PER_PROCESS)),
            ports: sum.ports.saturating_add(run.ports),
        })
    }

    /// What there may not be enough of.
    #[must_use]
    pub fn shortages(self, limits: ResourceLimits) -> Vec<ResourceShortage> {
        let Self { files, ports } = self;
        let files =
            (limits.files.filter(|limit| *limit < files)).map(|limit| ResourceShortage::Files {
                needed: files,
                limit,
            });
        let ports =
            (limits.ports.filter(|limit| *limit < ports)).map(|limit| ResourceShortage::Ports {
                needed: ports,
                limit,
            });
        files.into_iter().chain(ports).collect()
    }
}

impl ResourceLimits {
    /// Asks the system: the soft limit on open files, and Linux for its range of local ports
    /// (ip(7), `ip_local_port_range`).
    #[must_use]
    pub fn read() -> Self {
        #[cfg(unix)]
        let files = {
            use rustix::process::{Resource, getrlimit};
            getrlimit(Resource::Nofile).current
        };
        #[cfg(not(unix))]
        let files = None;
        let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range");
        Self {
            files,
            ports: range.ok().and_then(|text| parse_port_range(&text)),
        }
    }
}

/// Both ends of the range are ports that may be used.
fn parse_port_range(range: &str) -> Option<u64> {
    let mut ends = range.split_whitespace().map(str::parse::<u64>);
    let (first, last) = (ends.next()?.ok()?, ends.next()?.ok()?);
    last.checked_sub(first).map(|less_one| less_one + 1)
}

impl fmt::Display for ResourceShortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files { needed, limit } => write!(
                f,
                "if the target is slow, up to {needed} open files are needed and {limit} are \
                 allowed: raise the hard limit (ulimit -Hn), or lower --max-in-flight or --timeout"
            ),
            Self::Ports { needed, limit } => write!(
                f,
                "if the target is slow, up to {needed} local ports are needed and there are \
                 {limit}: widen net.ipv4.ip_local_port_range, connect from several addresses, or \
                 lower --max-in-flight or --timeout"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_are_the_rate_times_the_timeout_up_to_the_bound() {
        let secs = Duration::from_secs;
        for (peak, timeout, bound, connections) in [
            (Some(100.0), secs(10), 1024, 1000),
            (Some(103.0), secs(10), 1024, 1024),
            (Some(0.3), secs(1), 1024, 1),
            (Some(2.5), secs(1), 1024, 3),
            (Some(1e6), Duration::MAX, 50_000, 50_000),
            (Some(100.0), secs(10), 0, 1),
            (None, secs(10), 64, 64),
        ] {
            let needs = ResourceNeeds::estimate(peak, timeout, bound, 2);
            let besides = FILES_PER_PROCESS + 2.min(bound as u64) * FILES_PER_THREAD;
            assert_eq!(needs.ports, connections, "{peak:?}");
            assert_eq!(needs.files, connections + besides, "{peak:?}");
        }
        let most = ResourceNeeds::estimate(None, secs(1), usize::MAX, usize::MAX);
        assert_eq!((most.files, most.ports), (u64::MAX, u64::MAX));
        let one = ResourceNeeds::estimate(Some(100.0), secs(1), 1024, 1);
        let two = ResourceNeeds::combined([one, one]);
        let files = 2 * (100 + FILES_PER_THREAD) + FILES_PER_PROCESS;
        assert_eq!((two.files, two.ports), (files, 200));
        assert_eq!(ResourceNeeds::combined([most, one]).files, u64::MAX);
    }

    #[test]
    fn what_is_beyond_a_limit_is_told_with_both_figures() {
        let needs = ResourceNeeds {
            files: 100,
            ports: 70,
        };
        for (files, ports, told) in [
            (None, None, vec![]),
            (Some(100), Some(70), vec![]),
            (Some(99), Some(70), vec!["100 open files are needed and 99"]),
            (
                Some(100),
                Some(69),
                vec!["70 local ports are needed and there are 69"],
            ),
            (Some(1), Some(1), vec!["100 open files", "70 local ports"]),
        ] {
            let found = needs.shortages(ResourceLimits { files, ports });
            assert_eq!(found.len(), told.len(), "{found:?}");
            for (shortage, part) in found.iter().zip(told) {
                assert!(shortage.to_string().contains(part), "{shortage}");
            }
        }
    }

    #[test]
    fn the_range_of_ports() {
        for (text, found) in [
            ("32768\t60999\n", Some(28_232)),
            ("5 5", Some(1)),
            ("9 5", None),
            ("32768", None),
            ("", None),
        ] {
            assert_eq!(parse_port_range(text), found, "{text}");
        }
        #[cfg(target_os = "linux")]
        assert!(ResourceLimits::read().files.is_some() && ResourceLimits::read().ports.is_some());
    }
}
