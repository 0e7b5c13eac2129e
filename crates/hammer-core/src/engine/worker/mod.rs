//! A worker: one OS thread with its slots, its part of the schedule and its measurements.
//!
//! Workers share nothing while a hit runs.

mod backlog_items;
mod coordinator_link;
mod hit_completion;
mod in_flight;
mod pacer;
mod skip_late;
mod slot;
mod slot_growth;
mod warmup;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::runtime::{Builder, LocalOptions};
use tokio::time::Instant;

use crate::engine::error::Error;
use crate::engine::stop_handle::{StopHandle, StopLevel};
use crate::engine::timer::{Notifier, PreciseTimer};
use crate::host::thread_usage::ThreadUsageMeter;
use crate::model::hammer::Hammer;
use crate::model::hit::Slot;
use crate::model::hit_notes::HitNotes;
use crate::model::playlist_item::AnyPlaylistItem;
use crate::model::worker_context::WorkerContext;
use crate::model::worker_locals::WorkerSharedValues;
use crate::report::event::HitRecord;
use crate::report::hit_counts::HitResult;
use crate::report::interval_stats::IntervalStats;
use crate::report::unsent_cause::UnsentCause;
use crate::schedule::playlist_receiver::PlaylistReceiver;
use crate::schedule::schedule::Schedule;
use crate::schedule::shape::Shape;
use crate::schedule::worker_schedule::WorkerSchedule;

use backlog_items::BacklogPlaylistItems;
use hit_completion::{HitCompletion, HitStageAndGroup};
use in_flight::InFlightHits;
use slot::SlotChannel;
use slot_growth::SlotGrowth;
use warmup::WorkerWarmup;

/// Converts a wall-clock time to an instant. A missing or past time becomes now.
pub(crate) fn instant_at(time: Option<SystemTime>) -> Instant {
    let left = time.and_then(|time| time.duration_since(SystemTime::now()).ok());
    Instant::now() + left.unwrap_or_default()
}

pub(crate) use coordinator_link::{CoordinatorLink, WorkerLink, WorkerMessage, WorkerPeaks};

/// The time limit for closing sessions at the end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// The time before the start at which sessions open. Some targets close a connection that idles for
/// 5 s.
const OPEN_AHEAD: Duration = Duration::from_secs(3);

/// The settings of a worker.
#[derive(Clone)]
pub(crate) struct WorkerConfig {
    pub(crate) worker: usize,
    pub(crate) workers: usize,
    pub(crate) max_in_flight: usize,
    pub(crate) max_backlog: usize,
    pub(crate) timeout: Duration,
    pub(crate) drain: Duration,
    pub(crate) warmup: Duration,
    pub(crate) skip_late: Option<Duration>,
    pub(crate) start_at: Option<SystemTime>,
    pub(crate) seed: u64,
    pub(crate) log_hits: bool,
    pub(crate) paused: bool,
    pub(crate) stop: StopHandle,
}

