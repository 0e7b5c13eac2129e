//! Cost of writing a row.

use std::io;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hammer_replay::timeline::{TimelineHeader, TimelineRow, TimelineTrailerInput, TimelineWriter};

const ROWS: u64 = 100_000;

fn rows() -> impl Iterator<Item = TimelineRow<'static>> {
    (0..ROWS).map(|n| TimelineRow {
        t_us: n * 1717,
        host: Some("shop.example"),
        status: Some(200),
        duration_us: Some(n * 7919 % 100_000),
        response_bytes: Some(n * 31 % 5000),
        client: Some(n * 0x9e37_79b9),
        ..TimelineRow::get(b"/catalog/shoes/42?size=43&color=black")
    })
}

fn write(c: &mut Criterion) {
    let mut group = c.benchmark_group("timeline");
    group.throughput(Throughput::Elements(ROWS));
    group.bench_function("write", |b| {
        b.iter(|| {
            let mut writer = TimelineWriter::new(io::sink(), &TimelineHeader::default())
                .expect("writing to a sink");
            rows().for_each(|row| writer.write_row(&row).expect("writing to a sink"));
            writer
                .finish(TimelineTrailerInput::default())
                .expect("writing to a sink")
        });
    });
    group.bench_function("write_zstd", |b| {
        b.iter(|| {
            let out = zstd::stream::write::Encoder::new(io::sink(), 1).expect("writing to a sink");
            let mut writer =
                TimelineWriter::new(out, &TimelineHeader::default()).expect("writing to a sink");
            rows().for_each(|row| writer.write_row(&row).expect("writing to a sink"));
            writer
                .finish(TimelineTrailerInput::default())
                .expect("writing to a sink")
                .1
                .finish()
                .expect("writing to a sink")
        });
    });
    group.finish();
}

criterion_group!(benches, write);
criterion_main!(benches);
