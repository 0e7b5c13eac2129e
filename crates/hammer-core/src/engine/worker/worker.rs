//! The stages of a worker, from preparing to closing its slots.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::engine::dispatcher::dispatcher::Dispatcher;
use crate::engine::dispatcher::worker_hits::WorkerHits;
use crate::engine::error::Error;
use crate::engine::stop_handle::StopHandle;
use crate::engine::stop_level::StopLevel;
use crate::engine::timer::{self, Notifier, WakeTimer};
use crate::engine::worker::coordinator_link::CoordinatorLink;
use crate::engine::worker::next_run::NextRun;
use crate::engine::worker::slot_channel::SlotChannel;
use crate::engine::worker::worker_config::WorkerConfig;
use crate::host::thread_usage::ThreadUsage;
use crate::model::hammer::Hammer;
use crate::model::hit::Slot;
use crate::model::peer::SlotTurn;
use crate::model::slot_notes::{NoteBuffer, SlotNotes, WorkerNotes};
use crate::model::worker_context::WorkerContext;
use crate::report::run_measurements::WorkerEnd;

/// The time limit for closing sessions at the end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// The time before the start at which sessions open. Some targets close a connection that idles for
/// 5 s.
const OPEN_AHEAD: Duration = Duration::from_secs(3);

/// One worker: the dispatcher that decides, and the tasks of its slots.
pub(super) struct Worker<H> {
    pub(super) hammer: Arc<H>,
    pub(super) config: WorkerConfig,
    /// Ends the current run.
    pub(super) stop: RefCell<StopHandle>,
    pub(super) dispatcher: RefCell<Dispatcher>,
    /// The channels to the tasks of the slots, by index.
    pub(super) channels: RefCell<Vec<Rc<SlotChannel>>>,
    pub(super) notes: WorkerNotes,
    pub(super) link: CoordinatorLink,
    pub(super) notifier: Notifier,
    /// Slots whose task has not ended.
    pub(super) live_slots: Cell<usize>,
    /// Notified when a slot has opened or closed.
    pub(super) slots_changed: Notify,
}

impl<H: Hammer> Worker<H> {
    pub(super) fn new(
        hammer: Arc<H>,
        dispatcher: Dispatcher,
        config: WorkerConfig,
        link: CoordinatorLink,
    ) -> Self {
        Self {
            hammer,
            dispatcher: RefCell::new(dispatcher),
            channels: RefCell::default(),
            notes: WorkerNotes {
                buffer: Rc::new(NoteBuffer::new()),
                locals: Rc::default(),
                peers: Rc::default(),
                clock: timer::now,
            },
            link,
            notifier: Notifier::default(),
            live_slots: Cell::new(0),
            slots_changed: Notify::new(),
            stop: RefCell::new(config.stop.clone()),
            config,
        }
    }

    pub(super) async fn run_to_end(self: &Rc<Self>, mut timer: WakeTimer) -> Result<(), Error> {
        self.listen_for_stops();
        let context = self.context();
        self.prepare(&context).await?;
        let start = self.wait_to_open(&mut timer).await;
        let start = start.map_err(Error::worker)?;
        self.open_initial_slots().await;
        let common_start = self.link.report_opened().await;
        let mut start = common_start.unwrap_or_else(|| start.max(timer::now()));
        loop {
            let result = self.drive(&mut timer, start).await;
            let settle_time = self.settle(&context).await;
            if result.is_err() || !self.config.is_series {
                self.close().await;
            }
            let usage = result.map_err(Error::worker)?;
            self.report_done(settle_time, usage);
            match self.link.next_run().await {
                Some(run) => start = self.follow(run),
                None => break,
            }
        }
        if self.config.is_series {
            self.close().await;
        }
        Ok(())
    }

    /// Prepares for the next run, and returns its start.
    fn follow(self: &Rc<Self>, run: NextRun) -> Instant {
        let NextRun {
            schedule,
            receiver,
            first_number,
            warmup,
            ..
        } = run;
        let part = self.config.part();
        let hits = WorkerHits::new(part, &schedule, receiver, first_number, warmup);
        let mut dispatcher = self.dispatcher.borrow_mut();
        dispatcher.follow(hits, run.max_in_flight);
        self.stop.replace(run.stop);
        self.listen_for_stops();
        run.start.unwrap_or_else(|| timer::now() + run.rest)
    }

    fn stop(&self) -> StopHandle {
        self.stop.borrow().clone()
    }

    /// Closes all sessions.
    async fn close(&self) {
        self.close_slots().await;
        self.notes.locals.clear();
    }

