//! Behaviour of the hammer for MQTT against a broker that follows a script, and against real ones,
//! driven by the real engine.

mod builder;
mod delivery;
mod failures;
mod mosquitto;
mod mosquitto_server;
mod publishing;
mod rabbitmq;
mod reconnect;
mod resume;
mod scripted_broker;
mod templates;
mod transports;
mod unresponsive_broker;

use std::time::Duration;

use hammer_core::{Hammer, Rate, Report, Run, RunEvent, Schedule};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Hits 200 times per second on one worker.
fn run<H: Hammer>(hammer: H, hits: u64) -> Report {
    execute(
        Run::new(
            hammer,
            Schedule::constant(Rate::per_second(200)).with_hit_count(hits),
        )
        .threads(1),
    )
}

/// A schedule that lasts until something stops it.
fn until_stopped(rate: u64) -> Schedule {
    Schedule::constant(Rate::per_second(rate)).with_duration(Duration::from_secs(60))
}

fn execute<H: Hammer>(run: Run<H>) -> Report {
    execute_with_events(run, |_| ())
}

fn execute_with_events<H: Hammer>(run: Run<H>, watch: impl FnMut(RunEvent<'_>)) -> Report {
    let report = run.execute(watch).expect("the run is well formed");
    assert_eq!(
        report.hits.ended(),
        report.hits.scheduled,
        "every hit in exactly one verdict"
    );
    report
}
