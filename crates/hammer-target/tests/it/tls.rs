//! Both targets over TLS, seen by a client that trusts the target's certificate alone.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hammer_target::{Certificate, Counts, Knobs, Target};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::client::{CLOSED, Client, GET, connect};

const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A target, and what its clients are to trust.
struct Served {
    target: Target,
    pem: String,
}

/// An ordinary target and a raw one.
fn both() -> [Served; 2] {
    [false, true].map(|raw| {
        let certificate = Certificate::self_signed(NAMES).expect("the names are names");
        let pem = certificate.pem().to_owned();
        let builder = Target::builder().tls(certificate);
        let target = if raw {
            builder.spawn_raw(5)
        } else {
            builder.spawn(Knobs::default().body_bytes(5))
        };
        let target = target.expect("a port is free");
        Served { target, pem }
    })
}

type Secured = Client<TlsStream<tokio::net::TcpStream>>;

impl Served {
    async fn shake(
        &self,
        name: &'static str,
        version: &'static SupportedProtocolVersion,
    ) -> io::Result<Secured> {
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
            .map(Client::over)
    }

    async fn client(&self) -> Secured {
        let shaken = self.shake("127.0.0.1", &TLS13).await;
        shaken.expect("the certificate is trusted")
    }
}

fn essence(counts: Counts) -> (u64, u64, u64, u64) {
    let Counts {
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
    for served in both() {
        let addr = served.target.addr();
        assert_eq!(served.target.url(), format!("https://{addr}/"));
        for name in NAMES {
            for version in [&TLS12, &TLS13] {
                let client = served.shake(name, version).await;
                let mut client = client.unwrap_or_else(|e| panic!("{name} {version:?}: {e}"));
                for _ in 0..3 {
                    let answer = client.get().await.expect("the connection stays open");
                    assert_eq!((answer.status, answer.body.len()), (200, 5));
                }
            }
        }
        // The bytes are those of HTTP: neither handshakes nor records are in them.
        let bytes = 18 * GET.len() as u64;
        assert_eq!(essence(served.target.shutdown().counts), (18, 18, 6, bytes));
    }
}

#[tokio::test]
async fn large_answers_arrive_whole() {
    let certificate = Certificate::self_signed(NAMES).expect("the names are names");
    let pem = certificate.pem().to_owned();
    let builder = Target::builder().tls(certificate);
    for target in [
        builder.clone().spawn_raw(1_000_000),
        builder.spawn(Knobs::default().body_bytes(1_000_000)),
    ] {
        let target = target.expect("a port is free");
        let served = Served {
            target,
            pem: pem.clone(),
        };
        let mut client = served.client().await;
        client.send(&GET.repeat(20)).await;
        for _ in 0..20 {
            let answer = client.answer().await.expect("the connection stays open");
            assert_eq!(answer.body.len(), 1_000_000);
        }
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_holds_nobody_up() {
    for served in both() {
        let mut silent = connect(served.target.addr()).await;
        let mut client = served.client().await;
        client.get().await.expect("it is answered");
        let counts = served.target.counts();
        assert_eq!((counts.open, counts.requests), (2, 1));
        let counts = served.target.shutdown().counts;
        assert_eq!((counts.open, counts.requests), (0, 1));
        assert_eq!(silent.read(&mut [0]).await.ok(), Some(0));
    }
}

#[tokio::test]
async fn plain_http_is_turned_away_and_not_counted() {
    for served in both() {
        let mut plain = Client::connect(served.target.addr()).await;
        plain.send(GET).await;
        let mut said = Vec::new();
        // TLS's alert, unless the reset that follows it was faster; an answer in no case.
        let _ = plain.stream().read_to_end(&mut said).await;
        assert!(!said.starts_with(b"HTTP"), "{said:?}");
        served.client().await.get().await.expect("it is answered");
        let expected = (1, 1, 2, GET.len() as u64);
        assert_eq!(essence(served.target.shutdown().counts), expected);
    }
}

#[tokio::test]
async fn who_does_not_trust_it_sends_nothing() {
    let [mut one, two] = both();
    let other = Certificate::self_signed(NAMES).expect("the names are names");
    one.pem = other.pem().to_owned();
    assert!(one.shake("127.0.0.1", &TLS13).await.is_err());
    assert!(two.shake("other.example", &TLS13).await.is_err());
    for served in [one, two] {
        let counts = served.target.shutdown().counts;
        assert_eq!((counts.requests, counts.request_bytes), (0, 0));
    }
}

#[tokio::test]
async fn a_close_is_told_from_a_break() {
    let certificate = Certificate::self_signed(NAMES).expect("the names are names");
    let knobs = || Knobs::default().close_after(1).expect("it is above 0");
    for (knobs, closes) in [
        (knobs(), true),
        (knobs().close_silently(true), true),
        (knobs().fail_share(0.5).expect("it is a share"), true),
        (knobs().fail_share(1.0).expect("it is a share"), false),
    ] {
        let builder = Target::builder().tls(certificate.clone());
        let served = Served {
            target: builder.spawn(knobs.clone()).expect("a port is free"),
            pem: certificate.pem().to_owned(),
        };
        let mut client = served.client().await;
        client.send(GET).await;
        assert_eq!(client.answer().await.is_some(), closes, "{knobs:?}");
        let end = end_of(&mut client).await;
        assert_eq!(end == CLOSED, closes, "{knobs:?}: {end}");
    }
    for served in both() {
        let mut client = served.client().await;
        client.get().await.expect("it is answered");
        client.finish().await;
        assert_eq!(end_of(&mut client).await, CLOSED);
    }
}

/// How a connection ends on which nothing more was sent.
async fn end_of(client: &mut Secured) -> String {
    let ended = client.outcome().await.map(|answer| answer.head);
    ended.expect_err("nothing was asked").to_string()
}
