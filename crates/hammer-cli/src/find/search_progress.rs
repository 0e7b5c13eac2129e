//! Progress of a search on stderr.

use std::time::Duration;

use hammer_analysis::{LookOutcome, LookReport};
use hammer_core::RunEvent;

use crate::output::{StatusLine, print_stderr};
use crate::text::number::{format_decimal, format_micros};

/// Shows the look that runs, and a line for each that has ended.
pub(super) struct SearchProgress {
    line: StatusLine,
    quiet: bool,
    /// The number, the rate and the length of the look that runs.
    look: String,
    length: Duration,
}

impl SearchProgress {
    pub(super) fn new(quiet: bool) -> Self {
        let line = match quiet {
            true => StatusLine::quiet(),
            false => StatusLine::in_place(),
        };
        Self {
            line,
            quiet,
            look: String::new(),
            length: Duration::ZERO,
        }
    }

    /// Shows that a look begins.
    pub(super) fn begin(&mut self, number: u64, rate: f64, length: Duration) {
        self.look = format!("look {number}: {}/s", format_decimal(rate));
        self.length = length;
        self.line.update(&format!("{}   settling", self.look));
    }

    /// Shows an event of the look that runs.
    pub(super) fn on_event(&mut self, event: &RunEvent<'_>) {
        let state = match event {
            RunEvent::Tick(tick) => {
                let p99 = match tick.response_us.count {
                    0 => "-".to_owned(),
                    _ => format_micros(tick.response_us.p99),
                };
                let (elapsed, length) = (tick.elapsed.as_secs(), self.length.as_secs());
                format!("{elapsed} of {length} s   p99 {p99}")
            }
            RunEvent::Draining => "draining".to_owned(),
            _ => return,
        };
        self.line.update(&format!("{}   {state}", self.look));
    }

    /// Shows the result of a look.
    pub(super) fn ended(&mut self, look: &LookReport) {
        self.line.clear();
        if self.quiet {
            return;
        }
        let p99 = look.p99_us.map_or_else(|| "-".to_owned(), format_micros);
        let reason = match look.outcome {
            LookOutcome::Held => None,
            LookOutcome::Failed => (look.failed().next())
                .map(|checked| format!("{}: {}", checked.expression, checked.figure())),
            LookOutcome::Void => look.verdict.reasons.first().cloned(),
        };
        let outcome = match look.outcome {
            LookOutcome::Held => "held",
            LookOutcome::Failed => "failed",
            LookOutcome::Void => "void",
        };
        let reason = reason
            .map(|reason| format!(" ({reason})"))
            .unwrap_or_default();
        print_stderr(&format!("{}   {outcome}, p99 {p99}{reason}", self.look));
    }

    /// Clears the line.
    pub(super) fn close(&mut self) {
        self.line.clear();
    }
}
