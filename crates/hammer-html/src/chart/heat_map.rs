//! Heat maps: hits by time and by duration.

use maud::{Markup, html};

use super::chart_data::{ChartData, ChartKind, SeriesData, slice_places};
use super::data_table::{TableColumn, data_table};
use super::figure::{ChartText, figure};
use super::json_script::ShortNumber;
use super::plot::{PLOT_X, PLOT_Y, plot};
use super::time_lines::TimeSpan;
use crate::scale::{Axis, format_millis};
use crate::svg::{HEAT_COLORS, PathData};
use hammer_diagnostic::format_count;

/// A heat map.
#[derive(Debug, Clone)]
pub(crate) struct HeatMap {
    pub(crate) text: ChartText,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) columns: Vec<TimeSpan>,
    /// The range of each row in the unit of `y`, from the bottom.
    pub(crate) rows: Vec<(f64, f64)>,
    /// The hits of each cell, row by row.
    pub(crate) counts: Vec<u64>,
    /// Bounds that are drawn as lines, with their text.
    pub(crate) bounds: Vec<(String, f64)>,
}

impl HeatMap {
    /// Makes the figure.
    pub(crate) fn render(&self) -> Markup {
        let content = html! {
            g class="series heat" data-series="counts" shape-rendering="crispEdges" {
                @for (level, cells) in self.levels().into_iter().enumerate() {
                    @if !cells.is_empty() {
                        path class={ "h" (level) } fill=(HEAT_COLORS[level]) d=(cells) {}
                    }
                }
            }
            @for (name, value) in &self.bounds {
                @let place = super::plot::tenth(self.y.place(*value));
                line class="bound" x1=(PLOT_X.0) x2=(PLOT_X.1) y1=(place) y2=(place)
                    stroke="currentColor" stroke-width="1.5" stroke-dasharray="2 3" {}
                (super::plot::bound_name(name, self.y.place(*value)))
            }
        };
        let plot = plot(&self.text, &self.x, &self.y, &content);
        figure(
            &self.text,
            &plot,
            &self.legend(),
            &self.table(),
            &self.data(),
        )
    }

    fn max_count(&self) -> u64 {
        self.counts.iter().copied().max().unwrap_or(0)
    }

    /// The path of the cells of each level. Neighbors of one level in a row are one rectangle.
    fn levels(&self) -> Vec<String> {
        let max = self.max_count();
        let mut paths = vec![PathData::default(); HEAT_COLORS.len()];
        for (row, (low, high)) in self.rows.iter().enumerate() {
            let (bottom, top) = (self.y.place(*low), self.y.place(*high));
            let level = |column: usize| level(self.count(row, column), max);
            let mut column = 0;
            while column < self.columns.len() {
                let first = column;
                column += 1;
                while column < self.columns.len() && level(column) == level(first) {
                    column += 1;
                }
                let Some(level) = level(first) else { continue };
                let left = self.x.place(self.columns[first].start_s);
                let right = self.x.place(self.columns[column - 1].end());
                paths[level].rectangle((left, top), (right, bottom));
            }
        }
        paths.into_iter().map(PathData::into_text).collect()
    }

    fn count(&self, row: usize, column: usize) -> u64 {
        let index = row * self.columns.len() + column;
        self.counts.get(index).copied().unwrap_or(0)
    }

    fn legend(&self) -> Markup {
        let max = self.max_count();
        html! {
            p class="legend heat-legend" {
                "hits in a cell: 1 "
                svg class="swatch" width="126" height="10" viewBox="0 0 126 10" aria-hidden="true" {
                    @for (level, color) in HEAT_COLORS.iter().enumerate() {
                        rect class={ "h" (level) } x=(level * 14) width="14" height="10" fill=(color) {}
                    }
                }
                " " (format_count(max))
                @for (text, _) in &self.bounds {
                    "   "
                    svg class="swatch" width="26" height="10" viewBox="0 0 26 10" aria-hidden="true" {
                        line x1="0" x2="26" y1="5" y2="5" stroke="currentColor" stroke-width="1.5"
                            stroke-dasharray="2 3" {}
                    }
                    " " (text)
                }
            }
        }
    }

