//! Decides when more slots open.

use std::cell::Cell;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// The lateness from which a hit counts as delayed by the generator, not by a lack of slots.
const GENERATOR_LATENESS: Duration = Duration::from_millis(10);
/// The time that hits delayed by the generator wait before the target is checked.
///
/// The target is slow if fewer slots came free in that time than are open.
const SLOW_TARGET_WAIT: Duration = Duration::from_millis(100);
/// The maximum number of concurrent openings while fewer slots are open.
const MIN_CONCURRENT_OPENINGS: usize = 16;

/// Decides when more slots open.
///
/// Each hit that finds no idle slot although it is on time adds one to the wanted slots. Each hit
/// that leaves the backlog for a free slot subtracts one. What remains after a pass over the I/O is
/// the number of missing slots.
///
/// Hits delayed by the generator add nothing, however long the backlog is, because it will shrink
/// at the speed of the target. So a stall of the target opens one slot per due hit, and a stall of
/// the generator opens almost none: until the delayed hits have left the backlog, a slot opens only
/// if no slot comes free at all. If the target is slow and its slots stay in use for seconds, the
/// delayed hits still waiting count as wanted like any others.
#[derive(Debug, Default)]
pub(super) struct SlotGrowth {
    wanted: Cell<usize>,
    opening: Cell<usize>,
    /// Hits in the backlog that the generator delayed.
    late_by_generator: Cell<usize>,
    /// The start of the current check of those hits, and the departures at that time.
    late_by_generator_since: Cell<Option<(Instant, u64)>>,
    /// True while a slot that has just opened takes its first hit.
    just_opened: Cell<bool>,
    /// The number of hits that left the backlog for a free slot.
    departures: Cell<u64>,
    changed: Notify,
}

impl SlotGrowth {
    /// Records that a hit joined the backlog `late` after its due time.
    pub(super) fn hit_queued(&self, late: Duration) {
        if late >= GENERATOR_LATENESS {
            self.late_by_generator.set(self.late_by_generator.get() + 1);
        } else if self.late_by_generator.get() == 0 {
            self.wanted.set(self.wanted.get() + 1);
        }
    }

    /// Records that a hit left the backlog.
    ///
    /// If its slot was opened for it, the hit no longer counts as wanted.
    pub(super) fn hit_dequeued(&self) {
        self.late_by_generator
            .set(self.late_by_generator.get().saturating_sub(1));
        if !self.just_opened.take() {
            self.wanted.set(self.wanted.get().saturating_sub(1));
            self.departures.set(self.departures.get() + 1);
        }
    }

    /// Records that a slot found no hit in the backlog.
    pub(super) fn slot_idle(&self) {
        self.just_opened.set(false);
    }

    /// Counts hits delayed by the generator as wanted once they have waited long enough for a slow
    /// target.
    pub(super) fn review_late_by_generator(&self, backlog: usize, open: usize, now: Instant) {
        let departures = self.departures.get();
        let (since, departures_then) = self
            .late_by_generator_since
            .get()
            .unwrap_or((now, departures));
        let is_over = now.saturating_duration_since(since) >= SLOW_TARGET_WAIT;
        let is_slow = departures - departures_then < open as u64;
        if self.late_by_generator.get() > 0 && is_over && is_slow {
            self.late_by_generator.set(0);
            let opening = self.opening.get();
            self.wanted.set(backlog.saturating_sub(opening));
        }
        let checkpoint = if is_over {
            (now, departures)
        } else {
            (since, departures_then)
        };
        self.late_by_generator_since
            .set((self.late_by_generator.get() > 0).then_some(checkpoint));
    }

    /// The number of hits that have left the backlog for free slots so far.
    pub(super) fn departures(&self) -> u64 {
        self.departures.get()
    }

    /// Requests another slot, because no hit leaves the backlog.
    pub(super) fn want_one(&self) {
        self.wanted.set(self.wanted.get().max(1));
    }

