//! Percentiles of response, service and lateness, and their curves.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::overview::charts::span_text;
use super::percentile_table::PercentileTable;
use super::screen_settings::{ScreenSettings, ShownTimes};
use super::tab_context::TabContext;
use super::tab_parts::draw_line;
use super::theme::Theme;
use crate::live::live_load::LiveLoad;
use crate::run_view::load_view::LoadView;
use crate::widgets::chart_window::{AxisSpan, ChartWindow};
use crate::widgets::percentile_curve::{Curve, PercentileCurve};
use crate::widgets::time_axis::TimeAxis;
use crate::widgets::time_chart::{ChartSeries, TimeChart};

/// The least height of a chart with its title and its axis.
const CHART_HEIGHT: u16 = 5;

/// Draws the tab.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, context: TabContext<'_>) {
    let TabContext {
        live,
        load,
        latest,
        settings,
        theme,
        ..
    } = context;
    let table = PercentileTable::new(load, latest, settings, area.width, theme);
    let lines = table.lines();
    let height = lines.len() as u16;
    for (row, line) in (0..).zip(lines) {
        draw_line(frame, area, row, line);
    }
    let rest = Rect {
        y: area.y + (height + 1).min(area.height),
        height: area.height.saturating_sub(height + 1),
        ..area
    };
    for (index, part) in chart_areas(rest).into_iter().enumerate() {
        match index {
            0 => draw_curve(frame, part, load, settings, theme),
            _ => draw_time_chart(frame, part, load, live, settings, theme),
        }
    }
}

/// The areas of the charts that fit: beside each other, above each other, or one.
fn chart_areas(area: Rect) -> Vec<Rect> {
    if area.height < CHART_HEIGHT {
        return vec![];
    }
    let halves = [Constraint::Fill(1), Constraint::Fill(1)];
    if area.width >= 120 {
        return Layout::horizontal(halves).spacing(2).split(area).to_vec();
    }
    if area.height >= 3 * CHART_HEIGHT {
        return Layout::vertical(halves).spacing(1).split(area).to_vec();
    }
    vec![area]
}

/// Draws the percentile curve of the whole run, under a title.
fn draw_curve(
    frame: &mut Frame<'_>,
    area: Rect,
    load: &LoadView,
    settings: &ScreenSettings,
    theme: &Theme,
) {
    let times = &load.so_far;
    let response = Curve {
        times: &times.response,
        style: theme.response(),
        is_dotted: false,
    };
    let service = Curve {
        times: &times.service,
        style: theme.service(),
        is_dotted: true,
    };
    let curves = match settings.times {
        ShownTimes::Both => vec![response, service],
        ShownTimes::Response => vec![response],
        ShownTimes::Service => vec![service],
    };
    let mut title = Line::from(" whole run by percentile   ");
    for curve in &curves {
        let (sample, name) = match curve.is_dotted {
            true => ("⠄⠄⠄ ", "service  "),
            false => ("⠤⠤⠤ ", "response  "),
        };
        title.push_span(Span::styled(sample, curve.style));
        title.push_span(name);
    }
    draw_line(frame, area, 0, title);
    let chart = below_title(area);
    let hits = curves.iter().map(|curve| curve.times.count()).max();
    if hits.unwrap_or(0) < PercentileCurve::LEAST_HITS {
        let text = format!(
            " the curve needs {} answered hits",
            PercentileCurve::LEAST_HITS
        );
        draw_line(frame, chart, 0, Line::styled(text, theme.dim()));
        return;
    }
    let widget = PercentileCurve {
        curves,
        scale: settings.scale,
        unit: settings.unit,
        theme,
    };
    frame.render_widget(widget, chart);
}

/// Draws the p99 of each second, under a title.
fn draw_time_chart(
    frame: &mut Frame<'_>,
    area: Rect,
    load: &LoadView,
    live: &LiveLoad,
    settings: &ScreenSettings,
    theme: &Theme,
) {
    let window = ChartWindow::in_chart(&load.history, AxisSpan::of(live, settings), area.width);
    let widget = TimeChart::new(&window, live, settings, theme);
    let mut title = Line::from(format!(" each second, {}   ", span_text(&window)));
    title.extend(ChartSeries::legend(&widget.series).spans);
    draw_line(frame, area, 0, title);
    let [chart, axis] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(below_title(area));
    frame.render_widget(widget, chart);
    let axis_widget = TimeAxis {
        window: &window,
        stages: &live.stages,
        theme,
    };
    frame.render_widget(axis_widget, axis);
}

fn below_title(area: Rect) -> Rect {
    Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    }
}