/// A hit that is due and not started.
#[derive(Debug, Clone, Copy)]
struct UnstartedHit {
    number: u64,
    due: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WorkerPhase {
    /// Before the clock starts.
    Opening,
    Running,
    /// No more hits become due.
    Draining,
    /// No more hits start.
    Closing,
}

struct Worker<H> {
    hammer: Arc<H>,
    config: WorkerConfig,
    state: Cell<WorkerPhase>,
    start: Cell<Instant>,
    schedule: RefCell<WorkerSchedule>,
    warmup: Cell<Option<WorkerWarmup>>,
    /// The end of the warm-up, while it lasts.
    warmup_end: Cell<Option<Duration>>,
    schedule_after_warmup: Cell<Option<WorkerSchedule>>,
    /// The shape, if hits are counted by stage.
    stages: Option<Shape>,
    backlog: RefCell<VecDeque<UnstartedHit>>,
    /// The items of the backlog; `None` unless the schedule is a playlist.
    items: Option<RefCell<BacklogPlaylistItems>>,
    slots: RefCell<Vec<Rc<SlotChannel>>>,
    /// Idle slots. The most recently used one is used next, so that few connections stay busy.
    idle: RefCell<Vec<usize>>,
    in_flight: RefCell<InFlightHits>,
    growth: SlotGrowth,
    /// Hits that have a slot and have not ended.
    active_hits: Cell<usize>,
    live_slots: Cell<usize>,
    interval: Rc<RefCell<Box<IntervalStats>>>,
    /// Values shared by the slots of this worker.
    worker_locals: Rc<WorkerSharedValues>,
    link: CoordinatorLink,
    notifier: Notifier,
    peaks: Cell<WorkerPeaks>,
    /// The meter of this thread; `None` before the start, and under a paused clock, where it has
    /// no meaning.
    meter: RefCell<Option<ThreadUsageMeter>>,
}

/// Runs one worker to completion on the calling thread.
pub(crate) fn run<H: Hammer>(
    hammer: Arc<H>,
    schedule: &Schedule,
    receiver: Option<PlaylistReceiver>,
    config: WorkerConfig,
    link: CoordinatorLink,
) -> Result<(), Error> {
    let mut builder = Builder::new_current_thread();
    builder.enable_all();
    #[cfg(feature = "testing")]
    builder.start_paused(config.paused);
    let runtime = builder
        .build_local(LocalOptions::default())
        .map_err(Error::worker)?;
    let own_part =
        |schedule: &Schedule| schedule.worker_schedule(config.worker as u64, config.workers as u64);
    let warmup = Some(config.warmup).filter(|length| !length.is_zero());
    let warmup = warmup.and_then(|length| {
        let schedule = schedule.warmup_schedule(length)?;
        Some(WorkerWarmup::new(own_part(&schedule), length))
    });
    let items = receiver.is_some().then(RefCell::default);
    let own_schedule = match receiver {
        None => own_part(schedule),
        Some(mut receiver) => {
            receiver.wait_for_first();
            schedule.worker_playlist_schedule(receiver, config.worker as u64, config.workers as u64)
        }
    };
    let shape = schedule.shape();
    let stages = (shape.stages().len() > 1).then(|| shape.clone());
    runtime.block_on(async {
        let timer = PreciseTimer::new(config.paused).map_err(Error::worker)?;
        let mut worker = Worker::new(hammer, own_schedule, config, link);
        (worker.warmup, worker.stages) = (Cell::new(warmup), stages);
        worker.items = items;
        let worker = Rc::new(worker);
        worker.run_to_end(timer).await
    })
}

impl<H: Hammer> Worker<H> {
    fn new(
        hammer: Arc<H>,
        schedule: WorkerSchedule,
        config: WorkerConfig,
        link: CoordinatorLink,
    ) -> Self {
        Self {
            hammer,
            state: Cell::new(WorkerPhase::Opening),
            start: Cell::new(Instant::now()),
            schedule: RefCell::new(schedule),
            warmup: Cell::default(),
            warmup_end: Cell::default(),
            schedule_after_warmup: Cell::default(),
            stages: None,
            backlog: RefCell::default(),
            items: None,
            slots: RefCell::default(),
            idle: RefCell::default(),
            in_flight: RefCell::default(),
            growth: SlotGrowth::default(),
            active_hits: Cell::new(0),
            live_slots: Cell::new(0),
            interval: Rc::new(RefCell::new(IntervalStats::new())),
            worker_locals: Rc::default(),
            link,
            notifier: Notifier::default(),
            peaks: Cell::default(),
            meter: RefCell::default(),
            config,
        }
    }

    async fn run_to_end(self: &Rc<Self>, mut timer: PreciseTimer) -> Result<(), Error> {
        let listener = Rc::downgrade(self);
        let stop = self.config.stop.clone();
        tokio::task::spawn_local(async move {
            let mut level = StopLevel::Run;
            while level < StopLevel::Now {
                level = stop.wait_beyond(level).await;
                match listener.upgrade() {
                    Some(worker) => worker.notifier.notify(),
                    None => return,
                }
            }
        });
        let context = self.context();
        self.prepare(&context).await?;
        let start = self.wait_to_open(&mut timer).await;
        let start = start.map_err(Error::worker)?;
        self.open_initial_slots().await;
        let common_start = self.link.report_opened().await;
        let start = common_start.unwrap_or_else(|| start.max(Instant::now()));
        self.start.set(start);
        self.state.set(WorkerPhase::Running);
        let result = self.run_pacer(&mut timer).await;
        let thread_usage = self.meter.take().map(|meter| meter.finish());
        let settle_time = self.settle(&context).await;
        self.close_slots().await;
        self.worker_locals.clear();
        let (elapsed, peaks) = (self.elapsed(), self.peaks.get());
        self.link
            .report_done(&self.interval, elapsed, settle_time, peaks, thread_usage);
        result.map_err(Error::worker)
    }

