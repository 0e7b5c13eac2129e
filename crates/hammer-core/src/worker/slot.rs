use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};

use tokio::time::Instant;

use super::{Ended, Pending, State, Worker};
use crate::notes::Notes;
use crate::{Failure, Hammer, Hit, Outcome, Slot};

/// Hits that may end without waiting for anything before other tasks get their turn.
const STREAK: u32 = 32;

/// What the worker and a slot's task tell each other.
#[derive(Default)]
pub(super) struct SlotCell {
    hit: Cell<Option<Pending>>,
    order: Cell<Option<Order>>,
    waker: RefCell<Option<Waker>>,
}

/// Why a hit must end before it is done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    TimeOut,
    Abandon,
}

impl SlotCell {
    pub(super) fn give(&self, hit: Pending) {
        self.hit.set(Some(hit));
        self.wake();
    }

    pub(super) fn order(&self, order: Order) {
        self.order.set(Some(order));
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
        let cell = Rc::new(SlotCell::default());
        let index = self.slots.borrow().len();
        self.slots.borrow_mut().push(cell.clone());
        self.live.set(self.live.get() + 1);
        self.growth.opening();
        self.interval.borrow_mut().slots_opened += 1;
        let slot = Slot {
            index: index * self.part.workers + self.part.worker,
            worker: self.part.worker,
            workers: self.part.workers,
            seed: self.part.seed,
            closed_loop: self.share.borrow().is_closed_loop(),
            notes: Rc::new(Notes::new(self.interval.clone(), self.commons.clone())),
        };
        let task = SlotTask {
            worker: self.clone(),
            index,
            cell,
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
    cell: Rc<SlotCell>,
    slot: Slot,
    session: Option<H::Session>,
    streak: u32,
}

impl<H: Hammer> SlotTask<H> {
    async fn run(mut self) {
        poll_fn(|cx| {
            *self.cell.waker.borrow_mut() = Some(cx.waker().clone());
            Poll::Ready(())
        })
        .await;
        let timeout = self.worker.part.timeout;
        let opened = tokio::time::timeout(timeout, self.open()).await;
        self.worker.growth.opened();
        if let Err(failure) = opened.unwrap_or(Err(Failure::CONNECT_TIMEOUT)) {
            // The slot was opened for a hit that waits: its failure is that hit's failure.
            let now = Instant::now();
            if let Some(mut hit) = self.worker.take(now) {
                self.worker.begin(self.index, &mut hit, now);
                self.missed(hit, failure.name());
                let row = self.slot.notes.take_row();
                self.worker
                    .end(self.index, hit, row, now, Ended::Failed(failure));
            }
        }
        self.worker.grow();
        let mut free = Instant::now();
        while let Some((mut hit, started)) = self.next(free).await {
            self.worker.begin(self.index, &mut hit, started);
            let ended = self.hit(hit, started).await;
            if !matches!(ended, Ended::Answered(_)) {
                self.session = None;
            }
            let row = self.slot.notes.take_row();
            free = self.worker.end(self.index, hit, row, started, ended);
            if self.streak >= STREAK {
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
            // A panic in it has said so on stderr, and there is no hit that it could fail.
            let _ = guarded(closing).await;
        }
        self.worker.live.set(self.worker.live.get() - 1);
        self.worker.growth.gone();
    }

    /// The next hit of a slot that is free since `free`, and when it starts; none when the slot is
    /// to close.
    async fn next(&mut self, free: Instant) -> Option<(Pending, Instant)> {
        if let Some(hit) = self.worker.take(free) {
            return Some((hit, free));
        }
        self.streak = 0;
        self.worker.growth.idle();
        loop {
            self.worker.idle.borrow_mut().push(self.index);
            let given = poll_fn(|_| match self.cell.hit.take() {
                Some(hit) => Poll::Ready(Some((hit, Instant::now()))),
                None if self.worker.state.get() == State::Closing => Poll::Ready(None),
                None => Poll::Pending,
            });
            let (hit, now) = given.await?;
            if !self.worker.leaves_out(hit, now) {
                return Some((hit, now));
            }
            self.worker.busy.set(self.worker.busy.get() - 1);
            self.worker.ring_at_end();
        }
    }

    async fn open(&mut self) -> Result<(), Failure> {
        self.slot.notes.begin(Instant::now());
        let worker = &self.worker;
        let opening = pin!(worker.hammer.open(self.slot.clone()));
        let session = guarded(opening).await?;
        worker.interval.borrow_mut().sessions_opened += 1;
        self.session = Some(session);
        Ok(())
    }

    async fn hit(&mut self, hit: Pending, started: Instant) -> Ended {
        let cell = self.cell.clone();
        // An order that came when the last hit had just ended is not for this one.
        cell.order.take();
        let mut waited = false;
        let result = {
            let mut attempt = pin!(self.attempt(hit, started));
            poll_fn(|cx| match attempt.as_mut().poll(cx) {
                Poll::Ready(result) => Poll::Ready(Ok(result)),
                Poll::Pending => match cell.order.take() {
                    Some(order) => Poll::Ready(Err(order)),
                    None => {
                        waited = true;
                        Poll::Pending
                    }
                },
            })
            .await
        };
        self.streak = if waited { 0 } else { self.streak + 1 };
        let order = match result {
            Ok(Ok(outcome)) => return Ended::Answered(outcome),
            Ok(Err(failure)) => return Ended::Failed(failure),
            Err(order) => order,
        };
        let failure = match order {
            Order::Abandon => None,
            Order::TimeOut if self.session.is_some() => Some(Failure::TIMEOUT),
            Order::TimeOut => Some(Failure::CONNECT_TIMEOUT),
        };
        self.missed(hit, failure.as_ref().map_or("abandoned", Failure::name));
        failure.map_or(Ended::Abandoned, Ended::Failed)
    }

    /// Tells the hammer of a hit that has ended without it.
    #[cold]
    fn missed(&self, hit: Pending, why: &'static str) {
        let notes = &self.slot.notes;
        notes.mute(hit.is_warm());
        if let Some(item) = self.worker.item_of(hit) {
            notes.bring(item);
        }
        let (hammer, hit) = (&self.worker.hammer, self.hit_of(hit));
        // A panic in it has said so on stderr, and the hit has ended already.
        let _ = catch_unwind(AssertUnwindSafe(|| hammer.missed(hit, why)));
    }

    fn hit_of(&self, pending: Pending) -> Hit {
        let Pending { number, due } = pending;
        Hit {
            number,
            due,
            slot: self.slot.clone(),
        }
    }

    async fn attempt(&mut self, hit: Pending, started: Instant) -> Result<Outcome, Failure> {
        if self.session.is_none() {
            self.slot.notes.mute(false);
            if let Err(failure) = self.open().await {
                self.missed(hit, failure.name());
                return Err(failure);
            }
        } else {
            self.slot.notes.begin(started);
        }
        self.slot.notes.mute(hit.is_warm());
        if let Some(item) = self.worker.item_of(hit) {
            self.slot.notes.bring(item);
        }
        let hit = self.hit_of(hit);
        let Some(session) = &mut self.session else {
            unreachable!("a session was just opened")
        };
        let hitting = pin!(self.worker.hammer.hit(session, hit));
        guarded(hitting).await
    }
}

/// Makes a panic in a hammer a failure of its hit: the report must not lose it.
///
/// The future is pinned by the caller: passed by value, all of it would be copied for each hit.
async fn guarded<T>(
    mut future: Pin<&mut impl Future<Output = Result<T, Failure>>>,
) -> Result<T, Failure> {
    poll_fn(|cx| {
        catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)))
            .unwrap_or(Poll::Ready(Err(Failure::PANICKED)))
    })
    .await
}
