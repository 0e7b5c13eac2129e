//! The coordinator of a run, on the calling thread.
//!
//! It starts the workers together, adds up their intervals and emits the events. The intervals that
//! the workers send each second drive it.

use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant, SystemTime};

use crate::engine::error::Error;
use crate::engine::run::RunConfig;
use crate::engine::series::FollowingRun;
use crate::engine::start_barrier::{RunStartTicket, START_LEAD};
use crate::engine::stop_level::StopLevel;
use crate::engine::timer;
use crate::engine::worker::coordinator_link::WorkerMessage;
use crate::engine::worker_threads::WorkerThreads;
use crate::host::resource_meter::ResourceMeter;
use crate::model::hammer::Hammer;
use crate::report::event::RunEvent;
use crate::report::report::Report;
use crate::report::run_measurements::RunMeasurements;
use crate::schedule::schedule::Schedule;

/// The time between two looks at the stop handle.
const STOP_POLL_INTERVAL: Duration = Duration::from_millis(100);
/// The time that workers have to end after the run was stopped at once. After it, a worker whose thread
/// is blocked, such as by its hammer, is left behind.
const END_LIMIT: Duration = Duration::from_secs(2);

/// A worker as the coordinator sees it.
#[derive(Debug, Clone, Copy, Default)]
struct WorkerProgress {
    /// The amount that is prepared, and the total.
    prepared: (usize, usize),
    /// The last second that it has reported.
    reported_until: u64,
    /// No more of its hits become due.
    is_draining: bool,
}

/// The last second of a worker that has ended.
const ENDED: u64 = u64::MAX;

/// Coordinates the workers of a run, and of those that follow it.
pub(super) struct Coordinator<H> {
    /// The settings of the current run.
    config: RunConfig,
    start_ticket: Option<RunStartTicket>,
    threads: WorkerThreads<H>,
    opened_workers: usize,
    run: RunProgress,
    /// The number of the next run's first hit.
    next_number: u64,
    first_error: Option<Error>,
}

/// The progress of the current run.
struct RunProgress {
    hit_count: Option<u64>,
    length: Option<Duration>,
    workers: Vec<WorkerProgress>,
    last_tick: u64,
    draining: bool,
    measurements: RunMeasurements,
    resources: ResourceMeter,
    measuring: bool,
    /// The end of the wait for workers, once the run was stopped at once.
    give_up_at: Option<Instant>,
}

impl RunProgress {
    fn new(schedule: &Schedule, threads: usize, measurements: RunMeasurements) -> Self {
        Self {
            hit_count: schedule.hit_count(),
            length: schedule.duration(),
            workers: vec![WorkerProgress::default(); threads],
            last_tick: 0,
            draining: false,
            measurements,
            resources: ResourceMeter::start(false),
            measuring: false,
            give_up_at: None,
        }
    }

    /// Workers whose last interval has not arrived.
    fn unfinished_workers(&self) -> usize {
        let workers = self.workers.iter();
        workers.filter(|w| w.reported_until != ENDED).count()
    }
}

impl<H: Hammer> Coordinator<H> {
    pub(super) fn new(
        config: RunConfig,
        start_ticket: Option<RunStartTicket>,
        schedule: &Schedule,
        measurements: RunMeasurements,
        threads: WorkerThreads<H>,
    ) -> Self {
        Self {
            threads,
            opened_workers: 0,
            run: RunProgress::new(schedule, config.threads, measurements),
            next_number: 0,
            first_error: None,
            config,
            start_ticket,
        }
    }