    /// Creates the context that represents all slots of this worker.
    fn context(&self) -> WorkerContext {
        let notes = HitNotes::new(self.interval.clone(), self.worker_locals.clone());
        let slot = Slot {
            index: self.config.worker,
            worker: self.config.worker,
            workers: self.config.workers,
            seed: self.config.seed,
            closed_loop: self.schedule.borrow().is_closed_loop(),
            notes: Rc::new(notes),
        };
        WorkerContext::new(slot, self.link.progress_reporter())
    }

    /// Lets the hammer prepare; a stop interrupts it.
    async fn prepare(&self, context: &WorkerContext) -> Result<(), Error> {
        tokio::select! {
            ready = self.hammer.prepare(context) => ready.map_err(Error::prepare_failed),
            _ = self.config.stop.wait_beyond(StopLevel::Run) => Ok(()),
        }
    }

    /// Lets the hammer settle within the limit of the drain, and returns the time it took.
    async fn settle(&self, context: &WorkerContext) -> Duration {
        let start = Instant::now();
        context.slot().notes.start_phase(start);
        tokio::select! {
            () = self.hammer.settle(context) => {}
            () = tokio::time::sleep(self.config.drain) => {}
            _ = self.config.stop.wait_beyond(StopLevel::Drain) => {}
        }
        start.elapsed()
    }

    /// Waits until shortly before the start by the wall clock, if there is one, and returns the
    /// start as an instant.
    async fn wait_to_open(&self, timer: &mut PreciseTimer) -> io::Result<Instant> {
        let start = instant_at(self.config.start_at);
        let open = start.checked_sub(OPEN_AHEAD).unwrap_or(start);
        while Instant::now() < open && self.config.stop.level() == StopLevel::Run {
            timer.wait_until(open, &self.notifier).await?;
        }
        Ok(start)
    }

    /// Opens the sessions that the schedule will need before the clock starts.
    async fn open_initial_slots(self: &Rc<Self>) {
        let first = {
            let schedule = self.schedule.borrow();
            slot_growth::initial_slots(schedule.peak(), self.config.max_in_flight)
        };
        for _ in 0..first {
            self.open_slot();
        }
        let opened = self.growth.wait_until_opened();
        tokio::select! {
            () = opened => {}
            _ = self.config.stop.wait_beyond(StopLevel::Run) => {}
        }
    }

    /// Lets idle slots close their sessions, within a time limit.
    async fn close_slots(&self) {
        self.state.set(WorkerPhase::Closing);
        self.slots.borrow().iter().for_each(|slot| slot.wake());
        let deadline = Instant::now() + CLOSE_TIMEOUT;
        while self.live_slots.get() > 0 && self.config.stop.level() < StopLevel::Now {
            if tokio::time::timeout_at(deadline, self.growth.wait_for_change())
                .await
                .is_err()
            {
                break;
            }
        }
    }

    fn elapsed(&self) -> Duration {
        Instant::now().saturating_duration_since(self.start.get())
    }

    /// Takes the next hit for a slot that is free at `now`, if there is one.
    fn take_hit(&self, now: Instant) -> Option<UnstartedHit> {
        if !matches!(
            self.state.get(),
            WorkerPhase::Running | WorkerPhase::Draining
        ) {
            return None;
        }
        self.skip_late_backlog(now);
        if let Some(pending) = self.backlog.borrow_mut().pop_front() {
            self.growth.hit_dequeued();
            self.active_hits.set(self.active_hits.get() + 1);
            return Some(pending);
        }
        if self.state.get() != WorkerPhase::Running {
            return None;
        }
        let mut schedule = self.schedule.borrow_mut();
        if !schedule.is_closed_loop() {
            return None;
        }
        let due = now.saturating_duration_since(self.start.get());
        let Some(number) = schedule.take_closed_loop(due) else {
            self.notifier.notify();
            return None;
        };
        self.interval.borrow_mut().hits.scheduled += 1;
        self.active_hits.set(self.active_hits.get() + 1);
        Some(UnstartedHit { number, due })
    }

