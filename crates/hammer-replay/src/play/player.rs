use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::host::HostName;
use super::pass::TimelinePass;
use super::{
    BodyRules, PlannedRow, PlaybackIter, PlaybackSpeed, PlaybackStatus, RowFilter, TargetRewrite,
    TimelineSurvey,
};
use crate::Error;
use crate::timeline::TimelineReader;

type OpenTimeline = dyn Fn() -> Result<TimelineReader, Error> + Send + Sync;

/// Plays a timeline: says which rows are sent, when each is due, and what it sends.
///
/// The row at `t` is due `(t − from) / speed` after the start, less the pauses that are skipped before
/// it. That is a whole number of µs from the file and one division, never a sum of waits.
///
/// Only GET, HEAD and OPTIONS are sent, and without a body, unless [`allow`](Self::allow) names other
/// methods and [`bodies`](Self::bodies) says what they send.
#[derive(Clone)]
pub struct TimelinePlayer {
    open: Arc<OpenTimeline>,
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
    /// None to have all methods without a body: to look, not to send.
    pub(super) allowed_methods: Option<Vec<String>>,
    pub(super) bodies: BodyRules,
}

/// How often a timeline is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassLimit {
    /// So many times.
    Times(u32),
    /// Over and over for so long.
    For(Duration),
}

impl TimelinePlayer {
    /// Plays the file at `path`.
    #[must_use]
    pub fn from_path(path: &Path) -> Self {
        let path = path.to_owned();
        Self::new(move || TimelineReader::open(&path))
    }

    /// Plays what `open` opens: it is called once for each pass, and has to open the same each time.
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

    /// From where to where it is played, in µs since the epoch; from its first row to its last unless
    /// set.
    #[must_use]
    pub fn window(mut self, from_us: Option<u64>, to_us: Option<u64>) -> Self {
        (self.from_us, self.to_us) = (from_us, to_us);
        self
    }

    /// How many times as fast.
    #[must_use]
    pub fn speed(mut self, speed: PlaybackSpeed) -> Self {
        self.speed = speed;
        self
    }

    /// Makes longer pauses of the timeline as short as this.
    #[must_use]
    pub fn skip_idle(mut self, longest: Option<Duration>) -> Self {
        let us = |longest: Duration| u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
        self.skip_idle_us = longest.map(us);
        self
    }

    /// Sends each row so many times, at its time, as so many clients: see [`PlannedRow::client`].
    #[must_use]
    pub fn amplify(mut self, times: u32) -> Self {
        self.amplify = times.max(1);
        self
    }

    /// How often it is played.
    #[must_use]
    pub fn passes(mut self, passes: PassLimit) -> Self {
        self.passes = passes;
        self
    }

    /// Ends it after so many hits, or so long, if it does not end sooner.
    #[must_use]
    pub fn limits(mut self, hits: Option<u64>, after: Option<Duration>) -> Self {
        (self.max_hits, self.max_duration) = (hits.map(|hits| hits.max(1)), after);
        self
    }

    /// The host to which it is sent, with or without a port: a survey counts the rows that asked for it.
    #[must_use]
    pub fn endpoint(mut self, host: &str) -> Self {
        self.endpoint = Some(HostName::parse(host));
        self
    }

    /// Which rows are wanted.
    #[must_use]
    pub fn filter(mut self, choice: RowFilter) -> Self {
        self.filter = choice;
        self
    }

    /// Changes targets, one after the other.
    #[must_use]
    pub fn rewrites(mut self, rewrites: Vec<TargetRewrite>) -> Self {
        self.rewrites = rewrites;
        self
    }

    /// Sends these methods too, if a rule says with which body.
    #[must_use]
    pub fn allow_methods(mut self, methods: impl IntoIterator<Item = String>) -> Self {
        self.allowed_methods.get_or_insert_default().extend(methods);
        self
    }

    /// What rows of other methods send.
    #[must_use]
    pub fn bodies(mut self, bodies: BodyRules) -> Self {
        self.bodies = bodies;
        self
    }

    /// Looks at rows of all methods, and at none of their bodies: for those who send nothing.
    #[must_use]
    pub fn survey_only(mut self) -> Self {
        self.allowed_methods = None;
        self
    }

    /// Reads the whole timeline, so that it is known to be whole, and what there is to send of it.
    /// `make` says which of its rows can't be sent, and why.
    ///
    /// # Errors
    ///
    /// If it can't be read, or something is wrong with it.
    pub fn survey(
        &self,
        make: impl FnMut(&PlannedRow<'_>) -> Result<(), &'static str>,
    ) -> Result<TimelineSurvey, Error> {
        TimelineSurvey::scan(self, make)
    }

    /// Begins the pass of this number.
    pub(super) fn open_pass(&self, number: u64) -> Result<TimelinePass, Error> {
        Ok(TimelinePass::new((self.open)()?, number, self.from_us))
    }

    /// What is sent, in order: when, and what `make` makes of it. What it can't make something of is
    /// left out.
    ///
    /// `account` is told what was read. If something is wrong with the file it is told that, too, and
    /// that is the end.
    pub fn playback<T, F>(
        &self,
        survey: &TimelineSurvey,
        status: &PlaybackStatus,
        make: F,
    ) -> PlaybackIter<T, F>
    where
        F: FnMut(&PlannedRow<'_>) -> Result<T, &'static str>,
    {
        PlaybackIter::new(self.clone(), survey.period_us(), status.clone(), make)
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
