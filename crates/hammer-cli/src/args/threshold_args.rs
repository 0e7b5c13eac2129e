//! Flags for thresholds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use hammer_plan::{LoadOutline, Measurements, ParsedPlanFile, Threshold};

use super::threshold_source::{ThresholdKind, ThresholdSource};
use super::{caret, reported_names};
use crate::error::Error;
use crate::execution::RunThresholds;
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
    /// Run file of an earlier run to compare with
    ///
    /// Thresholds can refer to it: 'p99 <= baseline + 5%'. The report shows what has changed. Write run
    /// files with -o run=PATH.
    #[arg(long, value_name = "RUN")]
    baseline: Option<PathBuf>,
    #[arg(skip)]
    source: ThresholdSource,
}

impl ThresholdArgs {
    /// Adds the thresholds of `other`, and gives priority to its `--abort-after` and its baseline.
    pub(crate) fn merge(&mut self, other: Self) {
        self.assert.extend(other.assert);
        self.abort_on.extend(other.abort_on);
        self.abort_after = other.abort_after.or(self.abort_after);
        if other.baseline.is_some() {
            self.baseline = other.baseline;
            self.source.replace_baseline();
        }
    }

    /// Sets the plan that all these flags are from, so that errors have the position in its file.
    pub(crate) fn with_plan(mut self, file: &ParsedPlanFile) -> Self {
        self.source = ThresholdSource::plan(file, self.assert.len(), self.abort_on.len());
        self
    }

    /// Checks that the thresholds fit the loads, given by their outlines.
    ///
    /// `names_are_known` is true if this command knows the names that the hammers report.
    pub(crate) fn validate(
        &self,
        loads: &[LoadOutline],
        names_are_known: bool,
    ) -> Result<(), Error> {
        for (kind, index, threshold) in self.all() {
            let check_names = || match names_are_known {
                true => reported_names::check(threshold),
                false => Ok(()),
            };
            let during_run = kind == ThresholdKind::AbortCondition;
            let valid = threshold.validate(loads, during_run);
            valid
                .and_then(|()| check_names())
                .map_err(|error| self.source.threshold_error(kind, index, threshold, error))?;
        }
        Ok(())
    }

    /// Returns the thresholds with all bounds known. Those relative to a baseline follow from its
    /// measurements.
    pub(crate) fn for_run(
        &self,
        baseline: Option<&dyn Measurements>,
    ) -> Result<RunThresholds, Error> {
        let mut run = RunThresholds {
            abort_after: self.abort_after.unwrap_or_default(),
            ..RunThresholds::default()
        };
        for (kind, index, threshold) in self.all() {
            let known = threshold
                .with_baseline(baseline)
                .map_err(|error| self.source.threshold_error(kind, index, threshold, error))?;
            match kind {
                ThresholdKind::Asserted => run.asserted.push(known),
                ThresholdKind::AbortCondition => run.abort_conditions.push(known),
            }
        }
        Ok(run)
    }

    /// The run file to compare with.
    pub(crate) fn baseline(&self) -> Option<&Path> {
        self.baseline.as_deref()
    }

    /// Makes an error about the run file to compare with.
    pub(crate) fn baseline_error(&self, problem: &str) -> Error {
        let path = self.baseline.as_deref().unwrap_or(Path::new(""));
        self.source
            .baseline_error(&path.display().to_string(), problem)
    }

    /// All thresholds with their kinds and their indices among those of their kind.
    fn all(&self) -> impl Iterator<Item = (ThresholdKind, usize, &Threshold)> {
        let asserted = self.assert.iter().enumerate();
        let aborting = self.abort_on.iter().enumerate();
        (asserted.map(|(index, it)| (ThresholdKind::Asserted, index, it)))
            .chain(aborting.map(|(index, it)| (ThresholdKind::AbortCondition, index, it)))
    }
}
