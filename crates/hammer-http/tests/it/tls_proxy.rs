use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use hammer_http::{ConfigureNetwork, Http};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::proxies::pipe;
use crate::scripted_server::{OK_RESPONSE, ScriptedServer};
use crate::tls_server::{TLS_1_2_AND_1_3, https, serve, test_certificates};
use crate::{only_failure, run};

#[test]
fn a_tls_proxy_tunnels_tls_and_forwards_plain_requests() {
    let pki = test_certificates();
    let (target, _) = serve(&pki, TLS_1_2_AND_1_3, false);
    let key = PrivateKeyDer::from_pem_slice(pki.server.1.as_bytes()).expect("a PEM key");
    let cert = CertificateDer::from_pem_slice(pki.server.0.as_bytes()).expect("a PEM certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("supported versions")
        .with_no_client_auth()
        .with_single_cert(vec![cert], key);
    let config = Arc::new(config.expect("a matching key"));
    // The outer server removes TLS and passes the bytes to a plain proxy.
    let inner = ScriptedServer::serve(|peer| {
        let head = peer.head().expect("a request");
        if let Some(rest) = head.strip_prefix("CONNECT ") {
            let to = rest.split(' ').next().expect("a target");
            let to = TcpStream::connect(to).expect("a listening target");
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
    let inner_addr = inner.addr();
    let outer = ScriptedServer::serve(move |peer| {
        let tls = ServerConnection::new(config.clone()).expect("a valid config");
        terminate(tls, &mut peer.stream, inner_addr);
    });
    let folder = tempfile::tempdir().expect("a folder");
    let ca = folder.path().join("ca");
    std::fs::write(&ca, &pki.ca).expect("a written file");
    let proxy = format!("https://{}", outer.addr());
    let tunneled = https(&target, &pki).proxy(&proxy).proxy_cacert(&ca);
    let report = run(tunneled.build().expect("valid options"), 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    for phase in ["connect", "proxy", "tls"] {
        assert_eq!(report.phases_us[phase].count, 1, "{phase}");
    }
    let forwarded = Http::builder("http://a.test/")
        .proxy(&proxy)
        .proxy_cacert(&ca);
    let report = run(forwarded.build().expect("valid options"), 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    let untrusted = https(&target, &pki).proxy(&proxy);
    let other = folder.path().join("other");
    let certified = rcgen::generate_simple_self_signed(vec!["a".to_owned()]).expect("a name");
    std::fs::write(&other, certified.cert.pem()).expect("a written file");
    let report = run(
        untrusted
            .proxy_cacert(other)
            .build()
            .expect("valid options"),
        2,
    );
    assert_eq!(only_failure(&report), ("proxy_tls_untrusted", 2));
}

/// Removes TLS from a stream and copies the bytes to and from `to`, until one side ends.
fn terminate(mut tls: ServerConnection, stream: &mut TcpStream, to: std::net::SocketAddr) {
    let inside = TcpStream::connect(to).expect("a listening proxy");
    // One thread copies both ways, so no read may block for long.
    let poll_interval = Some(std::time::Duration::from_millis(1));
    inside
        .set_read_timeout(poll_interval)
        .expect("a valid timeout");
    let mut inside = inside;
    let mut buffer = [0; 4096];
    while tls.is_handshaking() {
        if tls.complete_io(stream).is_err() {
            return;
        }
    }
    stream
        .set_read_timeout(poll_interval)
        .expect("a valid timeout");
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
