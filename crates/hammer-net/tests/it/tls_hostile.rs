//! Servers that know the keys and break the rules of TLS.

use std::sync::Arc;

use hammer_net::TlsStream;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use rustls::ConnectionTrafficSecrets;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::crypto::ring::default_provider;
use rustls::version::TLS13;
use rustls::{AlertDescription, ContentType, Error, HandshakeType, InvalidMessage, PeerMisbehaved};
use tokio::io::AsyncReadExt;

use crate::memory_server::{MemoryServer, TestIdentity, localhost, ready};

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const DATA: u8 = 23;

/// Seals any content as the server of a connection.
struct HostileServer {
    server: MemoryServer,
    key: LessSafeKey,
    iv: [u8; 12],
    sequence: u64,
}

impl HostileServer {
    fn connect() -> (Self, TlsStream<MemoryServer>) {
        let identity = TestIdentity::generate();
        let server = MemoryServer::new(identity.server_config());
        let mut provider = default_provider();
        provider.cipher_suites = vec![TLS13_AES_128_GCM_SHA256];
        let config = identity.client_config_with(provider, &[&TLS13]);
        let stream = ready(TlsStream::connect(
            Arc::new(config),
            localhost(),
            server.clone(),
        ));
        let secrets = server.take_sending_secrets(identity.server_config());
        let (sequence, ConnectionTrafficSecrets::Aes128Gcm { key, iv }) = secrets else {
            panic!("a suite with AES 128");
        };
        let key = UnboundKey::new(&AES_128_GCM, key.as_ref()).expect("16 bytes");
        let hostile = Self {
            server,
            key: LessSafeKey::new(key),
            iv: iv.as_ref().try_into().expect("12 bytes"),
            sequence,
        };
        (hostile, stream.expect("a handshake"))
    }

    fn send(&mut self, content: u8, plaintext: &[u8]) {
        self.send_padded(content, plaintext, 0);
    }

    fn send_padded(&mut self, content: u8, plaintext: &[u8], padding: usize) {
        let mut body = plaintext.to_vec();
        body.push(content);
        body.resize(body.len() + padding, 0);
        let [high, low] = ((body.len() + 16) as u16).to_be_bytes();
        let header = [DATA, 3, 3, high, low];
        let mut nonce = self.iv;
        for (byte, number) in nonce[4..].iter_mut().zip(self.sequence.to_be_bytes()) {
            *byte ^= number;
        }
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.key
            .seal_in_place_append_tag(nonce, Aad::from(header), &mut body)
            .expect("a record");
        self.sequence += 1;
        self.server.send_raw(&header);
        self.server.send_raw(&body);
    }
}

/// Reads once; an error is the one of TLS.
fn read(stream: &mut TlsStream<MemoryServer>) -> Result<Vec<u8>, Error> {
    let mut buffer = [0; 100];
    let read = ready(stream.read(&mut buffer));
    let bytes = read.map_err(|error| {
        let inner = error.into_inner().expect("an error of TLS");
        *inner.downcast::<Error>().expect("an error of TLS")
    })?;
    Ok(buffer[..bytes].to_vec())
}

type Script = fn(&mut HostileServer);

#[test]
fn unusual_records_are_accepted() {
    let table: [(&str, Script); 6] = [
        ("padding", |server| server.send_padded(DATA, b"", 1_000)),
        ("the most padding", |server| {
            server.send_padded(DATA, b"", 16_384)
        }),
        ("32 empty records", |server| {
            (0..32).for_each(|_| server.send(DATA, b""));
        }),
        ("a warning", |server| {
            (0..4).for_each(|_| server.send(ALERT, &[1, 90]));
        }),
        ("a ticket in pieces", |server| {
            let ticket = b"\x04\0\0\x10\0\0\0\x01\0\0\0\x02\x01\x09\0\x02ab\0\0";
            server.send(HANDSHAKE, &ticket[..3]);
            server.send(HANDSHAKE, &ticket[3..]);
        }),
        ("two tickets in one record", |server| {
            let ticket = b"\x04\0\0\x10\0\0\0\x01\0\0\0\x02\x01\x09\0\x02ab\0\0";
            server.send(HANDSHAKE, &[&ticket[..], ticket].concat());
        }),
    ];
    for (name, script) in table {
        let (mut server, mut stream) = HostileServer::connect();
        script(&mut server);
        server.send(DATA, b"data");
        assert_eq!(read(&mut stream), Ok(b"data".to_vec()), "{name}");
    }
}

#[test]
fn broken_rules_end_the_connection() {
    use PeerMisbehaved as P;
    let table: [(&str, Script, Error); 11] = [
        (
            "33 empty records",
            |server| (0..33).for_each(|_| server.send(DATA, b"")),
            P::TooManyEmptyFragments.into(),
        ),
        (
            "no content at all",
            |server| server.send(0, b"\0\0"),
            P::IllegalTlsInnerPlaintext.into(),
        ),
        (
            "too much plaintext",
            |server| server.send(DATA, &[1; 16_385]),
            Error::PeerSentOversizedRecord,
        ),
        (
            "data inside a message",
            |server| {
                server.send(HANDSHAKE, b"\x04\0\0\x10");
                server.send(DATA, b"data");
            },
            P::MessageInterleavedWithHandshakeMessage.into(),
        ),
        (
            "a message after a change of keys",
            |server| server.send(HANDSHAKE, b"\x18\0\0\x01\0\x04"),
            P::KeyEpochWithPendingFragment.into(),
        ),
        (
            "an unknown change of keys",
            |server| server.send(HANDSHAKE, b"\x18\0\0\x01\x02"),
            InvalidMessage::InvalidKeyUpdate.into(),
        ),
        (
            "an empty message",
            |server| server.send(HANDSHAKE, b""),
            InvalidMessage::InvalidEmptyPayload.into(),
        ),
        (
            "an alert of one byte",
            |server| server.send(ALERT, b"\x02"),
            InvalidMessage::MissingData("AlertMessagePayload").into(),
        ),
        (
            "a warning of TLS 1.2",
            |server| server.send(ALERT, &[1, 100]),
            Error::AlertReceived(AlertDescription::NoRenegotiation),
        ),
        (
            "five warnings",
            |server| (0..5).for_each(|_| server.send(ALERT, &[1, 90])),
            P::TooManyWarningAlertsReceived.into(),
        ),
        (
            "a change of the cipher",
            |server| server.send(20, &[1]),
            Error::InappropriateMessage {
                expect_types: vec![ContentType::ApplicationData, ContentType::Handshake],
                got_type: ContentType::ChangeCipherSpec,
            },
        ),
    ];
    for (name, script, expected) in table {
        let (mut server, mut stream) = HostileServer::connect();
        script(&mut server);
        assert_eq!(read(&mut stream), Err(expected.clone()), "{name}");
        assert_eq!(read(&mut stream), Err(expected), "{name}, again");
    }
}

#[test]
fn messages_of_a_handshake_are_refused_after_it() {
    let (mut server, mut stream) = HostileServer::connect();
    server.send(HANDSHAKE, b"\x0d\0\0\0");
    let error = read(&mut stream).expect_err("a request for a certificate");
    let expected = Error::InappropriateHandshakeMessage {
        expect_types: vec![HandshakeType::NewSessionTicket, HandshakeType::KeyUpdate],
        got_type: HandshakeType::CertificateRequest,
    };
    assert_eq!(error, expected);
}
