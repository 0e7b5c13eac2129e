//! Comparison of replayed hits with the log.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hammer_core::{Histogram, Label};
use hammer_replay::play::PlaybackTimeSeries;

/// Comparison of replayed hits with the log.
#[derive(Default)]
pub(super) struct LogComparison {
    /// Number of hits by logged status (`None` if unknown) and by replayed status or failure.
    pub(super) statuses: BTreeMap<(Option<u16>, Label), u64>,
    /// Logged durations of hits with a response, by group of the report.
    pub(super) logged_times: BTreeMap<usize, Histogram>,
    /// Number of hits sent, by the second in which they were due.
    pub(super) sent: PlaybackTimeSeries,
}

/// The part of one worker, which is added to the total when it is dropped.
pub(super) struct WorkerLogComparison {
    shard: RefCell<LogComparison>,
    total: Arc<Mutex<LogComparison>>,
}

impl WorkerLogComparison {
    pub(super) fn new(total: Arc<Mutex<LogComparison>>) -> Self {
        Self {
            shard: RefCell::default(),
            total,
        }
    }

    /// Records a hit that was due at this offset.
    pub(super) fn record(
        &self,
        due: Duration,
        logged_status: Option<u16>,
        result_label: Label,
        logged_time: Option<(usize, Duration)>,
    ) {
        let mut shard = self.shard.borrow_mut();
        shard.sent.count(due.as_secs(), 1, 0);
        *shard
            .statuses
            .entry((logged_status, result_label))
            .or_default() += 1;
        if let Some((group, time)) = logged_time {
            shard.logged_times.entry(group).or_default().record(time);
        }
    }
}

impl Drop for WorkerLogComparison {
    fn drop(&mut self) {
        let shard = self.shard.take();
        let mut total = lock_fidelity(&self.total);
        for (statuses, n) in shard.statuses {
            *total.statuses.entry(statuses).or_default() += n;
        }
        total.sent.merge(&shard.sent);
        for (group, times) in shard.logged_times {
            total.logged_times.entry(group).or_default().merge(&times);
        }
    }
}

/// Locks the total. No code panics while it holds the lock.
pub(super) fn lock_fidelity(total: &Mutex<LogComparison>) -> MutexGuard<'_, LogComparison> {
    total.lock().unwrap_or_else(PoisonError::into_inner)
}
