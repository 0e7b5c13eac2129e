//! Labels at the left of a chart.

use hammer_diagnostic::{TimeUnit, format_decimal};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::cell_text;

/// The columns at the left of a chart that labels take, unless they are long, as in `1,000 ms`.
pub(crate) const LABEL_COLUMNS: u16 = 9;

/// The labels of a vertical axis. The highest has the unit.
#[derive(Debug)]
pub(crate) struct AxisLabels {
    /// Lines counted from the top, with their labels.
    labels: Vec<(u16, String)>,
    unit: &'static str,
}

impl AxisLabels {
    /// Makes labels of times in µs at lines counted from the top.
    pub(crate) fn new(times: impl IntoIterator<Item = (u16, f64)>, unit: TimeUnit) -> Self {
        let mut labels: Vec<_> = (times.into_iter())
            .map(|(line, us)| (line, in_unit(us, unit)))
            .collect();
        labels.sort_by_key(|(line, _)| *line);
        labels.dedup_by_key(|(line, _)| *line);
        Self {
            labels,
            unit: unit.name(),
        }
    }

    /// Draws the labels at the left of `area`, and returns the rest of it.
    pub(crate) fn draw(&self, area: Rect, style: Style, buffer: &mut Buffer) -> Rect {
        let after_digits = self.unit.width() + 2;
        let digits = self.labels.iter().map(|(_, label)| label.width()).max();
        let digits = digits.unwrap_or(0);
        let digits = digits.max(usize::from(LABEL_COLUMNS).saturating_sub(after_digits));
        for (index, (line, label)) in self.labels.iter().enumerate() {
            let unit = if index == 0 { self.unit } else { "" };
            let text = format!("{} {unit}", cell_text::right(label, digits));
            if *line < area.height {
                buffer.set_stringn(area.x, area.y + line, text, area.width.into(), style);
            }
        }
        without_labels(area, (digits + after_digits) as u16)
    }
}

/// The part of `area` at the right of labels with `columns`.
pub(crate) fn without_labels(area: Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    Rect {
        x: area.x + columns,
        width: area.width - columns,
        ..area
    }
}

/// A time in a unit, with the digits it needs.
fn in_unit(us: f64, unit: TimeUnit) -> String {
    let number = match unit {
        TimeUnit::Micros => us,
        TimeUnit::Millis => us / 1e3,
        TimeUnit::Seconds => us / 1e6,
    };
    if number > 0.0 && number < 0.1 {
        return format!("{number}");
    }
    format_decimal(number)
}
