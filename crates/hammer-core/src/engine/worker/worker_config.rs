//! The settings of a worker.

use std::time::{Duration, SystemTime};

use crate::engine::clock::RunClock;
use crate::engine::dispatcher::dispatcher::DispatchLimits;
use crate::engine::stop_handle::StopHandle;

/// The settings of a worker.
#[derive(Debug, Clone)]
pub(crate) struct WorkerConfig {
    pub(crate) worker: usize,
    pub(crate) workers: usize,
    pub(crate) limits: DispatchLimits,
    pub(crate) warmup: Duration,
    pub(crate) start_at: Option<SystemTime>,
    pub(crate) seed: u64,
    pub(crate) log_hits: bool,
    pub(crate) spin: bool,
    pub(crate) clock: &'static dyn RunClock,
    pub(crate) stop: StopHandle,
}

impl WorkerConfig {
    /// The limit of the drain, by default the timeout.
    pub(crate) fn drain(&self) -> Duration {
        self.limits.drain.unwrap_or(self.limits.timeout)
    }
}
