//! The settings of a worker.

use std::time::{Duration, SystemTime};

use crate::engine::clock::RunClock;
use crate::engine::dispatcher::dispatcher::DispatchLimits;
use crate::engine::dispatcher::worker_hits::WorkerPart;
use crate::engine::stop_handle::StopHandle;

/// The settings of a worker.
#[derive(Debug, Clone)]
pub(crate) struct WorkerConfig {
    pub(crate) worker: usize,
    pub(crate) workers: usize,
    pub(crate) limits: DispatchLimits,
    /// The time limit for opening sessions before the clock starts.
    pub(crate) open_limit: Duration,
    pub(crate) warmup: Duration,
    pub(crate) start_at: Option<SystemTime>,
    pub(crate) seed: u64,
    pub(crate) log_hits: bool,
    pub(crate) spin: bool,
    pub(crate) clock: &'static dyn RunClock,
    /// Ends the first run.
    pub(crate) stop: StopHandle,
    /// True if runs can follow: sessions then stay open at the end of each.
    pub(crate) is_series: bool,
}

impl WorkerConfig {
    /// The position among the workers.
    pub(crate) fn part(&self) -> WorkerPart {
        WorkerPart {
            worker: self.worker,
            workers: self.workers,
        }
    }

    /// The limit of the drain, by default the timeout.
    pub(crate) fn drain(&self) -> Duration {
        self.limits.drain.unwrap_or(self.limits.timeout)
    }
}
