use std::sync::{Arc, Mutex};
use std::time::Duration;

use hammer_core::testing::with_paused_clock;
use hammer_core::{Outcome, Run, RunEvent, Schedule, from_fn};

#[test]
fn hits_are_due_and_start_when_the_index_says_over_a_week() {
    let week = Duration::from_secs(7 * 24 * 3600);
    let rate = "1.1/m".parse().expect("a rate");
    let seen = Arc::new(Mutex::new((0_u64, Duration::ZERO)));
    let see = seen.clone();
    let hammer = from_fn(move |hit| {
        let mut seen = see.lock().expect("no one panics");
        let exact = Duration::from_nanos_u128(u128::from(hit.number()) * 600_000_000_000 / 11);
        assert_eq!(hit.due(), exact, "hit {}", hit.number());
        *seen = (seen.0 + 1, hit.due());
        async { Ok(Outcome::ok("tick")) }
    });
    let mut seconds = 0;
    let report = with_paused_clock(Run::new(
        hammer,
        Schedule::constant(rate).with_duration(week),
    ))
    .execute(|event| {
        if let RunEvent::Tick(tick) = event {
            seconds = tick.elapsed.as_secs();
        }
    })
    .expect("a run");
    assert_eq!(report.hits.ok, 11_088);
    assert_eq!(seen.lock().expect("no one panics").0, 11_088);
    // The clock ticks in milliseconds, and does so no later after a week than at first.
    assert!(
        report.lateness_us.max <= 1_001.0,
        "{} µs",
        report.lateness_us.max
    );
    assert!(seconds >= 604_740, "ticks went on until second {seconds}");
    assert!(
        report.timeline.len() <= 600,
        "{} slices",
        report.timeline.len()
    );
    let scheduled: u64 = report
        .timeline
        .iter()
        .map(|slice| slice.hits.scheduled)
        .sum();
    assert_eq!(scheduled, 11_088, "no slice is lost");
}
