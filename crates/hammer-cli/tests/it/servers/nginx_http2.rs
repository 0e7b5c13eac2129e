//! HTTP/2 with nginx.

use std::path::Path;

use super::{ExternalServer, files, free_port, nginx, program};
use crate::command::report;

/// Starts an nginx with cleartext HTTP/2 and these directives.
fn start(program: &Path, directives: &str) -> ExternalServer {
    let port = free_port();
    let server = format!(
        "server {{ listen 127.0.0.1:{port} http2; {directives}\n\
         location / {{ return 200 'hello'; }} }}"
    );
    nginx::start(program, tempfile::tempdir().unwrap(), port, &server)
}

#[test]
fn nginx_answers_over_cleartext_http2() {
    let Some(program) = program("nginx") else {
        return;
    };
    let nginx = start(&program, "");
    let url = format!("http://127.0.0.1:{}/", nginx.port);
    let load = [
        "-r",
        "2000",
        "-z",
        "3s",
        "--http",
        "2",
        "--connections",
        "4",
    ];
    let report = report(&[&["http", &url], &load[..]].concat());
    assert_eq!(report["hits"]["ok"], 6_000, "{}", report["failures"]);
    assert_eq!(report["counts"]["connections_opened"], 4);
    assert_eq!(report["counts"]["body_bytes"], 6_000 * 5);
    // The least that each hit sends and receives: frame headers, and a body of 5 bytes.
    assert!(report["bytes"]["sent"].as_u64() >= Some(6_000 * 10));
    assert!(report["bytes"]["received"].as_u64() >= Some(6_000 * 24));
}

#[test]
fn no_hit_is_lost_when_nginx_sends_goaway() {
    let Some(program) = program("nginx") else {
        return;
    };
    let nginx = start(&program, "keepalive_requests 50;");
    let url = format!("http://127.0.0.1:{}/", nginx.port);
    let load = ["-r", "max", "-n", "5000", "-c", "32", "--threads", "1"];
    let http2 = ["--http", "2", "--connections", "2"];
    let report = report(&[&["http", &url], &load[..], &http2].concat());
    assert_eq!(report["hits"]["ok"], 5_000, "{}", report["failures"]);
    // 5,000 / 50, less the last connections. Streams that nginx refused moved to new ones.
    assert!(
        report["counts"]["goaways"].as_u64() >= Some(98),
        "{}",
        report["counts"]
    );
    assert!(report["counts"]["connections_opened"].as_u64() >= Some(99));
}

#[test]
fn hits_wait_for_streams_of_nginx() {
    let Some(program) = program("nginx") else {
        return;
    };
    let nginx = start(&program, "http2_max_concurrent_streams 2;");
    let url = format!("http://127.0.0.1:{}/", nginx.port);
    let load = ["-r", "max", "-n", "2000", "-c", "16", "--http", "2"];
    let one = report(&[&["http", &url], &load[..], &["--connections", "1"]].concat());
    assert_eq!(one["hits"]["ok"], 2_000, "{}", one["failures"]);
    assert_eq!(one["counts"]["connections_opened"], 1);
    assert_eq!(
        one["generator"]["threads"], 1,
        "a connection belongs to one thread"
    );
    assert!(one["phases_us"]["stream_wait"]["count"].as_u64() > Some(1_000));
    // Without --connections, it opens enough connections for all streams.
    let many = report(&[&["http", &url], &load[..], &["--threads", "1"]].concat());
    assert_eq!(many["hits"]["ok"], 2_000, "{}", many["failures"]);
    assert_eq!(many["counts"]["connections_opened"], 8);
    assert!(many["phases_us"]["stream_wait"].is_null());
}

#[test]
fn nginx_chooses_by_alpn() {
    let Some(program) = program("nginx") else {
        return;
    };
    let (both, old) = (free_port(), free_port());
    let folder = tempfile::tempdir().unwrap();
    files::certificates(folder.path());
    let ca = folder.path().join("ca.pem").display().to_string();
    let server = |listen: String| {
        format!(
            "server {{ listen 127.0.0.1:{listen};\n\
             ssl_certificate server.pem; ssl_certificate_key server.key;\n\
             location / {{ return 200 'hello'; }} }}\n"
        )
    };
    let servers = server(format!("{both} ssl http2")) + &server(format!("{old} ssl"));
    let _nginx = nginx::start(&program, folder, both, &servers);
    let hit = |port: u16, flags: &[&str]| {
        let url = format!("https://127.0.0.1:{port}/");
        let load = [
            "http", &url, "--cacert", &ca, "-r", "max", "-n", "100", "-c", "4",
        ];
        report(&[&load, flags, &["--threads", "1"]].concat())
    };
    for (port, flags, alpn, connections) in [
        (both, &[][..], "h2", 1),
        (both, &["--http2"], "h2", 1),
        (both, &["--http", "2", "--connections", "3"], "h2", 3),
        (both, &["--http1.1"], "http/1.1", 4),
        (old, &[], "http/1.1", 4),
    ] {
        let report = hit(port, flags);
        assert_eq!(
            report["hits"]["ok"], 100,
            "{flags:?}: {}",
            report["failures"]
        );
        assert_eq!(
            report["facts"]["alpn"][alpn], connections,
            "{flags:?}: {}",
            report["facts"]
        );
        assert_eq!(
            report["counts"]["connections_opened"], connections,
            "{flags:?}"
        );
    }
    let refused = hit(old, &["--http", "2"]);
    assert_eq!(
        refused["failures"]["h2_not_spoken"], 100,
        "{}",
        refused["failures"]
    );
    assert!(
        refused["advice"]["h2_not_spoken"]
            .as_str()
            .unwrap()
            .contains("--http 1.1")
    );
}
