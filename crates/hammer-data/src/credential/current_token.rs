//! Token that hits currently use.

use std::time::{Duration, Instant};

use super::SecretBytes;

/// The token that hits currently use.
#[derive(Debug, Clone)]
pub struct CurrentToken {
    secret: SecretBytes,
    ordinal: u64,
    received_at: Instant,
}

impl CurrentToken {
    /// Creates the token after `previous`, or the first one.
    pub(super) fn successor_of(previous: Option<&Self>, secret: SecretBytes) -> Self {
        Self {
            secret,
            ordinal: previous.map_or(0, |previous| previous.ordinal) + 1,
            received_at: Instant::now(),
        }
    }

    /// Returns the bytes of the token.
    #[must_use]
    pub fn secret(&self) -> &SecretBytes {
        &self.secret
    }

    /// Returns the number of the token among those of its source: 1 for the one fetched before the run.
    #[must_use]
    pub fn ordinal(&self) -> u64 {
        self.ordinal
    }

    /// Returns the time since the token was received.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.received_at.elapsed()
    }
}
