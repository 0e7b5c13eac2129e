use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Tally;
use crate::Error;

/// What is told of a timeline while it is played, by whoever reads it: when there was what to send, and
/// what went wrong.
#[derive(Debug, Clone, Default)]
pub struct Account(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    trouble: Option<Error>,
    tally: Tally,
}

impl Account {
    /// What went wrong, if anything did; told once.
    #[must_use]
    pub fn take_trouble(&self) -> Option<Error> {
        self.inside().trouble.take()
    }

    /// What was read so far, by the second in which it is due.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.inside().tally.clone()
    }

    pub(super) fn fail(&self, error: Error) {
        self.inside().trouble = Some(error);
    }

    pub(super) fn count(&self, second: u64, planned: u64, skipped: u64) {
        self.inside().tally.count(second, planned, skipped);
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // Nothing panics while it is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
