//! TLS flags of `hammer target`.

use std::path::{Path, PathBuf};

use clap::Args;
use hammer_diagnostic::chain;
use hammer_files::InputFile;
use hammer_target::{ErrorKind, ServerCertificate};

use crate::error::Error;

const CERT: &str = "--cert <FILE>";
const KEY: &str = "--key <FILE>";

/// Subject names of the self-signed certificate.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// TLS flags of `target`.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct TargetServerTlsArgs {
    /// Serve TLS, with a self-signed certificate unless --cert is given
    ///
    /// The self-signed certificate is for localhost, 127.0.0.1 and ::1.
    #[arg(long)]
    tls: bool,
    /// Certificate chain in PEM; implies --tls
    ///
    /// Maximum file size: 16 MiB.
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// Private key of the certificate, in PEM
    ///
    /// Maximum file size: 16 MiB.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl TargetServerTlsArgs {
    /// Reads or creates the certificate if TLS is to be served.
    pub(crate) fn certificate(&self) -> Result<Option<ServerCertificate>, Error> {
        match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => certificate_from_files(cert, key).map(Some),
            (Some(cert), None) => Err(file_error(
                CERT,
                cert,
                "missing private key (try --key FILE)",
            )),
            (None, Some(key)) => Err(file_error(
                KEY,
                key,
                "missing certificate (try --cert FILE)",
            )),
            (None, None) if self.tls => ServerCertificate::self_signed(LOOPBACK)
                .map(Some)
                .map_err(|error| Error::Run(chain(&error))),
            (None, None) => Ok(None),
        }
    }
}

fn certificate_from_files(cert: &Path, key: &Path) -> Result<ServerCertificate, Error> {
    let (cert_pem, key_pem) = (read(CERT, cert)?, read(KEY, key)?);
    ServerCertificate::from_pem(cert_pem, key_pem).map_err(|error| {
        let (flag, path) = match error.kind() {
            ErrorKind::Key => (KEY, key),
            _ => (CERT, cert),
        };
        file_error(flag, path, &chain(&error))
    })
}

fn read(flag: &str, path: &Path) -> Result<Vec<u8>, Error> {
    InputFile::Certificates
        .read(path)
        .map_err(|error| file_error(flag, path, &format!("failed to read the file: {error}")))
}

fn file_error(flag: &str, path: &Path, problem: &str) -> Error {
    Error::invalid_value(flag, &path.display().to_string(), problem)
}
