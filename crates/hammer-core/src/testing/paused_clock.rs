//! Runs under a paused clock.

use std::io;
use std::time::Duration;

use tokio::runtime::Builder;

use crate::engine::clock::RunClock;
use crate::engine::run::Run;
use crate::engine::timer::WakeTimer;
use crate::host::resource_meter::ResourceMeter;
use crate::host::thread_usage::ThreadUsageMeter;
use crate::model::hammer::Hammer;

/// Sets `run` up to execute under tokio's paused clock, on one worker.
///
/// Time advances at once when there is nothing else to do, and equal scripts give equal reports, to
/// the millisecond of tokio's timers. Use it only for hammers that wait with nothing but tokio's
/// timers.
pub fn with_paused_clock<H: Hammer>(mut run: Run<H>) -> Run<H> {
    run.config.clock = &PausedClock;
    run.threads(1)
}

/// Tokio's paused clock, which each worker has for itself.
#[derive(Debug)]
struct PausedClock;

impl RunClock for PausedClock {
    fn configure(&self, runtime: &mut Builder) {
        runtime.start_paused(true);
    }

    fn timer(&self, _spin: bool) -> io::Result<WakeTimer> {
        Ok(WakeTimer::tokio())
    }

    fn thread_meter(&self, _spin: bool) -> Option<ThreadUsageMeter> {
        None
    }

    fn resource_meter(&self) -> ResourceMeter {
        ResourceMeter::start(false)
    }

    fn longest_sleep(&self) -> Option<Duration> {
        None
    }

    fn stops_for_threads(&self) -> bool {
        true
    }
}
