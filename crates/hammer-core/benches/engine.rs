//! The cost of a hit in the engine, with a hammer that does nothing.

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hammer_core::{Outcome, Run, Schedule, from_fn};

fn null_hits(c: &mut Criterion) {
    let mut group = c.benchmark_group("null hit");
    group
        .throughput(Throughput::Elements(1))
        .measurement_time(Duration::from_secs(10));
    for workers in [1, 2] {
        group.bench_function(format!("{workers} workers"), |b| {
            b.iter_custom(|hits| {
                let hammer = from_fn(async |_| Ok(Outcome::ok("done")));
                let run = Run::new(hammer, Schedule::closed_loop().with_hit_count(hits))
                    .threads(workers)
                    .max_in_flight(64 * workers);
                let before = Instant::now();
                let report = run.execute().expect("a run");
                assert_eq!(report.hits.ok, hits);
                before.elapsed()
            });
        });
    }
}

criterion_group!(benches, null_hits);
criterion_main!(benches);
