//! A chart of points over the rate, in characters.

use hammer_analysis::{LookOutcome, LookReport, SearchReport};

use super::charted_time::ChartedTime;
use crate::text::columns::column_count;
use crate::text::format_rate;
use crate::text::lines::{INDENT, WIDTH, truncate};
use crate::text::number::format_micros;

/// Columns of the chart, without its axis.
const COLUMNS: usize = 64;
/// Rows of the chart.
const ROWS: usize = 6;

/// A look with its place.
struct PlottedLook {
    column: usize,
    row: usize,
    outcome: LookOutcome,
}

/// The range of an axis, whose places are linear in the logarithm.
#[derive(Clone, Copy)]
struct LogRange {
    min: f64,
    max: f64,
}

impl LogRange {
    /// The range of positive values; `None` if there are none.
    fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let values = values.filter(|value| *value > 0.0 && value.is_finite());
        let (min, max) = values.fold((f64::INFINITY, 0.0_f64), |(min, max), value| {
            (min.min(value), max.max(value))
        });
        min.is_finite().then_some(Self { min, max })
    }

    /// The place of a value among `count`.
    fn place(self, value: f64, count: usize) -> usize {
        let share = match self.max > self.min {
            true => (value / self.min).ln() / (self.max / self.min).ln(),
            false => 0.5,
        };
        (share.clamp(0.0, 1.0) * (count - 1) as f64).round() as usize
    }
}

/// Draws the time of each look over its rate, with the bound as a line. Empty if fewer than two rates have
/// a time.
pub(super) fn rate_plot(report: &SearchReport) -> String {
    let time = ChartedTime::new(report);
    let measured = |look: &LookReport| Some((look.rate, time.of(look)?, look.outcome));
    let points: Vec<_> = report.looks.iter().filter_map(measured).collect();
    let bound = time.bound_us();
    let rates = LogRange::of(points.iter().map(|point| point.0));
    let times = LogRange::of(points.iter().map(|point| point.1).chain(bound));
    let (Some(rates), Some(times)) = (rates, times) else {
        return String::new();
    };
    if rates.min == rates.max {
        return String::new();
    }
    let bound_row = bound.map(|us| times.place(us, ROWS));
    let row = |us: f64| {
        let row = times.place(us, ROWS);
        match bound.filter(|_| bound_row == Some(row)) {
            // A time near the bound is on its side of the line.
            Some(bound) if us < bound => row.saturating_sub(1),
            Some(bound) if us > bound => (row + 1).min(ROWS - 1),
            _ => row,
        }
    };
    let looks = points.into_iter().map(|(rate, us, outcome)| PlottedLook {
        column: rates.place(rate, COLUMNS),
        row: row(us),
        outcome,
    });
    let grid = grid(looks, bound_row);
    let unmeasured = report.looks.iter().filter(|look| time.of(look).is_none());
    let title = title(&time, unmeasured.count());
    title + &lines(&grid, bound_row, &time, times) + &rate_axis(rates)
}

/// The characters of each row, from the bottom.
fn grid(looks: impl Iterator<Item = PlottedLook>, bound_row: Option<usize>) -> Vec<Vec<char>> {
    let row = |row| match bound_row == Some(row) {
        true => vec!['┄'; COLUMNS],
        false => vec![' '; COLUMNS],
    };
    let mut grid: Vec<Vec<char>> = (0..ROWS).map(row).collect();
    for look in looks {
        let cell = &mut grid[look.row][look.column];
        // A rate that failed once is more than one that held.
        *cell = match (look.outcome, *cell) {
            (LookOutcome::Failed, _) | (LookOutcome::Held, '×') => '×',
            (LookOutcome::Held, _) => '●',
            (LookOutcome::Void, '×' | '●') => *cell,
            (LookOutcome::Void, _) => '?',
        };
    }
    grid
}

fn title(time: &ChartedTime, unmeasured: usize) -> String {
    let bound = time.objective();
    let bound = bound.map_or_else(String::new, |objective| format!(", ┄ {objective}"));
    let missing = match unmeasured {
        0 => String::new(),
        1 => "; 1 look has none".to_owned(),
        looks => format!("; {looks} looks have none"),
    };
    let title = format!(
        "  {} by rate: ● held, × failed, ? void{bound}{missing}",
        time.name
    );
    truncate(&title, WIDTH) + "\n"
}

fn lines(
    grid: &[Vec<char>],
    bound_row: Option<usize>,
    time: &ChartedTime,
    times: LogRange,
) -> String {
    let label = |row: usize| match row {
        row if bound_row == Some(row) => time.bound_us().map(format_micros),
        0 => Some(format_micros(times.min)),
        row if row + 1 == ROWS => Some(format_micros(times.max)),
        _ => None,
    };
    let mut out = String::new();
    for (row, cells) in grid.iter().enumerate().rev() {
        let label = label(row).unwrap_or_default();
        let pad = " ".repeat((INDENT - 2).saturating_sub(column_count(&label)));
        let line: String = cells.iter().collect();
        out.push_str(format!("{pad}{label} │{line}").trim_end());
        out.push('\n');
    }
    out
}

fn rate_axis(rates: LogRange) -> String {
    let [first, last] = [rates.min, rates.max].map(format_rate);
    let indent = " ".repeat(INDENT - 1);
    let pad = " ".repeat(COLUMNS.saturating_sub(first.chars().count() + last.chars().count()));
    format!(
        "{indent}└{}\n{indent} {first}{pad}{last}\n",
        "─".repeat(COLUMNS)
    )
}
