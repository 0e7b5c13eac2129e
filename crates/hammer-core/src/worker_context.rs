use std::cell::Cell;
use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::Slot;

/// How often progress is told at most.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// All slots of one worker together: what a hammer gets ready before the first of them opens, and
/// settles after the last hit.
pub struct WorkerContext {
    slot: Slot,
    on_progress: Box<dyn Fn(usize, usize)>,
    last_report: Cell<Option<Instant>>,
}

impl WorkerContext {
    pub(crate) fn new(slot: Slot, tell: impl Fn(usize, usize) + 'static) -> Self {
        Self {
            slot,
            on_progress: Box::new(tell),
            last_report: Cell::default(),
        }
    }

    /// Stands for every slot of the worker: what is shared, counted and found out here is so for
    /// all of them. No hit runs in it, and its index says nothing.
    #[must_use]
    pub fn slot(&self) -> &Slot {
        &self.slot
    }

    /// Tells how much of `all` is ready here, for whoever watches.
    pub fn report_progress(&self, ready: usize, total: usize) {
        let now = Instant::now();
        let soon = self
            .last_report
            .get()
            .is_some_and(|told| now < told + PROGRESS_INTERVAL);
        if !soon || ready == total {
            self.last_report.set(Some(now));
            (self.on_progress)(ready, total);
        }
    }
}

impl fmt::Debug for WorkerContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerContext")
            .field("slot", &self.slot)
            .finish()
    }
}
