//! The clock of a run.

use std::fmt::Debug;
use std::io;
use std::time::Duration;

use tokio::runtime::Builder;

use crate::engine::timer::WakeTimer;
use crate::host::resource_meter::ResourceMeter;
use crate::host::thread_usage::ThreadUsageMeter;

/// The longest time between two steps of a worker, so that a stall is noticed even if no hit is due.
const LONGEST_SLEEP: Duration = Duration::from_millis(50);

/// The clock of a run: the system's, or a virtual one in tests.
pub(crate) trait RunClock: Debug + Sync {
    /// Sets up the runtime of a worker.
    fn configure(&self, runtime: &mut Builder);

    /// Creates the timer of a worker, which polls instead of sleeping if `spin` is true.
    fn timer(&self, spin: bool) -> io::Result<WakeTimer>;

    /// Starts the meter of the calling thread, which polls instead of sleeping if `spin` is true.
    /// `None` if its CPU time has no meaning by this clock.
    fn thread_meter(&self, spin: bool) -> Option<ThreadUsageMeter>;

    /// Starts the meter of the process, with the figures of the host if they have a meaning by this
    /// clock.
    fn resource_meter(&self) -> ResourceMeter;

    /// The longest time between two steps of a worker, if there is a limit.
    fn longest_sleep(&self) -> Option<Duration>;

    /// Returns true if the clock stands still while a thread waits for another one.
    ///
    /// A worker can then wait for the coordinator or the reader of a playlist.
    fn stops_for_threads(&self) -> bool;
}

/// The clock of the system.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl RunClock for SystemClock {
    fn configure(&self, _: &mut Builder) {}

    fn timer(&self, spin: bool) -> io::Result<WakeTimer> {
        if spin {
            return Ok(WakeTimer::spinning());
        }
        WakeTimer::precise()
    }

    fn thread_meter(&self, spin: bool) -> Option<ThreadUsageMeter> {
        Some(ThreadUsageMeter::start(spin))
    }

    fn resource_meter(&self) -> ResourceMeter {
        ResourceMeter::start(true)
    }

    fn longest_sleep(&self) -> Option<Duration> {
        Some(LONGEST_SLEEP)
    }

    fn stops_for_threads(&self) -> bool {
        false
    }
}
