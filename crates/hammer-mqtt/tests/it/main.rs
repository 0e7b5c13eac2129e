//! Behaviour of the hammer for MQTT against a broker that follows a script, and against real ones,
//! driven by the real engine.

mod broker;
mod build;
mod delivery;
mod failures;
mod mosquitto;
mod publishing;
mod rabbitmq;
mod server;
mod ways;

use std::time::Duration;

use hammer_core::{Hammer, Rate, Report, Run, Schedule};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Hits 200 times per second on one worker.
fn run<H: Hammer>(hammer: H, hits: u64) -> Report {
    execute(Run::new(hammer, Schedule::constant(Rate::per_second(200)).hits(hits)).threads(1))
}

fn execute<H: Hammer>(run: Run<H>) -> Report {
    let report = run.execute(|_| ()).expect("the run is well formed");
    assert_eq!(
        report.hits.ended(),
        report.hits.scheduled,
        "every hit in exactly one verdict"
    );
    report
}
