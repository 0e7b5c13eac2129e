//! A run to compare with.

use hammer_analysis::{RunNames, check_before_run};
use hammer_core::{RunFile, VerdictStatus};
use hammer_plan::Measurements;

use super::planned_loads::comparable_loads;
use crate::args::ThresholdArgs;
use crate::error::Error;
use crate::execution::RunnablePlan;
use crate::run_file;

/// The name of the run itself in texts.
pub(super) const THIS_RUN: &str = "this run";

/// An earlier run that thresholds and the report compare a run with.
#[derive(Debug)]
pub(crate) struct BaselineRun {
    /// The path of the run file, as given.
    pub(super) path: String,
    pub(super) run: RunFile,
}

impl BaselineRun {
    /// Reads the run file that the flags name, if they do, and checks that the plan can be compared with
    /// it, as far as that is known before the run.
    pub(crate) fn open(flags: &ThresholdArgs, plan: &RunnablePlan) -> Result<Option<Self>, Error> {
        let Some(path) = flags.baseline() else {
            return Ok(None);
        };
        let read = run_file::read(path);
        let run = read.map_err(|error| flags.baseline_error(&error))?;
        let checked = check_before_run(&run, &comparable_loads(plan));
        let names = RunNames::Pair {
            base: "the baseline",
            new: THIS_RUN,
        };
        checked.map_err(|refused| flags.baseline_error(&refused.text(names)))?;
        let path = path.display().to_string();
        Ok(Some(Self { path, run }))
    }

    /// The run.
    #[cfg(feature = "live")]
    pub(crate) fn run(&self) -> &RunFile {
        &self.run
    }

    /// The measurements that bounds follow from.
    pub(crate) fn measurements(&self) -> &dyn Measurements {
        &self.run.report
    }

    /// The reason to doubt the figures, if there is one.
    pub(crate) fn doubt(&self) -> Option<String> {
        let verdict = &self.run.report.verdict;
        let reason = verdict.reasons.first();
        let suspect = reason.filter(|_| verdict.status == VerdictStatus::Suspect);
        suspect.map(|reason| format!("the baseline {} is suspect: {reason}", self.path))
    }
}
