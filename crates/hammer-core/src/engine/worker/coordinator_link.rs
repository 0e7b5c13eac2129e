//! The channel between a worker and the coordinator.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::engine::error::Error;
use crate::host::thread_usage::ThreadUsage;
use crate::report::event::HitRecord;
use crate::report::interval_stats::IntervalStats;
use crate::report::worker_gauges::WorkerGauges;

/// The number of records per batch.
const RECORDS_PER_BATCH: usize = 1024;
/// The maximum number of batches in the channel; more records are dropped and counted.
const MAX_PENDING_BATCHES: usize = 256;
/// Intervals of a worker besides the one it fills: one on its way to the coordinator, one on its
/// way back.
const SPARE_INTERVALS: usize = 2;

/// A message from a worker to the coordinator.
pub(crate) enum WorkerMessage {
    /// Progress of preparing the data that slots share.
    Preparing {
        worker: usize,
        ready: usize,
        total: usize,
    },
    /// The first sessions are open.
    Opened,
    /// The warm-up is over.
    WarmupEnded,
    /// The measurements up to `second`, with the hits that the worker holds then and the usage of
    /// its thread since the start, which is unknown under a paused clock.
    Interval {
        worker: usize,
        second: u64,
        interval: Box<IntervalStats>,
        gauges: WorkerGauges,
        thread_usage: Option<ThreadUsage>,
    },
    /// Hits that have ended.
    Hits(Vec<HitRecord>),
    /// No more hits become due.
    Draining,
    /// The final results of a worker.
    ///
    /// They contain the last interval, the time from the start to the end, the part of it spent
    /// settling, the peaks, and the usage of the thread, which is unknown under a paused clock.
    Done {
        worker: usize,
        interval: Box<IntervalStats>,
        elapsed: Duration,
        settle_time: Duration,
        peaks: WorkerPeaks,
        thread_usage: Option<ThreadUsage>,
    },
    /// The worker failed.
    Failed { worker: usize, error: Error },
}

/// Peak figures of a worker.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WorkerPeaks {
    pub(crate) in_flight: usize,
    pub(crate) backlog: usize,
    /// The start of the last hit.
    pub(crate) last_start: Duration,
    /// The end of the schedule, or the stop of the run.
    pub(crate) schedule_end: Duration,
}

/// The worker's end of the channel.
pub(crate) struct CoordinatorLink {
    worker: usize,
    sender: mpsc::Sender<WorkerMessage>,
    start: Cell<Option<oneshot::Receiver<Instant>>>,
    empty_intervals: mpsc::Receiver<Box<IntervalStats>>,
    blocking: bool,
    records: RefCell<Vec<HitRecord>>,
    pending_batches: Arc<AtomicUsize>,
}

/// The coordinator's end of the channel.
pub(crate) struct WorkerLink {
    pub(crate) start: Option<oneshot::Sender<Instant>>,
    pub(crate) empty_intervals: mpsc::Sender<Box<IntervalStats>>,
}

impl CoordinatorLink {
    /// Creates both ends of the channel of `worker`.
    ///
    /// A `blocking` link waits for an empty interval, which is only acceptable under a paused
    /// clock.
    pub(crate) fn new(
        worker: usize,
        sender: mpsc::Sender<WorkerMessage>,
        pending_batches: Arc<AtomicUsize>,
        blocking: bool,
    ) -> (Self, WorkerLink) {
        let (start_sender, start_receiver) = oneshot::channel();
        let (interval_sender, empty_intervals) = mpsc::channel();
        for _ in 0..SPARE_INTERVALS {
            // The receiver is alive in this function.
            let _ = interval_sender.send(IntervalStats::new());
        }
        let link = Self {
            worker,
            sender,
            start: Cell::new(Some(start_receiver)),
            empty_intervals,
            blocking,
            records: RefCell::default(),
            pending_batches,
        };
        (
            link,
            WorkerLink {
                start: Some(start_sender),
                empty_intervals: interval_sender,
            },
        )
    }

    /// Creates a function that reports the progress of preparing.
    pub(super) fn progress_reporter(&self) -> impl Fn(usize, usize) + 'static {
        let (worker, sender) = (self.worker, self.sender.clone());
        move |ready, total| {
            let _ = sender.send(WorkerMessage::Preparing {
                worker,
                ready,
                total,
            });
        }
    }

    /// Reports that the first sessions are open, and waits for the start.
    pub(super) async fn report_opened(&self) -> Option<Instant> {
        self.send(WorkerMessage::Opened);
        if self.blocking {
            // A paused clock keeps running while this thread waits for another.
            return None;
        }
        self.start.take()?.await.ok()
    }

    /// Swaps the current interval for an empty one.
    ///
    /// If the coordinator has not returned one yet, the worker keeps filling the current interval.
    /// Memory is bounded, and nothing is lost.
    pub(super) fn swap_interval(
        &self,
        current: &RefCell<Box<IntervalStats>>,
        second: u64,
        gauges: WorkerGauges,
        thread_usage: Option<ThreadUsage>,
    ) -> bool {
        self.flush_records();
        let empty = match self.empty_intervals.try_recv() {
            Ok(empty) => empty,
            Err(_) if self.blocking => match self.empty_intervals.recv() {
                Ok(empty) => empty,
                Err(_) => return false,
            },
            Err(_) => return false,
        };
        let interval = current.replace(empty);
        self.send(WorkerMessage::Interval {
            worker: self.worker,
            second,
            interval,
            gauges,
            thread_usage,
        });
        true
    }

    /// Logs a hit and returns the number of records that had to be dropped.
    pub(super) fn log_hit(&self, record: HitRecord) -> u64 {
        let mut records = self.records.borrow_mut();
        let mut dropped = 0;
        if records.len() >= RECORDS_PER_BATCH {
            if self.pending_batches.load(Ordering::Relaxed) < MAX_PENDING_BATCHES {
                self.send_records(std::mem::replace(
                    &mut records,
                    Vec::with_capacity(RECORDS_PER_BATCH),
                ));
            } else {
                dropped = records.len() as u64;
                records.clear();
            }
        }
        records.push(record);
        dropped
    }

    fn flush_records(&self) {
        let records = std::mem::take(&mut *self.records.borrow_mut());
        if !records.is_empty() {
            self.send_records(records);
        }
    }

    fn send_records(&self, records: Vec<HitRecord>) {
        self.pending_batches.fetch_add(1, Ordering::Relaxed);
        self.send(WorkerMessage::Hits(records));
    }

    pub(super) fn report_warmup_ended(&self) {
        self.send(WorkerMessage::WarmupEnded);
    }

    pub(super) fn report_draining(&self) {
        self.send(WorkerMessage::Draining);
    }

    pub(super) fn report_done(
        &self,
        current: &Rc<RefCell<Box<IntervalStats>>>,
        elapsed: Duration,
        settle_time: Duration,
        peaks: WorkerPeaks,
        thread_usage: Option<ThreadUsage>,
    ) {
        self.flush_records();
        let interval = current.replace(IntervalStats::new());
        self.send(WorkerMessage::Done {
            worker: self.worker,
            interval,
            elapsed,
            settle_time,
            peaks,
            thread_usage,
        });
    }

    fn send(&self, message: WorkerMessage) {
        // The coordinator is only gone after a panic, and then the run ends with it.
        let _ = self.sender.send(message);
    }
}
