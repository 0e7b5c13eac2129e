//! The number of allocations per exchange over TLS.
//!
//! This is a separate program with a single test, since the allocator counts for the whole process.

#[path = "it/memory_server.rs"]
#[expect(dead_code, reason = "the tests of streams need more of it")]
mod memory_server;

use std::alloc::System;
use std::sync::Arc;

use hammer_net::TlsStream;
use rustls::crypto::ring;
use rustls::version::{TLS12, TLS13};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use self::memory_server::{MemoryServer, TestIdentity, localhost, ready};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const EXCHANGES: usize = 1_000;

fn allocations_of(call: impl FnOnce()) -> usize {
    let region = Region::new(ALLOCATOR);
    call();
    let change = region.change();
    change.allocations + change.reallocations
}

#[test]
fn an_exchange_over_tls_allocates_nothing() {
    let identity = TestIdentity::generate();
    for version in [&TLS12, &TLS13] {
        let config = identity.client_config_with(ring::default_provider(), &[version]);
        let server = MemoryServer::new(identity.server_config());
        let stream = ready(TlsStream::connect(
            Arc::new(config),
            localhost(),
            server.clone(),
        ));
        let mut stream = stream.expect("a handshake");
        let mut allocations = 0;
        for exchange in 0..EXCHANGES {
            let mut answer = [0; 1_000];
            let written = allocations_of(|| {
                ready(stream.write_all(&[1; 120])).expect("an open stream");
            });
            // The server is not what is measured.
            server.send(&[2; 250]);
            server.received();
            server.write_sizes();
            let read = allocations_of(|| {
                let bytes = ready(stream.read(&mut answer)).expect("an open stream");
                assert_eq!(bytes, 250);
            });
            // The first exchange makes the buffers, and handles the tickets.
            if exchange > 0 {
                allocations += written + read;
            }
        }
        assert_eq!(allocations, 0, "in {EXCHANGES} exchanges of {version:?}");
    }
}
