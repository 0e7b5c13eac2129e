use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::interval::Interval;
use crate::{Effort, Error, HitRecord};

/// Records that go over at one time.
const BATCH: usize = 1024;
/// Batches that may be on their way; beyond that records are dropped and counted.
const BATCHES: usize = 256;
/// Intervals that a worker has beside the one it fills: one on its way, one on its way back.
const SPARE: usize = 2;

/// What a worker tells the coordinator.
pub(crate) enum Message {
    /// So much of what the slots here share is ready.
    Preparing {
        worker: usize,
        ready: usize,
        all: usize,
    },
    /// The first sessions are open.
    Opened,
    /// The warm-up is over.
    Measuring,
    /// All that was seen up to `second`.
    Interval {
        worker: usize,
        second: u64,
        interval: Box<Interval>,
    },
    /// Hits that have ended.
    Hits(Vec<HitRecord>),
    /// No hit becomes due any more.
    Draining,
    /// The last interval, the time from the start to the end and what of it was for settling, the
    /// peaks, and what it took; under a paused clock that can't be told.
    Done {
        worker: usize,
        interval: Box<Interval>,
        elapsed: Duration,
        settled: Duration,
        peaks: Peaks,
        effort: Option<Effort>,
    },
    /// The worker could not work.
    Broken { worker: usize, error: Error },
}

/// The most there was at one time in a worker.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Peaks {
    pub(crate) in_flight: usize,
    pub(crate) backlog: usize,
    /// When the last hit was started.
    pub(crate) last_start: Duration,
    /// When no hit became due any more, or the run was stopped.
    pub(crate) schedule_end: Duration,
}

/// A worker's end of the line to the coordinator.
pub(crate) struct Link {
    worker: usize,
    to: mpsc::Sender<Message>,
    start: Cell<Option<oneshot::Receiver<Instant>>>,
    empty: mpsc::Receiver<Box<Interval>>,
    patient: bool,
    records: RefCell<Vec<HitRecord>>,
    batches: Arc<AtomicUsize>,
}

/// The coordinator's end.
pub(crate) struct Reins {
    pub(crate) start: Option<oneshot::Sender<Instant>>,
    pub(crate) empty: mpsc::Sender<Box<Interval>>,
}

impl Link {
    /// A line for `worker`. A patient one waits for an empty interval, which only a paused clock
    /// can afford.
    pub(crate) fn new(
        worker: usize,
        to: mpsc::Sender<Message>,
        batches: Arc<AtomicUsize>,
        patient: bool,
    ) -> (Self, Reins) {
        let (start, started) = oneshot::channel();
        let (give, empty) = mpsc::channel();
        for _ in 0..SPARE {
            // Its other end is in this function.
            let _ = give.send(Interval::new());
        }
        let link = Self {
            worker,
            to,
            start: Cell::new(Some(started)),
            empty,
            patient,
            records: RefCell::default(),
            batches,
        };
        (
            link,
            Reins {
                start: Some(start),
                empty: give,
            },
        )
    }

    /// What tells how much of what the slots share is ready.
    pub(super) fn progress(&self) -> impl Fn(usize, usize) + 'static {
        let (worker, to) = (self.worker, self.to.clone());
        move |ready, all| {
            let _ = to.send(Message::Preparing { worker, ready, all });
        }
    }

    /// Tells that the first sessions are open, and waits for the start.
    pub(super) async fn opened(&self) -> Option<Instant> {
        self.tell(Message::Opened);
        if self.patient {
            // A paused clock runs on while another thread is waited for.
            return None;
        }
        self.start.take()?.await.ok()
    }

    /// Swaps a full interval for an empty one. Where the coordinator has not given one back, the
    /// interval goes on: memory is bounded, and nothing is lost.
    pub(super) fn swap(&self, current: &RefCell<Box<Interval>>, second: u64) -> bool {
        self.flush();
        let empty = match self.empty.try_recv() {
            Ok(empty) => empty,
            Err(_) if self.patient => match self.empty.recv() {
                Ok(empty) => empty,
                Err(_) => return false,
            },
            Err(_) => return false,
        };
        let interval = current.replace(empty);
        self.tell(Message::Interval {
            worker: self.worker,
            second,
            interval,
        });
        true
    }

    /// Logs a hit; gives the number of records that had to be dropped.
    pub(super) fn log(&self, record: HitRecord) -> u64 {
        let mut records = self.records.borrow_mut();
        let mut dropped = 0;
        if records.len() >= BATCH {
            if self.batches.load(Ordering::Relaxed) < BATCHES {
                self.send(std::mem::replace(&mut records, Vec::with_capacity(BATCH)));
            } else {
                dropped = records.len() as u64;
                records.clear();
            }
        }
        records.push(record);
        dropped
    }

    fn flush(&self) {
        let records = std::mem::take(&mut *self.records.borrow_mut());
        if !records.is_empty() {
            self.send(records);
        }
    }

    fn send(&self, records: Vec<HitRecord>) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.tell(Message::Hits(records));
    }

    pub(super) fn measuring(&self) {
        self.tell(Message::Measuring);
    }

    pub(super) fn draining(&self) {
        self.tell(Message::Draining);
    }

    pub(super) fn done(
        &self,
        current: &Rc<RefCell<Box<Interval>>>,
        elapsed: Duration,
        settled: Duration,
        peaks: Peaks,
        effort: Option<Effort>,
    ) {
        self.flush();
        let interval = current.replace(Interval::new());
        self.tell(Message::Done {
            worker: self.worker,
            interval,
            elapsed,
            settled,
            peaks,
            effort,
        });
    }

    fn tell(&self, message: Message) {
        // A coordinator that is gone has panicked; the run ends with it.
        let _ = self.to.send(message);
    }
}