    /// Receives the messages of the workers until all are done with the current run, and makes its
    /// report.
    pub(super) fn coordinate(
        &mut self,
        on_event: &mut impl FnMut(RunEvent<'_>),
    ) -> Result<Report, Error> {
        while self.run.unfinished_workers() > 0 {
            match self.threads.receive(STOP_POLL_INTERVAL) {
                Ok(message) => self.handle(message, on_event),
                Err(RecvTimeoutError::Timeout) if !self.gives_up() => {}
                Err(_) => break,
            }
        }
        let unresponsive = self.run.unfinished_workers();
        if !self.config.is_series || self.first_error.is_some() || unresponsive > 0 {
            self.end(unresponsive)?;
        }
        let stopped = self.config.stop.is_requested();
        let usage = self.run.resources.usage();
        let report = self.run.measurements.report(stopped, unresponsive, &usage);
        self.next_number += report.hits.scheduled;
        Ok(report)
    }

    /// Lets the workers go on with `following`, whose settings have been checked.
    pub(super) fn follow(
        &mut self,
        config: RunConfig,
        following: &FollowingRun,
        measurements: RunMeasurements,
        on_event: &mut impl FnMut(RunEvent<'_>),
    ) -> Result<(), Error> {
        let schedule = &following.schedule;
        self.config = config;
        self.run = RunProgress::new(schedule, self.config.threads, measurements);
        let rest = following.rest;
        let together = !self.config.clock.stops_for_threads();
        let start = together.then(|| Instant::now() + rest.max(START_LEAD));
        let started_at = SystemTime::now() + rest + self.config.warmup;
        self.run.measurements.set_started_at(started_at);
        match self.config.warmup {
            Duration::ZERO => self.start_measuring(on_event),
            length => on_event(RunEvent::WarmingUp { duration: length }),
        }
        let timing = (rest, start);
        (self.threads).follow(schedule, &self.config, self.next_number, timing)
    }

    /// Ends all threads but those of `unresponsive` workers.
    ///
    /// # Errors
    ///
    /// The first error of a thread.
    pub(super) fn end(&mut self, unresponsive: usize) -> Result<(), Error> {
        self.threads.end();
        if unresponsive == 0 {
            let joined = self.threads.join();
            self.first_error = self.first_error.take().or(joined.err());
        }
        self.first_error.take().map_or(Ok(()), Err)
    }

    /// Returns true if the run was stopped at once, and workers had enough time to end.
    fn gives_up(&mut self) -> bool {
        if self.config.stop.level() < StopLevel::Now {
            return false;
        }
        let end = *self
            .run
            .give_up_at
            .get_or_insert_with(|| Instant::now() + END_LIMIT);
        Instant::now() >= end
    }

    fn handle(&mut self, message: WorkerMessage, on_event: &mut impl FnMut(RunEvent<'_>)) {
        match message {
            WorkerMessage::Preparing {
                worker,
                ready,
                total,
            } => {
                self.run.workers[worker].prepared = (ready, total);
                let prepared = self.run.workers.iter().map(|worker| worker.prepared);
                let (ready, total) = prepared.fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
                on_event(RunEvent::Preparing { ready, total });
            }
            WorkerMessage::Opened => self.worker_opened(on_event),
            WorkerMessage::WarmupEnded => self.start_measuring(on_event),
            WorkerMessage::Interval {
                worker,
                second,
                mut interval,
                gauges,
                usage,
            } => {
                (self.run.measurements).add_interval(worker, &interval, gauges, usage);
                interval.clear();
                self.threads.return_interval(worker, interval);
                self.reported(worker, second, on_event);
            }
            WorkerMessage::Hits(records) => {
                self.threads.batch_handled();
                on_event(RunEvent::Hits(&records));
            }
            WorkerMessage::Draining { worker } => {
                self.run.workers[worker].is_draining = true;
                self.check_drain(on_event);
            }
            WorkerMessage::Done {
                worker,
                interval,
                end,
            } => {
                let measurements = &mut self.run.measurements;
                measurements.add_last_interval(worker, &interval, end);
                self.reported(worker, ENDED, on_event);
                self.check_drain(on_event);
            }
            WorkerMessage::Failed { worker, error } => {
                self.config.stop.stop_now();
                self.run.workers[worker].reported_until = ENDED;
                self.threads.forget_start(worker);
                self.first_error.get_or_insert(error);
                self.start_workers();
            }
        }
    }

    /// Starts the clock once all workers have opened their first sessions.
    fn worker_opened(&mut self, on_event: &mut impl FnMut(RunEvent<'_>)) {
        self.opened_workers += 1;
        if self.opened_workers == self.config.threads {
            match self.config.warmup {
                Duration::ZERO => self.start_measuring(on_event),
                length => on_event(RunEvent::WarmingUp { duration: length }),
            }
            self.start_workers();
        }
    }

    /// Starts the measurement of resources.
    fn start_measuring(&mut self, on_event: &mut impl FnMut(RunEvent<'_>)) {
        if !std::mem::replace(&mut self.run.measuring, true) {
            on_event(RunEvent::Started {
                hit_count: self.run.hit_count,
                duration: self.run.length,
            });
            self.run.resources = self.config.clock.resource_meter();
        }
    }

    fn start_workers(&mut self) {
        // A clock that stands still belongs to the worker, which starts without a message.
        let at = timer::instant_at(self.config.start_at);
        let together = !self.config.clock.stops_for_threads();
        let start = together.then(|| match &mut self.start_ticket {
            Some(ticket) => at.max(ticket.wait_for_start()),
            None => at,
        });
        // The start may have passed while sessions opened.
        let start = start.map(|start| start.max(Instant::now() + START_LEAD));
        let wait = start.map_or(Duration::ZERO, |start| {
            start.saturating_duration_since(Instant::now())
        });
        let started_at = SystemTime::now() + wait + self.config.warmup;
        self.run.measurements.set_started_at(started_at);
        self.threads.start(start);
    }

    /// Emits the event of the drain once no worker has hits that become due.
    fn check_drain(&mut self, on_event: &mut impl FnMut(RunEvent<'_>)) {
        let run = &mut self.run;
        let mut workers = run.workers.iter();
        let all = workers.all(|worker| worker.is_draining || worker.reported_until == ENDED);
        if all && !std::mem::replace(&mut run.draining, true) {
            on_event(RunEvent::Draining);
        }
    }

    /// Records how far a worker has come, and emits a tick for the seconds that all have reported.
    fn reported(&mut self, worker: usize, until: u64, on_event: &mut impl FnMut(RunEvent<'_>)) {
        let run = &mut self.run;
        run.workers[worker].reported_until = until;
        let second = run.workers.iter().map(|worker| worker.reported_until);
        let second = second.min().unwrap_or(ENDED);
        if second != ENDED && second > run.last_tick {
            run.last_tick = second;
            let stopped = self.config.stop.is_requested();
            let tick = (run.measurements).tick(second, stopped, &run.resources);
            on_event(RunEvent::Tick(&tick));
        }
    }
}
