//! Samples that the process takes of itself: less than perf sees, but always permitted.

use std::fs;
use std::path::Path;

use super::choice::Choice;
use super::load::{Load, Report};
use super::stacks::Stacks;
use crate::error::Error;
use crate::executable::Executable;

pub(crate) fn take(
    choice: &Choice,
    load: &Load<'_>,
    binary: &Executable,
    out: &Path,
) -> Result<(Report, Stacks), Error> {
    let file = out.join("cpu.stacks");
    let length = format!("{}ms", choice.duration.as_millis());
    let variable = ("HAMMER_BENCH_STACKS", file.as_os_str());
    let report = load
        .hammer(binary, ["--duration", &length], Some(variable))?
        .report()?;
    let folded = fs::read_to_string(&file).map_err(Error::io("read", &file))?;
    fs::remove_file(&file).map_err(Error::io("remove", &file))?;
    let stacks = Stacks::parse(&folded);
    if stacks.total() == 0 {
        return Err(Error::failed(
            "no samples were taken: it was too short, or idle",
        ));
    }
    Ok((report, stacks))
}
