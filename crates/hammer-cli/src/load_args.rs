use std::time::{Duration, SystemTime};

use clap::Args;
use hammer_core::{ArrivalProcess, Hammer, ResourceNeeds, Run, Schedule, Shape};

use crate::error::Error;
use crate::{caret, parsers::count, parsers::duration, parsers::instant};

/// How long a run lasts that was given neither a duration nor a number of hits.
const DEFAULT_DURATION: Duration = Duration::from_secs(60);

/// The flags that say how much is hit, how often, and for how long.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Load")]
pub(crate) struct LoadArgs {
    /// Hits per second: 2.5, 10k, 600/m, max, or a shape: 0..500/1m, 500/5m
    #[arg(
        short,
        long,
        visible_alias = "tps",
        default_value = "1",
        value_parser = caret::parse_shape,
        allow_hyphen_values = true
    )]
    rate: Shape,
    /// How long: 30s, 1h30m, or seconds [default: 60s, or as -n or the rate says]
    #[arg(short = 'z', long, value_name = "TIME", value_parser = duration::parse)]
    #[arg(allow_hyphen_values = true)]
    duration: Option<Duration>,
    /// How many hits
    #[arg(short = 'n', long, value_name = "COUNT", value_parser = count::parse)]
    #[arg(allow_hyphen_values = true)]
    hits: Option<u64>,
    /// Hits in flight at one time, at most
    #[arg(short = 'c', long, value_name = "COUNT", value_parser = count::parse)]
    #[arg(default_value = "1024", allow_hyphen_values = true)]
    max_in_flight: u64,
    /// How long a hit may take
    #[arg(short, long, value_name = "TIME", value_parser = duration::parse)]
    #[arg(default_value = "10s", allow_hyphen_values = true)]
    timeout: Duration,
    /// Threads of the generator [default: one per core]
    #[arg(long, value_name = "COUNT", value_parser = count::parse, allow_hyphen_values = true)]
    threads: Option<u64>,
    /// Seed of the randomness of hits and arrivals
    #[arg(long, default_value = "1", value_name = "NUMBER")]
    seed: u64,
    /// How long to wait for hits in flight at the end [default: the timeout]
    #[arg(long, value_name = "TIME", value_parser = duration::parse, allow_hyphen_values = true)]
    drain: Option<Duration>,
    /// How hits are spread: even, poisson, uniform, or burst
    #[arg(long, value_name = "HOW", default_value = "even")]
    arrivals: ArrivalProcess,
    /// Run the first rate so long before anything counts
    #[arg(long, value_name = "TIME", value_parser = duration::parse, allow_hyphen_values = true)]
    warmup: Option<Duration>,
    /// Leave hits unsent that could not start within this time
    #[arg(long, value_name = "TIME", value_parser = duration::parse, allow_hyphen_values = true)]
    skip_late: Option<Duration>,
    /// Start by the wall clock, at 2026-12-01T12:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = instant::parse)]
    start_at: Option<SystemTime>,
    /// How long a run lasts that was not told.
    #[arg(skip = DEFAULT_DURATION)]
    default_duration: Duration,
    /// How many hits the hammer has means for.
    #[arg(skip)]
    max_hits: Option<u64>,
}

impl LoadArgs {
    /// How the rate changes.
    pub(crate) fn shape(&self) -> &Shape {
        &self.rate
    }

