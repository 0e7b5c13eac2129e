//! Both targets over TLS, with a client that trusts only the target's certificate.

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

/// A target and the certificate that its clients trust.
struct TlsTarget {
    target: TargetServer,
    pem: String,
}

/// Starts an HTTP target and a raw one.
fn http_and_raw() -> [TlsTarget; 2] {
    [false, true].map(|raw| {
        let certificate = ServerCertificate::self_signed(NAMES).expect("valid names");
        let pem = certificate.pem().to_owned();
        let builder = TargetServer::builder().tls(certificate);
        let target = if raw {
            builder.spawn_raw(5)
        } else {
            builder.spawn(TargetBehavior::default().body_bytes(5))
        };
        let target = target.expect("a free port");
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
        let trusted = trusted.expect("a certificate");
        roots.add(trusted).expect("a valid certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .expect("ring supports the version")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(name).expect("a valid name");
        let socket = connect(self.target.addr()).await;
        let handshake = TlsConnector::from(Arc::new(config)).connect(name, socket);
        timeout(Duration::from_secs(20), handshake)
            .await
            .expect("the target completes the handshake or closes")
            .map(TestClient::from_stream)
    }

    async fn client(&self) -> TlsTestClient {
        let client = self.handshake("127.0.0.1", &TLS13).await;
        client.expect("the certificate is trusted")
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
async fn both_targets_answer_for_each_name_and_version() {
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
        // Only bytes of HTTP are counted, without handshakes and records.
        let bytes = 18 * GET.len() as u64;
        assert_eq!(
            key_counts(served.target.shutdown().counts),
            (18, 18, 6, bytes)
        );
    }
}

#[tokio::test]
async fn large_answers_arrive_completely() {
    let certificate = ServerCertificate::self_signed(NAMES).expect("valid names");
    let pem = certificate.pem().to_owned();
    let builder = TargetServer::builder().tls(certificate);
    for target in [
        builder.clone().spawn_raw(1_000_000),
        builder.spawn(TargetBehavior::default().body_bytes(1_000_000)),
    ] {
        let target = target.expect("a free port");
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
async fn a_silent_client_does_not_delay_others() {
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
async fn plain_http_is_refused_and_not_counted() {
    for served in http_and_raw() {
        let mut plain = TestClient::connect(served.target.addr()).await;
        plain.send(GET).await;
        let mut received = Vec::new();
        // The target sends a TLS alert, which a reset may overtake.
        let _ = plain.stream().read_to_end(&mut received).await;
        assert!(!received.starts_with(b"HTTP"), "{received:?}");
        served.client().await.get().await.expect("it is answered");
        let expected = (1, 1, 2, GET.len() as u64);
        assert_eq!(key_counts(served.target.shutdown().counts), expected);
    }
}

#[tokio::test]
async fn clients_without_trust_send_nothing() {
    let [mut one, two] = http_and_raw();
    let other = ServerCertificate::self_signed(NAMES).expect("valid names");
    one.pem = other.pem().to_owned();
    assert!(one.handshake("127.0.0.1", &TLS13).await.is_err());
    assert!(two.handshake("other.example", &TLS13).await.is_err());
    for served in [one, two] {
        let counts = served.target.shutdown().counts;
        assert_eq!((counts.requests, counts.request_bytes), (0, 0));
    }
}

#[tokio::test]
async fn a_close_differs_from_a_dropped_connection() {
    let certificate = ServerCertificate::self_signed(NAMES).expect("valid names");
    let behavior = || TargetBehavior::default().close_after(1).expect("above 0");
    for (behavior, closes) in [
        (behavior(), true),
        (behavior().close_silently(true), true),
        (behavior().fail_share(0.5).expect("a valid share"), true),
        (behavior().fail_share(1.0).expect("a valid share"), false),
    ] {
        let builder = TargetServer::builder().tls(certificate.clone());
        let served = TlsTarget {
            target: builder.spawn(behavior.clone()).expect("a free port"),
            pem: certificate.pem().to_owned(),
        };
        let mut client = served.client().await;
        client.send(GET).await;
        assert_eq!(client.response().await.is_some(), closes, "{behavior:?}");
        let end = end_of(&mut client).await;
        assert_eq!(end == CLOSED, closes, "{behavior:?}: {end}");
    }
    for served in http_and_raw() {
        let mut client = served.client().await;
        client.get().await.expect("it is answered");
        client.finish().await;
        assert_eq!(end_of(&mut client).await, CLOSED);
    }
}

/// Returns the error that ends a connection on which nothing more was sent.
async fn end_of(client: &mut TlsTestClient) -> String {
    let ended = client.try_response().await.map(|answer| answer.head);
    ended.expect_err("no request was sent").to_string()
}
