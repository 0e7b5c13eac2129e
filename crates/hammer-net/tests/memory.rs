//! The memory that a TLS connection keeps between exchanges.
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

/// The size of a large body.
const BODY_BYTES: usize = 1 << 20;

/// A connection, and its server, which outlives it.
type Connection = (TlsStream<MemoryServer>, MemoryServer);

/// The bytes that are freed together with a connection.
fn kept_bytes((stream, server): Connection) -> usize {
    let region = Region::new(ALLOCATOR);
    drop(stream);
    let freed = region.change().bytes_deallocated;
    drop(server);
    freed
}

fn upload((stream, server): &mut Connection, bytes: usize) {
    ready(stream.write_all(&vec![1; bytes])).expect("an open stream");
    ready(stream.flush()).expect("an open stream");
    assert_eq!(server.received().len(), bytes);
}

fn download((stream, server): &mut Connection, bytes: usize) {
    server.send(&vec![2; bytes]);
    let mut body = vec![0; bytes];
    ready(stream.read_exact(&mut body)).expect("an open stream");
}

#[test]
fn a_connection_releases_the_memory_of_large_bodies() {
    let identity = TestIdentity::generate();
    for version in [&TLS12, &TLS13] {
        let connect = || {
            let config = identity.client_config_with(ring::default_provider(), &[version]);
            let server = MemoryServer::new(identity.server_config());
            let config = Arc::new(config);
            let stream = ready(TlsStream::connect(config, localhost(), server.clone()));
            let mut connection = (stream.expect("a handshake"), server);
            upload(&mut connection, 100);
            download(&mut connection, 100);
            connection
        };
        let least = kept_bytes(connect());
        let mut connection = connect();
        upload(&mut connection, BODY_BYTES);
        let after_upload = kept_bytes(connection) - least;
        assert!(after_upload < 17 << 10, "{version:?}: {after_upload} bytes");
        let mut connection = connect();
        download(&mut connection, BODY_BYTES);
        let after_download = kept_bytes(connection) - least;
        assert!(
            after_download < 17 << 10,
            "{version:?}: {after_download} bytes"
        );
    }
}
