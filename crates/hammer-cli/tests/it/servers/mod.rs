//! Tests with servers and readers of other projects.
//!
//! `.ci/run` installs them. If one is missing, its tests print that they are skipped.

mod duckdb;
mod files;
mod hdr_histogram;
#[cfg(target_os = "linux")]
mod namespaces;
mod nginx;
mod nginx_http2;
mod nginx_tls;
mod proxies;
mod python;
#[cfg(unix)]
mod tmux;

use std::env;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A server that runs until this is dropped.
struct ExternalServer {
    child: Child,
    port: u16,
    /// The folder of its files.
    _folder: tempfile::TempDir,
}

impl ExternalServer {
    /// Starts `command`, and waits until it listens at `port`.
    fn start(mut command: Command, port: u16, folder: tempfile::TempDir) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(child.try_wait().unwrap().is_none(), "{command:?} ended");
            std::thread::yield_now();
        }
        Self {
            child,
            port,
            _folder: folder,
        }
    }
}

impl Drop for ExternalServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free when this was called.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The path of a program; `None` if it is missing and the test has to be skipped.
fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into()]);
    let found = folders
        .map(|folder| folder.join(name))
        .find(|program| program.is_file());
    if found.is_none() {
        report_skipped(&format!("{name} is not on PATH"));
    }
    found
}

/// Reports that a test is skipped, and fails if no server may be missing.
fn report_skipped(reason: &str) {
    assert!(env::var_os("HAMMER_REQUIRE_SERVERS").is_none(), "{reason}");
    // The test harness hides `eprintln!` of passing tests, but not writes to stderr.
    let _ = writeln!(
        io::stderr(),
        "SKIPPED: {reason}, so nothing was tested here"
    );
}
