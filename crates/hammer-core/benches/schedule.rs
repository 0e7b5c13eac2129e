//! The cost of the next due time.

use criterion::{Criterion, criterion_group, criterion_main};
use hammer_core::{ArrivalProcess, Schedule, Shape};

fn offsets(c: &mut Criterion) {
    let mut group = c.benchmark_group("due");
    for text in ["100k", "1..200k/1h", "sine(100k, 50k, 60s)"] {
        for arrivals in ArrivalProcess::choices() {
            let shape: Shape = text.parse().expect("a shape");
            let schedule = Schedule::new(shape).with_arrivals(arrivals);
            let mut offsets = schedule.offsets();
            group.bench_function(format!("{text}, {arrivals}"), |b| {
                b.iter(|| {
                    offsets.next().unwrap_or_else(|| {
                        offsets = schedule.offsets();
                        std::time::Duration::ZERO
                    })
                });
            });
        }
    }
}

criterion_group!(benches, offsets);
criterion_main!(benches);
