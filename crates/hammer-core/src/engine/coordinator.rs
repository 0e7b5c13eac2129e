//! The coordinator of a run, on the calling thread.
//!
//! It starts the workers together, merges their intervals, emits the events and builds the report.
//! It has no timer: the intervals that the workers send each second drive it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

use crate::engine::error;
use crate::engine::error::{Error, ErrorKind};
use crate::engine::run::{Run, RunConfig};
use crate::engine::start_barrier::RunStartTicket;
use crate::engine::worker;
use crate::engine::worker::{CoordinatorLink, WorkerConfig, WorkerLink, WorkerMessage};
use crate::host::resource_meter::ResourceMeter;
use crate::model::hammer::Hammer;
use crate::report::event::RunEvent;
use crate::report::generator_report::{GeneratorLimits, GeneratorPeaks};
use crate::report::report::Report;
use crate::report::run_measurements::{ReportSettings, RunMeasurements, WorkerEnd};
use crate::schedule::schedule::PlaylistReadAhead;

/// The delay between the last worker becoming ready and the start, long enough for the message to
/// reach every worker.
pub(crate) const START_LEAD: Duration = Duration::from_millis(2);

pub(crate) fn execute<H: Hammer>(
    run: Run<H>,
    mut on_event: impl FnMut(RunEvent<'_>),
) -> Result<Report, Error> {
    let Run {
        hammer,
        mut schedule,
        mut config,
        mut start_ticket,
    } = run;
    let max_hits = hammer.max_hits();
    if let Some(max_hits) = max_hits {
        schedule = schedule.limit_hits(max_hits);
    }
    if schedule.hit_count() == Some(0) || schedule.duration() == Some(Duration::ZERO) {
        return Err(Error::new(ErrorKind::EmptySchedule, error::EMPTY_SCHEDULE));
    }
    if config.max_in_flight == 0 || config.threads == 0 || config.timeout.is_zero() {
        return Err(Error::new(
            ErrorKind::InvalidSetting,
            error::INVALID_SETTING,
        ));
    }
    if !config.warmup.is_zero() && schedule.warmup_schedule(config.warmup).is_none() {
        return Err(Error::new(
            ErrorKind::NothingToWarmUp,
            error::NOTHING_TO_WARM_UP,
        ));
    }
    if !config.warmup.is_zero() && max_hits.is_some() {
        return Err(Error::new(
            ErrorKind::WarmupExhaustsHits,
            error::WARMUP_EXHAUSTS_HITS,
        ));
    }
    let max_threads = config.max_in_flight.min(hammer.max_workers().max(1));
    config.threads = config.threads.min(max_threads);
    let schedule = schedule.with_default_seed(config.seed);
    let (threads, max_in_flight) = (config.threads, config.max_in_flight);
    if let Some(ticket) = &mut start_ticket {
        ticket.wait_before_opening(&config.stop);
    }
    on_event(RunEvent::Opening {
        threads,
        max_in_flight,
    });

    if let Some(until) = config.start_at {
        on_event(RunEvent::Waiting { until });
    }

    let read_ahead = schedule.read_ahead(threads, config.paused);
    let PlaylistReadAhead { reader, receivers } = read_ahead.map_err(Error::worker)?;
    let group_names = hammer.groups();
    let hammer = Arc::new(hammer);
    let pending_batches = Arc::new(AtomicUsize::new(0));
    let (sender, messages) = mpsc::channel();
    let mut worker_handles = vec![];
    let mut workers = vec![];
    for (index, receiver) in receivers.into_iter().enumerate() {
        let (link, handle) = CoordinatorLink::new(
            index,
            sender.clone(),
            pending_batches.clone(),
            config.paused,
        );
        worker_handles.push(handle);
        let (hammer, schedule, own_config) = (
            hammer.clone(),
            schedule.clone(),
            worker_config(&config, index),
        );
        let failed = sender.clone();
        let thread = thread::Builder::new()
            .name(format!("hammer-{index}"))
            .spawn(move || {
                let work =
                    AssertUnwindSafe(|| worker::run(hammer, &schedule, receiver, own_config, link));
                let panicked = |_| {
                    Err(Error::worker(io::Error::other(
                        "a worker panicked (see stderr)",
                    )))
                };
                if let Err(error) = catch_unwind(work).unwrap_or_else(panicked) {
                    let _ = failed.send(WorkerMessage::Failed {
                        worker: index,
                        error,
                    });
                }
            });
        match thread {
            Ok(thread) => workers.push(thread),
            Err(error) => {
                config.stop.stop_now();
                return Err(Error::worker(error));
            }
        }
    }
    drop(sender);
    let settings = report_settings(&config, group_names);
    let coordinator = Coordinator {
        hit_count: schedule.hit_count(),
        length: schedule.duration(),
        worker_handles,
        pending_batches,
        opened_workers: 0,
        reported_until: vec![0; threads],
        last_tick: 0,
        draining: false,
        measurements: RunMeasurements::new(settings, schedule),
        resources: ResourceMeter::start(false),
        measuring: false,
        prepare_progress: vec![(0, 0); threads],
        first_error: None,
        config,
        start_ticket,
    };
    let report = coordinator.receive_messages(&messages, &mut on_event);
    for worker in workers {
        // Panics of a worker are caught above.
        let _ = worker.join();
    }
    // The workers are gone, so the reader has nothing to wait for.
    if reader.is_some_and(|reader| reader.join().is_err()) {
        let panicked = "the reader of the playlist panicked (see stderr)";
        return Err(Error::worker(io::Error::other(panicked)));
    }
    let mut report = report?;
    report.exhausted = max_hits.is_some_and(|max_hits| report.hits.scheduled >= max_hits);
    report.verdict.add_warnings(hammer.warnings());
    on_event(RunEvent::Finished(&report));
    Ok(report)
}

fn report_settings(config: &RunConfig, groups: Vec<String>) -> ReportSettings {
    ReportSettings {
        hammer: config.name.clone(),
        target: config.target.clone(),
        seed: config.seed,
        warmup: config.warmup,
        limits: GeneratorLimits {
            threads: config.threads,
            max_in_flight: config.max_in_flight,
        },
        groups,
    }
}

fn worker_config(config: &RunConfig, worker: usize) -> WorkerConfig {
    let part = |whole: usize| whole / config.threads + usize::from(worker < whole % config.threads);
    WorkerConfig {
        worker,
        workers: config.threads,
        max_in_flight: part(config.max_in_flight),
        max_backlog: part(config.max_backlog),
        timeout: config.timeout,
        drain: config.drain.unwrap_or(config.timeout),
        warmup: config.warmup,
        skip_late: config.skip_late,
        start_at: config.start_at,
        seed: config.seed,
        log_hits: config.log_hits,
        paused: config.paused,
        stop: config.stop.clone(),
    }
}

struct Coordinator {
    config: RunConfig,
    start_ticket: Option<RunStartTicket>,
    hit_count: Option<u64>,
    length: Option<Duration>,
    worker_handles: Vec<WorkerLink>,
    pending_batches: Arc<AtomicUsize>,
    opened_workers: usize,
    /// The last second reported by each worker.
    reported_until: Vec<u64>,
    last_tick: u64,
    draining: bool,
    measurements: RunMeasurements,
    resources: ResourceMeter,
    measuring: bool,
    /// Progress of preparing by worker: the amount that is ready, and the total.
    prepare_progress: Vec<(usize, usize)>,
    first_error: Option<Error>,
}

impl Coordinator {
    fn receive_messages(
        mut self,
        messages: &mpsc::Receiver<WorkerMessage>,
        on_event: &mut impl FnMut(RunEvent<'_>),
    ) -> Result<Report, Error> {
        while let Ok(message) = messages.recv() {
            match message {
                WorkerMessage::Preparing {
                    worker,
                    ready,
                    total,
                } => {
                    self.prepare_progress[worker] = (ready, total);
                    let (ready, total) = self
                        .prepare_progress
                        .iter()
                        .fold((0, 0), |sum, worker| (sum.0 + worker.0, sum.1 + worker.1));
                    on_event(RunEvent::Preparing { ready, total });
                }
                WorkerMessage::Opened => {
                    self.opened_workers += 1;
                    if self.opened_workers == self.config.threads {
                        match self.config.warmup {
                            Duration::ZERO => self.start_measuring(on_event),
                            length => on_event(RunEvent::WarmingUp { duration: length }),
                        }
                        self.start_workers();
                    }
                }
                WorkerMessage::WarmupEnded => self.start_measuring(on_event),
                WorkerMessage::Interval {
                    worker,
                    second,
                    mut interval,
                    gauges,
                    thread_usage,
                } => {
                    self.measurements
                        .add_interval(worker, &interval, gauges, thread_usage);
                    interval.clear();
                    let _ = self.worker_handles[worker].empty_intervals.send(interval);
                    self.reported_until[worker] = second;
                    self.emit_tick(on_event);
                }
                WorkerMessage::Hits(records) => {
                    self.pending_batches.fetch_sub(1, Ordering::Relaxed);
                    on_event(RunEvent::Hits(&records));
                }
                WorkerMessage::Draining if !self.draining => {
                    self.draining = true;
                    on_event(RunEvent::Draining);
                }
                WorkerMessage::Draining => {}
                WorkerMessage::Done {
                    worker,
                    interval,
                    elapsed,
                    settle_time,
                    peaks,
                    thread_usage,
                } => {
                    let end = WorkerEnd {
                        elapsed,
                        settle_time,
                        peaks: GeneratorPeaks {
                            in_flight: peaks.in_flight,
                            backlog: peaks.backlog,
                        },
                        last_start: peaks.last_start,
                        schedule_end: peaks.schedule_end,
                        usage: thread_usage,
                    };
                    self.measurements.add_last_interval(worker, &interval, end);
                    self.reported_until[worker] = u64::MAX;
                    self.emit_tick(on_event);
                }
                WorkerMessage::Failed { worker, error } => {
                    self.config.stop.stop_now();
                    self.reported_until[worker] = u64::MAX;
                    self.worker_handles[worker].start = None;
                    self.first_error.get_or_insert(error);
                    self.start_workers();
                }
            }
        }
        if let Some(error) = self.first_error {
            return Err(error);
        }
        let stopped = self.config.stop.is_requested();
        Ok(self.measurements.report(stopped, &self.resources.usage()))
    }

    /// Starts the measurement of resources.
    fn start_measuring(&mut self, on_event: &mut impl FnMut(RunEvent<'_>)) {
        if !self.measuring {
            self.measuring = true;
            on_event(RunEvent::Started {
                hit_count: self.hit_count,
                duration: self.length,
            });
            self.resources = ResourceMeter::start(!self.config.paused);
        }
    }

    fn start_workers(&mut self) {
        // A paused clock belongs to the worker, which starts without a message.
        let at = worker::instant_at(self.config.start_at);
        let start = (!self.config.paused).then(|| match &mut self.start_ticket {
            Some(ticket) => at.max(ticket.wait_for_start()),
            None => at.max(Instant::now() + START_LEAD),
        });
        for handle in &mut self.worker_handles {
            if let (Some(sender), Some(start)) = (handle.start.take(), start) {
                let _ = sender.send(start);
            }
        }
    }

    /// Emits a tick for the seconds that all workers have reported.
    fn emit_tick(&mut self, on_event: &mut impl FnMut(RunEvent<'_>)) {
        let second = self
            .reported_until
            .iter()
            .copied()
            .min()
            .unwrap_or(u64::MAX);
        if second == u64::MAX || second <= self.last_tick {
            return;
        }
        self.last_tick = second;
        let tick = self.measurements.tick(second, &self.resources);
        on_event(RunEvent::Tick(&tick));
    }
}
