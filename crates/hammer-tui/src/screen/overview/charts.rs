//! The heat map of the overview, below the p99 over time where there is space.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::panels::take_top;
use crate::screen::clock_text::clock_text;
use crate::screen::screen_settings::{ScreenSettings, ShownTimes};
use crate::screen::tab_context::TabContext;
use crate::screen::tab_parts::draw_line;
use crate::screen::theme::Theme;
use crate::widgets::chart_window::{AxisSpan, ChartWindow};
use crate::widgets::heat_map::HeatMap;
use crate::widgets::time_chart::{ChartSeries, TimeChart};

/// The least height of the charts, with their title.
pub(super) const LEAST_CHARTS_HEIGHT: u16 = 5;

/// The height from which there is a chart of the p99 above the heat map.
const TWO_CHARTS_HEIGHT: u16 = 18;

/// Draws the charts of a load.
pub(super) fn draw_charts(frame: &mut Frame<'_>, area: Rect, context: TabContext<'_>) {
    let mut rest = area;
    if area.height >= TWO_CHARTS_HEIGHT {
        let lines = take_top(&mut rest, area.height * 2 / 5);
        draw_p99s(frame, lines, context);
        take_top(&mut rest, 1);
    }
    draw_heat_map(frame, rest, context);
}

fn draw_p99s(frame: &mut Frame<'_>, area: Rect, context: TabContext<'_>) {
    let TabContext {
        live,
        load,
        settings,
        theme,
        ..
    } = context;
    let mut chart = area;
    let title = take_top(&mut chart, 1);
    let window = ChartWindow::in_chart(&load.history, AxisSpan::of(live, settings), chart.width);
    let mut legend = Line::from(format!(" each second, {}   ", span_text(&window)));
    legend.extend(ChartSeries::legend(&ChartSeries::p99s(settings, theme)));
    draw_line(frame, title, 0, legend);
    frame.render_widget(TimeChart::new(&window, live, settings, theme), chart);
}

/// The title of a heat map.
pub(crate) fn heat_title(
    window: &ChartWindow,
    settings: &ScreenSettings,
    theme: &Theme,
) -> Line<'static> {
    let times = match settings.times {
        ShownTimes::Service => "service",
        ShownTimes::Both | ShownTimes::Response => "response",
    };
    let text = format!(
        " {times} of each hit, {}   · few   █ many",
        span_text(window)
    );
    Line::from(Span::styled(text, theme.dim()))
}

/// The part of the run that a window shows, such as `last 02:00`.
pub(crate) fn span_text(window: &ChartWindow) -> String {
    format!("last {}", clock_text(Duration::from_secs(window.span)))
}

fn draw_heat_map(frame: &mut Frame<'_>, area: Rect, context: TabContext<'_>) {
    let TabContext {
        live,
        load,
        settings,
        theme,
        ..
    } = context;
    let mut map = area;
    let title = take_top(&mut map, 1);
    let window = ChartWindow::in_chart(&load.history, AxisSpan::of(live, settings), map.width);
    draw_line(frame, title, 0, heat_title(&window, settings, theme));
    frame.render_widget(HeatMap::new(&window, live, settings, theme), map);
}
