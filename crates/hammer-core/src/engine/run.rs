//! The settings of a run, and its execution.

use std::time::{Duration, SystemTime};

use crate::engine::clock::{RunClock, SystemClock};
use crate::engine::start_barrier::RunStartTicket;
use crate::engine::stop_handle::StopHandle;
use crate::model::hammer::Hammer;
use crate::report::load_settings::LoadSettings;
use crate::schedule::schedule::Schedule;

/// Maximum number of worker threads of a run.
pub const MAX_THREADS: usize = 1_024;

/// Maximum number of hits in flight of a run, over all threads. Each takes a slot, with its memory and
/// usually a connection.
pub const MAX_IN_FLIGHT: usize = 1_000_000;

/// A hammer, a schedule and limits, ready to be executed.
///
/// By default: 1,024 hits in flight, a timeout of 10 s, one thread per core.
#[derive(Debug)]
#[must_use = "a run does nothing until it is executed"]
pub struct Run<H> {
    pub(crate) hammer: H,
    pub(crate) schedule: Schedule,
    pub(crate) config: RunConfig,
    pub(crate) start_ticket: Option<RunStartTicket>,
}

#[derive(Debug, Clone)]
pub(crate) struct RunConfig {
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) seed: u64,
    pub(crate) max_in_flight: usize,
    /// True if all slots are open from the start and used in turn.
    pub(crate) is_user_pool: bool,
    pub(crate) max_backlog: usize,
    pub(crate) threads: usize,
    pub(crate) timeout: Duration,
    pub(crate) drain: Option<Duration>,
    pub(crate) warmup: Duration,
    pub(crate) skip_late: Option<Duration>,
    pub(crate) start_at: Option<SystemTime>,
    pub(crate) log_hits: bool,
    pub(crate) age_waiting: bool,
    pub(crate) spin: bool,
    pub(crate) clock: &'static dyn RunClock,
    pub(crate) stop: StopHandle,
    /// True if other runs can follow on the same workers.
    pub(crate) is_series: bool,
}

/// The time limit for opening sessions before the clock starts. Sessions that are not open by then
/// keep opening, and the hits that are due open sessions of their own.
const OPEN_LIMIT: Duration = Duration::from_secs(3);

impl RunConfig {
    /// The time limit for opening sessions before the clock starts.
    pub(crate) fn open_limit(&self) -> Duration {
        OPEN_LIMIT.min(self.timeout)
    }

    /// The settings that shape the numbers.
    pub(crate) fn load_settings(&self) -> LoadSettings {
        LoadSettings {
            timeout_s: self.timeout.as_secs_f64(),
            drain_s: self.drain.map(|drain| drain.as_secs_f64()),
            skip_late_s: self.skip_late.map(|late| late.as_secs_f64()),
            max_in_flight: self.max_in_flight,
            max_backlog: self.max_backlog,
            is_user_pool: self.is_user_pool,
            threads: self.threads,
            spin: self.spin,
        }
    }
}

