//! `TlsStream` with OpenSSL.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hammer_net::TlsStream;
use rustls::{AlertDescription, Error, HandshakeKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::memory_server::localhost;
use crate::openssl_server::OpensslServer;

const PATIENCE: Duration = Duration::from_secs(10);

async fn connect(server: &OpensslServer) -> TlsStream<TcpStream> {
    connect_with(server, Arc::new(server.client_config.clone())).await
}

async fn connect_with(
    server: &OpensslServer,
    config: Arc<rustls::ClientConfig>,
) -> TlsStream<TcpStream> {
    let socket = TcpStream::connect(server.address)
        .await
        .expect("a listening server");
    let stream = TlsStream::connect(config, localhost(), socket).await;
    stream.expect("a handshake")
}

/// Reads this many bytes, and does not wait for a mute server forever.
async fn read_bytes(stream: &mut TlsStream<TcpStream>, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let reading = timeout(PATIENCE, stream.read_exact(&mut bytes));
    reading
        .await
        .expect("an answer in time")
        .expect("an open stream");
    bytes
}

/// The options of a server for each cipher.
const CIPHERS: [&[&str]; 6] = [
    &["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"],
    &["-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384"],
    &["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"],
    &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"],
    &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"],
    &["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"],
];

#[tokio::test]
async fn every_cipher_works_with_openssl() {
    for options in CIPHERS {
        // The server sends each line back in reverse.
        let Some(server) = OpensslServer::start(&[options, &["-rev"]].concat()) else {
            return;
        };
        let mut stream = connect(&server).await;
        for length in [1, 250, 10_000] {
            let line: Vec<u8> = (0..length).map(|n| b'a' + (n % 26) as u8).collect();
            stream.write_all(&line).await.expect("an open stream");
            stream.write_all(b"\n").await.expect("an open stream");
            let mut answer = read_bytes(&mut stream, length + 1).await;
            assert_eq!(answer.pop(), Some(b'\n'));
            answer.reverse();
            assert!(answer == line, "{length} bytes with {options:?}");
        }
        stream.shutdown().await.expect("an open stream");
        let end = stream.read(&mut [0; 1]).await.expect("a clean end");
        assert_eq!(end, 0, "{options:?}");
    }
}

#[tokio::test]
async fn openssl_resumes_sessions() {
    for version in ["-tls1_2", "-tls1_3"] {
        let Some(server) = OpensslServer::start(&[version, "-rev"]) else {
            return;
        };
        let config = Arc::new(server.client_config.clone());
        let mut kinds = Vec::new();
        for _ in 0..3 {
            let mut stream = connect_with(&server, config.clone()).await;
            kinds.extend(stream.handshake_facts().kind);
            stream.write_all(b"ab\n").await.expect("an open stream");
            assert_eq!(read_bytes(&mut stream, 3).await, b"ba\n");
            stream.shutdown().await.expect("an open stream");
        }
        use HandshakeKind::{Full, Resumed};
        assert_eq!(kinds, [Full, Resumed, Resumed], "{version}");
    }
}

#[tokio::test]
async fn openssl_may_update_keys() {
    let Some(mut server) = OpensslServer::start(&["-tls1_3"]) else {
        return;
    };
    let mut stream = connect(&server).await;
    // `k` updates the server's keys, `K` asks for the client's as well.
    for command in ["k", "K", "K"] {
        server.type_line(command);
        // The server looks at its input first, so it has obeyed when it shows the plaintext.
        stream.write_all(b"ping\n").await.expect("an open stream");
        server.wait_for("ping");
        server.type_line("pong");
        assert_eq!(
            read_bytes(&mut stream, 5).await,
            b"pong\n",
            "after {command}"
        );
    }
    stream.write_all(b"last\n").await.expect("an open stream");
    server.wait_for("last");
}

#[tokio::test]
async fn renegotiation_is_refused() {
    let Some(mut server) = OpensslServer::start(&["-tls1_2"]) else {
        return;
    };
    let mut stream = connect(&server).await;
    stream.write_all(b"ping\n").await.expect("an open stream");
    server.wait_for("ping");
    server.type_line("r");
    // OpenSSL answers the refusal with an alert that ends the connection.
    let mut buffer = [0; 8];
    let reading = timeout(PATIENCE, stream.read(&mut buffer)).await;
    let error = reading.expect("an answer in time").expect_err("an alert");
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    let error = error.get_ref().and_then(|inner| inner.downcast_ref());
    let expected = Error::AlertReceived(AlertDescription::HandshakeFailure);
    assert_eq!(error, Some(&expected));
}
