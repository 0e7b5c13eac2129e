//! Horizontal lines in charts: bounds of thresholds, and a baseline.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::clean_text::{clean, cut};
use crate::live::live_load::LiveLoad;
use crate::screen::theme::Theme;

/// A horizontal line in a chart, which is drawn where the chart is empty.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReferenceLine {
    pub(crate) at: Duration,
    label: String,
    glyph: &'static str,
    style: Style,
}

impl ReferenceLine {
    /// The lines of a load: the bounds of its thresholds, then the p99 of its baseline.
    pub(crate) fn of(load: &LiveLoad, theme: &Theme) -> Vec<Self> {
        let bounds = load.bounds.iter().map(|bound| Self {
            at: bound.at,
            label: clean(&bound.expression),
            glyph: "─",
            style: theme.bound(),
        });
        let baseline = load.baseline_p99.map(|at| Self {
            at,
            label: "baseline p99".to_owned(),
            glyph: "┄",
            style: theme.lateness(),
        });
        bounds.chain(baseline).collect()
    }

    /// Draws each line in the row that `row_of` finds for it, counted from the top. Of lines in the
    /// same row, the first is drawn.
    pub(crate) fn draw_all(
        lines: &[Self],
        chart: Rect,
        row_of: impl Fn(&Self) -> Option<u16>,
        buffer: &mut Buffer,
    ) {
        let mut drawn = vec![];
        for line in lines {
            let Some(row) = row_of(line).filter(|row| !drawn.contains(row)) else {
                continue;
            };
            drawn.push(row);
            let area = Rect {
                y: chart.y + row,
                height: 1,
                ..chart
            };
            line.draw(area, buffer);
        }
    }

    /// Draws the line in the empty cells of a row, with its label where enough cells are empty.
    fn draw(&self, row: Rect, buffer: &mut Buffer) {
        let is_empty = |buffer: &Buffer, x: u16| {
            (buffer.cell((x, row.y))).is_some_and(|cell| matches!(cell.symbol(), " " | "⠀"))
        };
        let empty: Vec<u16> = (row.left()..row.right())
            .filter(|x| is_empty(buffer, *x))
            .collect();
        for x in &empty {
            if let Some(cell) = buffer.cell_mut((*x, row.y)) {
                cell.set_symbol(self.glyph).set_style(self.style);
            }
        }
        let label = format!(" {} ", cut(&self.label, usize::from(row.width) / 2));
        // One cell of the line is before the label.
        let columns = label.width() + 1;
        let start = empty.windows(columns).find(|cells| {
            let contiguous = cells.len() as u16 - 1;
            cells[cells.len() - 1] - cells[0] == contiguous
        });
        if let Some([_, start, ..]) = start {
            buffer.set_string(*start, row.y, &label, self.style);
        }
    }
}