impl<H: Hammer> Run<H> {
    /// Creates a run that sends the hits of `schedule` with `hammer`.
    pub fn new(hammer: H, schedule: Schedule) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let config = RunConfig {
            name: "custom".into(),
            target: String::new(),
            seed: 1,
            max_in_flight: 1024,
            is_user_pool: false,
            max_backlog: 1_000_000,
            threads: cores,
            timeout: Duration::from_secs(10),
            drain: None,
            warmup: Duration::ZERO,
            skip_late: None,
            start_at: None,
            log_hits: false,
            age_waiting: false,
            spin: false,
            clock: &SystemClock,
            stop: StopHandle::new(),
            is_series: false,
        };
        Self {
            hammer,
            schedule,
            config,
            start_ticket: None,
        }
    }

    /// Sets the name of the hammer in the report.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.config.name = name.into();
        self
    }

    /// Sets the name of the target in the report.
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.config.target = target.into();
        self
    }

    /// Sets the seed of [`Hit::rng`](crate::Hit::rng); 1 by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// Sets the maximum number of hits in flight, over all threads.
    ///
    /// Slots open when they are needed, and the one used last is used next. [`users`](Self::users)
    /// replaces this setting.
    pub fn max_in_flight(mut self, hits: usize) -> Self {
        (self.config.max_in_flight, self.config.is_user_pool) = (hits, false);
        self
    }

    /// Opens exactly this many slots before the start, over all threads, and uses them in turn.
    ///
    /// Each slot is a user with a session of its own. The user who has been idle longest sends the next
    /// hit, whatever the latency of the target. Hits that find no idle user wait.
    /// [`max_in_flight`](Self::max_in_flight) replaces this setting.
    pub fn users(mut self, users: usize) -> Self {
        (self.config.max_in_flight, self.config.is_user_pool) = (users, true);
        self
    }

    /// Sets the maximum number of hits in the backlog, over all threads.
    ///
    /// Hits beyond it are unsent.
    pub fn max_backlog(mut self, hits: usize) -> Self {
        self.config.max_backlog = hits;
        self
    }

    /// Sets the number of worker threads, at most [`MAX_THREADS`].
    ///
    /// It is capped at the hits in flight and at [`Description::max_workers`](crate::Description::max_workers).
    pub fn threads(mut self, threads: usize) -> Self {
        self.config.threads = threads;
        self
    }

    /// Sets the timeout of a hit from its start, including the opening of its session.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = timeout;
        self
    }

    /// Limits the drain: the wait for hits in flight and in the backlog after the schedule has
    /// ended or the run was stopped. Hits that have not ended by then are abandoned.
    ///
    /// By default, no hit is abandoned: hits in the backlog can start until a timeout has passed,
    /// and each hit in flight ends by its own timeout.
    pub fn drain(mut self, limit: Duration) -> Self {
        self.config.drain = Some(limit);
        self
    }

    /// Warms up at the first rate of the schedule for `length` before the clock starts.
    ///
    /// The report does not count the warm-up, except for its connections, which stay open.
    pub fn warmup(mut self, length: Duration) -> Self {
        self.config.warmup = length;
        self
    }

    /// Leaves hits unsent that cannot start within `limit` of their due time.
    ///
    /// By default, all hits are started, however late.
    pub fn skip_late(mut self, limit: Duration) -> Self {
        self.config.skip_late = Some(limit);
        self
    }

    /// Starts the run, or its warm-up, at this wall-clock time; at once if it has passed.
    ///
    /// Sessions are opened a few seconds earlier.
    pub fn start_at(mut self, time: SystemTime) -> Self {
        self.config.start_at = Some(time);
        self
    }

    /// Polls instead of sleeping, so that hits start within a few microseconds of their due time.
    ///
    /// Each thread then uses a whole core, even when no hit is due.
    pub fn spin(mut self, yes: bool) -> Self {
        self.config.spin = yes;
        self
    }

    /// Emits [`RunEvent::Hits`](crate::RunEvent::Hits) with a record of each hit.
    ///
    /// If the receiver is too slow, records are dropped and counted in the report.
    pub fn log_hits(mut self, yes: bool) -> Self {
        self.config.log_hits = yes;
        self
    }

    /// Measures the ages of hits that have not ended, for [`RunTick::waiting`](crate::RunTick::waiting).
    ///
    /// Once a second, each thread reads the age of each hit that it holds, which takes about 20 ns
    /// per hit.
    pub fn age_waiting_hits(mut self, yes: bool) -> Self {
        self.config.age_waiting = yes;
        self
    }

    /// Sets the handle that stops this run.
    pub fn stop(mut self, stop: StopHandle) -> Self {
        self.config.stop = stop;
        self
    }

    /// Starts this run together with others.
    pub fn start_ticket(mut self, ticket: RunStartTicket) -> Self {
        self.start_ticket = Some(ticket);
        self
    }
}
