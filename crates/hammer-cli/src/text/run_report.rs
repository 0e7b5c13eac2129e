use std::collections::BTreeMap;

use hammer_core::{
    AbortReason, ArrivalProcess, HitCounts, LoopMode, Report, Verdict, VerdictStatus,
};

use super::latency::{self, TimeUnit};
use super::lines::{INDENT, WIDTH, list_line, truncate, wrap};
use super::number::{format_bytes, format_count, format_decimal};
use super::{groups, stages, thresholds};

/// The longest report, in lines.
const MAX_LINES: usize = 30;
/// Lines for thresholds: as many as are left, and these at least.
const THRESHOLD_LINES: usize = 4;
/// Lines for the reasons of the verdict, all together.
pub(super) const REASON_LINES: usize = 8;
/// Kinds of failures that are explained.
const MAX_FAILURES: usize = 3;
/// Columns for the expression of a shape.
const SHAPE_WIDTH: usize = 30;
/// How the names of counters begin that are about connections.
const CONNECTION_PREFIX: &str = "connections_";
/// Labels that are counted one by one.
const MAX_LABELS: usize = 6;

/// The report as text, the verdict in colour if `colour`.
pub(crate) fn render(report: &Report, colour: bool) -> String {
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
    // The header, two empty lines, and a verdict of at least three lines besides.
    let room = MAX_LINES.saturating_sub(lines(&[&numbers, &rest, &aborted]) + 3);
    let most = room.saturating_sub(3).max(THRESHOLD_LINES);
    let thresholds = thresholds::lines(&report.thresholds, most);
    let room = room.saturating_sub(thresholds.lines().count());
    let verdict = verdict(report, room.min(REASON_LINES), colour);
    let header = header(report);
    let left = room.saturating_sub(verdict.lines().count());
    let stages = stages::table(report, left);
    let rows = groups::table(report, left.saturating_sub(stages.lines().count()));
    format!("{header}\n{verdict}{aborted}{thresholds}\n{numbers}{stages}{rows}{rest}")
}

/// The condition that ended it, if one did.
pub(super) fn abort_line(aborted: Option<&AbortReason>) -> String {
    aborted
        .into_iter()
        .map(|aborted| wrap("aborted", &thresholds::abort_text(aborted), 1))
        .collect()
}

/// How fast it was to be hit.
pub(super) fn requested_rate(report: &Report) -> String {
    match report.rate.requested {
        Some(_) if rate_varies(report) => truncate(&report.shape, SHAPE_WIDTH),
        Some(requested) => format_rate(requested),
        None => "closed loop".into(),
    }
}

/// Why it ended, if that was not its schedule.
pub(super) fn end_reason(report: &Report) -> &'static str {
    match (report.stopped, report.exhausted) {
        (true, _) => ", then stopped",
        (false, true) => ", until no rows were left",
        (false, false) => "",
    }
}

fn header(report: &Report) -> String {
    let pace = requested_rate(report);
    let ended = end_reason(report);
    let what = format!(
        "{pace} for {} s{ended}, seed {}",
        format_decimal(report.duration_s),
        report.seed
    );
    let name = truncate(&format!("hammer {}", report.hammer), 30);
    let room =
        WIDTH.saturating_sub(name.chars().count().max(INDENT - 3) + what.chars().count() + 6);
    let target = truncate(&report.target, room.max(1));
    format!("{name:<width$}   {target}   {what}\n", width = INDENT - 3)
}

/// Whether the rate changed in the course of the run.
fn rate_varies(report: &Report) -> bool {
    report.shape.contains(['.', ',', '(']) && report.shape.parse::<f64>().is_err()
}

/// A rate below 1/s reads better by the minute or the hour.
pub(crate) fn format_rate(per_second: f64) -> String {
    match per_second {
        n if n >= 1.0 => format!("{}/s", format_decimal(n)),
        n if n * 60.0 >= 1.0 => format!("{}/m", format_decimal(n * 60.0)),
        n => format!("{}/h", format_decimal(n * 3600.0)),
    }
}

fn verdict(report: &Report, most: usize, colour: bool) -> String {
    let well = match report.r#loop {
        LoopMode::Open => "the generator kept the schedule: the numbers describe the target",
        LoopMode::Closed => "the numbers describe the target with every slot waiting for it",
    };
    verdict_lines(&report.verdict, well, most, colour)
}

