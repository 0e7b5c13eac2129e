//! The heat map in full size, with the rate below it.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::overview::charts::heat_title;
use super::screen_settings::{ScreenSettings, ShownTimes};
use super::tab_context::TabContext;
use super::tab_parts::draw_line;
use super::theme::Theme;
use crate::clean_text::cut;
use crate::live::live_load::LiveLoad;
use crate::widgets::axis_labels::{LABEL_COLUMNS, without_labels};
use crate::widgets::cell_text;
use crate::widgets::chart_window::{AxisSpan, ChartWindow};
use crate::widgets::heat_map::HeatMap;
use crate::widgets::spark_line::SparkLine;
use crate::widgets::time_axis::TimeAxis;

/// Draws the tab.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, context: TabContext<'_>) {
    let TabContext {
        live,
        load,
        settings,
        theme,
        ..
    } = context;
    let window = ChartWindow::in_chart(&load.history, AxisSpan::of(live, settings), area.width);
    let has_errors = window.cells.iter().flatten().any(|cell| cell.not_ok > 0.0);
    let [title, chart, rate, errors, axis] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(u16::from(has_errors)),
        Constraint::Length(if live.stages.is_empty() { 1 } else { 2 }),
    ])
    .areas(area);
    draw_line(
        frame,
        title,
        0,
        title_line(&window, live, settings, area.width, theme),
    );
    frame.render_widget(HeatMap::new(&window, live, settings, theme), chart);
    let started = SparkLine::started(&window, Style::new());
    draw_spark_line(frame, rate, "started", started, theme);
    let not_ok = window.cells.iter().map(|cell| {
        let not_ok = cell.as_ref().map(|cell| cell.not_ok);
        not_ok.filter(|rate| *rate > 0.0)
    });
    let not_ok = SparkLine {
        values: not_ok.collect(),
        style: theme.fail(),
    };
    draw_spark_line(frame, errors, "not ok", not_ok, theme);
    let axis_widget = TimeAxis {
        window: &window,
        stages: &live.stages,
        theme,
    };
    frame.render_widget(axis_widget, axis);
}

fn title_line(
    window: &ChartWindow,
    live: &LiveLoad,
    settings: &ScreenSettings,
    width: u16,
    theme: &Theme,
) -> Line<'static> {
    let mut line = heat_title(window, settings, theme);
    if settings.times != ShownTimes::Service {
        let bounds = live.bounds.iter();
        let lines = bounds.map(|bound| (format!("   ─ {}", bound.expression), theme.bound()));
        let baseline = live
            .baseline_p99
            .map(|_| ("   ┄ baseline p99".to_owned(), theme.lateness()));
        for (text, style) in lines.chain(baseline) {
            let left = usize::from(width).saturating_sub(line.width());
            if left >= 8 {
                line.push_span(Span::styled(cut(&text, left), style));
            }
        }
    }
    line
}

/// Draws a line of bars under the heat map, with its name in the place of the labels.
fn draw_spark_line(
    frame: &mut Frame<'_>,
    area: Rect,
    name: &str,
    spark_line: SparkLine,
    theme: &Theme,
) {
    let columns = usize::from(LABEL_COLUMNS) - 1;
    let name = cell_text::right(name, columns);
    draw_line(frame, area, 0, Line::styled(name, theme.dim()));
    frame.render_widget(spark_line, without_labels(area, LABEL_COLUMNS));
}
