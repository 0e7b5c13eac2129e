use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use super::{CredentialError, Token, TokenSource};

/// The longest token file.
const MOST: u64 = 1 << 20;

/// Tokens that something else writes into a file, such as a sidecar.
#[derive(Debug, Clone)]
pub struct WatchedFile {
    path: PathBuf,
    every: Duration,
}

impl WatchedFile {
    /// This file, looked at once a second.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            every: Duration::from_secs(1),
        }
    }

    /// Looked at so often.
    #[must_use]
    pub fn every(mut self, every: Duration) -> Self {
        self.every = every;
        self
    }
}

impl TokenSource for WatchedFile {
    fn fetch(&mut self) -> Result<Token, CredentialError> {
        let path = self.path.display().to_string();
        let mut bytes = vec![];
        File::open(&self.path)
            .and_then(|file| file.take(MOST).read_to_end(&mut bytes))
            .map_err(|error| CredentialError::io(format!("can't read {path}"), error))?;
        Ok(Token::written(&bytes, &path)?.asked_again(self.every))
    }
}
