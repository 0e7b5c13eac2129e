//! CPU samples taken inside the process, without the kernel but always permitted.

use std::fs;
use std::path::Path;

use super::folded_stacks::FoldedStacks;
use super::profile_scenario::ProfileScenario;
use super::setup::{ProfileSetup, ProfiledRunFigures};
use crate::error::Error;
use crate::executable::BuiltExecutable;

/// Samples a run of `binary`, which contains the profiler.
pub(crate) fn record_profile(
    scenario: &ProfileScenario,
    load: &ProfileSetup<'_>,
    binary: &BuiltExecutable,
    out: &Path,
) -> Result<(ProfiledRunFigures, FoldedStacks), Error> {
    let file = out.join("cpu.stacks");
    let length = format!("{}ms", scenario.duration.as_millis());
    let variable = ("HAMMER_BENCH_STACKS", file.as_os_str());
    let report = load
        .start_hammer(binary, ["--duration", &length], Some(variable))?
        .wait_for_report()?;
    let folded = fs::read_to_string(&file).map_err(Error::io("read", &file))?;
    fs::remove_file(&file).map_err(Error::io("remove", &file))?;
    let stacks = FoldedStacks::parse(&folded);
    if stacks.total() == 0 {
        return Err(Error::failed(
            "no samples were taken: the run was too short or idle",
        ));
    }
    Ok((report, stacks))
}
