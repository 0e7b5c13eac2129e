use std::time::Duration;

use clap::Args;
use hammer_core::{Hammer, Needs, Run, Schedule};

use crate::pace::Pace;
use crate::{count, span};

/// How long a run lasts that was given neither a duration nor a number of hits.
const LASTING: Duration = Duration::from_secs(60);

/// The flags that say how much is hit, how often, and for how long.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Load")]
pub(crate) struct LoadArgs {
    /// Hits per second: 2.5, 10k, 600/m, or max
    #[arg(
        short,
        long,
        visible_alias = "tps",
        default_value = "1",
        allow_hyphen_values = true
    )]
    rate: Pace,
    /// How long: 30s, 5m, 1h30m, or seconds [default: 60s, without -n]
    #[arg(short = 'z', long, value_name = "TIME", value_parser = span::parse)]
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
    #[arg(short, long, value_name = "TIME", value_parser = span::parse)]
    #[arg(default_value = "10s", allow_hyphen_values = true)]
    timeout: Duration,
    /// Threads of the generator [default: one per core]
    #[arg(long, value_name = "COUNT", value_parser = count::parse, allow_hyphen_values = true)]
    threads: Option<u64>,
    /// Seed of the randomness of the hits
    #[arg(long, default_value = "1", value_name = "NUMBER")]
    seed: u64,
    /// How long to wait for hits in flight at the end [default: the timeout]
    #[arg(long, value_name = "TIME", value_parser = span::parse, allow_hyphen_values = true)]
    drain: Option<Duration>,
}

impl LoadArgs {
    /// When hits are due.
    pub(crate) fn schedule(&self) -> Schedule {
        let mut schedule = self.rate.schedule();
        if let Some(hits) = self.hits {
            schedule = schedule.hits(hits);
        }
        match self.duration.or(self.hits.is_none().then_some(LASTING)) {
            Some(duration) => schedule.lasting(duration),
            None => schedule,
        }
    }

    /// What such a run may need of files and ports.
    pub(crate) fn needs(&self) -> Needs {
        let threads = self.threads.map_or_else(
            || std::thread::available_parallelism().map_or(1, usize::from),
            size,
        );
        let peak = self.schedule().rate();
        Needs::estimate(peak, self.timeout, size(self.max_in_flight), threads)
    }

    /// A run of `hammer` with this load.
    pub(crate) fn run<H: Hammer>(&self, hammer: H) -> Run<H> {
        let mut run = Run::new(hammer, self.schedule())
            .max_in_flight(size(self.max_in_flight))
            .timeout(self.timeout)
            .seed(self.seed);
        if let Some(threads) = self.threads {
            run = run.threads(size(threads));
        }
        match self.drain {
            Some(drain) => run.drain(drain),
            None => run,
        }
    }
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

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
        ] {
            let command = LoadArgs::augment_args(Command::new("load").no_binary_name(true));
            let matches = command.get_matches_from(flags.split_whitespace());
            let load = LoadArgs::from_arg_matches(&matches).expect(flags);
            assert_eq!(load.schedule().total(), total, "{flags}");
            assert_eq!(load.schedule().length(), length, "{flags}");
        }
    }
}
