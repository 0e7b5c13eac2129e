//! The lines of a terminal that show the rows of a heat map.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::run_view::heat_rows::{HEAT_ROWS, ROWS_PER_DECADE, heat_row};

/// The lines of a terminal that show the rows of a heat map: several rows in a line, or a row in one
/// or two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeatLines {
    /// The first row of the lowest line.
    low: usize,
    rows_per_line: usize,
    lines_per_row: usize,
    pub(crate) lines: usize,
}

impl HeatLines {
    /// Shows `rows` in at most `lines` lines; with space left, also their neighbors.
    pub(crate) fn new(rows: RangeInclusive<usize>, lines: usize) -> Self {
        let used = rows.end() + 1 - rows.start();
        let lines = lines.max(1);
        let rows_per_line = used.div_ceil(lines);
        let lines_per_row = (lines / used).clamp(1, 2);
        let steps = (lines / lines_per_row).min(HEAT_ROWS.div_ceil(rows_per_line));
        let spare = steps * rows_per_line - used;
        // One row more below than above, since most times of most runs are short.
        let low = rows.start().saturating_sub(spare.div_ceil(2));
        let highest_low = HEAT_ROWS.saturating_sub(steps * rows_per_line);
        Self {
            low: low.min(highest_low.max(rows.start().saturating_sub(spare))),
            rows_per_line,
            lines_per_row,
            lines: steps * lines_per_row,
        }
    }

    /// The rows of a line, counted from the bottom.
    pub(crate) fn rows(&self, line: usize) -> std::ops::Range<usize> {
        let first = self.low + line / self.lines_per_row * self.rows_per_line;
        first.min(HEAT_ROWS)..(first + self.rows_per_line).min(HEAT_ROWS)
    }

    /// The line of a time, counted from the bottom, if it is shown.
    pub(crate) fn line_of(&self, time: Duration) -> Option<usize> {
        let line = heat_row(time).checked_sub(self.low)? / self.rows_per_line * self.lines_per_row;
        (line < self.lines).then_some(line)
    }

    /// The lines in which a power of ten begins, with that time in µs, from the bottom.
    pub(crate) fn decades(&self) -> Vec<(usize, f64)> {
        let mut found: Vec<(usize, f64)> = vec![];
        for line in (0..self.lines).step_by(self.lines_per_row) {
            let mut rows = self.rows(line);
            if let Some(row) = rows.find(|row| row.is_multiple_of(ROWS_PER_DECADE)) {
                found.push((line, 10_f64.powi((row / ROWS_PER_DECADE) as i32)));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_contain_all_rows_in_use() {
        for start in 0..HEAT_ROWS {
            for end in start..HEAT_ROWS {
                for lines in [1, 2, 3, 7, 20, 63, 100] {
                    let shown = HeatLines::new(start..=end, lines);
                    assert!(shown.lines <= lines);
                    let rows: Vec<_> = (0..shown.lines).flat_map(|line| shown.rows(line)).collect();
                    assert!(
                        rows.contains(&start) && rows.contains(&end),
                        "{start} {end} {shown:?}"
                    );
                    assert!(shown.rows(shown.lines - 1).start < HEAT_ROWS);
                }
            }
        }
    }
}
