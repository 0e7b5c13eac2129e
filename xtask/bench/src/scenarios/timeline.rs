//! Converts logs to a timeline, compressed with zstd, on one core.

use std::path::Path;
use std::time::Instant;

use super::ScenarioReport;
use crate::context::BenchContext;
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
use crate::process::{ProcessOutput, ToolInvocation};
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;
use crate::synthetic_log::{self, SyntheticLogFormat};

const fn line_rate_kind(key: &'static str, title: &'static str) -> FigureKind {
    FigureKind {
        key,
        title,
        unit: "1/s",
        better: BetterDirection::Higher,
    }
}

/// Each figure with its log file and format.
static LINE_RATES: [(FigureKind, &str, SyntheticLogFormat); 3] = [
    (
        line_rate_kind("lines_per_s_plain", "lines/s, combined, plain"),
        "access.log",
        SyntheticLogFormat::Combined,
    ),
    (
        line_rate_kind("lines_per_s_gzip", "lines/s, combined, gzip"),
        "access.log.gz",
        SyntheticLogFormat::Combined,
    ),
    (
        line_rate_kind("lines_per_s_json", "lines/s, JSON"),
        "caddy.json",
        SyntheticLogFormat::Json,
    ),
];
static MEMORY: FigureKind = FigureKind {
    key: "peak_rss_mb_many_lines",
    title: "peak memory, many lines, MB",
    unit: "MB",
    better: BetterDirection::Lower,
};

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let failed = |error| Error::failed(format!("failed to write logs: {error}"));
    let folder = tempfile::tempdir().map_err(failed)?;
    let ours = bench.hammer.name();
    let mut figures = FigureCollector::new(scenario.name());
    let lines = bench.plan.log_lines;
    bench.print_progress(scenario.name(), 0, "writing logs");
    for (_, name, kind) in &LINE_RATES {
        synthetic_log::write_file(&folder.path().join(name), *kind, lines).map_err(failed)?;
    }
    for round in 0..bench.plan.rounds {
        for (kind, name, _) in &LINE_RATES {
            bench.print_progress(scenario.name(), round, kind.title);
            let seconds = build_seconds(bench, folder.path(), name)?;
            figures.record(round, ours, kind, Some(lines as f64 / seconds));
        }
    }
    let mut heading = format!(
        "logs of {} lines to a timeline compressed with zstd, on one core",
        format_number(lines as f64)
    );
    if let Some(many) = bench.plan.many_log_lines {
        // Once, because it takes a minute and memory is not noisy.
        bench.print_progress(scenario.name(), 0, "many lines, once");
        let invocation = invocation(folder.path(), "-");
        let feed = move |pipe| synthetic_log::write_pipe(pipe, SyntheticLogFormat::Combined, many);
        let ended = bench
            .hammer
            .run_with_input(&invocation, &bench.cores, feed)?;
        figures.record(0, ours, &MEMORY, peak_mb(&ended));
        heading = format!(
            "{heading}; memory: {} lines, once",
            format_number(many as f64)
        );
    }
    Ok(ScenarioReport { heading, figures })
}

/// Builds a timeline, and returns the seconds it took.
fn build_seconds(bench: &BenchContext, folder: &Path, log: &str) -> Result<f64, Error> {
    let log = folder.join(log).display().to_string();
    let start = Instant::now();
    bench
        .hammer
        .run_invocation(&invocation(folder, &log), &bench.cores)?;
    Ok(start.elapsed().as_secs_f64())
}

fn invocation(folder: &Path, log: &str) -> ToolInvocation {
    let output = folder.join("timeline.jsonl.zst");
    ToolInvocation::new(&format!("timeline build -o {}", output.display()), log)
}

/// The peak memory in its output, in megabytes.
fn peak_mb(ended: &ProcessOutput) -> Option<f64> {
    let figure = ended.stderr.split("peak memory ").nth(1)?;
    figure.split_whitespace().next()?.parse().ok()
}
