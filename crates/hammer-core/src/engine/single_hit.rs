//! The settings of a hit without a run, and its execution on the calling thread.

use std::io;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, LocalOptions};

use crate::engine::error::{Error, ErrorKind};
use crate::engine::single_hit_session::{SingleHitSession, SingleHitSettings};
use crate::engine::stop_handle::StopHandle;
use crate::model::hammer::Hammer;
use crate::report::proxy_report::ProxyReport;
use crate::report::single_hit_result::SingleHitResult;

const NO_DATA: &str = "the hammer has no data for a hit";
const ZERO_TIMEOUT: &str = "expected `timeout` to be above 0, found 0";

/// One hit of a hammer without a run: no schedule, no threads and no report.
///
/// The hammer prepares, opens a session, hits the target, settles and closes the session, as in a
/// closed loop of one slot. By default, the timeout is 10 s.
///
/// ```
/// use std::time::Duration;
/// use hammer_core::{Hit, HitResult, Outcome, SingleHit, from_fn};
///
/// let hammer = from_fn(async |hit: &mut Hit| {
///     hit.mark("answer");
///     Ok(Outcome::ok("done").received(4))
/// });
/// let hit = SingleHit::new(&hammer).timeout(Duration::from_secs(1)).execute()?;
/// assert_eq!(hit.result, HitResult::Ok);
/// assert_eq!(hit.bytes.received, 4);
/// assert_eq!(hit.phases[0].0, "answer");
/// # Ok::<(), hammer_core::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a hit is not sent until it is executed"]
pub struct SingleHit<'h, H> {
    hammer: &'h H,
    settings: SingleHitSettings,
}

impl<'h, H: Hammer> SingleHit<'h, H> {
    /// Creates a hit of `hammer`.
    pub fn new(hammer: &'h H) -> Self {
        let settings = SingleHitSettings {
            seed: 1,
            timeout: Duration::from_secs(10),
            stop: StopHandle::new(),
        };
        Self { hammer, settings }
    }

    /// Sets the seed of [`Hit::rng`](crate::Hit::rng); 1 by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Sets the time limit for opening the session and the hit together.
    ///
    /// Settling has a limit of the same length. Preparing has none, as in a run.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Sets the handle that ends the hit early.
    ///
    /// A stop of any level does so at once. A hit that has started is then abandoned; before that,
    /// it is unsent.
    pub fn stop(mut self, stop: StopHandle) -> Self {
        self.settings.stop = stop;
        self
    }

    /// Sends the hit, and blocks the calling thread until it has ended.
    ///
    /// All methods of the hammer run on the calling thread, in a runtime of its own. If that thread
    /// already runs tasks of tokio, they run on a thread of their own instead.
    ///
    /// # Errors
    ///
    /// If the hammer could not prepare or has no data for a hit, the timeout is 0, or the runtime
    /// could not start. A target that is down is not an error: the hit has then failed.
    pub fn execute(self) -> Result<SingleHitResult, Error> {
        if self.settings.timeout.is_zero() {
            return Err(Error::new(ErrorKind::InvalidSetting, ZERO_TIMEOUT));
        }
        let description = self.hammer.describe();
        if description.max_hits == Some(0) {
            return Err(Error::new(ErrorKind::EmptySchedule, NO_DATA));
        }
        let mut result = self.execute_outside_tasks()?;
        let proxies = description.proxies.into_iter().map(ProxyReport::from);
        result.proxies = proxies.collect();
        Ok(result)
    }

    fn execute_outside_tasks(&self) -> Result<SingleHitResult, Error> {
        if Handle::try_current().is_err() {
            return self.execute_here();
        }
        // A thread can block on one runtime at a time.
        let name = || "hammer-hit".into();
        thread::scope(|scope| {
            let thread = thread::Builder::new().name(name());
            let thread = thread.spawn_scoped(scope, || self.execute_here());
            let ended = thread.map_err(Error::worker)?.join();
            ended.unwrap_or_else(|_| {
                let panicked = "the thread of a hit panicked (see stderr)";
                Err(Error::worker(io::Error::other(panicked)))
            })
        })
    }

    fn execute_here(&self) -> Result<SingleHitResult, Error> {
        let mut builder = Builder::new_current_thread();
        let runtime = builder.enable_all().build_local(LocalOptions::default());
        let runtime = runtime.map_err(Error::worker)?;
        let result = runtime.block_on(async {
            let session = SingleHitSession::new(self.hammer, &self.settings);
            session.run().await
        });
        // A name lookup that hangs in a thread of the runtime must not delay the end.
        runtime.shutdown_timeout(Duration::ZERO);
        result
    }
}
