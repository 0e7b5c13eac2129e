//! The heat map of the overview, below the p99 over time where there is space.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::panels::take_top;
use crate::clean_text::cut;
use crate::screen::clock_text::clock_text;
use crate::screen::screen_settings::ShownTimes;
use crate::screen::tab_context::TabContext;
use crate::widgets::chart_window::ChartWindow;
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
    let mut legend = Line::from(" ");
    legend.extend(ChartSeries::legend(&ChartSeries::p99s(settings, theme)));
    frame.render_widget(legend, title);
    let window = ChartWindow::in_chart(&load.history, settings, chart.width);
    frame.render_widget(TimeChart::new(&window, live, settings, theme), chart);
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
    let window = ChartWindow::in_chart(&load.history, settings, map.width);
    let times = match settings.times {
        ShownTimes::Service => "service",
        ShownTimes::Both | ShownTimes::Response => "response",
    };
    let span = clock_text(Duration::from_secs(window.span));
    let text = format!(" {times} of each hit, last {span}; dense = many hits");
    let text = cut(&text, area.width.into());
    frame.render_widget(Line::styled(text, theme.dim()), title);
    frame.render_widget(HeatMap::new(&window, live, settings, theme), map);
}
