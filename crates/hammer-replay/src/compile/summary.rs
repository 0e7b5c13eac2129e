//! Summary of a timeline build.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::log::SkipReason;
use crate::timeline::{ArrivalTimeDerivation, TimelineTrailer};

/// The result of a timeline build.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BuildSummary {
    /// Number of lines that were read.
    pub lines: u64,
    /// Arrival of the first row.
    pub first_arrival: Timestamp,
    /// Arrival of the last row.
    pub last_arrival: Timestamp,
    /// Number of lines that did not become rows, by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// The first lines of each reason, up to [`MAX_EXAMPLES`](Self::MAX_EXAMPLES): the index of the log, and
    /// the line number.
    pub examples: BTreeMap<SkipReason, Vec<(usize, u64)>>,
    /// The logs, in the order in which they were given.
    pub sources: Vec<LogSourceSummary>,
    /// Number of rows that arrived before an earlier line of the same log.
    pub reordered: u64,
    /// Longest time by which a row was moved back.
    pub max_displacement: Duration,
    /// Number of rows that came after later ones had been written. They were merged at the end. If nothing
    /// is written before the end, no row is late.
    pub late_rows: u64,
    /// Number of late rows that were on disk until then.
    pub spilled_rows: u64,
    /// Number of rows whose timestamps have whole seconds.
    pub whole_second_rows: u64,
    /// Number of hosts in the URLs of rows, in formats whose lines all have URLs, up to
    /// [`MAX_URL_HOSTS`](Self::MAX_URL_HOSTS). The log of a forward proxy has many.
    pub url_hosts: usize,
    /// Number of rows whose start and end differ by more than an hour plus their duration.
    pub inconsistent_rows: u64,
    /// The last line of the timeline.
    pub trailer: TimelineTrailer,
}

impl BuildSummary {
    /// Maximum number of skipped lines that are named for each reason.
    pub const MAX_EXAMPLES: usize = 5;
    /// Maximum number of hosts that are counted.
    pub const MAX_URL_HOSTS: usize = 10_000;
}

/// A log that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogSourceSummary {
    /// The file name.
    pub name: String,
    /// The name of the format.
    pub format: String,
    /// True if the format was detected.
    pub detected: bool,
    /// The derivation of its arrival times.
    pub time_base: ArrivalTimeDerivation,
    /// Number of lines.
    pub lines: u64,
    /// Number of rows.
    pub rows: u64,
}
