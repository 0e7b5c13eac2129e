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

use hammer_stats::{HistogramSnapshot, MergeableValue, TimeSeries};

use crate::engine::dispatcher::dispatcher::DispatchLimits;
use crate::engine::dispatcher::hit_recorder::WorkerPeaks;
use crate::engine::error;
use crate::engine::error::{Error, ErrorKind};
use crate::engine::run::{Run, RunConfig};
use crate::engine::start_barrier::RunStartTicket;
use crate::engine::timer;
use crate::engine::worker;
use crate::engine::worker::coordinator_link::{CoordinatorLink, WorkerLink, WorkerMessage};
use crate::engine::worker::worker_config::WorkerConfig;
use crate::host::host_stats;
use crate::host::process;
use crate::host::thread_usage::ThreadUsage;
use crate::model::hammer::Hammer;
use crate::report::event::{RunEvent, RunTick};
use crate::report::hit_counts::HitCounts;
use crate::report::interval_stats::IntervalStats;
use crate::report::report::{DurationSummary, Report};
use crate::report::stage_report::StageTotals;
use crate::schedule::schedule::PlaylistReadAhead;
use crate::schedule::schedule::Schedule;

/// The maximum number of slices of the timeline: one per second for ten minutes, wider ones in
/// longer runs.
const MAX_SLICES: usize = 600;
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
    let description = hammer.describe();
    let max_hits = description.max_hits;
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
    let max_threads = config.max_in_flight.min(description.max_workers.max(1));
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

    let read_ahead = schedule.read_ahead(threads, config.clock.stops_for_threads());
    let PlaylistReadAhead { reader, receivers } = read_ahead.map_err(Error::worker)?;
    let group_names = description.groups;
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
            config.clock.stops_for_threads(),
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
    let coordinator = Coordinator {
        length: schedule.duration(),
        worker_handles,
        pending_batches,
        opened_workers: 0,
        reported_until: vec![0; threads],
        last_tick: 0,
        draining: false,
        current: IntervalStats::new(),
        total: IntervalStats::new(),
        series: TimeSeries::new(MAX_SLICES),
        stages: StageTotals::default(),
        group_names,
        measuring: false,
        prepare_progress: vec![(0, 0); threads],
        elapsed: Duration::ZERO,
        settle_time: Duration::ZERO,
        peaks: WorkerPeaks::default(),
        thread_usages: vec![None; threads],
        cpu_before: process::cpu_time(),
        host_before: host_stats::HostReading::default(),
        first_error: None,
        schedule,
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
    report.verdict.add_warnings(hammer.describe().doubts);
    on_event(RunEvent::Finished(&report));
    Ok(report)
}

fn worker_config(config: &RunConfig, worker: usize) -> WorkerConfig {
    let part = |whole: usize| whole / config.threads + usize::from(worker < whole % config.threads);
    WorkerConfig {
        worker,
        workers: config.threads,
        limits: DispatchLimits {
            max_in_flight: part(config.max_in_flight),
            max_backlog: part(config.max_backlog),
            timeout: config.timeout,
            drain: config.drain,
            skip_late: config.skip_late,
            longest_sleep: config.clock.longest_sleep(),
        },
        warmup: config.warmup,
        start_at: config.start_at,
        seed: config.seed,
        log_hits: config.log_hits,
        spin: config.spin,
        clock: config.clock,
        stop: config.stop.clone(),
    }
}

