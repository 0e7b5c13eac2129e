//! The number of allocations per hit over HTTP/2, in a separate program as in `allocations.rs`.

use std::alloc::System;

use hammer_core::{Run, Schedule};
use hammer_http::{Http, HttpBuilder, HttpVersion, TemplateScope};
use hammer_target::TargetServer;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

type BuilderChange = fn(HttpBuilder) -> HttpBuilder;

/// Counts the allocations and reallocations of a run.
fn allocations(target: &TargetServer, change: BuilderChange, hits: u64) -> usize {
    let http = Http::builder(&target.url())
        .http_version(HttpVersion::Http2)
        .connections(2);
    let http = change(http);
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

/// The allocations per hit of a long run, beyond those of a short one.
fn allocations_per_hit(target: &TargetServer, change: BuilderChange) -> f64 {
    let (short, long) = (1_000, 21_000);
    let long_run = allocations(target, change, long);
    let difference = long_run.saturating_sub(allocations(target, change, short));
    difference as f64 / (long - short) as f64
}

#[test]
fn allocations_per_hit_are_bounded() {
    let target = TargetServer::spawn_raw(2).expect("a free port");
    let table: [(&str, BuilderChange, f64); 4] = [
        ("a fixed request", |http| http, 0.0),
        (
            "headers that are inspected",
            |http| http.expect_header("content-length".parse().expect("valid input")),
            0.0,
        ),
        (
            "headers that vary",
            |http| {
                http.template_scope(TemplateScope::new())
                    .header("X-Id", "{{uuid}}")
                    .header("X-Seq", "{{seq}}")
            },
            0.0,
        ),
        // The body, and the counter of its owners.
        (
            "a body that varies",
            |http| {
                http.template_scope(TemplateScope::new())
                    .json(r#"{"id": "{{uuid}}"}"#)
            },
            2.0,
        ),
    ];
    for (name, change, most) in table {
        let per_hit = allocations_per_hit(&target, change);
        assert!(
            per_hit < most + 0.05,
            "{name}: {per_hit:.3} allocations per hit"
        );
    }
}
