//! The engine's behaviour under a paused clock, where nothing depends on the machine.

mod conformance;
mod notes;
mod playlists;
mod shapes;
mod stalls;
mod stops;
mod threads;
mod verdicts;
mod week;

use std::time::Duration;

use hammer_core::testing::{Scripted, Step, paused};
use hammer_core::{Hammer, Hit, Outcome, Rate, Report, Run, Schedule};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn ok_after(time: Duration) -> Step {
    Step::Answer(time, Outcome::ok(200))
}

fn per_second(rate: u64, lasting: Duration) -> Schedule {
    Schedule::constant(Rate::per_second(rate)).lasting(lasting)
}

fn run<H: Hammer>(run: Run<H>) -> Report {
    let report = paused(run).execute(|_| ()).expect("a run");
    assert_eq!(
        report.hits.ended(),
        report.hits.scheduled,
        "every hit in exactly one verdict"
    );
    report
}

fn scripted(script: impl Fn(&Hit) -> Step + Send + Sync + 'static) -> impl Hammer {
    Scripted::new(script)
}
