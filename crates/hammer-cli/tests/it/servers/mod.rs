//! Servers that nobody here wrote. `.ci/run` installs them; where one is missing, its tests are
//! skipped, and say so.

mod files;
#[cfg(target_os = "linux")]
mod namespaces;
mod nginx;
mod nginx_http2;
mod nginx_tls;
mod proxies;

use std::env;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A server that runs until this is dropped.
struct ExternalServer {
    child: Child,
    port: u16,
    /// What it reads and writes.
    _folder: tempfile::TempDir,
}

impl ExternalServer {
    /// Starts `command`, and waits until it listens at `port`.
    fn start(mut command: Command, port: u16, folder: tempfile::TempDir) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(child.try_wait().unwrap().is_none(), "{command:?} has ended");
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

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Where a program lies, or none if a test has to be skipped for want of it.
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

/// Says that a test is skipped, and fails it where nothing may be missing.
fn report_skipped(why: &str) {
    assert!(env::var_os("HAMMER_REQUIRE_SERVERS").is_none(), "{why}");
    // Straight to stderr, past the test harness, which hides what passing tests print.
    let _ = writeln!(io::stderr(), "SKIPPED: {why}, so nothing was tested here");
}
