//! A live display of a run on the terminal.
//!
//! It draws to stderr on a thread of its own. The caller sends what happens as [`LiveUpdate`]s and never
//! waits for the terminal.

mod clean_text;
mod live;
mod run_view;
mod screen;
#[cfg(test)]
mod testing;
mod widgets;

pub use live::live_load::{LiveBound, LiveLoad, LiveStage};
pub use live::live_run::LiveRun;
pub use live::live_second::{GroupSoFar, LiveDistributions, LiveSecond};
pub use live::live_threshold::{ErrorBudget, LiveThreshold};
pub use live::live_update::LiveUpdate;
