//! The task of a slot, which runs one hit at a time.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::engine::dispatcher::due_hit::{DueHit, HitId};
use crate::engine::dispatcher::hit_recorder::{EndedHit, HitCompletion};
use crate::engine::panic_guard::{catch_panic, ignore_panic, missed_group};
use crate::engine::timer;
use crate::engine::worker::slot_channel::SlotChannel;
use crate::engine::worker::worker::Worker;
use crate::model::failure::Failure;
use crate::model::hammer::Hammer;
use crate::model::hit::Hit;
use crate::model::missed_hit::MissedHit;
use crate::model::outcome::Outcome;

/// The number of consecutive hits that may end without waiting before other tasks run.
const MAX_STREAK: u32 = 32;

impl<H: Hammer> Worker<H> {
    /// Starts the task of a slot, which runs `hit` at once or opens its session ahead of the start.
    pub(super) fn open_slot(self: &Rc<Self>, index: usize, hit: Option<DueHit>) {
        let channel = Rc::new(SlotChannel::default());
        self.channels.borrow_mut().push(channel.clone());
        self.live_slots.set(self.live_slots.get() + 1);
        let task = SlotTask {
            hit: Hit {
                number: 0,
                due: Duration::ZERO,
                slot: self.slot(index),
            },
            worker: self.clone(),
            index,
            channel,
            session: None,
            streak: 0,
        };
        tokio::task::spawn_local(task.run(hit));
    }
}

struct SlotTask<H: Hammer> {
    worker: Rc<Worker<H>>,
    index: usize,
    channel: Rc<SlotChannel>,
    /// The current hit, or the last one.
    hit: Hit,
    session: Option<H::Session>,
    streak: u32,
}

impl<H: Hammer> SlotTask<H> {
    async fn run(mut self, mut hit: Option<DueHit>) {
        poll_fn(|cx| {
            self.channel.set_waker(cx.waker().clone());
            Poll::Ready(())
        })
        .await;
        let mut free = timer::now();
        if hit.is_none() {
            self.open_ahead().await;
            free = timer::now();
            hit = self.next_hit(free);
        }
        loop {
            let (next, started) = match hit.take() {
                Some(hit) => (hit, free),
                None => match self.wait_for_hit().await {
                    Some(hit) => (hit, timer::now()),
                    None => break,
                },
            };
            let Some(id) = self.start(next, started) else {
                (hit, free) = (self.next_hit(started), started);
                continue;
            };
            let completion = self.complete(id, started).await;
            (hit, free) = self.end(id, started, completion);
            if self.streak >= MAX_STREAK {
                self.streak = 0;
                tokio::task::yield_now().await;
                free = timer::now();
            }
        }
        self.close().await;
    }

    /// Opens the session before the start. Without one, the first hit opens it.
    async fn open_ahead(&mut self) {
        let (worker, channel) = (self.worker.clone(), self.channel.clone());
        let slot = self.hit.slot.clone();
        let opening = tokio::time::timeout(worker.config.limits.timeout, self.open());
        let mut opening = pin!(opening);
        // The failure of an opening that no hit needed yet is not counted.
        let _ = poll_fn(|cx| match opening.as_mut().poll(cx) {
            Poll::Pending if worker.dispatcher.borrow().ends_opening_ahead() => Poll::Ready(None),
            poll => poll.map(Some),
        })
        .await;
        channel.take_cancel_reason();
        slot.end_steps();
        worker.dispatcher.borrow_mut().opened_ahead();
        worker.slots_changed.notify_waiters();
    }

    /// Takes a hit that waits for a slot. Without one, the slot is idle.
    fn next_hit(&self, now: Instant) -> Option<DueHit> {
        let mut dispatcher = self.worker.dispatcher.borrow_mut();
        let hit = dispatcher.next_hit(self.index, now);
        if dispatcher.needs_step(now) {
            self.worker.notifier.notify();
        }
        hit
    }

    /// Waits for a hit, or returns `None` if the slot must close.
    async fn wait_for_hit(&mut self) -> Option<DueHit> {
        self.streak = 0;
        poll_fn(|_| match self.channel.take_hit() {
            Some(hit) => Poll::Ready(Some(hit)),
            None if self.worker.dispatcher.borrow().is_closing() => Poll::Ready(None),
            None => Poll::Pending,
        })
        .await
    }

    /// Starts a hit, unless it is too late.
    fn start(&mut self, mut hit: DueHit, started: Instant) -> Option<HitId> {
        let mut dispatcher = self.worker.dispatcher.borrow_mut();
        if !dispatcher.hit_started(self.index, &mut hit, started) {
            return None;
        }
        let DueHit { id, item } = hit;
        (self.hit.number, self.hit.due) = (id.number, id.due);
        if item.is_some() {
            self.hit.slot.notes.set_item(item);
        }
        Some(id)
    }

