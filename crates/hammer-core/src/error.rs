use std::{error, fmt, io};

/// Why a hammer could not get ready, in its own words.
pub type PrepareError = Box<dyn error::Error + Send + Sync>;

/// Why a run could not be made; reads well after "failed to run: ".
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Option<PrepareError>,
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The schedule has neither an end nor a stop that could end it, or holds no hit.
    EmptySchedule,
    /// A setting is out of its range.
    InvalidSetting,
    /// There is nothing to warm up with.
    NothingToWarmUp,
    /// A warm-up would use up what the hammer has for so many hits only.
    WarmupExhaustsHits,
    /// The system gave no thread, timer or descriptor for a worker.
    Worker,
    /// The hammer could not get ready.
    PrepareFailed,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(crate) fn worker(source: io::Error) -> Self {
        Self {
            kind: ErrorKind::Worker,
            source: Some(source.into()),
        }
    }

    pub(crate) fn prepare_failed(source: PrepareError) -> Self {
        Self {
            kind: ErrorKind::PrepareFailed,
            source: Some(source),
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::EmptySchedule => "the schedule holds no hit: its duration or its count is 0",
            ErrorKind::InvalidSetting => "max_in_flight, threads and timeout must be above 0",
            ErrorKind::NothingToWarmUp => "the shape starts at a rate of 0, which warms up nothing",
            ErrorKind::WarmupExhaustsHits => {
                "a warm-up would use up rows that are there for one hit each: run without it"
            }
            ErrorKind::Worker => "the system did not give what a worker thread needs",
            ErrorKind::PrepareFailed => "the hammer could not get ready",
        })
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
