//! Labels, failures, phases, counters and facts.

use std::collections::BTreeMap;

use hammer_core::{DurationSummary, Report};

use super::addresses;
use super::connections::CONNECTION_PREFIX;
use super::latency;
use crate::text::lines::{SEPARATOR, list_line, wrap};
use crate::text::number::format_count;

/// Maximum number of failures with their advice.
const MAX_FAILURES: usize = 3;
/// Maximum number of lines for all failures with their advice.
const FAILURE_LINES: usize = 6;
/// Maximum number of labels.
const MAX_LABELS: usize = 6;

/// Responses by label, the most frequent first.
pub(super) fn labels(labels: &BTreeMap<String, u64>) -> String {
    let ranked = ranked(labels);
    if ranked.is_empty() {
        return String::new();
    }
    let others = |shown| {
        let rest = ranked.iter().skip(shown).map(|(_, n)| *n);
        format!(
            "others: {}",
            format_count(rest.fold(0, u64::saturating_add))
        )
    };
    let mut items: Vec<_> = ranked
        .iter()
        .take(MAX_LABELS)
        .map(|(name, n)| format!("{name}: {}", format_count(*n)))
        .collect();
    if ranked.len() > MAX_LABELS {
        items.push(others(MAX_LABELS));
    }
    list_line("codes", &items, others)
}

/// Renders failures with their advice, the most frequent first.
///
/// Advice is shown in whole. If the lines do not suffice for all failures, the last line lists the
/// others without advice.
pub(super) fn failures(report: &Report) -> String {
    let ranked = ranked(&report.failures);
    let mut out = String::new();
    let mut shown = 0;
    for (name, count) in ranked.iter().take(MAX_FAILURES) {
        let addresses = addresses::of_failure(report, name);
        let mut text = format!("{}{addresses}", name_and_count(name, *count));
        if let Some(advice) = report.advice.get(*name) {
            text = format!("{text}{SEPARATOR}{advice}");
        }
        let is_first = shown == 0;
        let lines = wrap(if is_first { "failures" } else { "" }, &text, FAILURE_LINES);
        if !is_first && out.lines().count() + lines.lines().count() > FAILURE_LINES {
            break;
        }
        out.push_str(&lines);
        shown += 1;
    }
    let others: Vec<_> = (ranked.iter().skip(shown))
        .map(|(name, count)| name_and_count(name, *count))
        .collect();
    if !others.is_empty() {
        out.push_str(&list_line("", &others, |shown| {
            let kinds = others.len() - shown;
            let s = if kinds == 1 { "" } else { "s" };
            format!("and {kinds} more kind{s}")
        }));
    }
    out
}

/// A failure with its count, such as `connection reset: 12`.
fn name_and_count(name: &str, count: u64) -> String {
    format!("{}: {}", readable(name), format_count(count))
}

/// Renders the median of each phase.
pub(super) fn phases(report: &Report) -> String {
    let phases: Vec<_> = measured_phases(report).collect();
    if phases.is_empty() {
        return String::new();
    }
    let unit = latency::unit(report);
    let items: Vec<_> = phases
        .iter()
        .map(|(name, phase)| format!("{} {}", readable(name), unit.format(phase.p50)))
        .collect();
    let name = format!("phases, {}", unit.name());
    let line = list_line(&name, &items, |shown| {
        format!("{} more", items.len() - shown)
    });
    format!("{}   (p50)\n", line.trim_end())
}

/// The phases that hits had.
pub(crate) fn measured_phases(report: &Report) -> impl Iterator<Item = (&str, &DurationSummary)> {
    let phases = report.phases_us.iter();
    phases
        .filter(|(_, phase)| phase.count > 0)
        .map(|(name, phase)| (name.as_str(), phase))
}

/// Renders counters of the hammer, except those about connections.
pub(super) fn counts(counts: &BTreeMap<String, u64>) -> String {
    let items = count_items(counts);
    if items.is_empty() {
        return String::new();
    }
    list_line("counts", &items, |shown| {
        format!("{} more", items.len() - shown)
    })
}

/// Counters of the hammer, except those about connections.
pub(crate) fn count_items(counts: &BTreeMap<String, u64>) -> Vec<String> {
    (counts.iter())
        .filter(|(name, n)| **n > 0 && !name.starts_with(CONNECTION_PREFIX))
        .map(|(name, n)| format!("{} {}", readable(name), format_count(*n)))
        .collect()
}

/// Renders the facts that the hammer noted, one line each.
pub(super) fn facts(facts: &BTreeMap<String, BTreeMap<String, u64>>) -> String {
    let line = |(name, items): (String, Vec<String>)| {
        list_line(&name, &items, |shown| {
            format!("{} more", items.len() - shown)
        })
    };
    fact_items(facts).map(line).collect()
}

/// The facts that the hammer noted, each with its values.
pub(crate) fn fact_items(
    facts: &BTreeMap<String, BTreeMap<String, u64>>,
) -> impl Iterator<Item = (String, Vec<String>)> {
    facts.iter().filter_map(|(name, values)| {
        let items: Vec<_> = (ranked(values).into_iter())
            .map(|(value, n)| format!("{value}: {}", format_count(n)))
            .collect();
        (!items.is_empty()).then(|| (readable(name), items))
    })
}

/// A name of the report as words.
pub(crate) fn readable(name: &str) -> String {
    name.replace('_', " ")
}

/// Names with their counts, the most frequent first.
pub(crate) fn ranked(counts: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let counted = counts.iter().filter(|(_, count)| **count > 0);
    let mut ranked: Vec<_> = counted
        .map(|(name, count)| (name.as_str(), *count))
        .collect();
    ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    ranked
}
