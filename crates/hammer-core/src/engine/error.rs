//! Errors that prevent or end a run without a report.

use std::io;

use crate::model::hammer::PrepareError;

hammer_diagnostic::opaque_error! {
    /// An error that prevented a run. The message reads well after "failed to run: ".
    pub struct Error(ErrorKind);
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The schedule has no hits, or the hammer has no data for any.
    EmptySchedule,
    /// A setting is out of range.
    InvalidSetting,
    /// The schedule has no rate to warm up with.
    NothingToWarmUp,
    /// A warm-up would use up data that the hammer has for a limited number of hits.
    WarmupExhaustsHits,
    /// A series of runs would use up data that the hammer has for a limited number of hits.
    SeriesExhaustsHits,
    /// A thread of the engine could not start or panicked.
    Worker,
    /// The hammer could not prepare.
    PrepareFailed,
}

const WORKER_FAILED: &str = "a thread of the engine failed";
const PREPARE_FAILED: &str = "cannot prepare the load";

impl Error {
    pub(crate) fn worker(source: io::Error) -> Self {
        Self::new(ErrorKind::Worker, WORKER_FAILED).with_source(source)
    }

    pub(crate) fn prepare_failed(source: PrepareError) -> Self {
        Self::new(ErrorKind::PrepareFailed, PREPARE_FAILED).with_source(source)
    }
}
