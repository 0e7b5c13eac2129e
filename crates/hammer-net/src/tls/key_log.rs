//! Writes the secrets of TLS connections to a file, for decryption with Wireshark.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use hammer_diagnostic::printable_path;
use rustls::KeyLog;

use crate::{Error, ErrorKind};

/// A key log in the NSS format, as written by programs that support `SSLKEYLOGFILE`.
pub(crate) struct KeyLogFile(Mutex<File>);

impl KeyLogFile {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|cause| {
            let message = format!("cannot open the key log {}", printable_path(path));
            Error::new(ErrorKind::Tls, message).with_source(cause)
        })?;
        Ok(Self(Mutex::new(file)))
    }
}

impl KeyLog for KeyLogFile {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let hex =
            |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
        let line = format!("{label} {} {}\n", hex(client_random), hex(secret));
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One write per line, since other programs may append to the same file.
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::debug!(%error, "cannot write to the key log");
        }
    }
}

impl fmt::Debug for KeyLogFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyLogFile")
    }
}
