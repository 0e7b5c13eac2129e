use std::time::Duration;

use clap::Args;
use hammer_core::{Aborted, Event, Report, Stop, Tick};
use hammer_plan::Threshold;

use crate::error::Error;
use crate::{caret, span, text};

/// The flags that say what must hold.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
#[command(next_help_heading = "Thresholds")]
pub(crate) struct ThresholdArgs {
    /// What must hold, such as 'p99 < 250ms', else exit with 99; repeatable
    #[arg(long, value_name = "EXPR", value_parser = expression, allow_hyphen_values = true)]
    assert: Vec<Threshold>,
    /// What ends the run early, such as 'errors > 50%', with exit code 99; repeatable
    #[arg(long, value_name = "EXPR", value_parser = expression, allow_hyphen_values = true)]
    abort_on: Vec<Threshold>,
    /// When --abort-on is first looked at [default: after a second]
    #[arg(long, value_name = "TIME", value_parser = span::parse, requires = "abort_on")]
    #[arg(allow_hyphen_values = true)]
    abort_after: Option<Duration>,
}

/// A threshold, or what is wrong with it and where.
fn expression(text: &str) -> Result<Threshold, String> {
    text.parse::<Threshold>().map_err(|error| {
        let right = format!("right would be {}", error.right());
        let shown = caret::under(text, error.place(), &right);
        format!("{}\n\n{shown}", error.wrong())
    })
}

impl ThresholdArgs {
    /// Whether this run can have what is looked at: it is one load without stages, and a closed
    /// loop has no rate that was asked for.
    pub(crate) fn fit(&self, open_loop: bool) -> Result<(), Error> {
        let asserted = self.assert.iter().map(|it| ("--assert <EXPR>", it));
        let aborting = self.abort_on.iter().map(|it| ("--abort-on <EXPR>", it));
        for (flag, threshold) in asserted.chain(aborting) {
            let text = threshold.to_string();
            let wrong = |wrong: &str, place, right: &str| {
                let shown = caret::under(&text, place, right);
                Err(Error::value(flag, &text, format!("{wrong}\n\n{shown}")))
            };
            if threshold.scope().is_some() {
                let behind = text.find(']').map_or(text.len(), |bracket| bracket + 1);
                let right = format!("right would be {}", text[behind..].trim());
                return wrong("there is one load here, without stages", 0..behind, &right);
            }
            if threshold.needs_requested_rate() && !open_loop {
                let right = "right would be rate, in hits per second";
                return wrong("a closed loop has no rate to achieve", 0..8, right);
            }
        }
        Ok(())
    }

    /// Looks at what must hold, and takes it down in the report with what ended the run.
    pub(crate) fn judge(&self, report: &mut Report, aborted: Option<Aborted>) {
        let checked = self.assert.iter().map(|threshold| threshold.check(report));
        report.thresholds = checked.collect();
        report.aborted = aborted;
    }

    /// Watches for what ends the run by `stop`.
    pub(crate) fn watch(&self, stop: &Stop) -> Watch<'_> {
        Watch {
            conditions: &self.abort_on,
            after: self.abort_after.unwrap_or_default(),
            stop: stop.clone(),
            ending: false,
            aborted: None,
        }
    }
}

/// Ends a run when a condition holds.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    conditions: &'a [Threshold],
    after: Duration,
    stop: Stop,
    ending: bool,
    aborted: Option<Aborted>,
}

impl Watch<'_> {
    /// Looks at the conditions once a second; if one ends the run, gives what is to be said.
    pub(crate) fn on_event(&mut self, event: &Event<'_>) -> Option<String> {
        match event {
            Event::Draining => self.ending = true,
            Event::Tick(tick) if !self.ending && tick.elapsed >= self.after => {
                return self.tick(tick);
            }
            _ => {}
        }
        None
    }

    fn tick(&mut self, tick: &Tick<'_>) -> Option<String> {
        let checked = self.conditions.iter().map(|it| it.check(tick));
        let held = checked.into_iter().find(|checked| checked.passed)?;
        self.ending = true;
        self.stop.drain();
        let aborted = Aborted {
            expression: held.expression,
            figure: held.figure,
            t_s: tick.elapsed.as_secs_f64(),
        };
        let said = format!("aborting: {}", text::aborted(&aborted));
        self.aborted = Some(aborted);
        Some(said)
    }

    /// What has ended the run.
    pub(crate) fn aborted(self) -> Option<Aborted> {
        self.aborted
    }
}
