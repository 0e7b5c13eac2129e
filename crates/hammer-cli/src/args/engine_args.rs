//! Flags of every load, wherever its due times come from.

use std::time::{Duration, SystemTime};

use clap::Args;
use hammer_core::{Hammer, MAX_IN_FLIGHT, MAX_THREADS, ResourceNeeds, Run, SingleHit};

use crate::parsers::{count, duration, instant};

/// Maximum number of hits in flight without the flag.
const DEFAULT_MAX_IN_FLIGHT: u64 = 1024;

/// Flags of every load, wherever its due times come from: its bounds, threads, seed and start.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Load")]
pub(crate) struct EngineArgs {
    /// Duration: 30s, 1h30m, or seconds [default: 60s, or as set by -n or the rate]
    #[arg(short = 'z', long, value_name = "TIME", value_parser = duration::parse)]
    #[arg(allow_hyphen_values = true)]
    duration: Option<Duration>,
    /// Number of hits
    #[arg(short = 'n', long, value_name = "COUNT", value_parser = count::parse)]
    #[arg(allow_hyphen_values = true)]
    hits: Option<u64>,
    /// Maximum number of hits in flight, up to 1,000,000 [default: 1024]
    #[arg(short = 'c', long, value_name = "COUNT")]
    #[arg(value_parser = count::parse_up_to::<{ MAX_IN_FLIGHT as u64 }>)]
    #[arg(allow_hyphen_values = true)]
    max_in_flight: Option<u64>,
    /// Slots to open before the start and use in turn, up to 1,000,000
    ///
    /// Each slot is a user with a session of its own: its connections, cookies, captured values and, with
    /// a feeder per slot, its row. The user who has been idle longest sends the next hit.
    #[arg(
        long,
        value_name = "COUNT",
        conflicts_with = "max_in_flight",
        allow_hyphen_values = true
    )]
    #[arg(value_parser = count::parse_up_to::<{ MAX_IN_FLIGHT as u64 }>)]
    users: Option<u64>,
    /// Timeout of a hit
    #[arg(short, long, value_name = "TIME", value_parser = duration::parse)]
    #[arg(default_value = "10s", allow_hyphen_values = true)]
    timeout: Duration,
    /// Generator threads, up to 1,024 [default: one per core]
    #[arg(long, value_name = "COUNT", allow_hyphen_values = true)]
    #[arg(value_parser = count::parse_up_to::<{ MAX_THREADS as u64 }>)]
    threads: Option<u64>,
    /// Seed for random values and arrivals
    #[arg(long, default_value = "1", value_name = "NUMBER")]
    seed: u64,
    /// Maximum wait for hits at the end [default: until they time out]
    #[arg(long, value_name = "TIME", value_parser = duration::parse, allow_hyphen_values = true)]
    drain: Option<Duration>,
    /// Leave a hit unsent if it cannot start within this time
    #[arg(long, value_name = "TIME", value_parser = duration::parse, allow_hyphen_values = true)]
    skip_late: Option<Duration>,
    /// Start time, such as 2026-12-01T12:00:00Z
    #[arg(long, value_name = "TIMESTAMP", value_parser = instant::parse)]
    start_at: Option<SystemTime>,
    /// Poll instead of sleeping: precise starts, a whole core per thread
    #[arg(long)]
    spin: bool,
}

impl EngineArgs {
    /// The timeout of a hit.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The maximum number of hits, if given.
    pub(crate) fn hits(&self) -> Option<u64> {
        self.hits
    }

    /// The maximum duration, if given.
    pub(crate) fn duration(&self) -> Option<Duration> {
        self.duration
    }

    pub(crate) fn max_in_flight(&self) -> u64 {
        self.set_max_in_flight().unwrap_or(DEFAULT_MAX_IN_FLIGHT)
    }

    /// The number of users or the maximum number of hits in flight, if given.
    pub(crate) fn set_max_in_flight(&self) -> Option<u64> {
        self.users.or(self.max_in_flight)
    }

    /// The number of users, if given.
    pub(crate) fn users(&self) -> Option<u64> {
        self.users
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn skip_late(&self) -> Option<Duration> {
        self.skip_late
    }

    /// The limit of the drain, if given.
    pub(crate) fn drain(&self) -> Option<Duration> {
        self.drain
    }

    pub(crate) fn start_at(&self) -> Option<SystemTime> {
        self.start_at
    }

    /// Returns true if threads poll instead of sleeping.
    pub(crate) fn spin(&self) -> bool {
        self.spin
    }

    /// Creates a single hit in place of the load.
    pub(crate) fn single_hit<'h, H: Hammer>(&self, hammer: &'h H) -> SingleHit<'h, H> {
        SingleHit::new(hammer).timeout(self.timeout).seed(self.seed)
    }

    /// Estimates the files and ports of a load with this peak rate (`None` for a closed loop) and
    /// number of hits (`None` if unlimited); `threads` applies if `--threads` is not given.
    pub(crate) fn needs(
        &self,
        peak: Option<f64>,
        hits: Option<u64>,
        threads: usize,
    ) -> ResourceNeeds {
        // All users are there from the start, whatever the rate.
        let peak = peak.filter(|_| self.users.is_none());
        let hits = hits.filter(|_| self.users.is_none());
        let bound = self.max_in_flight().min(hits.unwrap_or(u64::MAX));
        ResourceNeeds::estimate(
            peak,
            self.timeout,
            to_usize(bound),
            self.threads.map_or(threads, to_usize),
        )
    }

    /// Configures a run; `threads` applies if `--threads` is not given.
    pub(crate) fn configure<H: Hammer>(&self, run: Run<H>, threads: usize) -> Run<H> {
        let run = match self.users {
            Some(users) => run.users(to_usize(users)),
            None => run.max_in_flight(to_usize(self.max_in_flight())),
        };
        let mut run = run
            .timeout(self.timeout)
            .threads(self.threads.map_or(threads, to_usize))
            .seed(self.seed)
            .spin(self.spin);
        if let Some(limit) = self.skip_late {
            run = run.skip_late(limit);
        }
        if let Some(time) = self.start_at {
            run = run.start_at(time);
        }
        match self.drain {
            Some(drain) => run.drain(drain),
            None => run,
        }
    }
}

fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
