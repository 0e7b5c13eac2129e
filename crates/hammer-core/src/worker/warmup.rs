use std::time::Duration;

use tokio::time::Instant;

use super::{PendingHit, Worker, WorkerPeaks};
use crate::Hammer;
use crate::hit::FIRST_WARMUP_NUMBER;
use crate::schedule::WorkerSchedule;

/// What is swung before the clock starts, and kept out of every number.
pub(super) struct WorkerWarmup {
    schedule: WorkerSchedule,
    length: Duration,
}

impl WorkerWarmup {
    pub(super) fn new(share: WorkerSchedule, length: Duration) -> Self {
        Self {
            schedule: share.numbered_from(FIRST_WARMUP_NUMBER),
            length,
        }
    }
}

impl PendingHit {
    /// Whether it belongs to the warm-up, and counts nowhere.
    pub(super) fn is_warmup(&self) -> bool {
        self.number >= FIRST_WARMUP_NUMBER
    }
}

impl<H: Hammer> Worker<H> {
    /// Begins with the warm-up if there is one, from the start on: the schedule waits.
    pub(super) fn warm_up(&self) {
        if let Some(WorkerWarmup {
            schedule: share,
            length,
        }) = self.warmup.take()
        {
            self.warmup_end.set(Some(length));
            self.schedule_after_warmup
                .set(Some(self.schedule.replace(share)));
        }
    }

    /// Ends the warm-up at `elapsed` if its time is over or it was `stopped`; the clock starts, and
    /// what was seen until now is forgotten.
    pub(super) fn end_warm_up(&self, elapsed: Duration, stopped: bool) -> bool {
        let Some(end) = self.warmup_end.get() else {
            return false;
        };
        if elapsed < end && !stopped {
            return false;
        }
        let start = if elapsed < end {
            Instant::now()
        } else {
            self.start.get() + end
        };
        self.start.set(start);
        self.warmup_end.set(None);
        if let Some(share) = self.schedule_after_warmup.take() {
            self.schedule.replace(share);
        }
        self.interval.borrow_mut().forget_warm_up();
        self.peaks.set(WorkerPeaks::default());
        self.link.report_warmup_ended();
        true
    }
}