    /// Ends a hit, and returns the slot's next one with the time at which this one ended.
    fn end(
        &mut self,
        id: HitId,
        started: Instant,
        completion: HitCompletion,
    ) -> (Option<DueHit>, Instant) {
        let keeps_session = match &completion {
            HitCompletion::Answered(_) => true,
            HitCompletion::Failed(failure) => failure.keeps_session(),
            HitCompletion::TimedOut(_) | HitCompletion::Abandoned => false,
        };
        let mut group = self.hit.slot.notes.take_group();
        if !matches!(completion, HitCompletion::Answered(_)) {
            group = group.or_else(|| self.missed_group(id));
        }
        if !keeps_session {
            self.drop_session();
        }
        let notes = &self.hit.slot.notes;
        let ended = EndedHit {
            id,
            started,
            group,
            peer: notes.current_peer(),
            completion,
        };
        notes.forget_item();
        let now = timer::now();
        let worker = &self.worker;
        let mut dispatcher = worker.dispatcher.borrow_mut();
        dispatcher.recorder.fold(&worker.notes.buffer);
        let next = dispatcher.hit_ended(self.index, &ended, now);
        worker.link.log_hits(&mut dispatcher.recorder);
        if dispatcher.needs_step(now) {
            worker.notifier.notify();
        }
        (next, now)
    }

    /// Runs a hit until it ends or is canceled.
    async fn complete(&mut self, id: HitId, started: Instant) -> HitCompletion {
        let channel = self.channel.clone();
        self.hit.slot.notes.set_peer(None);
        // A cancellation that arrived right after the last hit does not apply to this one.
        channel.take_cancel_reason();
        let mut waited = false;
        let result = {
            let mut attempt = pin!(self.attempt(id, started));
            poll_fn(|cx| match attempt.as_mut().poll(cx) {
                Poll::Ready(result) => Poll::Ready(Ok(result)),
                Poll::Pending => match channel.take_cancel_reason() {
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
        let completion = HitCompletion::canceled(reason, &self.hit.slot, self.session.is_some());
        self.report_missed(id, completion.missed_reason());
        completion
    }

    /// Opens the session if there is none, and hits the target.
    async fn attempt(&mut self, id: HitId, started: Instant) -> Result<Outcome, Failure> {
        if self.session.is_none() {
            self.hit.slot.notes.set_muted(false);
            if let Err(failure) = self.open().await {
                self.report_missed(id, failure.name());
                return Err(failure);
            }
        } else {
            self.hit.slot.notes.start_phase(started);
        }
        self.hit.slot.notes.set_muted(id.is_warmup());
        let Some(session) = &mut self.session else {
            unreachable!("the session has just been opened")
        };
        let (hammer, hit) = (&self.worker.hammer, &mut self.hit);
        // The block makes the call itself part of what is caught.
        let attempt = pin!(async { hammer.hit(session, hit).await });
        catch_panic(attempt).await
    }

    async fn open(&mut self) -> Result<(), Failure> {
        self.hit.slot.notes.start_phase(timer::now());
        let worker = &self.worker;
        let opening = pin!(async { worker.hammer.open(&self.hit.slot).await });
        let session = catch_panic(opening).await?;
        worker.dispatcher.borrow_mut().recorder.session_opened();
        self.session = Some(session);
        Ok(())
    }

    /// Reports to the hammer that a hit ended without it.
    #[cold]
    fn report_missed(&self, id: HitId, failure_name: &'static str) {
        self.hit.slot.notes.set_muted(id.is_warmup());
        let (hammer, hit) = (&self.worker.hammer, &self.hit);
        ignore_panic(|| hammer.missed(hit, failure_name));
    }

    /// The group of a hit that failed before the hammer assigned it to one.
    #[cold]
    fn missed_group(&self, id: HitId) -> Option<usize> {
        let slot = &self.hit.slot;
        let item = slot.notes.any_item();
        let hit = MissedHit {
            number: id.number,
            due: id.due,
            seed: slot.seed,
            slot: Some(slot),
            item: item.as_ref(),
        };
        missed_group(&*self.worker.hammer, &hit)
    }

    /// Drops the session of a hit that failed.
    #[cold]
    fn drop_session(&mut self) {
        if let Some(session) = self.take_session() {
            ignore_panic(|| drop(session));
        }
    }

    /// Takes the session if one is open, to close or drop it.
    fn take_session(&mut self) -> Option<H::Session> {
        let session = self.session.take()?;
        let mut dispatcher = self.worker.dispatcher.borrow_mut();
        dispatcher.recorder.session_closed();
        Some(session)
    }

    async fn close(&mut self) {
        if let Some(session) = self.take_session() {
            let closing = pin!(async {
                self.worker.hammer.close(session).await;
                Ok(())
            });
            // The panic message is on stderr, and there is no hit left to fail.
            let _ = catch_panic(closing).await;
        }
        let live_slots = &self.worker.live_slots;
        live_slots.set(live_slots.get() - 1);
        self.worker.slots_changed.notify_waiters();
    }
}
