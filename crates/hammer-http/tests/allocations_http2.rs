//! How often a hit over HTTP/2 allocates. In a program of its own, as `allocations.rs` is.

use std::alloc::System;

use hammer_core::{Run, Schedule};
use hammer_http::{Http, HttpVersion};
use hammer_target::TargetServer;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocations of a whole run, reallocations included.
fn allocations(target: &TargetServer, hits: u64) -> usize {
    let http = Http::builder(&target.url())
        .http_version(HttpVersion::Http2)
        .connections(2);
    let run = Run::new(
        http.build().expect("it is well formed"),
        Schedule::closed_loop().with_hit_count(hits),
    )
    .threads(1)
    .max_in_flight(16);
    let region = Region::new(ALLOCATOR);
    let report = run.execute(|_| ()).expect("the run is well formed");
    let change = region.change();
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    change.allocations + change.reallocations
}

#[test]
fn a_hit_over_http2_allocates_nothing() {
    let target = TargetServer::spawn_raw(2).expect("a port is free");
    let (short, long) = (1_000, 21_000);
    let more = allocations(&target, long).saturating_sub(allocations(&target, short));
    let per_hit = more as f64 / (long - short) as f64;
    assert!(per_hit < 0.01, "{per_hit:.3} allocations per hit");
}
