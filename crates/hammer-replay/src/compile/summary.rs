use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::log::SkipReason;
use crate::timeline::{TimeBase, TimelineTrailer};

/// What a build did.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BuildSummary {
    /// Lines that were read.
    pub lines: u64,
    /// When the first row arrived.
    pub first_arrival: Timestamp,
    /// When the last row arrived.
    pub last_arrival: Timestamp,
    /// How many lines are no row, by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Where the first line of each reason stands: the log, by its number, and the line.
    pub examples: BTreeMap<SkipReason, (usize, u64)>,
    /// The logs, in the order in which they were given.
    pub sources: Vec<LogSourceSummary>,
    /// Rows that arrived before a row of the same log that stands above them.
    pub reordered: u64,
    /// How far back the farthest of them was put.
    pub max_displacement: Duration,
    /// Rows that came when the window had let later ones go, and were merged in the end.
    pub late_rows: u64,
    /// Those of them that were on disk meanwhile.
    pub spilled_rows: u64,
    /// Rows whose second was all that was known.
    pub whole_second_rows: u64,
    /// Rows whose stamps of start and end are further apart than an hour plus their duration.
    pub inconsistent_rows: u64,
    /// The last line of the timeline.
    pub trailer: TimelineTrailer,
}

/// A log that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogSourceSummary {
    /// Its name.
    pub name: String,
    /// The name of its format.
    pub format: String,
    /// Whether that was found out, and not told.
    pub detected: bool,
    /// How its arrivals were found.
    pub time_base: TimeBase,
    /// Lines of it.
    pub lines: u64,
    /// Rows of it.
    pub rows: u64,
}
