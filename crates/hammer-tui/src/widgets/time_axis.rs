//! The horizontal axis of charts over time.

use hammer_diagnostic::format_decimal;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::axis_labels::{LABEL_COLUMNS, without_labels};
use super::chart_window::ChartWindow;
use crate::clean_text::{clean, cut};
use crate::live::live_load::LiveStage;
use crate::screen::theme::Theme;

/// The horizontal axis of charts over time: from `−5 min` to `now`, with the names of stages below if
/// there is a second row.
#[derive(Debug)]
pub(crate) struct TimeAxis<'a> {
    pub(crate) window: &'a ChartWindow,
    pub(crate) stages: &'a [LiveStage],
    pub(crate) theme: &'a Theme,
}

impl TimeAxis<'_> {
    fn draw_times(&self, row: Rect, buffer: &mut Buffer) {
        let style = self.theme.dim();
        let oldest = time_ago(self.window.span as f64);
        let middle = time_ago(self.window.span as f64 / 2.0);
        let width = usize::from(row.width);
        if oldest.width() + 4 > width {
            return;
        }
        buffer.set_string(row.x, row.y, &oldest, style);
        buffer.set_string(row.right() - 3, row.y, "now", style);
        let half = row.width / 2;
        if usize::from(half) > oldest.width() + middle.width() + 2 {
            buffer.set_string(row.x + half, row.y, &middle, style);
        }
    }

    /// Draws each name after the begin of its stage, as far as there is room.
    fn draw_stages(&self, row: Rect, buffer: &mut Buffer) {
        let cells = self.window.cells.len();
        let end = |index: usize| {
            let next = self.stages.get(index + 1);
            let next = next.and_then(|next| self.window.index_of(next.start.as_secs()));
            next.unwrap_or(cells)
        };
        for (index, stage) in self.stages.iter().enumerate() {
            let start = self.window.index_of(stage.start.as_secs());
            let name = match start {
                Some(_) => format!("│{}", clean(&stage.name)),
                // It began before the window, or will begin.
                None if self.window.is_before(stage.start.as_secs()) => clean(&stage.name),
                None => continue,
            };
            let start = start.unwrap_or(0);
            let is_over = start == 0
                && (self.stages.get(index + 1))
                    .is_some_and(|next| self.window.is_before(next.start.as_secs()));
            if is_over {
                continue;
            }
            let room = end(index).saturating_sub(start + 1);
            let name = match room {
                0..4 if name.starts_with('│') => "│".to_owned(),
                0..4 => continue,
                room => cut(&name, room),
            };
            buffer.set_string(row.x + start as u16, row.y, name, self.theme.dim());
        }
    }
}

impl ratatui::widgets::Widget for TimeAxis<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let chart = without_labels(area, LABEL_COLUMNS);
        for (y, row) in chart.rows().enumerate() {
            match y {
                0 => self.draw_times(row, buffer),
                1 if !self.stages.is_empty() => self.draw_stages(row, buffer),
                _ => {}
            }
        }
    }
}

/// A time before the present: `−30 s`, `−5 min`, `−1.5 h`.
pub(crate) fn time_ago(seconds: f64) -> String {
    let (number, unit) = match seconds {
        n if n < 120.0 => (n, "s"),
        n if n < 7_200.0 => (n / 60.0, "min"),
        n => (n / 3_600.0, "h"),
    };
    let number = if number < 10.0 {
        (number * 10.0).round() / 10.0
    } else {
        number.round()
    };
    format!("−{} {unit}", format_decimal(number))
}

#[cfg(test)]
mod tests {
    use super::time_ago;

    #[test]
    fn times_have_the_unit_that_fits() {
        for (seconds, shown) in [
            (30.0, "−30 s"),
            (60.0, "−60 s"),
            (300.0, "−5 min"),
            (150.0, "−2.5 min"),
            (3_600.0, "−60 min"),
            (86_400.0, "−24 h"),
        ] {
            assert_eq!(time_ago(seconds), shown);
        }
    }
}
