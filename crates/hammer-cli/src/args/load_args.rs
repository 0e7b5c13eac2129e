//! Flags for the load: rate, duration, concurrency and timing.

use std::time::Duration;

use clap::Args;
use hammer_core::{ArrivalProcess, Hammer, ResourceNeeds, Run, Schedule, Shape};

use super::EngineArgs;
use super::caret;
use crate::error::Error;
use crate::parsers::duration;

/// Duration of a run without `--duration`, `--hits` or a shape that ends.
const DEFAULT_DURATION: Duration = Duration::from_secs(60);

/// Flags for the load.
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
        value_parser = caret::parse::<Shape>,
        allow_hyphen_values = true
    )]
    rate: Shape,
    #[command(flatten)]
    engine: EngineArgs,
    #[arg(long, value_name = "PROCESS", default_value_t)]
    #[arg(help = format!("Arrival process: {}", ArrivalProcess::choices_text()))]
    arrivals: ArrivalProcess,
    /// Warm-up at the first rate; its hits are not reported
    #[arg(long, value_name = "TIME", value_parser = duration::parse, allow_hyphen_values = true)]
    warmup: Option<Duration>,
    /// Duration if neither a flag nor the shape sets one.
    #[arg(skip = DEFAULT_DURATION)]
    default_duration: Duration,
    /// Maximum number of hits that the hammer supports, such as rows that are used once.
    #[arg(skip)]
    max_hits: Option<u64>,
}

impl LoadArgs {
    /// The shape of the rate.
    pub(crate) fn shape(&self) -> &Shape {
        &self.rate
    }

    /// Flags that do not depend on the rate.
    pub(crate) fn engine(&self) -> &EngineArgs {
        &self.engine
    }

    /// The arrival process.
    pub(crate) fn arrivals(&self) -> ArrivalProcess {
        self.arrivals
    }

    pub(crate) fn warmup(&self) -> Option<Duration> {
        self.warmup
    }

    /// The number of hits that will be due, or its expected value for random arrivals.
    ///
    /// Returns `None` for a closed loop without a hit count, and for a load without an end.
    pub(crate) fn expected_hits(&self) -> Option<u64> {
        let schedule = self.schedule();
        let total = schedule.hit_count();
        if total.is_some() || self.rate.is_closed_loop() {
            return total;
        }
        let by_time = self.rate.hits_before(schedule.duration()?);
        let bounds = self.engine.hits().into_iter().chain(self.max_hits);
        bounds.chain([by_time]).min()
    }

    /// Sets the duration that applies if neither a flag nor the shape sets one.
    #[cfg(feature = "demo")]
    pub(crate) fn with_default_duration(mut self, duration: Duration) -> Self {
        self.default_duration = duration;
        self
    }

    /// Limits the run to the hits that the hammer supports.
    pub(crate) fn limit_hits(&mut self, max_hits: u64) -> Result<(), Error> {
        self.max_hits = Some(max_hits);
        let Some(warmup) = self.warmup else {
            return Ok(());
        };
        let problem = "warm-up hits would consume values that are used once, such as rows (try \
                       without `warmup`)";
        let warmup = humantime::format_duration(warmup).to_string();
        Err(Error::invalid_value("--warmup <TIME>", &warmup, problem))
    }

    /// The maximum number of hits that the hammer supports, if limited.
    pub(crate) fn max_hits(&self) -> Option<u64> {
        self.max_hits
    }

    /// The schedule of due times.
    pub(crate) fn schedule(&self) -> Schedule {
        let mut schedule = Schedule::new(self.rate.clone()).with_arrivals(self.arrivals);
        let hits = self.engine.hits().into_iter().chain(self.max_hits).min();
        if let Some(hits) = hits {
            schedule = schedule.with_hit_count(hits);
        }
        let bounded = hits.is_some() || self.rate.duration().is_some();
        let default = (!bounded).then_some(self.default_duration);
        match self.engine.duration().or(default) {
            Some(duration) => schedule.with_duration(duration),
            None => schedule,
        }
    }

    /// Checks combinations of flags.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let shown = |time: Duration| humantime::format_duration(time).to_string();
        let invalid = |flag: &str, value: &str, problem: String| {
            Err(Error::invalid_value(flag, value, problem))
        };
        if let (Some(duration), Some(shape)) = (self.engine.duration(), self.rate.duration())
            && duration > shape
        {
            let shape = shown(shape);
            let problem = format!("the rate '{}' ends after {shape} (try {shape})", self.rate);
            return invalid("--duration <TIME>", &shown(duration), problem);
        }
        if self.rate.is_closed_loop() {
            let problem = "cannot be combined with the rate max, where hits have no due times (try a \
                           rate such as 100)";
            if self.arrivals != ArrivalProcess::Even {
                let arrivals = self.arrivals.as_str();
                return invalid("--arrivals <PROCESS>", arrivals, problem.into());
            }
            if let Some(limit) = self.engine.skip_late() {
                return invalid("--skip-late <TIME>", &shown(limit), problem.into());
            }
        }
        if self.schedule().hit_count() == Some(0) {
            let problem = "no hit is due within the duration (try a longer duration)";
            return invalid("--rate <RATE>", &self.rate.to_string(), problem.into());
        }
        if let Some(warmup) = self.warmup
            && !self.rate.is_closed_loop()
            && self.rate.first_rate().is_none()
        {
            let problem = format!(
                "the rate '{}' starts at 0, so the warm-up would be idle (try a rate that starts \
                 above 0)",
                self.rate
            );
            return invalid("--warmup <TIME>", &shown(warmup), problem);
        }
        Ok(())
    }

    /// Estimates the files and ports of the run; `threads` applies if `--threads` is not given.
    pub(crate) fn needs(&self, threads: usize) -> ResourceNeeds {
        let hits = self.schedule().hit_count();
        self.engine.needs(self.rate.peak(), hits, threads)
    }

    /// Creates the run of `hammer`; `threads` applies if `--threads` is not given.
    pub(crate) fn run<H: Hammer>(&self, hammer: H, threads: usize) -> Run<H> {
        let run = Run::new(hammer, self.schedule()).warmup(self.warmup.unwrap_or_default());
        self.engine.configure(run, threads)
    }
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
    fn flags_and_shape_bound_the_schedule() {
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
    fn random_arrivals_have_an_expected_number_of_hits() {
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
    fn flags_that_cannot_be_combined_are_named_with_the_reason() {
        for (flags, flag, reason) in [
            ("-r 0..10/10s -z 11", "--duration", "ends after 10s"),
            ("-r max/3s -z 4", "--duration", "ends after 3s"),
            ("-r max --arrivals poisson", "--arrivals", "no due times"),
            ("-r max --skip-late 1s", "--skip-late", "no due times"),
            ("-r 0/9s,10/1m -z 5", "--rate", "no hit is due"),
            ("-r 0..10/10s --warmup 1s", "--warmup", "starts at 0"),
        ] {
            let message = load(flags).check().expect_err(flags).message();
            assert!(message.contains(flag), "{flags}: {message}");
            assert!(message.contains(reason), "{flags}: {message}");
            assert!(message.contains(" (try "), "{flags}: {message}");
        }
    }
}
