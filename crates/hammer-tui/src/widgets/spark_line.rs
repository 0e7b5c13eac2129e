//! A line of bars, one cell high.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::chart_window::ChartWindow;

const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// A line of bars, one cell high. The largest value has the full height.
#[derive(Debug)]
pub(crate) struct SparkLine {
    /// From the oldest; `None` is an empty cell. The last is at the right end.
    pub(crate) values: Vec<Option<f64>>,
    pub(crate) style: Style,
}

impl SparkLine {
    /// Shows the rate of started hits in a window of as many cells as the line has.
    pub(crate) fn started(window: &ChartWindow, style: Style) -> Self {
        let cells = window.cells.iter();
        Self {
            values: cells
                .map(|cell| cell.as_ref().map(|cell| cell.started))
                .collect(),
            style,
        }
    }
}

impl Widget for SparkLine {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let skipped = self.values.len().saturating_sub(area.width.into());
        let values = &self.values[skipped..];
        let most = values
            .iter()
            .flatten()
            .fold(0.0_f64, |most, value| most.max(*value));
        for (x, value) in (area.right() - values.len() as u16..).zip(values) {
            let Some(value) = value else { continue };
            let share = if most > 0.0 { value / most } else { 0.0 };
            let bar = (share * BARS.len() as f64).ceil() as usize;
            if let Some(cell) = buffer.cell_mut((x, area.y)) {
                let bar = BARS[bar.clamp(1, BARS.len()) - 1];
                cell.set_symbol(bar).set_style(self.style);
            }
        }
    }
}
