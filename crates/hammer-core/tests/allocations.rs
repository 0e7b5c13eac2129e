//! The engine allocates nothing per hit. In a program of its own, since the counting allocator is
//! that of a whole program, and the only test in it, since it counts whatever else runs.

use std::alloc::System;
use std::time::Duration;

use hammer_core::{Outcome, Playlist, Rate, Run, Schedule, from_fn};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Between the two lengths of a run seconds may pass (a swap, a slice of the timeline) and a queue
/// may double, but not a hundredth of the hits may allocate.
const MAX_EXTRA_ALLOCATIONS: usize = 2_000;

/// Allocations of a whole run, reallocations included.
fn allocations(schedule: &Schedule, hits: u64) -> usize {
    let hammer = from_fn(|_| async { Ok(Outcome::ok("done").sent(1).received(2)) });
    let run = Run::new(hammer, schedule.clone().with_hit_count(hits))
        .threads(2)
        .max_in_flight(32);
    let region = Region::new(ALLOCATOR);
    let report = run.execute(|_| ()).expect("the run is well formed");
    let change = region.change();
    assert_eq!(report.hits.ok, hits);
    change.allocations + change.reallocations
}

#[test]
fn the_steady_state_allocates_nothing_per_hit() {
    let open = Schedule::constant(Rate::per_second(500_000));
    let micros = |n: u64| Duration::from_micros(2 * n);
    let played = Playlist::new(201_000, micros(201_000), move || {
        (0..201_000).map(move |n| (micros(n), n))
    });
    for (what, schedule) in [
        ("an open loop", open),
        ("a closed loop", Schedule::closed_loop()),
        ("a playlist", Schedule::playlist(played)),
    ] {
        let short = allocations(&schedule, 1_000);
        let long = allocations(&schedule.with_duration(Duration::from_secs(60)), 201_000);
        assert!(
            long < short + MAX_EXTRA_ALLOCATIONS,
            "{what}: 200,000 more hits made {} more allocations",
            long - short
        );
    }
}
