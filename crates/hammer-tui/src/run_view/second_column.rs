//! One column of the charts: the hits of a second, or of several.

use std::time::Duration;

/// Rows of the heat map: seven to a decade of time, from 1 µs to 1,000 s.
pub(crate) const HEAT_ROWS: usize = 63;

/// One column of the charts: the hits of a second, or of several in a long run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SecondColumn {
    /// The requested hits, unless the loop is closed.
    pub(crate) requested: Option<f64>,
    pub(crate) started: u64,
    pub(crate) ok: u64,
    /// Hits that ended in any other way.
    pub(crate) not_ok: u64,
    /// The largest number of hits in flight.
    pub(crate) in_flight: u64,
    pub(crate) response: TimeColumn,
    pub(crate) service: TimeColumn,
    pub(crate) lateness: TimeColumn,
}

/// The times of the hits in a column. Percentiles of merged columns are the largest of theirs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TimeColumn {
    /// `None` if no hit was answered.
    pub(crate) p50: Option<Duration>,
    pub(crate) p99: Option<Duration>,
    /// Hits by row of the heat map, from the bottom.
    pub(crate) rows: Box<[u32; HEAT_ROWS]>,
}
