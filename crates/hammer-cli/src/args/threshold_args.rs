//! Flags for thresholds.

use std::time::Duration;

use clap::Args;
use hammer_diagnostic::Diagnostic;
use hammer_plan::{LoadOutline, ParsedPlanFile, Threshold};

use super::{caret, reported_names};
use crate::error::Error;
use crate::parsers::duration;

/// Flags for thresholds.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
#[command(next_help_heading = "Thresholds")]
pub(crate) struct ThresholdArgs {
    /// Threshold, such as 'p99 < 250ms'; repeatable
    ///
    /// If a threshold is not met, the exit code is 99. If the verdict is invalid, thresholds are not
    /// judged, and the exit code is 98.
    #[arg(long, value_name = "EXPR", value_parser = caret::parse::<Threshold>, allow_hyphen_values = true)]
    assert: Vec<Threshold>,
    /// Condition that ends the run, such as 'errors > 50%'; repeatable
    ///
    /// It is checked once a second against all hits so far, or against the last ones with a window:
    /// 'p99 > 400ms over 10s'. If a condition ends the run, the exit code is 99.
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

    /// Checks that the thresholds fit the loads, given by their outlines.
    ///
    /// `names_are_known` is true if this command knows the names that the hammers report.
    pub(crate) fn validate(
        &self,
        loads: &[LoadOutline],
        names_are_known: bool,
    ) -> Result<(), Error> {
        self.first_mismatch(loads, names_are_known)
            .map_or(Ok(()), |mismatch| {
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
        loads: &[LoadOutline],
        names_are_known: bool,
    ) -> Result<(), Error> {
        self.first_mismatch(loads, names_are_known)
            .map_or(Ok(()), |mismatch| {
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
    fn first_mismatch(
        &self,
        loads: &[LoadOutline],
        names_are_known: bool,
    ) -> Option<InapplicableThreshold<'_>> {
        let asserted = self.assert.iter().enumerate().map(|it| (false, it));
        let aborting = self.abort_on.iter().enumerate().map(|it| (true, it));
        let mut thresholds = asserted.chain(aborting);
        thresholds.find_map(|(is_abort_condition, (index, threshold))| {
            let check_names = || match names_are_known {
                true => reported_names::check(threshold),
                false => Ok(()),
            };
            let valid = threshold.validate(loads, is_abort_condition);
            let error = valid.and_then(|()| check_names()).err()?;
            Some(InapplicableThreshold {
                is_abort_condition,
                index,
                threshold,
                error,
            })
        })
    }

    /// The thresholds that are checked at the end.
    pub(crate) fn asserted(&self) -> &[Threshold] {
        &self.assert
    }

    /// The conditions that end the run.
    pub(crate) fn abort_conditions(&self) -> &[Threshold] {
        &self.abort_on
    }

    /// The time before the conditions are first checked.
    pub(crate) fn abort_after(&self) -> Duration {
        self.abort_after.unwrap_or_default()
    }
}
