//! Benchmarks hits over loopback through the whole engine against the same requests on hyper alone.
//!
//! Both use the same target, so the difference is the cost of the engine and this hammer.

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hammer_core::{Run, Schedule};
use hammer_http::Http;
use hammer_target::TargetServer;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const HITS: u64 = 20_000;

fn hits(c: &mut Criterion) {
    let target = TargetServer::spawn_raw(2).expect("a free port");
    let mut group = c.benchmark_group("20,000 hits");
    group.throughput(Throughput::Elements(HITS)).sample_size(10);
    group.measurement_time(Duration::from_secs(5));
    for slots in [1, 64] {
        group.bench_function(format!("hammer, {slots} slots"), |b| {
            b.iter(|| run_hammer(&target, slots));
        });
        group.bench_function(format!("hyper, {slots} connections"), |b| {
            b.iter(|| run_hyper(&target, slots));
        });
    }
    group.finish();
}

fn run_hammer(target: &TargetServer, slots: usize) {
    let http = Http::builder(&target.url()).build().expect("valid options");
    let run = Run::new(http, Schedule::closed_loop().with_hit_count(HITS))
        .threads(1)
        .max_in_flight(slots);
    let report = run.execute().expect("a finished run");
    assert_eq!(report.hits.ok, HITS);
}

/// Runs the usual setup: per connection, one task drives it and one sends requests.
fn run_hyper(target: &TargetServer, connections: usize) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async {
            let mut tasks = JoinSet::new();
            for _ in 0..connections {
                let socket = TcpStream::connect(target.addr())
                    .await
                    .expect("a connection");
                socket.set_nodelay(true).expect("a TCP socket");
                let handshake = http1::handshake(TokioIo::new(socket)).await;
                let (mut sender, driver) = handshake.expect("a handshake");
                tokio::spawn(driver);
                tasks.spawn(async move {
                    for _ in 0..HITS / connections as u64 {
                        let request = Request::get("/")
                            .header("host", "127.0.0.1")
                            .header("user-agent", "hammer")
                            .header("accept", "*/*");
                        let request = request
                            .body(Full::<Bytes>::default())
                            .expect("a valid request");
                        sender.ready().await.expect("an open connection");
                        let response = sender.send_request(request).await.expect("a response");
                        black_box(response.into_body().collect().await.expect("a body"));
                    }
                });
            }
            while tasks.join_next().await.is_some() {}
        });
}

criterion_group!(benches, hits);
criterion_main!(benches);
