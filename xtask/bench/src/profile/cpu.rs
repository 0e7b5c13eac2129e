use std::path::Path;

use super::choice::Choice;
use super::load::{Load, Report};
use super::stacks::Stacks;
use super::{perf, sampler};
use crate::error::Error;
use crate::executable::Executable;
use crate::number::grouped;

/// Where CPU time went: stacks, and how often each was seen.
#[derive(Debug)]
pub(crate) struct Cpu {
    /// What the hammer did meanwhile.
    pub(crate) report: Report,
    /// The stacks, in samples.
    pub(crate) stacks: Stacks,
    /// What took the samples.
    pub(crate) taken_with: &'static str,
    /// Why perf was left out, if it was wanted.
    pub(crate) note: Option<String>,
}

impl Cpu {
    /// Takes samples with perf if that is wanted and works, and from within the process if not.
    pub(crate) fn take(
        choice: &Choice,
        load: &Load<'_>,
        root: &Path,
        out: &Path,
    ) -> Result<Self, Error> {
        let mut note = None;
        if choice.perf {
            let binary = Executable::build(root, super::PROFILE, "hammer")?;
            match perf::take(choice, load, &binary, out) {
                Ok(cpu) => return Ok(cpu),
                Err(error) => note = Some(format!("perf was left out: {}", error)),
            }
        }
        let binary = Executable::build(root, super::PROFILE, "hammer-cpu")?;
        let (report, stacks) = sampler::take(choice, load, &binary, out)?;
        Ok(Self {
            report,
            stacks,
            taken_with: "a signal inside the process, which sees a system call as one frame",
            note,
        })
    }

    /// How many samples, at which rate of hits, taken how.
    pub(crate) fn subtitle(&self) -> String {
        format!(
            "{} samples at {} hits/s, taken with {}",
            grouped(self.stacks.total()),
            grouped(self.report.rate.round() as u64),
            self.taken_with
        )
    }
}
