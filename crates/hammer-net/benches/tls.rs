//! The cost of TLS per exchange, beside tokio-rustls: a request of 120 bytes, a response of 250.
//!
//! The server is in memory, and its cost is the same for both.

#[path = "../tests/it/memory_server.rs"]
#[expect(dead_code, reason = "the tests of streams need more of it")]
mod memory_server;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use hammer_net::TlsStream;
use rustls::crypto::ring;
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsConnector;

use self::memory_server::{MemoryServer, TestIdentity, localhost, ready};

fn exchange(server: &MemoryServer, stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let mut answer = [0; 1_024];
    ready(async {
        stream.write_all(black_box(&[1; 120])).await?;
        stream.flush().await
    })
    .expect("an open stream");
    server.send(black_box(&[2; 250]));
    server.received();
    server.write_sizes();
    let read = ready(stream.read(&mut answer)).expect("an open stream");
    assert_eq!(black_box(read), 250);
}

fn exchanges(criterion: &mut Criterion) {
    let identity = TestIdentity::generate();
    let mut group = criterion.benchmark_group("tls_exchange");
    for (version, name) in [(&TLS13, "1.3"), (&TLS12, "1.2")] {
        let config = Arc::new(identity.client_config_with(ring::default_provider(), &[version]));

        let server = MemoryServer::new(identity.server_config());
        let stream = ready(TlsStream::connect(
            config.clone(),
            localhost(),
            server.clone(),
        ));
        let mut stream = stream.expect("a handshake");
        group.bench_function(format!("hammer_{name}"), |bencher| {
            bencher.iter(|| exchange(&server, &mut stream));
        });

        let server = MemoryServer::new(identity.server_config());
        let connector = TlsConnector::from(config);
        let stream = ready(connector.connect(localhost(), server.clone()));
        let mut stream = stream.expect("a handshake");
        group.bench_function(format!("tokio_rustls_{name}"), |bencher| {
            bencher.iter(|| exchange(&server, &mut stream));
        });
    }
    group.finish();
}

criterion_group!(benches, exchanges);
criterion_main!(benches);
