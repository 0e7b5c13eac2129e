use std::time::{Duration, Instant};

use super::Secret;

/// The token that is valid now.
#[derive(Debug, Clone)]
pub struct Present {
    secret: Secret,
    ordinal: u64,
    came: Instant,
}

impl Present {
    /// The first one, or the one after `last`.
    pub(super) fn after(last: Option<&Self>, secret: Secret) -> Self {
        Self {
            secret,
            ordinal: last.map_or(0, |last| last.ordinal) + 1,
            came: Instant::now(),
        }
    }

    /// The token.
    #[must_use]
    pub fn secret(&self) -> &Secret {
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
        self.came.elapsed()
    }
}