    pub(crate) fn max_in_flight(&self) -> u64 {
        self.max_in_flight
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// How hits are spread.
    pub(crate) fn arrivals(&self) -> ArrivalProcess {
        self.arrivals
    }

    pub(crate) fn warmup(&self) -> Option<Duration> {
        self.warmup
    }

    pub(crate) fn skip_late(&self) -> Option<Duration> {
        self.skip_late
    }

    pub(crate) fn start_at(&self) -> Option<SystemTime> {
        self.start_at
    }

    /// How many hits will be due, or about how many where chance decides; none if the target does,
    /// or there is no end.
    pub(crate) fn expected_hits(&self) -> Option<u64> {
        let schedule = self.schedule();
        let total = schedule.hit_count();
        if total.is_some() || self.rate.is_closed_loop() {
            return total;
        }
        let by_time = self.rate.hits_before(schedule.duration()?);
        let bounds = self.hits.into_iter().chain(self.max_hits);
        bounds.chain([by_time]).min()
    }

    /// Lasts for `lasting` where neither a flag nor the shape says otherwise.
    pub(crate) fn with_default_duration(mut self, lasting: Duration) -> Self {
        self.default_duration = lasting;
        self
    }

    /// Ends when the hammer has no means for more than `most` hits, if it does not end sooner.
    pub(crate) fn limit_hits(&mut self, max_hits: u64) -> Result<(), Error> {
        self.max_hits = Some(max_hits);
        let Some(warmup) = self.warmup else {
            return Ok(());
        };
        let right =
            "its hits would use up what each hit uses once, such as rows; right would be none";
        let warmup = humantime::format_duration(warmup).to_string();
        Err(Error::invalid_value("--warmup <TIME>", &warmup, right))
    }

    /// For how many hits the hammer has means, if not for any number.
    pub(crate) fn max_hits(&self) -> Option<u64> {
        self.max_hits
    }

    /// One hit at once, whatever the flags say of how many and when.
    pub(crate) fn set_single_hit(&mut self) {
        self.rate = Shape::closed_loop();
        (self.hits, self.duration) = (Some(1), None);
        (self.max_in_flight, self.threads) = (1, Some(1));
        (self.warmup, self.skip_late, self.start_at) = (None, None, None);
        self.arrivals = ArrivalProcess::Even;
    }

    /// When hits are due.
    pub(crate) fn schedule(&self) -> Schedule {
        let mut schedule = Schedule::new(self.rate.clone()).with_arrivals(self.arrivals);
        let hits = self.hits.into_iter().chain(self.max_hits).min();
        if let Some(hits) = hits {
            schedule = schedule.with_hit_count(hits);
        }
        let told = hits.is_some() || self.rate.duration().is_some();
        match self.duration.or((!told).then_some(self.default_duration)) {
            Some(duration) => schedule.with_duration(duration),
            None => schedule,
        }
    }

    /// Whether the flags go together.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let shown = |time: Duration| humantime::format_duration(time).to_string();
        let wrong =
            |flag: &str, value: &str, wrong: String| Err(Error::invalid_value(flag, value, wrong));
        if let (Some(duration), Some(own)) = (self.duration, self.rate.duration())
            && duration > own
        {
            let own = shown(own);
            let why = format!("the rate '{}' lasts {own} by itself", self.rate);
            let right = format!("{why}; right would be none, or one up to {own} to cut it short");
            return wrong("--duration <TIME>", &shown(duration), right);
        }
        if self.rate.is_closed_loop() {
            let right = "with the rate max hits are due when slots are free; right would be a rate";
            if self.arrivals != ArrivalProcess::Even {
                return wrong("--arrivals <HOW>", self.arrivals.as_str(), right.into());
            }
            if let Some(most) = self.skip_late {
                return wrong("--skip-late <TIME>", &shown(most), right.into());
            }
        }
        if self.schedule().hit_count() == Some(0) {
            let right = "no hit is due within the duration; right would be a longer one";
            return wrong("--rate <RATE>", &self.rate.to_string(), right.into());
        }
        if let Some(warmup) = self.warmup
            && !self.rate.is_closed_loop()
            && self.rate.first_rate().is_none()
        {
            let why = format!(
                "the rate '{}' starts at 0, which warms up nothing",
                self.rate
            );
            let right = format!("{why}; right would be a shape that starts above 0");
            return wrong("--warmup <TIME>", &shown(warmup), right);
        }
        Ok(())
    }

    /// What such a run may need of files and ports, on `threads` if it does not say on how many.
    pub(crate) fn needs(&self, threads: Option<usize>) -> ResourceNeeds {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.map(to_usize).or(threads).unwrap_or_else(cores);
        let hits = self.schedule().hit_count().unwrap_or(u64::MAX);
        let bound = to_usize(self.max_in_flight.min(hits));
        ResourceNeeds::estimate(self.rate.peak(), self.timeout, bound, threads)
    }

