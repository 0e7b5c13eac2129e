//! The thread that called: it starts the workers together, merges what they have seen, tells the
//! events, and makes the report. It has no timer of its own; the workers' seconds drive it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use hammer_stats::{Fold, Series, Snapshot};
use tokio::time::Instant;

use crate::host;
use crate::interval::Interval;
use crate::run::{Run, Settings};
use crate::schedule::ReadAhead;
use crate::stage_report::StageTotals;
use crate::worker::{self, Link, Message, Part, Peaks, Reins};
use crate::{
    Effort, Error, ErrorKind, Event, Hammer, Hits, Place, Report, Schedule, Summary, Tick, process,
};

/// Slices of the timeline: ten minutes by the second, longer runs in wider ones.
const SLICES: usize = 600;
/// From the moment all workers are ready until the start, so that none hears of it late.
pub(crate) const LEAD: Duration = Duration::from_millis(2);

pub(crate) fn execute<H: Hammer>(
    run: Run<H>,
    mut on_event: impl FnMut(Event<'_>),
) -> Result<Report, Error> {
    let Run {
        hammer,
        mut schedule,
        mut settings,
        mut place,
    } = run;
    let most_hits = hammer.most_hits();
    if let Some(most) = most_hits {
        schedule = schedule.at_most(most);
    }
    if schedule.total() == Some(0) || schedule.length() == Some(Duration::ZERO) {
        return Err(Error::new(ErrorKind::Schedule));
    }
    if settings.max_in_flight == 0 || settings.threads == 0 || settings.timeout.is_zero() {
        return Err(Error::new(ErrorKind::Setting));
    }
    if !settings.warmup.is_zero() && schedule.warm_up(settings.warmup).is_none() {
        return Err(Error::new(ErrorKind::Warmup));
    }
    if !settings.warmup.is_zero() && most_hits.is_some() {
        return Err(Error::new(ErrorKind::Spent));
    }
    let most = settings.max_in_flight.min(hammer.max_workers().max(1));
    settings.threads = settings.threads.min(most);
    let schedule = schedule.or_seed(settings.seed);
    let (threads, max_in_flight) = (settings.threads, settings.max_in_flight);
    if let Some(place) = &mut place {
        place.before_opening(&settings.stop);
    }
    on_event(Event::Opening {
        threads,
        max_in_flight,
    });

    if let Some(until) = settings.start_at {
        on_event(Event::Waiting { until });
    }

    let patient = settings.paused;
    let ahead = schedule.read_ahead(threads, patient);
    let ReadAhead { reader, decks } = ahead.map_err(Error::worker)?;
    let rows = hammer.rows();
    let hammer = Arc::new(hammer);
    let batches = Arc::new(AtomicUsize::new(0));
    let (to, messages) = mpsc::channel();
    let mut reins = vec![];
    let mut workers = vec![];
    for (index, deck) in decks.into_iter().enumerate() {
        let (link, rein) = Link::new(index, to.clone(), batches.clone(), settings.paused);
        reins.push(rein);
        let (hammer, schedule, part) = (hammer.clone(), schedule.clone(), part(&settings, index));
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
                    let _ = broken.send(Message::Broken {
                        worker: index,
                        error,
                    });
                }
            });
        match thread {
            Ok(thread) => workers.push(thread),
            Err(error) => {
                settings.stop.now();
                return Err(Error::worker(error));
            }
        }
    }
    drop(to);
    let coordinator = Coordinator {
        length: schedule.length(),
        reins,
        batches,
        open: 0,
        reached: vec![0; threads],
        ticked: 0,
        draining: false,
        current: Interval::new(),
        total: Interval::new(),
        series: Series::new(SLICES),
        stages: StageTotals::default(),
        rows,
        measuring: false,
        ready: vec![(0, 0); threads],
        elapsed: Duration::ZERO,
        settled: Duration::ZERO,
        peaks: Peaks::default(),
        efforts: vec![None; threads],
        cpu_before: process::cpu(),
        host_before: host::Reading::default(),
        broken: None,
        schedule,
        settings,
        place,
    };
    let report = coordinator.conduct(&messages, &mut on_event);
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
    report.spent = most_hits.is_some_and(|most| report.hits.scheduled >= most);
    report.verdict.doubt(hammer.doubts());
    on_event(Event::Finished(&report));
    Ok(report)
}

