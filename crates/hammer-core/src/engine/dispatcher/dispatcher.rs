//! The decisions of a worker, one step at a time.

use std::time::{Duration, Instant};

use crate::engine::dispatcher::actions::{Actions, CancelReason, DispatchEvent};
use crate::engine::dispatcher::backlog::Backlog;
use crate::engine::dispatcher::due_hit::{DueHit, HitId};
use crate::engine::dispatcher::hit_recorder::{EndedHit, HitRecorder};
use crate::engine::dispatcher::hit_source::HitSource;
use crate::engine::dispatcher::in_flight::InFlightHits;
use crate::engine::dispatcher::quantum::Quantum;
use crate::engine::dispatcher::slot_growth::SlotGrowth;
use crate::engine::dispatcher::slot_rests::SlotRests;
use crate::engine::dispatcher::slot_table::SlotTable;
use crate::engine::dispatcher::waiting_ages::waiting_hits;
use crate::engine::dispatcher::warmup::WarmUp;
use crate::engine::dispatcher::worker_hits::WorkerHits;
use crate::engine::stop_level::StopLevel;
use crate::report::unsent_cause::UnsentCause;
use crate::report::worker_gauges::WorkerGauges;

const SECOND: Duration = Duration::from_secs(1);
/// The longest time between two steps while hits wait for a slot.
const MAX_WAITING_SLEEP: Duration = Duration::from_millis(50);

/// The time that a hit has waited in the backlog of a busy thread from which the thread is behind
/// its schedule. Pauses of a shared machine are shorter, or make the thread less busy.
const BEHIND: Duration = Duration::from_millis(1);

/// The limits of a worker.
#[derive(Debug, Clone)]
pub(crate) struct DispatchLimits {
    pub(crate) max_in_flight: usize,
    /// True if all slots open before the start and are used in turn.
    pub(crate) is_user_pool: bool,
    pub(crate) max_backlog: usize,
    pub(crate) timeout: Duration,
    /// The limit of the drain, at which hits in flight are abandoned. By default, they end by
    /// their timeout.
    pub(crate) drain: Option<Duration>,
    pub(crate) skip_late: Option<Duration>,
    /// The longest time between two steps, so that a stall is noticed even if no hit is due.
    pub(crate) longest_sleep: Option<Duration>,
    /// True if the ages of hits that have not ended are measured once a second.
    pub(crate) age_waiting: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Before the clock starts.
    Opening,
    Running,
    /// No more hits become due.
    Draining,
    /// No more hits start, and those in flight are abandoned.
    Abandoning,
    /// Slots close.
    Closing,
}

/// Decides for one worker which hit starts in which slot, and when.
///
/// It knows neither hammers nor tasks: a driver calls [`step`](Self::step) when the time has come,
/// and performs the actions. Slots report the start and the end of their hits in between.
pub(crate) struct Dispatcher {
    pub(super) limits: DispatchLimits,
    pub(super) phase: Phase,
    start: Instant,
    pub(super) source: HitSource,
    warmup: Option<WarmUp>,
    backlog: Backlog,
    pub(super) slots: SlotTable,
    in_flight: InFlightHits,
    growth: SlotGrowth,
    rests: SlotRests,
    quantum: Quantum,
    next_tick: Duration,
    drain_end: Option<Instant>,
    /// The measurements of this worker.
    pub(crate) recorder: HitRecorder,
}

impl Dispatcher {
    /// Creates the dispatcher of `hits`.
    pub(crate) fn new(limits: DispatchLimits, hits: WorkerHits, recorder: HitRecorder) -> Self {
        Self {
            phase: Phase::Opening,
            start: Instant::now(),
            source: hits.source,
            warmup: hits.warmup,
            backlog: Backlog::new(limits.max_backlog),
            slots: SlotTable::new(limits.max_in_flight, limits.is_user_pool),
            in_flight: InFlightHits::default(),
            growth: SlotGrowth::default(),
            rests: SlotRests::default(),
            quantum: Quantum::default(),
            next_tick: SECOND,
            drain_end: None,
            recorder,
            limits,
        }
    }

