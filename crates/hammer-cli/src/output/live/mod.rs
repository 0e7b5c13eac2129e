//! The live display of a run.

mod display_preference;
mod live_progress;
mod run_description;
mod thresholds_so_far;

pub(super) use display_preference::prefers_display;
pub(super) use live_progress::LiveProgress;
