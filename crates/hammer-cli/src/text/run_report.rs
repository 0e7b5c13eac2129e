//! The report of a run as text.

use std::collections::BTreeMap;

use hammer_core::{
    AbortReason, ArrivalProcess, HitCounts, OpenOrClosedLoop, Report, Shape, Verdict, VerdictStatus,
};

use super::latency::{self, TimeUnit};
use super::lines::{INDENT, SEPARATOR, WIDTH, list_line, truncate, wrap, wrap_items};
use super::number::{format_bytes, format_count, format_decimal, format_seconds, is_instant};
use super::{groups, stages, thresholds};

/// Maximum number of lines of a report.
const MAX_LINES: usize = 30;
/// Number of lines reserved for thresholds, which also use all lines left over.
const THRESHOLD_LINES: usize = 4;
/// Maximum number of lines for all reasons of the verdict.
pub(super) const REASON_LINES: usize = 8;
/// Maximum number of failures with their advice.
const MAX_FAILURES: usize = 3;
/// Columns for the expression of a shape.
const SHAPE_WIDTH: usize = 30;
/// Prefix of counters about connections.
const CONNECTION_PREFIX: &str = "connections_";
/// Maximum number of labels.
const MAX_LABELS: usize = 6;

/// Renders a report; `color` colors the verdict.
pub(crate) fn render(report: &Report, color: bool) -> String {
    let numbers = [hits(report), rate_line(report), latency::table(report, 0)].concat();
    let rest = [
        labels_line(&report.labels),
        failures(report),
        phases(report),
        counts(&report.counts),
        facts(&report.facts),
        connections(report),
        generator(report),
    ]
    .concat();
    let aborted = abort_line(report.aborted.as_ref());
    let lines = |parts: &[&str]| -> usize { parts.iter().map(|part| part.lines().count()).sum() };
    // The rest is the header, two empty lines, and at least three lines for the verdict.
    let room = MAX_LINES.saturating_sub(lines(&[&numbers, &rest, &aborted]) + 3);
    let max = room.saturating_sub(3).max(THRESHOLD_LINES);
    let thresholds = thresholds::lines(&report.thresholds, max);
    let room = room.saturating_sub(thresholds.lines().count());
    let verdict = verdict(report, room.min(REASON_LINES), color);
    let header = header(report);
    let left = room.saturating_sub(verdict.lines().count());
    let stages = stages::table(report, left);
    let groups = groups::table(report, left.saturating_sub(stages.lines().count()));
    format!("{header}\n{verdict}{aborted}{thresholds}\n{numbers}{stages}{groups}{rest}")
}

/// The condition that ended the run, if any.
pub(super) fn abort_line(aborted: Option<&AbortReason>) -> String {
    aborted
        .into_iter()
        .map(|aborted| wrap("aborted", &thresholds::abort_text(aborted), 1))
        .collect()
}

/// The requested rate or shape.
pub(super) fn requested_rate(report: &Report) -> String {
    match report.rate.requested {
        Some(_) if rate_varies(report) => truncate(&report.shape, SHAPE_WIDTH),
        Some(requested) => format_rate(requested),
        None => "closed loop".into(),
    }
}

/// The requested rate and the duration, or the number of hits that are due at one instant.
pub(super) fn requested_load(report: &Report) -> String {
    if has_one_due_time(report) {
        let scheduled = format_count(report.hits.scheduled);
        return format!("{scheduled} hits at one instant");
    }
    let duration = format_seconds(report.duration_s);
    format!("{} for {duration}", requested_rate(report))
}

/// Returns true if all hits were due at one instant, so that no rate describes them.
fn has_one_due_time(report: &Report) -> bool {
    let is_open = report.rate.requested.is_some();
    is_open && report.hits.scheduled > 1 && is_instant(report.duration_s)
}

/// The reason for an end before that of the schedule.
pub(super) fn end_reason(report: &Report) -> &'static str {
    match (report.stopped, report.exhausted) {
        (true, _) => ", then stopped",
        (false, true) => ", until rows ran out",
        (false, false) => "",
    }
}

