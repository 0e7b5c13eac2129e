//! What the screen shows of a run.

use std::collections::VecDeque;

use super::load_view::LoadView;
use crate::live::live_run::LiveRun;
use crate::live::live_threshold::LiveThreshold;

/// What the screen shows of a run, made of all updates so far.
#[derive(Debug)]
pub(crate) struct RunView {
    pub(crate) run: LiveRun,
    /// The loads, by their index.
    pub(crate) loads: Vec<LoadView>,
    pub(crate) thresholds: Vec<LiveThreshold>,
    /// The text of a stop, once the run is being stopped.
    pub(crate) stopping: Option<String>,
    /// The last lines of the log, the oldest first.
    pub(crate) log: VecDeque<String>,
    /// Lines of the log that are no longer kept.
    pub(crate) dropped_log_lines: u64,
    /// Files that the process has open, if known.
    pub(crate) open_files: Option<u64>,
}
