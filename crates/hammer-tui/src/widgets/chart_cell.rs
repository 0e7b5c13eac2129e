//! A cell of the time axis: the hits of the seconds that it covers.

use std::time::Duration;

use crate::run_view::heat_rows::HEAT_ROWS;
use crate::run_view::second_column::{SecondColumn, TimeColumn};

/// A cell of the time axis: the hits of the seconds that it covers. Rates are per second.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ChartCell {
    pub(crate) requested: Option<f64>,
    pub(crate) started: f64,
    pub(crate) not_ok: f64,
    pub(crate) response: TimeCell,
    pub(crate) service: TimeCell,
    /// The largest of the seconds.
    pub(crate) lateness_p99: Option<Duration>,
}

/// The times of the hits in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TimeCell {
    /// The largest of the seconds.
    pub(crate) p99: Option<Duration>,
    /// Hits per second by row of the heat map, from the bottom.
    pub(crate) rows: Box<[f64; HEAT_ROWS]>,
}

impl ChartCell {
    /// Folds columns, each with its length in seconds, into one cell; `None` without columns.
    pub(crate) fn fold<'a>(
        columns: impl Iterator<Item = (u64, &'a SecondColumn)> + Clone,
    ) -> Option<Self> {
        let seconds: u64 = columns.clone().map(|(seconds, _)| seconds).sum();
        if seconds == 0 {
            return None;
        }
        let per_second = 1.0 / seconds as f64;
        let rate = |hits: fn(&SecondColumn) -> u64| {
            let hits: u64 = columns.clone().map(|(_, column)| hits(column)).sum();
            hits as f64 * per_second
        };
        let times = |times: fn(&SecondColumn) -> &TimeColumn| {
            TimeCell::fold(columns.clone().map(|(_, column)| times(column)), per_second)
        };
        let requested: Option<f64> = columns.clone().map(|(_, column)| column.requested).sum();
        Some(Self {
            requested: requested.map(|hits| hits * per_second),
            started: rate(|column| column.started),
            not_ok: rate(|column| column.not_ok),
            response: times(|column| &column.response),
            service: times(|column| &column.service),
            lateness_p99: columns.filter_map(|(_, column)| column.lateness_p99).max(),
        })
    }
}

impl TimeCell {
    fn fold<'a>(columns: impl Iterator<Item = &'a TimeColumn>, per_second: f64) -> Self {
        let mut cell = Self {
            p99: None,
            rows: Box::new([0.0; HEAT_ROWS]),
        };
        for column in columns {
            cell.p99 = cell.p99.max(column.p99);
            for (row, hits) in column.rows.iter() {
                cell.rows[row] += f64::from(hits) * per_second;
            }
        }
        cell
    }
}
