//! What the bench is asked to do.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Parser, value_parser};

use crate::profile;

/// Measures the release build of `hammer` on this machine: scenario by scenario, several rounds
#[derive(Debug, Parser)]
#[command(
    name = "bench",
    bin_name = "cargo xtask bench",
    version,
    max_term_width = 100
)]
pub(crate) struct BenchArgs {
    /// closed, http2, ceiling, steady, even, stall, memory, engine, replay, mqtt-sink, mqtt, timeline,
    /// values, rows, tokens; the first seven with -tls at the end over TLS
    /// [default: all, over TLS those about speed and evenness]
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// The variants over TLS, of the named scenarios or of all
    #[arg(long)]
    pub(crate) tls: bool,
    /// End within a minute: shorter runs
    #[arg(long)]
    pub(crate) quick: bool,
    /// How often to measure everything
    #[arg(long, value_name = "COUNT", default_value = "3", value_parser = parse_rounds)]
    pub(crate) rounds: usize,
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
        value_parser = PossibleValuesParser::new(profile::PROFILE_SCENARIOS),
        num_args = 0..=1,
        default_missing_value = "closed",
        conflicts_with_all = ["scenarios", "tls", "quick", "rounds", "peers", "against"],
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

/// Fewer than three have no median to speak of.
fn parse_rounds(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(rounds @ 3..=1000) => Ok(rounds),
        Ok(_) => Err("at least 3, at most 1000".to_owned()),
        Err(_) => Err("not a number".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::BenchArgs;

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
            let args =
                BenchArgs::try_parse_from([&["bench"], words].concat()).expect("it is right");
            assert_eq!(args.profile.as_deref(), scenario, "{words:?}");
            assert_eq!(args.profile_seconds, seconds, "{words:?}");
            assert_eq!(args.without_perf, without_perf, "{words:?}");
        }
    }

    #[test]
    fn refuses_what_profile_does_not_go_with() {
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

    /// Each of the commands in the docs is understood.
    #[test]
    fn understands_the_docs() {
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
