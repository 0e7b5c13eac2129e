//! A timeline at 2,000/s: distance of arrivals at the target from their rows.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;
use std::{fs, io};

use hammer_core::{ArrivalProcess, Rate, Schedule};
use hammer_target::TargetBehavior;

use super::ScenarioReport;
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
use crate::pinned_target::TargetServerMode;
use crate::process::ToolInvocation;
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;

const P50: FigureKind = FigureKind {
    key: "distance_p50_us",
    title: "distance p50, µs",
    unit: "us",
    better: BetterDirection::Lower,
};
const P99: FigureKind = FigureKind {
    key: "distance_p99_us",
    title: "distance p99, µs",
    unit: "us",
    better: BetterDirection::Lower,
};

const RATE: u64 = 2000;

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let rows = bench.plan.replay_rows;
    let schedule =
        Schedule::constant(Rate::per_second(RATE)).with_arrivals(ArrivalProcess::Poisson);
    let planned: Vec<Duration> = schedule
        .with_hit_count(rows)
        .offsets()
        // A timeline has whole microseconds.
        .map(|due| Duration::from_micros(due.as_micros() as u64))
        .collect();
    let failed = |error: io::Error| Error::failed(format!("failed to write a timeline: {error}"));
    let folder = tempfile::tempdir().map_err(failed)?;
    let path = folder.path().join("bench.jsonl");
    fs::write(&path, timeline(&planned)).map_err(failed)?;

    let ours = bench.hammer.name();
    let mut figures = FigureCollector::new(scenario.name());
    // There are no peers to compare with, and one round is long enough for the p99.
    let round = 0;
    bench.print_progress(scenario.name(), round, ours);
    match play(bench, &path, &planned) {
        Ok(distances) => {
            let at = |share: f64| {
                let place = (share * (distances.len() - 1) as f64).round() as usize;
                distances[place]
            };
            figures.record(round, ours, &P50, Some(at(0.5)));
            figures.record(round, ours, &P99, Some(at(0.99)));
        }
        Err(error) => {
            bench.add_problem(format!("{}: {error}", scenario.name()));
            bench.hammer_failed.set(true);
        }
    }
    let heading = format!(
        "a timeline of {} rows, {RATE}/s, Poisson, {CONNECTIONS} connections, 1 thread; recording target",
        format_number(rows as f64),
    );
    Ok(ScenarioReport { heading, figures })
}

/// Plays the timeline to a target, and returns the sorted distances of arrivals in µs.
fn play(bench: &BenchContext, path: &Path, planned: &[Duration]) -> Result<Vec<f64>, Error> {
    let target = bench.start_target(
        TargetServerMode::Recording,
        false,
        TargetBehavior::default(),
    )?;
    let line = format!(
        "replay {} --threads 1 -q -o json -c {CONNECTIONS} --endpoint",
        path.display()
    );
    bench
        .hammer
        .run_invocation(&ToolInvocation::new(&line, &target.url()), &bench.cores)?;
    let truth = target.into_truth();
    let (arrived, rows) = (truth.arrivals.len(), planned.len());
    if arrived != rows {
        return Err(Error::failed(format!("{arrived} of {rows} rows arrived")));
    }
    let arrivals = truth.arrivals.iter().map(|one| one.at.as_secs_f64());
    Ok(centered_distances(
        arrivals.zip(planned.iter().map(Duration::as_secs_f64)),
    ))
}

/// The sorted distances, in µs, of arrivals from planned times, which are in seconds.
///
/// The median lateness is subtracted, so a constant lateness does not count.
fn centered_distances(pairs: impl Iterator<Item = (f64, f64)>) -> Vec<f64> {
    let mut late: Vec<f64> = pairs.map(|(arrived, planned)| arrived - planned).collect();
    late.sort_unstable_by(f64::total_cmp);
    let median = late.get(late.len() / 2).copied().unwrap_or(0.0);
    let mut distances: Vec<f64> = late
        .into_iter()
        .map(|late| (late - median).abs() * 1e6)
        .collect();
    distances.sort_unstable_by(f64::total_cmp);
    distances
}

fn timeline(planned: &[Duration]) -> String {
    let mut text =
        r#"{"schema":"hammer.timeline/1","epoch":"2026-01-01T00:00:00Z"}"#.to_owned() + "\n";
    for (n, due) in planned.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            r#"{{"t":{},"u":"/items/{}?n={n}"}}"#,
            due.as_micros(),
            n % 10
        );
    }
    let _ = writeln!(text, r#"{{"rows":{}}}"#, planned.len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_lateness_does_not_count() {
        let planned = (0..100).map(|n| f64::from(n) / 100.0);
        let late = |n: f64| if n > 0.945 { 0.002 } else { 0.0 };
        let found = centered_distances(planned.map(|n| (n + 7.5 + late(n), n)));
        assert!(found[94] < 1e-6, "{}", found[94]);
        assert!((found[99] - 2000.0).abs() < 1e-3, "{}", found[99]);
    }
}