fn header(report: &Report) -> String {
    let load = requested_load(report);
    let end_reason = end_reason(report);
    let summary = format!("{load}{end_reason}, seed {}", report.seed);
    let name = truncate(&format!("hammer {}", report.hammer), 30);
    let room =
        WIDTH.saturating_sub(name.chars().count().max(INDENT - 3) + summary.chars().count() + 6);
    let target = truncate(&report.target, room.max(1));
    format!(
        "{name:<width$}   {target}   {summary}\n",
        width = INDENT - 3
    )
}

/// Returns true if the rate changed during the run.
fn rate_varies(report: &Report) -> bool {
    match report.shape.parse::<Shape>() {
        Ok(shape) => shape.rate().is_none() && !shape.is_closed_loop(),
        // The shape of a playlist cannot be parsed.
        Err(_) => report.shape.contains(['.', ',', '(']),
    }
}

/// Formats a rate per second, or per minute or hour if it is below 1/s.
pub(crate) fn format_rate(per_second: f64) -> String {
    match per_second {
        n if n >= 1.0 => format!("{}/s", format_decimal(n)),
        n if n * 60.0 >= 1.0 => format!("{}/m", format_decimal(n * 60.0)),
        n => format!("{}/h", format_decimal(n * 3600.0)),
    }
}

fn verdict(report: &Report, max: usize, color: bool) -> String {
    let valid_text = match report.loop_kind {
        OpenOrClosedLoop::Open => {
            "the generator kept the schedule: the numbers describe the target".to_owned()
        }
        OpenOrClosedLoop::Closed => {
            let slots = report.generator.max_in_flight;
            let s = if slots == 1 { "" } else { "s" };
            let slots = format_count(slots as u64);
            format!(
                "the numbers describe the target under {slots} busy slot{s}, not the wait of its users"
            )
        }
    };
    verdict_lines(&report.verdict, &valid_text, max, color)
}

/// Renders the verdict with its reasons, or else `valid_text`, in at most `max` lines.
pub(super) fn verdict_lines(
    verdict: &Verdict,
    valid_text: &str,
    max: usize,
    color: bool,
) -> String {
    let status = verdict.status;
    let word = status.as_str();
    let mut out = String::new();
    if verdict.reasons.is_empty() {
        out = wrap(word, valid_text, 1);
    }
    for (index, reason) in verdict.reasons.iter().enumerate() {
        let left = max.saturating_sub(out.lines().count());
        if left > 0 {
            out.push_str(&wrap(
                if index == 0 { word } else { "" },
                reason,
                left.min(3),
            ));
        }
    }
    if !color {
        return out;
    }
    let code = match status {
        VerdictStatus::Valid => 32,
        VerdictStatus::Suspect => 33,
        VerdictStatus::Invalid => 31,
    };
    out.replacen(word, &format!("\x1b[1;{code}m{word}\x1b[0m"), 1)
}

fn hits(report: &Report) -> String {
    wrap_items("hits", &hits_text(report), 2)
}

/// The results of all hits, with the hits that were unsent because they were late.
pub(super) fn hits_text(report: &Report) -> String {
    let text = results_text(&report.hits);
    match report.generator.unsent.get("late") {
        None => text,
        Some(late) => format!(
            "{text}, {} of them because they were late",
            format_count(*late)
        ),
    }
}

/// Numbers of hits by result.
pub(super) fn results_text(hits: &HitCounts) -> String {
    let always = [("scheduled", hits.scheduled), ("ok", hits.ok)];
    let rest = [
        ("rejected", hits.rejected),
        ("failed", hits.failed),
        ("timed out", hits.timed_out),
        ("abandoned", hits.abandoned),
        ("unsent", hits.unsent),
    ];
    let shown = rest
        .iter()
        .filter(|(word, count)| *count > 0 || matches!(*word, "rejected" | "failed"));
    let items: Vec<_> = always
        .iter()
        .chain(shown)
        .map(|(word, n)| format!("{} {word}", format_count(*n)))
        .collect();
    items.join(SEPARATOR)
}

