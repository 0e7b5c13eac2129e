//! The threads of a run: its workers, and the reader of its playlist.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::engine::dispatcher::dispatcher::DispatchLimits;
use crate::engine::error::Error;
use crate::engine::run::RunConfig;
use crate::engine::worker;
use crate::engine::worker::coordinator_link::{CoordinatorLink, WorkerLink, WorkerMessage};
use crate::engine::worker::next_run::NextRun;
use crate::engine::worker::worker_config::WorkerConfig;
use crate::model::hammer::Hammer;
use crate::report::interval_stats::IntervalStats;
use crate::schedule::playlist_receiver::PlaylistReceiver;
use crate::schedule::schedule::{PlaylistReadAhead, Schedule};

/// The threads of a run, and the channels to and from them.
pub(super) struct WorkerThreads<H> {
    hammer: Arc<H>,
    links: Vec<WorkerLink>,
    messages: mpsc::Receiver<WorkerMessage>,
    pending_batches: Arc<AtomicUsize>,
    workers: Vec<JoinHandle<()>>,
    /// The readers of playlists, one for each run.
    readers: Vec<JoinHandle<()>>,
}

impl<H: Hammer> WorkerThreads<H> {
    /// Starts the workers of a run.
    pub(super) fn spawn(hammer: H, schedule: &Schedule, config: &RunConfig) -> Result<Self, Error> {
        let read_ahead = schedule.read_ahead(config.threads, config.clock.stops_for_threads());
        let PlaylistReadAhead { reader, receivers } = read_ahead.map_err(Error::worker)?;
        let (sender, messages) = mpsc::channel();
        let mut threads = Self {
            hammer: Arc::new(hammer),
            links: vec![],
            messages,
            pending_batches: Arc::default(),
            workers: vec![],
            readers: reader.into_iter().collect(),
        };
        for (index, receiver) in receivers.into_iter().enumerate() {
            let own_config = worker_config(config, index);
            let worker = threads.spawn_worker(own_config, schedule.clone(), receiver, &sender);
            match worker {
                Ok(worker) => threads.workers.push(worker),
                Err(error) => {
                    config.stop.stop_now();
                    return Err(Error::worker(error));
                }
            }
        }
        Ok(threads)
    }

    fn spawn_worker(
        &mut self,
        config: WorkerConfig,
        schedule: Schedule,
        receiver: Option<PlaylistReceiver>,
        sender: &mpsc::Sender<WorkerMessage>,
    ) -> io::Result<JoinHandle<()>> {
        let (index, waits) = (config.worker, config.clock.stops_for_threads());
        let batches = self.pending_batches.clone();
        let (own_end, link) = CoordinatorLink::new(index, sender.clone(), batches, waits);
        self.links.push(link);
        let (hammer, failed) = (self.hammer.clone(), sender.clone());
        let thread = thread::Builder::new().name(format!("hammer-{index}"));
        thread.spawn(move || {
            let work =
                AssertUnwindSafe(|| worker::run(hammer, &schedule, receiver, config, own_end));
            let panicked = |_| {
                let error = io::Error::other("a worker panicked (see stderr)");
                Err(Error::worker(error))
            };
            if let Err(error) = catch_unwind(work).unwrap_or_else(panicked) {
                let worker = index;
                let _ = failed.send(WorkerMessage::Failed { worker, error });
            }
        })
    }

    /// The hammer that all workers share.
    pub(super) fn hammer(&self) -> Arc<H> {
        self.hammer.clone()
    }

    /// Waits for the next message, up to `limit`.
    ///
    /// # Errors
    ///
    /// If the time is up, or if all workers have ended.
    pub(super) fn receive(&self, limit: Duration) -> Result<WorkerMessage, mpsc::RecvTimeoutError> {
        self.messages.recv_timeout(limit)
    }

    /// Starts the clock of all workers, at `start` if they are to begin together.
    pub(super) fn start(&mut self, start: Option<Instant>) {
        for link in &mut self.links {
            if let (Some(sender), Some(start)) = (link.start.take(), start) {
                let _ = sender.send(start);
            }
        }
    }

    /// Lets all workers go on with another run.
    ///
    /// # Errors
    ///
    /// If the reader of its playlist could not start.
    pub(super) fn follow(
        &mut self,
        schedule: &Schedule,
        config: &RunConfig,
        first_number: u64,
        timing: (Duration, Option<Instant>),
    ) -> Result<(), Error> {
        let read_ahead = schedule.read_ahead(config.threads, config.clock.stops_for_threads());
        let PlaylistReadAhead { reader, receivers } = read_ahead.map_err(Error::worker)?;
        self.readers.extend(reader);
        let (rest, start) = timing;
        for (index, (link, receiver)) in self.links.iter().zip(receivers).enumerate() {
            if let Some(sender) = &link.next_run {
                sender.send(NextRun {
                    schedule: schedule.clone(),
                    receiver,
                    first_number,
                    warmup: config.warmup,
                    max_in_flight: part(config.max_in_flight, config, index),
                    rest,
                    start,
                    stop: config.stop.clone(),
                });
            }
        }
        Ok(())
    }

    /// Returns an empty interval to a worker.
    pub(super) fn return_interval(&self, worker: usize, interval: Box<IntervalStats>) {
        let _ = self.links[worker].empty_intervals.send(interval);
    }

    /// Records that a batch of records of hits has been handled.
    pub(super) fn batch_handled(&self) {
        self.pending_batches.fetch_sub(1, Ordering::Relaxed);
    }

    /// Lets the threads of the workers end.
    pub(super) fn end(&mut self) {
        for link in &mut self.links {
            link.next_run = None;
        }
    }

    /// Records that a worker has ended before it could start.
    pub(super) fn forget_start(&mut self, worker: usize) {
        self.links[worker].start = None;
    }

    /// Waits for all threads to end.
    pub(super) fn join(&mut self) -> Result<(), Error> {
        for worker in self.workers.drain(..) {
            // Panics of a worker are caught in its thread.
            let _ = worker.join();
        }
        // The workers are gone, so the readers have nothing to wait for.
        let readers = self.readers.drain(..).map(JoinHandle::join);
        if readers.filter(Result::is_err).count() > 0 {
            let panicked = "the reader of the playlist panicked (see stderr)";
            return Err(Error::worker(io::Error::other(panicked)));
        }
        Ok(())
    }
}

fn worker_config(config: &RunConfig, worker: usize) -> WorkerConfig {
    let part = |whole| part(whole, config, worker);
    WorkerConfig {
        worker,
        workers: config.threads,
        limits: DispatchLimits {
            max_in_flight: part(config.max_in_flight),
            is_user_pool: config.is_user_pool,
            // A hit waits in the backlog for a slot that opens.
            max_backlog: part(config.max_backlog).max(1),
            timeout: config.timeout,
            drain: config.drain,
            skip_late: config.skip_late,
            longest_sleep: config.clock.longest_sleep(),
            age_waiting: config.age_waiting,
        },
        open_limit: config.open_limit(),
        warmup: config.warmup,
        start_at: config.start_at,
        seed: config.seed,
        log_hits: config.log_hits,
        spin: config.spin,
        clock: config.clock,
        stop: config.stop.clone(),
        is_series: config.is_series,
    }
}

/// The part of a worker in a `whole` that all share.
fn part(whole: usize, config: &RunConfig, worker: usize) -> usize {
    whole / config.threads + usize::from(worker < whole % config.threads)
}
