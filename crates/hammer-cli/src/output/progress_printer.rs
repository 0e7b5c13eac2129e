//! Progress of a run on stderr, with all loads in one line.

use std::time::Duration;

use hammer_core::RunEvent;

#[cfg(feature = "live")]
use super::load_progress::ProgressWindow;
use super::load_progress::{LoadProgress, LoadState};
use super::progress_text::{opening_text, preparing_text, waiting_text, warm_up_text};
use super::status_line::StatusLine;
use crate::execution::RunnablePlan;
use crate::text::columns::{column_count, cut_to_columns};
use crate::text::number::format_count;
use crate::text::sanitize;

/// Line width in files and pipes.
const FILE_COLUMNS: usize = 79;

/// Prints the progress of all loads in one line, driven by their ticks.
#[derive(Debug)]
pub(crate) struct ProgressPrinter {
    status: StatusLine,
    loads: Vec<LoadProgress>,
    /// Seconds of the plan that were shown.
    seconds: u64,
}

impl ProgressPrinter {
    /// Creates progress that is shown by `status`.
    pub(super) fn new(status: StatusLine, plan: &RunnablePlan) -> Self {
        let named = plan.single_load().is_none();
        let loads = plan.loads.iter().map(|load| {
            let schedule = load.load.schedule();
            LoadProgress {
                name: if named {
                    load.name.clone()
                } else {
                    String::new()
                },
                offset: load.offset,
                length: schedule.duration(),
                total: schedule.hit_count(),
                ..LoadProgress::default()
            }
        });
        Self {
            status,
            loads: loads.collect(),
            seconds: 0,
        }
    }

    /// Goes on in another way, with what is measured from now on.
    #[cfg(feature = "live")]
    pub(super) fn continue_with(&mut self, status: StatusLine) {
        self.status = status;
        for load in &mut self.loads {
            load.window = ProgressWindow::default();
        }
    }

    /// Shows an event of the load with this index.
    pub(super) fn on_event(&mut self, index: usize, event: &RunEvent<'_>) {
        self.loads[index].on_event(event);
        match event {
            RunEvent::Opening { limit, .. } if self.seconds == 0 => {
                self.status.update(&opening_text(*limit));
            }
            RunEvent::Preparing { ready, total } => {
                self.status.update(&preparing_text(*ready, *total));
            }
            RunEvent::Waiting { until } => {
                self.note(index, &waiting_text(*until));
            }
            RunEvent::WarmingUp { duration } => {
                self.note(index, &warm_up_text(*duration));
            }
            RunEvent::Tick(tick) => {
                let elapsed = self.loads[index].offset + tick.elapsed;
                self.tick(elapsed.as_secs());
            }
            RunEvent::Draining if self.loads.iter().all(LoadProgress::has_ended) => {
                self.status.update("waiting for hits in flight");
            }
            RunEvent::Finished(_)
                if (self.loads.iter()).all(|load| load.state == LoadState::Finished) =>
            {
                self.clear();
            }
            _ => {}
        }
    }

    /// Clears the line, so that other text can be printed.
    pub(super) fn clear(&mut self) {
        self.status.clear();
    }

    /// The first tick of a second prints the line; later ticks appear in the next one.
    fn tick(&mut self, second: u64) {
        if second <= self.seconds {
            return;
        }
        self.seconds = second;
        if self.status.is_due(second) {
            let columns = self.status.columns().unwrap_or(FILE_COLUMNS);
            let line = self.line(columns);
            self.status.show(&line);
        }
    }

    /// Shows a line about a load once, even where lines are only printed now and then.
    fn note(&mut self, index: usize, text: &str) {
        match self.loads[index].name.as_str() {
            "" => self.status.show(text),
            name => self.status.show(&format!("{name}: {text}")),
        }
    }

    /// Percent and time left, the figures of each load, and the hits that failed or were rejected, in at
    /// most `columns`.
    fn line(&mut self, columns: usize) -> String {
        let mut items: Vec<String> = self.percent().into_iter().collect();
        items.push(self.time_left());
        items.extend(self.loads.iter_mut().map(LoadProgress::item));
        let hits = || self.loads.iter().map(|load| load.hits);
        let failed: u64 = hits().map(|hits| hits.failed + hits.timed_out).sum();
        let mut end = format!("   {} failed", format_count(failed));
        let rejected: u64 = hits().map(|hits| hits.rejected).sum();
        if rejected > 0 {
            end = format!("{end}   {} rejected", format_count(rejected));
        }
        let room = columns.saturating_sub(column_count(&end)).max(1);
        let items = cut_to_columns(&sanitize(&items.join("   ")), room);
        cut_to_columns(&format!("{items}{end}"), columns)
    }

