//! Updates of the keys of `TlsStream`.

use std::sync::Arc;

use hammer_net::{TlsStream, tls_failure};
use rustls::crypto::ring::cipher_suite::{
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS13_AES_128_GCM_SHA256,
};
use rustls::crypto::{CipherSuiteCommon, ring};
use rustls::version::{TLS12, TLS13};
use rustls::{Error, PeerMisbehaved, SupportedCipherSuite, Tls12CipherSuite, Tls13CipherSuite};
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

/// Returns the suite of the same version, whose keys may seal only this many records.
fn suite_with_limit(suite: SupportedCipherSuite, records: u64) -> SupportedCipherSuite {
    let common = |suite: &CipherSuiteCommon| CipherSuiteCommon {
        suite: suite.suite,
        hash_provider: suite.hash_provider,
        confidentiality_limit: records,
    };
    match suite {
        SupportedCipherSuite::Tls12(suite) => {
            SupportedCipherSuite::Tls12(Box::leak(Box::new(Tls12CipherSuite {
                common: common(&suite.common),
                prf_provider: suite.prf_provider,
                kx: suite.kx,
                sign: suite.sign,
                aead_alg: suite.aead_alg,
            })))
        }
        SupportedCipherSuite::Tls13(suite) => {
            SupportedCipherSuite::Tls13(Box::leak(Box::new(Tls13CipherSuite {
                common: common(&suite.common),
                hkdf_provider: suite.hkdf_provider,
                aead_alg: suite.aead_alg,
                quic: suite.quic,
            })))
        }
    }
}

fn connected_with_limit(
    suite: SupportedCipherSuite,
    records: u64,
) -> (MemoryServer, TlsStream<MemoryServer>) {
    let identity = TestIdentity::generate();
    let server = MemoryServer::new(identity.server_config());
    let mut provider = ring::default_provider();
    provider.cipher_suites = vec![suite_with_limit(suite, records)];
    let version = match suite {
        SupportedCipherSuite::Tls12(_) => &TLS12,
        SupportedCipherSuite::Tls13(_) => &TLS13,
    };
    let config = Arc::new(identity.client_config_with(provider, &[version]));
    let stream = ready(TlsStream::connect(config, localhost(), server.clone()));
    (server, stream.expect("a handshake"))
}

#[test]
fn a_key_is_replaced_before_it_sealed_too_many_records() {
    let (server, mut stream) = connected_with_limit(TLS13_AES_128_GCM_SHA256, 3);
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
        assert!(!stream.is_near_key_limit(), "a key that can be changed");
    }
    assert_eq!(server.error(), None);
    // Each key seals three requests, and the update to the next key.
    assert_eq!(updates, 6);
}

#[test]
fn a_key_that_cannot_be_replaced_is_given_up_before_its_limit() {
    const RECORDS: u64 = 32;
    let (server, mut stream) =
        connected_with_limit(TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, RECORDS);
    // The first record is the end of the handshake.
    for sealed in 1..RECORDS {
        // A sixteenth of the records is left for the last exchange.
        assert_eq!(stream.is_near_key_limit(), sealed >= 30, "{sealed} records");
        exchange(&server, &mut stream);
    }
    for _ in 0..2 {
        let refused = ready(stream.write_all(b"ping")).expect_err("a key without records");
        let failure = tls_failure(&refused).map(|failure| failure.name());
        assert_eq!(failure, Some("tls_key_exhausted"));
    }
    assert!(server.is_closed_by_client());
    assert_eq!(server.error(), None);
    // What the server has sent before still arrives.
    server.send(b"late");
    let mut answer = [0; 4];
    ready(stream.read_exact(&mut answer)).expect("half of the stream");
    assert_eq!(&answer, b"late");
}
