//! The heat map of response over time.

use hammer_core::Report;
use hammer_stats::Histogram;
use maud::Markup;

use super::ChartedLoad;
use crate::chart::{ChartText, HeatMap, PLOT_X, heat_axis, heat_rows};
use crate::duration_text::{format_us, percentile_us};
use crate::run_slices::run_slices;
use crate::scale::Axis;
use crate::threshold_bounds::threshold_bounds;

/// Draws the hits by time and response; `None` if no hit was answered.
pub(crate) fn heat_chart(load: &ChartedLoad) -> Option<Markup> {
    let summary = load.report.response_us.measured()?;
    let max = (summary.max / 1e3).max(0.001);
    let min = (summary.min / 1e3).clamp(0.001, max);
    let bounds = threshold_bounds(load.report, (min, max));
    let y = heat_axis(min, max);
    let rows = heat_rows(&y);
    let slices = run_slices(load.report, load.max_columns);
    let mut counts = vec![0; rows.len() * slices.len()];
    for (column, slice) in slices.iter().enumerate() {
        let cells = cells(&slice.measured.response(), &rows);
        for (row, count) in cells.into_iter().enumerate() {
            counts[row * slices.len() + column] = count;
        }
    }
    let map = HeatMap {
        text: ChartText {
            id: load.chart_id("heat"),
            title: "Response of all hits".to_owned(),
            finding: finding(load.report),
            note: "Darker cells have more hits, on a logarithmic scale. In a dark page, lighter ones.",
        },
        x: Axis::time(load.end_s(), PLOT_X),
        columns: slices.iter().map(|slice| slice.span).collect(),
        counts,
        bounds: (bounds.into_iter())
            .filter(|(_, bound)| (y.min..=y.max).contains(bound))
            .collect(),
        rows,
        y,
    };
    Some(map.render())
}

/// The hits of a slice in each row. Those outside of all rows are in the first or the last.
fn cells(histogram: &Histogram, rows: &[(f64, f64)]) -> Vec<u64> {
    let mut cells = vec![0; rows.len()];
    let Some(last) = rows.len().checked_sub(1) else {
        return cells;
    };
    let mut row = 0;
    for bucket in histogram.recorded() {
        let middle = bucket.middle().as_secs_f64() * 1e3;
        while row < last && middle >= rows[row].1 {
            row += 1;
        }
        cells[row] += bucket.count;
    }
    cells
}

fn finding(report: &Report) -> String {
    let at = |name| percentile_us(&report.response_us, name).map(format_us);
    let slowest = format_us(report.response_us.max);
    match (at("p50"), at("p90")) {
        (Some(p50), Some(p90)) => format!(
            "Half of the answered hits took up to {p50}, nine in ten up to {p90}, and the slowest \
             {slowest}."
        ),
        _ => format!("The slowest answered hit took {slowest}."),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_hit_is_in_a_cell() {
        let mut histogram = Histogram::new();
        for us in [1, 1_500, 1_500, 2_500, 90_000] {
            histogram.record(Duration::from_micros(us));
        }
        let rows = [(1.0, 2.0), (2.0, 4.0), (4.0, 8.0)];
        assert_eq!(cells(&histogram, &rows), [3, 1, 1]);
        assert!(cells(&histogram, &[]).is_empty());
    }
}