    /// Reports the last interval and the final figures.
    fn report_done(&self, settle_time: Duration, usage: Option<ThreadUsage>) {
        let mut dispatcher = self.dispatcher.borrow_mut();
        dispatcher.recorder.fold(&self.notes.buffer);
        let peaks = dispatcher.recorder.peaks();
        let end = WorkerEnd {
            elapsed: dispatcher.elapsed(timer::now()),
            settle_time,
            peaks: peaks.held,
            last_start: peaks.last_start,
            schedule_end: peaks.schedule_end,
            usage,
        };
        self.link.report_done(&mut dispatcher.recorder, end);
    }

    /// Lets a stop wake the driver.
    fn listen_for_stops(self: &Rc<Self>) {
        let worker = Rc::downgrade(self);
        let stop = self.stop();
        tokio::task::spawn_local(async move {
            let mut level = StopLevel::Run;
            while level < StopLevel::Now {
                level = stop.wait_beyond(level).await;
                match worker.upgrade() {
                    Some(worker) => worker.notifier.notify(),
                    None => return,
                }
            }
        });
    }

    /// Creates the slot with this index among those of the worker.
    pub(super) fn slot(&self, index: usize) -> Slot {
        let dispatcher = self.dispatcher.borrow();
        let closed_loop = dispatcher.is_closed_loop();
        let turn = SlotTurn {
            turn: dispatcher.turn_of_slot(index),
            slots: match closed_loop {
                true => 0,
                false => self.config.limits.max_in_flight,
            },
            is_user_pool: self.config.limits.is_user_pool,
            peers: self.notes.peers.clone(),
        };
        Slot {
            index: index * self.config.workers + self.config.worker,
            worker: self.config.worker,
            workers: self.config.workers,
            seed: self.config.seed,
            closed_loop,
            turn,
            notes: Rc::new(SlotNotes::new(self.notes.clone())),
        }
    }

    /// Creates the context that represents all slots of this worker.
    fn context(&self) -> WorkerContext {
        WorkerContext::new(self.slot(0), self.link.progress_reporter())
    }

    /// Lets the hammer prepare; a stop interrupts it.
    async fn prepare(&self, context: &WorkerContext) -> Result<(), Error> {
        let stop = self.stop();
        tokio::select! {
            ready = self.hammer.prepare(context) => ready.map_err(Error::prepare_failed),
            _ = stop.wait_beyond(StopLevel::Run) => Ok(()),
        }
    }

    /// Lets the hammer settle within the limit of the drain, and returns the time it took.
    async fn settle(&self, context: &WorkerContext) -> Duration {
        let (start, stop) = (timer::now(), self.stop());
        context.slot().notes.start_phase(start);
        tokio::select! {
            () = self.hammer.settle(context) => {}
            () = tokio::time::sleep(self.config.drain()) => {}
            _ = stop.wait_beyond(StopLevel::Drain) => {}
        }
        timer::now().saturating_duration_since(start)
    }

    /// Waits until shortly before the start by the wall clock, if there is one, and returns the
    /// start as an instant.
    async fn wait_to_open(&self, timer: &mut WakeTimer) -> io::Result<Instant> {
        let start = timer::instant_at(self.config.start_at);
        let open = start.checked_sub(OPEN_AHEAD).unwrap_or(start);
        while timer::now() < open && self.stop.borrow().level() == StopLevel::Run {
            timer.wait_until(open, &self.notifier).await?;
        }
        Ok(start)
    }

    /// Opens the sessions that the schedule will need before the clock starts.
    async fn open_initial_slots(self: &Rc<Self>) {
        let stop = self.stop();
        let slots = self.dispatcher.borrow_mut().open_ahead();
        for slot in slots {
            self.open_slot(slot, None);
        }
        let opened = async {
            loop {
                while self.dispatcher.borrow().opening() > 0 {
                    self.slots_changed.notified().await;
                }
                // The first slots have found out how many addresses there are.
                let lanes = self.notes.peers.lanes();
                let missing = self.dispatcher.borrow_mut().open_missing_ahead(lanes);
                if missing.is_empty() {
                    return;
                }
                for slot in missing {
                    self.open_slot(slot, None);
                }
            }
        };
        tokio::select! {
            () = opened => {}
            () = tokio::time::sleep(self.config.open_limit) => {}
            _ = stop.wait_beyond(StopLevel::Run) => {}
        }
    }

    /// Lets idle slots close their sessions, within a time limit.
    async fn close_slots(&self) {
        let stop = self.stop();
        self.dispatcher.borrow_mut().close();
        self.channels.borrow().iter().for_each(|slot| slot.wake());
        let closed = async {
            while self.live_slots.get() > 0 {
                self.slots_changed.notified().await;
            }
        };
        tokio::select! {
            () = closed => {}
            () = tokio::time::sleep(CLOSE_TIMEOUT) => {}
            _ = stop.wait_beyond(StopLevel::Drain) => {}
        }
    }
}
