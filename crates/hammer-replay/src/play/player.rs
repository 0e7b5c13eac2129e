//! Options of a playback.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::host::HostName;
use super::pass::TimelinePass;
use super::{
    BodyRules, PlaybackForecast, PlaybackIter, PlaybackRow, PlaybackSpeed, PlaybackStatus,
    RowFilter, TargetRewrite,
};
use crate::Error;
use crate::timeline::TimelineReader;

type TimelineOpener = dyn Fn() -> Result<TimelineReader, Error> + Send + Sync;

/// Plays a timeline: chooses the rows to send, and computes their due times and bodies.
///
/// The row at `t` is due `(t − from − idle) / speed` after the start, where `idle` is the idle time that
/// was skipped before it. The dividend is a whole number of µs, so no errors accumulate.
///
/// Only GET, HEAD and OPTIONS are sent, without a body, unless [`allow_methods`](Self::allow_methods)
/// names other methods and [`bodies`](Self::bodies) has rules for them.
#[derive(Clone)]
pub struct TimelinePlayer {
    open: Arc<TimelineOpener>,
    pub(super) from_us: Option<u64>,
    pub(super) to_us: Option<u64>,
    pub(super) speed: PlaybackSpeed,
    pub(super) skip_idle_us: Option<u64>,
    pub(super) amplify: u32,
    pub(super) passes: PassLimit,
    pub(super) max_hits: Option<u64>,
    pub(super) max_duration: Option<Duration>,
    pub(super) endpoint: Option<HostName>,
    pub(super) filter: RowFilter,
    pub(super) rewrites: Vec<TargetRewrite>,
    /// `None` plans all methods without a body, for a survey only.
    pub(super) allowed_methods: Option<Vec<String>>,
    pub(super) bodies: BodyRules,
}

/// The number of passes through a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassLimit {
    /// This number of passes.
    Times(u32),
    /// As many passes as fit in this time. The last one may be incomplete.
    For(Duration),
}

impl TimelinePlayer {
    /// Plays the file at `path`.
    #[must_use]
    pub fn from_path(path: &Path) -> Self {
        let path = path.to_owned();
        Self::new(move || TimelineReader::open(&path))
    }

    /// Plays the timeline that `open` opens. It is called for each pass and must open the same timeline.
    pub fn new(open: impl Fn() -> Result<TimelineReader, Error> + Send + Sync + 'static) -> Self {
        Self {
            open: Arc::new(open),
            from_us: None,
            to_us: None,
            speed: PlaybackSpeed::default(),
            skip_idle_us: None,
            amplify: 1,
            passes: PassLimit::Times(1),
            max_hits: None,
            max_duration: None,
            endpoint: None,
            filter: RowFilter::default(),
            rewrites: vec![],
            allowed_methods: Some(["GET", "HEAD", "OPTIONS"].map(str::to_owned).to_vec()),
            bodies: BodyRules::default(),
        }
    }

    /// Sets the window to play, in µs since the epoch. Default: from the first to the last row.
    #[must_use]
    pub fn window(mut self, from_us: Option<u64>, to_us: Option<u64>) -> Self {
        (self.from_us, self.to_us) = (from_us, to_us);
        self
    }

    /// Sets the speed. Default: 1.
    #[must_use]
    pub fn speed(mut self, speed: PlaybackSpeed) -> Self {
        self.speed = speed;
        self
    }

    /// Shortens longer pauses of the timeline to `longest`.
    #[must_use]
    pub fn skip_idle(mut self, longest: Option<Duration>) -> Self {
        let us = |longest: Duration| u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
        self.skip_idle_us = longest.map(us);
        self
    }

    /// Sends `times` copies of each row at its due time, each from a different client: see
    /// [`PlaybackRow::client`].
    #[must_use]
    pub fn amplify(mut self, times: u32) -> Self {
        self.amplify = times.max(1);
        self
    }

    /// Sets the number of passes. Default: one.
    #[must_use]
    pub fn passes(mut self, passes: PassLimit) -> Self {
        self.passes = passes;
        self
    }

    /// Ends the playback after this number of hits or this time, if it does not end sooner.
    #[must_use]
    pub fn limits(mut self, hits: Option<u64>, duration: Option<Duration>) -> Self {
        (self.max_hits, self.max_duration) = (hits.map(|hits| hits.max(1)), duration);
        self
    }

    /// Sets the host of the endpoint, with or without a port. A survey counts the rows for this host.
    #[must_use]
    pub fn endpoint(mut self, host: &str) -> Self {
        self.endpoint = Some(HostName::parse(host));
        self
    }

    /// Sets the filter of rows.
    #[must_use]
    pub fn filter(mut self, filter: RowFilter) -> Self {
        self.filter = filter;
        self
    }

    /// Sets rewrites of targets, which are applied in order.
    #[must_use]
    pub fn rewrites(mut self, rewrites: Vec<TargetRewrite>) -> Self {
        self.rewrites = rewrites;
        self
    }

    /// Sends these methods too, where a body rule matches.
    #[must_use]
    pub fn allow_methods(mut self, methods: impl IntoIterator<Item = String>) -> Self {
        self.allowed_methods.get_or_insert_default().extend(methods);
        self
    }

    /// Sets the body rules.
    #[must_use]
    pub fn bodies(mut self, bodies: BodyRules) -> Self {
        self.bodies = bodies;
        self
    }

    /// Plans rows of all methods without bodies, for callers that send nothing.
    #[must_use]
    pub fn survey_only(mut self) -> Self {
        self.allowed_methods = None;
        self
    }

    /// Reads the whole timeline, which checks that it is complete, and counts the hits to send. `make`
    /// returns the reason if a row cannot be sent.
    ///
    /// # Errors
    ///
    /// If the timeline cannot be read or is malformed.
    pub fn survey(
        &self,
        make: impl FnMut(&PlaybackRow<'_>) -> Result<(), &'static str>,
    ) -> Result<PlaybackForecast, Error> {
        PlaybackForecast::scan(self, make)
    }

    /// Starts the pass with this number.
    pub(super) fn open_pass(&self, number: u64) -> Result<TimelinePass, Error> {
        Ok(TimelinePass::new((self.open)()?, number, self.from_us))
    }

    /// Returns the hits in order, each with its due time and the value that `make` creates from its row.
    /// Rows for which `make` returns an error are left out.
    ///
    /// `status` receives counts of the rows. An error of the timeline ends the iterator and is stored in
    /// `status`.
    pub fn playback<T, F>(
        &self,
        forecast: &PlaybackForecast,
        status: &PlaybackStatus,
        make: F,
    ) -> PlaybackIter<T, F>
    where
        F: FnMut(&PlaybackRow<'_>) -> Result<T, &'static str>,
    {
        PlaybackIter::new(self.clone(), forecast.period_us(), status.clone(), make)
    }
}

impl fmt::Debug for TimelinePlayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimelinePlayer")
            .field("speed", &self.speed)
            .field("passes", &self.passes)
            .finish_non_exhaustive()
    }
}
