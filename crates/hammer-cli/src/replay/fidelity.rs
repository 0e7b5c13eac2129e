use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hammer_core::{Histogram, Label};
use hammer_replay::play::Tally;

/// How what was answered compares to what was logged.
#[derive(Default)]
pub(super) struct Fidelity {
    /// How often a hit that had the first status (none if nobody knows) has the second one, or fails
    /// like that.
    pub(super) statuses: BTreeMap<(Option<u16>, Label), u64>,
    /// What was logged of the time that answered hits took, by their rows in the report.
    pub(super) took: BTreeMap<usize, Histogram>,
    /// How many were sent, by the second in which they were due, as those that were planned are counted.
    pub(super) sent: Tally,
}

/// One worker's part, which it adds to the whole at its end.
pub(super) struct Page {
    part: RefCell<Fidelity>,
    whole: Arc<Mutex<Fidelity>>,
}

impl Page {
    pub(super) fn of(whole: Arc<Mutex<Fidelity>>) -> Self {
        Self {
            part: RefCell::default(),
            whole,
        }
    }

    /// Notes a hit that was due so long after the start.
    pub(super) fn note(
        &self,
        due: Duration,
        then: Option<u16>,
        now: Label,
        took: Option<(usize, Duration)>,
    ) {
        let mut part = self.part.borrow_mut();
        part.sent.count(due.as_secs(), 1, 0);
        *part.statuses.entry((then, now)).or_default() += 1;
        if let Some((row, took)) = took {
            part.took.entry(row).or_default().record(took);
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let part = self.part.take();
        let mut whole = locked(&self.whole);
        for (pair, n) in part.statuses {
            *whole.statuses.entry(pair).or_default() += n;
        }
        whole.sent.merge(&part.sent);
        for (row, took) in part.took {
            whole.took.entry(row).or_default().merge(&took);
        }
    }
}

/// Nothing panics while it is locked.
pub(super) fn locked(whole: &Mutex<Fidelity>) -> MutexGuard<'_, Fidelity> {
    whole.lock().unwrap_or_else(PoisonError::into_inner)
}
