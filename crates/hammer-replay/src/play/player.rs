use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::host::HostName;
use super::pass::Pass;
use super::{Account, Bodies, Choice, Cue, Cues, Rewrite, Speed, Survey};
use crate::Error;
use crate::timeline::Reader;

type Open = dyn Fn() -> Result<Reader, Error> + Send + Sync;

/// Plays a timeline: says which rows are sent, when each is due, and what it sends.
///
/// The row at `t` is due `(t − from) / speed` after the start, less the pauses that are skipped before
/// it. That is a whole number of µs from the file and one division, never a sum of waits.
///
/// Only GET, HEAD and OPTIONS are sent, and without a body, unless [`allow`](Self::allow) names other
/// methods and [`bodies`](Self::bodies) says what they send.
#[derive(Clone)]
pub struct Player {
    open: Arc<Open>,
    pub(super) from_us: Option<u64>,
    pub(super) to_us: Option<u64>,
    pub(super) speed: Speed,
    pub(super) skip_idle_us: Option<u64>,
    pub(super) amplify: u32,
    pub(super) passes: Passes,
    pub(super) hits: Option<u64>,
    pub(super) after: Option<Duration>,
    pub(super) endpoint: Option<HostName>,
    pub(super) choice: Choice,
    pub(super) rewrites: Vec<Rewrite>,
    /// None to have all methods without a body: to look, not to send.
    pub(super) methods: Option<Vec<String>>,
    pub(super) bodies: Bodies,
}

/// How often a timeline is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passes {
    /// So many times.
    Times(u32),
    /// Over and over for so long.
    For(Duration),
}

impl Player {
    /// Plays the file at `path`.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let path = path.to_owned();
        Self::new(move || Reader::open(&path))
    }

    /// Plays what `open` opens: it is called once for each pass, and has to open the same each time.
    pub fn new(open: impl Fn() -> Result<Reader, Error> + Send + Sync + 'static) -> Self {
        Self {
            open: Arc::new(open),
            from_us: None,
            to_us: None,
            speed: Speed::default(),
            skip_idle_us: None,
            amplify: 1,
            passes: Passes::Times(1),
            hits: None,
            after: None,
            endpoint: None,
            choice: Choice::default(),
            rewrites: vec![],
            methods: Some(["GET", "HEAD", "OPTIONS"].map(str::to_owned).to_vec()),
            bodies: Bodies::default(),
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
    pub fn speed(mut self, speed: Speed) -> Self {
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

    /// Sends each row so many times, at its time, as so many clients: see [`Cue::client`].
    #[must_use]
    pub fn amplify(mut self, times: u32) -> Self {
        self.amplify = times.max(1);
        self
    }

    /// How often it is played.
    #[must_use]
    pub fn passes(mut self, passes: Passes) -> Self {
        self.passes = passes;
        self
    }

    /// Ends it after so many hits, or so long, if it does not end sooner.
    #[must_use]
    pub fn ending(mut self, hits: Option<u64>, after: Option<Duration>) -> Self {
        (self.hits, self.after) = (hits.map(|hits| hits.max(1)), after);
        self
    }

    /// The host to which it is sent, with or without a port: a survey counts the rows that asked for it.
    #[must_use]
    pub fn endpoint(mut self, host: &str) -> Self {
        self.endpoint = Some(HostName::of(host));
        self
    }

    /// Which rows are wanted.
    #[must_use]
    pub fn choice(mut self, choice: Choice) -> Self {
        self.choice = choice;
        self
    }

    /// Changes targets, one after the other.
    #[must_use]
    pub fn rewrites(mut self, rewrites: Vec<Rewrite>) -> Self {
        self.rewrites = rewrites;
        self
    }

    /// Sends these methods too, if a rule says with which body.
    #[must_use]
    pub fn allow(mut self, methods: impl IntoIterator<Item = String>) -> Self {
        self.methods.get_or_insert_default().extend(methods);
        self
    }

    /// What rows of other methods send.
    #[must_use]
    pub fn bodies(mut self, bodies: Bodies) -> Self {
        self.bodies = bodies;
        self
    }

    /// Looks at rows of all methods, and at none of their bodies: for those who send nothing.
    #[must_use]
    pub fn looking_only(mut self) -> Self {
        self.methods = None;
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
        make: impl FnMut(&Cue<'_>) -> Result<(), &'static str>,
    ) -> Result<Survey, Error> {
        Survey::take(self, make)
    }

    /// Begins the pass of this number.
    pub(super) fn begin(&self, number: u64) -> Result<Pass, Error> {
        Ok(Pass::new((self.open)()?, number, self.from_us))
    }

    /// What is sent, in order: when, and what `make` makes of it. What it can't make something of is
    /// left out.
    ///
    /// `account` is told what was read. If something is wrong with the file it is told that, too, and
    /// that is the end.
    pub fn cues<T, F>(&self, survey: &Survey, account: &Account, make: F) -> Cues<T, F>
    where
        F: FnMut(&Cue<'_>) -> Result<T, &'static str>,
    {
        Cues::new(self.clone(), survey.period_us(), account.clone(), make)
    }
}

impl fmt::Debug for Player {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Player")
            .field("speed", &self.speed)
            .field("passes", &self.passes)
            .finish_non_exhaustive()
    }
}
