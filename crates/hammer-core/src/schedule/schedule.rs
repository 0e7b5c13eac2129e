//! Schedules: the due times of hits.

use std::thread::JoinHandle;
use std::time::Duration;

use crate::schedule::arrival_process::ArrivalProcess;
use crate::schedule::playlist::Playlist;
use crate::schedule::playlist_receiver::PlaylistReceiver;
use crate::schedule::rate::Rate;
use crate::schedule::shape::FractionalHits;
use crate::schedule::shape::Shape;

/// The thread that reads a playlist, and the receiver of each worker; empty for other schedules.
pub(crate) struct PlaylistReadAhead {
    pub(crate) reader: Option<JoinHandle<()>>,
    pub(crate) receivers: Vec<Option<PlaylistReceiver>>,
}

/// The due times of hits, as offsets from the start: a [shape](Shape), and an [arrival
/// process](ArrivalProcess).
///
/// A due time is a pure function of the index of the hit. Nothing accumulates, so a fractional rate
/// is exact after a week. The exception is `max`: a hit is due when a slot is free (a closed loop).
///
/// ```
/// use std::time::Duration;
/// use hammer_core::{ArrivalProcess, Rate, Schedule};
///
/// let schedule = Schedule::constant("2.5".parse::<Rate>()?).with_duration(Duration::from_secs(2));
/// let due: Vec<_> = schedule.offsets().map(|t| t.as_millis()).collect();
/// assert_eq!(due, [0, 400, 800, 1200, 1600]);
///
/// let bursts = schedule.with_arrivals(ArrivalProcess::Burst);
/// let due: Vec<_> = bursts.offsets().map(|t| t.as_secs()).collect();
/// assert_eq!(due, [0, 0, 0, 1, 1]);
/// # Ok::<(), hammer_core::Diagnostic>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    pub(super) shape: Shape,
    pub(super) arrivals: ArrivalProcess,
    pub(super) seed: Option<u64>,
    pub(super) duration: Option<Duration>,
    pub(super) hits: Option<u64>,
    pub(super) playlist: Option<Playlist>,
}

impl Schedule {
    /// Creates a schedule of `shape` with even arrivals, to the end of the shape.
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

    /// Creates a schedule from a playlist.
    ///
    /// Its shape is the mean rate of the playlist.
    #[must_use]
    pub fn playlist(playlist: Playlist) -> Self {
        Self {
            arrivals: ArrivalProcess::Timeline,
            playlist: Some(playlist.clone()),
            // A playlist without hits has no rate, and its run is rejected.
            ..Self::new(playlist.mean_rate().unwrap_or(Rate::per_second(1)))
        }
    }

    /// Creates a schedule of a constant rate: hit k is due at k / rate. It has no end unless it is
    /// limited.
    #[must_use]
    pub fn constant(rate: Rate) -> Self {
        Self::new(rate)
    }

    /// Creates a closed loop: as fast as the slots allow.
    #[must_use]
    pub fn closed_loop() -> Self {
        Self::new(Shape::closed_loop())
    }

    /// Sets the arrival process; even by default.
    ///
    /// A closed loop ignores it.
    #[must_use]
    pub fn with_arrivals(mut self, arrivals: ArrivalProcess) -> Self {
        self.arrivals = arrivals;
        self
    }

    /// Sets the seed of the arrivals. By default, it is the seed of the run, or 1 without a run.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Limits the duration of the schedule.
    #[must_use]
    pub fn with_duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Limits the number of hits.
    #[must_use]
    pub fn with_hit_count(mut self, hits: u64) -> Self {
        self.hits = Some(hits);
        self
    }

    /// Limits the number of hits further, to `hits` at most.
    pub(crate) fn limit_hits(self, hits: u64) -> Self {
        let hits = self.hits.map_or(hits, |limit| limit.min(hits));
        self.with_hit_count(hits)
    }

    /// The shape of the rate.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The arrival process.
    #[must_use]
    pub fn arrivals(&self) -> ArrivalProcess {
        self.arrivals
    }

    /// The rate, or `None` if it changes or the loop is closed.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        self.shape.rate()
    }

    /// The mean rate of the whole schedule, in hits per second, or `None` for a closed loop.
    #[must_use]
    pub fn mean_rate(&self) -> Option<f64> {
        self.mean_rate_until(self.duration().unwrap_or_default())
    }

    /// The mean rate from the start to `end`, or the peak if `end` is 0.
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

    /// Returns true if the schedule ends with hit `hits`, at a random time.
    pub(crate) fn ends_randomly(&self, hits: u64) -> bool {
        self.arrivals.has_random_count() && self.hits == Some(hits)
    }

    /// The number of hits, or `None` if it is infinite, random or depends on the target.
    #[must_use]
    pub fn hit_count(&self) -> Option<u64> {
        if let Some(playlist) = &self.playlist {
            // The number of hits until then is only known once they are read.
            let is_whole = self.duration.is_none_or(|end| end >= playlist.duration());
            let hits = self.hits.unwrap_or(u64::MAX).min(playlist.hit_count());
            return is_whole.then_some(hits);
        }
        let is_random = self.arrivals.has_random_count() || self.shape.is_closed_loop();
        match (self.end_time(), self.hits) {
            // With both limits, it ends at the first one.
            (Some(_), _) if is_random => None,
            (None, hits) => hits,
            (Some(end), hits) => {
                let by_time = self.shape.hits_before(end);
                Some(hits.map_or(by_time, |hits| hits.min(by_time)))
            }
        }
    }

    /// The duration of the schedule, or `None` if it is infinite, random or depends on the target.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        if let Some(playlist) = &self.playlist {
            let is_whole = self.hits.is_none_or(|hits| hits >= playlist.hit_count());
            let end = self.duration.unwrap_or(Duration::MAX);
            // The due time of the last of fewer hits is only known once it is read.
            return is_whole.then_some(end.min(playlist.duration()));
        }
        let is_random = self.arrivals.has_random_count();
        let by_hits = self.hits.filter(|_| !is_random);
        let by_hits = by_hits.and_then(|hits| self.shape.due(hits));
        match (self.end_time(), by_hits) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Creates a warm-up schedule of `length` at the first rate.
    ///
    /// `None` if that rate is 0, and for a playlist.
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

    /// Sets the seed if the schedule has none.
    pub(crate) fn with_default_seed(mut self, seed: u64) -> Self {
        self.seed.get_or_insert(seed);
        self
    }

    /// The time at which it ends, if it is limited by time.
    pub(super) fn end_time(&self) -> Option<Duration> {
        match (self.duration, self.shape.duration()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// The integral of the rate until [`end_time`](Self::end_time).
    pub(super) fn end_count(&self) -> FractionalHits {
        self.end_time()
            .map_or(FractionalHits::MAX, |end| self.shape.integral(end))
    }

    /// Starts reading the playlist, if there is one, with a receiver for each of `workers`.
    pub(crate) fn read_ahead(
        &self,
        workers: usize,
        blocking: bool,
    ) -> std::io::Result<PlaylistReadAhead> {
        let Some(playlist) = &self.playlist else {
            let receivers = (0..workers).map(|_| None).collect();
            return Ok(PlaylistReadAhead {
                reader: None,
                receivers,
            });
        };
        let (reader, receivers) = playlist.read_ahead(workers, blocking)?;
        Ok(PlaylistReadAhead {
            reader: Some(reader),
            receivers: receivers.into_iter().map(Some).collect(),
        })
    }

    /// Returns true for a playlist, which ends with its hits, not at a time.
    pub(crate) fn is_playlist(&self) -> bool {
        self.playlist.is_some()
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
