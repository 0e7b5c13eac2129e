//! The first attempts of all clients to connect, over all workers.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The first attempts of the clients of all workers to connect.
#[derive(Debug, Default)]
pub(crate) struct ConnectProgress {
    started: AtomicUsize,
    connected: AtomicUsize,
    failed: AtomicUsize,
}

/// The numbers of clients by the state of their first attempt to connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConnectCounts {
    pub(crate) connected: usize,
    pub(crate) failed: usize,
    /// The number of attempts that have not ended.
    pub(crate) connecting: usize,
    pub(crate) untried: usize,
}

impl ConnectProgress {
    /// Records that a client begins to connect.
    pub(crate) fn record_start(&self) {
        self.started.fetch_add(1, Ordering::Relaxed);
    }

    /// Records the end of a first attempt.
    pub(crate) fn record_end(&self, connected: bool) {
        let ended = match connected {
            true => &self.connected,
            false => &self.failed,
        };
        ended.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of clients that failed to connect.
    pub(crate) fn failed(&self) -> usize {
        self.failed.load(Ordering::Relaxed)
    }

    /// Returns the counts for `total` clients.
    pub(crate) fn counts(&self, total: usize) -> ConnectCounts {
        let (connected, failed) = (self.connected.load(Ordering::Relaxed), self.failed());
        // Other workers go on meanwhile, so the differences are bounded.
        let started = self.started.load(Ordering::Relaxed).min(total);
        ConnectCounts {
            connected,
            failed,
            connecting: started.saturating_sub(connected + failed),
            untried: total - started,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_one_state() {
        let progress = ConnectProgress::default();
        for _ in 0..6 {
            progress.record_start();
        }
        progress.record_end(true);
        progress.record_end(false);
        progress.record_end(false);
        let expected = ConnectCounts {
            connected: 1,
            failed: 2,
            connecting: 3,
            untried: 4,
        };
        assert_eq!(progress.counts(10), expected);
    }
}
