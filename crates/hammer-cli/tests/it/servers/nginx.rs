//! HTTP/1.1 with nginx.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{ExternalServer, free_port, program};
use crate::command::report;

/// Starts an nginx with these `server` blocks, one of which listens at `port`.
pub(super) fn start(
    program: &Path,
    folder: tempfile::TempDir,
    port: u16,
    servers: &str,
) -> ExternalServer {
    let config = format!(
        "daemon off; master_process off; pid nginx.pid; error_log stderr;\n\
         events {{ worker_connections 2048; }}\n\
         http {{ access_log off; keepalive_requests 1000000;\n\
         client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c;\n\
         uwsgi_temp_path d; scgi_temp_path e;\n\
         {servers} }}\n"
    );
    fs::write(folder.path().join("nginx.conf"), config).unwrap();
    let mut command = Command::new(program);
    command.arg("-p").arg(folder.path());
    command.args(["-c", "nginx.conf", "-e", "stderr"]);
    ExternalServer::start(command, port, folder)
}

#[test]
fn nginx_answers_ten_thousand_hits_in_ten_seconds() {
    let Some(program) = program("nginx") else {
        return;
    };
    let port = free_port();
    let server =
        format!("server {{ listen 127.0.0.1:{port}; location / {{ return 200 'hello'; }} }}");
    let nginx = start(&program, tempfile::tempdir().unwrap(), port, &server);
    let url = format!("http://127.0.0.1:{}/", nginx.port);
    let mut verdict = String::new();
    // Other tests share the cores: they may affect the verdict, but not the counts.
    for _ in 0..3 {
        let report = report(&["http", &url, "-r", "1000", "-z", "10s"]);
        assert_eq!(report["hits"]["scheduled"], 10_000);
        assert_eq!(report["hits"]["ok"], 10_000);
        verdict = report["verdict"].to_string();
        if report["verdict"]["status"] == "valid" {
            return;
        }
    }
    panic!("not valid in three tries: {verdict}");
}

#[test]
fn nginx_and_the_hammer_retire_connections() {
    let Some(program) = program("nginx") else {
        return;
    };
    let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
    let socket = folder.path().join("socket");
    let server = format!(
        "server {{ listen 127.0.0.1:{port}; listen unix:{}; keepalive_requests 10;\n\
         location / {{ return 200 'hello'; }} }}",
        socket.display()
    );
    let nginx = start(&program, folder, port, &server);
    let url = format!("http://127.0.0.1:{}/", nginx.port);
    let load = ["-r", "max", "-n", "100", "-c", "1"];
    let by_nginx = report(&[&["http", &url], &load[..]].concat());
    assert_eq!(by_nginx["hits"]["ok"], 100, "{}", by_nginx["failures"]);
    assert_eq!(by_nginx["counts"]["connections_opened"], 10);
    assert_eq!(by_nginx["counts"]["connections_closed_by_target"], 10);
    let retire = ["--connection-hits", "5"];
    let by_hammer = report(&[&["http", &url], &load[..], &retire].concat());
    assert_eq!(by_hammer["hits"]["ok"], 100, "{}", by_hammer["failures"]);
    assert_eq!(by_hammer["counts"]["connections_opened"], 20);
    assert_eq!(by_hammer["counts"]["connections_retired"], 20);
    assert_eq!(by_hammer["counts"]["connections_reused"], 80);
    // With a Unix socket, the host is not looked up.
    let socket = socket.display().to_string();
    let unix = [
        "http",
        "http://no-such-host.invalid/",
        "--unix-socket",
        &socket,
    ];
    let report = report(&[&unix, &load[..]].concat());
    assert_eq!(report["hits"]["ok"], 100, "{}", report["failures"]);
}
