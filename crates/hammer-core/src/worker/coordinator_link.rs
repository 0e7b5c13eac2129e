use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::interval_stats::IntervalStats;
use crate::{Error, HitRecord, ThreadUsage};

/// Records that go over at one time.
const RECORDS_PER_BATCH: usize = 1024;
/// Batches that may be on their way; beyond that records are dropped and counted.
const MAX_PENDING_BATCHES: usize = 256;
/// Intervals that a worker has beside the one it fills: one on its way, one on its way back.
const SPARE_INTERVALS: usize = 2;

/// What a worker tells the coordinator.
pub(crate) enum WorkerMessage {
    /// So much of what the slots here share is ready.
    Preparing {
        worker: usize,
        ready: usize,
        total: usize,
    },
    /// The first sessions are open.
    Opened,
    /// The warm-up is over.
    WarmupEnded,
    /// All that was seen up to `second`.
    Interval {
        worker: usize,
        second: u64,
        interval: Box<IntervalStats>,
    },
    /// Hits that have ended.
    Hits(Vec<HitRecord>),
    /// No hit becomes due any more.
    Draining,
    /// The last interval, the time from the start to the end and what of it was for settling, the
    /// peaks, and what it took; under a paused clock that can't be told.
    Done {
        worker: usize,
        interval: Box<IntervalStats>,
        elapsed: Duration,
        settle_time: Duration,
        peaks: WorkerPeaks,
        thread_usage: Option<ThreadUsage>,
    },
    /// The worker could not work.
    Failed { worker: usize, error: Error },
}

/// The most there was at one time in a worker.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WorkerPeaks {
    pub(crate) in_flight: usize,
    pub(crate) backlog: usize,
    /// When the last hit was started.
    pub(crate) last_start: Duration,
    /// When no hit became due any more, or the run was stopped.
    pub(crate) schedule_end: Duration,
}

/// A worker's end of the line to the coordinator.
pub(crate) struct CoordinatorLink {
    worker: usize,
    sender: mpsc::Sender<WorkerMessage>,
    start: Cell<Option<oneshot::Receiver<Instant>>>,
    empty_intervals: mpsc::Receiver<Box<IntervalStats>>,
    blocking: bool,
    records: RefCell<Vec<HitRecord>>,
    pending_batches: Arc<AtomicUsize>,
}

/// The coordinator's end.
pub(crate) struct WorkerHandle {
    pub(crate) start: Option<oneshot::Sender<Instant>>,
    pub(crate) empty_intervals: mpsc::Sender<Box<IntervalStats>>,
}

impl CoordinatorLink {
    /// A line for `worker`. A patient one waits for an empty interval, which only a paused clock
    /// can afford.
    pub(crate) fn new(
        worker: usize,
        to: mpsc::Sender<WorkerMessage>,
        batches: Arc<AtomicUsize>,
        blocking: bool,
    ) -> (Self, WorkerHandle) {
        let (start, started) = oneshot::channel();
        let (give, empty) = mpsc::channel();
        for _ in 0..SPARE_INTERVALS {
            // Its other end is in this function.
            let _ = give.send(IntervalStats::new());
        }
        let link = Self {
            worker,
            sender: to,
            start: Cell::new(Some(started)),
            empty_intervals: empty,
            blocking,
            records: RefCell::default(),
            pending_batches: batches,
        };
        (
            link,
            WorkerHandle {
                start: Some(start),
                empty_intervals: give,
            },
        )
    }

    /// What tells how much of what the slots share is ready.
    pub(super) fn progress_reporter(&self) -> impl Fn(usize, usize) + 'static {
        let (worker, to) = (self.worker, self.sender.clone());
        move |ready, all| {
            let _ = to.send(WorkerMessage::Preparing {
                worker,
                ready,
                total: all,
            });
        }
    }

    /// Tells that the first sessions are open, and waits for the start.
    pub(super) async fn report_opened(&self) -> Option<Instant> {
        self.send(WorkerMessage::Opened);
        if self.blocking {
            // A paused clock runs on while another thread is waited for.
            return None;
        }
        self.start.take()?.await.ok()
    }

    /// Swaps a full interval for an empty one. Where the coordinator has not given one back, the
    /// interval goes on: memory is bounded, and nothing is lost.
    pub(super) fn swap_interval(&self, current: &RefCell<Box<IntervalStats>>, second: u64) -> bool {
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
        });
        true
    }

    /// Logs a hit; gives the number of records that had to be dropped.
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
        settled: Duration,
        peaks: WorkerPeaks,
        effort: Option<ThreadUsage>,
    ) {
        self.flush_records();
        let interval = current.replace(IntervalStats::new());
        self.send(WorkerMessage::Done {
            worker: self.worker,
            interval,
            elapsed,
            settle_time: settled,
            peaks,
            thread_usage: effort,
        });
    }

    fn send(&self, message: WorkerMessage) {
        // A coordinator that is gone has panicked; the run ends with it.
        let _ = self.sender.send(message);
    }
}
