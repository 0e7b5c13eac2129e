//! What a row costs, by criterion.

use std::io;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hammer_replay::timeline::{Ending, Header, Row, Writer};

const ROWS: u64 = 100_000;

fn rows() -> impl Iterator<Item = Row<'static>> {
    (0..ROWS).map(|n| Row {
        t_us: n * 1717,
        host: Some("shop.example"),
        status: Some(200),
        duration_us: Some(n * 7919 % 100_000),
        response_bytes: Some(n * 31 % 5000),
        client: Some(n * 0x9e37_79b9),
        ..Row::get(b"/catalogue/shoes/42?size=43&colour=black")
    })
}

fn write(c: &mut Criterion) {
    let mut group = c.benchmark_group("timeline");
    group.throughput(Throughput::Elements(ROWS));
    group.bench_function("write", |b| {
        b.iter(|| {
            let mut writer = Writer::to(io::sink(), &Header::default()).expect("a sink takes all");
            rows().for_each(|row| writer.row(&row).expect("a sink takes all"));
            writer.finish(Ending::default()).expect("a sink takes all")
        });
    });
    group.bench_function("write_zstd", |b| {
        b.iter(|| {
            let out = zstd::stream::write::Encoder::new(io::sink(), 1).expect("a sink takes all");
            let mut writer = Writer::to(out, &Header::default()).expect("a sink takes all");
            rows().for_each(|row| writer.row(&row).expect("a sink takes all"));
            writer
                .finish(Ending::default())
                .expect("a sink takes all")
                .1
                .finish()
                .expect("a sink takes all")
        });
    });
    group.finish();
}

criterion_group!(benches, write);
criterion_main!(benches);
