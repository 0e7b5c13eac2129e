//! Tokens from a file that another program updates.

use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use hammer_diagnostic::printable_path;
use hammer_files::InputFile;

use super::{CredentialError, FetchedToken, TokenSource};

/// The time after which an empty file is read again, since it may be empty while it is written.
const REWRITE_DELAY: Duration = Duration::from_millis(100);

/// A source of tokens that another program, such as a sidecar, writes to a file of at most 1 MiB.
#[derive(Debug, Clone)]
pub struct WatchedTokenFile {
    path: PathBuf,
    poll_interval: Duration,
}

impl WatchedTokenFile {
    /// Creates a source that reads the file every second.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            poll_interval: Duration::from_secs(1),
        }
    }

    /// Sets the interval at which the file is read.
    #[must_use]
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }
}

impl TokenSource for WatchedTokenFile {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        let path = printable_path(&self.path);
        let bytes = read_nonempty(|| InputFile::Secret.read(&self.path));
        let bytes =
            bytes.map_err(|error| CredentialError::io(format!("cannot read {path}"), error))?;
        Ok(FetchedToken::parse(&bytes, &path)?.refetch_after(self.poll_interval))
    }
}

/// Reads a file, and reads it once more after a delay if it is empty: a program that writes a file in
/// place truncates it first.
fn read_nonempty(mut read: impl FnMut() -> io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
    let bytes = read()?;
    if !bytes.trim_ascii().is_empty() {
        return Ok(bytes);
    }
    thread::sleep(REWRITE_DELAY);
    read()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_read_again() {
        for (reads, bytes) in [
            (["one", "two"], "one"),
            (["", "two"], "two"),
            (["\n", ""], ""),
        ] {
            let mut reads = reads.iter();
            let read = || Ok(reads.next().expect("at most two").as_bytes().to_vec());
            assert_eq!(read_nonempty(read).expect("read"), bytes.as_bytes());
        }
    }
}
