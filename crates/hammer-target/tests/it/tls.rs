//! Both targets over TLS, seen by a client that trusts the target's certificate alone.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hammer_target::{ServerCertificate, TargetBehavior, TargetCounts, TargetServer};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::client::{CLOSED, GET, TestClient, connect};

const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A target, and what its clients are to trust.
struct TlsTarget {
    target: TargetServer,
    pem: String,
}

/// An ordinary target and a raw one.
fn http_and_raw() -> [TlsTarget; 2] {
    [false, true].map(|raw| {
        let certificate = ServerCertificate::self_signed(NAMES).expect("the names are names");
        let pem = certificate.pem().to_owned();
        let builder = TargetServer::builder().tls(certificate);
        let target = if raw {
            builder.spawn_raw(5)
        } else {
            builder.spawn(TargetBehavior::default().body_bytes(5))
        };
        let target = target.expect("a port is free");
        TlsTarget { target, pem }
    })
}

type TlsTestClient = TestClient<TlsStream<tokio::net::TcpStream>>;

impl TlsTarget {
    async fn handshake(
        &self,
        name: &'static str,
        version: &'static SupportedProtocolVersion,
    ) -> io::Result<TlsTestClient> {
        let mut roots = RootCertStore::empty();
        let trusted = CertificateDer::from_pem_slice(self.pem.as_bytes());
        let trusted = trusted.expect("it is a certificate");
        roots.add(trusted).expect("it is whole");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .expect("ring has it")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(name).expect("it is a name");
        let socket = connect(self.target.addr()).await;
        let shaken = TlsConnector::from(Arc::new(config)).connect(name, socket);
        timeout(Duration::from_secs(20), shaken)
            .await
            .expect("the target shakes hands or hangs up")
            .map(TestClient::from_stream)
    }

    async fn client(&self) -> TlsTestClient {
        let shaken = self.handshake("127.0.0.1", &TLS13).await;
        shaken.expect("the certificate is trusted")
    }
}

fn key_counts(counts: TargetCounts) -> (u64, u64, u64, u64) {
    let TargetCounts {
        requests,
        answered,
        connections,
        request_bytes,
        ..
    } = counts;
    (requests, answered, connections, request_bytes)
}

#[tokio::test]
async fn both_answer_under_each_name_in_each_version() {
    for served in http_and_raw() {
        let addr = served.target.addr();
        assert_eq!(served.target.url(), format!("https://{addr}/"));
        for name in NAMES {
            for version in [&TLS12, &TLS13] {
                let client = served.handshake(name, version).await;
                let mut client = client.unwrap_or_else(|e| panic!("{name} {version:?}: {e}"));
                for _ in 0..3 {
                    let answer = client.get().await.expect("the connection stays open");
                    assert_eq!((answer.status, answer.body.len()), (200, 5));
                }
            }
        }
        // The bytes are those of HTTP: neither handshakes nor records are in them.
        let bytes = 18 * GET.len() as u64;
        assert_eq!(
            key_counts(served.target.shutdown().counts),
            (18, 18, 6, bytes)
        );
    }
}

#[tokio::test]
async fn large_answers_arrive_whole() {
    let certificate = ServerCertificate::self_signed(NAMES).expect("the names are names");
    let pem = certificate.pem().to_owned();
    let builder = TargetServer::builder().tls(certificate);
    for target in [
        builder.clone().spawn_raw(1_000_000),
        builder.spawn(TargetBehavior::default().body_bytes(1_000_000)),
    ] {
        let target = target.expect("a port is free");
        let served = TlsTarget {
            target,
            pem: pem.clone(),
        };
        let mut client = served.client().await;
        client.send(&GET.repeat(20)).await;
        for _ in 0..20 {
            let answer = client.response().await.expect("the connection stays open");
            assert_eq!(answer.body.len(), 1_000_000);
        }
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_holds_nobody_up() {
    for served in http_and_raw() {
        let mut silent = connect(served.target.addr()).await;
        let mut client = served.client().await;
        client.get().await.expect("it is answered");
        let counts = served.target.counts();
        assert_eq!((counts.open_connections, counts.requests), (2, 1));
        let counts = served.target.shutdown().counts;
        assert_eq!((counts.open_connections, counts.requests), (0, 1));
        assert_eq!(silent.read(&mut [0]).await.ok(), Some(0));
    }
}

#[tokio::test]
async fn plain_http_is_turned_away_and_not_counted() {
    for served in http_and_raw() {
        let mut plain = TestClient::connect(served.target.addr()).await;
        plain.send(GET).await;
        let mut said = Vec::new();
        // TLS's alert, unless the reset that follows it was faster; an answer in no case.
        let _ = plain.stream().read_to_end(&mut said).await;
        assert!(!said.starts_with(b"HTTP"), "{said:?}");
        served.client().await.get().await.expect("it is answered");
        let expected = (1, 1, 2, GET.len() as u64);
        assert_eq!(key_counts(served.target.shutdown().counts), expected);
    }
}

#[tokio::test]
async fn who_does_not_trust_it_sends_nothing() {
    let [mut one, two] = http_and_raw();
    let other = ServerCertificate::self_signed(NAMES).expect("the names are names");
    one.pem = other.pem().to_owned();
    assert!(one.handshake("127.0.0.1", &TLS13).await.is_err());
    assert!(two.handshake("other.example", &TLS13).await.is_err());
    for served in [one, two] {
        let counts = served.target.shutdown().counts;
        assert_eq!((counts.requests, counts.request_bytes), (0, 0));
    }
}

#[tokio::test]
async fn a_close_is_told_from_a_break() {
    let certificate = ServerCertificate::self_signed(NAMES).expect("the names are names");
    let knobs = || {
        TargetBehavior::default()
            .close_after(1)
            .expect("it is above 0")
    };
    for (knobs, closes) in [
        (knobs(), true),
        (knobs().close_silently(true), true),
        (knobs().fail_share(0.5).expect("it is a share"), true),
        (knobs().fail_share(1.0).expect("it is a share"), false),
    ] {
        let builder = TargetServer::builder().tls(certificate.clone());
        let served = TlsTarget {
            target: builder.spawn(knobs.clone()).expect("a port is free"),
            pem: certificate.pem().to_owned(),
        };
        let mut client = served.client().await;
        client.send(GET).await;
        assert_eq!(client.response().await.is_some(), closes, "{knobs:?}");
        let end = end_of(&mut client).await;
        assert_eq!(end == CLOSED, closes, "{knobs:?}: {end}");
    }
    for served in http_and_raw() {
        let mut client = served.client().await;
        client.get().await.expect("it is answered");
        client.finish().await;
        assert_eq!(end_of(&mut client).await, CLOSED);
    }
}

/// How a connection ends on which nothing more was sent.
async fn end_of(client: &mut TlsTestClient) -> String {
    let ended = client.try_response().await.map(|answer| answer.head);
    ended.expect_err("nothing was asked").to_string()
}
