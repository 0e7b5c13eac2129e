//! One column of the charts: the hits of a second, or of several.

use std::time::Duration;

use hammer_stats::{Histogram, MergeableValue};

use super::heat_rows::{HEAT_ROWS, heat_row};
use crate::live::live_second::LiveSecond;

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

impl SecondColumn {
    pub(crate) fn new(second: &LiveSecond) -> Self {
        let seconds = second.length.as_secs_f64();
        Self {
            requested: second.requested_rate.map(|rate| rate * seconds),
            started: second.started,
            ok: second.hits.ok,
            not_ok: second.hits.ended().saturating_sub(second.hits.ok),
            in_flight: second.in_flight,
            response: TimeColumn::new(&second.last.response),
            service: TimeColumn::new(&second.last.service),
            lateness: TimeColumn::new(&second.last.lateness),
        }
    }

    /// A column without hits, for a second that was not measured.
    pub(crate) fn empty() -> Self {
        let times = TimeColumn::new(&Histogram::new());
        Self {
            requested: None,
            started: 0,
            ok: 0,
            not_ok: 0,
            in_flight: 0,
            response: times.clone(),
            service: times.clone(),
            lateness: times,
        }
    }
}

impl MergeableValue for SecondColumn {
    fn coalesce(&mut self, later: Self) {
        self.requested = match (self.requested, later.requested) {
            (Some(hits), Some(more)) => Some(hits + more),
            (hits, more) => hits.or(more),
        };
        self.started += later.started;
        self.ok += later.ok;
        self.not_ok += later.not_ok;
        self.in_flight = self.in_flight.max(later.in_flight);
        self.response.coalesce(later.response);
        self.service.coalesce(later.service);
        self.lateness.coalesce(later.lateness);
    }
}

impl TimeColumn {
    fn new(times: &Histogram) -> Self {
        let mut rows = Box::new([0_u32; HEAT_ROWS]);
        for bucket in times.recorded() {
            let row = &mut rows[heat_row(bucket.low)];
            *row = row.saturating_add(u32::try_from(bucket.count).unwrap_or(u32::MAX));
        }
        let quantile = |share| (!times.is_empty()).then(|| times.quantile(share));
        Self {
            p50: quantile(0.5),
            p99: quantile(0.99),
            rows,
        }
    }
}

impl MergeableValue for TimeColumn {
    fn coalesce(&mut self, later: Self) {
        self.p50 = self.p50.max(later.p50);
        self.p99 = self.p99.max(later.p99);
        for (row, more) in self.rows.iter_mut().zip(*later.rows) {
            *row = row.saturating_add(more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merged_column_has_the_hits_of_both() {
        let column = |millis: &[u64]| {
            let mut times = Histogram::new();
            for ms in millis {
                times.record(Duration::from_millis(*ms));
            }
            TimeColumn::new(&times)
        };
        let mut merged = column(&[1, 2]);
        merged.coalesce(column(&[100]));
        merged.coalesce(column(&[]));
        assert_eq!(merged.rows, column(&[1, 2, 100]).rows);
        assert_eq!(merged.p99, Some(Duration::from_millis(100)));
        assert_eq!(column(&[]).p99, None);
    }
}
