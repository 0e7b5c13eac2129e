use std::cell::Cell;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// A hit that is later than this when the pacer turns to it was held up by the generator, and is
/// no reason to open another slot.
const OWN_LATENESS: Duration = Duration::from_millis(10);
/// How long hits that the generator was late for wait before it is asked whether slots come free at
/// all. The target is slow if fewer did so than there are.
const SLOW_TARGET_WAIT: Duration = Duration::from_millis(100);
/// Slots that may be opening at one time before there are as many open ones.
const MIN_CONCURRENT_OPENINGS: usize = 16;

/// Decides when another slot is opened.
///
/// Each hit that finds no idle slot although it is on time is a *want*; each hit that leaves the
/// backlog for a slot that came free takes one away. What is left after a pass over the I/O are
/// the slots that are missing. A generator that was late itself makes no wants, however long its
/// backlog is: that will pass at the speed of the target. So a stall of the target opens a slot per
/// due hit, and a stall of the generator opens nearly none: until what it was late for has left the
/// backlog, a slot is opened only if no slot comes free at all. At a slow target, whose slots are all
/// taken for seconds, that has an end: what still waits then is wanted like any other hit.
#[derive(Debug, Default)]
pub(super) struct SlotGrowth {
    wanted: Cell<usize>,
    opening: Cell<usize>,
    /// Hits in the backlog that the generator was late for.
    own_late: Cell<usize>,
    /// Since when there have been such hits, as far as it was looked at, and the departures then.
    own_late_since: Cell<Option<(Instant, u64)>>,
    /// The slot that has just opened takes its first hit.
    just_opened: Cell<bool>,
    /// Hits that left the backlog for a slot that came free.
    departures: Cell<u64>,
    changed: Notify,
}

impl SlotGrowth {
    /// A hit `late` behind its due time went to the backlog.
    pub(super) fn hit_queued(&self, late: Duration) {
        if late >= OWN_LATENESS {
            self.own_late.set(self.own_late.get() + 1);
        } else if self.own_late.get() == 0 {
            self.wanted.set(self.wanted.get() + 1);
        }
    }

    /// A hit left the backlog. For a slot that was opened for it nothing changes: it was no want any
    /// more.
    pub(super) fn hit_dequeued(&self) {
        self.own_late.set(self.own_late.get().saturating_sub(1));
        if !self.just_opened.take() {
            self.wanted.set(self.wanted.get().saturating_sub(1));
            self.departures.set(self.departures.get() + 1);
        }
    }

    /// A slot found no hit in the backlog.
    pub(super) fn slot_idle(&self) {
        self.just_opened.set(false);
    }

    /// `backlog` hits wait at `now`, with `open` slots: what the generator was late for has waited
    /// long enough if the target is slow.
    pub(super) fn review_own_late(&self, backlog: usize, open: usize, now: Instant) {
        let departures = self.departures.get();
        let (since, before) = self.own_late_since.get().unwrap_or((now, departures));
        let over = now.saturating_duration_since(since) >= SLOW_TARGET_WAIT;
        let slow = departures - before < open as u64;
        if self.own_late.get() > 0 && over && slow {
            self.own_late.set(0);
            let coming = self.opening.get();
            self.wanted.set(backlog.saturating_sub(coming));
        }
        let from = if over {
            (now, departures)
        } else {
            (since, before)
        };
        self.own_late_since
            .set((self.own_late.get() > 0).then_some(from));
    }

    /// How many hits have left the backlog so far for slots that came free.
    pub(super) fn departures(&self) -> u64 {
        self.departures.get()
    }

    /// Nothing leaves the backlog: one more slot is wanted, whoever was late.
    pub(super) fn want_one(&self) {
        self.wanted.set(self.wanted.get().max(1));
    }

    /// How many slots to open now, with `backlog` hits waiting, `open` slots there, and `room` for more.
    pub(super) fn slots_to_open(&self, backlog: usize, open: usize, room: usize) -> usize {
        let wanted = self.wanted.get().min(backlog);
        let at_once = MIN_CONCURRENT_OPENINGS
            .max(open)
            .saturating_sub(self.opening.get());
        let now = wanted.min(at_once).min(room);
        self.wanted.set(wanted - now);
        now
    }

    /// A slot begins to open.
    pub(super) fn slot_opening(&self) {
        self.opening.set(self.opening.get() + 1);
    }

    /// A slot has opened, well or not.
    pub(super) fn slot_opened(&self) {
        self.opening.set(self.opening.get() - 1);
        self.just_opened.set(true);
        self.changed.notify_waiters();
    }

    /// A slot is gone.
    pub(super) fn slot_closed(&self) {
        self.changed.notify_waiters();
    }

    /// Waits until a slot has opened or is gone.
    pub(super) async fn wait_for_change(&self) {
        self.changed.notified().await;
    }

