//! Summary of a timeline that was built.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::time::Duration;

use hammer_replay::compile::{BuildSummary, LogSourceSummary};
use hammer_replay::log::SkipReason;
use hammer_replay::timeline::ArrivalTimeDerivation;

use crate::text::number::format_count;
use crate::text::sanitize;

/// Maximum number of logs that are listed.
const MAX_SOURCES: usize = 8;

/// Prints the summary to stderr.
pub(super) fn print(built: &BuildSummary, output: &str, elapsed: Duration) {
    let mut text = summary_text(built, output);
    let per_second = built.lines as f64 / elapsed.as_secs_f64();
    let (seconds, per_second) = (
        elapsed.as_secs_f64(),
        format_count(per_second.round() as u64),
    );
    // Writing to a string cannot fail.
    let _ = write!(text, "{:<11} {seconds:.2} s, {per_second} lines/s", "took");
    if let Some(megabytes) = peak_megabytes() {
        let _ = write!(text, ", peak memory {megabytes} MB");
    }
    text.push('\n');
    // A closed stderr is not an error.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Peak memory of this process, if the system reports it (`VmHWM` in proc(5)).
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
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<11} {}", sanitize(value));
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
    let span = match span {
        Duration::ZERO => "one instant".to_owned(),
        // Milliseconds are precise enough for a longer span.
        span if span >= Duration::from_secs(1) => {
            format_span(Duration::from_millis(span.as_millis() as u64)).to_string()
        }
        span => format_span(span).to_string(),
    };
    // A timeline without rows has no first arrival.
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
            &format!("{first} and {again} are the same log, so each of its hits is included twice"),
        );
    }
    if built.whole_second_rows > 0 {
        let rows = format_count(built.whole_second_rows);
        row(
            "timestamps",
            &format!("{rows} rows with whole seconds, placed within them by --spread"),
        );
    }
    if built.url_hosts > 1 {
        row("hosts", &url_hosts_text(built));
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
            &format!("{late} rows were merged at the end, {spilled} of them from disk"),
        );
    }
    for (skip, count) in &built.skipped {
        let lines = skipped_lines_text(built, *skip, *count);
        row(
            "skipped",
            &format!("{}: {skip}{lines}", format_count(*count)),
        );
    }
    if built.inconsistent_rows > 0 {
        let rows = format_count(built.inconsistent_rows);
        row(
            "doubtful",
            &format!("{rows} rows with two timestamps over an hour apart (see --time-base)"),
        );
    }
    text
}

/// The hosts in the URLs of a log, which may be that of a forward proxy.
pub(crate) fn url_hosts_text(built: &BuildSummary) -> String {
    let hosts = format_count(built.url_hosts as u64);
    let more = match built.url_hosts {
        BuildSummary::MAX_URL_HOSTS.. => " or more",
        _ => "",
    };
    format!(
        "rows for {hosts}{more} hosts, from the URLs in the log (--absolute HOST keeps those of one)"
    )
}

/// The places of skipped lines: all of them if they are few, or else the first one.
fn skipped_lines_text(built: &BuildSummary, skip: SkipReason, count: u64) -> String {
    let examples = built.examples.get(&skip).map_or(&[][..], Vec::as_slice);
    let is_complete = examples.len() as u64 == count;
    let shown = if is_complete { examples.len() } else { 1 };
    let mut text = if is_complete { ", at " } else { ", first at " }.to_owned();
    let mut last_log = None;
    for (index, (log, line)) in examples.iter().take(shown).enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        // Writing to a string cannot fail.
        let _ = match built.sources.get(*log) {
            Some(source) if last_log != Some(log) => {
                write!(text, "{comma}{}:{line}", source.name)
            }
            _ => write!(text, "{comma}{line}"),
        };
        last_log = Some(log);
    }
    text
}

/// Pairs of logs with the same content: the first one, and its duplicate.
fn duplicate_logs(built: &BuildSummary) -> impl Iterator<Item = (&str, &str)> {
    let hashes = &built.trailer.sources_xxh64;
    let logs = hashes.iter().zip(&built.sources).enumerate();
    logs.filter(|(_, (_, log))| log.rows > 0)
        .filter_map(|(index, (hash, log))| {
            let first = hashes[..index].iter().position(|other| other == hash)?;
            Some((&*built.sources[first].name, &*log.name))
        })
}

/// Description of the meaning of timestamps.
pub(super) fn time_base_text(base: ArrivalTimeDerivation) -> &'static str {
    match base {
        ArrivalTimeDerivation::Start => "timestamps at the start",
        ArrivalTimeDerivation::EndMinusDuration => "timestamps at the end, minus the duration",
        ArrivalTimeDerivation::End => "timestamps at the end, without a duration",
        _ => "timestamps with several meanings",
    }
}

fn log_text(source: &LogSourceSummary) -> String {
    let LogSourceSummary { name, format, .. } = source;
    let base = time_base_text(source.time_base);
    let origin = if source.detected {
        "detected as"
    } else {
        "read as"
    };
    let (rows, lines) = (format_count(source.rows), format_count(source.lines));
    format!("{name}: {origin} {format}, {base}; {rows} of {lines} lines")
}

fn format_span(span: Duration) -> impl std::fmt::Display {
    humantime::format_duration(Duration::from_micros(span.as_micros() as u64))
}
