//! Connections that end before the target has sent its settings.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use hammer_http::HttpVersion;
use rustix::net::sockopt::set_socket_linger;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::http2;
use crate::scripted_server::ScriptedServer;
use crate::tls_server::{TLS_1_2_AND_1_3, https, server_config, test_certificates};
use crate::{only_failure, run};

/// Reads the preface and settings of the client.
fn read_preface(stream: &mut impl Read) {
    let read = stream.read(&mut [0; 4096]);
    assert!(read.expect("a connection") >= 24);
}

/// Makes the socket reset the connection when it is dropped.
fn reset_on_drop(stream: &TcpStream) {
    set_socket_linger(stream, Some(Duration::ZERO)).expect("a TCP socket");
}

fn assert_not_spoken(what: &str, report: &hammer_core::Report) {
    assert_eq!(only_failure(report), ("h2_not_spoken", 3), "{what}");
    assert!(report.advice["h2_not_spoken"].contains("http_version(Http1)"));
    let closed = report.counts["connections_closed_by_target"];
    assert_eq!(closed, report.counts["connections_opened"], "{what}");
}

/// Only an end in order had this name.
#[test]
fn an_end_before_the_settings_means_that_http2_is_not_spoken() {
    for resets in [false, true] {
        let server = ScriptedServer::serve_owned(move |mut peer| {
            read_preface(&mut peer.stream);
            if resets {
                reset_on_drop(&peer.stream);
            }
        });
        let report = run(http2(&server).build().expect("valid options"), 3);
        assert_not_spoken(if resets { "reset" } else { "end" }, &report);
    }
}

/// The configuration of a server that chooses HTTP/2.
fn config_with_alpn(
    requires_client_cert: bool,
) -> (crate::tls_server::TestCertificates, Arc<ServerConfig>) {
    let pki = test_certificates();
    let config = server_config(&pki, TLS_1_2_AND_1_3, requires_client_cert);
    let mut config = ServerConfig::clone(&config);
    config.alpn_protocols = vec![b"h2".to_vec()];
    (pki, Arc::new(config))
}

#[test]
fn an_end_of_tls_before_the_settings_means_that_http2_is_not_spoken() {
    type End = fn(&mut StreamOwned<ServerConnection, TcpStream>);
    let ends: [(&str, End); 3] = [
        ("close_notify", |tls| {
            tls.conn.send_close_notify();
            tls.flush().expect("a connection");
        }),
        ("no close_notify", |_| {}),
        ("reset", |tls| reset_on_drop(&tls.sock)),
    ];
    for (what, end) in ends {
        let (pki, config) = config_with_alpn(false);
        let server = ScriptedServer::serve_owned(move |peer| {
            let tls = ServerConnection::new(config.clone()).expect("a valid config");
            let mut tls = StreamOwned::new(tls, peer.stream);
            read_preface(&mut tls);
            end(&mut tls);
        });
        let http = https(&server, &pki).http_version(HttpVersion::Http2);
        let report = run(http.build().expect("valid options"), 3);
        assert_not_spoken(what, &report);
    }
}

#[test]
fn an_alert_before_the_settings_is_a_failure_of_tls() {
    let (pki, config) = config_with_alpn(true);
    let server = ScriptedServer::serve_owned(move |peer| {
        let tls = ServerConnection::new(config.clone()).expect("a valid config");
        let mut tls = StreamOwned::new(tls, peer.stream);
        let read = tls.read(&mut [0; 4096]);
        assert!(read.is_err(), "the client has no certificate");
        // Without unread bytes, no reset overtakes the alert.
        while tls.sock.read(&mut [0; 4096]).is_ok_and(|bytes| bytes > 0) {}
    });
    let http = https(&server, &pki).http_version(HttpVersion::Http2);
    let report = run(http.build().expect("valid options"), 3);
    let (name, hits) = only_failure(&report);
    assert!(name.starts_with("tls"), "{name}");
    assert_eq!(hits, 3);
}
