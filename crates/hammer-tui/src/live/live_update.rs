//! An event of a run, as the caller tells it.

use std::time::{Duration, Instant};

use hammer_core::{HitCounts, VerdictStatus};

use super::live_second::LiveSecond;
use super::live_threshold::LiveThreshold;

/// An event of a run, as the caller tells it. Indices refer to [`LiveRun::loads`](crate::LiveRun::loads).
#[derive(Debug, Clone)]
pub enum LiveUpdate {
    /// A load gets ready, as the text says: `opening sessions (at most 3 s)`.
    Preparing {
        /// The index of the load.
        load: usize,
        /// Its present activity.
        text: String,
        /// The end of this activity at the latest, if known.
        ends_at: Option<Instant>,
    },
    /// The clock of a load has started.
    Started {
        /// The index of the load.
        load: usize,
        /// The number of hits, if known now.
        hit_count: Option<u64>,
        /// The length of the schedule, if known now.
        length: Option<Duration>,
    },
    /// A second has passed.
    Second {
        /// The index of the load.
        load: usize,
        /// Its figures.
        second: Box<LiveSecond>,
    },
    /// The thresholds so far, all of them.
    Thresholds(Vec<LiveThreshold>),
    /// No more hits of a load become due.
    Draining {
        /// The index of the load.
        load: usize,
    },
    /// A load has ended.
    Finished {
        /// The index of the load.
        load: usize,
        /// Its verdict.
        verdict: VerdictStatus,
        /// All its hits, also those after the last tick.
        hits: HitCounts,
        /// The hits that it started.
        started: u64,
    },
    /// A key or signal stops the run. It stays so, even if a text follows.
    StopRequested {
        /// True if hits in flight are cut off, too.
        at_once: bool,
    },
    /// The run is being stopped, as the text says.
    Stopping(String),
    /// A line of the log: a warning, an error, or a message of the tracing. It may contain escape
    /// sequences, which are not shown.
    Log(String),
}
