use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use hammer_target::{Certificate, ErrorKind};

use crate::error::{Error, chain};

const CERT: &str = "--cert <FILE>";
const KEY: &str = "--key <FILE>";

/// Whom a certificate that signs itself is for.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Whether and how a target speaks TLS.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct TlsArgs {
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

impl TlsArgs {
    /// The certificate to show, if TLS is to be spoken.
    pub(crate) fn certificate(&self) -> Result<Option<Certificate>, Error> {
        match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => from_files(cert, key).map(Some),
            (Some(cert), None) => Err(wrong(CERT, cert, "its key is missing: add --key FILE")),
            (None, Some(key)) => Err(wrong(
                KEY,
                key,
                "its certificate is missing: add --cert FILE",
            )),
            (None, None) if self.tls => Certificate::self_signed(LOOPBACK)
                .map(Some)
                .map_err(|error| Error::Run(format!("failed to {}", chain(&error)))),
            (None, None) => Ok(None),
        }
    }
}

fn from_files(cert: &Path, key: &Path) -> Result<Certificate, Error> {
    let texts = (read(CERT, cert)?, read(KEY, key)?);
    Certificate::from_pem(texts.0, texts.1).map_err(|error| {
        let (flag, path) = match error.kind() {
            ErrorKind::Key => (KEY, key),
            _ => (CERT, cert),
        };
        wrong(flag, path, &format!("failed to {}", chain(&error)))
    })
}

fn read(flag: &str, path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|error| wrong(flag, path, &format!("failed to read the file: {error}")))
}

fn wrong(flag: &str, path: &Path, wrong: &str) -> Error {
    Error::value(flag, &path.display().to_string(), wrong)
}
