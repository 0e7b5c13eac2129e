use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::PlannedTimeSeries;
use crate::Error;

/// What is told of a timeline while it is played, by whoever reads it: when there was what to send, and
/// what went wrong.
#[derive(Debug, Clone, Default)]
pub struct PlaybackStatus(Arc<Mutex<PlaybackStatusInner>>);

#[derive(Debug, Default)]
struct PlaybackStatusInner {
    error: Option<Error>,
    time_series: PlannedTimeSeries,
}

impl PlaybackStatus {
    /// What went wrong, if anything did; told once.
    #[must_use]
    pub fn take_error(&self) -> Option<Error> {
        self.lock().error.take()
    }

    /// What was read so far, by the second in which it is due.
    #[must_use]
    pub fn time_series(&self) -> PlannedTimeSeries {
        self.lock().time_series.clone()
    }

    pub(super) fn set_error(&self, error: Error) {
        self.lock().error = Some(error);
    }

    pub(super) fn count(&self, second: u64, planned: u64, skipped: u64) {
        self.lock().time_series.count(second, planned, skipped);
    }

    fn lock(&self) -> MutexGuard<'_, PlaybackStatusInner> {
        // Nothing panics while it is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
