use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hammer_core::{Histogram, Label};
use hammer_replay::play::PlannedTimeSeries;

/// How what was answered compares to what was logged.
#[derive(Default)]
pub(super) struct ReplayFidelity {
    /// How often a hit that had the first status (none if nobody knows) has the second one, or fails
    /// like that.
    pub(super) statuses: BTreeMap<(Option<u16>, Label), u64>,
    /// What was logged of the time that answered hits took, by their rows in the report.
    pub(super) logged_times: BTreeMap<usize, Histogram>,
    /// How many were sent, by the second in which they were due, as those that were planned are counted.
    pub(super) sent: PlannedTimeSeries,
}

/// One worker's part, which it adds to the whole at its end.
pub(super) struct FidelityShard {
    shard: RefCell<ReplayFidelity>,
    total: Arc<Mutex<ReplayFidelity>>,
}

impl FidelityShard {
    pub(super) fn new(total: Arc<Mutex<ReplayFidelity>>) -> Self {
        Self {
            shard: RefCell::default(),
            total,
        }
    }

    /// Notes a hit that was due so long after the start.
    pub(super) fn record(
        &self,
        due: Duration,
        logged_status: Option<u16>,
        result_label: Label,
        logged_time: Option<(usize, Duration)>,
    ) {
        let mut part = self.shard.borrow_mut();
        part.sent.count(due.as_secs(), 1, 0);
        *part
            .statuses
            .entry((logged_status, result_label))
            .or_default() += 1;
        if let Some((row, took)) = logged_time {
            part.logged_times.entry(row).or_default().record(took);
        }
    }
}

impl Drop for FidelityShard {
    fn drop(&mut self) {
        let part = self.shard.take();
        let mut whole = lock_fidelity(&self.total);
        for (pair, n) in part.statuses {
            *whole.statuses.entry(pair).or_default() += n;
        }
        whole.sent.merge(&part.sent);
        for (row, took) in part.logged_times {
            whole.logged_times.entry(row).or_default().merge(&took);
        }
    }
}

/// Nothing panics while it is locked.
pub(super) fn lock_fidelity(whole: &Mutex<ReplayFidelity>) -> MutexGuard<'_, ReplayFidelity> {
    whole.lock().unwrap_or_else(PoisonError::into_inner)
}
