//! A closed loop of a hammer that does nothing: the engine alone.

use std::time::{Duration, Instant};

use hammer_core::{Outcome, Run, Schedule, from_fn};

const SLOTS_PER_WORKER: usize = 64;

/// Runs `hits` hits that do nothing, and returns the time of the whole run.
///
/// # Errors
///
/// If the run cannot start, or a hit does not end ok.
pub(crate) fn run_null_hits(hits: u64, workers: usize) -> Result<Duration, String> {
    let hammer = from_fn(async |_| Ok(Outcome::ok("done")));
    let run = Run::new(hammer, Schedule::closed_loop().with_hit_count(hits))
        .threads(workers)
        .max_in_flight(SLOTS_PER_WORKER * workers);
    let start = Instant::now();
    let report = run.execute().map_err(|error| error.to_string())?;
    let elapsed = start.elapsed();
    if report.hits.ok != hits {
        return Err(format!("{} of {hits} hits ended ok", report.hits.ok));
    }
    Ok(elapsed)
}