    /// The hits of all slices by duration. The cells themselves are too many for a table.
    fn table(&self) -> Markup {
        let sum = |row: usize| -> u64 {
            let columns = 0..self.columns.len();
            columns.map(|column| self.count(row, column)).sum()
        };
        let first = (0..self.rows.len()).find(|row| sum(*row) > 0).unwrap_or(0);
        let last = (0..self.rows.len()).rev().find(|row| sum(*row) > 0);
        let shown = last.map_or(0, |last| last + 1 - first);
        let label = |row: usize| {
            let (low, high) = self.rows[first + row];
            format!("{} to {}", format_millis(low), format_millis(high))
        };
        let hits = TableColumn {
            name: "hits",
            value: Box::new(|row| Some(sum(first + row) as f64)),
        };
        data_table("response", shown, label, &[hits])
    }

    fn data(&self) -> ChartData {
        let (xs, widths) = slice_places(&self.columns);
        let short = |(low, high): &(f64, f64)| (ShortNumber(*low), ShortNumber(*high));
        let count = |count: &u64| Some(ShortNumber(*count as f64));
        ChartData {
            kind: ChartKind::Heat,
            x: (&self.x).into(),
            y: (&self.y).into(),
            other_y: None,
            xs,
            widths,
            rows: self.rows.iter().map(short).collect(),
            series: vec![SeriesData {
                name: "counts".to_owned(),
                values: self.counts.iter().map(count).collect(),
                ..SeriesData::default()
            }],
        }
    }
}

/// The level of a cell with `count` hits, by the logarithm; `None` for an empty cell.
fn level(count: u64, max: u64) -> Option<usize> {
    if count == 0 {
        return None;
    }
    let share = if max > 1 {
        (count as f64).ln() / (max as f64).ln()
    } else {
        1.0
    };
    let levels = HEAT_COLORS.len() as f64;
    Some(((share * levels).floor() as usize).min(HEAT_COLORS.len() - 1))
}

/// The ranges of the rows of a heat map whose axis is logarithmic, from the bottom: at most 48, and
/// none narrower than the microsecond in which durations are counted.
pub(crate) fn heat_rows(axis: &Axis) -> Vec<(f64, f64)> {
    const MAX_ROWS: f64 = 48.0;
    let ratio = (axis.max / axis.min).ln();
    let finest = (0.001 / axis.min).ln_1p().max(0.01);
    let rows = (ratio / finest).clamp(1.0, MAX_ROWS).floor();
    let edge = |row: f64| axis.min * (ratio * row / rows).exp();
    (0..rows as u32)
        .map(|row| (edge(f64::from(row)), edge(f64::from(row) + 1.0)))
        .collect()
}

/// The bottom and the top of a heat map with durations from `min` to `max`.
pub(crate) fn heat_axis(min: f64, max: f64) -> Axis {
    Axis::log((min, max), PLOT_Y, "ms", format_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_logarithmic() {
        for (count, max, expected) in [
            (0, 10, None),
            (1, 1, Some(8)),
            (1, 1000, Some(0)),
            (1000, 1000, Some(8)),
            (32, 1000, Some(4)),
        ] {
            assert_eq!(level(count, max), expected, "{count} of {max}");
        }
    }

    #[test]
    fn rows_are_not_finer_than_what_is_counted() {
        let rows = heat_rows(&heat_axis(0.002, 0.01));
        assert!(rows.len() < 6, "{rows:?}");
        let rows = heat_rows(&heat_axis(1.0, 1000.0));
        assert_eq!(rows.len(), 48);
        assert!((rows[47].1 / 1000.0 - 1.0).abs() < 1e-9, "{rows:?}");
    }
}
