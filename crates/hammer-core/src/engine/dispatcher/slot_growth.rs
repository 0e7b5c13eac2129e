//! Decides when more slots open.

use std::time::{Duration, Instant};

/// The lateness from which a hit counts as delayed by the generator, not by a lack of slots.
pub(super) const GENERATOR_LATENESS: Duration = Duration::from_millis(10);
/// The lateness below which a hit is on time: the answers of busy slots have been read by then.
pub(super) const ON_TIME: Duration = Duration::from_millis(1);
/// The time that hits delayed by the generator wait before the target is checked.
///
/// The target is slow if fewer slots came free in that time than are open.
const SLOW_TARGET_WAIT: Duration = Duration::from_millis(100);
/// The least number of slots that open at once for hits delayed by the generator at a slow target.
const MIN_GROWTH: usize = 16;
/// The maximum number of slots that an open loop opens before the start.
const MAX_INITIAL_SLOTS: usize = 16;

/// Decides when more slots open.
///
/// A hit that finds no idle slot although it is on time waits for one pass over the I/O, in which
/// slots may come free. If it still waits then, a slot opens for it. So a stall of the target opens
/// one slot per due hit, and no hit is late because slots are opening.
///
/// Hits delayed by the generator open nothing, however long the backlog is, because it will shrink
/// at the speed of the target. So a stall of the generator opens almost no slots: until the delayed
/// hits have left the backlog, a slot opens only if no slot comes free at all. If the target is slow
/// and its slots stay in use for seconds, the delayed hits count like any others, a few at first and
/// twice as many each time.
#[derive(Debug, Default)]
pub(super) struct SlotGrowth {
    /// Hits that have waited for a pass over the I/O and need a slot.
    wanted: usize,
    /// Hits that have not been through a pass over the I/O yet.
    new: usize,
    /// Hits in the backlog that the generator delayed.
    late_by_generator: usize,
    /// The start of the current check of those hits, and the departures at that time.
    late_by_generator_since: Option<(Instant, u64)>,
    /// The number of hits that left the backlog for a free slot.
    departures: u64,
    /// The departures at the start of the current pass.
    pass: Option<u64>,
}

impl SlotGrowth {
    /// Records that a hit joined the backlog `late` after its due time.
    pub(super) fn hit_queued(&mut self, late: Duration) {
        if late >= GENERATOR_LATENESS {
            self.late_by_generator += 1;
        } else if self.late_by_generator == 0 {
            self.new += 1;
        }
    }

    /// Records that a hit left the backlog for a free slot, or unsent.
    pub(super) fn hit_dequeued(&mut self) {
        self.departures += 1;
        // The hit that was due first leaves first.
        for count in [&mut self.wanted, &mut self.new, &mut self.late_by_generator] {
            if *count > 0 {
                *count -= 1;
                return;
            }
        }
    }

    /// Returns true if hits have joined the backlog since the last pass began.
    pub(super) fn has_new_hits(&self) -> bool {
        self.new > 0
    }

    /// Begins a pass over the I/O.
    pub(super) fn begin_pass(&mut self) {
        self.wanted += std::mem::take(&mut self.new);
        self.pass = Some(self.departures);
    }

    /// Ends the pass over the I/O, with `backlog` hits waiting and `open` slots. Returns false if
    /// there was none.
    pub(super) fn end_pass(&mut self, backlog: usize, open: usize, now: Instant) -> bool {
        let Some(departures) = self.pass.take() else {
            return false;
        };
        if departures == self.departures && backlog > 0 {
            self.wanted = self.wanted.max(1);
        }
        self.review_late_by_generator(backlog, open, now);
        true
    }

    /// Counts hits delayed by the generator as wanted once they have waited long enough for a slow
    /// target.
    fn review_late_by_generator(&mut self, backlog: usize, open: usize, now: Instant) {
        let start = (now, self.departures);
        let (since, departures) = self.late_by_generator_since.unwrap_or(start);
        let is_over = now.saturating_duration_since(since) >= SLOW_TARGET_WAIT;
        let is_slow = self.departures - departures < open as u64;
        if self.late_by_generator > 0 && is_over && is_slow {
            // The slots double at most, so that a pause of the generator does not become a burst.
            let slots = self.late_by_generator.min(open.max(MIN_GROWTH));
            self.wanted = (self.wanted + slots).min(backlog);
        }
        let checkpoint = if is_over { start } else { (since, departures) };
        self.late_by_generator_since = (self.late_by_generator > 0).then_some(checkpoint);
    }

