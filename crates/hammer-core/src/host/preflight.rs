//! Resources that a run needs, and the limits of the machine.

use std::fmt;
use std::time::Duration;

use hammer_diagnostic::format_count;

use crate::model::description::Description;

/// Files of a worker besides its connections: the epoll of the runtime, its waker, its share of the
/// signals, the timer, and files that a hammer opens while it connects.
const FILES_PER_THREAD: u64 = 8;
/// Files of the process besides those of its workers: standard streams, outputs, signals, and /proc
/// files that are open for a short time.
const FILES_PER_PROCESS: u64 = 16;

/// The resources that a run needs if the target leaves every hit unanswered until its timeout.
///
/// A rate r and a timeout T then have r · T hits in flight (Little's law), up to the maximum of
/// hits in flight. Each hit has a connection, which takes a file and a local port.
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

/// The limits of the system, each `None` if unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResourceLimits {
    /// The number of files that the process can have open.
    pub files: Option<u64>,
    /// The number of local ports for connections to one address.
    pub ports: Option<u64>,
}

/// A resource that can run out.
///
/// Its message has both figures and the remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResourceShortage {
    /// Fewer files than needed.
    #[expect(missing_docs, reason = "the names are self-explanatory")]
    Files { needed: u64, limit: u64 },
    /// Fewer ports than needed.
    #[expect(missing_docs, reason = "the names are self-explanatory")]
    Ports { needed: u64, limit: u64 },
}

impl ResourceNeeds {
    /// Estimates the needs of a run with a peak of `peak` hits per second, or of a closed loop if
    /// `peak` is `None`.
    #[must_use]
    pub fn estimate(
        peak: Option<f64>,
        timeout: Duration,
        max_in_flight: usize,
        threads: usize,
    ) -> Self {
        let bound = max_in_flight as u64;
        let hits = peak.map_or(bound, |rate| {
            // A product that does not fit exceeds every limit.
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

    /// Adapts an estimate, which assumes a connection from one address for each hit in flight, to
    /// the connections of a hammer.
    #[must_use]
    pub fn for_hammer(self, hammer: &Description) -> Self {
        let connections = hammer.connections.unwrap_or(self.ports);
        let other_files = self.files.saturating_sub(self.ports);
        Self {
            files: other_files.saturating_add(connections),
            ports: match hammer.addresses {
                0 => 0,
                addresses => connections.div_ceil(addresses),
            },
        }
    }

    /// Sums up the needs of runs that share a process.
    #[must_use]
    pub fn combined(runs: impl IntoIterator<Item = Self>) -> Self {
        let base = Self {
            files: FILES_PER_PROCESS,
            ports: 0,
        };
        runs.into_iter().fold(base, |sum, run| Self {
            files: (sum.files).saturating_add(run.files.saturating_sub(FILES_PER_PROCESS)),
            ports: sum.ports.saturating_add(run.ports),
        })
    }

    /// The resources that can run out under `limits`.
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
    /// Reads the soft limit on open files and Linux's range of local ports (ip(7),
    /// `ip_local_port_range`).
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

/// Parses an inclusive range of ports, and returns its size.
fn parse_port_range(range: &str) -> Option<u64> {
    let mut ends = range.split_whitespace().map(str::parse::<u64>);
    let (first, last) = (ends.next()?.ok()?, ends.next()?.ok()?);
    last.checked_sub(first).map(|difference| difference + 1)
}

impl fmt::Display for ResourceShortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files { needed, limit } => write!(
                f,
                "if the target is slow, up to {} open files are needed, but only {} are allowed; \
                 raise the hard limit (ulimit -Hn), or lower `max_in_flight` or `timeout`",
                format_count(*needed),
                format_count(*limit)
            ),
            Self::Ports { needed, limit } => write!(
                f,
                "if the target is slow, up to {} local ports are needed, but only {} exist; widen \
                 net.ipv4.ip_local_port_range, connect from several addresses, or lower \
                 `max_in_flight` or `timeout`",
                format_count(*needed),
                format_count(*limit)
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
            let other_files = FILES_PER_PROCESS + 2.min(bound as u64) * FILES_PER_THREAD;
            assert_eq!(needs.ports, connections, "{peak:?}");
            assert_eq!(needs.files, connections + other_files, "{peak:?}");
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
    fn needs_follow_the_connections_of_the_hammer() {
        let (files, ports) = (100, 70);
        let needs = ResourceNeeds { files, ports };
        for (connections, addresses, files, ports) in [
            (None, 1, 100, 70),
            (Some(8), 1, 38, 8),
            (Some(80), 1, 110, 80),
            (None, 4, 100, 18),
            (None, 0, 100, 0),
        ] {
            let hammer = Description::new()
                .connections(connections)
                .addresses(addresses);
            assert_eq!(needs.for_hammer(&hammer), ResourceNeeds { files, ports });
        }
    }

    #[test]
    fn a_shortage_shows_both_figures() {
        let needs = ResourceNeeds {
            files: 100,
            ports: 70,
        };
        for (files, ports, expected) in [
            (None, None, vec![]),
            (Some(100), Some(70), vec![]),
            (
                Some(99),
                Some(70),
                vec!["100 open files are needed, but only 99"],
            ),
            (
                Some(100),
                Some(69),
                vec!["70 local ports are needed, but only 69"],
            ),
            (Some(1), Some(1), vec!["100 open files", "70 local ports"]),
        ] {
            let found = needs.shortages(ResourceLimits { files, ports });
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (shortage, part) in found.iter().zip(expected) {
                assert!(shortage.to_string().contains(part), "{shortage}");
            }
        }
    }

    #[test]
    fn a_port_range_includes_both_ends() {
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