    /// A run of `hammer` with this load, on `threads` if it does not say on how many.
    pub(crate) fn run<H: Hammer>(&self, hammer: H, threads: Option<usize>) -> Run<H> {
        let mut run = Run::new(hammer, self.schedule())
            .max_in_flight(to_usize(self.max_in_flight))
            .timeout(self.timeout)
            .warmup(self.warmup.unwrap_or_default())
            .seed(self.seed);
        if let Some(threads) = self.threads.map(to_usize).or(threads) {
            run = run.threads(threads);
        }
        if let Some(most) = self.skip_late {
            run = run.skip_late(most);
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

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    fn load(flags: &str) -> LoadArgs {
        let command = LoadArgs::augment_args(Command::new("load").no_binary_name(true));
        let matches = command.get_matches_from(flags.split_whitespace());
        LoadArgs::from_arg_matches(&matches).expect(flags)
    }

    #[test]
    fn the_bounds_of_a_schedule_come_from_what_was_given() {
        let secs = Duration::from_secs;
        for (flags, total, length) in [
            ("", Some(60), Some(secs(60))),
            ("-r 10", Some(600), Some(secs(60))),
            ("-n 7", Some(7), Some(secs(7))),
            ("-n 7 -z 3", Some(3), Some(secs(3))),
            ("-r max", None, Some(secs(60))),
            ("-r max -n 7", Some(7), None),
            ("--tps 50 --duration 1", Some(50), Some(secs(1))),
            ("-r 0..10/10s", Some(50), Some(secs(10))),
            ("-r 0..10/10s -z 10", Some(50), Some(secs(10))),
            ("-r 0..10/10s -z 2", Some(2), Some(secs(2))),
            ("-r 0..10/10s -n 5", Some(5), None),
            ("-r 5/2s,10", Some(590), Some(secs(60))),
            ("-r max/3s", None, Some(secs(3))),
            ("-r 10 -n 9 --arrivals poisson", Some(9), None),
        ] {
            let load = load(flags);
            load.check().expect(flags);
            assert_eq!(load.expected_hits(), total, "{flags}");
            assert_eq!(load.schedule().hit_count(), total, "{flags}");
            if length.is_some() || !flags.contains("0..10") {
                assert_eq!(load.schedule().duration(), length, "{flags}");
            }
        }
    }

    #[test]
    fn what_is_left_to_chance_is_expected_all_the_same() {
        for (flags, expected) in [
            ("-r 10 -z 2 --arrivals poisson", Some(20)),
            ("-r 10 -z 2 -n 9 --arrivals poisson", Some(9)),
            ("-r 10 -z 2 -n 90 --arrivals poisson", Some(20)),
            ("-r 0..10/10s --arrivals poisson", Some(50)),
            ("-r max -n 9 -z 2", None),
        ] {
            assert_eq!(load(flags).expected_hits(), expected, "{flags}");
            assert_eq!(load(flags).schedule().hit_count(), None, "{flags}");
        }
    }

    #[test]
    fn flags_that_do_not_go_together_are_named_with_the_reason() {
        for (flags, named, why) in [
            ("-r 0..10/10s -z 11", "--duration", "lasts 10s by itself"),
            ("-r max/3s -z 4", "--duration", "lasts 3s by itself"),
            ("-r max --arrivals poisson", "--arrivals", "slots are free"),
            ("-r max --skip-late 1s", "--skip-late", "slots are free"),
            ("-r 0/9s,10/1m -z 5", "--rate", "no hit is due"),
            ("-r 0..10/10s --warmup 1s", "--warmup", "starts at 0"),
        ] {
            let Err(Error::Usage(message)) = load(flags).check() else {
                panic!("{flags} are wrong");
            };
            assert!(message.contains(named), "{flags}: {message}");
            assert!(message.contains(why), "{flags}: {message}");
            assert!(message.contains("; right would be"), "{flags}: {message}");
        }
    }
}
