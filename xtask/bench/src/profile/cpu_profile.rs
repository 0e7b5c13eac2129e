//! The CPU profile of a scenario.

use std::path::Path;

use super::folded_stacks::FoldedStacks;
use super::profile_scenario::ProfileScenario;
use super::setup::{ProfileSetup, ProfiledRunFigures};
use super::{perf, sampler};
use crate::error::Error;
use crate::executable::BuiltExecutable;
use crate::number_format::group_thousands;

/// Stacks and their numbers of samples.
#[derive(Debug)]
pub(crate) struct CpuProfile {
    /// The report of the profiled run.
    pub(crate) report: ProfiledRunFigures,
    /// The stacks, weighted by samples.
    pub(crate) stacks: FoldedStacks,
    /// The source of the samples.
    pub(crate) sampler: &'static str,
    /// The reason why perf was not used, if it was allowed.
    pub(crate) perf_failure: Option<String>,
}

impl CpuProfile {
    /// Takes samples with perf if allowed and possible, otherwise inside the process.
    pub(crate) fn record(
        scenario: &ProfileScenario,
        load: &ProfileSetup<'_>,
        root: &Path,
        out: &Path,
    ) -> Result<Self, Error> {
        let mut perf_failure = None;
        if scenario.perf_allowed {
            let binary = BuiltExecutable::build(root, super::CARGO_PROFILE, "hammer")?;
            match perf::record_profile(scenario, load, &binary, out) {
                Ok(cpu) => return Ok(cpu),
                Err(error) => perf_failure = Some(format!("perf was not used: {}", error)),
            }
        }
        let binary = BuiltExecutable::build(root, super::CARGO_PROFILE, "hammer-cpu")?;
        let (report, stacks) = sampler::record_profile(scenario, load, &binary, out)?;
        Ok(Self {
            report,
            stacks,
            sampler: "a signal inside the process, which shows a system call as one frame",
            perf_failure,
        })
    }

    /// Number and source of the samples, and the rate of hits.
    pub(crate) fn subtitle(&self) -> String {
        format!(
            "{} samples at {} hits/s, taken with {}",
            group_thousands(self.stacks.total()),
            group_thousands(self.report.rate.round() as u64),
            self.sampler
        )
    }
}
