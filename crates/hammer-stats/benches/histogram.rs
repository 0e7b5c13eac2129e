//! The cost of recording (per hit) and of merging and encoding (per second).

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use hammer_stats::{Histogram, HistogramSnapshot};

fn record(c: &mut Criterion) {
    let mut histogram = Histogram::new();
    let mut nanos = 80_000_u64;
    c.bench_function("record", |b| {
        b.iter(|| {
            nanos = nanos
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1)
                >> 44;
            histogram.record(black_box(Duration::from_nanos(nanos)));
        });
    });
    let mut sum = Histogram::new();
    c.bench_function("merge", |b| b.iter(|| sum.merge(black_box(&histogram))));
    c.bench_function("snapshot", |b| {
        b.iter(|| HistogramSnapshot::take(black_box(&histogram)))
    });
}

criterion_group!(benches, record);
criterion_main!(benches);
