//! The table of groups in the report.

use hammer_core::{GroupReport, Report};

use super::latency::{self, TimeUnit, cell, max_cell};
use crate::text::lines::truncate;
use crate::text::number::format_count;

/// Columns for the name of a group.
const NAME_WIDTH: usize = 42;
/// Maximum number of groups that are shown.
const MAX_GROUPS: usize = 10;

/// Renders the groups with the most hits, in at most `lines` lines.
pub(crate) fn table(report: &Report, lines: usize) -> String {
    let mut groups: Vec<&GroupReport> = groups_with_hits(report).collect();
    if groups.is_empty() || lines < 3 {
        return String::new();
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.hits.scheduled));
    let room = (lines - 1).min(MAX_GROUPS);
    let shown = if groups.len() > room {
        room - 1
    } else {
        groups.len()
    };
    let unit = latency::unit(report);
    let mut out = format!(
        "{:<width$}{:>12}{:>10}{:>10}{:>10}{:>12}\n",
        format!("groups, {}", unit.name()),
        "hits",
        "p50",
        "p99",
        "max",
        "not ok",
        width = NAME_WIDTH + 2,
    );
    for group in &groups[..shown] {
        out.push_str(&line(group, unit));
    }
    if shown < groups.len() {
        let more = groups.len() - shown;
        let s = if more == 1 { "" } else { "s" };
        out.push_str(&format!("  {more} more group{s} (see -o json)\n"));
    }
    out
}

/// The groups that had hits.
pub(crate) fn groups_with_hits(report: &Report) -> impl Iterator<Item = &GroupReport> {
    report.groups.iter().filter(|it| it.hits.scheduled > 0)
}

fn line(group: &GroupReport, unit: TimeUnit) -> String {
    let response = &group.response_us;
    format!(
        "  {:<NAME_WIDTH$}{:>12}{:>10}{:>10}{:>10}{:>12}\n",
        truncate(&group.name, NAME_WIDTH),
        format_count(group.hits.scheduled),
        cell(response, "p50", unit),
        cell(response, "p99", unit),
        max_cell(response, unit),
        format_count(group.hits.scheduled.saturating_sub(group.hits.ok)),
    )
}
