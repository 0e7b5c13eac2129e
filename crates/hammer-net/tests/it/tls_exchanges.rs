//! Plaintext through `TlsStream`, in records of all sizes and in pieces of all sizes.

use std::io::IoSlice;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use hammer_net::TlsStream;
use rustls::CipherSuite;
use rustls::crypto::ring;
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::memory_server::{MemoryServer, TestIdentity, eventually, localhost, poll_once, ready};

type MemoryStream = TlsStream<MemoryServer>;

fn connected() -> (MemoryServer, MemoryStream) {
    let identity = TestIdentity::generate();
    let server = MemoryServer::new(identity.server_config());
    let config = Arc::new(identity.client_config());
    let stream = ready(TlsStream::connect(config, localhost(), server.clone()));
    server.write_sizes();
    (server, stream.expect("a handshake"))
}

/// Bytes that differ from their neighbors.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 7 + n / 251) as u8).collect()
}

fn exchange(server: &MemoryServer, stream: &mut MemoryStream, length: usize) {
    let sent = pattern(length);
    ready(stream.write_all(&sent)).expect("an open stream");
    ready(stream.flush()).expect("an open stream");
    assert!(server.received() == sent, "{length} bytes to the server");
    server.send(&sent);
    let mut answer = vec![0; length];
    ready(stream.read_exact(&mut answer)).expect("an open stream");
    assert!(answer == sent, "{length} bytes from the server");
}

#[test]
fn every_cipher_suite_carries_bodies_of_all_sizes() {
    let identity = TestIdentity::generate();
    let mut suites = Vec::new();
    for suite in ring::ALL_CIPHER_SUITES {
        let mut provider = ring::default_provider();
        provider.cipher_suites = vec![*suite];
        let version = match suite.tls13() {
            Some(_) => &TLS13,
            None => &TLS12,
        };
        if format!("{:?}", suite.suite()).contains("_RSA_") {
            continue; // The certificate is of ECDSA; the records are those of the other suites.
        }
        let config = Arc::new(identity.client_config_with(provider, &[version]));
        let server = MemoryServer::new(identity.server_config());
        let stream = ready(TlsStream::connect(config, localhost(), server.clone()));
        let mut stream = stream.expect("a handshake");
        suites.extend(stream.handshake_facts().cipher_suite);
        for length in [1, 2, 250, 4_000, 16_383, 16_384, 16_385, 65_536, 200_000] {
            exchange(&server, &mut stream, length);
        }
    }
    assert_eq!(
        suites,
        [
            CipherSuite::TLS13_AES_256_GCM_SHA384,
            CipherSuite::TLS13_AES_128_GCM_SHA256,
            CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        ]
    );
}

#[test]
fn records_may_be_split_at_any_byte() {
    for chunk in [1, 2, 3, 5, 7, 64, 1_000] {
        let (server, mut stream) = connected();
        server.set_chunk(chunk);
        for length in [1, 100, 20_000] {
            exchange(&server, &mut stream, length);
        }
    }
}

#[test]
fn the_stream_may_wait_between_all_bytes() {
    let identity = TestIdentity::generate();
    let config = Arc::new(identity.client_config());
    let server = MemoryServer::new(identity.server_config());
    server.set_chunk(3);
    server.set_gaps(true);
    let stream = eventually(TlsStream::connect(config, localhost(), server.clone()));
    let mut stream = stream.expect("a handshake");
    let body = pattern(20_000);
    server.send(&body);
    let mut answer = vec![0; body.len()];
    eventually(stream.read_exact(&mut answer)).expect("an open stream");
    assert!(answer == body);
}

#[test]
fn one_read_takes_all_records_that_have_arrived() {
    let (server, mut stream) = connected();
    for record in ["HTTP/1.1 200 OK\r\n", "Content-Length: 2\r\n\r\n", "ok"] {
        server.send(record.as_bytes());
    }
    let mut buffer = [0; 1_024];
    let bytes = ready(stream.read(&mut buffer)).expect("an open stream");
    assert_eq!(
        &buffer[..bytes],
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    );
    assert!(poll_once(stream.read(&mut buffer)).is_pending());
}

#[test]
fn a_small_buffer_takes_a_record_in_pieces() {
    let (server, mut stream) = connected();
    server.send(b"0123456789");
    server.send(b"abc");
    let mut pieces = Vec::new();
    let mut buffer = [0; 4];
    for _ in 0..4 {
        let bytes = ready(stream.read(&mut buffer)).expect("an open stream");
        pieces.push(String::from_utf8_lossy(&buffer[..bytes]).into_owned());
    }
    assert_eq!(pieces, ["0123", "4567", "89ab", "c"]);
}

