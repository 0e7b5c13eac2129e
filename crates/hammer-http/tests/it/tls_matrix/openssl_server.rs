//! The HTTPS server of the openssl command.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::case::CertificatePaths;

/// A running `openssl s_server -www`; dropping it ends it.
pub(super) struct OpensslServer {
    child: Child,
    /// The server ends at the end of its input.
    _input: ChildStdin,
    _output: BufReader<ChildStdout>,
    pub(super) port: u16,
}

impl OpensslServer {
    pub(super) fn start(paths: &CertificatePaths, flags: &[String]) -> Self {
        let spawned = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-www", "-cert"])
            .arg(&paths.certificate)
            .arg("-key")
            .arg(&paths.key)
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = spawned.expect("openssl, which made the certificates");
        let input = child.stdin.take().expect("a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        while !line.starts_with("ACCEPT ") {
            line.clear();
            let bytes = output.read_line(&mut line).expect("text");
            assert!(bytes > 0, "openssl refuses {paths:?} with {flags:?}");
        }
        let (_, port) = line.trim().rsplit_once(':').expect("an address");
        Self {
            child,
            _input: input,
            _output: output,
            port: port.parse().expect("a port"),
        }
    }
}

impl Drop for OpensslServer {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
