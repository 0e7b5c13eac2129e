//! When hits are due.

mod arrival_process;
mod playlist;
mod playlist_queue;
mod playlist_receiver;
mod shape_walker;
mod worker_schedule;

use std::thread::JoinHandle;
use std::time::Duration;

use crate::shape::FractionalHits;
use crate::{Rate, Shape};

pub use arrival_process::ArrivalProcess;
pub use playlist::Playlist;
pub use playlist_receiver::PlaylistItem;
pub(crate) use playlist_receiver::{AnyPlaylistItem, PlaylistReceiver};
pub(crate) use worker_schedule::WorkerSchedule;

/// What reads a playlist, and each worker's part of it, if there is one.
pub(crate) struct PlaylistReadAhead {
    pub(crate) reader: Option<JoinHandle<()>>,
    pub(crate) receivers: Vec<Option<PlaylistReceiver>>,
}

/// The offsets from the start at which hits are due: a [shape](Shape), and how hits
/// [arrive](ArrivalProcess) within it.
///
/// A schedule is a pure function of the index of a hit: nothing accumulates, so a fractional rate
/// is exact after a week. `max` is the exception: a hit is due when a slot is free (a closed loop).
///
/// ```
/// use std::time::Duration;
/// use hammer_core::{ArrivalProcess, Rate, Schedule};
///
/// let schedule = Schedule::constant("2.5".parse::<Rate>()?).lasting(Duration::from_secs(2));
/// let due: Vec<_> = schedule.offsets().map(|t| t.as_millis()).collect();
/// assert_eq!(due, [0, 400, 800, 1200, 1600]);
///
/// let bursts = schedule.arrivals(ArrivalProcess::Burst);
/// let due: Vec<_> = bursts.offsets().map(|t| t.as_secs()).collect();
/// assert_eq!(due, [0, 0, 0, 1, 1]);
/// # Ok::<(), hammer_core::RateError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    shape: Shape,
    arrivals: ArrivalProcess,
    seed: Option<u64>,
    duration: Option<Duration>,
    hits: Option<u64>,
    playlist: Option<Playlist>,
}

impl Schedule {
    /// Follows `shape`, spread evenly, to its end if it has one.
    #[must_use]
    pub fn new(shape: impl Into<Shape>) -> Self {
        Self {
            shape: shape.into(),
            arrivals: ArrivalProcess::Even,
            seed: None,
            duration: None,
            hits: None,
            playlist: None,
        }
    }

    /// Each hit when `playlist` says, with what it sends. Its shape is its mean rate.
    #[must_use]
    pub fn playlist(playlist: Playlist) -> Self {
        Self {
            arrivals: ArrivalProcess::Timeline,
            playlist: Some(playlist.clone()),
            // Without a hit there is no rate, and the run is refused.
            ..Self::new(playlist.mean_rate().unwrap_or(Rate::per_second(1)))
        }
    }

    /// Hit k is due at k / rate, without end until it is bounded.
    #[must_use]
    pub fn constant(rate: Rate) -> Self {
        Self::new(rate)
    }

    /// As fast as the slots allow: a closed loop.
    #[must_use]
    pub fn closed_loop() -> Self {
        Self::new(Shape::closed_loop())
    }

    /// How hits are spread; evenly unless set. A closed loop knows no arrivals.
    #[must_use]
    pub fn with_arrivals(mut self, arrivals: ArrivalProcess) -> Self {
        self.arrivals = arrivals;
        self
    }

    /// The seed of the arrivals; that of the run unless set, or 1 without a run.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Ends the schedule after `duration`, if its shape does not end sooner.
    #[must_use]
    pub fn with_duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Ends the schedule after `hits` hits, if its shape does not end sooner.
    #[must_use]
    pub fn with_hit_count(mut self, hits: u64) -> Self {
        self.hits = Some(hits);
        self
    }

    /// Ends the schedule after `hits` hits, if nothing ends it sooner.
    pub(crate) fn limit_hits(self, hits: u64) -> Self {
        let fewer = self.hits.map_or(hits, |own| own.min(hits));
        self.with_hit_count(fewer)
    }

    /// How the rate changes.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// How hits are spread.
    #[must_use]
    pub fn arrivals(&self) -> ArrivalProcess {
        self.arrivals
    }