    /// Prepares for the hits of another run, with the slots that are open and at most
    /// `max_in_flight` of them.
    ///
    /// The last run must have finished.
    pub(crate) fn follow(&mut self, hits: WorkerHits, max_in_flight: usize) {
        (self.phase, self.next_tick, self.drain_end) = (Phase::Opening, SECOND, None);
        (self.source, self.warmup) = (hits.source, hits.warmup);
        self.growth = SlotGrowth::default();
        self.limits.max_in_flight = max_in_flight;
        self.slots.set_limit(max_in_flight);
        self.recorder.follow(hits.stages);
    }

    /// The turn of an opened slot, which selects its address if there are several.
    pub(crate) fn turn_of_slot(&self, slot: usize) -> usize {
        self.slots.turn_of(slot)
    }

    /// Shares hits evenly over slots of this number of kinds.
    pub(crate) fn spread_over(&mut self, lanes: usize) {
        self.slots.spread_over(lanes);
    }

    /// Starts the clock at `start`, with the warm-up if there is one.
    pub(crate) fn begin(&mut self, start: Instant) {
        self.start = start;
        self.phase = Phase::Running;
        if let Some(warmup) = &mut self.warmup {
            warmup.begin(&mut self.source);
        }
    }

    /// Returns true in a closed loop.
    pub(crate) fn is_closed_loop(&self) -> bool {
        self.source.is_closed_loop()
    }

    /// Closes all slots: no more hits start.
    pub(crate) fn close(&mut self) {
        self.phase = Phase::Closing;
    }

    /// Returns true if slots must close.
    pub(crate) fn is_closing(&self) -> bool {
        self.phase == Phase::Closing
    }

    /// Returns true if the driver must step before the time that it was given.
    pub(crate) fn needs_step(&mut self, now: Instant) -> bool {
        match (self.phase, &self.source) {
            (Phase::Running, HitSource::Closed(schedule)) => {
                self.rests.take_changed() || schedule.is_exhausted(self.elapsed(now))
            }
            (Phase::Draining | Phase::Abandoning | Phase::Closing, _) => true,
            _ => false,
        }
    }

    /// Adapts to the share of the last moments until `now` in which the thread was busy.
    pub(crate) fn adapt_to_load(&mut self, busy: f64, now: Instant) {
        let elapsed = self.elapsed(now);
        let first = self.backlog.front();
        let behind = first.is_some_and(|hit| elapsed.saturating_sub(hit.id.due) >= BEHIND);
        self.quantum.adapt(busy, behind);
    }

