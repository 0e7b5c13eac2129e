use std::io::{Read, Write};
use std::sync::Arc;

use hammer_http::{Http, HttpBuilder};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::scripted::Scripted;
use crate::{only_failure, run};

/// A server whose certificate, also given as PEM, signs itself.
fn serve(names: &[&str]) -> (Scripted, String) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).expect("the names are names");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("they belong together");
    let config = Arc::new(config);
    let server = Scripted::serve(move |peer| {
        let mut tls = ServerConnection::new(config.clone()).expect("the config is whole");
        let mut stream = Stream::new(&mut tls, &mut peer.stream);
        let mut request = Vec::new();
        let mut buffer = [0; 1024];
        while let Ok(bytes @ 1..) = stream.read(&mut buffer) {
            request.extend_from_slice(&buffer[..bytes]);
            if request.ends_with(b"\r\n\r\n") {
                request.clear();
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
                stream.write_all(answer).expect("the hammer waits for it");
            }
        }
    });
    (server, made.cert.pem())
}

fn https(server: &Scripted) -> HttpBuilder {
    Http::builder(&server.url().replace("http:", "https:"))
}

#[test]
fn a_certificate_that_was_given_is_trusted() {
    let (server, pem) = serve(&["127.0.0.1"]);
    let report = run(
        https(&server)
            .cacert_pem(pem)
            .build()
            .expect("is well formed"),
        5,
    );
    assert_eq!(report.hits.ok, 5, "{:?}", report.failures);
    assert_eq!(server.connections(), 1);
    assert_eq!(report.phases_us["tls"].count, 1);
}

#[test]
fn an_unknown_certificate_is_not_trusted() {
    let (server, _) = serve(&["127.0.0.1"]);
    let (_, other) = serve(&["127.0.0.1"]);
    let report = run(
        https(&server)
            .cacert_pem(other)
            .build()
            .expect("is well formed"),
        3,
    );
    assert_eq!(only_failure(&report), ("tls", 3));
    assert!(
        report.advice["tls"].contains("--cacert"),
        "{:?}",
        report.advice
    );
}

#[test]
fn a_certificate_for_another_name_is_not_trusted() {
    let (server, pem) = serve(&["other.example"]);
    let report = run(
        https(&server)
            .cacert_pem(pem)
            .build()
            .expect("is well formed"),
        3,
    );
    assert_eq!(only_failure(&report), ("tls", 3));
    assert!(
        report.advice["tls"].contains("another name"),
        "{:?}",
        report.advice
    );
}

#[test]
fn insecure_trusts_anyone() {
    let (server, _) = serve(&["other.example"]);
    let report = run(
        https(&server)
            .insecure(true)
            .build()
            .expect("is well formed"),
        3,
    );
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
}
