use std::time::{Duration, Instant};

use super::SecretBytes;

/// The token that is valid now.
#[derive(Debug, Clone)]
pub struct CurrentToken {
    secret: SecretBytes,
    ordinal: u64,
    received_at: Instant,
}

impl CurrentToken {
    /// The first one, or the one after `last`.
    pub(super) fn successor_of(last: Option<&Self>, secret: SecretBytes) -> Self {
        Self {
            secret,
            ordinal: last.map_or(0, |last| last.ordinal) + 1,
            received_at: Instant::now(),
        }
    }

    /// The token.
    #[must_use]
    pub fn secret(&self) -> &SecretBytes {
        &self.secret
    }

    /// The how many-th of its source it is: 1 for the one that came before the run.
    #[must_use]
    pub fn ordinal(&self) -> u64 {
        self.ordinal
    }

    /// How long ago it came.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.received_at.elapsed()
    }
}
