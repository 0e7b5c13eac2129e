//! The task of a slot, which runs one hit at a time.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};

use tokio::time::Instant;

use super::{HitCompletion, UnstartedHit, Worker, WorkerPhase};
use crate::model::failure::Failure;
use crate::model::hammer::Hammer;
use crate::model::hit::{Hit, Slot};
use crate::model::hit_notes::HitNotes;
use crate::model::outcome::Outcome;

/// The number of consecutive hits that may end without waiting before other tasks run.
const MAX_STREAK: u32 = 32;

/// The channel between the worker and the task of a slot.
#[derive(Default)]
pub(super) struct SlotChannel {
    hit: Cell<Option<UnstartedHit>>,
    cancel_reason: Cell<Option<CancelReason>>,
    waker: RefCell<Option<Waker>>,
}

/// The reason for ending a hit early.
#[derive(Debug, Clone, Copy)]
pub(super) enum CancelReason {
    TimeOut,
    Abandon,
}

impl SlotChannel {
    pub(super) fn give(&self, hit: UnstartedHit) {
        self.hit.set(Some(hit));
        self.wake();
    }

    pub(super) fn cancel(&self, reason: CancelReason) {
        self.cancel_reason.set(Some(reason));
        self.wake();
    }

    pub(super) fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }
}

impl<H: Hammer> Worker<H> {
    /// Adds a slot, which opens its session and then takes its first hit.
    pub(super) fn open_slot(self: &Rc<Self>) {
        let channel = Rc::new(SlotChannel::default());
        let index = self.slots.borrow().len();
        self.slots.borrow_mut().push(channel.clone());
        self.live_slots.set(self.live_slots.get() + 1);
        self.growth.slot_opening();
        self.interval.borrow_mut().slots_opened += 1;
        let slot = Slot {
            index: index * self.config.workers + self.config.worker,
            worker: self.config.worker,
            workers: self.config.workers,
            seed: self.config.seed,
            closed_loop: self.schedule.borrow().is_closed_loop(),
            notes: Rc::new(HitNotes::new(
                self.interval.clone(),
                self.worker_locals.clone(),
            )),
        };
        let task = SlotTask {
            worker: self.clone(),
            index,
            channel,
            slot,
            session: None,
            streak: 0,
        };
        tokio::task::spawn_local(task.run());
    }
}

struct SlotTask<H: Hammer> {
    worker: Rc<Worker<H>>,
    index: usize,
    channel: Rc<SlotChannel>,
    slot: Slot,
    session: Option<H::Session>,
    streak: u32,
}

impl<H: Hammer> SlotTask<H> {
    async fn run(mut self) {
        poll_fn(|cx| {
            *self.channel.waker.borrow_mut() = Some(cx.waker().clone());
            Poll::Ready(())
        })
        .await;
        let timeout = self.worker.config.timeout;
        let opened = tokio::time::timeout(timeout, self.open()).await;
        self.worker.growth.slot_opened();
        if let Err(failure) = opened.unwrap_or(Err(Failure::CONNECT_TIMEOUT)) {
            // The slot was opened for a hit in the backlog, which fails now.
            let now = Instant::now();
            if let Some(mut hit) = self.worker.take_hit(now) {
                self.worker.hit_started(self.index, &mut hit, now);
                self.report_missed(hit, failure.name());
                let group = self.slot.notes.take_group();
                self.worker
                    .hit_ended(self.index, hit, group, now, HitCompletion::Failed(failure));
            }
        }
        self.worker.open_missing_slots();
        let mut free = Instant::now();
        while let Some((mut hit, started)) = self.next_hit(free).await {
            self.worker.hit_started(self.index, &mut hit, started);
            let ended = self.hit(hit, started).await;
            if !matches!(ended, HitCompletion::Answered(_)) {
                self.session = None;
            }
            let group = self.slot.notes.take_group();
            free = self
                .worker
                .hit_ended(self.index, hit, group, started, ended);
            if self.streak >= MAX_STREAK {
                self.streak = 0;
                tokio::task::yield_now().await;
                free = Instant::now();
            }
        }
        if let Some(session) = self.session.take() {
            let worker = self.worker.clone();
            let closing = pin!(async {
                worker.hammer.close(session).await;
                Ok(())
            });
            // The panic message is on stderr, and there is no hit left to fail.
            let _ = catch_panic(closing).await;
        }
        self.worker.live_slots.set(self.worker.live_slots.get() - 1);
        self.worker.growth.slot_closed();
    }

