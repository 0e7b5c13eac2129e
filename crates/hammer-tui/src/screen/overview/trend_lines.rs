//! The p99 of response, service and lateness over time, a line of dots each.

use std::time::Duration;

use hammer_core::OpenOrClosedLoop;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::screen::screen_settings::ChartScale;
use crate::screen::tab_context::TabContext;
use crate::widgets::braille_grid::BrailleGrid;
use crate::widgets::chart_cell::ChartCell;
use crate::widgets::chart_window::{AxisSpan, ChartWindow};
use crate::widgets::time_scale::TimeScale;

type SelectP99 = fn(&ChartCell) -> Option<Duration>;

const P99S: [SelectP99; 3] = [
    |cell| cell.response.p99,
    |cell| cell.service.p99,
    |cell| cell.lateness_p99,
];

/// Draws the three lines on one scale, so that a low one is small.
pub(super) fn draw_trends(
    area: Rect,
    buffer: &mut Buffer,
    context: TabContext<'_>,
    styles: [Style; 3],
) {
    let span = AxisSpan::of(context.live, context.settings);
    let window = ChartWindow::new(&context.load.history, span, area.width.into());
    let cells = || window.cells.iter().flatten();
    let times = P99S.iter().flat_map(|p99| cells().filter_map(p99));
    // Of four dots, a logarithm would leave nothing to see.
    let scale = TimeScale::new(ChartScale::Linear, times);
    let is_closed = context.latest.loop_kind == OpenOrClosedLoop::Closed;
    let count = if is_closed { 2 } else { P99S.len() };
    let lines = area.rows().zip(P99S).zip(styles).take(count);
    for ((row, p99), style) in lines {
        let mut grid = BrailleGrid::new(row);
        let values: Vec<_> = (window.cells.iter())
            .map(|cell| cell.as_ref().and_then(p99))
            .collect();
        for (index, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            let next = values.get(index + 1).copied().flatten().unwrap_or(*value);
            let y = |time: Duration| grid.dot_at(scale.share(time));
            let (from, to) = ((index * 2, y(*value)), (index * 2 + 2, y(next)));
            grid.line(from, to, false, style);
        }
        grid.draw(buffer);
    }
}
