use std::io;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::slot::{Order, SlotCell};
use super::{Peaks, Pending, State, Worker};
use crate::Hammer;
use crate::effort::Meter;
use crate::stop::Level;
use crate::unsent::Unsent;
use crate::wait::Wait;

/// Bounds of the shortest time between two looks at the schedule.
const QUANTUM: RangeInclusive<Duration> = Duration::from_micros(100)..=Duration::from_micros(400);
/// How the quantum grows with a worker's rate, in µs for each hit per second: 400 µs at 20,000/s.
const QUANTUM_US_PER_RATE: f64 = 0.02;
/// How many hits may come together before the quantum shrinks again: by then the cost of waking is
/// spread thin enough, and more would only queue at the target.
const BATCH: f64 = 16.0;
const SECOND: Duration = Duration::from_secs(1);
/// The longest time between two looks, so that a loop that stands still is seen although no hit is
/// due.
const LOOK: Duration = Duration::from_millis(50);
/// The time between two looks at a playlist whose reader is behind.
const STARVED: Duration = Duration::from_millis(1);

impl<H: Hammer> Worker<H> {
    /// Turns to each hit when it is due, until the last one has ended.
    pub(super) async fn pace(self: &Rc<Self>, wait: &mut Wait) -> io::Result<()> {
        // The start lies a little ahead, so that all workers begin together.
        while Instant::now() < self.start.get() && self.part.stop.level() == Level::Run {
            wait.until(self.start.get(), &self.bell).await?;
        }
        self.warm_up();
        self.start_meter();
        let mut wanted = self.start.get();
        let mut drain_end = None;
        let mut next_tick = SECOND;
        let mut departures = 0;
        let mut steady = self.share.borrow().steady_rate().map(quantum);
        loop {
            let now = Instant::now();
            if let Some(meter) = &mut *self.meter.borrow_mut() {
                meter.looked(now.saturating_duration_since(wanted));
            }
            let mut elapsed = now.saturating_duration_since(self.start.get());
            let level = self.part.stop.level();
            if self.end_warm_up(elapsed, level > Level::Run) {
                elapsed = now.saturating_duration_since(self.start.get());
                steady = self.share.borrow().steady_rate().map(quantum);
                self.start_meter();
            }
            let warm_until = self.warm_until.get();
            self.leave_out_late(now);
            let waiting = match self.state.get() {
                State::Running if level == Level::Run => self.dispatch(elapsed),
                // Those that were due last want slots as well.
                State::Draining if level == Level::Run => self.backlog.borrow().len(),
                _ => 0,
            };
            self.time_out(now);
            if elapsed >= next_tick && warm_until.is_none() {
                let second = elapsed.as_secs();
                self.link.swap(&self.interval, second);
                if let Some(meter) = &mut *self.meter.borrow_mut() {
                    meter.second();
                }
                next_tick = SECOND * u32::try_from(second + 1).unwrap_or(u32::MAX);
            }
            if waiting > 0 {
                let stuck = self.growth.departures() == departures;
                // A pass over the I/O: slots that come free now need not be opened.
                tokio::task::yield_now().await;
                if stuck && self.growth.departures() == departures {
                    self.growth.stuck();
                }
                departures = self.growth.departures();
                let open = self.slots.borrow().len();
                self.growth.look(self.backlog.borrow().len(), open, now);
                self.grow();
            }
            let level = self.part.stop.level();
            let over = warm_until.is_none() && self.is_over(elapsed);
            if self.state.get() == State::Running && (level > Level::Run || over) {
                self.state.set(State::Draining);
                self.peaks.set(Peaks {
                    schedule_end: elapsed,
                    ..self.peaks.get()
                });
                drain_end = now.checked_add(self.part.drain);
                self.link.draining();
            }
            if self.state.get() == State::Draining {
                if level > Level::Run {
                    self.give_up_backlog(Unsent::Stopped);
                }
                if self.busy.get() == 0 && self.backlog.borrow().is_empty() {
                    return Ok(());
                }
                if level == Level::Now || drain_end.is_some_and(|end| now >= end) {
                    self.abandon().await;
                    return Ok(());
                }
            }
            let next_due = match self.state.get() {
                State::Running => self.next_due(elapsed),
                _ => None,
            };
            let quantum = steady.unwrap_or_else(|| self.quantum_at(elapsed));
            // None for a time that no clock will show.
            let at = |offset| self.start.get().checked_add(offset);
            let times = [
                next_due.and_then(|due| at(due.max(elapsed + quantum))),
                at(warm_until.unwrap_or(next_tick)),
                self.in_flight.borrow().next_timeout(self.part.timeout),
                drain_end,
                (waiting > 0 || !self.part.paused).then(|| now + LOOK),
            ];
            wanted = times.into_iter().flatten().min().unwrap_or(now + SECOND);
            wait.until(wanted, &self.bell).await?;
        }
    }

    /// From now on, what the run takes out of this thread is measured. A paused clock has no thread
    /// to measure.
    fn start_meter(&self) {
        if !self.part.paused {
            self.meter.replace(Some(Meter::start()));
        }
    }

