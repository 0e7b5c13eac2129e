//! TLS with nginx.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{ExternalServer, files, free_port, nginx, program};
use crate::command::{hammer, json, report};

/// An nginx with TLS at four ports, and the folder of its certificates.
struct NginxTlsServer {
    _nginx: ExternalServer,
    folder: PathBuf,
    any: u16,
    old: u16,
    new: u16,
    closed: u16,
}

fn start(program: &Path) -> NginxTlsServer {
    let folder = tempfile::tempdir().unwrap();
    files::certificates(folder.path());
    let path = folder.path().to_owned();
    let [any, old, new, closed] = [(); 4].map(|()| free_port());
    let server = |port: u16, more: &str| {
        format!(
            "server {{ listen 127.0.0.1:{port} ssl default_server; {more}\n\
             ssl_certificate server.pem; ssl_certificate_key server.key;\n\
             location / {{ return 200 'hello'; }} }}\n"
        )
    };
    let servers = [
        server(
            any,
            "ssl_protocols TLSv1.2 TLSv1.3; if ($ssl_server_name = 'b.test') { return 421; }",
        ),
        server(old, "ssl_protocols TLSv1.2;"),
        server(new, "ssl_protocols TLSv1.3;"),
        server(
            closed,
            "ssl_protocols TLSv1.2 TLSv1.3; ssl_verify_client on; ssl_client_certificate ca.pem;",
        ),
    ];
    NginxTlsServer {
        _nginx: nginx::start(program, folder, any, &servers.concat()),
        folder: path,
        any,
        old,
        new,
        closed,
    }
}

impl NginxTlsServer {
    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn hit(&self, port: u16, flags: &[&str]) -> Value {
        let (url, ca) = (format!("https://127.0.0.1:{port}/"), self.file("ca.pem"));
        let load = [
            "http", &url, "--cacert", &ca, "-n", "6", "-r", "200", "-c", "1",
        ];
        report(&[&load, flags].concat())
    }
}

#[test]
fn tls_versions_are_negotiated_with_nginx() {
    let Some(program) = program("nginx") else {
        return;
    };
    let tls = start(&program);
    for (port, flags, version) in [
        (tls.any, &[][..], Some("TLSv1.3 TLS_AES_256_GCM_SHA384")),
        (
            tls.any,
            &["--tls-max", "1.2"],
            Some("TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
        ),
        (
            tls.old,
            &["--tlsv1.2"],
            Some("TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
        ),
        (tls.old, &["--tlsv1.3"], None),
        (
            tls.new,
            &["--tlsv1.3"],
            Some("TLSv1.3 TLS_AES_256_GCM_SHA384"),
        ),
        (tls.new, &["--tls-max", "1.2"], None),
    ] {
        let report = tls.hit(port, flags);
        match version {
            Some(version) => {
                assert_eq!(report["hits"]["ok"], 6, "{flags:?} {}", report["failures"]);
                assert_eq!(
                    report["facts"]["tls"][version], 1,
                    "{flags:?} {}",
                    report["facts"]
                );
                assert_eq!(
                    report["facts"]["alpn"]["http/1.1"], 1,
                    "{}",
                    report["facts"]
                );
            }
            None => assert_eq!(
                report["failures"]["tls_alert_protocol_version"], 6,
                "{flags:?} {}",
                report["failures"]
            ),
        }
    }
}

#[test]
fn nginx_requests_a_client_certificate() {
    let Some(program) = program("nginx") else {
        return;
    };
    let tls = start(&program);
    let [cert, key, unknown, unknown_key] =
        ["client.pem", "client.key", "unknown.pem", "unknown.key"].map(|name| tls.file(name));
    let both = tls.file("both.pem");
    let texts = [&cert, &key].map(|path| fs::read_to_string(path).unwrap());
    fs::write(&both, texts.concat()).unwrap();
    for (flags, status) in [
        (&["--cert", &cert, "--key", &key][..], "200"),
        (&["-E", &both], "200"),
        (&["--cert", &cert, "--key", &key, "--tls-max", "1.2"], "200"),
        (&["--cert", &unknown, "--key", &unknown_key], "400"),
        (&[], "400"),
    ] {
        let report = tls.hit(tls.closed, flags);
        assert_eq!(
            report["labels"][status], 6,
            "{flags:?} {}",
            report["failures"]
        );
    }
}

#[test]
fn sessions_are_resumed_and_server_names_are_sent() {
    let Some(program) = program("nginx") else {
        return;
    };
    let tls = start(&program);
    for version in ["1.2", "1.3"] {
        let each = ["--no-keepalive", "--tls-max", version];
        let resumed = tls.hit(tls.any, &each);
        assert_eq!(
            resumed["facts"]["tls_handshake"]["full"], 1,
            "{}",
            resumed["facts"]
        );
        assert_eq!(
            resumed["facts"]["tls_handshake"]["resumed"], 5,
            "{}",
            resumed["facts"]
        );
        let full = tls.hit(tls.any, &[&each[..], &["--no-sessionid"]].concat());
        assert_eq!(
            full["facts"]["tls_handshake"]["full"], 6,
            "{}",
            full["facts"]
        );
    }
    let (url, ca) = (format!("https://b.test:{}/", tls.any), tls.file("ca.pem"));
    let there = format!("b.test:{0}:127.0.0.1:{0}", tls.any);
    let load = ["http", &url, "--connect-to", &there, "-n", "2", "-r", "100"];
    let named = report(&[&load[..], &["-k"]].concat());
    assert_eq!(named["labels"]["421"], 2, "{}", named["failures"]);
    let other = report(&[&load[..], &["--cacert", &ca, "--sni", "a.test"]].concat());
    assert_eq!(other["labels"]["200"], 2, "{}", other["failures"]);
    let none = report(&[&load[..], &["-k", "--no-sni"]].concat());
    assert_eq!(none["labels"]["200"], 2, "{}", none["failures"]);
}

#[test]
fn keys_are_logged_to_the_file_in_the_environment() {
    let Some(program) = program("nginx") else {
        return;
    };
    let tls = start(&program);
    let (url, log) = (format!("https://127.0.0.1:{}/", tls.any), tls.file("keys"));
    let output = hammer(&[
        "http", &url, "-k", "-n", "2", "-r", "100", "-o", "json", "-q",
    ])
    .env("SSLKEYLOGFILE", &log)
    .output()
    .unwrap();
    assert_eq!(json(&output)["hits"]["ok"], 2);
    let keys = fs::read_to_string(&log).unwrap();
    assert!(keys.contains("CLIENT_TRAFFIC_SECRET_0 "), "{keys}");
}
