//! Ends of `TlsStream`: clean ones, missing ones, alerts and broken records.

use std::io;
use std::sync::Arc;

use hammer_net::{TlsStream, is_missing_close_notify, is_tls_alert, tls_failure};
use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, Error, InvalidMessage, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::memory_server::{MemoryServer, TestIdentity, localhost, poll_once, ready};

fn connected(
    version: &'static SupportedProtocolVersion,
) -> (MemoryServer, TlsStream<MemoryServer>) {
    let identity = TestIdentity::generate();
    let server = MemoryServer::new(identity.server_config());
    let provider = rustls::crypto::ring::default_provider();
    let config = Arc::new(identity.client_config_with(provider, &[version]));
    let stream = ready(TlsStream::connect(config, localhost(), server.clone()));
    (server, stream.expect("a handshake"))
}

const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// Returns the TLS error inside an I/O error.
fn tls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn read(stream: &mut TlsStream<MemoryServer>) -> io::Result<Vec<u8>> {
    let mut buffer = [0; 100];
    let bytes = ready(stream.read(&mut buffer))?;
    Ok(buffer[..bytes].to_vec())
}

#[test]
fn a_shutdown_sends_close_notify_once() {
    for version in VERSIONS {
        let (server, mut stream) = connected(version);
        ready(stream.write_all(b"last")).expect("an open stream");
        assert_eq!(server.received(), b"last");
        server.write_sizes();
        ready(stream.shutdown()).expect("an open stream");
        assert!(server.is_closed_by_client());
        ready(stream.shutdown()).expect("a second call changes nothing");
        assert_eq!(server.write_sizes().len(), 1);
        let refused = ready(stream.write_all(b"more")).expect_err("a closed stream");
        assert_eq!(refused.kind(), io::ErrorKind::BrokenPipe);
        // The server may still answer.
        server.send(b"late");
        assert_eq!(read(&mut stream).expect("half of the stream"), b"late");
    }
}

#[test]
fn a_shutdown_waits_for_the_bytes_before_it() {
    let (server, mut stream) = connected(&TLS13);
    server.set_room(3);
    ready(stream.write_all(b"last")).expect("an accepted write");
    assert!(poll_once(stream.shutdown()).is_pending());
    server.set_room(usize::MAX);
    ready(stream.shutdown()).expect("an open stream");
    assert_eq!(server.received(), b"last");
    assert!(server.is_closed_by_client());
}

#[test]
fn a_shutdown_after_the_server_is_gone_is_clean() {
    let (server, mut stream) = connected(&TLS13);
    server.end();
    ready(stream.shutdown()).expect("nothing left to close");
}

#[test]
fn close_notify_ends_the_plaintext() {
    for version in VERSIONS {
        let (server, mut stream) = connected(version);
        server.send(b"last");
        server.with_tls(|tls| tls.send_close_notify());
        server.end();
        assert_eq!(read(&mut stream).expect("plaintext"), b"last");
        for _ in 0..2 {
            assert_eq!(read(&mut stream).expect("a clean end"), b"");
        }
    }
}

#[test]
fn an_end_without_close_notify_is_recognized() {
    for version in VERSIONS {
        let (server, mut stream) = connected(version);
        server.send(b"last");
        server.end();
        assert_eq!(read(&mut stream).expect("plaintext"), b"last");
        for _ in 0..2 {
            let error = read(&mut stream).expect_err("a missing close_notify");
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
            assert!(is_missing_close_notify(&error), "{error}");
        }
    }
    let other = io::Error::from(io::ErrorKind::UnexpectedEof);
    assert!(!is_missing_close_notify(&other));
}

#[test]
fn an_end_inside_a_record_is_a_missing_close_notify() {
    let (server, mut stream) = connected(&TLS13);
    server.send(b"plaintext");
    let mut record = server.take_unread();
    record.truncate(record.len() - 1);
    server.send_raw(&record);
    server.end();
    let error = read(&mut stream).expect_err("a record that was cut");
    assert!(is_missing_close_notify(&error), "{error}");
}

#[test]
fn a_changed_record_ends_the_connection_with_an_alert() {
    for version in VERSIONS {
        let (server, mut stream) = connected(version);
        server.send(b"good");
        let tickets_and_good = server.take_unread();
        server.send(b"bad");
        let mut record = server.take_unread();
        let last = record.len() - 1;
        record[last] ^= 1;
        server.send_raw(&tickets_and_good);
        server.send_raw(&record);
        server.send(b"never seen");
        assert_eq!(read(&mut stream).expect("a good record"), b"good");
        for _ in 0..2 {
            let error = read(&mut stream).expect_err("a changed record");
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
            assert_eq!(tls_error(&error), Some(&Error::DecryptError));
            let failure = tls_failure(&error).map(|failure| failure.name());
            assert_eq!(failure, Some("tls_broken"));
            assert!(
                !is_tls_alert(&error),
                "the server did not end the connection"
            );
        }
        let seen = server.error();
        let expected = Error::AlertReceived(AlertDescription::BadRecordMac);
        assert_eq!(seen, Some(expected), "{version:?}");
        assert!(ready(stream.write_all(b"more")).is_err());
    }
}

#[test]
fn bytes_that_are_not_tls_end_the_connection() {
    let table = [
        (&b"HTTP/1.1 400"[..], InvalidMessage::InvalidContentType),
        (&[23, 9, 9, 0, 1, 0], InvalidMessage::UnknownProtocolVersion),
        (&[23, 3, 3, 0xff, 0xff, 0], InvalidMessage::MessageTooLarge),
    ];
    for (bytes, expected) in table {
        let (server, mut stream) = connected(&TLS13);
        server.send_raw(&server.take_unread());
        server.send_raw(bytes);
        let error = read(&mut stream).expect_err("no record");
        assert_eq!(tls_error(&error), Some(&expected.into()));
        let alert = Error::AlertReceived(AlertDescription::DecodeError);
        assert_eq!(server.error(), Some(alert));
    }
}

#[test]
fn an_alert_after_the_handshake_is_returned() {
    // In TLS 1.3, the server learns after the handshake that the client has no certificate.
    let identity = TestIdentity::generate();
    let server = MemoryServer::new(identity.strict_server_config());
    let config = Arc::new(identity.client_config());
    let stream = ready(TlsStream::connect(config, localhost(), server.clone()));
    let mut stream = stream.expect("the client's half of a handshake");
    let error = read(&mut stream).expect_err("an alert");
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    let expected = Error::AlertReceived(AlertDescription::CertificateRequired);
    assert_eq!(tls_error(&error), Some(&expected));
    assert!(is_tls_alert(&error), "the server ended the connection");
    let failure = tls_failure(&error).expect("an error of TLS");
    assert_eq!(failure.name(), "tls_alert_certificate_required");
    let advice = failure.advice().expect("advice");
    assert!(advice.contains("`client_cert`"), "{advice}");
    assert!(ready(stream.write_all(b"more")).is_err());
}