    /// Gives all hits that are due to idle slots, or to the backlog; tells how many wait there.
    fn dispatch(&self, elapsed: Duration) -> usize {
        let mut share = self.share.borrow_mut();
        let mut idle = self.idle.borrow_mut();
        let slots = self.slots.borrow();
        let mut interval = self.interval.borrow_mut();
        if share.is_closed_loop() {
            while let Some(slot) = idle.pop() {
                let Some(number) = share.take_free(elapsed) else {
                    idle.push(slot);
                    break;
                };
                interval.hits.scheduled += 1;
                interval.schedule_late.record(Duration::ZERO);
                self.give(
                    &slots[slot],
                    Pending {
                        number,
                        due: elapsed,
                    },
                );
            }
            return 0;
        }
        share.is_starved(elapsed);
        let mut backlog = self.backlog.borrow_mut();
        while let Some(due) = share.peek().filter(|due| *due <= elapsed) {
            if let Some(items) = &self.items
                && let Some((item, late)) = share.item()
            {
                items.borrow_mut().put(item);
                if late {
                    *interval.counts.of("read_late") += 1;
                }
            }
            let hit = Pending {
                number: share.advance(),
                due,
            };
            let late = elapsed - due;
            let stage = self.stage_of(due);
            interval.hits.scheduled += 1;
            interval.schedule_late.record(late);
            if let Some(stage) = stage {
                interval.stages.of(stage).hits.scheduled += 1;
            }
            if let Some(slot) = idle.pop() {
                self.give(&slots[slot], hit);
            } else if backlog.len() < self.part.max_backlog {
                interval.waited_at_limit += u64::from(slots.len() >= self.part.max_in_flight);
                backlog.push_back(hit);
                self.growth.arrived(late);
            } else {
                drop(interval);
                self.unsent(hit, Unsent::Backlog);
                interval = self.interval.borrow_mut();
            }
        }
        let mut peaks = self.peaks.get();
        peaks.backlog = peaks.backlog.max(backlog.len());
        self.peaks.set(peaks);
        backlog.len()
    }

    fn give(&self, slot: &SlotCell, hit: Pending) {
        self.busy.set(self.busy.get() + 1);
        slot.give(hit);
    }

    /// The quantum at the present rate of a schedule whose rate changes.
    fn quantum_at(&self, elapsed: Duration) -> Duration {
        quantum(self.share.borrow().rate_at(elapsed).unwrap_or(0.0))
    }

    fn next_due(&self, elapsed: Duration) -> Option<Duration> {
        let mut share = self.share.borrow_mut();
        if share.is_closed_loop() {
            share.until()
        } else if share.is_starved(elapsed) {
            Some(elapsed + STARVED)
        } else {
            share.peek()
        }
    }

    /// Whether no hit will become due any more.
    fn is_over(&self, elapsed: Duration) -> bool {
        let mut share = self.share.borrow_mut();
        if share.is_closed_loop() {
            share.is_used_up(elapsed)
        } else {
            share.is_over(elapsed)
        }
    }

    /// Opens the slots that are missing.
    pub(super) fn grow(self: &Rc<Self>) {
        if !matches!(self.state.get(), State::Running | State::Draining) {
            return;
        }
        let open = self.slots.borrow().len();
        let room = self.part.max_in_flight.saturating_sub(open);
        for _ in 0..self.growth.missing(self.backlog.borrow().len(), open, room) {
            self.open_slot();
        }
    }

    /// Ends hits whose time is up.
    fn time_out(&self, now: Instant) {
        let mut in_flight = self.in_flight.borrow_mut();
        while in_flight
            .next_timeout(self.part.timeout)
            .is_some_and(|end| end <= now)
        {
            let Some(slot) = in_flight.front() else {
                return;
            };
            in_flight.remove(slot);
            self.slots.borrow()[slot].order(Order::TimeOut);
        }
    }

    fn give_up_backlog(&self, why: Unsent) {
        let backlog = std::mem::take(&mut *self.backlog.borrow_mut());
        backlog.into_iter().for_each(|hit| self.unsent(hit, why));
    }

    /// Ends everything: due hits are unsent, those in flight abandoned.
    async fn abandon(&self) {
        self.state.set(State::Closing);
        let why = if self.part.stop.level() > Level::Run {
            Unsent::Stopped
        } else if self.slots.borrow().len() >= self.part.max_in_flight {
            Unsent::InFlightBound
        } else {
            Unsent::Drain
        };
        self.give_up_backlog(why);
        while self.busy.get() > 0 {
            self.abandon_in_flight();
            tokio::task::yield_now().await;
        }
    }

    fn abandon_in_flight(&self) {
        let mut in_flight = self.in_flight.borrow_mut();
        while let Some(slot) = in_flight.front() {
            in_flight.remove(slot);
            self.slots.borrow()[slot].order(Order::Abandon);
        }
    }
}

/// The shortest time between two looks at the schedule for a worker's hits per second: those due
/// within it start together, so that the cost of waking falls as the rate grows.
fn quantum(rate: f64) -> Duration {
    let (least, most) = (*QUANTUM.start(), *QUANTUM.end());
    let micros = (QUANTUM_US_PER_RATE * rate).min(BATCH / rate * 1e6);
    Duration::from_micros(micros as u64).clamp(least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantum_grows_with_the_rate_within_its_bounds() {
        for (rate, micros) in [
            (0.0, 100),
            (1.0, 100),
            (5e3, 100),
            (1e4, 200),
            (2e4, 400),
            (4e4, 400),
            (8e4, 200),
            (1e6, 100),
        ] {
            assert_eq!(quantum(rate), Duration::from_micros(micros), "{rate}/s");
        }
    }
}
