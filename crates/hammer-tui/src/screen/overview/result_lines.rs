//! Failures, codes and groups so far.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use hammer_core::GroupReport;
use hammer_diagnostic::{format_count, format_percent};
use ratatui::text::{Line, Span};

use super::time_cell::TimeCells;
use crate::clean_text::{cut_name, fit_name};
use crate::live::live_load::LiveLoad;
use crate::live::live_second::{GroupSoFar, LiveSecond};
use crate::screen::item_line::ItemLine;
use crate::screen::screen_settings::ScreenSettings;
use crate::screen::tab::RESULTS_KEY;
use crate::screen::theme::Theme;
use crate::widgets::cell_text;

/// The most columns of a name.
const NAME_COLUMNS: usize = 32;

/// The columns of a group beside its name.
const OTHER_COLUMNS: usize = 33;

/// The failures in one line, the most frequent first, and the advice for the first that has some.
pub(super) fn failure_lines(
    latest: &LiveSecond,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let failures = most_first(&latest.failures);
    if failures.is_empty() {
        return vec![];
    }
    let mut line = ItemLine::new("failures", theme.dim(), width).with_key(RESULTS_KEY);
    for (name, hits) in &failures {
        let text = format!("{} {}", shown_name(name), format_count(*hits));
        line.push([Span::styled(text, theme.fail())]);
    }
    let mut lines = vec![line.finish(theme.dim())];
    let advised = failures
        .iter()
        .find_map(|(name, _)| Some((name, latest.advice.get(*name)?)));
    if let Some((name, advice)) = advised {
        let mut line = ItemLine::new("", theme.dim(), width);
        let text = format!("{}: {advice}", shown_name(name));
        line.push_text(text);
        lines.push(line.finish(theme.dim()));
    }
    lines
}

/// The labels in one line, the most frequent first.
pub(super) fn label_line(
    latest: &LiveSecond,
    width: usize,
    theme: &Theme,
) -> Option<Line<'static>> {
    let labels = most_first(&latest.labels);
    if labels.is_empty() {
        return None;
    }
    let mut line = ItemLine::new("codes", theme.dim(), width).with_key(RESULTS_KEY);
    for (label, hits) in labels {
        line.push_text(format!(
            "{} {}",
            cut_name(label, NAME_COLUMNS),
            format_count(hits)
        ));
    }
    Some(line.finish(theme.dim()))
}

/// The groups in one line, the largest first, or `None` if there is one.
pub(super) fn group_line(
    latest: &LiveSecond,
    live: &LiveLoad,
    settings: &ScreenSettings,
    width: usize,
    theme: &Theme,
) -> Option<Line<'static>> {
    if latest.groups.len() < 2 {
        return None;
    }
    let groups = largest_first(&latest.groups);
    let cells = TimeCells::for_groups(settings, groups.iter().map(|group| &group.response));
    let mut line = ItemLine::new("groups", theme.dim(), width).with_key(RESULTS_KEY);
    for group in &groups {
        let name = cut_name(&group_name(group, live), NAME_COLUMNS);
        line.push([
            Span::raw(format!("{name} {} % p99 ", share_of(group, &groups))),
            Span::styled(cells.group_p99(&group.response), theme.strong()),
        ]);
    }
    Some(line.finish(theme.dim()))
}

/// The failures with their advice, for a column of the screen.
pub(super) fn failure_list(latest: &LiveSecond, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = vec![];
    for (name, hits) in most_first(&latest.failures) {
        let share = hits as f64 * 100.0 / latest.total.ended().max(1) as f64;
        let (name_text, hits) = (shown_name(name), format_count(hits));
        let text = format!(" {name_text} {hits}  {} %", format_percent(share));
        lines.push(Line::styled(text, theme.fail()));
        if let Some(advice) = latest.advice.get(name) {
            let wrapped = cell_text::wrap(advice, width.saturating_sub(4));
            lines.extend(
                wrapped
                    .into_iter()
                    .map(|part| Line::from(format!("   {part}"))),
            );
        }
    }
    lines
}

/// The groups, a line each, for a column of the screen: share, p99, and hits that are not ok.
pub(super) fn group_list(
    latest: &LiveSecond,
    live: &LiveLoad,
    settings: &ScreenSettings,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let groups = largest_first(&latest.groups);
    let cells = TimeCells::for_groups(settings, groups.iter().map(|group| &group.response));
    let names = width.saturating_sub(OTHER_COLUMNS).clamp(8, NAME_COLUMNS);
    let lines = groups.iter().map(|group| {
        let not_ok = group.hits.ended().saturating_sub(group.hits.ok);
        let style = match not_ok {
            0 => theme.dim(),
            _ => theme.fail(),
        };
        let p99 = cells.group_p99(&group.response);
        Line::from(vec![
            Span::raw(format!(" {}", fit_name(&group_name(group, live), names))),
            Span::raw(format!("{:>4} %", share_of(group, &groups))),
            Span::styled(format!(" {p99:>10}"), theme.strong()),
            Span::styled(format!("  {} not ok", format_count(not_ok)), style),
        ])
    });
    lines.collect()
}

fn largest_first(groups: &[GroupSoFar]) -> Vec<&GroupSoFar> {
    let mut sorted: Vec<_> = groups.iter().collect();
    sorted.sort_by_key(|group| Reverse(group.hits.scheduled));
    sorted
}

fn group_name(group: &GroupSoFar, live: &LiveLoad) -> String {
    GroupReport::name_of(&live.groups, group.index)
}

/// The share of a group in percent, without decimals.
fn share_of(group: &GroupSoFar, groups: &[&GroupSoFar]) -> f64 {
    let all: u64 = groups.iter().map(|group| group.hits.scheduled).sum();
    (group.hits.scheduled as f64 * 100.0 / all.max(1) as f64).round()
}

fn most_first(counts: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let counts = counts.iter().filter(|(_, hits)| **hits > 0);
    let mut sorted: Vec<_> = counts.map(|(name, hits)| (name.as_str(), *hits)).collect();
    sorted.sort_by_key(|(_, hits)| Reverse(*hits));
    sorted
}

/// The name of a failure as the report shows it.
pub(crate) fn shown_name(name: &str) -> String {
    cut_name(&name.replace('_', " "), NAME_COLUMNS)
}
