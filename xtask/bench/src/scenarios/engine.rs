//! The engine alone, with a hammer in this process that does nothing.

use std::path::Path;
use std::thread;

use super::ScenarioReport;
use crate::allocation_counter::{allocations_per_hit, count_allocations};
use crate::context::BenchContext;
use crate::core_pinning::{CorePinning, CoreRole};
use crate::error::Error;
use crate::executable::BuiltExecutable;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::machine;
use crate::null_run::run_null_hits;
use crate::number_format::format_number;
use crate::process::ToolInvocation;
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
            count_blocks(&counter, hits, &bench.cores)
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

/// Allocations of a run with one worker, which the program `counter` counts.
fn count_blocks(counter: &Path, hits: u64, cores: &CorePinning) -> Result<f64, Error> {
    let invocation = ToolInvocation::new(&hits.to_string(), "1");
    count_allocations("engine", counter, &invocation, cores)
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
}