/// The verdict and its reasons in at most `most` lines; `well` where there are none.
pub(super) fn verdict_lines(
    verdict: &Verdict,
    valid_text: &str,
    most: usize,
    colour: bool,
) -> String {
    let status = verdict.status;
    let word = status.as_str();
    let mut out = String::new();
    if verdict.reasons.is_empty() {
        out = wrap(word, valid_text, 1);
    }
    for (index, reason) in verdict.reasons.iter().enumerate() {
        let left = most.saturating_sub(out.lines().count());
        if left > 0 {
            out.push_str(&wrap(
                if index == 0 { word } else { "" },
                reason,
                left.min(3),
            ));
        }
    }
    if !colour {
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
    wrap("hits", &hits_text(report), 2)
}

/// The hits of a run, and why some of them were not sent.
pub(super) fn hits_text(report: &Report) -> String {
    let text = results_text(&report.hits);
    match report.generator.unsent.get("late") {
        None => text,
        Some(late) => format!(
            "{text}, {} of them since they were late",
            format_count(*late)
        ),
    }
}

/// Hits by their verdicts, in words.
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
    items.join("   ")
}

fn rate_line(report: &Report) -> String {
    let achieved = format!("{}/s achieved", format_decimal(report.rate.achieved));
    let text = match (report.r#loop, report.rate.requested) {
        (LoopMode::Open, Some(requested)) => {
            let mean = if rate_varies(report) {
                " on average"
            } else {
                ""
            };
            format!("{} asked{mean}   {achieved}", format_rate(requested))
        }
        _ => format!("{achieved}   closed loop: a slot's next hit waits for its last one"),
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
    wrap("rate", &text, 2)
}

/// The most frequent first.
fn ranked(counts: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let counted = counts.iter().filter(|(_, count)| **count > 0);
    let mut ranked: Vec<_> = counted
        .map(|(name, count)| (name.as_str(), *count))
        .collect();
    ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    ranked
}

/// Answers by label, the most frequent first.
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
        // One item more than are shown, so that the rest is named.
        items.truncate(MAX_LABELS);
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

/// What the hammer counted beside hits and connections.
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

/// What the hammer found out, a line for each kind.
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

/// How many connections were opened, and how many of them were lost: as the hammer counted them, or else
/// sessions, which mostly have one each. A hammer that counts those it has lost knows better than that; one
/// whose slots share connections has sessions that end without one.
pub(super) fn connection_counts(report: &Report) -> (u64, u64) {
    let generator = &report.generator;
    let counted = |what: &str| {
        report
            .counts
            .get(&format!("{CONNECTION_PREFIX}{what}"))
            .copied()
    };
    let sessions = generator.sessions_opened;
    let lost = || sessions.saturating_sub(generator.slots_opened);
    (
        counted("opened").unwrap_or(sessions),
        counted("lost").unwrap_or_else(lost),
    )
}

fn connections(report: &Report) -> String {
    let generator = &report.generator;
    let (opened, lost) = connection_counts(report);
    let mut items = vec![format!("{} opened", format_count(opened))];
    let others = (report.counts.iter())
        .filter_map(|(name, n)| Some((name.strip_prefix(CONNECTION_PREFIX)?, *n)))
        .filter(|(what, n)| *n > 0 && !["opened", "lost"].contains(what));
    items.extend(others.map(|(what, n)| format!("{} {}", format_count(n), what.replace('_', " "))));
    items.push(format!("{} lost", format_count(lost)));
    items.push(format!(
        "{} hits in flight at most",
        format_count(generator.peak_in_flight)
    ));
    items.push(format!("{} sent", format_bytes(report.bytes.sent)));
    items.push(format!("{} received", format_bytes(report.bytes.received)));
    wrap("connections", &items.join("   "), 2)
}

fn generator(report: &Report) -> String {
    let generator = &report.generator;
    let threads = generator.threads;
    let core_s = report.elapsed_s * threads as f64;
    let workers = generator.workers.iter().filter_map(|worker| worker.busy);
    let shares: f64 = workers.sum();
    // What the process does besides, such as a target of its own, is not the generator's work.
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
        text = format!("{text}   {dropped} hits missing in the log: it was written too slowly");
    }
    wrap("generator", &text, 2)
}
