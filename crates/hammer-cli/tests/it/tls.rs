//! Tests of `hammer target` with TLS.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::command::{hammer, output, report, stderr};

/// A folder with two certificates and their keys.
struct CertificateFiles(TempDir);

impl CertificateFiles {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
            let write = |kind: &str, pem| {
                fs::write(folder.path().join(format!("{name}.{kind}.pem")), pem).unwrap();
            };
            write("cert", made.cert.pem());
            write("key", made.signing_key.serialize_pem());
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}

/// Hits a target with these flags, and returns its final output.
fn hit(target: &[&str], trust: &[&str]) -> String {
    let mut child = hammer(&[&["target"], target].concat())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut url = String::new();
    stdout.read_line(&mut url).unwrap();
    assert!(url.starts_with("https://127.0.0.1:"), "{target:?}: {url}");
    let report = report(&[&["http", url.trim(), "-n", "20", "-r", "1k"], trust].concat());
    assert_eq!(report["hits"]["ok"], 20, "{target:?}: {report}");
    terminate(&mut child);
    let mut counts = String::new();
    stdout.read_to_string(&mut counts).unwrap();
    counts
}

fn terminate(child: &mut Child) {
    kill_process(Pid::from_child(child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_target_supports_tls() {
    let files = CertificateFiles::new();
    let (cert, key) = (files.path("a.cert.pem"), files.path("a.key.pem"));
    for raw in [&[][..], &["--raw"]] {
        for (tls, trust) in [
            (&["--tls"][..], &["-k"][..]),
            (&["--cert", &cert, "--key", &key], &["--cacert", &cert]),
            (
                &["--tls", "--cert", &cert, "--key", &key],
                &["--cacert", &cert],
            ),
        ] {
            let counts = hit(&[tls, raw].concat(), trust);
            assert!(
                counts.contains("requests     20\n"),
                "{tls:?} {raw:?}: {counts}"
            );
        }
    }
}

#[test]
fn invalid_certificates_are_reported_with_flag_and_file() {
    let files = CertificateFiles::new();
    let [cert, key, other] = ["a.cert.pem", "a.key.pem", "b.key.pem"].map(|name| files.path(name));
    let missing = files.path("missing.pem");
    for (flags, flag, file, expected) in [
        (&["--cert", &cert][..], "--cert", &cert, "try --key FILE"),
        (&["--key", &key], "--key", &key, "try --cert FILE"),
        (
            &["--cert", &missing, "--key", &key],
            "--cert",
            &missing,
            "read the file",
        ),
        (
            &["--cert", &cert, "--key", &missing],
            "--key",
            &missing,
            "read the file",
        ),
        (
            &["--cert", &key, "--key", &key],
            "--cert",
            &key,
            "BEGIN CERTIFICATE",
        ),
        (
            &["--cert", &cert, "--key", &cert],
            "--key",
            &cert,
            "BEGIN PRIVATE KEY",
        ),
        (
            &["--cert", &cert, "--key", &other],
            "--key",
            &other,
            "does not belong",
        ),
    ] {
        let output = output(&[&["target"], flags].concat());
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {message}");
        let named = format!("invalid value '{file}' for '{flag} <FILE>': ");
        assert!(message.contains(&named), "{named} {message}");
        assert!(message.contains(expected), "{expected}: {message}");
        assert!(output.stdout.is_empty(), "{flags:?}");
    }
}