fn rate_line(report: &Report) -> String {
    let achieved = format!("{}/s achieved", format_decimal(report.rate.achieved));
    let text = match (report.loop_kind, report.rate.requested) {
        (OpenOrClosedLoop::Open, Some(_)) if has_one_due_time(report) => {
            format!("all hits due at one instant   {achieved}")
        }
        (OpenOrClosedLoop::Open, Some(requested)) => {
            let mean = if rate_varies(report) {
                " on average"
            } else {
                ""
            };
            format!("{} requested{mean}   {achieved}", format_rate(requested))
        }
        _ => {
            format!("{achieved}   closed loop: each slot waits for a response before its next hit")
        }
    };
    let mut text = text;
    if report.arrivals != ArrivalProcess::Even {
        text = format!("{text}   {} arrivals", report.arrivals);
    }
    if report.warmup_s > 0.0 {
        text = format!(
            "{text}   after {} s of warm-up",
            format_decimal(report.warmup_s)
        );
    }
    wrap_items("rate", &text, 2)
}

/// Names with their counts, the most frequent first.
fn ranked(counts: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let counted = counts.iter().filter(|(_, count)| **count > 0);
    let mut ranked: Vec<_> = counted
        .map(|(name, count)| (name.as_str(), *count))
        .collect();
    ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    ranked
}

/// Responses by label, the most frequent first.
pub(super) fn labels_line(labels: &BTreeMap<String, u64>) -> String {
    let ranked = ranked(labels);
    if ranked.is_empty() {
        return String::new();
    }
    let mut items: Vec<_> = ranked
        .iter()
        .take(MAX_LABELS)
        .map(|(name, n)| format!("{name}: {}", format_count(*n)))
        .collect();
    if ranked.len() > MAX_LABELS {
        let rest: u64 = ranked.iter().skip(MAX_LABELS).map(|(_, n)| n).sum();
        items.push(format!("others: {}", format_count(rest)));
    }
    list_line("codes", &items, |shown| {
        let rest: u64 = ranked.iter().skip(shown).map(|(_, n)| n).sum();
        format!("others: {}", format_count(rest))
    })
}

pub(super) fn failures(report: &Report) -> String {
    let ranked = ranked(&report.failures);
    let mut out = String::new();
    for (index, (name, count)) in ranked.iter().take(MAX_FAILURES).enumerate() {
        let mut text = format!("{}: {}", name.replace('_', " "), format_count(*count));
        if let Some(advice) = report.advice.get(*name) {
            text = format!("{text}   {advice}");
        }
        out.push_str(&wrap(if index == 0 { "failures" } else { "" }, &text, 2));
    }
    if ranked.len() > MAX_FAILURES {
        let rest: u64 = ranked.iter().skip(MAX_FAILURES).map(|(_, n)| n).sum();
        let kinds = ranked.len() - MAX_FAILURES;
        out.push_str(&wrap(
            "",
            &format!("{kinds} other kinds: {}", format_count(rest)),
            1,
        ));
    }
    out
}

fn phases(report: &Report) -> String {
    let phases: Vec<_> = report
        .phases_us
        .iter()
        .filter(|(_, phase)| phase.count > 0)
        .collect();
    let Some(longest) = phases
        .iter()
        .map(|(_, phase)| phase.p50)
        .max_by(f64::total_cmp)
    else {
        return String::new();
    };
    let unit = TimeUnit::for_micros(longest);
    let items: Vec<_> = phases
        .iter()
        .map(|(name, phase)| format!("{} {}", name.replace('_', " "), unit.format(phase.p50)))
        .collect();
    let name = format!("phases, {}", unit.name());
    let line = list_line(&name, &items, |shown| {
        format!("{} more", items.len() - shown)
    });
    format!("{}   (p50)\n", line.trim_end())
}

