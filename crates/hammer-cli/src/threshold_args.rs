//! Flags for thresholds, and the monitor of conditions that end a run.

use std::time::Duration;

use clap::Args;
use hammer_core::{AbortReason, CheckedThreshold, Report, RunEvent, Shape, StopHandle};
use hammer_diagnostic::Diagnostic;
use hammer_plan::{Measurements, ParsedPlanFile, PlanReport, Threshold};

use crate::error::Error;
use crate::{caret, parsers::duration, text};

/// Flags for thresholds.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
#[command(next_help_heading = "Thresholds")]
pub(crate) struct ThresholdArgs {
    /// Threshold, such as 'p99 < 250ms'; repeatable
    ///
    /// If a threshold is not met, the exit code is 99.
    #[arg(long, value_name = "EXPR", value_parser = caret::parse::<Threshold>, allow_hyphen_values = true)]
    assert: Vec<Threshold>,
    /// Condition that ends the run, such as 'errors > 50%'; repeatable
    ///
    /// If a condition ends the run, the exit code is 99.
    #[arg(long, value_name = "EXPR", value_parser = caret::parse::<Threshold>, allow_hyphen_values = true)]
    abort_on: Vec<Threshold>,
    /// Time before --abort-on is first checked [default: 1s]
    #[arg(long, value_name = "TIME", value_parser = duration::parse, requires = "abort_on")]
    #[arg(allow_hyphen_values = true)]
    abort_after: Option<Duration>,
}

/// A threshold that does not fit the loads.
#[derive(Debug)]
struct InapplicableThreshold<'a> {
    /// True for `--abort-on`, false for `--assert`.
    is_abort_condition: bool,
    /// Index among the thresholds of its flag.
    index: usize,
    threshold: &'a Threshold,
    error: Diagnostic,
}

impl ThresholdArgs {
    /// Adds the thresholds of `other`, and gives priority to its `--abort-after`.
    pub(crate) fn merge(&mut self, other: Self) {
        self.assert.extend(other.assert);
        self.abort_on.extend(other.abort_on);
        self.abort_after = other.abort_after.or(self.abort_after);
    }

    /// Checks that the thresholds fit the loads, given by their names and shapes.
    pub(crate) fn validate(&self, loads: &[(&str, &Shape)]) -> Result<(), Error> {
        self.first_mismatch(loads).map_or(Ok(()), |mismatch| {
            let flag = if mismatch.is_abort_condition {
                "--abort-on <EXPR>"
            } else {
                "--assert <EXPR>"
            };
            let text = mismatch.threshold.to_string();
            Err(Error::invalid_value(
                flag,
                &text,
                caret::show(&mismatch.error),
            ))
        })
    }

    /// Checks the thresholds of a plan. The error has the position in the file.
    pub(crate) fn validate_in_plan(
        &self,
        file: &ParsedPlanFile,
        loads: &[(&str, &Shape)],
    ) -> Result<(), Error> {
        self.first_mismatch(loads).map_or(Ok(()), |mismatch| {
            let key = if mismatch.is_abort_condition {
                "abort_on"
            } else {
                "assert"
            };
            let InapplicableThreshold {
                index, threshold, ..
            } = mismatch;
            let error = file.threshold_error(key, index, threshold, mismatch.error);
            Err(Error::from_plan_error(&error))
        })
    }

    /// Finds the first threshold that does not fit the loads.
    fn first_mismatch(&self, loads: &[(&str, &Shape)]) -> Option<InapplicableThreshold<'_>> {
        let asserted = self.assert.iter().enumerate().map(|it| (false, it));
        let aborting = self.abort_on.iter().enumerate().map(|it| (true, it));
        let mut thresholds = asserted.chain(aborting);
        thresholds.find_map(|(is_abort_condition, (index, threshold))| {
            let error = threshold.validate(loads, is_abort_condition).err()?;
            Some(InapplicableThreshold {
                is_abort_condition,
                index,
                threshold,
                error,
            })
        })
    }

    /// Checks the thresholds and adds the results to the report, with the reason for an abort.
    pub(crate) fn evaluate(&self, report: &mut Report, aborted: Option<AbortReason>) {
        let checked = self.assert.iter().map(|threshold| threshold.check(report));
        report.thresholds = checked.collect();
        report.aborted = aborted;
    }

    /// Checks the thresholds of a plan. The report of each load gets the results for that load, too.
    pub(crate) fn evaluate_plan(&self, report: &mut PlanReport, aborted: Option<AbortReason>) {
        let checked = self.assert.iter().map(|threshold| threshold.check(report));
        report.thresholds = checked.collect();
        report.aborted = aborted;
        for load in &mut report.loads {
            let is_own = |threshold: &Threshold| {
                threshold.scope().and_then(|scope| scope.load()) == Some(&load.name)
            };
            let all = self.assert.iter().zip(&report.thresholds);
            let own = all.filter(|(threshold, _)| is_own(threshold));
            load.report.thresholds = own.map(|(_, checked)| checked.clone()).collect();
        }
    }

    /// Creates the monitor that ends the run with `stop`.
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

/// Returns true if all thresholds passed and no condition ended the run.
pub(crate) fn all_passed(checked: &[CheckedThreshold], aborted: Option<&AbortReason>) -> bool {
    aborted.is_none() && checked.iter().all(|checked| checked.passed)
}

/// Ends a run when a condition is met.
#[derive(Debug)]
pub(crate) struct AbortMonitor<'a> {
    conditions: &'a [Threshold],
    after: Duration,
    stop: StopHandle,
    ending: bool,
    aborted: Option<AbortReason>,
}

impl AbortMonitor<'_> {
    /// Checks the conditions once a second. Returns a message if one ends the run.
    pub(crate) fn on_event(&mut self, event: &RunEvent<'_>) -> Option<String> {
        match event {
            RunEvent::Draining => self.ending = true,
            RunEvent::Tick(tick) => return self.check(*tick, tick.elapsed),
            _ => {}
        }
        None
    }

    /// Checks the conditions against the measurements until `elapsed`, unless the run is ending.
    pub(crate) fn check(
        &mut self,
        measured: &dyn Measurements,
        elapsed: Duration,
    ) -> Option<String> {
        if self.ending || elapsed < self.after {
            return None;
        }
        let checked = self.conditions.iter().map(|it| it.check(measured));
        let met = checked.into_iter().find(|checked| checked.passed)?;
        self.ending = true;
        self.stop.drain();
        let aborted = AbortReason {
            expression: met.expression,
            measured: met.measured,
            t_s: elapsed.as_secs_f64(),
        };
        let message = format!("aborting: {}", text::abort_text(&aborted));
        self.aborted = Some(aborted);
        Some(message)
    }

    /// Returns true if there is nothing to check.
    pub(crate) fn is_idle(&self) -> bool {
        self.ending || self.conditions.is_empty()
    }

    /// The reason for the abort, if any.
    pub(crate) fn aborted(self) -> Option<AbortReason> {
        self.aborted
    }
}
