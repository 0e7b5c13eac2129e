//! A live display of a run on the terminal.
//!
//! A [`LiveDisplay`] draws to stderr on a thread of its own. The caller sends what happens as
//! [`LiveUpdate`]s and never waits for the terminal. [`obstacle`] says why a display cannot be shown.

mod clean_text;
mod live;
mod run_view;
mod screen;
mod terminal;
#[cfg(test)]
mod testing;
mod widgets;

pub use live::live_load::{LiveBound, LiveLoad, LiveStage};
pub use live::live_run::LiveRun;
pub use live::live_second::{GroupResponse, GroupSoFar, LiveDistributions, LiveSecond};
pub use live::live_threshold::{ErrorBudget, LiveThreshold};
pub use live::live_update::LiveUpdate;
pub use terminal::{DisplayObstacle, LiveDisplay, LiveSender, obstacle, restore_terminal};
