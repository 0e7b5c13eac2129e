//! The cost of TLS per exchange, beside tokio-rustls: a request of 120 bytes, a response of 250.
//!
//! The server is in memory and works between the batches, so that only the client is measured.

#[path = "../tests/it/memory_server.rs"]
#[expect(dead_code, reason = "the tests of streams need more of it")]
mod memory_server;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use hammer_net::TlsStream;
use rustls::crypto::ring;
use rustls::{SupportedCipherSuite, crypto::ring::cipher_suite as suites};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsConnector;

use self::memory_server::{MemoryServer, TestIdentity, eventually, localhost, ready};

const REQUEST_BYTES: usize = 120;
const RESPONSE_BYTES: usize = 250;
const BATCH: u64 = 100;

/// Does a batch of exchanges, and returns the time of the client.
fn batch(server: &MemoryServer, stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Duration {
    let mut answer = [0; 1_024];
    let start = Instant::now();
    for _ in 0..BATCH {
        ready(async {
            stream.write_all(black_box(&[1; REQUEST_BYTES])).await?;
            stream.flush().await
        })
        .expect("an open stream");
    }
    let writing = start.elapsed();
    server.received();
    let record = server.write_sizes()[0] + RESPONSE_BYTES - REQUEST_BYTES;
    for _ in 0..BATCH {
        server.send(&[2; RESPONSE_BYTES]);
    }
    // Each response is a read of its own, as it is from a socket.
    server.set_chunk(record);
    server.set_gaps(true);
    let start = Instant::now();
    for _ in 0..BATCH {
        let read = eventually(stream.read(&mut answer)).expect("an open stream");
        assert_eq!(black_box(read), RESPONSE_BYTES);
    }
    let reading = start.elapsed();
    server.set_chunk(usize::MAX);
    server.set_gaps(false);
    writing + reading
}

/// Returns the time of at least this many exchanges, for as many.
fn exchanges(
    count: u64,
    server: &MemoryServer,
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
) -> Duration {
    let batches = count.div_ceil(BATCH);
    let total: Duration = (0..batches).map(|_| batch(server, stream)).sum();
    total.mul_f64(count as f64 / (batches * BATCH) as f64)
}

const SUITES: [(&str, SupportedCipherSuite); 4] = [
    ("1.3_aes_256", suites::TLS13_AES_256_GCM_SHA384),
    ("1.3_aes_128", suites::TLS13_AES_128_GCM_SHA256),
    ("1.3_chacha", suites::TLS13_CHACHA20_POLY1305_SHA256),
    (
        "1.2_aes_256",
        suites::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    ),
];

fn tls_exchanges(criterion: &mut Criterion) {
    let identity = TestIdentity::generate();
    let mut group = criterion.benchmark_group("tls_exchange");
    for (name, suite) in SUITES {
        let mut provider = ring::default_provider();
        provider.cipher_suites = vec![suite];
        let version = match suite.tls13() {
            Some(_) => &rustls::version::TLS13,
            None => &rustls::version::TLS12,
        };
        let config = Arc::new(identity.client_config_with(provider, &[version]));

        let server = MemoryServer::new(identity.server_config());
        let stream = ready(TlsStream::connect(
            config.clone(),
            localhost(),
            server.clone(),
        ));
        let mut stream = stream.expect("a handshake");
        take_tickets(&server, &mut stream);
        group.bench_function(format!("hammer_{name}"), |bencher| {
            bencher.iter_custom(|count| exchanges(count, &server, &mut stream));
        });

        let server = MemoryServer::new(identity.server_config());
        let connector = TlsConnector::from(config);
        let stream = ready(connector.connect(localhost(), server.clone()));
        let mut stream = stream.expect("a handshake");
        take_tickets(&server, &mut stream);
        group.bench_function(format!("tokio_rustls_{name}"), |bencher| {
            bencher.iter_custom(|count| exchanges(count, &server, &mut stream));
        });
    }
    group.finish();
}

/// Reads the session tickets, so that only plaintext follows.
fn take_tickets(server: &MemoryServer, stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    server.send(&[0]);
    let read = ready(stream.read(&mut [0; 8])).expect("an open stream");
    assert_eq!(read, 1);
    server.write_sizes();
}

criterion_group!(benches, tls_exchanges);
criterion_main!(benches);
