//! One column of the charts: the hits of a second, or of several.

use std::time::Duration;

use hammer_stats::{Histogram, MergeableValue};

use super::heat_counts::HeatCounts;
use crate::live::live_second::LiveSecond;

/// One column of the charts: the hits of a second, or of several in a long run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SecondColumn {
    /// The requested hits, unless the loop is closed.
    pub(crate) requested: Option<f64>,
    pub(crate) started: u64,
    /// Hits that ended otherwise than with an answer that is ok.
    pub(crate) not_ok: u64,
    pub(crate) response: TimeColumn,
    pub(crate) service: TimeColumn,
    /// The p99 of the lateness; `None` if no hit was started.
    pub(crate) lateness_p99: Option<Duration>,
}

/// The times of the hits in a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TimeColumn {
    /// The 99th percentile, of merged columns the largest; `None` if no hit was answered.
    pub(crate) p99: Option<Duration>,
    pub(crate) rows: HeatCounts,
}

impl SecondColumn {
    pub(crate) fn new(second: &LiveSecond) -> Self {
        let seconds = second.length.as_secs_f64();
        Self {
            requested: second.requested_rate.map(|rate| rate * seconds),
            started: second.started,
            not_ok: second.hits.ended().saturating_sub(second.hits.ok),
            response: TimeColumn::new(&second.last.response),
            service: TimeColumn::new(&second.last.service),
            lateness_p99: p99(&second.last.lateness),
        }
    }

    /// A column without hits, for a second that was not measured.
    pub(crate) fn empty() -> Self {
        let times = TimeColumn::new(&Histogram::new());
        Self {
            requested: None,
            started: 0,
            not_ok: 0,
            response: times.clone(),
            service: times,
            lateness_p99: None,
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
        self.not_ok += later.not_ok;
        self.response.coalesce(later.response);
        self.service.coalesce(later.service);
        self.lateness_p99 = self.lateness_p99.max(later.lateness_p99);
    }
}

impl TimeColumn {
    fn new(times: &Histogram) -> Self {
        Self {
            p99: p99(times),
            rows: HeatCounts::new(times),
        }
    }
}

fn p99(times: &Histogram) -> Option<Duration> {
    (!times.is_empty()).then(|| times.quantile(0.99))
}

impl MergeableValue for TimeColumn {
    fn coalesce(&mut self, later: Self) {
        self.p99 = self.p99.max(later.p99);
        self.rows.add(&later.rows);
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