    /// The part of the plan that is over, by time or else by hits.
    fn percent(&self) -> Option<String> {
        let done = match self.end() {
            Some(end) => self.seconds as f64 / end.as_secs_f64(),
            None => {
                let totals = self.loads.iter().map(|load| load.total);
                let total: u64 = totals.collect::<Option<Vec<_>>>()?.into_iter().sum();
                let ended: u64 = self.loads.iter().map(|load| load.hits.ended()).sum();
                ended as f64 / total.max(1) as f64
            }
        };
        Some(format!("{:>3.0} %", (done * 100.0).min(100.0)))
    }

    /// The time left, or the time elapsed if the end depends on the target.
    fn time_left(&self) -> String {
        let elapsed = Duration::from_secs(self.seconds);
        match self.end() {
            _ if self.loads.iter().all(LoadProgress::has_ended) => "draining".into(),
            Some(end) => {
                let left = Duration::from_secs(end.saturating_sub(elapsed).as_secs());
                format!("{} left", humantime::format_duration(left))
            }
            None => format!("{} s", self.seconds),
        }
    }

    /// The end of the last schedule after the start of the plan, if known.
    fn end(&self) -> Option<Duration> {
        let ends: Option<Vec<_>> = self.loads.iter().map(LoadProgress::end).collect();
        ends?.into_iter().max()
    }
}

#[cfg(test)]
mod tests {
    use hammer_core::HitCounts;

    use super::super::load_progress::ProgressWindow;
    use super::*;

    fn printer(loads: Vec<LoadProgress>) -> ProgressPrinter {
        ProgressPrinter {
            status: StatusLine::quiet(),
            loads,
            seconds: 3,
        }
    }

    #[test]
    fn a_line_has_percent_time_left_rate_p99_and_failures() {
        let hits = HitCounts {
            scheduled: 3_000,
            ok: 2_980,
            failed: 12,
            timed_out: 3,
            ..HitCounts::default()
        };
        for (total, length, rejected, state, line) in [
            (
                None,
                Some(30),
                0,
                LoadState::Running,
                " 10 %   27s left   999.7/s   p99 0.310 ms   15 failed",
            ),
            (
                Some(6_000),
                None,
                5,
                LoadState::Running,
                " 50 %   3 s   999.7/s   p99 0.310 ms   15 failed   5 rejected",
            ),
            (
                None,
                None,
                0,
                LoadState::Running,
                "3 s   999.7/s   p99 0.310 ms   15 failed",
            ),
            (
                None,
                Some(2),
                0,
                LoadState::Draining,
                "100 %   draining   999.7/s   p99 0.310 ms   15 failed",
            ),
        ] {
            let mut progress = printer(vec![LoadProgress {
                total,
                length: length.map(Duration::from_secs),
                hits: HitCounts { rejected, ..hits },
                state,
                window: ProgressWindow {
                    seconds: 3,
                    counted: 2_999,
                    worst_p99_us: 310.0,
                },
                ..LoadProgress::default()
            }]);
            assert_eq!(progress.line(FILE_COLUMNS), line);
        }
    }

    #[test]
    fn all_loads_fit_in_one_line() {
        let load = |name: &str, state, counted, worst_p99_us| LoadProgress {
            name: name.into(),
            length: Some(Duration::from_secs(30)),
            hits: HitCounts {
                failed: 2,
                timed_out: 1,
                ..HitCounts::default()
            },
            window: ProgressWindow {
                seconds: 1,
                counted,
                worst_p99_us,
            },
            state,
            ..LoadProgress::default()
        };
        let mut progress = printer(vec![
            load("browse", LoadState::Running, 1_000, 310.0),
            load("order", LoadState::Running, 2, 0.0),
            load("late", LoadState::Waiting, 0, 0.0),
        ]);
        progress.loads[2].offset = Duration::from_secs(30);
        assert_eq!(
            progress.line(FILE_COLUMNS),
            "  5 %   57s left   browse 1,000/s p99 0.310 ms   order 2/s   late w…   9 failed"
        );
        progress.loads = vec![load(&"x".repeat(40), LoadState::Draining, 1, 1.0); 9];
        assert_eq!(progress.line(FILE_COLUMNS).chars().count(), FILE_COLUMNS);
        // A narrow terminal.
        for columns in [9, 29, 39] {
            let line = progress.line(columns);
            assert!(column_count(&line) <= columns, "{line}");
        }
    }
}
