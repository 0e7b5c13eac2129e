//! The state of a run that the screen shows.

use std::collections::VecDeque;
use std::time::Instant;

use super::load_view::{LoadState, LoadView};
use super::open_files::OpenFileCounter;
use crate::clean_text::clean;
use crate::live::live_load::LiveLoad;
use crate::live::live_run::LiveRun;
use crate::live::live_threshold::LiveThreshold;

/// Lines of the log that are kept.
const MOST_LOG_LINES: usize = 1_000;

/// Bytes of a line of the log that are kept.
const MOST_LOG_BYTES: usize = 4_096;

/// The state of a run that the screen shows, made of all updates so far. Its texts have no control characters.
#[derive(Debug, Clone)]
pub(crate) struct RunView {
    pub(crate) run: LiveRun,
    /// The loads, by their index.
    pub(crate) loads: Vec<LoadView>,
    pub(crate) thresholds: Vec<LiveThreshold>,
    /// The stop, once the run is being stopped.
    pub(crate) stopping: Option<RunStop>,
    /// The last lines of the log, the oldest first.
    pub(crate) log: VecDeque<String>,
    /// Lines of the log that are no longer kept.
    pub(crate) dropped_log_lines: u64,
    /// Files that the process has open, if known.
    pub(crate) open_files: Option<u64>,
    /// Counts the open files, unless they are set by hand.
    pub(super) file_counter: Option<OpenFileCounter>,
}

/// The stop of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RunStop {
    /// A text says why. Hits in flight may end.
    Explained(String),
    /// A key or signal asked for it. Hits in flight may end.
    Requested,
    /// Hits in flight are cut off.
    AtOnce,
}

impl RunView {
    /// A run of which nothing has happened yet.
    pub(crate) fn new(mut run: LiveRun) -> Self {
        run.name = clean(&run.name);
        run.loads.iter_mut().for_each(clean_load);
        Self {
            loads: run.loads.iter().map(|_| LoadView::new()).collect(),
            run,
            thresholds: vec![],
            stopping: None,
            log: VecDeque::new(),
            dropped_log_lines: 0,
            open_files: None,
            file_counter: Some(OpenFileCounter::default()),
        }
    }

    /// Fixes the number of open files, which otherwise is counted.
    #[cfg(test)]
    pub(crate) fn with_open_files(self, files: u64) -> Self {
        Self {
            open_files: Some(files),
            file_counter: None,
            ..self
        }
    }

    /// The local ports of all loads, which share them: one for each open session, unless sessions share
    /// connections or need no ports.
    pub(crate) fn open_ports(&self) -> u64 {
        let loads = self.run.loads.iter().zip(&self.loads);
        let ports = loads.filter_map(|(live, load)| {
            let sessions = load.latest.as_ref()?.open_sessions;
            Some(live.most_ports.map_or(sessions, |most| sessions.min(most)))
        });
        ports.fold(0, u64::saturating_add)
    }

    /// Returns true if the time that is left of a preparation is shown, which no update tells.
    pub(crate) fn counts_down(&self, now: Instant) -> bool {
        let mut loads = self.loads.iter();
        loads.any(|load| {
            let is_preparing = matches!(load.state, LoadState::Preparing(_));
            is_preparing && load.time_left(now).is_some_and(|left| !left.is_zero())
        })
    }

    pub(super) fn add_log_lines(&mut self, text: &str) {
        for line in text.lines() {
            if self.log.len() == MOST_LOG_LINES {
                self.log.pop_front();
                self.dropped_log_lines += 1;
            }
            let end = line.floor_char_boundary(MOST_LOG_BYTES.min(line.len()));
            self.log.push_back(clean(&line[..end]));
        }
    }
}

fn clean_load(load: &mut LiveLoad) {
    for text in [
        &mut load.name,
        &mut load.hammer,
        &mut load.target,
        &mut load.shape,
    ] {
        *text = clean(text);
    }
    for stage in &mut load.stages {
        stage.name = clean(&stage.name);
    }
    for group in &mut load.groups {
        *group = clean(group);
    }
    for bound in &mut load.bounds {
        bound.expression = clean(&bound.expression);
    }
}