    /// Records that a hit starts at `now`, from which its service counts.
    fn hit_started(&self, slot: usize, pending: &mut UnstartedHit, now: Instant) {
        let elapsed = now.saturating_duration_since(self.start.get());
        if self.schedule.borrow().is_closed_loop() {
            pending.due = elapsed;
        }
        let mut in_flight = self.in_flight.borrow_mut();
        in_flight.push(slot, now);
        if pending.is_warmup() {
            return;
        }
        let mut interval = self.interval.borrow_mut();
        interval.started += 1;
        interval
            .lateness
            .record(elapsed.saturating_sub(pending.due));
        if let Some(stage) = self.stage_of(pending.due) {
            interval.stages.entry(stage).started += 1;
        }
        let mut peaks = self.peaks.get();
        peaks.in_flight = peaks.in_flight.max(in_flight.len());
        peaks.last_start = elapsed;
        self.peaks.set(peaks);
    }

    /// Records that a hit has ended. Returns the time, which is when its slot is free again.
    fn hit_ended(
        &self,
        slot: usize,
        hit: UnstartedHit,
        group: Option<usize>,
        started: Instant,
        completion: HitCompletion,
    ) -> Instant {
        let now = Instant::now();
        let elapsed = now.saturating_duration_since(self.start.get());
        let response = elapsed.saturating_sub(hit.due);
        let service = now.saturating_duration_since(started);
        self.in_flight.borrow_mut().remove(slot);
        self.active_hits.set(self.active_hits.get() - 1);
        // The item is still there if the session of the hit could not be opened.
        drop(self.take_item(hit));
        if hit.is_warmup() {
            self.notify_if_draining();
            return now;
        }
        let stage = self.stage_of(hit.due);
        let breakdown = HitStageAndGroup { stage, group };
        let mut interval = self.interval.borrow_mut();
        let (result, label) = completion.record(&mut interval, breakdown, response, service);
        drop(interval);
        if self.config.log_hits {
            let has_ended = label.is_some();
            self.log_hit(HitRecord {
                number: hit.number,
                due: hit.due,
                result,
                label,
                response: has_ended.then_some(response),
                service: has_ended.then_some(service),
            });
        }
        self.notify_if_draining();
        now
    }

    /// Wakes the pacer in the drain, where it waits for the last hit to end.
    fn notify_if_draining(&self) {
        if self.state.get() != WorkerPhase::Running {
            self.notifier.notify();
        }
    }

    /// The stage in which a hit was due, if there are several.
    fn stage_of(&self, due: Duration) -> Option<usize> {
        let shape = self.stages.as_ref()?;
        Some(shape.stage_at(due))
    }

    /// Records that a hit will never start.
    fn record_unsent(&self, hit: UnstartedHit, cause: UnsentCause) {
        if hit.is_warmup() {
            return;
        }
        drop(self.take_item(hit));
        let mut interval = self.interval.borrow_mut();
        interval.hits.count(HitResult::Unsent);
        interval.unsent.count(cause);
        if let Some(stage) = self.stage_of(hit.due) {
            interval.stages.entry(stage).hits.count(HitResult::Unsent);
        }
        drop(interval);
        if self.config.log_hits {
            let UnstartedHit { number, due } = hit;
            self.log_hit(HitRecord {
                number,
                due,
                result: HitResult::Unsent,
                label: None,
                response: None,
                service: None,
            });
        }
    }

    /// Takes the playlist item of a hit.
    fn take_item(&self, hit: UnstartedHit) -> Option<AnyPlaylistItem> {
        let items = self.items.as_ref()?;
        items.borrow_mut().take(hit.number, self.config.workers)
    }

    fn log_hit(&self, record: HitRecord) {
        let dropped = self.link.log_hit(record);
        self.interval.borrow_mut().log_dropped += dropped;
    }
}
