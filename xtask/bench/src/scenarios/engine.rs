//! The engine alone, with a hammer in this process that does nothing.

use std::path::Path;
use std::thread;
use std::time::Duration;

use super::ScenarioReport;
use crate::context::BenchContext;
use crate::core_pinning::{CorePinning, CoreRole};
use crate::error::Error;
use crate::executable::BuiltExecutable;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::machine;
use crate::null_run::run_null_hits;
use crate::number_format::format_number;
use crate::process::{self, ProcessOutput, ToolInvocation};
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;

const ONE_WORKER: FigureKind = FigureKind {
    key: "null_hits_per_s_1",
    title: "hits/s, one worker",
    unit: "1/s",
    better: BetterDirection::Higher,
};
const TWO_WORKERS: FigureKind = FigureKind {
    key: "null_hits_per_s_2",
    title: "hits/s, two workers",
    unit: "1/s",
    better: BetterDirection::Higher,
};
const RATIO: FigureKind = FigureKind {
    key: "two_workers_to_one",
    title: "two workers ÷ one",
    unit: "1",
    better: BetterDirection::Higher,
};

const ALLOCATIONS: FigureKind = FigureKind {
    key: "allocations_per_hit",
    title: "allocations per hit",
    unit: "1",
    better: BetterDirection::Lower,
};

/// Longest time in which allocations are counted.
const MAX_COUNT_DURATION: Duration = Duration::from_secs(120);

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let hits = bench.plan.engine_hits;
    let ours = bench.hammer.name();
    let has_two = thread::available_parallelism().is_ok_and(|cores| cores.get() >= 2);
    let counter =
        BuiltExecutable::build(&machine::workspace_root(), "release", "engine-heap")?.path;
    let mut figures = FigureCollector::new(scenario.name());
    for round in 0..bench.plan.rounds {
        bench.print_progress(scenario.name(), round, "one worker");
        let one = bench
            .cores
            .run_on(CoreRole::Generator, || null_hits_per_s(hits, 1))??;
        figures.record(round, ours, &ONE_WORKER, Some(one));
        if has_two {
            bench.print_progress(scenario.name(), round, "two workers");
            let two = bench.cores.run_on_both(|| null_hits_per_s(2 * hits, 2))??;
            figures.record(round, ours, &TWO_WORKERS, Some(two));
            figures.record(round, ours, &RATIO, Some(two / one));
        }
        bench.print_progress(scenario.name(), round, "allocations");
        let allocations = allocations_per_hit(bench.plan.counted_hits, |hits| {
            count_allocations(&counter, hits, &bench.cores)
        })?;
        figures.record(round, ours, &ALLOCATIONS, Some(allocations));
    }
    let heading = format!(
        "no target, a hammer that does nothing, {} hits per worker{}",
        format_number(hits as f64),
        if has_two {
            ""
        } else {
            "; two workers need two cores"
        }
    );
    Ok(ScenarioReport { heading, figures })
}

fn null_hits_per_s(hits: u64, workers: usize) -> Result<f64, Error> {
    let elapsed =
        run_null_hits(hits, workers).map_err(|error| Error::failed(format!("engine: {error}")))?;
    Ok(hits as f64 / elapsed.as_secs_f64())
}

/// Allocations of each hit beyond those of the start, if `count` counts those of a run of some hits.
///
/// It is rounded to thousandths, because a few allocations come with each second of a run, not with
/// hits.
fn allocations_per_hit(hits: u64, count: impl Fn(u64) -> Result<f64, Error>) -> Result<f64, Error> {
    let few = hits / 10;
    let more = count(hits)? - count(few)?;
    let thousandths = (1000.0 * more / (hits - few) as f64).round();
    // Adding zero makes a negative zero positive.
    Ok(thousandths / 1000.0 + 0.0)
}

/// Allocations of a run with one worker, which the program `counter` counts.
fn count_allocations(counter: &Path, hits: u64, cores: &CorePinning) -> Result<f64, Error> {
    let invocation = ToolInvocation::new(&hits.to_string(), "1");
    process::run(counter, &invocation, cores, MAX_COUNT_DURATION)
        .and_then(|output| read_count(&output))
        .map_err(|error| Error::failed(format!("engine: allocations: {error}")))
}

/// The number that a program printed.
fn read_count(output: &ProcessOutput) -> Result<f64, String> {
    let text = String::from_utf8_lossy(&output.stdout);
    match text.trim().parse() {
        Ok(count) if output.status.success() => Ok(count),
        _ => Err(format!(
            "expected a number, found {:?}; {}",
            text.trim(),
            output.stderr.trim()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_null_hit_ends_ok() {
        for workers in [1, 2] {
            let speed = null_hits_per_s(1000, workers).expect("no hit fails");
            assert!(speed > 0.0);
        }
    }

    #[test]
    fn allocations_are_the_difference_of_two_runs() {
        for (per_hit, expected) in [
            (0.0, 0.0),
            (2.0, 2.0),
            (0.0014, 0.001),
            (0.0004, 0.0),
            (-0.0004, 0.0),
        ] {
            let found = allocations_per_hit(1000, |hits| Ok(500.0 + per_hit * hits as f64));
            let found = found.expect("both runs succeed");
            assert_eq!(found, expected, "{per_hit}");
            assert!(found.is_sign_positive(), "{per_hit}");
        }
        let failed = allocations_per_hit(1000, |_| Err(Error::failed("no")));
        assert!(failed.is_err());
    }

    #[cfg(unix)]
    #[test]
    fn reads_the_count_of_a_program() {
        let read = |script| {
            let invocation = ToolInvocation::new("-c", script);
            let cores = CorePinning::detect();
            let output = process::run(
                Path::new("/bin/sh"),
                &invocation,
                &cores,
                MAX_COUNT_DURATION,
            );
            read_count(&output.expect("it runs"))
        };
        assert_eq!(read("echo 512"), Ok(512.0));
        for (script, expected) in [
            ("echo", "expected a number, found \"\""),
            ("echo 7; echo broken >&2; exit 1", "broken"),
        ] {
            let error = read(script).expect_err(script);
            assert!(error.contains(expected), "{error}");
        }
    }
}
