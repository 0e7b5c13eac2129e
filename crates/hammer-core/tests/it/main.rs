//! The behavior of the engine under a paused clock, independent of the machine.

mod confidence;
mod conformance;
mod empty_runs;
mod hit_notes;
mod playlists;
mod results;
mod run_file_limits;
mod run_files;
mod series;
mod shapes;
mod shared_resources;
mod single_hits;
mod stalls;
mod stops;
mod threads;
mod ticks;
mod week;

use std::time::Duration;

use hammer_core::testing::{ScriptStep, ScriptedHammer, with_paused_clock};
use hammer_core::{Hammer, Hit, Outcome, Rate, Report, Run, Schedule};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn ok_after(time: Duration) -> ScriptStep {
    ScriptStep::Answer(time, Outcome::ok(200))
}

fn constant_schedule(rate: u64, duration: Duration) -> Schedule {
    Schedule::constant(Rate::per_second(rate)).with_duration(duration)
}

fn run_paused<H: Hammer>(run: Run<H>) -> Report {
    let report = with_paused_clock(run).execute().expect("a run");
    assert_eq!(
        report.hits.ended(),
        report.hits.scheduled,
        "every hit has exactly one result"
    );
    report
}

fn scripted_hammer(script: impl Fn(&Hit) -> ScriptStep + Send + Sync + 'static) -> impl Hammer {
    ScriptedHammer::new(script)
}
