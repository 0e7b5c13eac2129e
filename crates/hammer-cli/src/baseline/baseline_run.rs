//! A run to compare with.

use std::collections::BTreeMap;

use hammer_core::{RunFile, VerdictStatus};
use hammer_plan::Measurements;

use super::planned_load::PlannedLoad;
use crate::args::ThresholdArgs;
use crate::error::Error;
use crate::execution::RunnablePlan;
use crate::run_file;

/// An earlier run that thresholds and the report compare a run with.
#[derive(Debug)]
pub(crate) struct BaselineRun {
    /// The path of the run file, as given.
    pub(super) path: String,
    pub(super) run: RunFile,
}

impl BaselineRun {
    /// Reads the run file that the flags name, if they do, and checks that the plan can be compared with
    /// it as far as is known before the run.
    pub(crate) fn open(flags: &ThresholdArgs, plan: &RunnablePlan) -> Result<Option<Self>, Error> {
        let Some(path) = flags.baseline() else {
            return Ok(None);
        };
        let read = run_file::read(path);
        let run = read.map_err(|error| flags.baseline_error(&error))?;
        let path = path.display().to_string();
        let baseline = Self { path, run };
        let checked = baseline
            .check_verdict()
            .and_then(|()| baseline.check_loads(plan));
        checked.map_err(|problem| flags.baseline_error(&problem))?;
        Ok(Some(baseline))
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

    fn check_verdict(&self) -> Result<(), String> {
        let verdict = &self.run.report.verdict;
        if verdict.status != VerdictStatus::Invalid {
            return Ok(());
        }
        let reason = verdict.reasons.first().map_or("", String::as_str);
        Err(format!(
            "expected a valid run, found an invalid one: {reason}"
        ))
    }

    fn check_loads(&self, plan: &RunnablePlan) -> Result<(), String> {
        let report = &self.run.report;
        // The name of a single load does not matter.
        let is_single = plan.single_load().is_some() && report.single_load().is_some();
        let name = |name: &str| {
            if is_single {
                String::new()
            } else {
                name.to_owned()
            }
        };
        let planned = plan.loads.iter();
        let planned: BTreeMap<_, _> = planned
            .map(|load| (name(&load.name), PlannedLoad::of_plan(&*load.load)))
            .collect();
        let measured = report.loads.iter();
        let measured: BTreeMap<_, _> = measured
            .map(|load| (name(&load.name), PlannedLoad::of_report(&load.report)))
            .collect();
        if !planned.keys().eq(measured.keys()) {
            let (expected, found) = (load_names(&planned), load_names(&measured));
            return Err(format!(
                "different loads; expected {expected} as in this run, found {found}"
            ));
        }
        let mut both = planned.iter().zip(measured.values());
        let different = both.find_map(|((name, planned), measured)| {
            let difference = planned.difference(measured)?;
            Some(match name.as_str() {
                "" => difference,
                name => format!("load '{name}': {difference}"),
            })
        });
        different.map_or(Ok(()), Err)
    }
}

fn load_names(loads: &BTreeMap<String, PlannedLoad>) -> String {
    let names = loads.keys().map(|name| match name.as_str() {
        "" => "a load without a name".to_owned(),
        name => format!("'{name}'"),
    });
    names.collect::<Vec<_>>().join(", ")
}
