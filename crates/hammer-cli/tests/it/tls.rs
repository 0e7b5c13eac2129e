//! Tests of TLS: the certificates of `hammer target`, and those of its clients.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::command::{hammer, json, output, report, stderr, stdout};

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

/// The text of a PKCS #8 key with the password `sesame`, as `openssl pkcs8 -topk8 -v2 aes-256-cbc` writes it.
fn encrypted_key(files: &CertificateFiles) -> Option<String> {
    let encrypted = files.path("encrypted.pem");
    let made = Command::new("openssl")
        .args(["pkey", "-aes256", "-passout", "pass:sesame", "-in"])
        .args([&files.path("a.key.pem"), "-out", &encrypted])
        .output();
    if made.is_ok_and(|output| output.status.success()) {
        return Some(encrypted);
    }
    assert!(
        std::env::var_os("HAMMER_REQUIRE_SERVERS").is_none(),
        "cannot run openssl"
    );
    None
}

#[test]
fn the_password_of_a_key_has_the_syntax_of_curl() {
    let files = CertificateFiles::new();
    let Some(encrypted) = encrypted_key(&files) else {
        return;
    };
    let (cert, url) = (files.path("a.cert.pem"), "https://127.0.0.1:1/");
    let hit =
        |flags: &[&str]| output(&[&["http", url, "-r", "max", "-n", "1", "-k"], flags].concat());
    for flags in [
        &["--cert", &format!("{cert}:sesame"), "--key", &encrypted][..],
        &["--cert", &cert, "--key", &encrypted, "--pass", "sesame"],
    ] {
        // The options are valid, so that a connection is tried.
        let output = hit(flags);
        assert!(
            stdout(&output).contains("connect refused: 1"),
            "{}",
            stderr(&output)
        );
    }
    for (flags, expected) in [
        (
            &["--cert", &cert, "--key", &encrypted][..],
            "try --pass PASSWORD",
        ),
        (
            &["--cert", &cert, "--key", &encrypted, "--pass", "secret"],
            "its password is wrong",
        ),
    ] {
        let output = hit(flags);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(
            message.contains(expected) && !message.contains("secret"),
            "{message}"
        );
    }
}

#[test]
fn the_certificate_of_a_plan_is_relative_to_the_plan() {
    let files = CertificateFiles::new();
    let Some(_) = encrypted_key(&files) else {
        return;
    };
    let plan = files.path("plan.toml");
    let text = "[[load]]\ntarget = 'https://127.0.0.1:1/'\nrate = 'max'\nhits = 1\n\
                cert = 'a.cert.pem:sesame'\nkey = 'encrypted.pem'\n";
    fs::write(&plan, text).unwrap();
    let output = output(&["run", &plan, "-q", "-o", "json"]);
    assert_eq!(
        json(&output)["failures"]["connect_refused"],
        1,
        "{}",
        stderr(&output)
    );
}

#[test]
fn files_in_other_formats_are_met_with_the_command_that_converts_them() {
    let files = CertificateFiles::new();
    let other = files.path("other");
    for (bytes, command) in [
        // The beginnings of PKCS #12, of a certificate in DER and of PKCS #7.
        (
            &[0x30, 0x82, 9, 1, 2, 1, 3, 0x30][..],
            "try openssl pkcs12 -in FILE",
        ),
        (
            &[0x30, 0x82, 3, 1, 0x30, 0x82, 2, 1],
            "try openssl x509 -inform DER",
        ),
        (&[0x30, 0x80, 6, 9], "try openssl pkcs7 -inform DER"),
    ] {
        fs::write(&other, bytes).unwrap();
        for flag in ["--cert", "--cacert"] {
            let output = output(&["http", "https://127.0.0.1:1/", "-n", "1", flag, &other]);
            let message = stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{message}");
            assert!(message.contains(command), "{flag}: {message}");
        }
    }
}

#[test]
fn an_expired_certificate_of_a_bundle_is_warned_about_once_and_without_colors() {
    let files = CertificateFiles::new();
    let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
    params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let expired = params
        .self_signed(&rcgen::KeyPair::generate().unwrap())
        .unwrap();
    let bundle = files.path("bundle.pem");
    let valid = fs::read_to_string(files.path("a.cert.pem")).unwrap();
    fs::write(&bundle, expired.pem() + &valid).unwrap();
    for threads in ["1", "2"] {
        let flags = [
            "-r",
            "max",
            "-n",
            "2",
            "--threads",
            threads,
            "--cacert",
            &bundle,
        ];
        let output = output(&[&["http", "https://127.0.0.1:1/"], &flags[..]].concat());
        let log = stderr(&output);
        assert_eq!(log.matches("expired on 2020-01-01").count(), 1, "{log}");
        assert!(
            log.contains("skipping a certificate in the CA file"),
            "{log}"
        );
        assert!(!log.contains('\x1b'), "{log:?}");
    }
}
