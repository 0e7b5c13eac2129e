use hammer_core::{GroupReport, Report};

use super::latency::TimeUnit;
use super::lines::truncate;
use super::number::format_count;

/// Columns for the name of a row.
const NAME_WIDTH: usize = 42;
/// The most rows that are shown one by one.
const MAX_GROUPS: usize = 10;

/// The rows that the hammer tells hits apart by, in at most `lines` lines: those with the most hits
/// first.
pub(crate) fn table(report: &Report, lines: usize) -> String {
    let mut rows: Vec<&GroupReport> = report.groups.iter().collect();
    if rows.is_empty() || lines < 3 {
        return String::new();
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.hits.scheduled));
    let room = (lines - 1).min(MAX_GROUPS);
    let shown = if rows.len() > room {
        room - 1
    } else {
        rows.len()
    };
    let longest = rows.iter().map(|row| row.response_us.p99);
    let unit = TimeUnit::for_micros(longest.fold(0.0, f64::max));
    let mut out = format!(
        "{:<width$}{:>12}{:>10}{:>10}{:>10}{:>12}\n",
        format!("rows, {}", unit.name()),
        "hits",
        "p50",
        "p99",
        "max",
        "not ok",
        width = NAME_WIDTH + 2,
    );
    for row in &rows[..shown] {
        out.push_str(&line(row, unit));
    }
    if shown < rows.len() {
        let more = rows.len() - shown;
        out.push_str(&format!("  {more} more rows, all of them in -o json\n"));
    }
    out
}

fn line(row: &GroupReport, unit: TimeUnit) -> String {
    let response = &row.response_us;
    let time = |us: f64| match response.count {
        0 => "-".to_owned(),
        _ => unit.format(us),
    };
    format!(
        "  {:<NAME_WIDTH$}{:>12}{:>10}{:>10}{:>10}{:>12}\n",
        truncate(&row.name, NAME_WIDTH),
        format_count(row.hits.scheduled),
        time(response.p50),
        time(response.p99),
        time(response.max),
        format_count(row.hits.scheduled.saturating_sub(row.hits.ok)),
    )
}
