//! One OS thread: its slots, its share of the schedule, its recorder. Nothing here is shared with
//! another thread on the path of a hit.

mod ended;
mod growth;
mod in_flight;
mod items;
mod late;
mod link;
mod pacer;
mod slot;
mod warmup;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::runtime::{Builder, LocalOptions};
use tokio::time::Instant;

use crate::commons::Commons;
use crate::effort::Meter;
use crate::interval::Interval;
use crate::notes::Notes;
use crate::schedule::{AnyItem, Deck, Schedule, Share};
use crate::stop::{Level, Stop};
use crate::unsent::Unsent;
use crate::wait::{Bell, Wait};
use crate::{Crew, Error, Hammer, HitRecord, HitVerdict, Shape, Slot};

use ended::{Ended, Within};
use growth::Growth;
use in_flight::InFlight;
use items::Items;
use slot::SlotCell;
use warmup::Warmup;

/// The instant that the wall clock will show `time` at; now if there is none or it has passed.
pub(crate) fn until(time: Option<SystemTime>) -> Instant {
    let left = time.and_then(|time| time.duration_since(SystemTime::now()).ok());
    Instant::now() + left.unwrap_or_default()
}

pub(crate) use link::{Link, Message, Peaks, Reins};

/// How long the politeness of closing sessions may take at the end.
const CLOSING: Duration = Duration::from_secs(1);
/// How long before the start sessions are opened: some targets close one that idles for 5 s.
const OPEN_AHEAD: Duration = Duration::from_secs(3);

/// What a worker needs to know.
#[derive(Clone)]
pub(crate) struct Part {
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
    pub(crate) stop: Stop,
}

/// A hit that is due and has not been started.
#[derive(Debug, Clone, Copy)]
struct Pending {
    number: u64,
    due: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the clock starts.
    Opening,
    Running,
    /// No hit becomes due any more.
    Draining,
    /// No hit starts any more.
    Closing,
}

struct Worker<H> {
    hammer: Arc<H>,
    part: Part,
    state: Cell<State>,
    start: Cell<Instant>,
    share: RefCell<Share>,
    warmup: Cell<Option<Warmup>>,
    /// When the warm-up ends, while it lasts.
    warm_until: Cell<Option<Duration>>,
    after_warmup: Cell<Option<Share>>,
    /// Where hits are counted by the stage in which they were due.
    stages: Option<Shape>,
    backlog: RefCell<VecDeque<Pending>>,
    /// There are none unless it is a playlist.
    items: Option<RefCell<Items>>,
    slots: RefCell<Vec<Rc<SlotCell>>>,
    /// Slots without a hit; the last used is used next, so that few connections stay hot.
    idle: RefCell<Vec<usize>>,
    in_flight: RefCell<InFlight>,
    growth: Growth,
    /// Hits that were given to a slot and have not ended.
    busy: Cell<usize>,
    live: Cell<usize>,
    interval: Rc<RefCell<Box<Interval>>>,
    /// What a hammer's slots share here.
    commons: Rc<Commons>,
    link: Link,
    bell: Bell,
    peaks: Cell<Peaks>,
    /// None before the start, and under a paused clock, against which no thread can be measured.
    meter: RefCell<Option<Meter>>,
}

/// Runs one worker to its end on the calling thread.
pub(crate) fn run<H: Hammer>(
    hammer: Arc<H>,
    schedule: &Schedule,
    deck: Option<Deck>,
    part: Part,
    link: Link,
) -> Result<(), Error> {
    let mut builder = Builder::new_current_thread();
    builder.enable_all();
    #[cfg(feature = "testing")]
    builder.start_paused(part.paused);
    let runtime = builder
        .build_local(LocalOptions::default())
        .map_err(Error::worker)?;
    let share_of = |schedule: &Schedule| schedule.share(part.worker as u64, part.workers as u64);
    let warmup = Some(part.warmup).filter(|length| !length.is_zero());
    let warmup = warmup.and_then(|length| {
        let schedule = schedule.warm_up(length)?;
        Some(Warmup::new(share_of(&schedule), length))
    });
    let items = deck.is_some().then(RefCell::default);
    let share = match deck {
        None => share_of(schedule),
        Some(mut deck) => {
            deck.wait();
            schedule.played(deck, part.worker as u64, part.workers as u64)
        }
    };
    let shape = schedule.shape();
    let stages = (shape.stages().len() > 1).then(|| shape.clone());
    runtime.block_on(async {
        let wait = Wait::new(part.paused).map_err(Error::worker)?;
        let mut worker = Worker::new(hammer, share, part, link);
        (worker.warmup, worker.stages) = (Cell::new(warmup), stages);
        worker.items = items;
        let worker = Rc::new(worker);
        worker.work(wait).await
    })
}

