//! Progress of a run on stderr.

use std::fmt::Write as _;
use std::time::Duration;

use hammer_core::{HitCounts, RunEvent, RunTick};

use crate::output::status_line::StatusLine;
use crate::parsers::instant;
use crate::text::number;

/// Prints the progress of a run to stderr, driven by the engine's ticks.
#[derive(Debug)]
pub(crate) struct RunProgressPrinter {
    status: StatusLine,
    total: Option<u64>,
    length: Option<Duration>,
    draining: bool,
    window: ProgressLineStats,
}

/// Measurements since the last line.
#[derive(Debug, Default)]
struct ProgressLineStats {
    ticks: u64,
    achieved: u64,
    worst_p99_us: f64,
}

impl RunProgressPrinter {
    /// Creates progress that updates a line on a terminal, or else prints lines.
    pub(crate) fn new(quiet: bool) -> Self {
        Self {
            status: StatusLine::new(quiet),
            total: None,
            length: None,
            draining: false,
            window: ProgressLineStats::default(),
        }
    }

    /// Shows an event.
    pub(crate) fn on_event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Opening { .. } => self.status.update("opening sessions"),
            RunEvent::Preparing { ready, total } => {
                let (ready, total) = (*ready as u64, *total as u64);
                let line = format!(
                    "{} of {} ready",
                    number::format_count(ready),
                    number::format_count(total)
                );
                self.status.update(&line);
            }
            RunEvent::Waiting { until } => {
                self.note(&format!("waiting until {}", instant::format_utc(*until)));
            }
            RunEvent::WarmingUp { duration: length } => {
                let length = humantime::format_duration(*length);
                self.note(&format!("warming up for {length}"));
            }
            RunEvent::Started {
                hit_count: total,
                duration: length,
            } => (self.total, self.length) = (*total, *length),
            RunEvent::Tick(tick) => self.tick(tick),
            RunEvent::Draining => {
                self.draining = true;
                self.status.update("waiting for hits in flight");
            }
            RunEvent::Finished(_) => self.clear(),
            _ => {}
        }
    }

    /// Clears the line, so that other text can be printed.
    pub(crate) fn clear(&mut self) {
        self.status.clear();
    }

    fn tick(&mut self, tick: &RunTick<'_>) {
        self.window.ticks += 1;
        self.window.achieved += tick.loop_kind.achieved_hits(tick.started, &tick.hits);
        self.window.worst_p99_us = self.window.worst_p99_us.max(tick.response_us.p99);
        let due = self.status.is_due(tick.elapsed.as_secs());
        if due {
            let line = self.line(tick.elapsed, &tick.total);
            self.status.show(&line);
        }
    }

    /// Shows a line once, even where lines are only printed now and then.
    fn note(&mut self, line: &str) {
        self.status.show(line);
    }

    /// Percent, time left, achieved rate, p99 and failures, in at most 80 columns.
    fn line(&mut self, elapsed: Duration, hits: &HitCounts) -> String {
        let window = std::mem::take(&mut self.window);
        let rate = window.achieved as f64 / window.ticks.max(1) as f64;
        let mut line = String::new();
        let done = match (self.length, self.total) {
            (Some(length), _) => Some(elapsed.as_secs_f64() / length.as_secs_f64()),
            (None, Some(total)) => Some(hits.ended() as f64 / total.max(1) as f64),
            (None, None) => None,
        };
        if let Some(done) = done {
            let _ = write!(line, "{:>3.0} %   ", (done * 100.0).min(100.0));
        }
        match self.length {
            _ if self.draining => line.push_str("draining   "),
            Some(length) => {
                let left = Duration::from_secs(length.saturating_sub(elapsed).as_secs());
                let _ = write!(line, "{} left   ", humantime::format_duration(left));
            }
            None => {
                let _ = write!(line, "{} s   ", elapsed.as_secs());
            }
        }
        let p99 = match window.worst_p99_us {
            0.0 => "-".into(),
            us => format!("{} ms", number::format_significant(us / 1e3)),
        };
        let failed = number::format_count(hits.failed + hits.timed_out);
        let _ = write!(
            line,
            "{}/s   p99 {p99}   {failed} failed",
            number::format_decimal(rate)
        );
        if hits.rejected > 0 {
            let _ = write!(line, "   {} rejected", number::format_count(hits.rejected));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_percent_time_left_rate_p99_and_failures() {
        let hits = HitCounts {
            scheduled: 3_000,
            ok: 2_980,
            failed: 12,
            timed_out: 3,
            ..HitCounts::default()
        };
        for (total, length, rejected, draining, line) in [
            (
                None,
                Some(30),
                0,
                false,
                " 10 %   27s left   999.7/s   p99 0.310 ms   15 failed",
            ),
            (
                Some(6_000),
                None,
                5,
                false,
                " 50 %   3 s   999.7/s   p99 0.310 ms   15 failed   5 rejected",
            ),
            (
                None,
                None,
                0,
                false,
                "3 s   999.7/s   p99 0.310 ms   15 failed",
            ),
            (
                None,
                Some(2),
                0,
                true,
                "100 %   draining   999.7/s   p99 0.310 ms   15 failed",
            ),
        ] {
            let mut progress = RunProgressPrinter {
                status: StatusLine::new(true),
                total,
                length: length.map(Duration::from_secs),
                draining,
                window: ProgressLineStats {
                    ticks: 3,
                    achieved: 2_999,
                    worst_p99_us: 310.0,
                },
            };
            let hits = HitCounts { rejected, ..hits };
            assert_eq!(progress.line(Duration::from_secs(3), &hits), line);
        }
    }
}
