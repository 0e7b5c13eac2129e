//! Due times over a week.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hammer_core::testing::with_paused_clock;
use hammer_core::{Hit, Outcome, Run, RunEvent, Schedule, from_fn};

#[test]
fn hits_start_at_their_exact_due_times_over_a_week() {
    let week = Duration::from_secs(7 * 24 * 3600);
    let rate = "1.1/m".parse().expect("a rate");
    let seen = Arc::new(Mutex::new((0_u64, Duration::ZERO)));
    let seen_in_hit = seen.clone();
    let hammer = from_fn(async move |hit: &mut Hit| {
        let mut seen = seen_in_hit.lock().expect("no panic");
        let exact = Duration::from_nanos_u128(u128::from(hit.number()) * 600_000_000_000 / 11);
        assert_eq!(hit.due(), exact, "hit {}", hit.number());
        *seen = (seen.0 + 1, hit.due());
        Ok(Outcome::ok("tick"))
    });
    let mut seconds = 0;
    let report = with_paused_clock(Run::new(
        hammer,
        Schedule::constant(rate).with_duration(week),
    ))
    .execute_with(|event| {
        if let RunEvent::Tick(tick) = event {
            seconds = tick.elapsed.as_secs();
        }
    })
    .expect("a run");
    assert_eq!(report.hits.ok, 11_088);
    assert_eq!(seen.lock().expect("no panic").0, 11_088);
    // The clock ticks in milliseconds, after a week as at the start.
    assert!(
        report.lateness_us.max <= 1_001.0,
        "{} µs",
        report.lateness_us.max
    );
    assert!(seconds >= 604_740, "ticks ended at second {seconds}");
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
    assert_eq!(scheduled, 11_088, "the slices must cover all hits");
}
