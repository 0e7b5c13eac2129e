//! Updates of the keys of `TlsStream`.

use std::sync::Arc;

use hammer_net::TlsStream;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::crypto::{CipherSuiteCommon, ring};
use rustls::{Error, PeerMisbehaved, SupportedCipherSuite, Tls13CipherSuite};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::memory_server::{MemoryServer, TestIdentity, localhost, ready};

fn connected() -> (MemoryServer, TlsStream<MemoryServer>) {
    let identity = TestIdentity::generate();
    let server = MemoryServer::new(identity.server_config());
    let config = Arc::new(identity.client_config());
    let stream = ready(TlsStream::connect(config, localhost(), server.clone()));
    (server, stream.expect("a handshake"))
}

fn exchange(server: &MemoryServer, stream: &mut TlsStream<MemoryServer>) {
    ready(stream.write_all(b"ping")).expect("an open stream");
    assert_eq!(server.received(), b"ping");
    server.send(b"pong");
    let mut answer = [0; 4];
    ready(stream.read_exact(&mut answer)).expect("an open stream");
    assert_eq!(&answer, b"pong");
}

#[test]
fn the_server_may_update_its_keys_and_ask_for_ours() {
    let (server, mut stream) = connected();
    for _ in 0..100 {
        exchange(&server, &mut stream);
        server.with_tls(|tls| tls.refresh_traffic_keys().expect("an open connection"));
        server.write_sizes();
        exchange(&server, &mut stream);
        // The request came with `pong`, and its reply was sent at once.
        assert_eq!(server.write_sizes().len(), 2);
    }
    assert_eq!(server.error(), None);
}

#[test]
fn one_reply_answers_all_requests_before_it() {
    let (server, mut stream) = connected();
    server.process();
    for _ in 0..10 {
        server.with_tls(|tls| tls.refresh_traffic_keys().expect("an open connection"));
    }
    server.write_sizes();
    exchange(&server, &mut stream);
    exchange(&server, &mut stream);
    assert_eq!(server.error(), None);
    let sealed = |plaintext: usize| 5 + plaintext + 1 + 16;
    let (ping, key_update) = (sealed(4), sealed(5));
    assert_eq!(server.write_sizes(), [ping, key_update, ping]);
}

#[test]
fn endless_updates_of_keys_end_the_connection() {
    let (server, mut stream) = connected();
    for _ in 0..40 {
        server.with_tls(|tls| tls.refresh_traffic_keys().expect("an open connection"));
    }
    let error = ready(stream.read(&mut [0; 8])).expect_err("too many updates");
    let error = error.get_ref().and_then(|inner| inner.downcast_ref());
    let expected = Error::PeerMisbehaved(PeerMisbehaved::TooManyKeyUpdateRequests);
    assert_eq!(error, Some(&expected));
}

/// A suite whose keys may seal only this many records.
fn suite_with_limit(records: u64) -> SupportedCipherSuite {
    let SupportedCipherSuite::Tls13(suite) = TLS13_AES_128_GCM_SHA256 else {
        panic!("a suite of TLS 1.3");
    };
    SupportedCipherSuite::Tls13(Box::leak(Box::new(Tls13CipherSuite {
        common: CipherSuiteCommon {
            suite: suite.common.suite,
            hash_provider: suite.common.hash_provider,
            confidentiality_limit: records,
        },
        hkdf_provider: suite.hkdf_provider,
        aead_alg: suite.aead_alg,
        quic: suite.quic,
    })))
}

#[test]
fn a_key_is_replaced_before_it_sealed_too_many_records() {
    let identity = TestIdentity::generate();
    let server = MemoryServer::new(identity.server_config());
    let mut provider = ring::default_provider();
    provider.cipher_suites = vec![suite_with_limit(3)];
    let config = identity.client_config_with(provider, &[&rustls::version::TLS13]);
    let stream = ready(TlsStream::connect(
        Arc::new(config),
        localhost(),
        server.clone(),
    ));
    let mut stream = stream.expect("a handshake");
    let mut updates = 0;
    for _ in 0..20 {
        server.write_sizes();
        ready(stream.write_all(b"ping")).expect("an open stream");
        let sent: usize = server.write_sizes().iter().sum();
        let record = 4 + 5 + 1 + 16;
        updates += usize::from(sent > record);
        assert_eq!(server.received(), b"ping");
        server.send(b"pong");
        let mut answer = [0; 4];
        ready(stream.read_exact(&mut answer)).expect("an open stream");
    }
    assert_eq!(server.error(), None);
    // Each key seals three requests, and the update to the next key.
    assert_eq!(updates, 6);
}
