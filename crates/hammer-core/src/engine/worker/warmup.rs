//! The warm-up of a worker.

use std::time::Duration;

use tokio::time::Instant;

use super::{UnstartedHit, Worker, WorkerPeaks};
use crate::model::hammer::Hammer;
use crate::model::hit::FIRST_WARMUP_NUMBER;
use crate::schedule::worker_schedule::WorkerSchedule;

/// One worker's part of a warm-up, which the report does not count.
pub(super) struct WorkerWarmup {
    schedule: WorkerSchedule,
    length: Duration,
}

impl WorkerWarmup {
    pub(super) fn new(schedule: WorkerSchedule, length: Duration) -> Self {
        Self {
            schedule: schedule.numbered_from(FIRST_WARMUP_NUMBER),
            length,
        }
    }
}

impl UnstartedHit {
    /// Returns true for a hit of the warm-up, which the report does not count.
    pub(super) fn is_warmup(&self) -> bool {
        self.number >= FIRST_WARMUP_NUMBER
    }
}

impl<H: Hammer> Worker<H> {
    /// Begins the warm-up, if there is one. The schedule waits.
    pub(super) fn warm_up(&self) {
        if let Some(WorkerWarmup { schedule, length }) = self.warmup.take() {
            self.warmup_end.set(Some(length));
            self.schedule_after_warmup
                .set(Some(self.schedule.replace(schedule)));
        }
    }

    /// Ends the warm-up at `elapsed` if its time is up or it was `stopped`.
    ///
    /// The clock then starts, and all measurements so far are dropped. Returns true if the warm-up
    /// ended.
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
        if let Some(schedule) = self.schedule_after_warmup.take() {
            self.schedule.replace(schedule);
        }
        self.interval.borrow_mut().forget_warm_up();
        self.peaks.set(WorkerPeaks::default());
        self.link.report_warmup_ended();
        true
    }
}
