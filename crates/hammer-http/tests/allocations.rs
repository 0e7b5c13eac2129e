//! The number of allocations per hit over HTTP/1.1.
//!
//! This is a separate program with a single test, since the allocator counts for the whole process.

use std::alloc::System;

use hammer_core::{Run, Schedule};
use hammer_http::{Http, HttpBuilder, TemplateScope};
use hammer_target::TargetServer;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocations of a hit without a body whose response has one.
///
/// They are the two tables of the request's headers, and those of hyper: a channel for the response,
/// a channel for its body, a read buffer and its shared owner. The raw target makes none.
const ALLOCATIONS_PER_HIT: usize = 6;

/// Allocations of a hit with a body: hyper adds those for its length and its writes.
///
/// Rendered headers and bodies add none.
const ALLOCATIONS_WITH_BODY: usize = 10;

type BuilderChange = fn(HttpBuilder) -> HttpBuilder;

/// Counts the allocations and reallocations of a run.
fn allocations(target: &TargetServer, change: BuilderChange, hits: u64) -> usize {
    let http = change(Http::builder(&target.url()))
        .build()
        .expect("valid options");
    let run = Run::new(http, Schedule::closed_loop().with_hit_count(hits))
        .threads(1)
        .max_in_flight(4);
    let region = Region::new(ALLOCATOR);
    let report = run.execute().expect("a finished run");
    let change = region.change();
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    change.allocations + change.reallocations
}

#[test]
fn allocations_per_hit_match_the_constants() {
    let target = TargetServer::spawn_raw(2).expect("a free port");
    let (short, long) = (1_000, 11_000);
    let fixed: BuilderChange = |http| http.body("fixed");
    let rendered: BuilderChange = |http| {
        http.template_scope(TemplateScope::new())
            .header("X-Id", "{{uuid}}")
            .header("X-Seq", "{{seq}}")
            .json(r#"{"id": "{{uuid}}", "n": {{rand 1 100}}, "text": "{{text 500}}"}"#)
    };
    let table: [(BuilderChange, usize); 3] = [
        (|http| http, ALLOCATIONS_PER_HIT),
        (fixed, ALLOCATIONS_WITH_BODY),
        (rendered, ALLOCATIONS_WITH_BODY),
    ];
    for (change, expected) in table {
        let long_run = allocations(&target, change, long);
        let difference = long_run.saturating_sub(allocations(&target, change, short));
        let per_hit = difference as f64 / (long - short) as f64;
        assert_eq!(
            per_hit.round() as usize,
            expected,
            "{per_hit:.3} allocations per hit; lower the constant if they fell, they must not rise"
        );
    }
}
