//! The thread that called: it starts the workers together, merges what they have seen, tells the
//! events, and makes the report. It has no timer of its own; the workers' seconds drive it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use hammer_stats::{Coalesce, HistogramSnapshot, TimeSeries};
use tokio::time::Instant;

use crate::host_stats;
use crate::interval_stats::IntervalStats;
use crate::run::{Run, RunConfig};
use crate::schedule::PlaylistReadAhead;
use crate::stage_report::StageTotals;
use crate::worker::{
    self, CoordinatorLink, WorkerConfig, WorkerHandle, WorkerMessage, WorkerPeaks,
};
use crate::{
    DurationSummary, Error, ErrorKind, Hammer, HitCounts, Report, RunEvent, RunTick, Schedule,
    StartTicket, ThreadUsage, process,
};

/// Slices of the timeline: ten minutes by the second, longer runs in wider ones.
const MAX_SLICES: usize = 600;
/// From the moment all workers are ready until the start, so that none hears of it late.
pub(crate) const START_LEAD: Duration = Duration::from_millis(2);

pub(crate) fn execute<H: Hammer>(
    run: Run<H>,
    mut on_event: impl FnMut(RunEvent<'_>),
) -> Result<Report, Error> {
    let Run {
        hammer,
        mut schedule,
        config: mut settings,
        start_ticket: mut place,
    } = run;
    let most_hits = hammer.max_hits();
    if let Some(most) = most_hits {
        schedule = schedule.limit_hits(most);
    }
    if schedule.hit_count() == Some(0) || schedule.duration() == Some(Duration::ZERO) {
        return Err(Error::new(ErrorKind::EmptySchedule));
    }
    if settings.max_in_flight == 0 || settings.threads == 0 || settings.timeout.is_zero() {
        return Err(Error::new(ErrorKind::InvalidSetting));
    }
    if !settings.warmup.is_zero() && schedule.warmup_schedule(settings.warmup).is_none() {
        return Err(Error::new(ErrorKind::NothingToWarmUp));
    }
    if !settings.warmup.is_zero() && most_hits.is_some() {
        return Err(Error::new(ErrorKind::WarmupExhaustsHits));
    }
    let most = settings.max_in_flight.min(hammer.max_workers().max(1));
    settings.threads = settings.threads.min(most);
    let schedule = schedule.with_default_seed(settings.seed);
    let (threads, max_in_flight) = (settings.threads, settings.max_in_flight);
    if let Some(place) = &mut place {
        place.wait_before_opening(&settings.stop);
    }
    on_event(RunEvent::Opening {
        threads,
        max_in_flight,
    });

    if let Some(until) = settings.start_at {
        on_event(RunEvent::Waiting { until });
    }

    let patient = settings.paused;
    let ahead = schedule.read_ahead(threads, patient);
    let PlaylistReadAhead {
        reader,
        receivers: decks,
    } = ahead.map_err(Error::worker)?;
    let rows = hammer.groups();
    let hammer = Arc::new(hammer);
    let batches = Arc::new(AtomicUsize::new(0));
    let (to, messages) = mpsc::channel();
    let mut reins = vec![];
    let mut workers = vec![];
    for (index, deck) in decks.into_iter().enumerate() {
        let (link, rein) =
            CoordinatorLink::new(index, to.clone(), batches.clone(), settings.paused);
        reins.push(rein);
        let (hammer, schedule, part) = (
            hammer.clone(),
            schedule.clone(),
            worker_config(&settings, index),
        );
        let broken = to.clone();
        let thread = thread::Builder::new()
            .name(format!("hammer-{index}"))
            .spawn(move || {
                let work = AssertUnwindSafe(|| worker::run(hammer, &schedule, deck, part, link));
                let panicked = |_| {
                    Err(Error::worker(io::Error::other(
                        "a worker panicked, see stderr",
                    )))
                };
                if let Err(error) = catch_unwind(work).unwrap_or_else(panicked) {
                    let _ = broken.send(WorkerMessage::Failed {
                        worker: index,
                        error,
                    });
                }
            });
        match thread {
            Ok(thread) => workers.push(thread),
            Err(error) => {
                settings.stop.stop_now();
                return Err(Error::worker(error));
            }
        }
    }
    drop(to);
    let coordinator = Coordinator {
        length: schedule.duration(),
        worker_handles: reins,
        pending_batches: batches,
        opened_workers: 0,
        reported_until: vec![0; threads],
        last_tick: 0,
        draining: false,
        current: IntervalStats::new(),
        total: IntervalStats::new(),
        series: TimeSeries::new(MAX_SLICES),
        stages: StageTotals::default(),
        group_names: rows,
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
        settings,
        start_ticket: place,
    };
    let report = coordinator.receive_messages(&messages, &mut on_event);
    for worker in workers {
        // Its panics are caught above.
        let _ = worker.join();
    }
    // Its workers are gone, so it has nothing to wait for.
    if reader.is_some_and(|reader| reader.join().is_err()) {
        let panicked = "the reader of the playlist panicked, see stderr";
        return Err(Error::worker(io::Error::other(panicked)));
    }
    let mut report = report?;
    report.exhausted = most_hits.is_some_and(|most| report.hits.scheduled >= most);
    report.verdict.add_doubts(hammer.warnings());
    on_event(RunEvent::Finished(&report));
    Ok(report)
}

fn worker_config(settings: &RunConfig, worker: usize) -> WorkerConfig {
    let share =
        |whole: usize| whole / settings.threads + usize::from(worker < whole % settings.threads);
    WorkerConfig {
        worker,
        workers: settings.threads,
        max_in_flight: share(settings.max_in_flight),
        max_backlog: share(settings.max_backlog),
        timeout: settings.timeout,
        drain: settings.drain.unwrap_or(settings.timeout),
        warmup: settings.warmup,
        skip_late: settings.skip_late,
        start_at: settings.start_at,
        seed: settings.seed,
        log_hits: settings.log_hits,
        paused: settings.paused,
        stop: settings.stop.clone(),
    }
}

pub(crate) struct Coordinator {
    pub(crate) schedule: Schedule,
    pub(crate) settings: RunConfig,
    start_ticket: Option<StartTicket>,
    length: Option<Duration>,
    worker_handles: Vec<WorkerHandle>,
    pending_batches: Arc<AtomicUsize>,
    opened_workers: usize,
    /// Up to which second each worker has told.
    reported_until: Vec<u64>,
    last_tick: u64,
    draining: bool,
    /// What was told since the last tick.
    current: Box<IntervalStats>,
    pub(crate) total: Box<IntervalStats>,
    pub(crate) series: TimeSeries<TimelineStats>,
    pub(crate) stages: StageTotals,
    /// The names of the hammer's rows.
    pub(crate) group_names: Vec<String>,
    measuring: bool,
    /// How much of what the slots of each worker share is ready, and how much there is to be.
    prepare_progress: Vec<(usize, usize)>,
    pub(crate) elapsed: Duration,
    /// What of that was for settling.
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

impl Coalesce for TimelineStats {
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
                    total: all,
                } => {
                    self.prepare_progress[worker] = (ready, all);
                    let (ready, all) = self
                        .prepare_progress
                        .iter()
                        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
                    on_event(RunEvent::Preparing { ready, total: all });
                }
                WorkerMessage::Opened => {
                    self.opened_workers += 1;
                    if self.opened_workers == self.settings.threads {
                        match self.settings.warmup {
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
                    elapsed,
                    settle_time: settled,
                    peaks,
                    thread_usage: effort,
                } => {
                    self.thread_usages[worker] = effort;
                    self.current.merge(&interval);
                    self.elapsed = self.elapsed.max(elapsed);
                    self.settle_time = self.settle_time.max(settled);
                    self.peaks.in_flight += peaks.in_flight;
                    self.peaks.backlog += peaks.backlog;
                    self.peaks.last_start = self.peaks.last_start.max(peaks.last_start);
                    self.peaks.schedule_end = self.peaks.schedule_end.max(peaks.schedule_end);
                    self.reported_until[worker] = u64::MAX;
                    self.emit_tick(on_event);
                }
                WorkerMessage::Failed { worker, error } => {
                    self.settings.stop.stop_now();
                    self.reported_until[worker] = u64::MAX;
                    self.worker_handles[worker].start = None;
                    self.first_error.get_or_insert(error);
                    self.start_workers();
                }
            }
        }
        if self.current.hits == HitCounts::default() {
            // No second of its own, but there may be connections.
            self.total.merge(&self.current);
        } else {
            self.close_interval(1);
        }
        match self.first_error.take() {
            Some(error) => Err(error),
            None => Ok(self.build_report()),
        }
    }

    /// The clock starts: from here on it counts what the process needs.
    fn start_measuring(&mut self, on_event: &mut impl FnMut(RunEvent<'_>)) {
        if !self.measuring {
            self.measuring = true;
            let (total, length) = (self.schedule.hit_count(), self.length);
            on_event(RunEvent::Started {
                hit_count: total,
                duration: length,
            });
            self.cpu_before = process::cpu_time();
            if !self.settings.paused {
                self.host_before = host_stats::HostReading::take();
            }
        }
    }

    fn start_workers(&mut self) {
        // A paused clock is the worker's own: it hears nothing and starts by itself.
        let at = worker::instant_at(self.settings.start_at);
        let start = (!self.settings.paused).then(|| match &mut self.start_ticket {
            Some(place) => at.max(place.wait_for_start()),
            None => at.max(Instant::now() + START_LEAD),
        });
        for rein in &mut self.worker_handles {
            if let (Some(tell), Some(start)) = (rein.start.take(), start) {
                let _ = tell.send(start);
            }
        }
    }

    /// Tells of the seconds that all workers have told of.
    fn emit_tick(&mut self, on_event: &mut impl FnMut(RunEvent<'_>)) {
        let reached = self
            .reported_until
            .iter()
            .copied()
            .min()
            .unwrap_or(u64::MAX);
        if reached == u64::MAX || reached <= self.last_tick {
            return;
        }
        let seconds = reached - self.last_tick;
        self.last_tick = reached;
        let (hits, started) = (self.current.hits, self.current.started);
        let response_us = DurationSummary::from(&self.current.response);
        self.close_interval(seconds);
        on_event(RunEvent::Tick(&RunTick {
            elapsed: Duration::from_secs(reached),
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
