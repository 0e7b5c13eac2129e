use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::{CredentialError, FetchedToken, TokenSource};

/// The longest token file.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// How long a file may be empty while it is written.
const REWRITE_DELAY: Duration = Duration::from_millis(100);

/// Tokens that something else writes into a file, such as a sidecar.
#[derive(Debug, Clone)]
pub struct WatchedTokenFile {
    path: PathBuf,
    poll_interval: Duration,
}

impl WatchedTokenFile {
    /// This file, looked at once a second.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            poll_interval: Duration::from_secs(1),
        }
    }

    /// Looked at so often.
    #[must_use]
    pub fn poll_interval(mut self, every: Duration) -> Self {
        self.poll_interval = every;
        self
    }
}

impl TokenSource for WatchedTokenFile {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        let path = self.path.display().to_string();
        let read = || {
            let mut bytes = vec![];
            let file = File::open(&self.path)?;
            file.take(MAX_FILE_BYTES)
                .read_to_end(&mut bytes)
                .map(|_| bytes)
        };
        let bytes = read_settled(read);
        let bytes =
            bytes.map_err(|error| CredentialError::io(format!("can't read {path}"), error))?;
        Ok(FetchedToken::parse(&bytes, &path)?.refetch_after(self.poll_interval))
    }
}

/// What `read` reads, and if that is nothing what it reads a moment later: whoever writes a file in
/// place empties it first.
fn read_settled(mut read: impl FnMut() -> io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
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
    fn a_file_that_is_being_written_is_looked_at_again() {
        for (looks, bytes) in [
            (["one", "two"], "one"),
            (["", "two"], "two"),
            (["\n", ""], ""),
        ] {
            let mut looks = looks.iter();
            let read = || Ok(looks.next().expect("two looks").as_bytes().to_vec());
            assert_eq!(read_settled(read).expect("read"), bytes.as_bytes());
        }
    }
}
