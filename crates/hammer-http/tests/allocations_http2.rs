//! The number of allocations per hit over HTTP/2, in a separate program as in `allocations.rs`.

use std::alloc::System;

use hammer_core::{Run, Schedule};
use hammer_http::{Http, HttpVersion};
use hammer_target::TargetServer;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Counts the allocations and reallocations of a run.
fn allocations(target: &TargetServer, hits: u64) -> usize {
    let http = Http::builder(&target.url())
        .http_version(HttpVersion::Http2)
        .connections(2);
    let run = Run::new(
        http.build().expect("valid options"),
        Schedule::closed_loop().with_hit_count(hits),
    )
    .threads(1)
    .max_in_flight(16);
    let region = Region::new(ALLOCATOR);
    let report = run.execute().expect("a finished run");
    let change = region.change();
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    change.allocations + change.reallocations
}

#[test]
fn a_hit_over_http2_allocates_nothing() {
    let target = TargetServer::spawn_raw(2).expect("a free port");
    let (short, long) = (1_000, 21_000);
    let difference = allocations(&target, long).saturating_sub(allocations(&target, short));
    let per_hit = difference as f64 / (long - short) as f64;
    assert!(per_hit < 0.01, "{per_hit:.3} allocations per hit");
}
