use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use hammer_http::{ConfigureNetwork, Http};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::proxies::pipe;
use crate::scripted_server::ScriptedServer;
use crate::tls_server::{OK_RESPONSE, TLS_1_2_AND_1_3, https, serve, test_certificates};
use crate::{only_failure, run};

/// A proxy that speaks TLS itself, and carries a second TLS inside; or reads requests in clear.
#[test]
fn a_proxy_over_tls_carries_tls() {
    let pki = test_certificates();
    let (target, _) = serve(&pki, TLS_1_2_AND_1_3, false);
    let key = PrivateKeyDer::from_pem_slice(pki.server.1.as_bytes()).expect("it is a key");
    let cert = CertificateDer::from_pem_slice(pki.server.0.as_bytes()).expect("it is PEM");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![cert], key);
    let config = Arc::new(config.expect("they belong together"));
    // It takes TLS off on one connection, and hands what is inside to a proxy in clear.
    let inner = ScriptedServer::serve(|peer| {
        let head = peer.head().expect("a request");
        if let Some(rest) = head.strip_prefix("CONNECT ") {
            let to = rest.split(' ').next().expect("a target");
            let to = TcpStream::connect(to).expect("the target listens");
            peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n");
            pipe(&mut peer.stream, to);
        } else {
            assert!(
                head.starts_with("GET http://a.test/ HTTP/1.1\r\n"),
                "{head}"
            );
            peer.send(OK_RESPONSE);
            while peer.request() && peer.send(OK_RESPONSE) {}
        }
    });
    let to = inner.addr();
    let outer = ScriptedServer::serve(move |peer| {
        let tls = ServerConnection::new(config.clone()).expect("the config is whole");
        terminate(tls, &mut peer.stream, to);
    });
    let folder = tempfile::tempdir().expect("a folder");
    let ca = folder.path().join("ca");
    std::fs::write(&ca, &pki.ca).expect("it is written");
    let proxy = format!("https://{}", outer.addr());
    let tunnelled = https(&target, &pki).proxy(&proxy).proxy_cacert(&ca);
    let report = run(tunnelled.build().expect("is well formed"), 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    for phase in ["connect", "proxy", "tls"] {
        assert_eq!(report.phases_us[phase].count, 1, "{phase}");
    }
    let read = Http::builder("http://a.test/")
        .proxy(&proxy)
        .proxy_cacert(&ca);
    let report = run(read.build().expect("is well formed"), 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    let unknown = https(&target, &pki).proxy(&proxy);
    let other = folder.path().join("other");
    let made = rcgen::generate_simple_self_signed(vec!["a".to_owned()]).expect("a name");
    std::fs::write(&other, made.cert.pem()).expect("it is written");
    let report = run(
        unknown.proxy_cacert(other).build().expect("is well formed"),
        2,
    );
    assert_eq!(only_failure(&report), ("proxy_tls", 2));
}

/// Takes TLS off a stream and carries what is inside to `to`, until one side ends.
fn terminate(mut tls: ServerConnection, stream: &mut TcpStream, to: std::net::SocketAddr) {
    let inside = TcpStream::connect(to).expect("the inner proxy listens");
    // Both ways on one thread: neither side may block for long.
    let moment = Some(std::time::Duration::from_millis(1));
    inside.set_read_timeout(moment).expect("it is a socket");
    let mut inside = inside;
    let mut buffer = [0; 4096];
    while tls.is_handshaking() {
        if tls.complete_io(stream).is_err() {
            return;
        }
    }
    stream.set_read_timeout(moment).expect("it is a socket");
    let idle = |error: &std::io::Error| {
        matches!(
            error.kind(),
            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
        )
    };
    loop {
        match Stream::new(&mut tls, stream).read(&mut buffer) {
            Ok(0) => return,
            Ok(bytes) if inside.write_all(&buffer[..bytes]).is_err() => return,
            Ok(_) => {}
            Err(error) if idle(&error) => {}
            Err(_) => return,
        }
        match inside.read(&mut buffer) {
            Ok(0) => return,
            Ok(bytes) => {
                let mut outside = Stream::new(&mut tls, stream);
                if outside.write_all(&buffer[..bytes]).is_err() {
                    return;
                }
            }
            Err(error) if idle(&error) => {}
            Err(_) => return,
        }
    }
}
