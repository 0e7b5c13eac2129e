//! Command-line arguments of the bench.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Parser, value_parser};

use crate::profile;

/// Measures the release build of `hammer` on this machine, in several rounds per scenario
#[derive(Debug, Parser)]
#[command(
    name = "bench",
    bin_name = "cargo xtask bench",
    version,
    max_term_width = 100
)]
pub(crate) struct BenchArgs {
    /// closed, http2, ceiling, steady, even, stall, memory, engine, replay, mqtt-sink, mqtt, timeline,
    /// values, workflow, rows, precise, tokens, outputs, display; the first seven also with the suffix -tls
    /// [default: all, and the TLS variants that measure speed and evenness]
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// Measure the TLS variants of the named scenarios, or of all
    #[arg(long)]
    pub(crate) tls: bool,
    /// Use shorter runs, to finish within a minute
    #[arg(long)]
    pub(crate) quick: bool,
    /// Number of rounds
    #[arg(long, value_name = "COUNT", default_value = "3", value_parser = parse_rounds)]
    pub(crate) rounds: usize,
    /// Also run the peers that are on PATH, in turn with hammer; all of them, or those named:
    /// --peers=wrk,oha
    #[arg(
        long,
        value_name = "NAMES",
        num_args = 0..,
        require_equals = true,
        value_delimiter = ','
    )]
    pub(crate) peers: Option<Vec<String>>,
    /// Compare with the file of an earlier run, and fail on regressions beyond the noise
    #[arg(long, value_name = "FILE")]
    pub(crate) against: Option<PathBuf>,
    /// Profile CPU time and allocations of one scenario instead of measuring
    #[arg(
        long,
        value_name = "SCENARIO",
        value_parser = PossibleValuesParser::new(profile::PROFILE_SCENARIOS),
        num_args = 0..=1,
        default_missing_value = "closed",
        conflicts_with_all = ["scenarios", "tls", "quick", "rounds", "peers", "against"],
    )]
    pub(crate) profile: Option<String>,
    /// Duration of CPU sampling
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 5,
        value_parser = value_parser!(u64).range(1..=60),
        requires = "profile",
    )]
    pub(crate) profile_seconds: u64,
    /// Take CPU samples inside the process, even if perf works
    #[arg(long, requires = "profile")]
    pub(crate) without_perf: bool,
}

/// Parses a number of rounds; fewer than three have no meaningful median.
fn parse_rounds(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(rounds @ 3..=1000) => Ok(rounds),
        Ok(_) => Err("expected 3 to 1000".to_owned()),
        Err(_) => Err("expected a number".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::BenchArgs;

    #[test]
    fn parses_profile_flags() {
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
            let args = BenchArgs::try_parse_from([&["bench"], words].concat())
                .expect("the arguments are valid");
            assert_eq!(args.profile.as_deref(), scenario, "{words:?}");
            assert_eq!(args.profile_seconds, seconds, "{words:?}");
            assert_eq!(args.without_perf, without_perf, "{words:?}");
        }
    }

    #[test]
    fn peers_can_be_named() {
        let table: [(&[&str], Option<&[&str]>); 4] = [
            (&["closed"], None),
            (&["--peers", "closed"], Some(&[])),
            (&["--peers=wrk", "closed"], Some(&["wrk"])),
            (&["closed", "--peers=wrk,oha"], Some(&["wrk", "oha"])),
        ];
        for (words, names) in table {
            let args = BenchArgs::try_parse_from([&["bench"], words].concat())
                .expect("the arguments are valid");
            assert_eq!(args.scenarios, ["closed"], "{words:?}");
            let found = args.peers.as_deref();
            assert_eq!(found.is_some(), names.is_some(), "{words:?}");
            assert_eq!(
                found.unwrap_or_default(),
                names.unwrap_or_default(),
                "{words:?}"
            );
        }
    }

    #[test]
    fn refuses_profile_with_other_flags() {
        let table: [&[&str]; 9] = [
            &["--profile", "stall"],
            &["--profile", "--profile-seconds", "0"],
            &["--profile", "--profile-seconds", "61"],
            &["--profile-seconds", "2"],
            &["--without-perf"],
            &["closed", "--profile"],
            &["--quick", "--profile"],
            &["--tls", "--profile"],
            &["--rounds", "4", "--profile"],
        ];
        for words in table {
            let args = BenchArgs::try_parse_from([&["bench"], words].concat());
            assert!(args.is_err(), "{words:?}");
        }
    }

    #[test]
    fn parses_the_commands_of_the_docs() {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/dev");
        let mut seen = 0;
        for document in std::fs::read_dir(docs).expect("the docs") {
            let path = document.expect("a document").path();
            let text = std::fs::read_to_string(&path).expect("a text");
            for line in text.lines() {
                let Some(words) = line.strip_prefix("cargo xtask bench") else {
                    continue;
                };
                let words = words.split('#').next().unwrap_or_default();
                let words = ["bench"].into_iter().chain(words.split_whitespace());
                if let Err(error) = BenchArgs::try_parse_from(words) {
                    panic!("{}: {line}: {error}", path.display());
                }
                seen += 1;
            }
        }
        assert!(seen >= 10, "only {seen} commands");
    }
}
