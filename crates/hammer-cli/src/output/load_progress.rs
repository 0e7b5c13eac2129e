//! Progress of one load.

use std::time::Duration;

use hammer_core::{HitCounts, RunEvent, RunTick};

use crate::text::number::{format_decimal, format_micros};

/// Progress of one load.
#[derive(Debug, Clone, Default)]
pub(super) struct LoadProgress {
    /// Name of the load; empty if it has none.
    pub(super) name: String,
    /// Start after that of the plan.
    pub(super) offset: Duration,
    /// Length of the schedule, or `None` if it depends on the target.
    pub(super) length: Option<Duration>,
    /// Number of hits, or `None` if it depends on the target.
    pub(super) total: Option<u64>,
    pub(super) hits: HitCounts,
    pub(super) state: LoadState,
    pub(super) window: ProgressWindow,
}

/// Measurements since the last line.
#[derive(Debug, Clone, Default)]
pub(super) struct ProgressWindow {
    pub(super) seconds: u64,
    /// Hits started, or answered in a closed loop.
    pub(super) counted: u64,
    pub(super) worst_p99_us: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum LoadState {
    #[default]
    Waiting,
    Running,
    Draining,
    Finished,
}

impl LoadProgress {
    /// Records an event.
    pub(super) fn on_event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Started {
                hit_count: total,
                duration: length,
            } => (self.total, self.length) = (*total, *length),
            RunEvent::Tick(tick) => self.tick(tick),
            RunEvent::Draining => self.state = LoadState::Draining,
            RunEvent::Finished(report) => {
                self.state = LoadState::Finished;
                self.hits = report.hits;
            }
            _ => {}
        }
    }

    /// The end of the schedule after the start of the plan, if known.
    pub(super) fn end(&self) -> Option<Duration> {
        Some(self.offset + self.length?)
    }

    /// Returns true if no more hits become due.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, LoadState::Draining | LoadState::Finished)
    }

    /// The name and the figures or the state of the load; only the figures if it has no name.
    pub(super) fn item(&mut self) -> String {
        let window = std::mem::take(&mut self.window);
        let rate = format_decimal(window.counted as f64 / window.seconds.max(1) as f64);
        let p99 = match window.worst_p99_us {
            us if us > 0.0 => Some(format!("p99 {}", format_micros(us))),
            _ => None,
        };
        let name = &self.name;
        match (self.state, p99) {
            (_, p99) if name.is_empty() => {
                format!("{rate}/s   {}", p99.as_deref().unwrap_or("p99 -"))
            }
            (LoadState::Waiting, _) => format!("{name} waiting"),
            (LoadState::Running, Some(p99)) => format!("{name} {rate}/s {p99}"),
            (LoadState::Running, None) => format!("{name} {rate}/s"),
            (LoadState::Draining, _) => format!("{name} draining"),
            (LoadState::Finished, _) => format!("{name} finished"),
        }
    }

    fn tick(&mut self, tick: &RunTick<'_>) {
        if self.state == LoadState::Waiting {
            self.state = LoadState::Running;
        }
        self.hits = tick.total;
        self.window.seconds += tick.length.as_secs();
        self.window.counted += tick.loop_kind.achieved_hits(tick.started, &tick.hits);
        self.window.worst_p99_us = self.window.worst_p99_us.max(tick.response_us.p99);
    }
}

#[cfg(test)]
mod tests {
    use hammer_core::{Failure, Outcome, Rate, Run, Schedule, from_fn};

    use super::*;

    /// The figures of the first tick of a run whose hits are all answered, or all fail.
    fn item(schedule: Schedule, answers: bool) -> String {
        let hammer = from_fn(async move |_| match answers {
            true => Ok(Outcome::ok("done")),
            false => Err(Failure::CONNECT_REFUSED),
        });
        let run = Run::new(hammer, schedule.with_duration(Duration::from_millis(1100)));
        let (mut progress, mut item) = (LoadProgress::default(), String::new());
        let report = run.max_in_flight(2).threads(1).execute_with(|event| {
            progress.on_event(&event);
            if matches!(event, RunEvent::Tick(_)) && item.is_empty() {
                item = progress.item();
            }
        });
        report.expect("a run");
        item
    }

    /// A closed loop against a target that is down showed the rate of its failures.
    #[test]
    fn the_rate_counts_hits_of_a_schedule_and_answers_of_a_closed_loop() {
        let constant = || Schedule::constant(Rate::per_second(50));
        assert_ne!(item(constant(), false), "0/s   p99 -");
        assert_eq!(item(Schedule::closed_loop(), false), "0/s   p99 -");
        let answered = item(Schedule::closed_loop(), true);
        assert!(
            !answered.starts_with("0/s") && !answered.ends_with("-"),
            "{answered}"
        );
    }
}
