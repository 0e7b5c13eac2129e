use std::path::Path;

use super::folded_stacks::FoldedStacks;
use super::profile_scenario::ProfileScenario;
use super::setup::{ProfileSetup, ProfiledRun};
use super::{perf, sampler};
use crate::error::Error;
use crate::executable::BuiltExecutable;
use crate::number_format::group_thousands;

/// Where CPU time went: stacks, and how often each was seen.
#[derive(Debug)]
pub(crate) struct CpuProfile {
    /// What the hammer did meanwhile.
    pub(crate) report: ProfiledRun,
    /// The stacks, in samples.
    pub(crate) stacks: FoldedStacks,
    /// What took the samples.
    pub(crate) sampler: &'static str,
    /// Why perf was left out, if it was wanted.
    pub(crate) perf_failure: Option<String>,
}

impl CpuProfile {
    /// Takes samples with perf if that is wanted and works, and from within the process if not.
    pub(crate) fn record(
        choice: &ProfileScenario,
        load: &ProfileSetup<'_>,
        root: &Path,
        out: &Path,
    ) -> Result<Self, Error> {
        let mut note = None;
        if choice.perf_allowed {
            let binary = BuiltExecutable::build(root, super::CARGO_PROFILE, "hammer")?;
            match perf::record_profile(choice, load, &binary, out) {
                Ok(cpu) => return Ok(cpu),
                Err(error) => note = Some(format!("perf was left out: {}", error)),
            }
        }
        let binary = BuiltExecutable::build(root, super::CARGO_PROFILE, "hammer-cpu")?;
        let (report, stacks) = sampler::record_profile(choice, load, &binary, out)?;
        Ok(Self {
            report,
            stacks,
            sampler: "a signal inside the process, which sees a system call as one frame",
            perf_failure: note,
        })
    }

    /// How many samples, at which rate of hits, taken how.
    pub(crate) fn subtitle(&self) -> String {
        format!(
            "{} samples at {} hits/s, taken with {}",
            group_thousands(self.stacks.total()),
            group_thousands(self.report.rate.round() as u64),
            self.sampler
        )
    }
}
