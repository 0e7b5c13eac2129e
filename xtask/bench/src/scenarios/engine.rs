//! The engine alone, with a hammer in this process that does nothing.

use std::thread;
use std::time::Instant;

use hammer_core::{Outcome, Run, Schedule, from_fn};

use super::ScenarioReport;
use crate::context::BenchContext;
use crate::core_pinning::CoreRole;
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
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

const SLOTS_PER_WORKER: usize = 64;

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let hits = bench.plan.engine_hits;
    let ours = bench.hammer.name();
    let has_two = thread::available_parallelism().is_ok_and(|cores| cores.get() >= 2);
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
    let hammer = from_fn(|_| async { Ok(Outcome::ok("done")) });
    let run = Run::new(hammer, Schedule::closed_loop().with_hit_count(hits))
        .threads(workers)
        .max_in_flight(SLOTS_PER_WORKER * workers);
    let start = Instant::now();
    let report = run
        .execute(|_| ())
        .map_err(|error| Error::failed(format!("engine: {error}")))?;
    let seconds = start.elapsed().as_secs_f64();
    if report.hits.ok != hits {
        let message = format!("engine: {} of {hits} hits ended ok", report.hits.ok);
        return Err(Error::failed(message));
    }
    Ok(hits as f64 / seconds)
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
