//! The loop that starts a worker's hits when they are due.

use std::io;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::slot::{CancelReason, SlotChannel};
use super::{UnstartedHit, Worker, WorkerPeaks, WorkerPhase};
use crate::engine::stop_handle::StopLevel;
use crate::engine::timer::PreciseTimer;
use crate::host::thread_usage::ThreadUsageMeter;
use crate::model::hammer::Hammer;
use crate::report::unsent_cause::UnsentCause;
use crate::report::worker_gauges::WorkerGauges;

/// The range of the quantum, the shortest time between two checks of the schedule.
const QUANTUM: RangeInclusive<Duration> = Duration::from_micros(100)..=Duration::from_micros(400);
/// The growth of the quantum with a worker's rate, in µs per hit per second: 400 µs at 20,000/s.
const QUANTUM_US_PER_RATE: f64 = 0.02;
/// The number of hits per quantum from which it shrinks again. The cost of a wake-up is spread thin
/// by then, and more hits would only queue at the target.
const MAX_QUANTUM_HITS: f64 = 16.0;
const SECOND: Duration = Duration::from_secs(1);
/// The longest time between two wake-ups, so that a stall is noticed even if no hit is due.
const MAX_WAKEUP_INTERVAL: Duration = Duration::from_millis(50);
/// The time between two checks of a playlist whose reader is late.
const STARVED_POLL_INTERVAL: Duration = Duration::from_millis(1);

impl<H: Hammer> Worker<H> {
    /// Starts each hit when it is due, until the last one has ended.
    pub(super) async fn run_pacer(self: &Rc<Self>, timer: &mut PreciseTimer) -> io::Result<()> {
        // The start is slightly in the future, so that all workers begin together.
        while Instant::now() < self.start.get() && self.config.stop.level() == StopLevel::Run {
            timer.wait_until(self.start.get(), &self.notifier).await?;
        }
        self.warm_up();
        self.start_meter();
        let mut planned_wakeup = self.start.get();
        let mut drain_end = None;
        let mut next_tick = SECOND;
        let mut departures = 0;
        let mut steady_quantum = self.schedule.borrow().steady_rate().map(quantum);
        loop {
            let now = Instant::now();
            if let Some(meter) = &mut *self.meter.borrow_mut() {
                meter.record_wakeup(now.saturating_duration_since(planned_wakeup));
            }
            let mut elapsed = now.saturating_duration_since(self.start.get());
            let level = self.config.stop.level();
            if self.end_warm_up(elapsed, level > StopLevel::Run) {
                elapsed = now.saturating_duration_since(self.start.get());
                steady_quantum = self.schedule.borrow().steady_rate().map(quantum);
                self.start_meter();
            }
            let warm_until = self.warmup_end.get();
            self.skip_late_backlog(now);
            let waiting = match self.state.get() {
                WorkerPhase::Running if level == StopLevel::Run => self.dispatch(elapsed),
                // The last due hits need slots as well.
                WorkerPhase::Draining if level == StopLevel::Run => self.backlog.borrow().len(),
                _ => 0,
            };
            self.time_out_hits(now);
            if elapsed >= next_tick && warm_until.is_none() {
                let second = elapsed.as_secs();
                let gauges = WorkerGauges {
                    in_flight: self.in_flight.borrow().len(),
                    backlog: self.backlog.borrow().len(),
                };
                let mut meter = self.meter.borrow_mut();
                let usage = meter.as_mut().map(ThreadUsageMeter::end_second);
                self.link
                    .swap_interval(&self.interval, second, gauges, usage);
                next_tick = SECOND * u32::try_from(second + 1).unwrap_or(u32::MAX);
            }
            if waiting > 0 {
                let is_stuck = self.growth.departures() == departures;
                // One pass over the I/O: slots that become free now do not have to be opened.
                tokio::task::yield_now().await;
                if is_stuck && self.growth.departures() == departures {
                    self.growth.want_one();
                }
                departures = self.growth.departures();
                let open = self.slots.borrow().len();
                self.growth
                    .review_late_by_generator(self.backlog.borrow().len(), open, now);
                self.open_missing_slots();
            }
            let level = self.config.stop.level();
            let is_over = warm_until.is_none() && self.is_over(elapsed);
            if self.state.get() == WorkerPhase::Running && (level > StopLevel::Run || is_over) {
                self.state.set(WorkerPhase::Draining);
                self.peaks.set(WorkerPeaks {
                    schedule_end: elapsed,
                    ..self.peaks.get()
                });
                drain_end = now.checked_add(self.config.drain);
                self.link.report_draining();
            }
            if self.state.get() == WorkerPhase::Draining {
                if level > StopLevel::Run {
                    self.give_up_backlog(UnsentCause::Stopped);
                }
                if self.active_hits.get() == 0 && self.backlog.borrow().is_empty() {
                    return Ok(());
                }
                if level == StopLevel::Now || drain_end.is_some_and(|end| now >= end) {
                    self.abandon().await;
                    return Ok(());
                }
            }
            let next_due = match self.state.get() {
                WorkerPhase::Running => self.next_due(elapsed),
                _ => None,
            };
            let quantum = steady_quantum.unwrap_or_else(|| self.quantum_at(elapsed));
            // `None` if the clock cannot represent the instant.
            let at = |offset| self.start.get().checked_add(offset);
            let times = [
                next_due.and_then(|due| at(due.max(elapsed + quantum))),
                at(warm_until.unwrap_or(next_tick)),
                self.in_flight.borrow().next_timeout(self.config.timeout),
                drain_end,
                (waiting > 0 || !self.config.paused).then(|| now + MAX_WAKEUP_INTERVAL),
            ];
            planned_wakeup = times.into_iter().flatten().min().unwrap_or(now + SECOND);
            timer.wait_until(planned_wakeup, &self.notifier).await?;
        }
    }

