//! The engine allocates nothing per hit.
//!
//! A separate program with a single test, because the counting allocator counts everything in its
//! program.

use std::alloc::System;
use std::time::Duration;

use hammer_core::{Outcome, Playlist, Rate, Run, Schedule, from_fn};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The longer run may take some seconds more (interval swaps, slices of the timeline) and grow a
/// queue, but at most one in a hundred hits may allocate.
const MAX_EXTRA_ALLOCATIONS: usize = 2_000;

/// The bytes that a whole run of two threads may allocate. Histograms of fixed size would take 9 MB.
const MAX_BYTES: usize = 3_000_000;

/// The allocations of a whole run, including reallocations, and their bytes.
fn allocations(schedule: &Schedule, hits: u64) -> (usize, usize) {
    let hammer = from_fn(async |_| Ok(Outcome::ok("done").sent(1).received(2)));
    let run = Run::new(hammer, schedule.clone().with_hit_count(hits))
        .threads(2)
        .max_in_flight(32);
    let region = Region::new(ALLOCATOR);
    let report = run.execute().expect("a run");
    let change = region.change();
    assert_eq!(report.hits.ok, hits);
    let allocations = change.allocations + change.reallocations;
    (allocations, change.bytes_allocated)
}

#[test]
fn the_steady_state_allocates_nothing_per_hit() {
    let open = Schedule::constant(Rate::per_second(500_000));
    let micros = |n: u64| Duration::from_micros(2 * n);
    let played = Playlist::new(201_000, micros(201_000), move || {
        (0..201_000).map(move |n| (micros(n), n))
    });
    for (name, schedule) in [
        ("an open loop", open),
        ("a closed loop", Schedule::closed_loop()),
        ("a playlist", Schedule::playlist(played)),
    ] {
        let (short, bytes) = allocations(&schedule, 1_000);
        assert!(bytes < MAX_BYTES, "{name}: {bytes} bytes");
        let (long, _) = allocations(&schedule.with_duration(Duration::from_secs(60)), 201_000);
        assert!(
            long < short + MAX_EXTRA_ALLOCATIONS,
            "{name}: 200,000 more hits made {} more allocations",
            long - short
        );
    }
}
