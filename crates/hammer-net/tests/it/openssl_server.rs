//! The TLS server of the openssl command.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// A running `openssl s_server`; dropping it ends it.
pub(crate) struct OpensslServer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
    pub(crate) client_config: ClientConfig,
    _certificates: tempfile::TempDir,
}

impl OpensslServer {
    /// Starts the server, or returns `None` if openssl is not installed.
    pub(crate) fn start(options: &[&str]) -> Option<Self> {
        let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]);
        let certified = certified.expect("valid names");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (certificate, key) = (
            folder.path().join("cert.pem"),
            folder.path().join("key.pem"),
        );
        std::fs::write(&certificate, certified.cert.pem()).expect("a writable folder");
        std::fs::write(&key, certified.signing_key.serialize_pem()).expect("a writable folder");
        let spawned = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-cert"])
            .arg(&certificate)
            .arg("-key")
            .arg(&key)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) => {
                skip(&format!("cannot run openssl: {error}"));
                return None;
            }
        };
        let input = child.stdin.take().expect("a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let address = line_with(&mut output, "ACCEPT ");
        let address = address.trim_start_matches("ACCEPT ").trim();
        Some(Self {
            child,
            input,
            output,
            address: address.parse().expect("an address"),
            client_config: client_config(&certified.cert.pem()),
            _certificates: folder,
        })
    }

    /// Writes a line to the server's input: a command, or plaintext for the client.
    pub(crate) fn type_line(&mut self, line: &str) {
        // In one write, since the server takes each read of its input for a line.
        let line = format!("{line}\n");
        let written = self.input.write_all(line.as_bytes());
        written.expect("a running server");
    }

    /// Waits for plaintext of the client.
    pub(crate) fn wait_for(&mut self, text: &str) {
        line_with(&mut self.output, text);
    }
}

impl Drop for OpensslServer {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn client_config(pem: &str) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).expect("a PEM certificate");
    roots.add(certificate).expect("a certificate");
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("supported versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.enable_secret_extraction = true;
    config
}

fn line_with(output: &mut impl BufRead, text: &str) -> String {
    let mut line = String::new();
    while !line.contains(text) {
        line.clear();
        let bytes = output.read_line(&mut line).expect("text");
        assert!(bytes > 0, "the server ended before it wrote {text:?}");
    }
    line
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skip(reason: &str) {
    assert!(env::var_os("HAMMER_REQUIRE_SERVERS").is_none(), "{reason}");
    eprintln!("skipped: {reason}");
}
