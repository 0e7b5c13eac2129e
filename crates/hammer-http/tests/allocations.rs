//! How often a hit over HTTP allocates. In a program of its own, since the counting allocator is
//! that of a whole program, and the only test in it, since it counts whatever else runs.

use std::alloc::System;

use hammer_core::{Run, Schedule};
use hammer_http::{Http, HttpBuilder, TemplateScope};
use hammer_target::TargetServer;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocations of a hit without a body whose answer has one: the two tables of the request's
/// headers, and what hyper makes of a request and its answer (a channel for the answer, one for its
/// body, a read buffer and what shares it). The raw target makes none.
const ALLOCATIONS_PER_HIT: usize = 6;

/// Those of a hit with a body: hyper's length of it, and its way to the socket. What a hit fills in, in
/// headers and body, comes to none.
const ALLOCATIONS_WITH_BODY: usize = 10;

type BuilderChange = fn(HttpBuilder) -> HttpBuilder;

/// Allocations of a whole run, reallocations included.
fn allocations(target: &TargetServer, change: BuilderChange, hits: u64) -> usize {
    let http = change(Http::builder(&target.url()))
        .build()
        .expect("it is well formed");
    let run = Run::new(http, Schedule::closed_loop().with_hit_count(hits))
        .threads(1)
        .max_in_flight(4);
    let region = Region::new(ALLOCATOR);
    let report = run.execute(|_| ()).expect("the run is well formed");
    let change = region.change();
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    change.allocations + change.reallocations
}

#[test]
fn a_hit_allocates_as_often_as_is_written_down() {
    let target = TargetServer::spawn_raw(2).expect("a port is free");
    let (short, long) = (1_000, 11_000);
    let fixed: BuilderChange = |http| http.body("fixed");
    let filled: BuilderChange = |http| {
        http.template_scope(TemplateScope::new())
            .header("X-Id", "{{uuid}}")
            .header("X-Seq", "{{seq}}")
            .json(r#"{"id": "{{uuid}}", "n": {{rand 1 100}}, "text": "{{text 500}}"}"#)
    };
    let ways: [(BuilderChange, usize); 3] = [
        (|http| http, ALLOCATIONS_PER_HIT),
        (fixed, ALLOCATIONS_WITH_BODY),
        (filled, ALLOCATIONS_WITH_BODY),
    ];
    for (way, expected) in ways {
        let more = allocations(&target, way, long).saturating_sub(allocations(&target, way, short));
        let per_hit = more as f64 / (long - short) as f64;
        assert_eq!(
            per_hit.round() as usize,
            expected,
            "{per_hit:.3} allocations per hit: if they fell, write down the new number; they must not rise"
        );
    }
}
