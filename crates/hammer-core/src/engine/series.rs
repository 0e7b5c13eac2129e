//! Runs that follow one another on the same workers and sessions.

use std::time::Duration;

use crate::engine::error::Error;
use crate::engine::run::{Run, RunConfig};
use crate::engine::stop_handle::StopHandle;
use crate::model::hammer::Hammer;
use crate::report::event::RunEvent;
use crate::report::report::Report;
use crate::schedule::schedule::Schedule;

/// A run that follows another on the same workers, with the sessions that are open.
#[derive(Debug)]
#[must_use = "a run does nothing until it is executed"]
pub struct FollowingRun {
    pub(crate) schedule: Schedule,
    pub(crate) warmup: Duration,
    pub(crate) rest: Duration,
    pub(crate) max_in_flight: Option<usize>,
    pub(crate) stop: StopHandle,
}

impl FollowingRun {
    /// Creates a run of `schedule`, without a warm-up and a rest.
    pub fn new(schedule: Schedule) -> Self {
        Self {
            schedule,
            warmup: Duration::ZERO,
            rest: Duration::ZERO,
            max_in_flight: None,
            stop: StopHandle::new(),
        }
    }

    /// Warms up at the first rate of the schedule for `length`, as [`Run::warmup`] does.
    pub fn warmup(mut self, length: Duration) -> Self {
        self.warmup = length;
        self
    }

    /// Sends nothing for `length` before the warm-up. Sessions stay open.
    pub fn rest(mut self, length: Duration) -> Self {
        self.rest = length;
        self
    }

    /// Sets the maximum number of hits in flight; by default, that of the run before.
    ///
    /// If more sessions than that are open, they stay open.
    pub fn max_in_flight(mut self, hits: usize) -> Self {
        self.max_in_flight = Some(hits);
        self
    }

    /// Sets the handle that stops this run.
    pub fn stop(mut self, stop: StopHandle) -> Self {
        self.stop = stop;
        self
    }

    /// The settings of this run, after a run with those of `last`.
    pub(super) fn config(&self, last: RunConfig) -> RunConfig {
        RunConfig {
            warmup: self.warmup,
            max_in_flight: self.max_in_flight.unwrap_or(last.max_in_flight),
            stop: self.stop.clone(),
            start_at: None,
            ..last
        }
    }
}

impl<H: Hammer> Run<H> {
    /// Runs to the end on its own threads, and then executes the runs that `next` returns for the
    /// report of the last one, until it returns `None`. Blocks the calling thread.
    ///
    /// Workers, slots and sessions live on from run to run: only the first run opens its sessions before
    /// the clock starts, and only the last one closes them. Each run has a warm-up, measurements
    /// and a verdict of its own. Hits are numbered on.
    ///
    /// ```
    /// use std::time::Duration;
    /// use hammer_core::{FollowingRun, Outcome, Rate, Run, Schedule, from_fn};
    ///
    /// let schedule = |rate| Schedule::constant(Rate::per_second(rate)).with_hit_count(5);
    /// let hammer = from_fn(async |_hit| Ok(Outcome::ok("done")));
    /// let mut rates = [200, 400].into_iter();
    /// let mut hits = 0;
    /// Run::new(hammer, schedule(100)).execute_series(
    ///     |_event| (),
    ///     |report| {
    ///         hits += report.hits.ok;
    ///         let rest = Duration::from_millis(10);
    ///         Some(FollowingRun::new(schedule(rates.next()?)).rest(rest))
    ///     },
    /// )?;
    /// assert_eq!(hits, 15);
    /// # Ok::<(), hammer_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute), for the first run and for each that follows. Also if the hammer
    /// has data for a limited number of hits.
    pub fn execute_series(
        mut self,
        on_event: impl FnMut(RunEvent<'_>),
        next: impl FnMut(Report) -> Option<FollowingRun>,
    ) -> Result<(), Error> {
        self.config.is_series = true;
        self.execute_all(on_event, next)
    }
}