    /// Takes the number of slots to open now, with `backlog` hits waiting and `room` for more
    /// slots.
    pub(super) fn slots_to_open(&mut self, backlog: usize, room: usize) -> usize {
        let wanted = self.wanted.min(backlog);
        let now = wanted.min(room);
        self.wanted = wanted - now;
        self.late_by_generator = self.late_by_generator.saturating_sub(now);
        now
    }
}

/// The number of slots to open before the clock starts.
///
/// A closed loop or a pool of users (`rate` is `None`) opens all slots. An open loop opens enough for the peak `rate`
/// per second if each hit takes a millisecond.
pub(super) fn initial_slots(rate: Option<f64>, limit: usize) -> usize {
    match rate {
        None => limit,
        Some(rate) => ((rate / 1e3).ceil() as usize)
            .clamp(1, MAX_INITIAL_SLOTS)
            .min(limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Queues `hits` hits that are `late`, and passes over the I/O.
    fn queue(growth: &mut SlotGrowth, hits: usize, late: Duration) {
        (0..hits).for_each(|_| growth.hit_queued(late));
        growth.begin_pass();
    }

    #[test]
    fn a_stall_of_the_target_opens_a_slot_per_due_hit() {
        let mut growth = SlotGrowth::default();
        let now = Instant::now();
        for hit in 1..=10 {
            growth.hit_queued(Duration::from_micros(50));
            assert_eq!(growth.slots_to_open(1, 100), 0, "not before the pass");
            growth.begin_pass();
            assert!(growth.end_pass(1, hit, now));
            assert_eq!(growth.slots_to_open(1, 100), 1);
        }
    }

    #[test]
    fn a_stall_of_the_generator_opens_a_slot_only_if_none_comes_free() {
        let mut growth = SlotGrowth::default();
        let now = Instant::now();
        queue(&mut growth, 4000, Duration::from_secs(1));
        (0..100).for_each(|_| growth.hit_queued(Duration::ZERO));
        growth.hit_dequeued();
        growth.end_pass(4099, 2, now);
        assert_eq!(growth.slots_to_open(4099, 2000), 0);
        growth.begin_pass();
        growth.end_pass(4099, 2, now);
        assert_eq!(growth.slots_to_open(4099, 2000), 1);
    }

    #[test]
    fn free_slots_reduce_the_slots_to_open() {
        let mut growth = SlotGrowth::default();
        queue(&mut growth, 5, Duration::ZERO);
        (0..3).for_each(|_| growth.hit_dequeued());
        growth.end_pass(2, 2, Instant::now());
        assert_eq!(growth.slots_to_open(2, 100), 2);
        assert!(!growth.end_pass(2, 2, Instant::now()), "no pass began");
    }

    #[test]
    fn hits_delayed_by_the_generator_do_not_wait_forever() {
        let start = Instant::now();
        let half = SLOW_TARGET_WAIT / 2;
        // Two slots are open. The target is slow if fewer than two come free in the time.
        for (free, expected) in [(1, MIN_GROWTH), (2, 0)] {
            let mut growth = SlotGrowth::default();
            (0..20).for_each(|_| growth.hit_queued(Duration::from_millis(50)));
            growth.review_late_by_generator(20, 2, start);
            growth.review_late_by_generator(20, 2, start + half);
            assert_eq!(growth.slots_to_open(20, 100), 0);
            (0..free).for_each(|_| growth.hit_dequeued());
            growth.review_late_by_generator(17, 2, start + half * 2);
            assert_eq!(growth.slots_to_open(17, 100), expected, "{free} came free");
        }
    }

    #[test]
    fn openings_are_limited_by_room_and_backlog() {
        let mut growth = SlotGrowth::default();
        queue(&mut growth, 100, Duration::ZERO);
        growth.end_pass(100, 2, Instant::now());
        assert_eq!(growth.slots_to_open(100, 5), 5, "room");
        assert_eq!(growth.slots_to_open(1, 1000), 1, "backlog");
        assert_eq!(growth.slots_to_open(100, 1000), 0, "no more are wanted");
    }

    #[test]
    fn initial_slots_follow_the_peak_rate() {
        for (rate, limit, slots) in [
            (None, 64, 64),
            (Some(0.5), 64, 1),
            (Some(2500.0), 64, 3),
            (Some(1e6), 64, 16),
            (Some(1e6), 4, 4),
        ] {
            assert_eq!(initial_slots(rate, limit), slots, "{rate:?}");
        }
    }
}
