use std::collections::BTreeMap;

use hammer_core::{Loop, Report, Status};

use super::latency::{self, Unit};
use super::lines::{INDENT, WIDTH, cut, listed, wrapped};
use super::number::{rate, size, whole};

/// Lines for the reasons of the verdict, all together.
const REASON_LINES: usize = 8;
/// Kinds of failures that are explained.
const FAILURES: usize = 3;
/// Labels that are counted one by one.
const LABELS: usize = 6;

/// The report as text, the verdict in colour if `colour`.
pub(crate) fn render(report: &Report, colour: bool) -> String {
    let mut out = header(report);
    out.push('\n');
    out.push_str(&verdict(report, colour));
    out.push('\n');
    out.push_str(&hits(report));
    out.push_str(&speed(report));
    out.push_str(&latency::table(report));
    out.push_str(&labels(&report.labels));
    out.push_str(&failures(report));
    out.push_str(&phases(report));
    out.push_str(&connections(report));
    out.push_str(&generator(report));
    out
}

fn header(report: &Report) -> String {
    let pace = match report.rate.requested {
        Some(requested) => asked(requested),
        None => "closed loop".into(),
    };
    let stopped = if report.stopped { ", then stopped" } else { "" };
    let what = format!(
        "{pace} for {} s{stopped}, seed {}",
        rate(report.duration_s),
        report.seed
    );
    let name = cut(&format!("hammer {}", report.hammer), 30);
    let room =
        WIDTH.saturating_sub(name.chars().count().max(INDENT - 3) + what.chars().count() + 6);
    let target = cut(&report.target, room);
    format!("{name:<width$}   {target}   {what}\n", width = INDENT - 3)
}

/// A rate below 1/s reads better by the minute or the hour.
fn asked(per_second: f64) -> String {
    match per_second {
        n if n >= 1.0 => format!("{}/s", rate(n)),
        n if n * 60.0 >= 1.0 => format!("{}/m", rate(n * 60.0)),
        n => format!("{}/h", rate(n * 3600.0)),
    }
}

fn verdict(report: &Report, colour: bool) -> String {
    let status = report.verdict.status;
    let word = status.as_str();
    let mut out = String::new();
    if report.verdict.reasons.is_empty() {
        let well = match report.r#loop {
            Loop::Open => "the generator kept the schedule: the numbers describe the target",
            Loop::Closed => "the numbers describe the target with every slot waiting for it",
        };
        out = wrapped(word, well, 1);
    }
    for (index, reason) in report.verdict.reasons.iter().enumerate() {
        let left = REASON_LINES.saturating_sub(out.lines().count());
        if left > 0 {
            out.push_str(&wrapped(
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
        Status::Valid => 32,
        Status::Suspect => 33,
        Status::Invalid => 31,
    };
    out.replacen(word, &format!("\x1b[1;{code}m{word}\x1b[0m"), 1)
}

fn hits(report: &Report) -> String {
    let hits = &report.hits;
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
        .map(|(word, n)| format!("{} {word}", whole(*n)))
        .collect();
    wrapped("hits", &items.join("   "), 2)
}

fn speed(report: &Report) -> String {
    let achieved = format!("{}/s achieved", rate(report.rate.achieved));
    let text = match (report.r#loop, report.rate.requested) {
        (Loop::Open, Some(requested)) => format!("{} asked   {achieved}", asked(requested)),
        _ => format!("{achieved}   closed loop: a slot's next hit waits for its last one"),
    };
    format!("{:<INDENT$}{text}\n", "rate")
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

fn labels(labels: &BTreeMap<String, u64>) -> String {
    let ranked = ranked(labels);
    if ranked.is_empty() {
        return String::new();
    }
    let mut items: Vec<_> = ranked
        .iter()
        .take(LABELS)
        .map(|(name, n)| format!("{name}: {}", whole(*n)))
        .collect();
    if ranked.len() > LABELS {
        // One item more than are shown, so that the rest is named.
        items.truncate(LABELS);
        let rest: u64 = ranked.iter().skip(LABELS).map(|(_, n)| n).sum();
        items.push(format!("others: {}", whole(rest)));
    }
    listed("codes", &items, |shown| {
        let rest: u64 = ranked.iter().skip(shown).map(|(_, n)| n).sum();
        format!("others: {}", whole(rest))
    })
}

fn failures(report: &Report) -> String {
    let ranked = ranked(&report.failures);
    let mut out = String::new();
    for (index, (name, count)) in ranked.iter().take(FAILURES).enumerate() {
        let mut text = format!("{}: {}", name.replace('_', " "), whole(*count));
        if let Some(advice) = report.advice.get(*name) {
            text = format!("{text}   {advice}");
        }
        out.push_str(&wrapped(if index == 0 { "failures" } else { "" }, &text, 2));
    }
    if ranked.len() > FAILURES {
        let rest: u64 = ranked.iter().skip(FAILURES).map(|(_, n)| n).sum();
        let kinds = ranked.len() - FAILURES;
        out.push_str(&wrapped(
            "",
            &format!("{kinds} other kinds: {}", whole(rest)),
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
    let unit = Unit::of(longest);
    let items: Vec<_> = phases
        .iter()
        .map(|(name, phase)| format!("{} {}", name.replace('_', " "), unit.show(phase.p50)))
        .collect();
    let name = format!("phases, {}", unit.name());
    let line = listed(&name, &items, |shown| {
        format!("{} more", items.len() - shown)
    });
    format!("{}   (p50)\n", line.trim_end())
}

fn connections(report: &Report) -> String {
    let generator = &report.generator;
    let lost = generator
        .sessions_opened
        .saturating_sub(generator.slots_opened);
    let text = format!(
        "{} opened   {lost} lost   {} hits in flight at most   {} sent   {} received",
        whole(generator.sessions_opened),
        whole(generator.peak_in_flight),
        size(report.bytes.sent),
        size(report.bytes.received),
        lost = whole(lost),
    );
    wrapped("connections", &text, 1)
}

fn generator(report: &Report) -> String {
    let generator = &report.generator;
    let threads = generator.threads;
    let core_s = report.elapsed_s * threads as f64;
    let busy = if core_s > 0.0 {
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
        size(generator.peak_rss_bytes)
    );
    if generator.log_dropped > 0 {
        let dropped = whole(generator.log_dropped);
        text = format!("{text}   {dropped} hits missing in the log: it was written too slowly");
    }
    wrapped("generator", &text, 2)
}