fn part(settings: &Settings, worker: usize) -> Part {
    let share =
        |whole: usize| whole / settings.threads + usize::from(worker < whole % settings.threads);
    Part {
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
    pub(crate) settings: Settings,
    place: Option<Place>,
    length: Option<Duration>,
    reins: Vec<Reins>,
    batches: Arc<AtomicUsize>,
    open: usize,
    /// Up to which second each worker has told.
    reached: Vec<u64>,
    ticked: u64,
    draining: bool,
    /// What was told since the last tick.
    current: Box<Interval>,
    pub(crate) total: Box<Interval>,
    pub(crate) series: Series<Second>,
    pub(crate) stages: StageTotals,
    /// The names of the hammer's rows.
    pub(crate) rows: Vec<String>,
    measuring: bool,
    /// How much of what the slots of each worker share is ready, and how much there is to be.
    ready: Vec<(usize, usize)>,
    pub(crate) elapsed: Duration,
    /// What of that was for settling.
    pub(crate) settled: Duration,
    pub(crate) peaks: Peaks,
    pub(crate) efforts: Vec<Option<Effort>>,
    pub(crate) cpu_before: Duration,
    pub(crate) host_before: host::Reading,
    broken: Option<Error>,
}

/// A second of the timeline.
pub(crate) struct Second {
    pub(crate) hits: Hits,
    pub(crate) response: Option<Snapshot>,
}

impl Fold for Second {
    fn fold(&mut self, later: Self) {
        self.hits += later.hits;
        let Some(later_response) = later.response else {
            return;
        };
        let histogram = |snapshot: &Option<Snapshot>| snapshot.as_ref()?.histogram().ok();
        self.response = match (histogram(&self.response), later_response.histogram().ok()) {
            (Some(mut sum), Some(later)) => {
                sum.merge(&later);
                Snapshot::take(&sum).ok()
            }
            _ => self.response.take().or(Some(later_response)),
        };
    }
}

impl Coordinator {
    fn conduct(
        mut self,
        messages: &mpsc::Receiver<Message>,
        on_event: &mut impl FnMut(Event<'_>),
    ) -> Result<Report, Error> {
        while let Ok(message) = messages.recv() {
            match message {
                Message::Preparing { worker, ready, all } => {
                    self.ready[worker] = (ready, all);
                    let (ready, all) = self
                        .ready
                        .iter()
                        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
                    on_event(Event::Preparing { ready, all });
                }
                Message::Opened => {
                    self.open += 1;
                    if self.open == self.settings.threads {
                        match self.settings.warmup {
                            Duration::ZERO => self.measure(on_event),
                            length => on_event(Event::Warming { length }),
                        }
                        self.start();
                    }
                }
                Message::Measuring => self.measure(on_event),
                Message::Interval {
                    worker,
                    second,
                    mut interval,
                } => {
                    self.current.merge(&interval);
                    interval.clear();
                    let _ = self.reins[worker].empty.send(interval);
                    self.reached[worker] = second;
                    self.tick(on_event);
                }
                Message::Hits(records) => {
                    self.batches.fetch_sub(1, Ordering::Relaxed);
                    on_event(Event::Hits(&records));
                }
                Message::Draining if !self.draining => {
                    self.draining = true;
                    on_event(Event::Draining);
                }
                Message::Draining => {}
                Message::Done {
                    worker,
                    interval,
                    elapsed,
                    settled,
                    peaks,
                    effort,
                } => {
                    self.efforts[worker] = effort;
                    self.current.merge(&interval);
                    self.elapsed = self.elapsed.max(elapsed);
                    self.settled = self.settled.max(settled);
                    self.peaks.in_flight += peaks.in_flight;
                    self.peaks.backlog += peaks.backlog;
                    self.peaks.last_start = self.peaks.last_start.max(peaks.last_start);
                    self.peaks.schedule_end = self.peaks.schedule_end.max(peaks.schedule_end);
                    self.reached[worker] = u64::MAX;
                    self.tick(on_event);
                }
                Message::Broken { worker, error } => {
                    self.settings.stop.now();
                    self.reached[worker] = u64::MAX;
                    self.reins[worker].start = None;
                    self.broken.get_or_insert(error);
                    self.start();
                }
            }
        }
        if self.current.hits == Hits::default() {
            // No second of its own, but there may be connections.
            self.total.merge(&self.current);
        } else {
            self.close_seconds(1);
        }
        match self.broken.take() {
            Some(error) => Err(error),
            None => Ok(self.report()),
        }
    }

    /// The clock starts: from here on it counts what the process needs.
    fn measure(&mut self, on_event: &mut impl FnMut(Event<'_>)) {
        if !self.measuring {
            self.measuring = true;
            let (total, length) = (self.schedule.total(), self.length);
            on_event(Event::Started { total, length });
            self.cpu_before = process::cpu();
            if !self.settings.paused {
                self.host_before = host::Reading::take();
            }
        }
    }

    fn start(&mut self) {
        // A paused clock is the worker's own: it hears nothing and starts by itself.
        let at = worker::until(self.settings.start_at);
        let start = (!self.settings.paused).then(|| match &mut self.place {
            Some(place) => at.max(place.start()),
            None => at.max(Instant::now() + LEAD),
        });
        for rein in &mut self.reins {
            if let (Some(tell), Some(start)) = (rein.start.take(), start) {
                let _ = tell.send(start);
            }
        }
    }

    /// Tells of the seconds that all workers have told of.
    fn tick(&mut self, on_event: &mut impl FnMut(Event<'_>)) {
        let reached = self.reached.iter().copied().min().unwrap_or(u64::MAX);
        if reached == u64::MAX || reached <= self.ticked {
            return;
        }
        let seconds = reached - self.ticked;
        self.ticked = reached;
        let (hits, started) = (self.current.hits, self.current.started);
        let response_us = Summary::from(&self.current.response);
        self.close_seconds(seconds);
        on_event(Event::Tick(&Tick {
            elapsed: Duration::from_secs(reached),
            total: self.total.hits,
            hits,
            started,
            response_us,
            so_far: &self.total,
        }));
    }

    fn close_seconds(&mut self, seconds: u64) {
        let response = &self.current.response;
        let response = if response.is_empty() {
            None
        } else {
            Snapshot::take(response).ok()
        };
        self.series.push(
            seconds,
            Second {
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