    /// The rate that was asked for, if it is always the same; none for a closed loop, too.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        self.shape.rate()
    }

    /// Hits per second that were asked for, over the whole schedule; none for a closed loop.
    #[must_use]
    pub fn mean_rate(&self) -> Option<f64> {
        self.mean_rate_until(self.duration().unwrap_or_default())
    }

    /// The same from the start to `end`; the greatest rate if that is 0.
    pub(crate) fn mean_rate_until(&self, end: Duration) -> Option<f64> {
        if let Some(rate) = self.rate() {
            return Some(rate.as_f64());
        }
        if self.shape.is_closed_loop() {
            None
        } else if end.is_zero() {
            self.shape.peak()
        } else {
            Some(self.shape.integral(end).as_f64() / end.as_secs_f64())
        }
    }

    /// Whether it is over with `hits` hits, at a time that is random.
    pub(crate) fn ends_randomly(&self, hits: u64) -> bool {
        self.arrivals == ArrivalProcess::Poisson && self.hits == Some(hits)
    }

    /// How many hits there will be; none if that depends on the target or on chance, or there is no
    /// end.
    #[must_use]
    pub fn hit_count(&self) -> Option<u64> {
        if let Some(playlist) = &self.playlist {
            // How many are due by then is known to the reader alone.
            let whole = self.duration.is_none_or(|end| end >= playlist.duration());
            let hits = self.hits.unwrap_or(u64::MAX).min(playlist.hit_count());
            return whole.then_some(hits);
        }
        let random = self.arrivals == ArrivalProcess::Poisson || self.shape.is_closed_loop();
        match (self.end_time(), self.hits) {
            // With both bounds it ends at whichever comes first.
            (Some(_), _) if random => None,
            (None, hits) => hits,
            (Some(end), hits) => {
                let by_time = self.shape.hits_before(end);
                Some(hits.map_or(by_time, |hits| hits.min(by_time)))
            }
        }
    }

    /// How long the schedule lasts; none if that depends on the target or on chance, or there is no
    /// end.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        if let Some(playlist) = &self.playlist {
            let all = self.hits.is_none_or(|hits| hits >= playlist.hit_count());
            let end = self.duration.unwrap_or(Duration::MAX);
            // When the last of fewer hits is due, the reader alone knows.
            return all.then_some(end.min(playlist.duration()));
        }
        let random = self.arrivals == ArrivalProcess::Poisson;
        let by_hits = self.hits.filter(|_| !random);
        let by_hits = by_hits.and_then(|hits| self.shape.due(hits));
        match (self.end_time(), by_hits) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// All offsets in order; for a closed loop there are none to tell.
    pub fn offsets(&self) -> impl Iterator<Item = Duration> + use<> {
        let mut share = match &self.playlist {
            None => self.worker_schedule(0, 1),
            Some(playlist) => match playlist.read_ahead(1, true) {
                Ok((_, mut decks)) => self.worker_playlist_schedule(decks.remove(0), 0, 1),
                // No thread, and so nothing is read.
                Err(_) => self.clone().with_hit_count(0).worker_schedule(0, 1),
            },
        };
        std::iter::from_fn(move || {
            let due = share.peek()?;
            share.advance();
            Some(due)
        })
    }

    /// What warms up for it in `length`: its first rate. None if that is 0, and so warms nothing.
    pub(crate) fn warmup_schedule(&self, length: Duration) -> Option<Self> {
        if self.playlist.is_some() {
            return None;
        }
        let shape = if self.shape.is_closed_loop() {
            Shape::closed_loop()
        } else {
            Shape::constant(self.shape.first_rate()?)
        };
        Some(Self {
            shape,
            duration: Some(length),
            hits: None,
            ..self.clone()
        })
    }

    /// The schedule with `seed`, if it has none of its own.
    pub(crate) fn with_default_seed(mut self, seed: u64) -> Self {
        self.seed.get_or_insert(seed);
        self
    }

    /// When it ends by the clock.
    fn end_time(&self) -> Option<Duration> {
        match (self.duration, self.shape.duration()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// The integral of the rate at its end by the clock.
    fn end_count(&self) -> FractionalHits {
        self.end_time()
            .map_or(FractionalHits::MAX, |end| self.shape.integral(end))
    }

    /// Begins to read a playlist, if it is one: a part for each of `workers`.
    pub(crate) fn read_ahead(
        &self,
        workers: usize,
        blocking: bool,
    ) -> std::io::Result<PlaylistReadAhead> {
        let Some(playlist) = &self.playlist else {
            let decks = (0..workers).map(|_| None).collect();
            return Ok(PlaylistReadAhead {
                reader: None,
                receivers: decks,
            });
        };
        let (reader, decks) = playlist.read_ahead(workers, blocking)?;
        Ok(PlaylistReadAhead {
            reader: Some(reader),
            receivers: decks.into_iter().map(Some).collect(),
        })
    }

    /// Whether it is over when its hits are, and not at a time.
    pub(crate) fn is_playlist(&self) -> bool {
        self.playlist.is_some()
    }

    /// What worker `worker` of `workers` has to do of a playlist, of which `deck` is its part.
    pub(crate) fn worker_playlist_schedule(
        &self,
        receiver: PlaylistReceiver,
        worker: u64,
        workers: u64,
    ) -> WorkerSchedule {
        WorkerSchedule::from_playlist(self, receiver, worker, workers)
    }

    /// What worker `worker` of `workers` has to do: every hit k with k mod `workers` = `worker`.
    pub(crate) fn worker_schedule(&self, worker: u64, workers: u64) -> WorkerSchedule {
        WorkerSchedule::new(self, worker, workers)
    }
}

#[cfg(test)]
mod tests;
