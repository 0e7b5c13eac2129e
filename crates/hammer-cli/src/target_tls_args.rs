use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use hammer_diagnostic::chain;
use hammer_target::{ErrorKind, ServerCertificate};

use crate::error::Error;

const CERT: &str = "--cert <FILE>";
const KEY: &str = "--key <FILE>";

/// Whom a certificate that signs itself is for.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Whether and how a target speaks TLS.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct TargetTlsArgs {
    /// Speak TLS; without --cert, self-signed for localhost, 127.0.0.1 and ::1
    #[arg(long)]
    tls: bool,
    /// Certificate to show, in PEM; implies --tls
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// Private key of the certificate, in PEM
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl TargetTlsArgs {
    /// The certificate to show, if TLS is to be spoken.
    pub(crate) fn certificate(&self) -> Result<Option<ServerCertificate>, Error> {
        match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => certificate_from_files(cert, key).map(Some),
            (Some(cert), None) => Err(file_error(CERT, cert, "its key is missing: add --key FILE")),
            (None, Some(key)) => Err(file_error(
                KEY,
                key,
                "its certificate is missing: add --cert FILE",
            )),
            (None, None) if self.tls => ServerCertificate::self_signed(LOOPBACK)
                .map(Some)
                .map_err(|error| Error::Run(chain(&error))),
            (None, None) => Ok(None),
        }
    }
}

fn certificate_from_files(cert: &Path, key: &Path) -> Result<ServerCertificate, Error> {
    let texts = (read(CERT, cert)?, read(KEY, key)?);
    ServerCertificate::from_pem(texts.0, texts.1).map_err(|error| {
        let (flag, path) = match error.kind() {
            ErrorKind::Key => (KEY, key),
            _ => (CERT, cert),
        };
        file_error(flag, path, &chain(&error))
    })
}

fn read(flag: &str, path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path)
        .map_err(|error| file_error(flag, path, &format!("failed to read the file: {error}")))
}

fn file_error(flag: &str, path: &Path, wrong: &str) -> Error {
    Error::invalid_value(flag, &path.display().to_string(), wrong)
}