#[test]
fn all_buffers_of_a_write_go_into_one_record_and_one_write() {
    let (server, mut stream) = connected();
    let parts = ["POST / HTTP/1.1\r\n\r\n", "", "body"].map(|part| IoSlice::new(part.as_bytes()));
    assert!(stream.is_write_vectored());
    let mut cx = Context::from_waker(Waker::noop());
    let written = Pin::new(&mut stream).poll_write_vectored(&mut cx, &parts);
    let length = 19 + 4;
    assert!(matches!(written, Poll::Ready(Ok(bytes)) if bytes == length));
    // A header of five bytes, the type, and a tag of sixteen.
    assert_eq!(server.write_sizes(), [length + 5 + 1 + 16]);
    assert_eq!(server.received(), b"POST / HTTP/1.1\r\n\r\nbody");
}

#[test]
fn large_buffers_are_accepted_in_part() {
    let (server, mut stream) = connected();
    let body = pattern(100_000);
    let (first, second) = body.split_at(10_000);
    let mut cx = Context::from_waker(Waker::noop());
    let parts = [IoSlice::new(first), IoSlice::new(second)];
    let written = Pin::new(&mut stream).poll_write_vectored(&mut cx, &parts);
    assert!(matches!(written, Poll::Ready(Ok(65_536))), "{written:?}");
    assert_eq!(server.write_sizes().len(), 1);
    assert!(server.received() == body[..65_536]);
}

#[test]
fn bytes_that_were_accepted_are_sent_by_the_next_call() {
    type Call = fn(&mut MemoryStream);
    let table: [(&str, Call); 3] = [
        ("read", |stream| {
            let mut buffer = [0; 8];
            assert!(poll_once(stream.read(&mut buffer)).is_pending());
        }),
        ("flush", |stream| {
            ready(stream.flush()).expect("an open stream");
        }),
        ("write", |stream| {
            ready(stream.write_all(b"next")).expect("an open stream");
        }),
    ];
    for (name, call) in table {
        let (server, mut stream) = connected();
        server.set_room(10);
        ready(stream.write_all(b"0123456789")).expect("an accepted write");
        assert_eq!(server.received(), b"", "{name}: the record is incomplete");
        assert!(poll_once(stream.flush()).is_pending(), "{name}");
        server.set_room(usize::MAX);
        call(&mut stream);
        assert!(server.received().starts_with(b"0123456789"), "{name}");
    }
}

#[test]
fn a_write_waits_until_the_bytes_before_it_are_sent() {
    let (server, mut stream) = connected();
    server.set_room(10);
    ready(stream.write_all(b"first")).expect("an accepted write");
    assert!(poll_once(stream.write_all(b"second")).is_pending());
    server.set_room(usize::MAX);
    ready(stream.write_all(b"second")).expect("an open stream");
    assert_eq!(server.received(), b"firstsecond");
}

#[test]
fn tls_works_inside_tls() {
    let identity = TestIdentity::generate();
    let config = Arc::new(identity.client_config());
    // The outer server hands its plaintext to the inner one, as a proxy does.
    let (outer, inner) = (
        MemoryServer::new(identity.server_config()),
        MemoryServer::new(identity.server_config()),
    );
    let stream = ready(TlsStream::connect(
        config.clone(),
        localhost(),
        outer.clone(),
    ));
    let mut stream = Box::new(stream.expect("a handshake"));
    let relay = || {
        let bytes = outer.received();
        ready(inner.clone().write_all(&bytes)).expect("memory");
        let answer = inner.take_unread();
        if !answer.is_empty() {
            outer.send(&answer);
        }
    };
    let mut handshake = Box::pin(TlsStream::connect(config, localhost(), &mut stream));
    let mut nested = loop {
        match handshake
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(stream) => break stream.expect("a handshake"),
            Poll::Pending => relay(),
        }
    };
    ready(nested.write_all(b"ping")).expect("an open stream");
    relay();
    assert_eq!(inner.received(), b"ping");
    inner.send(b"pong");
    relay();
    let mut answer = [0; 4];
    ready(nested.read_exact(&mut answer)).expect("an open stream");
    assert_eq!(&answer, b"pong");
}
