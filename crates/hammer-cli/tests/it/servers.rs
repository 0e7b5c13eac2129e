use std::env;
use std::fs;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::command::report;

/// A server that nobody here wrote.
struct Nginx {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Nginx {
    fn start(program: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let config = format!(
            "daemon off; master_process off; pid nginx.pid; error_log stderr;\n\
             events {{ worker_connections 2048; }}\n\
             http {{ access_log off; keepalive_requests 1000000;\n\
             client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c;\n\
             uwsgi_temp_path d; scgi_temp_path e;\n\
             server {{ listen 127.0.0.1:{port}; location / {{ return 200 'hello'; }} }} }}\n"
        );
        fs::write(folder.path().join("nginx.conf"), config).unwrap();
        let mut child = Command::new(program)
            .arg("-p")
            .arg(folder.path())
            .args(["-c", "nginx.conf", "-e", "stderr"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(child.try_wait().unwrap().is_none(), "nginx has ended");
            std::thread::yield_now();
        }
        Self {
            child,
            port,
            _folder: folder,
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into()]);
    folders
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

#[test]
fn nginx_is_hit_ten_thousand_times_in_ten_seconds() {
    let Some(program) = program("nginx") else {
        assert!(
            env::var_os("HAMMER_REQUIRE_SERVERS").is_none(),
            "nginx is missing"
        );
        // Straight to stderr, past the test harness, which hides what passing tests print.
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: nginx is not on PATH, so nothing was tested here"
        );
        return;
    };
    let nginx = Nginx::start(&program);
    let url = format!("http://127.0.0.1:{}/", nginx.port);
    let mut verdict = String::new();
    // Other tests share the cores; they may be to blame for a verdict, but not for a count.
    for _ in 0..3 {
        let report = report(&["http", &url, "-r", "1000", "-z", "10s"]);
        assert_eq!(report["hits"]["scheduled"], 10_000);
        assert_eq!(report["hits"]["ok"], 10_000);
        verdict = report["verdict"].to_string();
        if report["verdict"]["status"] == "valid" {
            return;
        }
    }
    panic!("three times: {verdict}");
}
