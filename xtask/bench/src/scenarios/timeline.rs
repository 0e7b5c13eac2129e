//! Logs to a timeline, packed by zstd, on one core.

use std::path::Path;
use std::time::Instant;

use super::Found;
use crate::bench::Bench;
use crate::error::Error;
use crate::logs::{self, Kind};
use crate::number::shown;
use crate::process::{Ended, Invocation};
use crate::record::Better;
use crate::scenario::Scenario;
use crate::sheet::{Measure, Sheet};

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
    let lines = bench.plan.log_lines;
    bench.progress(scenario.name(), 0, "writing logs");
    for (_, name, kind) in &SPEED {
        logs::write(&folder.path().join(name), *kind, lines).map_err(failed)?;
    }
    for round in 0..bench.plan.rounds {
        for (measure, name, _) in &SPEED {
            bench.progress(scenario.name(), round, measure.title);
            let seconds = build(bench, folder.path(), name)?;
            sheet.note(round, ours, measure, Some(lines as f64 / seconds));
        }
    }
    let mut heading = format!(
        "logs of {} lines to a timeline packed by zstd, on one core",
        shown(lines as f64)
    );
    if let Some(many) = bench.plan.many_log_lines {
        // Once: it takes a minute, and memory is not noisy.
        bench.progress(scenario.name(), 0, "many lines, once");
        let invocation = invocation(folder.path(), "-");
        let feed = move |pipe| logs::feed(pipe, Kind::Combined, many);
        let ended = bench.hammer.run_fed(&invocation, &bench.cores, feed)?;
        sheet.note(0, ours, &MEMORY, peak_mb(&ended));
        heading = format!("{heading}; memory: {} lines, once", shown(many as f64));
    }
    Ok(Found { heading, sheet })
}

/// Builds a timeline: for how many seconds.
fn build(bench: &Bench, folder: &Path, log: &str) -> Result<f64, Error> {
    let log = folder.join(log).display().to_string();
    let begun = Instant::now();
    bench.hammer.run(&invocation(folder, &log), &bench.cores)?;
    Ok(begun.elapsed().as_secs_f64())
}

fn invocation(folder: &Path, log: &str) -> Invocation {
    let output = folder.join("timeline.jsonl.zst");
    Invocation::new(&format!("timeline build -o {}", output.display()), log)
}

/// What it says of its memory, in megabytes.
fn peak_mb(ended: &Ended) -> Option<f64> {
    let told = ended.stderr.split("peak memory ").nth(1)?;
    told.split_whitespace().next()?.parse().ok()
}