/// Counters of the hammer, except those about connections.
fn counts(counts: &BTreeMap<String, u64>) -> String {
    let items: Vec<_> = (counts.iter())
        .filter(|(name, n)| **n > 0 && !name.starts_with(CONNECTION_PREFIX))
        .map(|(name, n)| format!("{} {}", name.replace('_', " "), format_count(*n)))
        .collect();
    if items.is_empty() {
        return String::new();
    }
    list_line("counts", &items, |shown| {
        format!("{} more", items.len() - shown)
    })
}

/// Facts that the hammer noted, one line each.
fn facts(facts: &BTreeMap<String, BTreeMap<String, u64>>) -> String {
    let line = |(name, values): (&String, &BTreeMap<String, u64>)| {
        let ranked = ranked(values);
        let items: Vec<_> = (ranked.iter())
            .map(|(value, n)| format!("{value}: {}", format_count(*n)))
            .collect();
        list_line(&name.replace('_', " "), &items, |shown| {
            format!("{} more", items.len() - shown)
        })
    };
    (facts.iter())
        .filter(|(_, values)| values.values().any(|n| *n > 0))
        .map(line)
        .collect()
}

/// Numbers of connections that were opened and lost.
///
/// Without the hammer's counters, they are estimated from sessions, which usually have one connection
/// each. Slots that share connections need the counters.
pub(super) fn connection_counts(report: &Report) -> (u64, u64) {
    let generator = &report.generator;
    let counter = |name: &str| {
        report
            .counts
            .get(&format!("{CONNECTION_PREFIX}{name}"))
            .copied()
    };
    let sessions = generator.sessions_opened;
    let lost = || sessions.saturating_sub(generator.slots_opened);
    (
        counter("opened").unwrap_or(sessions),
        counter("lost").unwrap_or_else(lost),
    )
}

fn connections(report: &Report) -> String {
    let generator = &report.generator;
    let (opened, lost) = connection_counts(report);
    let mut items = vec![format!("{} opened", format_count(opened))];
    let others = (report.counts.iter())
        .filter_map(|(name, n)| Some((name.strip_prefix(CONNECTION_PREFIX)?, *n)))
        .filter(|(name, n)| *n > 0 && !["opened", "lost"].contains(name));
    items.extend(others.map(|(name, n)| format!("{} {}", format_count(n), name.replace('_', " "))));
    items.push(format!("{} lost", format_count(lost)));
    items.push(format!(
        "{} hits in flight at peak",
        format_count(generator.peak_in_flight)
    ));
    items.push(format!("{} sent", format_bytes(report.bytes.sent)));
    items.push(format!("{} received", format_bytes(report.bytes.received)));
    wrap_items("connections", &items.join(SEPARATOR), 2)
}

fn generator(report: &Report) -> String {
    let generator = &report.generator;
    let threads = generator.threads;
    let core_s = report.elapsed_s * threads as f64;
    let workers = generator.workers.iter().filter_map(|worker| worker.busy);
    let shares: f64 = workers.sum();
    // The CPU time of the process may include other work, such as a target.
    let busy = if shares > 0.0 {
        shares / threads as f64 * 100.0
    } else if core_s > 0.0 {
        generator.cpu_s / core_s * 100.0
    } else {
        0.0
    };
    let s = if threads == 1 { "" } else { "s" };
    let shares = generator.workers.iter().filter_map(|worker| worker.busy);
    let busiest = match shares.max_by(f64::total_cmp) {
        Some(busiest) if threads > 1 => format!(" (busiest {:.0} %)", busiest * 100.0),
        _ => String::new(),
    };
    let mut text = format!(
        "{threads} thread{s}   {busy:.0} % busy{busiest}   {}",
        format_bytes(generator.peak_rss_bytes)
    );
    if generator.log_dropped > 0 {
        let dropped = format_count(generator.log_dropped);
        text = format!("{text}   {dropped} hits missing from the log: writing it was too slow");
    }
    wrap_items("generator", &text, 2)
}
