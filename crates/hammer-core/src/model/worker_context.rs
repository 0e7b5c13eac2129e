//! The context of a worker for a hammer that prepares or settles.

use std::cell::Cell;
use std::fmt;
use std::time::{Duration, Instant};

use crate::model::hit::Slot;

/// The shortest time between two reports of progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// All slots of one worker, for [`Hammer::prepare`](crate::Hammer::prepare) and
/// [`Hammer::settle`](crate::Hammer::settle).
pub struct WorkerContext {
    slot: Slot,
    on_progress: Box<dyn Fn(usize, usize)>,
    last_report: Cell<Option<Instant>>,
}

impl WorkerContext {
    pub(crate) fn new(slot: Slot, on_progress: impl Fn(usize, usize) + 'static) -> Self {
        Self {
            slot,
            on_progress: Box::new(on_progress),
            last_report: Cell::default(),
        }
    }

    /// A slot that represents all slots of the worker.
    ///
    /// Shared values, counts and facts apply to all of them. No hit runs in it, and its index has
    /// no meaning.
    #[must_use]
    pub fn slot(&self) -> &Slot {
        &self.slot
    }

    /// Reports that `ready` of `total` items of this worker are prepared.
    pub fn report_progress(&self, ready: usize, total: usize) {
        let now = Instant::now();
        let soon = self
            .last_report
            .get()
            .is_some_and(|last| now < last + PROGRESS_INTERVAL);
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
