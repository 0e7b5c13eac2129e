//! Status of a playback, shared with its iterator.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::PlaybackTimeSeries;
use crate::Error;

/// The status of a playback, which its iterator updates: counts over time and an error.
#[derive(Debug, Clone, Default)]
pub struct PlaybackStatus(Arc<Mutex<PlaybackStatusInner>>);

#[derive(Debug, Default)]
struct PlaybackStatusInner {
    error: Option<Error>,
    time_series: PlaybackTimeSeries,
}

impl PlaybackStatus {
    /// Takes the error, if there was one.
    #[must_use]
    pub fn take_error(&self) -> Option<Error> {
        self.lock().error.take()
    }

    /// Returns the counts of rows so far, by due time.
    #[must_use]
    pub fn time_series(&self) -> PlaybackTimeSeries {
        self.lock().time_series.clone()
    }

    pub(super) fn set_error(&self, error: Error) {
        self.lock().error = Some(error);
    }

    pub(super) fn count(&self, second: u64, planned: u64, skipped: u64) {
        self.lock().time_series.count(second, planned, skipped);
    }

    fn lock(&self) -> MutexGuard<'_, PlaybackStatusInner> {
        // No code that holds the lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