    /// Starts measuring this thread, except under a paused clock, where that has no meaning.
    fn start_meter(&self) {
        if !self.config.paused {
            self.meter.replace(Some(ThreadUsageMeter::start()));
        }
    }

    /// Gives due hits to idle slots or to the backlog, and returns the length of the backlog.
    fn dispatch(&self, elapsed: Duration) -> usize {
        let mut schedule = self.schedule.borrow_mut();
        let mut idle = self.idle.borrow_mut();
        let slots = self.slots.borrow();
        let mut interval = self.interval.borrow_mut();
        if schedule.is_closed_loop() {
            while let Some(slot) = idle.pop() {
                let Some(number) = schedule.take_closed_loop(elapsed) else {
                    idle.push(slot);
                    break;
                };
                interval.hits.scheduled += 1;
                interval.schedule_lateness.record(Duration::ZERO);
                self.give_hit(
                    &slots[slot],
                    UnstartedHit {
                        number,
                        due: elapsed,
                    },
                );
            }
            return 0;
        }
        schedule.poll_starved(elapsed);
        let mut backlog = self.backlog.borrow_mut();
        while let Some(due) = schedule.peek().filter(|due| *due <= elapsed) {
            if let Some(items) = &self.items
                && let Some((item, late)) = schedule.item()
            {
                items.borrow_mut().push(item);
                if late {
                    *interval.counts.entry("read_late") += 1;
                }
            }
            let hit = UnstartedHit {
                number: schedule.advance(),
                due,
            };
            let late = elapsed - due;
            let stage = self.stage_of(due);
            interval.hits.scheduled += 1;
            interval.schedule_lateness.record(late);
            if let Some(stage) = stage {
                interval.stages.entry(stage).hits.scheduled += 1;
            }
            if let Some(slot) = idle.pop() {
                self.give_hit(&slots[slot], hit);
            } else if backlog.len() < self.config.max_backlog {
                interval.waited_at_limit += u64::from(slots.len() >= self.config.max_in_flight);
                backlog.push_back(hit);
                self.growth.hit_queued(late);
            } else {
                drop(interval);
                self.record_unsent(hit, UnsentCause::Backlog);
                interval = self.interval.borrow_mut();
            }
        }
        let mut peaks = self.peaks.get();
        peaks.backlog = peaks.backlog.max(backlog.len());
        self.peaks.set(peaks);
        backlog.len()
    }