pub(crate) struct Coordinator {
    pub(crate) schedule: Schedule,
    pub(crate) config: RunConfig,
    start_ticket: Option<RunStartTicket>,
    length: Option<Duration>,
    worker_handles: Vec<WorkerLink>,
    pending_batches: Arc<AtomicUsize>,
    opened_workers: usize,
    /// The last second reported by each worker.
    reported_until: Vec<u64>,
    last_tick: u64,
    draining: bool,
    /// The measurements since the last tick.
    current: Box<IntervalStats>,
    pub(crate) total: Box<IntervalStats>,
    pub(crate) series: TimeSeries<TimelineStats>,
    pub(crate) stages: StageTotals,
    /// The names of the groups of hits.
    pub(crate) group_names: Vec<String>,
    measuring: bool,
    /// Progress of preparing by worker: the amount that is ready, and the total.
    prepare_progress: Vec<(usize, usize)>,
    pub(crate) elapsed: Duration,
    /// The part of `elapsed` that was spent settling.
    pub(crate) settle_time: Duration,
    pub(crate) peaks: WorkerPeaks,
    pub(crate) thread_usages: Vec<Option<ThreadUsage>>,
    pub(crate) cpu_before: Duration,
    pub(crate) host_before: host_stats::HostReading,
    first_error: Option<Error>,
}

/// A second of the timeline.
pub(crate) struct TimelineStats {
    pub(crate) hits: HitCounts,
    pub(crate) response: Option<HistogramSnapshot>,
}

impl MergeableValue for TimelineStats {
    fn coalesce(&mut self, later: Self) {
        self.hits += later.hits;
        let Some(later_response) = later.response else {
            return;
        };
        let histogram = |snapshot: &Option<HistogramSnapshot>| snapshot.as_ref()?.histogram().ok();
        self.response = match (histogram(&self.response), later_response.histogram().ok()) {
            (Some(mut sum), Some(later)) => {
                sum.merge(&later);
                HistogramSnapshot::take(&sum).ok()
            }
            _ => self.response.take().or(Some(later_response)),
        };
    }
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
                } => {
                    self.current.merge(&interval);
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
                    figures,
                } => {
                    let peaks = figures.peaks;
                    self.thread_usages[worker] = figures.thread_usage;
                    self.current.merge(&interval);
                    self.elapsed = self.elapsed.max(figures.elapsed);
                    self.settle_time = self.settle_time.max(figures.settle_time);
                    self.peaks.in_flight += peaks.in_flight;
                    self.peaks.backlog += peaks.backlog;
                    self.peaks.last_start = self.peaks.last_start.max(peaks.last_start);
                    self.peaks.schedule_end = self.peaks.schedule_end.max(peaks.schedule_end);
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
        if self.current.hits == HitCounts::default() {
            // No hits since the last tick, but there may be connections.
            self.total.merge(&self.current);
        } else {
            self.close_interval(1);
        }
        match self.first_error.take() {
            Some(error) => Err(error),
            None => Ok(self.build_report()),
        }
    }

    /// Starts the measurement of resources.
    fn start_measuring(&mut self, on_event: &mut impl FnMut(RunEvent<'_>)) {
        if !self.measuring {
            self.measuring = true;
            on_event(RunEvent::Started {
                hit_count: self.schedule.hit_count(),
                duration: self.length,
            });
            self.cpu_before = process::cpu_time();
            self.host_before = self.config.clock.host_reading();
        }
    }

    fn start_workers(&mut self) {
        // A clock that stands still belongs to the worker, which starts without a message.
        let at = timer::instant_at(self.config.start_at);
        let start =
            (!self.config.clock.stops_for_threads()).then(|| match &mut self.start_ticket {
                Some(ticket) => at.max(ticket.wait_for_start()),
                None => at.max(timer::now() + START_LEAD),
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
        let seconds = second - self.last_tick;
        self.last_tick = second;
        let (hits, started) = (self.current.hits, self.current.started);
        let response_us = DurationSummary::from(&self.current.response);
        self.close_interval(seconds);
        on_event(RunEvent::Tick(&RunTick {
            elapsed: Duration::from_secs(second),
            total: self.total.hits,
            hits,
            started,
            response_us,
            cumulative: &self.total,
        }));
    }

    fn close_interval(&mut self, seconds: u64) {
        let response = &self.current.response;
        let response = if response.is_empty() {
            None
        } else {
            HistogramSnapshot::take(response).ok()
        };
        self.series.push(
            seconds,
            TimelineStats {
                hits: self.current.hits,
                response,
            },
        );
        self.stages.add(&self.current.stages);
        self.current.stages.clear();
        self.total.merge(&self.current);
        self.current.clear();
    }
}
