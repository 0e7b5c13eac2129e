//! Results, thresholds, failures with advice, labels and groups.

use std::collections::BTreeMap;

use hammer_core::HitCounts;
use hammer_diagnostic::format_count;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::group_table::group_lines;
use super::overview::result_lines::shown_name;
use super::overview::threshold_lines::threshold_list;
use super::tab_context::TabContext;
use super::tab_parts::{
    NAME_COLUMNS, draw_scrolled_lines, named_line, percent_of, short_count, wrapped_lines,
};
use super::theme::Theme;
use crate::live::live_second::LiveSecond;
use crate::live::live_threshold::LiveThreshold;
use crate::widgets::cell_text;

/// The most columns of the name of a label or of a failure.
const MOST_NAME_COLUMNS: usize = 32;

/// Columns of a count.
const COUNT_COLUMNS: usize = 11;

/// Columns of a share in percent.
const SHARE_COLUMNS: usize = 10;

/// Draws the tab.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, context: TabContext<'_>) {
    let TabContext {
        run,
        live,
        latest,
        settings,
        theme,
        ..
    } = context;
    let width = usize::from(area.width);
    let mut lines = result_lines(&latest.total, width, theme);
    let tables = [
        threshold_lines(&run.thresholds, width, theme),
        failure_lines(latest, width, theme),
        label_lines(latest, width, theme),
        group_lines(latest, live, settings, width, theme),
    ];
    for table in tables.into_iter().filter(|table| !table.is_empty()) {
        lines.push(Line::default());
        lines.extend(table);
    }
    draw_scrolled_lines(frame, area, lines, settings, theme);
}

/// The hits that have ended, by result.
fn result_lines(total: &HitCounts, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let ended = total.ended();
    let results = [
        ("ok", total.ok, theme.pass()),
        ("rejected", total.rejected, theme.fail()),
        ("failed", total.failed, theme.fail()),
        ("timed out", total.timed_out, theme.fail()),
        ("abandoned", total.abandoned, theme.fail()),
        ("unsent", total.unsent, theme.warning()),
    ];
    let items = results
        .into_iter()
        .filter(|(name, hits, _)| *hits > 0 || *name == "ok");
    let items = items.map(|(name, hits, style)| {
        let share = percent_of(hits, ended);
        Span::styled(format!("{name} {}  {share}", format_count(hits)), style)
    });
    flowed_lines("results", items.collect(), width, theme)
}

/// Items side by side after a name, in as many lines as they need.
fn flowed_lines(
    name: &str,
    items: Vec<Span<'static>>,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let mut lines = vec![named_line(name, [], theme)];
    for item in items {
        let line = lines.last().map_or(0, Line::width);
        if line > NAME_COLUMNS && line + 4 + item.width() > width {
            lines.push(named_line("", [], theme));
        }
        if let Some(line) = lines.last_mut() {
            if line.width() > NAME_COLUMNS {
                line.push_span("    ");
            }
            line.push_span(item);
        }
    }
    lines
}

/// All thresholds, the failing ones first.
fn threshold_lines(
    thresholds: &[LiveThreshold],
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let columns = width.saturating_sub(NAME_COLUMNS + 1);
    let list = threshold_list(thresholds, columns, theme).into_iter();
    let lines = list.enumerate().map(|(index, line)| {
        let name = if index == 0 { "thresholds" } else { "" };
        named_line(name, line.spans, theme)
    });
    lines.collect()
}

/// Failures, the most frequent first, each with its advice.
fn failure_lines(latest: &LiveSecond, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let scheduled = latest.total.ended();
    let mut lines = vec![];
    for (index, (name, hits)) in most_first(&latest.failures).into_iter().enumerate() {
        let title = if index == 0 { "failures" } else { "" };
        let columns = most_columns(&latest.failures);
        let name_cell = cell_text::left(&shown_name(name), columns);
        let figures = figures(hits, scheduled);
        let parts = [Span::styled(name_cell, theme.fail()), Span::raw(figures)];
        lines.push(named_line(title, parts, theme));
        if let Some(advice) = latest.advice.get(name) {
            lines.extend(wrapped_lines("", advice, width, theme));
        }
    }
    lines
}

/// Labels, the most frequent first, in as many columns as fit.
fn label_lines(latest: &LiveSecond, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let answered = latest.labels.values().copied().fold(0, u64::saturating_add);
    let columns = most_columns(&latest.labels);
    let cells = most_first(&latest.labels).into_iter().map(|(label, hits)| {
        let name = cell_text::left(label, columns);
        Span::raw(format!("{name}{}", figures(hits, answered)))
    });
    flowed_lines_if_any("codes", cells.collect(), width, theme)
}

fn flowed_lines_if_any(
    name: &str,
    items: Vec<Span<'static>>,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    match items.is_empty() {
        true => vec![],
        false => flowed_lines(name, items, width, theme),
    }
}

/// A count and its share, in columns.
fn figures(hits: u64, all: u64) -> String {
    let count = cell_text::right(&short_count(hits, COUNT_COLUMNS - 1), COUNT_COLUMNS);
    let share = cell_text::right(&percent_of(hits, all), SHARE_COLUMNS);
    format!("{count}{share}")
}

fn most_first(counts: &BTreeMap<String, u64>) -> Vec<(&String, u64)> {
    let mut counts: Vec<_> = counts.iter().map(|(name, hits)| (name, *hits)).collect();
    counts.sort_by_key(|(_, hits)| std::cmp::Reverse(*hits));
    counts
}

/// The columns that the names of counts need.
fn most_columns(counts: &BTreeMap<String, u64>) -> usize {
    let widest = counts.keys().map(|name| name.width()).max().unwrap_or(0);
    widest.min(MOST_NAME_COLUMNS)
}
