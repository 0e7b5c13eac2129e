use std::time::{Duration, SystemTime};

use crate::{Error, Hammer, Report, RunEvent, Schedule, StartTicket, StopHandle};

/// A run to be made: a hammer, a schedule, and the bounds.
///
/// Defaults: 1,024 hits in flight, a timeout of 10 s, a thread per core.
#[derive(Debug)]
#[must_use = "a run does nothing until it is executed"]
pub struct Run<H> {
    pub(crate) hammer: H,
    pub(crate) schedule: Schedule,
    pub(crate) config: RunConfig,
    pub(crate) start_ticket: Option<StartTicket>,
}

#[derive(Debug, Clone)]
pub(crate) struct RunConfig {
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) seed: u64,
    pub(crate) max_in_flight: usize,
    pub(crate) max_backlog: usize,
    pub(crate) threads: usize,
    pub(crate) timeout: Duration,
    pub(crate) drain: Option<Duration>,
    pub(crate) warmup: Duration,
    pub(crate) skip_late: Option<Duration>,
    pub(crate) start_at: Option<SystemTime>,
    pub(crate) log_hits: bool,
    pub(crate) paused: bool,
    pub(crate) stop: StopHandle,
}

impl<H: Hammer> Run<H> {
    /// Swings `hammer` by `schedule`.
    pub fn new(hammer: H, schedule: Schedule) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let config = RunConfig {
            name: "custom".into(),
            target: String::new(),
            seed: 1,
            max_in_flight: 1024,
            max_backlog: 1_000_000,
            threads: cores,
            timeout: Duration::from_secs(10),
            drain: None,
            warmup: Duration::ZERO,
            skip_late: None,
            start_at: None,
            log_hits: false,
            paused: false,
            stop: StopHandle::new(),
        };
        Self {
            hammer,
            schedule,
            config,
            start_ticket: None,
        }
    }

    /// What the report calls the hammer.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.config.name = name.into();
        self
    }

    /// What the report calls the target.
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.config.target = target.into();
        self
    }

    /// The seed of [`Hit::rng`](crate::Hit::rng); 1 unless set.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// The most hits in flight at one time, over all threads.
    pub fn max_in_flight(mut self, hits: usize) -> Self {
        self.config.max_in_flight = hits;
        self
    }

    /// The most hits that may be due and not started, over all threads; more are unsent.
    pub fn max_backlog(mut self, hits: usize) -> Self {
        self.config.max_backlog = hits;
        self
    }

    /// Worker threads; never more than hits in flight, or than the hammer can make use of
    /// ([`Hammer::max_workers`]).
    pub fn threads(mut self, threads: usize) -> Self {
        self.config.threads = threads;
        self
    }

    /// How long a hit may take from its start, with the opening of its session.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = timeout;
        self
    }

    /// How long hits in flight and due ones are waited for when the schedule has ended or the run
    /// was stopped; the timeout unless set.
    pub fn drain(mut self, limit: Duration) -> Self {
        self.config.drain = Some(limit);
        self
    }

    /// Runs the first rate of the schedule for so long before the clock starts. What happens then
    /// is in no number of the report; only its connections are, which go on.
    pub fn warmup(mut self, length: Duration) -> Self {
        self.config.warmup = length;
        self
    }

    /// Leaves hits unsent that could not be started within `most` of their due time; unless set,
    /// all are started, however late.
    pub fn skip_late(mut self, limit: Duration) -> Self {
        self.config.skip_late = Some(limit);
        self
    }

    /// Starts (with the warm-up, if there is one) when the wall clock says so; at once if that has
    /// passed. Sessions are opened a few seconds before.
    pub fn start_at(mut self, time: SystemTime) -> Self {
        self.config.start_at = Some(time);
        self
    }

    /// Sends [`RunEvent::Hits`] with a record of each hit, as far as the receiver keeps up; what it
    /// misses is counted in the report.
    pub fn log_hits(mut self, yes: bool) -> Self {
        self.config.log_hits = yes;
        self
    }

    /// What ends this run from outside.
    pub fn stop(mut self, stop: StopHandle) -> Self {
        self.config.stop = stop;
        self
    }

    /// Starts together with other runs.
    pub fn start_ticket(mut self, ticket: StartTicket) -> Self {
        self.start_ticket = Some(ticket);
        self
    }

    /// Runs to the end, on threads of its own, and blocks the calling one, on which `on_event` is
    /// called.
    ///
    /// Needs no tokio runtime, and does not mind one; inside an async function prefer
    /// [`spawn`](Self::spawn), which does not block.
    ///
    /// # Errors
    ///
    /// If the schedule holds no hit, a setting is 0, the system has no threads left, or a warm-up was
    /// asked for and the schedule starts at a rate of 0. A target
    /// that is down is no error but a report full of failures.
    pub fn execute(self, on_event: impl FnMut(RunEvent<'_>)) -> Result<Report, Error> {
        crate::coordinator::execute(self, on_event)
    }

    /// Runs to the end on threads of its own; the future gives the report.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the run at once.
    pub async fn spawn(
        self,
        on_event: impl FnMut(RunEvent<'_>) + Send + 'static,
    ) -> Result<Report, Error> {
        struct StopOnDrop(Option<StopHandle>);
        impl Drop for StopOnDrop {
            fn drop(&mut self) {
                if let Some(stop) = &self.0 {
                    stop.stop_now();
                }
            }
        }
        let mut guard = StopOnDrop(Some(self.config.stop.clone()));
        let (tell, told) = tokio::sync::oneshot::channel();
        std::thread::Builder::new()
            .name("hammer".into())
            .spawn(move || drop(tell.send(self.execute(on_event))))
            .map_err(Error::worker)?;
        let report = told.await.map_err(|_| {
            Error::worker(std::io::Error::other("the coordinating thread panicked"))
        })?;
        guard.0 = None;
        report
    }
}