    /// The time since the start.
    pub(crate) fn elapsed(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.start)
    }

    /// The hits in flight and in the backlog at `now`, the open sessions, and the end of the schedule.
    pub(crate) fn gauges(&self, now: Instant) -> WorkerGauges {
        let is_over = self.phase != Phase::Running;
        WorkerGauges {
            in_flight: self.in_flight.len(),
            backlog: self.backlog.len(),
            open_sessions: self.recorder.open_sessions(),
            peaks: self.recorder.peaks().held,
            schedule_end: is_over.then(|| self.recorder.peaks().schedule_end),
            waiting: (self.limits.age_waiting).then(|| {
                let elapsed = self.elapsed(now);
                Box::new(waiting_hits(&self.in_flight, &self.backlog, elapsed, now))
            }),
        }
    }

    /// Decides all that is due at `now`.
    pub(crate) fn step(&mut self, now: Instant, stop: StopLevel, actions: &mut Actions) {
        actions.clear();
        self.end_warm_up(now, stop, actions);
        let elapsed = self.elapsed(now);
        self.skip_late_backlog(elapsed);
        if self.phase == Phase::Running {
            self.take_due_hits(now, stop, actions);
        }
        self.time_out_hits(now, actions);
        self.tick(elapsed, actions);
        let look_again = self.open_slots(now, actions);
        self.end_schedule(now, stop, actions);
        self.drain(now, stop, actions);
        let is_ending = matches!(self.phase, Phase::Abandoning | Phase::Closing);
        actions.wake_at = match look_again || is_ending {
            true => Some(now),
            false => self.next_wake(now),
        };
    }

    /// Ends the warm-up if its time is up or it was stopped. The clock then starts, and all
    /// measurements so far are dropped.
    fn end_warm_up(&mut self, now: Instant, stop: StopLevel, actions: &mut Actions) {
        let (elapsed, stopped) = (self.elapsed(now), stop > StopLevel::Run);
        let is_running = self.phase == Phase::Running;
        let is_over = |warmup: &mut WarmUp| is_running && (stopped || elapsed >= warmup.length());
        let Some(warmup) = self.warmup.take_if(is_over) else {
            return;
        };
        let end = self.start.checked_add(warmup.length());
        self.start = end.map_or(now, |end| now.min(end));
        self.source = warmup.end();
        self.recorder.forget_warm_up();
        actions.events.push(DispatchEvent::WarmupEnded);
    }

    /// Gives hits that have become due to idle slots or to the backlog. After a stop, they are
    /// counted and not sent.
    fn take_due_hits(&mut self, now: Instant, stop: StopLevel, actions: &mut Actions) {
        let elapsed = self.elapsed(now);
        while let Some(slot) = self.rests.wake(now) {
            self.slots.set_idle(slot);
        }
        match &mut self.source {
            HitSource::Closed(schedule) => {
                while stop == StopLevel::Run && self.slots.has_idle() {
                    let Some(number) = schedule.take(elapsed) else {
                        return;
                    };
                    let slot = self.slots.take_idle();
                    let hit = DueHit::new(number, elapsed);
                    self.recorder.scheduled(hit.id, elapsed, false);
                    actions.give.extend(slot.map(|slot| (slot, hit)));
                }
            }
            HitSource::Open(open_loop) => {
                open_loop.poll(elapsed);
                // At a stop, hits that were due before it count.
                let until = match stop {
                    StopLevel::Run => Some(elapsed),
                    _ => elapsed.checked_sub(Duration::from_nanos(1)),
                };
                while let Some(until) = until
                    && let HitSource::Open(open_loop) = &mut self.source
                    && let Some(due) = open_loop.take_due(until)
                {
                    self.recorder.scheduled(due.hit.id, elapsed, due.read_late);
                    self.place(due.hit, elapsed, stop, actions);
                }
                self.recorder.backlog_is(self.backlog.len());
            }
        }
    }

    /// Gives a hit to an idle slot or to the backlog.
    fn place(&mut self, hit: DueHit, elapsed: Duration, stop: StopLevel, actions: &mut Actions) {
        if stop > StopLevel::Run {
            self.recorder.unsent(&hit, UnsentCause::Stopped);
            return;
        }
        let late = elapsed - hit.id.due;
        if let Some(slot) = self.slots.open_for_turn(late) {
            self.recorder.slot_opened();
            actions.open.push((slot, hit));
        } else if let Some(slot) = self.slots.take_idle() {
            actions.give.push((slot, hit));
        } else {
            // Those ahead of it take the slots that can still open.
            let at_limit = self.backlog.len() >= self.slots.room();
            match self.backlog.push(hit) {
                Ok(()) => {
                    self.recorder.waits_for_slot(at_limit);
                    self.growth.hit_queued(late);
                }
                Err(hit) => self.recorder.unsent(&hit, UnsentCause::Backlog),
            }
        }
    }

    /// Ends hits that have timed out.
    fn time_out_hits(&mut self, now: Instant, actions: &mut Actions) {
        while let Some(slot) = self.in_flight.pop_timed_out(self.limits.timeout, now) {
            actions.cancel.push((slot, CancelReason::TimeOut));
        }
    }

    /// Reports each second that has passed.
    fn tick(&mut self, elapsed: Duration, actions: &mut Actions) {
        if elapsed >= self.next_tick && self.warmup.is_none() {
            let second = elapsed.as_secs();
            actions.events.push(DispatchEvent::Second(second));
            self.next_tick = SECOND * u32::try_from(second + 1).unwrap_or(u32::MAX);
        }
    }

    /// Opens slots for hits that still wait after a pass over the I/O.
    ///
    /// Returns true if hits wait that have not been through a pass yet: slots that become free in it
    /// do not have to be opened.
    fn open_slots(&mut self, now: Instant, actions: &mut Actions) -> bool {
        if !matches!(self.phase, Phase::Running | Phase::Draining) {
            return false;
        }
        let was_pass = self
            .growth
            .end_pass(self.backlog.len(), self.slots.opened(), now);
        let room = self.slots.room();
        for _ in 0..self.growth.slots_to_open(self.backlog.len(), room) {
            let Some(hit) = self.backlog.pop() else {
                break;
            };
            self.recorder.slot_opened();
            actions.open.push((self.slots.open_for_hit(), hit));
        }
        let waiting = !self.backlog.is_empty() && self.slots.room() > 0;
        let look_again = waiting && (!was_pass || self.growth.has_new_hits());
        if look_again {
            self.growth.begin_pass();
        }
        look_again
    }

    /// Begins the drain at the end of the schedule or at a stop.
    fn end_schedule(&mut self, now: Instant, stop: StopLevel, actions: &mut Actions) {
        let elapsed = self.elapsed(now);
        if self.phase != Phase::Running || self.warmup.is_some() {
            return;
        }
        if stop > StopLevel::Run || self.source.is_over(elapsed) {
            self.phase = Phase::Draining;
            self.recorder.schedule_ended(elapsed);
            self.drain_end = now.checked_add(self.limits.drain.unwrap_or(self.limits.timeout));
            actions.events.push(DispatchEvent::Draining);
        }
    }

    /// Waits for hits in flight and in the backlog, up to the limit of the drain.
    fn drain(&mut self, now: Instant, stop: StopLevel, actions: &mut Actions) {
        if self.phase == Phase::Draining {
            let is_expired = self.drain_end.is_some_and(|end| now >= end);
            if stop > StopLevel::Run {
                self.give_up_backlog(UnsentCause::Stopped);
            } else if is_expired {
                self.give_up_backlog(match self.slots.room() {
                    0 => UnsentCause::InFlightBound,
                    _ => UnsentCause::Drain,
                });
            }
            // Without a limit of its own, the drain covers the timeout of the last hit.
            if stop == StopLevel::Now || is_expired && self.limits.drain.is_some() {
                self.phase = Phase::Abandoning;
            } else if is_expired {
                self.drain_end = None;
            }
        }
        if self.phase == Phase::Abandoning {
            while let Some(slot) = self.in_flight.pop() {
                actions.cancel.push((slot, CancelReason::Abandon));
            }
        }
        actions.finished = matches!(self.phase, Phase::Draining | Phase::Abandoning)
            && self.slots.active() == 0
            && self.backlog.is_empty();
    }

    fn give_up_backlog(&mut self, cause: UnsentCause) {
        while let Some(hit) = self.backlog.pop() {
            self.recorder.unsent(&hit, cause);
        }
    }

    /// The time of the next step.
    fn next_wake(&mut self, now: Instant) -> Option<Instant> {
        let elapsed = self.elapsed(now);
        // `None` if the clock cannot represent the instant.
        let at = |offset: Duration| self.start.checked_add(offset);
        let warmup_end = self.warmup.as_ref().map(WarmUp::length);
        let waiting = (!self.backlog.is_empty()).then_some(MAX_WAITING_SLEEP);
        let running = (self.phase == Phase::Running).then_some(());
        let next_due = running.and_then(|()| self.source.next_due(elapsed));
        // Hits that were given to a slot start, and can time out, before the next step.
        let starting = self.slots.active() > self.in_flight.len();
        let quantum = self.quantum.duration();
        let times = [
            next_due.and_then(|due| at(due.max(elapsed + quantum))),
            at(warmup_end.unwrap_or(self.next_tick)),
            self.in_flight.next_timeout(self.limits.timeout),
            self.drain_end,
            running.and_then(|()| self.rests.next_wake()),
            starting
                .then(|| now.checked_add(self.limits.timeout))
                .flatten(),
            waiting
                .or(self.limits.longest_sleep)
                .map(|sleep| now + sleep),
        ];
        times.into_iter().flatten().min()
    }

    /// Leaves hits at the front of the backlog unsent that are too late at `elapsed`.
    fn skip_late_backlog(&mut self, elapsed: Duration) {
        while let Some(hit) = self.backlog.front()
            && self.is_too_late(hit.id, elapsed)
            && let Some(hit) = self.backlog.pop()
        {
            self.growth.hit_dequeued();
            self.recorder.unsent(&hit, UnsentCause::Late);
        }
    }

    fn is_too_late(&self, hit: HitId, elapsed: Duration) -> bool {
        let limit = self.limits.skip_late.filter(|_| !hit.is_warmup());
        limit.is_some_and(|limit| elapsed.saturating_sub(hit.due) > limit)
    }

    /// Takes the next hit for a slot that is free at `now`. Without one, the slot is idle.
    pub(crate) fn next_hit(&mut self, slot: usize, now: Instant) -> Option<DueHit> {
        let hit = self.take_hit(now);
        match hit {
            Some(_) => self.slots.take_another(),
            None => self.slots.set_idle(slot),
        }
        hit
    }

    fn take_hit(&mut self, now: Instant) -> Option<DueHit> {
        if !matches!(self.phase, Phase::Running | Phase::Draining) {
            return None;
        }
        let elapsed = self.elapsed(now);
        self.skip_late_backlog(elapsed);
        if let Some(hit) = self.backlog.pop() {
            self.growth.hit_dequeued();
            return Some(hit);
        }
        match &mut self.source {
            HitSource::Closed(schedule) if self.phase == Phase::Running => {
                let number = schedule.take(elapsed)?;
                self.recorder.scheduled_by_slot();
                Some(DueHit::new(number, elapsed))
            }
            _ => None,
        }
    }

    /// Records that a hit starts at `now`, from which its service counts.
    ///
    /// Returns false if it is too late: it stays unsent.
    pub(crate) fn hit_started(&mut self, slot: usize, hit: &mut DueHit, now: Instant) -> bool {
        let elapsed = self.elapsed(now);
        if self.source.is_closed_loop() {
            hit.id.due = elapsed;
        } else if self.is_too_late(hit.id, elapsed) {
            self.recorder.unsent(hit, UnsentCause::Late);
            self.slots.hit_ended();
            return false;
        }
        let due = (!hit.id.is_warmup()).then_some(hit.id.due);
        self.in_flight.push(slot, now, due);
        self.recorder.started(hit.id, elapsed, self.in_flight.len());
        true
    }

    /// Records that the hit of a slot ended at `now`, and takes the slot's next one. Without one,
    /// the slot is idle.
    pub(crate) fn hit_ended(
        &mut self,
        slot: usize,
        ended: &EndedHit,
        now: Instant,
    ) -> Option<DueHit> {
        self.in_flight.remove(slot);
        self.slots.hit_ended();
        self.recorder.ended(ended, self.elapsed(now), now);
        if self.source.is_closed_loop() {
            if ended.completion.failed_early() {
                self.rests.hit_failed(slot, now);
                return None;
            }
            self.rests.hit_ended(slot);
        }
        self.next_hit(slot, now)
    }
}