    /// Waits until no slot is opening.
    pub(super) async fn wait_until_opened(&self) {
        while self.opening.get() > 0 {
            self.wait_for_change().await;
        }
    }
}

/// How many slots are opened before the clock starts: all of them in a closed loop (`rate` is
/// none), and in an open one as many as a target needs that answers within a millisecond when the
/// `rate` per second is greatest.
pub(super) fn initial_slots(rate: Option<f64>, limit: usize) -> usize {
    match rate {
        None => limit,
        Some(rate) => ((rate / 1e3).ceil() as usize)
            .clamp(1, MIN_CONCURRENT_OPENINGS)
            .min(limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stall_of_the_target_opens_a_slot_per_due_hit() {
        let growth = SlotGrowth::default();
        for backlog in 1..=10 {
            growth.hit_queued(Duration::from_micros(50));
            assert_eq!(growth.slots_to_open(backlog, 2, 100), 1);
        }
    }

    #[test]
    fn a_stall_of_the_generator_opens_none() {
        let growth = SlotGrowth::default();
        (0..4000).for_each(|_| growth.hit_queued(Duration::from_secs(1)));
        (0..100).for_each(|_| growth.hit_queued(Duration::ZERO));
        assert_eq!(growth.slots_to_open(4100, 2, 2000), 0);
        growth.want_one();
        assert_eq!(growth.slots_to_open(4000, 2, 2000), 1);
    }

    #[test]
    fn slots_that_come_free_are_slots_that_need_not_be_opened() {
        let growth = SlotGrowth::default();
        (0..5).for_each(|_| growth.hit_queued(Duration::ZERO));
        (0..3).for_each(|_| growth.hit_dequeued());
        assert_eq!(growth.slots_to_open(2, 2, 100), 2);
    }

    #[test]
    fn what_a_new_slot_takes_was_counted_when_it_began_to_open() {
        let growth = SlotGrowth::default();
        (0..40).for_each(|_| growth.hit_queued(Duration::ZERO));
        let mut backlog = 40;
        let mut open = 1;
        while backlog > 0 {
            let now = growth.slots_to_open(backlog, open, 1000);
            assert!(now > 0, "{backlog} still wait");
            (0..now).for_each(|_| growth.slot_opening());
            for _ in 0..now {
                growth.slot_opened();
                growth.hit_dequeued();
            }
            (open, backlog) = (open + now, backlog - now);
        }
        assert_eq!(open, 41, "a slot for each hit");
        growth.hit_queued(Duration::ZERO);
        growth.slot_opening();
        growth.slot_opened();
        growth.slot_idle();
        growth.hit_dequeued();
        assert_eq!(growth.slots_to_open(1, open, 1000), 0, "a slot came free");
    }

    #[test]
    fn what_the_generator_was_late_for_does_not_wait_for_ever() {
        let growth = SlotGrowth::default();
        let start = Instant::now();
        (0..20).for_each(|_| growth.hit_queued(Duration::from_millis(50)));
        growth.review_own_late(20, 2, start);
        assert_eq!(growth.slots_to_open(20, 2, 100), 0);
        growth.review_own_late(20, 2, start + SLOW_TARGET_WAIT / 2);
        assert_eq!(growth.slots_to_open(20, 2, 100), 0);
        growth.hit_dequeued();
        growth.review_own_late(19, 2, start + SLOW_TARGET_WAIT);
        assert_eq!(
            growth.slots_to_open(19, 20, 100),
            19,
            "one of two slots came free"
        );
        growth.hit_queued(Duration::from_millis(50));
        growth.review_own_late(1, 2, start + SLOW_TARGET_WAIT * 3);
        assert_eq!(
            growth.slots_to_open(1, 2, 100),
            0,
            "each stall has its own time"
        );
        growth.hit_dequeued();
        growth.hit_dequeued();
        growth.hit_queued(Duration::from_millis(50));
        growth.review_own_late(1, 2, start + SLOW_TARGET_WAIT * 4);
        assert_eq!(growth.slots_to_open(1, 2, 100), 0, "the target is fast");
    }

    #[test]
    fn openings_are_bounded_by_number_room_and_backlog() {
        let growth = SlotGrowth::default();
        (0..100).for_each(|_| growth.hit_queued(Duration::ZERO));
        assert_eq!(growth.slots_to_open(100, 2, 5), 5, "room");
        assert_eq!(
            growth.slots_to_open(100, 2, 1000),
            MIN_CONCURRENT_OPENINGS,
            "at once"
        );
        assert_eq!(
            growth.slots_to_open(100, 40, 1000),
            40,
            "as many as are open"
        );
        assert_eq!(growth.slots_to_open(1, 40, 1000), 1, "backlog");
        assert_eq!(
            growth.slots_to_open(100, 40, 1000),
            0,
            "the wants are used up"
        );
    }
}
