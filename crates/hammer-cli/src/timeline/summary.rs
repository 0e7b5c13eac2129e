use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::time::Duration;

use hammer_replay::build::{Built, BuiltSource};
use hammer_replay::timeline::TimeBase;

use crate::text::harmless;
use crate::text::number::whole;

/// Logs that are named one by one.
const MOST_SOURCES: usize = 8;

/// Tells what was built.
pub(super) fn print(built: &Built, output: &str, took: Duration) {
    let mut text = text(built, output);
    let per_second = built.lines as f64 / took.as_secs_f64();
    let (took, per_second) = (took.as_secs_f64(), whole(per_second.round() as u64));
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

fn text(built: &Built, output: &str) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let mut row = |name: &str, what: &str| {
        let _ = writeln!(text, "{name:<11} {}", harmless(what));
    };
    row("timeline", output);
    for source in built.sources.iter().take(MOST_SOURCES) {
        row("log", &log(source));
    }
    if let Some(more @ 1..) = built.sources.len().checked_sub(MOST_SOURCES) {
        row("", &format!("and {more} more"));
    }
    let (lines, rows) = (whole(built.lines), whole(built.trailer.rows));
    row("rows", &format!("{rows} of {lines} lines"));
    let span = Duration::try_from(built.last.duration_since(built.first)).unwrap_or_default();
    let span = humantime::format_duration(Duration::from_millis(span.as_millis() as u64));
    // Without a row there is no time, and 1970 would be a lie.
    if built.trailer.rows > 0 {
        row(
            "span",
            &format!("{span}, from {:.3} to {:.3}", built.first, built.last),
        );
    }
    for (first, again) in twice(built) {
        row(
            "warning",
            &format!("{first} and {again} are the same log, and each hit is there twice"),
        );
    }
    if built.whole_seconds > 0 {
        let rows = whole(built.whole_seconds);
        row(
            "stamps",
            &format!("{rows} of whole seconds, with places within them by --spread"),
        );
    }
    if built.reordered > 0 {
        let (rows, farthest) = (whole(built.reordered), shown(built.farthest));
        row("reordered", &format!("{rows} rows, by up to {farthest}"));
    }
    if built.late > 0 {
        let (late, spilled) = (whole(built.late), whole(built.spilled));
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
        row("skipped", &format!("{}: {skip}{example}", whole(*count)));
    }
    if built.doubtful > 0 {
        let rows = whole(built.doubtful);
        row(
            "doubtful",
            &format!("{rows} rows whose two stamps are over an hour apart; see --time-base"),
        );
    }
    text
}

/// Logs that have the same in them as one before, and that one.
fn twice(built: &Built) -> impl Iterator<Item = (&str, &str)> {
    let hashes = &built.trailer.sources_xxh64;
    let logs = hashes.iter().zip(&built.sources).enumerate();
    logs.filter(|(_, (_, log))| log.rows > 0)
        .filter_map(|(index, (hash, log))| {
            let first = hashes[..index].iter().position(|other| other == hash)?;
            Some((&*built.sources[first].name, &*log.name))
        })
}

/// How arrivals were found.
pub(super) fn based(base: TimeBase) -> &'static str {
    match base {
        TimeBase::Start => "stamped at the start",
        TimeBase::EndMinusDuration => "stamped at the end, less the duration",
        TimeBase::End => "stamped at the end, without a duration",
        _ => "stamped in several ways",
    }
}

fn log(source: &BuiltSource) -> String {
    let BuiltSource { name, format, .. } = source;
    let base = based(source.time_base);
    let how = if source.detected {
        "looks like"
    } else {
        "read as"
    };
    let (rows, lines) = (whole(source.rows), whole(source.lines));
    format!("{name}: {how} {format}, {base}; {rows} of {lines} lines")
}

fn shown(span: Duration) -> impl std::fmt::Display {
    humantime::format_duration(Duration::from_micros(span.as_micros() as u64))
}