    /// Waits for the slot's next hit, and returns it with its start, or `None` if the slot must
    /// close.
    ///
    /// `free` is the time at which the slot became idle.
    async fn next_hit(&mut self, free: Instant) -> Option<(UnstartedHit, Instant)> {
        if let Some(hit) = self.worker.take_hit(free) {
            return Some((hit, free));
        }
        self.streak = 0;
        self.worker.growth.slot_idle();
        loop {
            self.worker.idle.borrow_mut().push(self.index);
            let given = poll_fn(|_| match self.channel.hit.take() {
                Some(hit) => Poll::Ready(Some((hit, Instant::now()))),
                None if self.worker.state.get() == WorkerPhase::Closing => Poll::Ready(None),
                None => Poll::Pending,
            });
            let (hit, now) = given.await?;
            if !self.worker.skips_late(hit, now) {
                return Some((hit, now));
            }
            self.worker
                .active_hits
                .set(self.worker.active_hits.get() - 1);
            self.worker.notify_if_draining();
        }
    }

    async fn open(&mut self) -> Result<(), Failure> {
        self.slot.notes.start_phase(Instant::now());
        let worker = &self.worker;
        let opening = pin!(worker.hammer.open(self.slot.clone()));
        let session = catch_panic(opening).await?;
        worker.interval.borrow_mut().sessions_opened += 1;
        self.session = Some(session);
        Ok(())
    }

    async fn hit(&mut self, hit: UnstartedHit, started: Instant) -> HitCompletion {
        let channel = self.channel.clone();
        // A cancellation that arrived right after the last hit does not apply to this one.
        channel.cancel_reason.take();
        let mut waited = false;
        let result = {
            let mut attempt = pin!(self.attempt(hit, started));
            poll_fn(|cx| match attempt.as_mut().poll(cx) {
                Poll::Ready(result) => Poll::Ready(Ok(result)),
                Poll::Pending => match channel.cancel_reason.take() {
                    Some(reason) => Poll::Ready(Err(reason)),
                    None => {
                        waited = true;
                        Poll::Pending
                    }
                },
            })
            .await
        };
        self.streak = if waited { 0 } else { self.streak + 1 };
        let reason = match result {
            Ok(Ok(outcome)) => return HitCompletion::Answered(outcome),
            Ok(Err(failure)) => return HitCompletion::Failed(failure),
            Err(reason) => reason,
        };
        let failure = match reason {
            CancelReason::Abandon => None,
            CancelReason::TimeOut if self.session.is_some() => Some(Failure::TIMEOUT),
            CancelReason::TimeOut => Some(Failure::CONNECT_TIMEOUT),
        };
        self.report_missed(hit, failure.as_ref().map_or("abandoned", Failure::name));
        failure.map_or(HitCompletion::Abandoned, HitCompletion::Failed)
    }

    /// Reports to the hammer that a hit ended without it.
    #[cold]
    fn report_missed(&self, hit: UnstartedHit, failure_name: &'static str) {
        let notes = &self.slot.notes;
        notes.set_muted(hit.is_warmup());
        if let Some(item) = self.worker.take_item(hit) {
            notes.set_item(item);
        }
        let (hammer, hit) = (&self.worker.hammer, self.make_hit(hit));
        // The panic message is on stderr, and the hit has already ended.
        let _ = catch_unwind(AssertUnwindSafe(|| hammer.missed(hit, failure_name)));
    }

    fn make_hit(&self, pending: UnstartedHit) -> Hit {
        let UnstartedHit { number, due } = pending;
        Hit {
            number,
            due,
            slot: self.slot.clone(),
        }
    }

    async fn attempt(&mut self, hit: UnstartedHit, started: Instant) -> Result<Outcome, Failure> {
        if self.session.is_none() {
            self.slot.notes.set_muted(false);
            if let Err(failure) = self.open().await {
                self.report_missed(hit, failure.name());
                return Err(failure);
            }
        } else {
            self.slot.notes.start_phase(started);
        }
        self.slot.notes.set_muted(hit.is_warmup());
        if let Some(item) = self.worker.take_item(hit) {
            self.slot.notes.set_item(item);
        }
        let hit = self.make_hit(hit);
        let Some(session) = &mut self.session else {
            unreachable!("the session has just been opened")
        };
        let attempt = pin!(self.worker.hammer.hit(session, hit));
        catch_panic(attempt).await
    }
}

/// Turns a panic of a hammer into a failure of its hit, so that the report counts the hit.
///
/// The caller pins the future: passed by value, it would be copied whole for each hit.
async fn catch_panic<T>(
    mut future: Pin<&mut impl Future<Output = Result<T, Failure>>>,
) -> Result<T, Failure> {
    poll_fn(|cx| {
        catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)))
            .unwrap_or(Poll::Ready(Err(Failure::PANICKED)))
    })
    .await
}
