//! What the bench is asked to do.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Parser, value_parser};

use crate::profile;

/// Measures the release build of `hammer` on this machine: scenario by scenario, several rounds
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", version, max_term_width = 100)]
pub(crate) struct Args {
    /// Scenarios to run [default: all of them]
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// End within a minute: fewer rounds, shorter ones
    #[arg(long)]
    pub(crate) quick: bool,
    /// Run the peers that are on PATH too, in turn with ours
    #[arg(long)]
    pub(crate) peers: bool,
    /// Compare with an earlier run's file, and fail on what became worse beyond the noise
    #[arg(long, value_name = "FILE")]
    pub(crate) against: Option<PathBuf>,
    /// Instead of measuring, draw where one scenario's CPU time and allocations go
    #[arg(
        long,
        value_name = "SCENARIO",
        value_parser = PossibleValuesParser::new(profile::SCENARIOS),
        num_args = 0..=1,
        default_missing_value = "closed",
        conflicts_with_all = ["scenarios", "quick", "peers", "against"],
    )]
    pub(crate) profile: Option<String>,
    /// How long CPU samples are taken
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 5,
        value_parser = value_parser!(u64).range(1..=60),
        requires = "profile",
    )]
    pub(crate) profile_seconds: u64,
    /// Take CPU samples from within the process, even if perf works
    #[arg(long, requires = "profile")]
    pub(crate) without_perf: bool,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::Args;

    #[test]
    fn understands_profile() {
        let table: [(&[&str], Option<&str>, u64, bool); 4] = [
            (&[], None, 5, false),
            (&["--profile"], Some("closed"), 5, false),
            (&["--profile", "steady"], Some("steady"), 5, false),
            (
                &["--profile", "--profile-seconds", "2", "--without-perf"],
                Some("closed"),
                2,
                true,
            ),
        ];
        for (words, scenario, seconds, without_perf) in table {
            let args = Args::try_parse_from([&["bench"], words].concat()).expect("it is right");
            assert_eq!(args.profile.as_deref(), scenario, "{words:?}");
            assert_eq!(args.profile_seconds, seconds, "{words:?}");
            assert_eq!(args.without_perf, without_perf, "{words:?}");
        }
    }

    #[test]
    fn refuses_what_profile_does_not_go_with() {
        let table: [&[&str]; 7] = [
            &["--profile", "stall"],
            &["--profile", "--profile-seconds", "0"],
            &["--profile", "--profile-seconds", "61"],
            &["--profile-seconds", "2"],
            &["--without-perf"],
            &["closed", "--profile"],
            &["--quick", "--profile"],
        ];
        for words in table {
            let args = Args::try_parse_from([&["bench"], words].concat());
            assert!(args.is_err(), "{words:?}");
        }
    }
}
