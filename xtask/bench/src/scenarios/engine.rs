//! The engine alone: a hammer that does nothing, in this process.

use std::thread;
use std::time::Instant;

use hammer_core::{Outcome, Run, Schedule, from_fn};

use super::Found;
use crate::bench::Bench;
use crate::cores::Side;
use crate::error::Error;
use crate::number::shown;
use crate::record::Better;
use crate::scenario::Scenario;
use crate::sheet::{Measure, Sheet};

const ONE: Measure = Measure {
    key: "null_hits_per_s_1",
    title: "hits/s, one worker",
    unit: "1/s",
    better: Better::Higher,
};
const TWO: Measure = Measure {
    key: "null_hits_per_s_2",
    title: "hits/s, two workers",
    unit: "1/s",
    better: Better::Higher,
};
const RATIO: Measure = Measure {
    key: "two_workers_to_one",
    title: "two workers ÷ one",
    unit: "1",
    better: Better::Higher,
};

const SLOTS_PER_WORKER: usize = 64;

pub(super) fn run(bench: &Bench, scenario: Scenario) -> Result<Found, Error> {
    let hits = bench.plan.engine_hits;
    let ours = bench.hammer.name();
    let has_two = thread::available_parallelism().is_ok_and(|cores| cores.get() >= 2);
    let mut sheet = Sheet::new(scenario.name());
    for round in 0..bench.plan.rounds {
        bench.progress(scenario.name(), round, "one worker");
        let one = bench
            .cores
            .on(Side::Generator, || null_hits_per_s(hits, 1))??;
        sheet.note(round, ours, &ONE, Some(one));
        if has_two {
            bench.progress(scenario.name(), round, "two workers");
            let two = bench.cores.on_both(|| null_hits_per_s(2 * hits, 2))??;
            sheet.note(round, ours, &TWO, Some(two));
            sheet.note(round, ours, &RATIO, Some(two / one));
        }
    }
    let heading = format!(
        "no target at all: a hammer that does nothing, {} hits per worker{}",
        shown(hits as f64),
        if has_two {
            ""
        } else {
            "; two workers need two cores"
        }
    );
    Ok(Found { heading, sheet })
}

fn null_hits_per_s(hits: u64, workers: usize) -> Result<f64, Error> {
    let hammer = from_fn(|_| async { Ok(Outcome::ok("done")) });
    let run = Run::new(hammer, Schedule::max().hits(hits))
        .threads(workers)
        .max_in_flight(SLOTS_PER_WORKER * workers);
    let start = Instant::now();
    let report = run
        .execute(|_| ())
        .map_err(|error| Error::failed(format!("engine: {error}")))?;
    let seconds = start.elapsed().as_secs_f64();
    if report.hits.ok != hits {
        let message = format!("engine: {} of {hits} hits came back", report.hits.ok);
        return Err(Error::failed(message));
    }
    Ok(hits as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_null_hit_comes_back() {
        for workers in [1, 2] {
            let speed = null_hits_per_s(1000, workers).expect("nothing can fail");
            assert!(speed > 0.0);
        }
    }
}