impl<H: Hammer> Worker<H> {
    fn new(hammer: Arc<H>, share: Share, part: Part, link: Link) -> Self {
        Self {
            hammer,
            state: Cell::new(State::Opening),
            start: Cell::new(Instant::now()),
            share: RefCell::new(share),
            warmup: Cell::default(),
            warm_until: Cell::default(),
            after_warmup: Cell::default(),
            stages: None,
            backlog: RefCell::default(),
            items: None,
            slots: RefCell::default(),
            idle: RefCell::default(),
            in_flight: RefCell::default(),
            growth: Growth::default(),
            busy: Cell::new(0),
            live: Cell::new(0),
            interval: Rc::new(RefCell::new(Interval::new())),
            commons: Rc::default(),
            link,
            bell: Bell::default(),
            peaks: Cell::default(),
            meter: RefCell::default(),
            part,
        }
    }

    async fn work(self: &Rc<Self>, mut wait: Wait) -> Result<(), Error> {
        let listener = Rc::downgrade(self);
        let stop = self.part.stop.clone();
        tokio::task::spawn_local(async move {
            let mut level = Level::Run;
            while level < Level::Now {
                level = stop.beyond(level).await;
                match listener.upgrade() {
                    Some(worker) => worker.bell.ring(),
                    None => return,
                }
            }
        });
        let crew = self.crew();
        self.prepare(&crew).await?;
        let start = self.wait_to_open(&mut wait).await;
        let start = start.map_err(Error::worker)?;
        self.open_first().await;
        let told = self.link.opened().await;
        let start = told.unwrap_or_else(|| start.max(Instant::now()));
        self.start.set(start);
        self.state.set(State::Running);
        let paced = self.pace(&mut wait).await;
        let effort = self.meter.take().map(|meter| meter.finish());
        let settled = self.settle(&crew).await;
        self.close().await;
        self.commons.clear();
        let (elapsed, peaks) = (self.elapsed(), self.peaks.get());
        self.link
            .done(&self.interval, elapsed, settled, peaks, effort);
        paced.map_err(Error::worker)
    }

    /// What stands for all slots here.
    fn crew(&self) -> Crew {
        let notes = Notes::new(self.interval.clone(), self.commons.clone());
        let slot = Slot {
            index: self.part.worker,
            worker: self.part.worker,
            workers: self.part.workers,
            seed: self.part.seed,
            closed_loop: self.share.borrow().is_closed_loop(),
            notes: Rc::new(notes),
        };
        Crew::new(slot, self.link.progress())
    }

    /// Lets the hammer get ready what its slots share; a stop ends that.
    async fn prepare(&self, crew: &Crew) -> Result<(), Error> {
        tokio::select! {
            ready = self.hammer.prepare(crew) => ready.map_err(Error::unready),
            _ = self.part.stop.beyond(Level::Run) => Ok(()),
        }
    }

    /// Lets the hammer settle what hits left behind, within the bound of the drain; tells how long
    /// it took.
    async fn settle(&self, crew: &Crew) -> Duration {
        let begun = Instant::now();
        crew.slot().notes.begin(begun);
        tokio::select! {
            () = self.hammer.settle(crew) => {}
            () = tokio::time::sleep(self.part.drain) => {}
            _ = self.part.stop.beyond(Level::Drain) => {}
        }
        begun.elapsed()
    }

    /// Waits until a little before the start by the wall clock, if there is one, and tells when
    /// that is by the worker's own clock.
    async fn wait_to_open(&self, wait: &mut Wait) -> io::Result<Instant> {
        let start = until(self.part.start_at);
        let open = start.checked_sub(OPEN_AHEAD).unwrap_or(start);
        while Instant::now() < open && self.part.stop.level() == Level::Run {
            wait.until(open, &self.bell).await?;
        }
        Ok(start)
    }

    /// Opens the sessions that the schedule will surely need, before the clock starts.
    async fn open_first(self: &Rc<Self>) {
        let first = {
            let share = self.share.borrow();
            growth::first_slots(share.peak(), self.part.max_in_flight)
        };
        for _ in 0..first {
            self.open_slot();
        }
        let opened = self.growth.none_opening();
        tokio::select! {
            () = opened => {}
            _ = self.part.stop.beyond(Level::Run) => {}
        }
    }

