//! The overview in two columns: charts at the left, lists at the right.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::charts::draw_charts;
use super::latency_table::LATENCY_HEIGHT;
use super::panels::take_top;
use super::side_section::{SideSection, fitted_lines};
use super::{latency_table, rate_line, result_lines, threshold_lines};
use crate::run_view::load_view::LoadView;
use crate::screen::tab::{GENERATOR_KEY, LOG_KEY, RESULTS_KEY};
use crate::screen::tab_context::TabContext;
use crate::screen::tab_parts::draw_lines;
use crate::screen::theme::Theme;

/// Lines of the log that are shown at most.
const MOST_LOG_LINES: usize = 5;

/// Draws the hits and the latencies, and below them the two columns.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, context: TabContext<'_>) {
    let TabContext {
        live,
        latest,
        theme,
        ..
    } = context;
    let mut rest = area;
    let hits = take_top(&mut rest, 1);
    let width = usize::from(area.width);
    frame.render_widget(rate_line::hits_line(latest, live, width, theme), hits);
    let gap = u16::from(area.height >= 24);
    take_top(&mut rest, gap);
    let latency = take_top(&mut rest, LATENCY_HEIGHT);
    latency_table::draw(frame, latency, context);
    take_top(&mut rest, 1);
    let columns = [
        Constraint::Fill(3),
        Constraint::Length(2),
        Constraint::Fill(2),
    ];
    let [left, _, right] = Layout::horizontal(columns).areas(rest);
    draw_charts(frame, left, context);
    draw_lines(frame, right, side_lines(context, right));
}

/// All lists, each with as many lines as fit.
fn side_lines(context: TabContext<'_>, area: Rect) -> Vec<Line<'static>> {
    let TabContext {
        run,
        live,
        load,
        latest,
        settings,
        theme,
        ..
    } = context;
    let width = usize::from(area.width);
    let thresholds =
        threshold_lines::threshold_list(&run.thresholds, width.saturating_sub(1), theme);
    let groups = match latest.groups.len() {
        0 | 1 => vec![],
        _ => result_lines::group_list(latest, live, settings, width, theme),
    };
    let labels = result_lines::label_line(latest, width, theme);
    let log = run.log.iter().rev().take(MOST_LOG_LINES).rev();
    let section = |title, key, lines| SideSection { title, key, lines };
    let sections = vec![
        section("thresholds", RESULTS_KEY, indented(thresholds)),
        section(
            "failures",
            RESULTS_KEY,
            result_lines::failure_list(latest, width, theme),
        ),
        section("answers", RESULTS_KEY, labels.into_iter().collect()),
        section("groups: share, p99, not ok", RESULTS_KEY, groups),
        section("generator", GENERATOR_KEY, thread_lines(load, theme)),
        section(
            "log",
            LOG_KEY,
            indented(log.cloned().map(Line::from).collect()),
        ),
    ];
    fitted_lines(sections, area.height.into(), theme)
}

/// Lines with a space before each.
fn indented(mut lines: Vec<Line<'static>>) -> Vec<Line<'static>> {
    for line in &mut lines {
        line.spans.insert(0, Span::raw(" "));
    }
    lines
}

/// Each thread in the last second.
fn thread_lines(load: &LoadView, theme: &Theme) -> Vec<Line<'static>> {
    let percent = |share: Option<f64>| match share {
        Some(share) if share < 0.1 => format!("{:.1} %", share * 100.0),
        Some(share) => format!("{:.0} %", share * 100.0),
        None => "?".to_owned(),
    };
    let threads = load.threads.iter().enumerate();
    threads
        .map(|(index, thread)| {
            let mut line = Line::from(format!(
                " thread {index:<3} busy {:<6} no core {:<6}",
                percent(thread.busy),
                percent(thread.no_core)
            ));
            if thread.stalled {
                line.push_span(Span::styled("stalled", theme.warning()));
            }
            line
        })
        .collect()
}
