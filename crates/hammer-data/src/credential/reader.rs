use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::Secret;

/// The token that is valid now, for all who ask.
#[derive(Debug)]
pub(super) struct Current {
    version: AtomicU64,
    secret: Mutex<Secret>,
}

impl Current {
    pub(super) fn new() -> Self {
        Self {
            version: AtomicU64::new(0),
            secret: Mutex::new(Secret::new(b"")),
        }
    }

    /// Whether `secret` is another one; then it is valid from now on.
    pub(super) fn set(&self, secret: Secret) -> bool {
        let mut current = self.secret.lock().unwrap_or_else(PoisonError::into_inner);
        let other = *current != secret;
        if other {
            *current = secret;
            // Behind the value: whoever sees the version finds it.
            self.version.fetch_add(1, Ordering::Release);
        }
        other
    }
}

/// What a slot asks for its token within a hit.
///
/// It keeps the token and looks, at the cost of one load, whether there is a newer one; only then,
/// once for each renewal, does it take a lock, which nobody holds for longer than a copy takes.
#[derive(Clone)]
pub struct TokenReader {
    current: Arc<Current>,
    version: u64,
    secret: Secret,
}

impl TokenReader {
    pub(super) fn new(current: Arc<Current>) -> Self {
        let mut reader = Self {
            current,
            // No version yet.
            version: u64::MAX,
            secret: Secret::new(b""),
        };
        reader.get();
        reader
    }

    /// The token.
    pub fn get(&mut self) -> &[u8] {
        let version = self.current.version.load(Ordering::Acquire);
        if version != self.version {
            let secret = self.current.secret.lock();
            self.secret = secret.unwrap_or_else(PoisonError::into_inner).clone();
            self.version = version;
        }
        self.secret.expose()
    }

    /// How often the token was another one since the run began to fetch them; with each of them 1 more.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }
}

impl fmt::Debug for TokenReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenReader")
            .field("version", &self.version)
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}
