//! The overview of a load.

mod before_start;
pub(super) mod charts;
pub(super) mod latency_table;
mod load_line;
mod panels;
pub(super) mod rate_line;
pub(super) mod result_lines;
mod side_column;
mod side_section;
pub(super) mod threshold_lines;
pub(super) mod time_cell;
mod trend_lines;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;

use self::panels::OverviewPanels;
use super::tab_context::TabContext;
use super::tab_parts::draw_lines;
use super::theme::Theme;
use crate::run_view::run_view::RunView;
use crate::widgets::chart_window::{AxisSpan, ChartWindow};
use crate::widgets::spark_line::SparkLine;

/// The width from which there are two columns.
const TWO_COLUMNS_WIDTH: u16 = 120;

/// The height from which thresholds have a second line.
const HIGH_HEIGHT: u16 = 20;

/// The least columns in which the rates of the seconds can be seen.
const LEAST_SPARK_COLUMNS: usize = 6;

/// Draws the overview of a load that has no figures yet.
pub(super) fn draw_before_start(
    frame: &mut Frame<'_>,
    area: Rect,
    run: &RunView,
    index: usize,
    theme: &Theme,
) {
    let lines = before_start::lines(run, index, area.width.into(), theme);
    draw_lines(frame, area, lines);
}

/// Draws the overview of a load.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, context: TabContext<'_>) {
    let TabContext {
        run, index, theme, ..
    } = context;
    let width = usize::from(area.width);
    let is_wide = area.width >= TWO_COLUMNS_WIDTH;
    let mut head = vec![];
    head.extend(load_line::load_line(run, index, width, theme));
    if !is_wide {
        let count = if area.height < HIGH_HEIGHT { 1 } else { 2 };
        let lines = threshold_lines::threshold_lines(&run.thresholds, count, width, theme);
        head.extend(lines);
    }
    let [top, rate, below] = Layout::vertical([
        Constraint::Length(head.len() as u16),
        Constraint::Length(1),
        Constraint::Fill(1),
    ])
    .areas(area);
    draw_lines(frame, top, head);
    draw_rate(frame, rate, context);
    match is_wide {
        true => side_column::draw(frame, below, context),
        false => OverviewPanels::of(context, below).draw(frame, context),
    }
}

/// The rates, and in the columns that are left those of each second.
fn draw_rate(frame: &mut Frame<'_>, area: Rect, context: TabContext<'_>) {
    let width = usize::from(area.width);
    let line = rate_line::rate_line(context.latest, width, context.theme);
    let left = width.saturating_sub(line.width() + 3);
    frame.render_widget(line, area);
    if left >= LEAST_SPARK_COLUMNS {
        let spark = Rect {
            x: area.right() - left as u16 - 1,
            width: left as u16,
            ..area
        };
        let span = AxisSpan::of(context.live, context.settings);
        let window = ChartWindow::new(&context.load.history, span, left);
        frame.render_widget(SparkLine::started(&window, Style::new()), spark);
    }
}
