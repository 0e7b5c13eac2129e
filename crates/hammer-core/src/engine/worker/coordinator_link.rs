//! The channel between a worker and the coordinator.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use tokio::sync::oneshot;

use crate::engine::dispatcher::hit_recorder::HitRecorder;
use crate::engine::error::Error;
use crate::engine::worker::next_run::{NextRun, NextRunReceiver, NextRunSender, next_run_channel};
use crate::host::thread_usage::ThreadUsage;
use crate::report::event::HitRecord;
use crate::report::interval_stats::IntervalStats;
use crate::report::run_measurements::WorkerEnd;
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
        usage: Option<ThreadUsage>,
    },
    /// Hits that have ended.
    Hits(Vec<HitRecord>),
    /// No more hits of the worker become due.
    Draining { worker: usize },
    /// The last interval of a worker, and its final figures.
    Done {
        worker: usize,
        interval: Box<IntervalStats>,
        end: WorkerEnd,
    },
    /// The worker failed.
    Failed { worker: usize, error: Error },
}

/// The worker's end of the channel.
pub(crate) struct CoordinatorLink {
    worker: usize,
    sender: mpsc::Sender<WorkerMessage>,
    start: Cell<Option<oneshot::Receiver<Instant>>>,
    next_run: NextRunReceiver,
    empty_intervals: mpsc::Receiver<Box<IntervalStats>>,
    waits: bool,
    pending_batches: Arc<AtomicUsize>,
}

/// The coordinator's end of the channel.
pub(crate) struct WorkerLink {
    pub(crate) start: Option<oneshot::Sender<Instant>>,
    /// Dropped when no run follows.
    pub(crate) next_run: Option<NextRunSender>,
    pub(crate) empty_intervals: mpsc::Sender<Box<IntervalStats>>,
}

impl CoordinatorLink {
    /// Creates both ends of the channel of `worker`.
    ///
    /// A link that `waits` starts without the others and waits for an empty interval, which is only
    /// acceptable if the clock stands still meanwhile.
    pub(crate) fn new(
        worker: usize,
        sender: mpsc::Sender<WorkerMessage>,
        pending_batches: Arc<AtomicUsize>,
        waits: bool,
    ) -> (Self, WorkerLink) {
        let (start_sender, start_receiver) = oneshot::channel();
        let (next_run_sender, next_run) = next_run_channel();
        let (interval_sender, empty_intervals) = mpsc::channel();
        for _ in 0..SPARE_INTERVALS {
            // The receiver is alive in this function.
            let _ = interval_sender.send(IntervalStats::new());
        }
        let link = Self {
            worker,
            sender,
            start: Cell::new(Some(start_receiver)),
            next_run,
            empty_intervals,
            waits,
            pending_batches,
        };
        (
            link,
            WorkerLink {
                start: Some(start_sender),
                next_run: Some(next_run_sender),
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
        if self.waits {
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
        recorder: &mut HitRecorder,
        second: u64,
        gauges: WorkerGauges,
        usage: Option<ThreadUsage>,
    ) {
        self.flush_records(recorder);
        let empty = match self.waits {
            true => self.empty_intervals.recv().ok(),
            false => self.empty_intervals.try_recv().ok(),
        };
        if let Some(empty) = empty {
            let interval = std::mem::replace(recorder.interval_mut(), empty);
            self.send(WorkerMessage::Interval {
                worker: self.worker,
                second,
                interval,
                gauges,
                usage,
            });
        }
    }

    /// Sends the records of hits once they fill a batch.
    ///
    /// Records that the coordinator has no time for are dropped and counted.
    pub(super) fn log_hits(&self, recorder: &mut HitRecorder) {
        let Some(records) = recorder.records_mut() else {
            return;
        };
        if records.len() < RECORDS_PER_BATCH {
            return;
        }
        if self.pending_batches.load(Ordering::Relaxed) < MAX_PENDING_BATCHES {
            let batch = Vec::with_capacity(RECORDS_PER_BATCH);
            self.send_records(std::mem::replace(records, batch));
        } else {
            let dropped = records.len() as u64;
            records.clear();
            recorder.interval_mut().log_dropped += dropped;
        }
    }

    fn flush_records(&self, recorder: &mut HitRecorder) {
        if let Some(records) = recorder.records_mut().filter(|records| !records.is_empty()) {
            self.send_records(std::mem::take(records));
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
        self.send(WorkerMessage::Draining {
            worker: self.worker,
        });
    }

    /// Sends the last interval and the final figures.
    pub(super) fn report_done(&self, recorder: &mut HitRecorder, end: WorkerEnd) {
        self.flush_records(recorder);
        let interval = std::mem::replace(recorder.interval_mut(), IntervalStats::new());
        self.send(WorkerMessage::Done {
            worker: self.worker,
            interval,
            end,
        });
    }

    /// Waits until all workers are done, and returns the next run if one follows.
    pub(super) async fn next_run(&self) -> Option<NextRun> {
        match self.waits {
            true => self.next_run.receive_blocking(),
            false => self.next_run.receive().await,
        }
    }

    fn send(&self, message: WorkerMessage) {
        // The coordinator is only gone after a panic, and then the run ends with it.
        let _ = self.sender.send(message);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::report::hit_counts::HitResult;

    fn log_batches(link: &CoordinatorLink, recorder: &mut HitRecorder, batches: usize) {
        for number in 0..batches * RECORDS_PER_BATCH {
            let records = recorder.records_mut().expect("hits are logged");
            records.push(HitRecord {
                number: number as u64,
                due: Duration::ZERO,
                result: HitResult::Unsent,
                label: None,
                group: None,
                response: None,
                service: None,
            });
            link.log_hits(recorder);
        }
    }

    #[test]
    fn records_that_a_slow_coordinator_has_no_time_for_are_dropped_and_counted() {
        let (sender, receiver) = mpsc::channel();
        let pending = Arc::new(AtomicUsize::new(0));
        let (link, _coordinator) = CoordinatorLink::new(0, sender, pending.clone(), false);
        let mut recorder = HitRecorder::new(None, true);
        let sent = || {
            let records = receiver.try_iter().map(|message| match message {
                WorkerMessage::Hits(records) => records.len(),
                _ => 0,
            });
            records.sum::<usize>()
        };
        log_batches(&link, &mut recorder, MAX_PENDING_BATCHES + 2);
        let dropped = 2 * RECORDS_PER_BATCH as u64;
        assert_eq!(sent(), MAX_PENDING_BATCHES * RECORDS_PER_BATCH);
        assert_eq!(recorder.interval_mut().log_dropped, dropped);
        pending.fetch_sub(1, Ordering::Relaxed);
        log_batches(&link, &mut recorder, 1);
        assert_eq!(sent(), RECORDS_PER_BATCH, "there is room for one batch");
        assert_eq!(recorder.interval_mut().log_dropped, dropped);
    }
}
