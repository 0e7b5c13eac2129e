//! The live display of a run.

mod live_progress;
mod run_description;
mod thresholds_so_far;

pub(super) use live_progress::LiveProgress;
