//! Progress of a plan on stderr, with all loads in one line.

use std::fmt::Write as _;
use std::time::Duration;

use hammer_core::{HitCounts, RunEvent};

use super::runnable_plan::RunnablePlanLoad;
use crate::output::status_line::StatusLine;
use crate::text::lines::truncate;
use crate::text::number;

/// Maximum line width. A line that wraps cannot be cleared.
const MAX_COLUMNS: usize = 79;

/// Prints the progress of all loads in one line, driven by their ticks.
#[derive(Debug)]
pub(crate) struct PlanProgressPrinter {
    status: StatusLine,
    loads: Vec<LoadProgress>,
    /// Seconds of the plan that were shown.
    seconds: u64,
}

/// Progress of one load.
#[derive(Debug, Clone, Default)]
struct LoadProgress {
    name: String,
    offset: Duration,
    length: Option<Duration>,
    hits: HitCounts,
    achieved: u64,
    p99_us: f64,
    state: LoadState,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum LoadState {
    #[default]
    Waiting,
    Running,
    Draining,
    Finished,
}

impl PlanProgressPrinter {
    /// Creates the progress of these loads.
    pub(crate) fn new(quiet: bool, loads: &[RunnablePlanLoad]) -> Self {
        let load = |load: &RunnablePlanLoad| LoadProgress {
            name: load.name.clone(),
            offset: load.offset,
            length: load.job.load().schedule().duration(),
            ..LoadProgress::default()
        };
        Self {
            status: StatusLine::new(quiet),
            loads: loads.iter().map(load).collect(),
            seconds: 0,
        }
    }

    /// Shows an event of a load.
    pub(crate) fn on_event(&mut self, index: usize, event: &RunEvent<'_>) {
        let load = &mut self.loads[index];
        match event {
            RunEvent::Opening { .. } if self.seconds == 0 => self.status.update("opening sessions"),
            RunEvent::Tick(tick) => {
                if load.state == LoadState::Waiting {
                    load.state = LoadState::Running;
                }
                load.hits = tick.total;
                load.achieved = tick.loop_kind.achieved_hits(tick.started, &tick.hits);
                load.p99_us = tick.response_us.p99;
                let seconds = (load.offset + tick.elapsed).as_secs();
                // The first tick of a second prints the line; later ticks appear in the next one.
                if seconds > self.seconds {
                    self.seconds = seconds;
                    if self.status.is_due(seconds) {
                        let line = self.line();
                        self.status.show(&line);
                    }
                }
            }
            RunEvent::Draining => load.state = LoadState::Draining,
            RunEvent::Finished(report) => {
                load.state = LoadState::Finished;
                load.hits = report.hits;
            }
            _ => {}
        }
    }

    /// Clears the line, so that other text can be printed.
    pub(crate) fn clear(&mut self) {
        self.status.clear();
    }

    /// Percent and time left of the whole plan, rate and p99 of each running load, and failures.
    fn line(&self) -> String {
        let ends = self
            .loads
            .iter()
            .map(|load| Some(load.offset + load.length?));
        let end: Option<Duration> = ends
            .collect::<Option<Vec<_>>>()
            .and_then(|ends| ends.into_iter().max());
        let mut line = String::new();
        match end {
            Some(end) => {
                let elapsed = Duration::from_secs(self.seconds);
                let done = elapsed.as_secs_f64() / end.as_secs_f64() * 100.0;
                let left = Duration::from_secs(end.saturating_sub(elapsed).as_secs());
                let left = humantime::format_duration(left);
                let _ = write!(line, "{:>3.0} %   {left} left", done.min(100.0));
            }
            None => {
                let _ = write!(line, "{} s", self.seconds);
            }
        }
        let mut failed = 0;
        for load in &self.loads {
            failed += load.hits.failed + load.hits.timed_out;
            let _ = match load.state {
                LoadState::Waiting => write!(line, "   {} waiting", load.name),
                LoadState::Running if load.p99_us > 0.0 => {
                    let (rate, p99) =
                        (load.achieved, number::format_significant(load.p99_us / 1e3));
                    write!(
                        line,
                        "   {} {}/s p99 {p99} ms",
                        load.name,
                        number::format_count(rate)
                    )
                }
                LoadState::Running => {
                    write!(
                        line,
                        "   {} {}/s",
                        load.name,
                        number::format_count(load.achieved)
                    )
                }
                LoadState::Draining => write!(line, "   {} draining", load.name),
                LoadState::Finished => write!(line, "   {} finished", load.name),
            };
        }
        let failed = format!("   {} failed", number::format_count(failed));
        let room = MAX_COLUMNS - failed.chars().count();
        format!("{}{failed}", truncate(&line, room))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_loads_fit_in_one_line() {
        let load = |name: &str, state, achieved, p99_us| LoadProgress {
            name: name.into(),
            length: Some(Duration::from_secs(30)),
            hits: HitCounts {
                failed: 2,
                timed_out: 1,
                ..HitCounts::default()
            },
            achieved,
            p99_us,
            state,
            ..LoadProgress::default()
        };
        let mut progress = PlanProgressPrinter {
            status: StatusLine::new(true),
            loads: vec![
                load("browse", LoadState::Running, 1_000, 310.0),
                load("order", LoadState::Running, 2, 0.0),
                load("late", LoadState::Waiting, 0, 0.0),
            ],
            seconds: 3,
        };
        progress.loads[2].offset = Duration::from_secs(30);
        assert_eq!(
            progress.line(),
            "  5 %   57s left   browse 1,000/s p99 0.310 ms   order 2/s   late w…   9 failed"
        );
        progress.loads = vec![load(&"x".repeat(40), LoadState::Draining, 1, 1.0); 9];
        assert_eq!(progress.line().chars().count(), MAX_COLUMNS);
    }
}