    /// The number of slots to open now, with `backlog` hits waiting, `open` slots, and `room` for
    /// more.
    pub(super) fn slots_to_open(&self, backlog: usize, open: usize, room: usize) -> usize {
        let wanted = self.wanted.get().min(backlog);
        let at_once = MIN_CONCURRENT_OPENINGS
            .max(open)
            .saturating_sub(self.opening.get());
        let now = wanted.min(at_once).min(room);
        self.wanted.set(wanted - now);
        now
    }

    /// Records that a slot begins to open.
    pub(super) fn slot_opening(&self) {
        self.opening.set(self.opening.get() + 1);
    }

    /// Records that a slot has opened, or failed to.
    pub(super) fn slot_opened(&self) {
        self.opening.set(self.opening.get() - 1);
        self.just_opened.set(true);
        self.changed.notify_waiters();
    }

    /// Records that a slot has closed.
    pub(super) fn slot_closed(&self) {
        self.changed.notify_waiters();
    }

    /// Waits until a slot has opened or closed.
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

/// The number of slots to open before the clock starts.
///
/// A closed loop (`rate` is `None`) opens all slots. An open loop opens enough for the peak `rate`
/// per second if each hit takes a millisecond.
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
    fn a_stall_of_the_generator_opens_no_slots() {
        let growth = SlotGrowth::default();
        (0..4000).for_each(|_| growth.hit_queued(Duration::from_secs(1)));
        (0..100).for_each(|_| growth.hit_queued(Duration::ZERO));
        assert_eq!(growth.slots_to_open(4100, 2, 2000), 0);
        growth.want_one();
        assert_eq!(growth.slots_to_open(4000, 2, 2000), 1);
    }

    #[test]
    fn free_slots_reduce_the_slots_to_open() {
        let growth = SlotGrowth::default();
        (0..5).for_each(|_| growth.hit_queued(Duration::ZERO));
        (0..3).for_each(|_| growth.hit_dequeued());
        assert_eq!(growth.slots_to_open(2, 2, 100), 2);
    }

    #[test]
    fn a_new_slot_takes_the_hit_it_was_opened_for() {
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
        assert_eq!(open, 41, "one slot per hit");
        growth.hit_queued(Duration::ZERO);
        growth.slot_opening();
        growth.slot_opened();
        growth.slot_idle();
        growth.hit_dequeued();
        assert_eq!(growth.slots_to_open(1, open, 1000), 0, "a slot came free");
    }

    #[test]
    fn hits_delayed_by_the_generator_do_not_wait_forever() {
        let growth = SlotGrowth::default();
        let start = Instant::now();
        (0..20).for_each(|_| growth.hit_queued(Duration::from_millis(50)));
        growth.review_late_by_generator(20, 2, start);
        assert_eq!(growth.slots_to_open(20, 2, 100), 0);
        growth.review_late_by_generator(20, 2, start + SLOW_TARGET_WAIT / 2);
        assert_eq!(growth.slots_to_open(20, 2, 100), 0);
        growth.hit_dequeued();
        growth.review_late_by_generator(19, 2, start + SLOW_TARGET_WAIT);
        assert_eq!(
            growth.slots_to_open(19, 20, 100),
            19,
            "one of two slots came free"
        );
        growth.hit_queued(Duration::from_millis(50));
        growth.review_late_by_generator(1, 2, start + SLOW_TARGET_WAIT * 3);
        assert_eq!(
            growth.slots_to_open(1, 2, 100),
            0,
            "each stall is timed by itself"
        );
        growth.hit_dequeued();
        growth.hit_dequeued();
        growth.hit_queued(Duration::from_millis(50));
        growth.review_late_by_generator(1, 2, start + SLOW_TARGET_WAIT * 4);
        assert_eq!(growth.slots_to_open(1, 2, 100), 0, "the target is fast");
    }

    #[test]
    fn openings_are_limited_by_number_room_and_backlog() {
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
            "the number of open slots"
        );
        assert_eq!(growth.slots_to_open(1, 40, 1000), 1, "backlog");
        assert_eq!(
            growth.slots_to_open(100, 40, 1000),
            0,
            "no more slots are wanted"
        );
    }
}
