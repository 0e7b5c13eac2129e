//! Tests of the hammer for MQTT with the real engine, against a scripted broker and real brokers.

mod addresses;
mod broker_limits;
mod builder;
mod delivery;
mod failures;
mod floods;
mod mosquitto;
mod mosquitto_server;
mod own_limits;
mod protocol_errors;
mod publishing;
mod rabbitmq;
mod reconnect;
mod resume;
mod scripted_broker;
mod stops;
mod templates;
mod transports;
mod unconfirmed;
mod undelivered;
mod unresponsive_broker;
mod versions;

use std::time::Duration;

use hammer_core::{ErrorKind, Hammer, Rate, Report, Run, RunEvent, Schedule};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Runs a hammer at 200 hits per second on one worker.
fn run<H: Hammer>(hammer: H, hits: u64) -> Report {
    execute(
        Run::new(
            hammer,
            Schedule::constant(Rate::per_second(200)).with_hit_count(hits),
        )
        .threads(1),
    )
}

/// Returns a schedule that is long enough to be stopped by the test.
fn until_stopped(rate: u64) -> Schedule {
    Schedule::constant(Rate::per_second(rate)).with_duration(Duration::from_secs(60))
}

/// Runs a hammer that cannot start, and returns the reason.
fn refusal<H: Hammer>(hammer: H) -> String {
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(20);
    let error = Run::new(hammer, schedule).threads(1).execute();
    let error = error.expect_err("the run does not start");
    assert_eq!(error.kind(), ErrorKind::PrepareFailed);
    let cause = std::error::Error::source(&error).expect("a source");
    cause.to_string()
}

fn execute<H: Hammer>(run: Run<H>) -> Report {
    execute_with_events(run, |_| ())
}

fn execute_with_events<H: Hammer>(run: Run<H>, on_event: impl FnMut(RunEvent<'_>)) -> Report {
    let report = run.execute_with(on_event).expect("the run starts");
    assert_eq!(
        report.hits.ended(),
        report.hits.scheduled,
        "each hit has exactly one result"
    );
    report
}
