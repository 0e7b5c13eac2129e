//! Comparison of a replay with its timeline.

use std::collections::BTreeMap;

use hammer_core::DurationSummary;
use serde::{Deserialize, Serialize};

/// Comparison of a replay with its timeline: the key `replay` of the JSON report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ReplayComparison {
    /// Rows in all passes, sent or not.
    pub(crate) planned: u64,
    pub(crate) sent: u64,
    pub(crate) unsent: u64,
    /// Rows that were not sent, by reason.
    pub(crate) skipped: BTreeMap<String, u64>,
    /// Hits by due time.
    pub(crate) seconds: Vec<ReplaySlice>,
    /// Hits by logged status (`none` if unknown) and by replayed status or failure.
    pub(crate) statuses: BTreeMap<String, BTreeMap<String, u64>>,
    /// Times of routes whose durations were logged.
    pub(crate) routes: Vec<RouteTimes>,
}

/// Hits that were due in a slice of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReplaySlice {
    /// Start, in seconds from the start of the replay.
    pub(crate) t_s: u64,
    /// Length, in seconds.
    pub(crate) width_s: u64,
    pub(crate) planned: u64,
    pub(crate) sent: u64,
    pub(crate) skipped: u64,
}

/// The logged durations of a route, and its response times in the replay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RouteTimes {
    pub(crate) route: String,
    pub(crate) logged_us: DurationSummary,
    pub(crate) replayed_us: DurationSummary,
}
