//! The hits and sessions that a worker holds at one instant, and the end of its schedule.

use std::time::Duration;

use crate::report::generator_report::GeneratorPeaks;
use crate::report::waiting_hits::WaitingHits;

/// The hits and sessions that a worker holds at one instant, and the end of its schedule.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct WorkerGauges {
    /// Hits that have started and not ended.
    pub(crate) in_flight: usize,
    /// Hits that are due and have not started.
    pub(crate) backlog: usize,
    /// Sessions that are open.
    pub(crate) open_sessions: usize,
    /// The peaks of the hits since the start.
    pub(crate) peaks: GeneratorPeaks,
    /// The end of its schedule, or the stop of the run, if no more hits become due.
    pub(crate) schedule_end: Option<Duration>,
    /// The ages of these hits, if they were requested.
    pub(crate) waiting: Option<Box<WaitingHits>>,
}
