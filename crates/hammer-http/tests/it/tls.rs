use std::io::{Read, Write};
use std::sync::{Arc, Mutex};

use hammer_http::{ConfigureNetwork, Http, HttpBuilder};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::scripted_server::{ScriptedServer, response_bytes};
use crate::{only_failure, run};

/// A server with a self-signed certificate, which is also returned as PEM.
fn serve(names: &[&str]) -> (ScriptedServer, String) {
    serve_with(names, |_| {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".into()
    })
}

fn serve_with(
    names: &[&str],
    answer: impl Fn(&[u8]) -> String + Send + Sync + 'static,
) -> (ScriptedServer, String) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let certified = rcgen::generate_simple_self_signed(names).expect("valid names");
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("supported versions")
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .expect("a matching key");
    let config = Arc::new(config);
    let server = ScriptedServer::serve(move |peer| {
        let mut tls = ServerConnection::new(config.clone()).expect("a valid config");
        let mut stream = Stream::new(&mut tls, &mut peer.stream);
        let mut request = Vec::new();
        let mut buffer = [0; 1024];
        while let Ok(bytes @ 1..) = stream.read(&mut buffer) {
            request.extend_from_slice(&buffer[..bytes]);
            if request.ends_with(b"\r\n\r\n") {
                let answer = answer(&request);
                request.clear();
                let written = stream.write_all(answer.as_bytes());
                written.expect("a listening hammer");
            }
        }
    });
    (server, certified.cert.pem())
}

/// A server that redirects to `location` and records the requests.
fn redirecting_server(location: String) -> (ScriptedServer, String, Arc<Mutex<String>>) {
    let requests = Arc::new(Mutex::new(String::new()));
    let recorded = requests.clone();
    let (server, pem) = serve_with(&["127.0.0.1"], move |request| {
        recorded
            .lock()
            .expect("no script panicked")
            .push_str(&String::from_utf8_lossy(request));
        format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
    });
    (server, pem, requests)
}

#[test]
fn a_redirect_from_https_to_http_takes_no_secrets_along() {
    let plain = ScriptedServer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let (server, pem, requests) = redirecting_server(plain.url());
    let http = https(&server)
        .cacert_pem(pem)
        .bearer_token("secret")
        .keep_cookies(true)
        .cookie("a=secret")
        .follow_redirects(1);
    let report = run(http.build().expect("valid options"), 2);
    assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
    let requests = requests.lock().expect("no script panicked");
    assert!(
        requests.contains("authorization: Bearer secret"),
        "{requests}"
    );
    let head = plain.heads().remove(0);
    assert!(!head.contains("authorization"), "{head}");
    assert_eq!((server.connections(), plain.connections()), (1, 1));
}

#[test]
fn a_redirect_from_http_to_https_is_trusted_as_the_target_would_be() {
    let (server, pem) = serve(&["127.0.0.1"]);
    let location = format!("Location: {}", server.url().replace("http:", "https:"));
    let plain = ScriptedServer::replying(move |_| response_bytes("301 Moved", &[&location], b""));
    let http = |pem: String| {
        let http = Http::builder(&plain.url()).follow_redirects(1);
        http.cacert_pem(pem).build().expect("valid options")
    };
    let report = run(http(pem), 2);
    assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
    let (_, other) = serve(&["127.0.0.1"]);
    assert_eq!(only_failure(&run(http(other), 2)), ("tls_untrusted", 2));
}

fn https(server: &ScriptedServer) -> HttpBuilder {
    Http::builder(&server.url().replace("http:", "https:"))
}

#[test]
fn a_given_certificate_is_trusted() {
    let (server, pem) = serve(&["127.0.0.1"]);
    let report = run(
        https(&server)
            .cacert_pem(pem)
            .build()
            .expect("valid options"),
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
            .expect("valid options"),
        3,
    );
    assert_eq!(only_failure(&report), ("tls_untrusted", 3));
    assert!(
        report.advice["tls_untrusted"].contains("`cacert`"),
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
            .expect("valid options"),
        3,
    );
    assert_eq!(only_failure(&report), ("tls_wrong_name", 3));
    assert!(
        report.advice["tls_wrong_name"].contains("another name"),
        "{:?}",
        report.advice
    );
}

#[test]
fn insecure_accepts_any_certificate() {
    let (server, _) = serve(&["other.example"]);
    let report = run(
        https(&server)
            .insecure(true)
            .build()
            .expect("valid options"),
        3,
    );
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
}
