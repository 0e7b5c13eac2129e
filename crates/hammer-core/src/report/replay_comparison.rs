//! Comparison of a replay with its timeline.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::duration_summary::DurationSummary;

/// Comparison of a replay with its timeline: the key `replay` of the JSON report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplayComparison {
    /// Rows in all passes, sent or not.
    pub planned: u64,
    /// Hits that were started.
    pub sent: u64,
    /// Hits that were due and not started.
    pub unsent: u64,
    /// Rows that were not sent, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Hits by due time.
    pub seconds: Vec<ReplaySlice>,
    /// Hits by logged status (`none` if unknown) and by replayed status or failure.
    pub statuses: BTreeMap<String, BTreeMap<String, u64>>,
    /// Times of routes whose durations were logged.
    pub routes: Vec<RouteTimes>,
}

/// Hits that were due in a slice of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplaySlice {
    /// Start, in seconds from the start of the replay.
    pub t_s: u64,
    /// Length, in seconds.
    pub width_s: u64,
    /// Rows of the timeline.
    pub planned: u64,
    /// Hits that were started.
    pub sent: u64,
    /// Rows that were not sent.
    pub skipped: u64,
}

/// The logged durations of a route, and its response times in the replay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteTimes {
    /// The route, such as `GET /items/{id}`.
    pub route: String,
    /// The durations in the log.
    pub logged_us: DurationSummary,
    /// done − due of the replayed hits that were answered.
    pub replayed_us: DurationSummary,
}
