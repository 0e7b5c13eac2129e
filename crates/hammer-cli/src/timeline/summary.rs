use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::time::Duration;

use hammer_replay::compile::{BuildSummary, LogSourceSummary};
use hammer_replay::timeline::TimeBase;

use crate::text::number::format_count;
use crate::text::sanitize;

/// Logs that are named one by one.
const MAX_SOURCES: usize = 8;

/// Tells what was built.
pub(super) fn print(built: &BuildSummary, output: &str, took: Duration) {
    let mut text = summary_text(built, output);
    let per_second = built.lines as f64 / took.as_secs_f64();
    let (took, per_second) = (took.as_secs_f64(), format_count(per_second.round() as u64));
    // Writing to a string cannot fail.
    let _ = write!(text, "{:<11} {took:.2} s, {per_second} lines/s", "took");
    if let Some(megabytes) = peak_megabytes() {
        let _ = write!(text, ", peak memory {megabytes} MB");
    }
    text.push('\n');
    // A closed stderr is nobody's to be told.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// The largest size of this process in memory, where the system tells (proc(5), `VmHWM`).
fn peak_megabytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1_024 / 1_000_000)
}

fn summary_text(built: &BuildSummary, output: &str) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let mut row = |name: &str, what: &str| {
        let _ = writeln!(text, "{name:<11} {}", sanitize(what));
    };
    row("timeline", output);
    for source in built.sources.iter().take(MAX_SOURCES) {
        row("log", &log_text(source));
    }
    if let Some(more @ 1..) = built.sources.len().checked_sub(MAX_SOURCES) {
        row("", &format!("and {more} more"));
    }
    let (lines, rows) = (format_count(built.lines), format_count(built.trailer.rows));
    row("rows", &format!("{rows} of {lines} lines"));
    let span = Duration::try_from(built.last_arrival.duration_since(built.first_arrival))
        .unwrap_or_default();
    let span = humantime::format_duration(Duration::from_millis(span.as_millis() as u64));
    // Without a row there is no time, and 1970 would be a lie.
    if built.trailer.rows > 0 {
        row(
            "span",
            &format!(
                "{span}, from {:.3} to {:.3}",
                built.first_arrival, built.last_arrival
            ),
        );
    }
    for (first, again) in duplicate_logs(built) {
        row(
            "warning",
            &format!("{first} and {again} are the same log, and each hit is there twice"),
        );
    }
    if built.whole_second_rows > 0 {
        let rows = format_count(built.whole_second_rows);
        row(
            "stamps",
            &format!("{rows} of whole seconds, with places within them by --spread"),
        );
    }
    if built.reordered > 0 {
        let (rows, farthest) = (
            format_count(built.reordered),
            format_span(built.max_displacement),
        );
        row("reordered", &format!("{rows} rows, by up to {farthest}"));
    }
    if built.late_rows > 0 {
        let (late, spilled) = (
            format_count(built.late_rows),
            format_count(built.spilled_rows),
        );
        row(
            "late",
            &format!("{late} rows were merged in the end, {spilled} of them from disk"),
        );
    }
    for (skip, count) in &built.skipped {
        let example = built.examples.get(skip).and_then(|(log, line)| {
            let name = &built.sources.get(*log)?.name;
            Some(format!(", first at {name}:{line}"))
        });
        let example = example.unwrap_or_default();
        row(
            "skipped",
            &format!("{}: {skip}{example}", format_count(*count)),
        );
    }
    if built.inconsistent_rows > 0 {
        let rows = format_count(built.inconsistent_rows);
        row(
            "doubtful",
            &format!("{rows} rows whose two stamps are over an hour apart; see --time-base"),
        );
    }
    text
}

/// Logs that have the same in them as one before, and that one.
fn duplicate_logs(built: &BuildSummary) -> impl Iterator<Item = (&str, &str)> {
    let hashes = &built.trailer.sources_xxh64;
    let logs = hashes.iter().zip(&built.sources).enumerate();
    logs.filter(|(_, (_, log))| log.rows > 0)
        .filter_map(|(index, (hash, log))| {
            let first = hashes[..index].iter().position(|other| other == hash)?;
            Some((&*built.sources[first].name, &*log.name))
        })
}

/// How arrivals were found.
pub(super) fn time_base_text(base: TimeBase) -> &'static str {
    match base {
        TimeBase::Start => "stamped at the start",
        TimeBase::EndMinusDuration => "stamped at the end, less the duration",
        TimeBase::End => "stamped at the end, without a duration",
        _ => "stamped in several ways",
    }
}

fn log_text(source: &LogSourceSummary) -> String {
    let LogSourceSummary { name, format, .. } = source;
    let base = time_base_text(source.time_base);
    let how = if source.detected {
        "looks like"
    } else {
        "read as"
    };
    let (rows, lines) = (format_count(source.rows), format_count(source.lines));
    format!("{name}: {how} {format}, {base}; {rows} of {lines} lines")
}

fn format_span(span: Duration) -> impl std::fmt::Display {
    humantime::format_duration(Duration::from_micros(span.as_micros() as u64))
}