    /// Lets idle slots close their sessions, and drops those that take too long.
    async fn close(&self) {
        self.state.set(State::Closing);
        self.slots.borrow().iter().for_each(|slot| slot.wake());
        let deadline = Instant::now() + CLOSING;
        while self.live.get() > 0 && self.part.stop.level() < Level::Now {
            if tokio::time::timeout_at(deadline, self.growth.changed())
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

    /// The next hit for a slot that has none at `now`, if one waits.
    fn take(&self, now: Instant) -> Option<Pending> {
        if !matches!(self.state.get(), State::Running | State::Draining) {
            return None;
        }
        self.leave_out_late(now);
        if let Some(pending) = self.backlog.borrow_mut().pop_front() {
            self.growth.departed();
            self.busy.set(self.busy.get() + 1);
            return Some(pending);
        }
        if self.state.get() != State::Running {
            return None;
        }
        let mut share = self.share.borrow_mut();
        if !share.is_closed_loop() {
            return None;
        }
        let due = now.saturating_duration_since(self.start.get());
        let Some(number) = share.take_free(due) else {
            self.bell.ring();
            return None;
        };
        self.interval.borrow_mut().hits.scheduled += 1;
        self.busy.set(self.busy.get() + 1);
        Some(Pending { number, due })
    }

    /// A hit is started `now`: from here on its service counts.
    fn begin(&self, slot: usize, pending: &mut Pending, now: Instant) {
        let elapsed = now.saturating_duration_since(self.start.get());
        if self.share.borrow().is_closed_loop() {
            pending.due = elapsed;
        }
        let mut in_flight = self.in_flight.borrow_mut();
        in_flight.push(slot, now);
        if pending.is_warm() {
            return;
        }
        let mut interval = self.interval.borrow_mut();
        interval.started += 1;
        interval
            .lateness
            .record(elapsed.saturating_sub(pending.due));
        if let Some(stage) = self.stage_of(pending.due) {
            interval.stages.of(stage).started += 1;
        }
        let mut peaks = self.peaks.get();
        peaks.in_flight = peaks.in_flight.max(in_flight.len());
        peaks.last_start = elapsed;
        self.peaks.set(peaks);
    }

    /// A hit has ended; tells when, which is also when its slot is free for another one.
    fn end(
        &self,
        slot: usize,
        hit: Pending,
        row: Option<usize>,
        started: Instant,
        result: Ended,
    ) -> Instant {
        let now = Instant::now();
        let elapsed = now.saturating_duration_since(self.start.get());
        let response = elapsed.saturating_sub(hit.due);
        let service = now.saturating_duration_since(started);
        self.in_flight.borrow_mut().remove(slot);
        self.busy.set(self.busy.get() - 1);
        // A hit whose session could not be opened left it there.
        drop(self.item_of(hit));
        if hit.is_warm() {
            self.ring_at_end();
            return now;
        }
        let stage = self.stage_of(hit.due);
        let within = Within { stage, row };
        let mut interval = self.interval.borrow_mut();
        let (verdict, label) = result.count(&mut interval, within, response, service);
        drop(interval);
        if self.part.log_hits {
            let answered = label.is_some();
            self.log(HitRecord {
                number: hit.number,
                due: hit.due,
                verdict,
                label,
                response: answered.then_some(response),
                service: answered.then_some(service),
            });
        }
        self.ring_at_end();
        now
    }

    /// In the drain, the pacer waits for the last hit to end.
    fn ring_at_end(&self) {
        if self.state.get() != State::Running {
            self.bell.ring();
        }
    }

    /// The stage in which a hit was due, where there are several.
    fn stage_of(&self, due: Duration) -> Option<usize> {
        let shape = self.stages.as_ref()?;
        Some(shape.stage_at(due))
    }

    /// A hit is given up before it was started.
    fn unsent(&self, hit: Pending, why: Unsent) {
        if hit.is_warm() {
            return;
        }
        drop(self.item_of(hit));
        let mut interval = self.interval.borrow_mut();
        interval.hits.count(HitVerdict::Unsent);
        interval.unsent.count(why);
        if let Some(stage) = self.stage_of(hit.due) {
            interval.stages.of(stage).hits.count(HitVerdict::Unsent);
        }
        drop(interval);
        if self.part.log_hits {
            let Pending { number, due } = hit;
            let verdict = HitVerdict::Unsent;
            self.log(HitRecord {
                number,
                due,
                verdict,
                label: None,
                response: None,
                service: None,
            });
        }
    }

    /// What a playlist has for a hit, which is done with it then.
    fn item_of(&self, hit: Pending) -> Option<AnyItem> {
        let items = self.items.as_ref()?;
        items.borrow_mut().take(hit.number, self.part.workers)
    }

    fn log(&self, record: HitRecord) {
        let dropped = self.link.log(record);
        self.interval.borrow_mut().log_dropped += dropped;
    }
}
