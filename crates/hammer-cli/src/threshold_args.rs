use std::time::Duration;

use clap::Args;
use hammer_core::{AbortReason, Report, RunEvent, Shape, StopHandle, ThresholdCheck};
use hammer_plan::{Measurements, PlanFile, PlanReport, Threshold, ThresholdError};

use crate::error::Error;
use crate::{caret, parsers::duration, text};

/// The flags that say what must hold.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
#[command(next_help_heading = "Thresholds")]
pub(crate) struct ThresholdArgs {
    /// What must hold, such as 'p99 < 250ms', else exit with 99; repeatable
    #[arg(long, value_name = "EXPR", value_parser = parse_threshold, allow_hyphen_values = true)]
    assert: Vec<Threshold>,
    /// What ends the run early, such as 'errors > 50%', with exit code 99; repeatable
    #[arg(long, value_name = "EXPR", value_parser = parse_threshold, allow_hyphen_values = true)]
    abort_on: Vec<Threshold>,
    /// When --abort-on is first looked at [default: after a second]
    #[arg(long, value_name = "TIME", value_parser = duration::parse, requires = "abort_on")]
    #[arg(allow_hyphen_values = true)]
    abort_after: Option<Duration>,
}

/// A threshold, or what is wrong with it and where.
fn parse_threshold(text: &str) -> Result<Threshold, String> {
    text.parse()
        .map_err(|error| error_with_carets(text, &error))
}

/// What is wrong with `text`, with carets under it.
fn error_with_carets(text: &str, error: &ThresholdError) -> String {
    let right = format!("right would be {}", error.expected());
    let shown = caret::underline(text, error.span(), &right);
    format!("{}\n\n{shown}", error.problem())
}

/// A threshold for which there is no load, or no stage.
#[derive(Debug)]
struct ThresholdMismatch<'a> {
    /// Whether it is one that ends the run early.
    is_abort_condition: bool,
    /// Which one of those it is.
    index: usize,
    threshold: &'a Threshold,
    error: ThresholdError,
}

impl ThresholdArgs {
    /// Adds what `other` has; its time counts more.
    pub(crate) fn merge(&mut self, other: Self) {
        self.assert.extend(other.assert);
        self.abort_on.extend(other.abort_on);
        self.abort_after = other.abort_after.or(self.abort_after);
    }

    /// Whether the loads, by their names and shapes, have what is looked at.
    pub(crate) fn validate(&self, loads: &[(&str, &Shape)]) -> Result<(), Error> {
        self.first_mismatch(loads).map_or(Ok(()), |misfit| {
            let flag = if misfit.is_abort_condition {
                "--abort-on <EXPR>"
            } else {
                "--assert <EXPR>"
            };
            let text = misfit.threshold.to_string();
            Err(Error::invalid_value(
                flag,
                &text,
                error_with_carets(&text, &misfit.error),
            ))
        })
    }

    /// The same for thresholds that stand in a plan, with their places there.
    pub(crate) fn validate_in_plan(
        &self,
        file: &PlanFile,
        loads: &[(&str, &Shape)],
    ) -> Result<(), Error> {
        self.first_mismatch(loads).map_or(Ok(()), |misfit| {
            let key = if misfit.is_abort_condition {
                "abort_on"
            } else {
                "assert"
            };
            let ThresholdMismatch {
                index, threshold, ..
            } = misfit;
            let error = file.threshold_error(key, index, threshold, misfit.error);
            Err(Error::from_plan_error(&error))
        })
    }

    /// The first that does not fit.
    fn first_mismatch(&self, loads: &[(&str, &Shape)]) -> Option<ThresholdMismatch<'_>> {
        let asserted = self.assert.iter().enumerate().map(|it| (false, it));
        let aborting = self.abort_on.iter().enumerate().map(|it| (true, it));
        let mut misfits = asserted.chain(aborting);
        misfits.find_map(|(live, (index, threshold))| {
            let error = threshold.validate(loads, live).err()?;
            Some(ThresholdMismatch {
                is_abort_condition: live,
                index,
                threshold,
                error,
            })
        })
    }

    /// Looks at what must hold, and takes it down in the report with what ended the run.
    pub(crate) fn evaluate(&self, report: &mut Report, aborted: Option<AbortReason>) {
        let checked = self.assert.iter().map(|threshold| threshold.check(report));
        report.thresholds = checked.collect();
        report.aborted = aborted;
    }

    /// The same for the loads of a plan; each load has those that are about it as well.
    pub(crate) fn evaluate_plan(&self, report: &mut PlanReport, aborted: Option<AbortReason>) {
        let checked = self.assert.iter().map(|threshold| threshold.check(report));
        report.thresholds = checked.collect();
        report.aborted = aborted;
        for load in &mut report.loads {
            let about = |threshold: &Threshold| {
                threshold.scope().and_then(|scope| scope.load()) == Some(&load.name)
            };
            let all = self.assert.iter().zip(&report.thresholds);
            let own = all.filter(|(threshold, _)| about(threshold));
            load.report.thresholds = own.map(|(_, checked)| checked.clone()).collect();
        }
    }

    /// Watches for what ends the run by `stop`.
    pub(crate) fn abort_monitor(&self, stop: &StopHandle) -> AbortMonitor<'_> {
        AbortMonitor {
            conditions: &self.abort_on,
            after: self.abort_after.unwrap_or_default(),
            stop: stop.clone(),
            ending: false,
            aborted: None,
        }
    }
}

/// Whether all held, and nothing ended the run.
pub(crate) fn all_passed(checked: &[ThresholdCheck], aborted: Option<&AbortReason>) -> bool {
    aborted.is_none() && checked.iter().all(|checked| checked.passed)
}

/// Ends a run when a condition holds.
#[derive(Debug)]
pub(crate) struct AbortMonitor<'a> {
    conditions: &'a [Threshold],
    after: Duration,
    stop: StopHandle,
    ending: bool,
    aborted: Option<AbortReason>,
}

impl AbortMonitor<'_> {
    /// Looks at the conditions once a second; if one ends the run, gives what is to be said.
    pub(crate) fn on_event(&mut self, event: &RunEvent<'_>) -> Option<String> {
        match event {
            RunEvent::Draining => self.ending = true,
            RunEvent::Tick(tick) => return self.check(*tick, tick.elapsed),
            _ => {}
        }
        None
    }

    /// The same for what was measured until `elapsed`, unless the run is ending.
    pub(crate) fn check(
        &mut self,
        measured: &dyn Measurements,
        elapsed: Duration,
    ) -> Option<String> {
        if self.ending || elapsed < self.after {
            return None;
        }
        let checked = self.conditions.iter().map(|it| it.check(measured));
        let held = checked.into_iter().find(|checked| checked.passed)?;
        self.ending = true;
        self.stop.drain();
        let aborted = AbortReason {
            expression: held.expression,
            measured: held.measured,
            t_s: elapsed.as_secs_f64(),
        };
        let said = format!("aborting: {}", text::abort_text(&aborted));
        self.aborted = Some(aborted);
        Some(said)
    }

    /// Whether nothing is looked at.
    pub(crate) fn is_idle(&self) -> bool {
        self.ending || self.conditions.is_empty()
    }

    /// What has ended the run.
    pub(crate) fn aborted(self) -> Option<AbortReason> {
        self.aborted
    }
}