    fn give_hit(&self, slot: &SlotChannel, hit: UnstartedHit) {
        self.active_hits.set(self.active_hits.get() + 1);
        slot.give(hit);
    }

    /// The quantum at the current rate, for a schedule whose rate changes.
    fn quantum_at(&self, elapsed: Duration) -> Duration {
        quantum(self.schedule.borrow().rate_at(elapsed).unwrap_or(0.0))
    }

    fn next_due(&self, elapsed: Duration) -> Option<Duration> {
        let mut schedule = self.schedule.borrow_mut();
        if schedule.is_closed_loop() {
            schedule.end_time()
        } else if schedule.poll_starved(elapsed) {
            Some(elapsed + STARVED_POLL_INTERVAL)
        } else {
            schedule.peek()
        }
    }

    /// Returns true if no more hits will become due.
    fn is_over(&self, elapsed: Duration) -> bool {
        let mut schedule = self.schedule.borrow_mut();
        if schedule.is_closed_loop() {
            schedule.is_exhausted(elapsed)
        } else {
            schedule.is_over(elapsed)
        }
    }

    /// Opens missing slots.
    pub(super) fn open_missing_slots(self: &Rc<Self>) {
        if !matches!(
            self.state.get(),
            WorkerPhase::Running | WorkerPhase::Draining
        ) {
            return;
        }
        let open = self.slots.borrow().len();
        let room = self.config.max_in_flight.saturating_sub(open);
        for _ in 0..self
            .growth
            .slots_to_open(self.backlog.borrow().len(), open, room)
        {
            self.open_slot();
        }
    }

    /// Ends hits that have timed out.
    fn time_out_hits(&self, now: Instant) {
        let mut in_flight = self.in_flight.borrow_mut();
        while in_flight
            .next_timeout(self.config.timeout)
            .is_some_and(|end| end <= now)
        {
            let Some(slot) = in_flight.front() else {
                return;
            };
            in_flight.remove(slot);
            self.slots.borrow()[slot].cancel(CancelReason::TimeOut);
        }
    }

    fn give_up_backlog(&self, cause: UnsentCause) {
        let backlog = std::mem::take(&mut *self.backlog.borrow_mut());
        backlog
            .into_iter()
            .for_each(|hit| self.record_unsent(hit, cause));
    }

    /// Ends all hits: those in the backlog are unsent, those in flight abandoned.
    async fn abandon(&self) {
        self.state.set(WorkerPhase::Closing);
        let cause = if self.config.stop.level() > StopLevel::Run {
            UnsentCause::Stopped
        } else if self.slots.borrow().len() >= self.config.max_in_flight {
            UnsentCause::InFlightBound
        } else {
            UnsentCause::Drain
        };
        self.give_up_backlog(cause);
        while self.active_hits.get() > 0 {
            self.abandon_in_flight();
            tokio::task::yield_now().await;
        }
    }

    fn abandon_in_flight(&self) {
        let mut in_flight = self.in_flight.borrow_mut();
        while let Some(slot) = in_flight.front() {
            in_flight.remove(slot);
            self.slots.borrow()[slot].cancel(CancelReason::Abandon);
        }
    }
}

/// The shortest time between two checks of the schedule for a worker's hits per second.
///
/// Hits due within it start together, so the cost of wake-ups falls as the rate grows.
fn quantum(rate: f64) -> Duration {
    let (min, max) = (*QUANTUM.start(), *QUANTUM.end());
    let micros = (QUANTUM_US_PER_RATE * rate).min(MAX_QUANTUM_HITS / rate * 1e6);
    Duration::from_micros(micros as u64).clamp(min, max)
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
