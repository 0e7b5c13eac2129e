//! Keys and certificates, made by the openssl command.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::case::CertificatePaths;

/// The kinds of keys, with the flags of `openssl genpkey`.
const KEY_KINDS: [(&str, &str); 8] = [
    ("rsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"),
    ("rsa1024", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024"),
    ("p256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"),
    ("p384", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384"),
    ("p521", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521"),
    ("ed25519", "-algorithm ED25519"),
    ("ed448", "-algorithm ED448"),
    ("pss", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048"),
];

/// The extensions of a certificate for a server.
pub(super) const SERVER: &str =
    "basicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:localhost\n";
/// Those of a server that is marked as a CA, as `openssl req -x509` does by default.
pub(super) const CA_SERVER: &str =
    "basicConstraints=critical,CA:TRUE\nsubjectAltName=DNS:localhost\n";
pub(super) const CA: &str = "basicConstraints=critical,CA:TRUE\n";

/// A folder with keys, certificates and their issuers.
pub(super) struct Certificates {
    folder: tempfile::TempDir,
    keys: BTreeMap<&'static str, PathBuf>,
}

impl Certificates {
    /// Creates the keys, or returns `None` if openssl is not installed.
    pub(super) fn create() -> Option<Self> {
        Command::new("openssl").arg("version").output().ok()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut certificates = Self {
            folder,
            keys: BTreeMap::new(),
        };
        // No defaults of the system.
        let config = "[req]\ndistinguished_name=name\n[name]\n";
        std::fs::write(certificates.path("openssl.cnf"), config).expect("a written file");
        for (kind, flags) in KEY_KINDS {
            let path = certificates.path(&format!("{kind}.key"));
            certificates.openssl(&format!("genpkey {flags} -out"), [&path]);
            certificates.keys.insert(kind, path);
        }
        Some(certificates)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn key(&self, kind: &str) -> PathBuf {
        self.keys[kind].clone()
    }

    /// Creates a certificate signed by its own key, with these extensions.
    pub(super) fn self_signed(&self, key: &str, extensions: &str) -> CertificatePaths {
        self.sign(key, &format!("self {key}"), extensions, None, "")
    }

    /// Creates the certificate of a CA with this key.
    pub(super) fn authority(&self, key: &str) -> CertificatePaths {
        self.sign(key, &format!("CA {key}"), CA, None, "")
    }

    /// Creates a certificate that `issuer` signs.
    pub(super) fn issued(
        &self,
        key: &str,
        extensions: &str,
        issuer: &CertificatePaths,
    ) -> CertificatePaths {
        self.sign(key, "localhost", extensions, Some(issuer), "")
    }

    /// Creates a certificate, signed by `issuer` or by itself, with more flags of `openssl x509`.
    pub(super) fn sign(
        &self,
        key: &str,
        name: &str,
        extensions: &str,
        issuer: Option<&CertificatePaths>,
        flags: &str,
    ) -> CertificatePaths {
        let number = std::fs::read_dir(self.folder.path())
            .expect("a folder")
            .count();
        let key = self.key(key);
        let request = self.path(&format!("{number}.csr"));
        let subject = format!("/CN={name}");
        let config = self.path("openssl.cnf");
        let words: [&OsStr; 8] = [
            "-config".as_ref(),
            config.as_ref(),
            "-subj".as_ref(),
            subject.as_ref(),
            "-key".as_ref(),
            key.as_ref(),
            "-out".as_ref(),
            request.as_ref(),
        ];
        self.openssl("req -new", words);
        let certificate = self.path(&format!("{number}.pem"));
        let mut words: Vec<&OsStr> = vec!["-in".as_ref(), request.as_ref()];
        match issuer {
            Some(issuer) => words.extend::<[&OsStr; 4]>([
                "-CA".as_ref(),
                issuer.certificate.as_ref(),
                "-CAkey".as_ref(),
                issuer.key.as_ref(),
            ]),
            None => words.extend::<[&OsStr; 2]>(["-signkey".as_ref(), key.as_ref()]),
        }
        let extension_file = self.path(&format!("{number}.ext"));
        std::fs::write(&extension_file, extensions).expect("a written file");
        // A certificate without extensions is of version 1.
        if !extensions.is_empty() {
            words.extend::<[&OsStr; 2]>(["-extfile".as_ref(), extension_file.as_ref()]);
        }
        words.extend::<[&OsStr; 2]>(["-out".as_ref(), certificate.as_ref()]);
        let serial = format!("x509 -req -days 9 -set_serial {} {flags}", number + 1);
        self.openssl(&serial, words);
        CertificatePaths { certificate, key }
    }

    /// Runs openssl with words and paths.
    pub(super) fn openssl(&self, words: &str, paths: impl IntoIterator<Item = impl AsRef<OsStr>>) {
        let output = Command::new("openssl")
            .args(words.split_whitespace())
            .args(paths)
            .stdin(Stdio::null())
            .output();
        let output = output.expect("openssl, whose version is known");
        let problem = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {words}: {problem}");
    }
}
