//! Logs to a timeline, packed by zstd, on one core.

use std::path::Path;
use std::time::Instant;

use super::Found;
use crate::bench::Bench;
use crate::error::Error;
use crate::logs::{self, Kind};
use crate::number::shown;
use crate::process::Invocation;
use crate::record::Better;
use crate::scenario::Scenario;
use crate::sheet::{Measure, Sheet};

/// Lines of a log whose speed is measured, and of the one whose memory is.
const LINES: u64 = 4_000_000;
const MANY: u64 = 50_000_000;

const fn speed(key: &'static str, title: &'static str) -> Measure {
    Measure {
        key,
        title,
        unit: "1/s",
        better: Better::Higher,
    }
}

/// What is measured, and of which file.
static SPEED: [(Measure, &str, Kind); 3] = [
    (
        speed("lines_per_s_plain", "lines/s, combined, plain"),
        "access.log",
        Kind::Combined,
    ),
    (
        speed("lines_per_s_gzip", "lines/s, combined, gzip"),
        "access.log.gz",
        Kind::Combined,
    ),
    (
        speed("lines_per_s_json", "lines/s, JSON"),
        "caddy.json",
        Kind::Json,
    ),
];
static MEMORY: Measure = Measure {
    key: "peak_rss_mb_many_lines",
    title: "peak memory, many lines, MB",
    unit: "MB",
    better: Better::Lower,
};

pub(super) fn run(bench: &Bench, scenario: Scenario) -> Result<Found, Error> {
    let failed = |error| Error::failed(format!("failed to write logs: {error}"));
    let folder = tempfile::tempdir().map_err(failed)?;
    let ours = bench.hammer.name();
    let mut sheet = Sheet::new(scenario.name());
    bench.progress(scenario.name(), 0, "writing logs");
    for (_, name, kind) in &SPEED {
        logs::write(&folder.path().join(name), *kind, LINES).map_err(failed)?;
    }
    for round in 0..bench.plan.rounds {
        for (measure, name, _) in &SPEED {
            bench.progress(scenario.name(), round, measure.title);
            let (seconds, _) = build(bench, folder.path(), name)?;
            sheet.note(round, ours, measure, Some(LINES as f64 / seconds));
        }
    }
    // Once: it takes a minute, and memory is not noisy.
    bench.progress(scenario.name(), 0, "writing many lines");
    logs::write(&folder.path().join("many.log.zst"), Kind::Combined, MANY).map_err(failed)?;
    bench.progress(scenario.name(), 0, "many lines, once");
    let (_, peak_mb) = build(bench, folder.path(), "many.log.zst")?;
    sheet.note(0, ours, &MEMORY, peak_mb);
    let heading = format!(
        "logs of {} lines to a timeline packed by zstd, on one core; memory: {} lines, once",
        shown(LINES as f64),
        shown(MANY as f64)
    );
    Ok(Found { heading, sheet })
}

/// Builds a timeline: for how many seconds, and in how many megabytes.
fn build(bench: &Bench, folder: &Path, log: &str) -> Result<(f64, Option<f64>), Error> {
    let output = folder.join("timeline.jsonl.zst");
    let line = format!("timeline build -o {}", output.display());
    let log = folder.join(log);
    let invocation = Invocation::new(&line, &log.display().to_string());
    let begun = Instant::now();
    let ended = bench.hammer.run(&invocation, &bench.cores)?;
    let seconds = begun.elapsed().as_secs_f64();
    let told = ended.stderr.split("peak memory ").nth(1);
    let told = told.and_then(|told| told.split_whitespace().next());
    Ok((seconds, told.and_then(|megabytes| megabytes.parse().ok())))
}
