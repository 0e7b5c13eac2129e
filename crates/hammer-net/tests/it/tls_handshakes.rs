//! Handshakes of `TlsStream`.

use std::io;
use std::sync::Arc;

use hammer_net::TlsStream;
use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, ClientConfig, Error, HandshakeKind, InvalidMessage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::memory_server::{MemoryServer, TestIdentity, localhost, ready};

/// Shakes hands, reads what follows, and tells the kind of the handshake.
fn handshake_kind(config: &Arc<ClientConfig>, server: &MemoryServer) -> Option<HandshakeKind> {
    let stream = ready(TlsStream::connect(
        config.clone(),
        localhost(),
        server.clone(),
    ));
    let mut stream = stream.expect("a handshake");
    server.send(b"hello");
    let mut greeting = [0; 5];
    ready(stream.read_exact(&mut greeting)).expect("plaintext");
    stream.handshake_facts().kind
}

#[test]
fn tickets_resume_sessions() {
    let identity = TestIdentity::generate();
    let server = Arc::new(identity.server_config());
    for version in [&TLS12, &TLS13] {
        let provider = rustls::crypto::ring::default_provider();
        let config = Arc::new(identity.client_config_with(provider, &[version]));
        let kinds: Vec<_> = (0..3)
            .filter_map(|_| handshake_kind(&config, &MemoryServer::shared(server.clone())))
            .collect();
        let expected = [
            HandshakeKind::Full,
            HandshakeKind::Resumed,
            HandshakeKind::Resumed,
        ];
        assert_eq!(kinds, expected, "{version:?}");
    }
}

#[test]
fn handshakes_may_be_split_at_any_byte() {
    let identity = TestIdentity::generate();
    for version in [&TLS12, &TLS13] {
        for chunk in [1, 2, 3, 6, 100] {
            let provider = rustls::crypto::ring::default_provider();
            let config = Arc::new(identity.client_config_with(provider, &[version]));
            let server = MemoryServer::new(identity.server_config());
            server.set_chunk(chunk);
            let kind = handshake_kind(&config, &server);
            assert_eq!(
                kind,
                Some(HandshakeKind::Full),
                "{version:?}, {chunk} bytes"
            );
        }
    }
}

#[test]
fn messages_of_a_handshake_may_span_records() {
    let identity = TestIdentity::generate();
    for version in [&TLS12, &TLS13] {
        let mut server_config = identity.server_config();
        server_config.max_fragment_size = Some(64);
        let provider = rustls::crypto::ring::default_provider();
        let config = Arc::new(identity.client_config_with(provider, &[version]));
        let kind = handshake_kind(&config, &MemoryServer::new(server_config));
        assert_eq!(kind, Some(HandshakeKind::Full), "{version:?}");
    }
}

#[test]
fn plaintext_right_behind_the_handshake_is_read() {
    let identity = TestIdentity::generate();
    for version in [&TLS12, &TLS13] {
        let provider = rustls::crypto::ring::default_provider();
        let config = Arc::new(identity.client_config_with(provider, &[version]));
        let server = MemoryServer::new(identity.server_config());
        // An HTTP/2 server sends its settings as soon as it can.
        server.send(b"settings");
        let stream = ready(TlsStream::connect(config, localhost(), server.clone()));
        let mut stream = stream.expect("a handshake");
        let mut greeting = [0; 8];
        ready(stream.read_exact(&mut greeting)).expect("plaintext");
        assert_eq!(&greeting, b"settings", "{version:?}");
        ready(stream.write_all(b"ping")).expect("an open stream");
        assert_eq!(server.received(), b"ping", "{version:?}");
    }
}

#[test]
fn a_client_certificate_is_sent() {
    let identity = TestIdentity::generate();
    for version in [&TLS12, &TLS13] {
        let provider = rustls::crypto::ring::default_provider();
        let builder = ClientConfig::builder_with_provider(Arc::new(provider));
        let mut config = builder
            .with_protocol_versions(&[version])
            .expect("a supported version")
            .with_root_certificates(identity.roots.clone())
            .with_client_auth_cert(vec![identity.certificate.clone()], identity.key.clone_key())
            .expect("a matching key");
        config.enable_secret_extraction = true;
        let server = MemoryServer::new(identity.strict_server_config());
        let kind = handshake_kind(&Arc::new(config), &server);
        assert_eq!(kind, Some(HandshakeKind::Full), "{version:?}");
    }
}

#[test]
fn the_application_protocol_is_negotiated() {
    let identity = TestIdentity::generate();
    let protocols = |names: &[&str]| names.iter().map(|name| name.as_bytes().to_vec()).collect();
    let mut server_config = identity.server_config();
    server_config.alpn_protocols = protocols(&["http/1.1", "h2"]);
    let server_config = Arc::new(server_config);
    let table = [
        (&["h2"][..], Ok(Some(&b"h2"[..]))),
        (&[], Ok(None)),
        (&["mqtt"], Err(AlertDescription::NoApplicationProtocol)),
    ];
    for (offered, expected) in table {
        let mut config = identity.client_config();
        config.alpn_protocols = protocols(offered);
        let server = MemoryServer::shared(server_config.clone());
        let stream = ready(TlsStream::connect(Arc::new(config), localhost(), server));
        match (stream, expected) {
            (Ok(stream), Ok(expected)) => {
                assert_eq!(stream.handshake_facts().alpn.as_deref(), expected);
            }
            (Err(error), Err(alert)) => {
                assert_eq!(tls_error(&error), Some(&Error::AlertReceived(alert)));
            }
            (stream, expected) => panic!("{stream:?}, expected {expected:?}"),
        }
    }
}

fn tls_error(error: &io::Error) -> Option<&Error> {
    assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
    error.get_ref()?.downcast_ref()
}

#[test]
fn a_refused_certificate_sends_its_alert() {
    let identity = TestIdentity::generate();
    for version in [&TLS12, &TLS13] {
        let provider = rustls::crypto::ring::default_provider();
        let config = Arc::new(identity.client_config_with(provider, &[version]));
        let server = MemoryServer::new(identity.server_config());
        let name = ServerName::try_from("other.test").expect("a name");
        let error = ready(TlsStream::connect(config, name, server.clone()));
        let error = error.expect_err("a certificate for another name");
        let is_expected = matches!(tls_error(&error), Some(Error::InvalidCertificate(_)));
        assert!(is_expected, "{error}");
        let alert = Error::AlertReceived(AlertDescription::BadCertificate);
        assert_eq!(server.error(), Some(alert), "{version:?}");
    }
}

#[test]
fn a_server_without_tls_is_named() {
    let identity = TestIdentity::generate();
    let server = MemoryServer::new(identity.server_config());
    server.send_raw(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let config = Arc::new(identity.client_config());
    let error = ready(TlsStream::connect(config, localhost(), server));
    let error = error.expect_err("no TLS");
    let expected = Error::InvalidMessage(InvalidMessage::InvalidContentType);
    assert_eq!(tls_error(&error), Some(&expected));
}

#[test]
fn an_end_during_the_handshake_is_an_unexpected_end() {
    let identity = TestIdentity::generate();
    let closed = tokio::io::join(tokio::io::empty(), tokio::io::sink());
    let config = Arc::new(identity.client_config());
    let error = ready(TlsStream::connect(config, localhost(), closed));
    let error = error.expect_err("an end");
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}
